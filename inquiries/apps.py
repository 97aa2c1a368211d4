from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class InquiriesConfig(AppConfig):
    name = "inquiries"
    verbose_name = _("Inquiries")

    def ready(self):
        from .desk import first_templates
        from .screening import shipped

        post_migrate.connect(shipped.ensure_danger_words, sender=self, dispatch_uid="inquiries.danger_words")
        post_migrate.connect(
            first_templates.ensure_templates, sender=self, dispatch_uid="inquiries.reply_templates"
        )
