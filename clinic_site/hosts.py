"""Which names the site answers to."""

from django.conf import settings
from django.http.request import split_domain_port, validate_host


def is_allowed(host: str) -> bool:
    """Tell whether Django would accept a Host header."""
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
