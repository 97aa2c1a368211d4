"""Invented inquiries, as many as wanted: for screens, measuring and training. In the demonstration only."""


def wake() -> None:
    """Set Django up in a process that only composes rows; it never asks the database."""
    import django

    django.setup()
