"""The page as readers will see it, before they do."""

from .pages import ArticlePages


class Previews(ArticlePages):
    pass
