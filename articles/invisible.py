"""Characters that nobody sees on the page, and that can turn what stands beside them around."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Controls, bidirectional and zero-width marks, line separators, private use, lone surrogates, not assigned.
UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Co", "Cs", "Cn"}
BLANK_LETTERS = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # Hangul fillers and their like


def no_invisible_characters(text: str) -> None:
    """Refuse a single line that holds what nobody sees; a validator of fields."""
    _refuse(text, allowed="")


def no_invisible_characters_but_lines(text: str) -> None:
    """The same for a text of several lines."""
    _refuse(text, allowed="\r\n\t")


def _refuse(text: str, allowed: str) -> None:
    for index, letter in enumerate(text):
        unseen = unicodedata.category(letter) in UNSEEN or letter in BLANK_LETTERS
        if unseen and letter not in allowed:
            before = text[:index].split()[-1:] or [""]
            message = _("An invisible character (%(code)s) stands after “%(before)s”. Delete it there.")
            if not before[0]:
                message = _("The text begins with an invisible character (%(code)s). Delete it.")
            params = {"code": f"U+{ord(letter):04X}", "before": before[0]}
            raise ValidationError(message, "invisible", params)


# For fields that readers see: of one line, and of several.
VISIBLE = [no_invisible_characters]
VISIBLE_LINES = [no_invisible_characters_but_lines]
