"""The screen on which staff work on one inquiry. The list of them: inquiries/admin.py."""

from django.utils.translation import gettext_lazy as _

NO_KEY = _(
    "This server does not hold the key that opens this inquiry. Nothing is lost: tell whoever runs the site "
    "that CLINIC_PRIVATE_KEYS is missing the key."
)
