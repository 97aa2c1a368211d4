"""What deploy/ holds fits the software: settings, commands, and files that their programs accept."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from clinic_site.models import HelpLine
from clinic_site.run import THREADS

from .test_project import ROOT, production

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted(DEPLOY.glob("compose/*.yaml")) + sorted(DEPLOY.glob("kubernetes/*.yaml"))
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
TEXTS = [path for path in DEPLOY.rglob("*") if path.is_file()]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# What a side cannot do without; the public one must not have the second half.
PUBLIC = {"SECRET_KEY", "CLINIC_PUBLIC_KEY", "SITE_URL", "ALLOWED_HOSTS", "DATABASE_URL", "CLINIC_PROFILE"}
PUBLIC |= {"TRUSTED_PROXIES"}
LOCKS = ["ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes", "LimitCORE=0", "UMask=0077"]
STAFF_ALONE = {"CLINIC_PRIVATE_KEYS", "SEARCH_KEY", "MAIL_URL", "MAIL_FROM"}


def given(path):
    return {
        line.split("=", 1)[0] for line in path.read_text("utf-8").splitlines() if re.match(r"[A-Z]", line)
    }


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_every_manifest_is_yaml(path):
    assert all(part for part in yaml.safe_load_all(path.read_text("utf-8")))


def test_each_side_is_given_what_it_needs_and_no_more():
    known = set(production())

    assert given(DEPLOY / "compose/public.env.example") == PUBLIC
    assert given(DEPLOY / "compose/staff.env.example") == PUBLIC | STAFF_ALONE
    assert known >= (PUBLIC | STAFF_ALONE)


def test_every_setting_is_explained_where_operators_look():
    page = (ROOT / "docs/operations/settings.md").read_text("utf-8")
    told = set(re.findall(r"^\| `([A-Z_]+)`", page, re.M))

    assert told == set(production()) - {"PATH", "HOME", "DJANGO_SETTINGS_MODULE"}


@pytest.mark.parametrize("path", TEXTS + PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_is_named_exists(path):
    text = path.read_text("utf-8")
    named = set(re.findall(r"manage\.py[`\"]?,? \"?([a-z_]+)", text))
    made = set(re.findall(r"`make ([a-z-]+)", text))

    assert named <= set(get_commands())
    assert made <= set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_is_locked_in(path):
    text = path.read_text("utf-8")

    for line in [
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "LimitCORE=0",
        "UMask=0077",
    ]:
        assert line in text.splitlines()
    assert re.search(r"^User=clinic-(public|staff)$", text, re.M)
    wanted = "public" if "public" in path.name else "staff"
    assert f"EnvironmentFile=/etc/clinic/{wanted}.env" in text


def test_the_site_is_served_with_as_many_threads_as_at_home():
    for path in [DEPLOY / "Containerfile", *DEPLOY.glob("systemd/clinic-[ps]*.service")]:
        assert re.search(rf'blocking-threads"?,? "?{THREADS}\b', path.read_text("utf-8")), path


@pytest.mark.django_db
def test_the_page_of_last_resort_names_who_helps():
    page = (DEPLOY / "nginx/away.html").read_text("utf-8")
    korean = HelpLine.objects.filter(country="KR").values_list("call", flat=True)

    assert {"119", "109"} <= set(re.findall(r'tel:(\d+)"', page))
    assert set(re.findall(r"\d+", " ".join(korean))) >= {"109"}
    assert 'lang="ko"' in page


def test_nginx_accepts_its_configuration(tmp_path):
    if not (nginx := shutil.which("nginx")):
        pytest.skip("no nginx on this machine")
    config = nginx_config(tmp_path)

    done = subprocess.run([nginx, "-t", "-c", config], capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr


def nginx_config(home: Path) -> Path:
    """Return the configuration as on a server, with its files under `home` and a certificate of its own."""
    for name in ("tls", "run", "cache", "clinic"):
        (home / name).mkdir()
    key, chain = home / "tls/privkey.pem", home / "tls/fullchain.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=clinic.example"
    subprocess.run(
        [*made.split(), "-keyout", str(key), "-out", str(chain)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    shutil.copy(DEPLOY / "nginx/away.html", home / "clinic")
    shutil.copy(DEPLOY / "nginx/upstreams.conf", home)
    (home / "mime.types").write_text("types { text/html html; text/css css; }")
    text = (DEPLOY / "nginx/nginx.conf").read_text("utf-8")
    text = text.replace("/etc/nginx", str(home)).replace("/run/nginx", f"{home}/run")
    text = text.replace("/var/cache/nginx", f"{home}/cache")
    (home / "nginx.conf").write_text(text)
    return home / "nginx.conf"
