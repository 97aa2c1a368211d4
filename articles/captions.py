"""What stands above and below each figure of ours: its title, and what it shows, as Markdown citing facts.

A figure is drawn when the page is asked for (live.py); its caption belongs to the text, so that its facts
are cited, numbered and searched as all others.
"""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FIGURE = re.compile(r"^\{figure ([\w-]+)\}\s*$", re.MULTILINE)
NEARLY_A_FIGURE = re.compile(r"\{\s*figure\b[^}]*\}?", re.IGNORECASE)

CAPTIONS = {
    "evidence": (
        gettext_lazy("The evidence in one picture"),
        gettext_lazy(
            "Each ring is a trial of cells or exosomes that we found, and each dot is a trial or study of a "
            "treatment in use [F15, F20, F33-F36]. We may have missed one."
        ),
    ),
    "trials": (
        gettext_lazy("The trials, and how large they are"),
        gettext_lazy(
            "Each bar is as long as the number of people planned, and filled as far as people joined "
            "[F33-F36]. “Not noted” means that we have not checked it, and the public record may say it. We "
            "may have missed a trial."
        ),
    ),
    "evidence-ladder": (
        gettext_lazy("How strong each kind of evidence is"),
        gettext_lazy(
            "Stem cells for depression or anxiety stand low on the ladder. There are results in mice and "
            "rats, and results in animals often fail in people [F29]. Work in people is at a very early "
            "stage [F32]. Up to {search_date}, we found no published randomised trial showing that they "
            "help [F31], and no trial of a person's own cells [F38]. We may have missed one. The other "
            "treatments stand where their trials have put them [F10, F15, F17, F20]."
        ),
    ),
    "where-cells-go": (
        gettext_lazy("Where cells go after a drip"),
        gettext_lazy(
            "In rats, most mesenchymal cells given into a vein were caught in the lungs first [F28]. A "
            "person is not a rat: we cannot tell you where the cells go in a person, or how many of them, "
            "if any, reach the brain."
        ),
    ),
    "clinic-path": (
        gettext_lazy("From your question to follow-up"),
        gettext_lazy(
            "You can stop at any step. In Korea, paid treatment outside research needs a plan that a "
            "national committee has reviewed [F59]. Before it, you must be told what is done, what to "
            "expect, what can go wrong and what it costs, and sign for it [F62]."
        ),
    ),
}


def names() -> list[str]:
    """Return what may stand behind “figure” in an article."""
    return list(CAPTIONS)


def title(name: str) -> str:
    """Return the title of a figure in the active language."""
    return str(CAPTIONS[name][0])


def caption(name: str) -> str:
    """Return what a figure shows in the active language, as Markdown."""
    return str(CAPTIONS[name][1])


def with_captions(text: str) -> str:
    """Return a Markdown text with the caption of each figure in its place."""
    return FIGURE.sub(lambda match: caption(match[1]) if match[1] in CAPTIONS else "", text)


def no_such(name: str) -> str:
    """Return what an editor is told of a name that is none."""
    known = ", ".join(names())
    return _("There is no figure “%(name)s”. The figures are: %(known)s.") % {"name": name, "known": known}
