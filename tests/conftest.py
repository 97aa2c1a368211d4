"""The stage on which every test plays: real PostgreSQL, real static files, real people."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation

from articles.evidence import CONTENT
from articles.management.commands import load_articles
from clinic_site import roles
from tests.stocked import stock

pytest_plugins = ["tests.alone", "tests.browser"]

THREE = ["understanding-depression-and-anxiety", "what-the-trials-show", "risks-and-unknowns"]


@pytest.fixture(scope="session", autouse=True)
def _static_files(tmp_path_factory):
    """Collect the static files as production does: a name that is not in the manifest fails."""
    from django.conf import settings

    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    settings.STORAGES["staticfiles"]["BACKEND"] = "clinic_site.stylesheets.InOnePiece"
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _emptying_tables_passes_the_append_only_triggers():
    """Let Django empty the tables after a test with real transactions. Nothing else may."""
    flush = DatabaseOperations.execute_sql_flush

    def flush_without_triggers(self, sql_list):
        flush(self, ["SET LOCAL session_replication_role = replica", *sql_list])

    DatabaseOperations.execute_sql_flush = flush_without_triggers
    yield
    DatabaseOperations.execute_sql_flush = flush


@pytest.fixture(autouse=True)
def _undefined_template_variables_fail(caplog):
    """A misspelt {{ variable }} renders as nothing in Django; here it fails."""
    with caplog.at_level("DEBUG", logger="django.template"):
        yield
        wrong = [
            record.getMessage().splitlines()[0]
            for record in caplog.get_records("call")
            if record.name == "django.template"
            and not str(record.args[1]).startswith(("admin/", "django/", "unknown"))
        ]
    assert not wrong, wrong


@pytest.fixture(autouse=True)
def _english():
    """Leave no language behind for the next test."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _the_shipped_facts_are_fresh(monkeypatch):
    """Judge facts by the day after they were checked, so that the tests do not fail as time goes by."""
    monkeypatch.setattr("articles.evidence.today", lambda: date(2026, 11, 23))


@pytest.fixture(autouse=True)
def _readiness_is_asked_anew(monkeypatch):
    """Answer each test from its own inquiries."""
    monkeypatch.setattr("inquiries.broken_promises.KEPT_FOR", 0)


@pytest.fixture(autouse=True)
def _passwords_are_cheap(settings):
    """A real hash takes half a second, twice for everybody who signs in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def load_all_articles():
    call_command("load_articles", verbosity=0)


def load_three_articles():
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        content = Path(name)
        for path in CONTENT.glob("*.yaml"):
            (content / path.name).symlink_to(path)
        (content / "en").mkdir()
        for slug in THREE:
            (content / "en" / f"{slug}.md").symlink_to(CONTENT / "en" / f"{slug}.md")
        patch.setattr(load_articles, "CONTENT", content)
        call_command("load_articles", verbosity=0)


@pytest.fixture
def articles(db):
    """Three of the shipped articles, in English, with all of the evidence."""
    stock(load_three_articles)


@pytest.fixture
def all_articles(db):
    """All shipped articles, in both languages."""
    stock(load_all_articles)


def _member(django_user_model, name, *groups):
    user = django_user_model.objects.create_user(name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def nurse(db, django_user_model):
    return _member(django_user_model, "nurse", roles.TRIAGE_NURSE)


@pytest.fixture
def colleague(db, django_user_model):
    return _member(django_user_model, "colleague", roles.TRIAGE_NURSE)


@pytest.fixture
def reviewing_nurse(db, django_user_model):
    return _member(django_user_model, "reviewing-nurse", roles.TRIAGE_NURSE)


@pytest.fixture
def editor(db, django_user_model):
    return _member(django_user_model, "editor", roles.EDITOR)


@pytest.fixture
def physician(db, django_user_model):
    return _member(django_user_model, "physician", roles.PHYSICIAN)


@pytest.fixture
def manager(db, django_user_model):
    return _member(django_user_model, "manager", roles.MANAGER)


@pytest.fixture
def auditor(db, django_user_model):
    return _member(django_user_model, "auditor", roles.AUDITOR)


@pytest.fixture
def author(db, django_user_model):
    return _member(django_user_model, "author", roles.AUTHOR)


@pytest.fixture
def reviewer(db, django_user_model):
    return _member(django_user_model, "reviewer", roles.REVIEWER)


@pytest.fixture
def sign_in():
    """Sign a member of staff in through the admin's own page."""

    def sign_in(page, user):
        user.set_password("a password for this test")
        user.save()
        page.goto("/admin/")
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill("a password for this test")
        page.get_by_role("button", name="Log in").click()
        return page

    return sign_in
