"""What an operator forgets, found before the site opens."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.utils import timezone

from articles.models import InterestStatement
from inquiries import vault
from inquiries.ask import opening
from inquiries.wording import wording

from .clinic import clinic, in_language, lines
from .hosts import is_allowed


@register(Tags.security, deploy=True)
def production_has_a_real_clinic(app_configs, **kwargs):
    """Refuse to show the invented clinic as a real one."""
    if settings.DEMONSTRATION or not clinic().is_demonstration:
        return []
    return [
        Error(
            "The clinic profile is the demonstration's.",
            hint="Point CLINIC_PROFILE at the clinic's own facts, or set DEMONSTRATION=true.",
            id="clinic.E001",
        )
    ]


@register(Tags.security, deploy=True)
def the_site_answers_to_its_own_name(app_configs, **kwargs):
    """Refuse a SITE_URL whose host is not among ALLOWED_HOSTS: pages could not be stored."""
    if is_allowed(urlsplit(settings.SITE_URL).netloc):
        return []
    return [
        Error(
            "The host of SITE_URL is not among ALLOWED_HOSTS.",
            hint="Add it to ALLOWED_HOSTS: the addresses that pages print lead there.",
            id="clinic.E003",
        )
    ]


@register(Tags.security, deploy=True)
def demonstration_stays_at_home(app_configs, **kwargs):
    """Refuse to deploy what is only for showing."""
    if not settings.DEMONSTRATION:
        return []
    return [
        Error(
            "The site runs in demonstration mode.",
            hint="Set DEMONSTRATION=false once the clinic's own people have signed its pages.",
            id="clinic.E002",
        )
    ]


@register(Tags.security, deploy=True)
def questions_can_be_sealed(app_configs, **kwargs):
    """Refuse to open a form whose answers nobody could seal."""
    return _unusable("CLINIC_PUBLIC_KEY", "clinic.E004")


@register(Tags.security, deploy=True)
def what_was_sealed_can_be_opened(app_configs, **kwargs):
    """Refuse private keys that are none, or of which none opens what comes in now; a public side has none."""
    problems = _unusable("CLINIC_PRIVATE_KEYS", "clinic.E005")
    if problems or not vault.can_open() or _unusable("CLINIC_PUBLIC_KEY", ""):
        return problems
    if vault.current_key_id() in vault.held_key_ids():
        return []
    return [
        Error(
            "CLINIC_PRIVATE_KEYS does not hold the private half of CLINIC_PUBLIC_KEY.",
            hint="Put it first; the older ones stay until `manage.py rotate_keys` has said that it is done.",
            id="clinic.E006",
        )
    ]


@register(Tags.security, deploy=True)
def what_was_opened_can_be_searched(app_configs, **kwargs):
    """Refuse a staff's side without the key of the search."""
    return _unusable("SEARCH_KEY", "clinic.E007") if vault.can_open() else []


@register(Tags.security, deploy=True)
def the_texts_of_the_form_are_complete(app_configs, **kwargs):
    """Refuse a clinic profile that leaves a hole in what people agree to (rule C18)."""
    missing = opening.missing_facts()
    if not missing:
        return []
    return [
        Error(
            f"The texts of the inquiry form lack: {', '.join(missing)}.",
            hint="Fill them in, in both languages; the form stays closed until then.",
            id="clinic.E020",
        )
    ]


@register(Tags.database)
def a_lawyer_has_read_the_form(app_configs, databases=None, **kwargs):
    """Ask for a lawyer's reading of the form that still counts (rule C19): `check --database default`."""
    problem = databases and opening.legal_review_problem()
    return [Error(problem, hint="In the admin: Legal reviews.", id="clinic.E021")] if problem else []


@register(Tags.security, deploy=True)
def mail_leaves_the_machine(app_configs, **kwargs):
    """Refuse a worker's side whose mail would pile up in a folder."""
    if settings.DEMONSTRATION or settings.MAIL_URL or not vault.can_open():
        return []
    return [
        Error(
            "MAIL_URL is empty: mail to people who asked would go nowhere.",
            hint="Name the clinic's mail server, such as submission://user:password@mail.example:587.",
            id="clinic.E022",
        )
    ]


def _unusable(setting: str, code: str) -> list[Error]:
    try:
        vault.read_key(setting)
    except vault.NoKey as problem:
        hint = "Make keys with `python -m inquiries.vault`; docs/sealed-intake.md says which side gets which."
        return [Error(str(problem), hint=hint, id=code)]
    return []


# What readers must be told (editorial rules C18 and C19). Facts of the clinic come from the database, or from
# the file of CLINIC_PROFILE where it is away.

COUNTRIES = {"KR", "US", "GB-IE", "JP", "*"}  # each needs a crisis line
CHECK_SOON = timedelta(days=30)  # before a line stops showing: 60 days after it was checked
TOLD = ["legal_name", "responsible_physician", "licence", "address", "phone", "privacy_contact"]


@register(Tags.security, deploy=True)
def the_profile_is_complete(app_configs, **kwargs):
    """Refuse to open while the clinic does not say who it is and whom to ask."""
    missing = [
        f"{name} ({language})"
        for name in TOLD
        for language, _name in settings.LANGUAGES
        if not in_language(clinic().facts.get(name, ""), language).strip()
    ]
    if not missing:
        return []
    hint = "Fill them in under “Clinic” in the admin."
    return [Error(f"The clinic profile lacks: {', '.join(missing)}.", hint=hint, id="clinic.E008")]


@register(Tags.security, deploy=True)
def somebody_can_be_called_everywhere(app_configs, **kwargs):
    """Refuse to open without a crisis line that was checked lately, for each country that rule C18 names."""
    shown = lines()
    hint = "Call each line or read its own page, then mark it as checked in the admin."
    if missing := COUNTRIES - {line.country for line in shown}:
        named = ", ".join(sorted(missing))
        return [
            Error(f"No crisis line that was checked within 90 days: {named}.", hint=hint, id="clinic.E009")
        ]
    soon = timezone.localdate() + CHECK_SOON
    if lapsing := ", ".join(sorted({line.country for line in shown if line.shown_until < soon})):
        return [Warning(f"Crisis lines to check again soon: {lapsing}.", hint=hint, id="clinic.W009")]
    return []


@register(Tags.security, deploy=True)
def what_is_kept_has_an_end(app_configs, **kwargs):
    """Refuse a time for keeping that is none, or longer than a year."""
    return [
        Error(f"Retention: {name} must lie between 1 and 365 days.", id="clinic.E010")
        for name in ("closed_days", "open_max_days")
        if not 1 <= wording("en")["retention"][name] <= 365
    ]


@register(Tags.database)
def readers_are_told_what_is_earned(app_configs, databases=None, **kwargs):
    """Refuse silence on who earns what, in either language: `check --database default`."""
    if not databases:
        return []
    told = set(InterestStatement.objects.values_list("language", flat=True))
    missing = sorted({language for language, _name in settings.LANGUAGES} - told)
    text = f"No conflict-of-interest statement in: {', '.join(missing)}."
    return [Error(text, hint="`manage.py load_articles` brings the rules' own.", id="clinic.E011")] * bool(
        missing
    )
