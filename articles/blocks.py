"""The HTML of what stands by itself in an article: pictures, panels, care cards and tables."""

from django.utils.html import format_html
from django.utils.translation import gettext as _

from . import statements
from .evidence import Ledger
from .marks import LIVE_PANELS, RenderingError

# How wide a picture is shown: the measure of the text, or a phone less the margins of the page.
PICTURE_SIZES = "(min-width: 38rem) 36rem, calc(100vw - 2rem)"
PORTRAIT_SIZES = "16rem"
TELL_US = "tell-us"  # where an article asks what it got wrong: detail.html


def figure(key: str, language: str, ledger: Ledger) -> str:
    picture = ledger.pictures.get(key)
    if picture is None:
        known = ", ".join(sorted(ledger.pictures)) or "–"
        raise RenderingError(
            _("There is no picture “%(key)s”. The pictures are: %(known)s.") % {"key": key, "known": known}
        )
    image = format_html(
        '<img src="{}" srcset="{}" sizes="{}" alt="{}" width="{}" height="{}" '
        'loading="lazy" decoding="async">',
        picture.address(picture.width),
        ", ".join(f"{picture.address(width)} {width}w" for width in picture.widths),
        PORTRAIT_SIZES if picture.kind == "portrait_staff" else PICTURE_SIZES,
        picture.said("alt", language),
        picture.width,
        picture.height,
    )
    caption = picture.said("caption", language)
    credit = picture.credit and format_html(
        '<span class="credit">{}</span>', _("Picture: %(credit)s") % {"credit": picture.credit}
    )
    below = format_html("{} {}", caption, credit) if caption and credit else caption or credit
    return format_html(
        '<figure class="picture picture-{}">{}{}</figure>\n',
        picture.kind,
        image,
        below and format_html("<figcaption>{}</figcaption>", below),
    )


def clinic_mark(key: str, ledger: Ledger) -> str:
    known = ledger.clinic_statements
    if known is not None and key not in known:
        raise RenderingError(
            _("The clinic evidence register has no “%(key)s”. It has: %(known)s.")
            % {"key": key, "known": ", ".join(sorted(known))}
        )
    return format_html('<div class="live live-clinic-{}"></div>\n', key)


def panel(name: str, language: str) -> str:
    if name in LIVE_PANELS:
        return format_html('<div class="live live-{}"></div>\n', name)
    try:
        text = statements.panel(name, language)
    except KeyError:
        known = ", ".join([*statements.panel_names(), *LIVE_PANELS])
        raise RenderingError(
            _("There is no panel “%(name)s”. The panels are: %(known)s.") % {"name": name, "known": known}
        ) from None
    more = ""
    if name == "evidence":
        more = format_html(' <a href="#{}">{}</a>', TELL_US, _("Tell us of a study"))
    return format_html('<div class="panel panel-{}"><p>{}{}</p></div>\n', name, text, more)


def open_table(self, tokens, index, options, env) -> str:
    label = tokens[index].meta["label"]
    return format_html(
        '<div class="table-scroll" role="table" tabindex="0" aria-label="{}"><table role="presentation">\n',
        label,
    )


def care_card(self, tokens, index, options, env) -> str:
    if tokens[index].nesting < 0:
        return "</section>\n"
    level = tokens[index].info.strip()
    words = {"routine": _("Routine"), "urgent": _("Urgent"), "emergency": _("Emergency")}
    return format_html('<section class="care care-{}"><p class="care-level">{}</p>\n', level, words[level])


def in_short(self, tokens, index, options, env) -> str:
    return '<section class="in-short">\n' if tokens[index].nesting > 0 else "</section>\n"
