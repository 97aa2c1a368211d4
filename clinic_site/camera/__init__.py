"""Pictures of the site as it runs: those of the handbooks, and contact sheets to look at all of it.

The site is served from this process, on a database of its own, on a day that is always the same: what a
picture shows changes only with the site.
"""
