"""What an operator forgets, found before the site opens."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register

from .clinic import clinic
from .hosts import is_allowed


@register(Tags.security, deploy=True)
def production_has_a_real_clinic(app_configs, **kwargs):
    """Refuse to show the invented clinic as a real one."""
    if settings.DEMONSTRATION or not clinic().is_demonstration:
        return []
    return [
        Error(
            "The clinic profile is the demonstration's.",
            hint="Point CLINIC_PROFILE at the clinic's own facts, or set DEMONSTRATION=true.",
            id="clinic.E001",
        )
    ]


@register(Tags.security, deploy=True)
def the_site_answers_to_its_own_name(app_configs, **kwargs):
    """Refuse a SITE_URL whose host is not among ALLOWED_HOSTS: pages could not be stored."""
    if is_allowed(urlsplit(settings.SITE_URL).netloc):
        return []
    return [
        Error(
            "The host of SITE_URL is not among ALLOWED_HOSTS.",
            hint="Add it to ALLOWED_HOSTS: the addresses that pages print lead there.",
            id="clinic.E003",
        )
    ]


@register(Tags.security, deploy=True)
def demonstration_stays_at_home(app_configs, **kwargs):
    """Refuse to deploy what is only for showing."""
    if not settings.DEMONSTRATION:
        return []
    return [
        Error(
            "The site runs in demonstration mode.",
            hint="Set DEMONSTRATION=false once the clinic's own people have signed its pages.",
            id="clinic.E002",
        )
    ]
