"""House rules: what must hold for the project as a whole."""

import ast
import os
import re
import subprocess
import sys
from datetime import timedelta
from gettext import GNUTranslations
from io import StringIO

import pytest
import yaml
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command
from django.template.loader import get_template

from articles import evidence
from articles.models import InterestStatement
from clinic_site import checks
from clinic_site.models import HelpLine
from inquiries import sensitivity
from inquiries.contents import for_staff
from inquiries.models import Status
from inquiries.vault import new_keys
from tests.factories import make_inquiry

ROOT = settings.BASE_DIR
TEMPLATES = sorted(path.relative_to(ROOT / "templates") for path in ROOT.glob("templates/**/*.*"))
CODE = [path for folder in ("clinic_site", "articles", "inquiries") for path in (ROOT / folder).rglob("*.py")]
KEYS, OTHER_KEYS = new_keys(), new_keys()
CATALOGUE = ROOT / "locale/ko/LC_MESSAGES/django.po"


def production(**changed):
    """Return the environment of .env.example, as a real site would set it."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given |= {"DJANGO_SETTINGS_MODULE": "clinic_site.settings", "CLINIC_PROFILE": "tests/data/clinic.yaml"}
    return keep | given | KEYS | {"SECRET_KEY": "k3y-" * 16 + "abcdefgh"} | changed


def manage(*arguments, **changed):
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=production(**changed), capture_output=True, text=True, timeout=60
    )


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_env_example_names_every_variable_that_the_settings_read():
    read = re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "clinic_site/settings.py").read_text("utf-8"))

    assert sorted(set(read)) == sorted(
        name for name in production() if name not in ("PATH", "HOME", "DJANGO_SETTINGS_MODULE")
    )


def test_production_settings_pass_djangos_own_checks():
    done = manage("check", "--deploy", "--fail-level", "WARNING", "--tag", "security")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"DEMONSTRATION": "true"}, "clinic.E002"),
        ({"CLINIC_PROFILE": "clinic_site/content/demonstration-clinic.yaml"}, "clinic.E001"),
        ({"ALLOWED_HOSTS": "www.clinic.example"}, "clinic.E003"),
        ({"CLINIC_PUBLIC_KEY": "change-me"}, "clinic.E004"),
        ({"CLINIC_PUBLIC_KEY": ""}, "clinic.E004"),
        ({"CLINIC_PRIVATE_KEYS": "change-me"}, "clinic.E005"),
        ({"CLINIC_PRIVATE_KEYS": OTHER_KEYS["CLINIC_PRIVATE_KEYS"]}, "clinic.E006"),
        ({"SEARCH_KEY": ""}, "clinic.E007"),
        ({"DEBUG": "true"}, "security.W018"),
        ({"SITE_URL": "http://clinic.example"}, "security.W008"),
    ],
)
def test_what_must_not_go_live_is_named(changed, code):
    done = manage("check", "--deploy", "--fail-level", "WARNING", "--tag", "security", **changed)

    assert done.returncode != 0
    assert code in done.stderr


def test_a_public_side_needs_no_private_key():
    done = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        "--tag",
        "security",
        CLINIC_PRIVATE_KEYS="",
        SEARCH_KEY="",
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("said", "instead", "code"),
    [
        ('licence: {en: "Physician', 'licence: {en: "", ko: ""}\nwas: {en: "Physician', "clinic.E008"),
        ("processors:", "was:", "clinic.E020"),
    ],
)
def test_a_profile_with_a_hole_is_named(tmp_path, said, instead, code):
    profile = (ROOT / "tests/data/clinic.yaml").read_text("utf-8")
    assert said in profile
    (tmp_path / "clinic.yaml").write_text(profile.replace(said, instead), "utf-8")

    done = manage("check", "--deploy", "--tag", "security", CLINIC_PROFILE=str(tmp_path / "clinic.yaml"))

    assert done.returncode != 0
    assert code in done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "code"), [(91, "clinic.E009"), (61, "clinic.W009"), (59, None)])
def test_crisis_lines_that_nobody_checked_are_named(days, code):
    HelpLine.objects.filter(country="JP").update(checked_on=evidence.today() - timedelta(days=days))

    found = {problem.id for problem in checks.somebody_can_be_called_everywhere(None)}

    assert found == ({code} if code else set())


@pytest.mark.django_db
def test_silence_on_what_the_clinic_earns_is_named():
    InterestStatement.objects.create(language="en", text="We earn by this.")

    (problem,) = checks.readers_are_told_what_is_earned(None, ["default"])

    assert problem.id == "clinic.E011"
    assert "ko" in problem.msg


def test_what_the_database_url_asks_for_is_kept():
    script = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS'])"
    environment = production(DATABASE_URL="postgres://clinic@db.example/clinic?sslmode=verify-full")

    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)

    assert "'sslmode': 'verify-full'" in done.stdout
    assert "'server_side_binding': True" in done.stdout


@pytest.mark.parametrize(
    "template", [path for path in TEMPLATES if path.suffix in (".html", ".txt")], ids=str
)
def test_every_template_compiles_and_is_used(template):
    get_template(str(template))

    name = str(template)
    if name.startswith("admin/") or name in ("500.html",):
        return  # Django asks for these by name
    places = [path.read_text("utf-8") for path in CODE + [ROOT / "templates" / other for other in TEMPLATES]]
    crispy = name.startswith("clinic/")  # crispy-forms asks for its pack by name
    assert crispy or any(f'"{name}"' in text for text in places), "unused"


def test_every_field_of_an_inquiry_has_a_privacy_class():
    assert sensitivity.fields_without_a_class() == set()


@pytest.mark.django_db
def test_everything_that_is_sealed_has_a_privacy_class(nurse):
    opened = for_staff(make_inquiry(status=Status.TAKEN, owner=nurse))

    sealed = {
        "Inquiry.contact_sealed": set(opened._open("contact_sealed")),
        "Inquiry.question_sealed": set(opened._open("question_sealed")),
        "Message.text_sealed": {"text", "choices"},
        "Draft.text_sealed": {"text"},
        "Note.text_sealed": {"text"},
    }
    assert sealed == {place: set(keys) for place, keys in sensitivity.SEALED.items()}


def test_arrows_run_one_way():
    """articles knows neither inquiries nor the wiring; inquiries knows articles; clinic_site wires."""
    for path in CODE:
        tree = ast.parse(path.read_text("utf-8"))
        names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        names |= {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        app = path.relative_to(ROOT).parts[0]
        if app == "articles":
            assert not any(name.startswith("inquiries") for name in names), path
        if app != "clinic_site":
            if "check_intake" in path.parts:
                continue  # a drill: it starts the whole site and kills it
            wired = {name.removeprefix("clinic_site.") for name in names if name.startswith("clinic_site")}
            assert wired <= {"calendar", "clinic", "deadline", "public"}, path


def test_nothing_marks_text_as_safe_but_what_was_sanitised():
    found = {
        str(path.relative_to(ROOT))
        for path in CODE + list(ROOT.glob("templates/**/*.html"))
        if re.search(r"mark_safe\(|\|safe\b|autoescape off", path.read_text("utf-8"))
    }

    assert found == {"templates/articles/detail.html", "articles/structured.py"}


def test_the_korean_catalogue_is_complete_and_compiled():
    with CATALOGUE.open("rb") as file:
        written = [message for message in read_po(file) if message.id]
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)

    assert len(written) > 150
    for message in written:
        key, texts = message.id, message.string
        if message.pluralizable:
            key, texts = message.id[0], message.string[0]
            found = compiled.ngettext(*message.id, 1)
        elif message.context:
            found = compiled.pgettext(message.context, key)
        else:
            found = compiled.gettext(key)
        assert texts, f"untranslated: {key}"
        assert not message.fuzzy, f"fuzzy: {key}"
        assert found == texts, f"not compiled: {key}"


def test_the_texts_of_the_form_exist_in_both_languages():
    def check(node, place):
        if isinstance(node, dict):
            if "en" in node or "ko" in node:
                assert {"en", "ko"} <= set(node), place
                assert bool(node["en"]) == bool(node["ko"]), place
            for key, value in node.items():
                check(value, f"{place}.{key}")
        elif isinstance(node, list):
            for number, value in enumerate(node):
                check(value, f"{place}[{number}]")

    for name in [
        "inquiries/content/inquiry-form.yaml",
        "clinic_site/content/help-lines.yaml",
        "tests/data/clinic.yaml",
    ]:
        check(yaml.safe_load((ROOT / name).read_text("utf-8")), name)


def test_the_lock_file_names_only_the_public_registry():
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text("utf-8")))

    assert hosts == {"pypi.org", "files.pythonhosted.org"}
