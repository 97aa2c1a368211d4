"""Texts of Django that its own Korean catalogue lacks: `make messages` finds them here."""

from django.utils.translation import gettext_noop

gettext_noop("- Select an option -")
gettext_noop("Logout")
