"""Staff accounts, and the clinic's own facts, in the admin."""

from . import accounts, clinic  # noqa: F401 - importing registers them
