"""Who vouches for which words. Rows of this file are written once."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..append_only import append_only
from .article import Article
from .person import Person, Role
from .revision import Revision
from .text import clinical_digest_in_sql


class Signature(models.Model):
    """One reviewer's word for one clinical text, known by its fingerprint."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="signatures")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="signatures")
    digest = models.CharField(_("fingerprint of the text"), max_length=64)
    person = models.ForeignKey(Person, models.PROTECT, related_name="signatures", verbose_name=_("signed by"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("entered by"),
        help_text=_("The reviewer's own account, or whoever keeps the signed paper of somebody outside."),
    )
    paper = models.CharField(
        _("where the signed paper is kept"),
        max_length=200,
        blank=True,
        help_text=_("For somebody outside, who signs on paper or by mail."),
    )
    signed_at = models.DateTimeField(_("signed"), default=timezone.now)
    reviewed_on = models.DateField(_("reviewed on"))
    next_review_on = models.DateField(_("next review due"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="signature_next_review_comes_after", condition=Q(next_review_on__gt=F("reviewed_on"))
            ),
        ]
        triggers = [
            *append_only("signature"),
            pgtrigger.Trigger(
                name="signature_not_by_its_author",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"""
                    -- Whoever names an author at the same moment waits here.
                    PERFORM FROM articles_article WHERE id = NEW.article_id FOR NO KEY UPDATE;
                    IF EXISTS (
                        SELECT FROM articles_credit AS credit
                        JOIN articles_person AS person ON person.id = credit.person_id
                        WHERE credit.article_id = NEW.article_id
                        AND credit.role IN ('{Role.AUTHOR}', '{Role.TRANSLATOR}')
                        AND (person.id = NEW.person_id OR person.user_id = NEW.by_id)
                    ) THEN
                        RAISE EXCEPTION 'signature_not_by_its_author' USING ERRCODE = 'check_violation';
                    END IF;
                    IF NOT EXISTS (
                        SELECT FROM articles_credit WHERE article_id = NEW.article_id
                        AND person_id = NEW.person_id AND role = '{Role.REVIEWER}'
                    ) THEN
                        RAISE EXCEPTION 'signature_by_a_reviewer' USING ERRCODE = 'check_violation';
                    END IF;
                    IF EXISTS (
                        SELECT FROM articles_revision AS revision
                        WHERE revision.article_id = NEW.article_id AND revision.by_id = NEW.by_id
                        AND revision.id > COALESCE((
                            SELECT max(revision_id) FROM articles_publication
                            WHERE article_id = NEW.article_id
                        ), 0)
                    ) THEN
                        RAISE EXCEPTION 'signature_not_by_who_saved_the_text'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.by_id IS NULL AND NOT EXISTS (
                        SELECT FROM articles_person WHERE id = NEW.person_id AND is_demonstration
                    ) THEN
                        RAISE EXCEPTION 'signature_by_somebody' USING ERRCODE = 'check_violation';
                    END IF;
                    IF NOT EXISTS (
                        SELECT FROM articles_revision AS revision
                        WHERE revision.id = NEW.revision_id AND revision.article_id = NEW.article_id
                        AND NEW.digest = {clinical_digest_in_sql("revision")}
                    ) THEN
                        RAISE EXCEPTION 'signature_of_the_revision' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - names and figures of our own
            ),
        ]

    def __str__(self):
        return f"{self.person}, {self.reviewed_on}"
