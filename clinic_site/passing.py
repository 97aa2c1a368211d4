"""A demonstration that passes without a trace: what pictures, benchmarks and checks run on."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from inquiries.vault import new_keys


def set_environment(settings: str, **more: str) -> None:
    """Give this process and its children the environment of a demonstration, before Django starts.

    settings: the module that says in which database, and where files go.
    """
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": settings,
        "SECRET_KEY": secrets.token_urlsafe(48),
        **new_keys(),
        "SITE_URL": "http://localhost",
        "ALLOWED_HOSTS": "localhost",
        "CLINIC_PROFILE": "clinic_site/content/demonstration-clinic.yaml",
        "DEMONSTRATION": "true",
        "DEBUG": "false",
        "TRUSTED_PROXIES": "",
        "EMBEDDED_POSTGRES": "throwaway",
        "DATABASE_URL": "",
    } | more


@contextmanager
def fresh_database() -> Iterator[None]:
    """Make the database that the settings name, empty, and drop it afterwards."""
    from django.db import connections

    connection: Any = connections["default"]
    name = connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield
    finally:
        connection.close()
        connection.close_pool()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.close_pool()
