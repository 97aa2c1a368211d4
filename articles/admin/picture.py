"""Pictures for editors: uploaded once, told in both languages, and shown with the articles that use them."""

from math import ceil
from pathlib import PurePath

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import uploads
from ..models import Picture
from ..pictures import articles_by_picture, pages_by_picture
from ..quality.phrases import phrases
from ..quality.text import normal
from ..reencoding import UnusablePicture, encode
from .citing import article_links
from .guarded import FixedKey
from .locked import LockedForm

THUMBNAIL = (96, 72)
SHOWN = (480, 480)


def image(picture: Picture, box: tuple[int, int]) -> SafeString:
    """Return a stored picture, made to fit into a box."""
    entry = picture.entry
    scale = min(1, box[0] / entry.width, box[1] / entry.height)
    return format_html(
        '<img class="stored-picture" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
        entry.address(entry.widths[0]),
        picture.said("alt"),
        max(1, round(entry.width * scale)),
        max(1, round(entry.height * scale)),
    )


class PictureForm(LockedForm):
    """The words of a picture that is stored."""

    class Meta:
        model = Picture
        fields = ["key", *Picture.WRITTEN]
        widgets = {
            name: forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})
            for name in ("alt_en", "alt_ko", "caption_en", "caption_ko")
        }

    def clean(self):
        cleaned = super().clean()
        for name in ("alt_en", "alt_ko", "caption_en", "caption_ko", "credit"):
            text = normal(cleaned.get(name) or "")
            for entry in ("blocked", "improvement"):
                for match in phrases(entry).find(text):
                    self.add_error(
                        name, _("“%(word)s” is a blocked word. Say it without.") % {"word": match.word}
                    )
        for name in ("alt_en", "alt_ko"):
            if cleaned.get(name) and _is_a_name(cleaned[name], self.names()):
                self.add_error(name, _("This is a name. Say in words what the picture tells."))
        return cleaned

    def names(self) -> list[str]:
        """Return what the picture is called, which says nothing to a reader."""
        return [self.instance.key or self.cleaned_data.get("key", "")]


def _is_a_name(text: str, names: list[str]) -> bool:
    def bare(name: str) -> str:
        return "".join(letter for letter in normal(name) if letter.isalnum())

    return bare(text) in {bare(name) for name in names if name}


class NewPictureForm(PictureForm):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_(
            "JPEG, PNG or WebP, up to 8 MB and 6000 pixels a side. Where and with what it was taken is left "
            "out. Only what the clinic may publish; of people, only staff who agreed."
        ),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > uploads.LONGEST:
            raise ValidationError(
                _("The file has %(size)s MB; 8 MB is the most. Make the picture smaller."),
                "long",
                {"size": ceil(file.size / 100_000) / 10},
            )
        try:
            encoded = encode(file.read(), self.data.get(self.add_prefix("kind"), ""))
        except UnusablePicture as error:
            raise ValidationError(str(error), "unusable") from error
        # Whoever presses the button twice: the second waits for the first, and finds its picture here.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('articles_picture'))")
        if same := Picture.objects.filter(sha256=encoded.sha256).first():
            raise ValidationError(
                _("This picture is here already: {picture %(key)s} shows it."), "same", {"key": same.key}
            )
        for name, value in vars(encoded).items():
            setattr(self.instance, name, value)
        return file

    def full_clean(self):
        """Say last of all, when every field was judged, that the file has to be chosen once more."""
        super().full_clean()
        if self.errors and "file" not in self.errors:
            self.add_error("file", _("Choose the file again: your browser did not keep it."))

    def names(self):
        file = self.files.get(self.add_prefix("file"))
        name = file.name if file else ""
        return [*super().names(), name, PurePath(name).stem]


class PictureList(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        showing = articles_by_picture()
        self.result_list = list(self.result_list)
        for picture in self.result_list:
            picture.showing = showing.get(picture.key, [])


@admin.register(Picture)
class PictureAdmin(FixedKey):
    list_display = ["thumbnail", "key", "kind", "alternative_text", "used_by"]
    list_display_links = ["thumbnail", "key"]
    list_filter = ["kind"]
    search_fields = ["key", "alt_en", "alt_ko", "caption_en", "caption_ko", "credit"]
    readonly_fields = ["shown", "in_markdown", "shown_by"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        kwargs["form"] = PictureForm if change else NewPictureForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        words = [
            (
                _("For readers who cannot see it"),
                {"fields": ["alt_en", "alt_ko"]},
            ),
            (_("Below the picture"), {"fields": ["caption_en", "caption_ko", "credit"]}),
        ]
        if obj is None:
            return [(None, {"fields": ["file", "kind", "key"]}), *words]
        return [(None, {"fields": ["shown", "in_markdown", "kind", "shown_by"]}), *words]

    def get_changelist(self, request, **kwargs):
        return PictureList

    @admin.display(description=_("picture"))
    def thumbnail(self, picture):
        return image(picture, THUMBNAIL)

    @admin.display(description=_("picture"))
    def shown(self, picture):
        return image(picture, SHOWN)

    @admin.display(description=_("in an article"))
    def in_markdown(self, picture):
        return format_html("<code>{{picture {}}}</code>", picture.key)

    @admin.display(description=_("alternative text"))
    def alternative_text(self, picture):
        return picture.said("alt")

    @admin.display(description=_("used by"))
    def used_by(self, picture):
        return article_links(picture.showing)

    @admin.display(description=_("used by"))
    def shown_by(self, picture):
        return article_links(articles_by_picture().get(picture.key, []))

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not (change and form.changed_data):
            return
        if pages := pages_by_picture().get(obj.key):
            lead = gettext("Published pages show the new words from their next version on:")
            links = article_links([page.article for page in pages])
            messages.warning(request, format_html("{} {}", lead, links))
