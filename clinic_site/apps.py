from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ClinicSiteConfig(AppConfig):
    name = "clinic_site"

    def ready(self):
        from . import checks, roles  # noqa: F401 - importing registers the checks

        post_migrate.connect(roles.ensure_roles, dispatch_uid="clinic_site.roles")
