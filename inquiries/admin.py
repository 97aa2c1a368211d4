"""The triage desk: patients write inquiries, staff only move them along."""

from django.contrib import admin

from .desk.screen import InquiryScreen
from .models import Inquiry
from .queue.admin import QueueAdmin


@admin.register(Inquiry)
class InquiryAdmin(InquiryScreen, QueueAdmin):
    """The queue as a list, and each inquiry on a screen of its own."""


# What staff keep for the desk stands beside what it is for.
import inquiries.desk.admin  # noqa: E402
import inquiries.exports.admin  # noqa: E402
import inquiries.log.admin  # noqa: E402
import inquiries.screening.admin  # noqa: E402, F401 - registered by being read
