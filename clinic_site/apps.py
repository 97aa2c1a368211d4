from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ClinicSiteConfig(AppConfig):
    name = "clinic_site"
    verbose_name = _("The clinic")

    def ready(self):
        from . import checks, roles, shipped  # noqa: F401 - importing registers the checks

        post_migrate.connect(roles.ensure_roles, dispatch_uid="clinic_site.roles")
        post_migrate.connect(shipped.ensure_clinic, sender=self, dispatch_uid="clinic_site.clinic")
