"""Pictures of an article: bytes that never change, and words in both languages that may be mended."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .. import evidence
from ..append_only import fixed_fields
from ..kept import restamps
from .shipped import Written

WIDTH = 1600  # of a stored picture, at most
SMALL_WIDTH = 800  # for phones: twice a narrow screen
NAME_LENGTH = 32  # 128 bits of the digest: nobody guesses an address

KEY = r"^[a-z0-9]+(-[a-z0-9]+)*$"
FILE_NAME = r"^\S+\.(jpe?g|png|webp|gif|svg|hei[cf]|tiff?|bmp|pdf)$|^(img|dsc|dscn|dcim|pxl|image)[_-]?\d+$"

# What the file that was uploaded decides: see reencoding.py.
FROM_FILE = ["width", "height", "content", "small_width", "small_content", "sha256"]


class PictureKind(models.TextChoices):
    """What a picture may show. Nobody before or after a treatment, and no story of a patient."""

    DIAGRAM = "diagram", _("diagram")
    PORTRAIT_STAFF = "portrait_staff", _("portrait of a member of staff")
    PLACE = "place", _("place")


def says_something(text: str) -> None:
    """Refuse what only looks like an alternative text; a validator of fields."""
    if not re.search(r"\w{2}", text):
        raise ValidationError(_("Say in words what the picture tells."), "blank")
    if re.search(FILE_NAME, text.strip(), re.IGNORECASE):
        raise ValidationError(_("This is the name of a file. Say in words what the picture tells."), "file")


def is_korean(text: str) -> None:
    """Refuse a text without Hangul; a validator of fields."""
    if not re.search("[가-힣]", text):
        raise ValidationError(_("Write this one in Korean."), "language")


class PictureManager(models.Manager):
    """Leave the bytes where they are: a list of pictures would load megabytes."""

    def get_queryset(self):
        return super().get_queryset().defer("content", "small_content")

    def stored_bytes(self, name: str, width: int) -> bytes | None:
        """Return the WebP file of an address; None where there is none."""
        which = Case(
            When(width=width, then=F("content")),
            When(small_width=width, then=F("small_content")),
        )
        found = self.filter(sha256__startswith=name).annotate(found=which).exclude(found=None)
        content = found.values_list("found", flat=True).first()
        return None if content is None else bytes(content)


class Picture(Written, models.Model):
    """A picture that `{picture key}` shows. Another version of it is another picture."""

    key = models.CharField(
        _("key"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(KEY, _("Small letters a to z, digits and single hyphens only."))],
        help_text=_("{picture key} on a line of its own shows it in an article. The key stays for good."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=14,
        choices=PictureKind,
        help_text=_("There are no other kinds: no patients, and nothing from before or after a treatment."),
    )
    alt_en = models.CharField(
        _("alternative text (English)"),
        max_length=250,
        validators=[says_something],
        help_text=_(
            "What a reader who cannot see it needs to know; not “picture of”. Of a diagram say what it "
            "shows, not how it looks. One or two sentences."
        ),
    )
    alt_ko = models.CharField(
        _("alternative text (Korean)"),
        max_length=250,
        validators=[says_something, is_korean],
        help_text=_("The same in Korean."),
    )
    caption_en = models.CharField(
        _("caption (English)"),
        max_length=300,
        blank=True,
        help_text=_("What everybody reads below the picture. It does not repeat the alternative text."),
    )
    caption_ko = models.CharField(
        _("caption (Korean)"), max_length=300, blank=True, help_text=_("The same in Korean.")
    )
    credit = models.CharField(
        _("credit"), max_length=120, blank=True, help_text=_("Who made it, and under which licence.")
    )

    width = models.PositiveSmallIntegerField(_("width"), editable=False)
    height = models.PositiveSmallIntegerField(_("height"), editable=False)
    content = models.BinaryField(editable=False)
    small_width = models.PositiveSmallIntegerField(null=True, editable=False)
    small_content = models.BinaryField(null=True, editable=False)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)

    objects = PictureManager()

    WRITTEN = ["kind", "alt_en", "alt_ko", "caption_en", "caption_ko", "credit"]

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["key"]
        triggers = restamps("picture") + fixed_fields("picture", ["key", *FROM_FILE])
        constraints = [
            models.CheckConstraint(name="picture_kind_known", condition=Q(kind__in=PictureKind.values)),
            models.CheckConstraint(name="picture_key_plain", condition=Q(key__regex=KEY)),
            models.CheckConstraint(
                name="picture_told_in_both_languages",
                condition=Q(alt_en__regex=r"\w{2}")
                & Q(alt_ko__regex="[가-힣]")
                & ~Q(alt_en__iregex=FILE_NAME)
                & ~Q(alt_ko__iregex=FILE_NAME),
            ),
            models.CheckConstraint(
                name="picture_caption_in_both_languages",
                condition=Q(caption_en="", caption_ko="") | ~Q(caption_en="") & ~Q(caption_ko=""),
                violation_error_message=_("Write the caption in both languages, or in neither."),
            ),
            models.CheckConstraint(name="picture_fits", condition=Q(width__range=(1, WIDTH), height__gte=1)),
            models.CheckConstraint(
                name="picture_small_when_wide",
                # Not null is asked for too: to compare with null is neither true nor false, and would pass.
                condition=Q(width__gt=SMALL_WIDTH, small_width=SMALL_WIDTH)
                & Q(small_width__isnull=False, small_content__isnull=False)
                | Q(width__lte=SMALL_WIDTH, small_width=None, small_content=None),
            ),
            models.CheckConstraint(
                name="picture_named_by_its_bytes",
                condition=Q(
                    sha256=Func(
                        Func(F("content"), function="sha256"),
                        Value("hex"),
                        function="encode",
                        output_field=models.CharField(),
                    )
                ),
            ),
        ]

    def __str__(self):
        return self.key

    def said(self, name: str) -> str:
        """Return one of the texts in the active language."""
        return getattr(self, f"{name}_{'ko' if get_language() == 'ko' else 'en'}")

    @property
    def entry(self) -> evidence.Picture:
        """The picture as plain data, for rendering and rules."""
        widths = (self.small_width, self.width) if self.small_width else (self.width,)
        fields: dict[str, Any] = {name: getattr(self, name) for name in ["key", *self.WRITTEN, "height"]}
        return evidence.Picture(name=self.sha256[:NAME_LENGTH], widths=widths, **fields)
