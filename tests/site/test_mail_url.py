"""MAIL_URL: which server mail goes through, and that a demonstration's goes nowhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks

from clinic_site.mail_url import mailer

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("url", "port", "encrypted"),
    [
        ("submission://us%40er:p%2Fw@mail.example", 587, "use_tls"),
        ("smtps://us%40er:p%2Fw@mail.example", 465, "use_ssl"),
        ("submission://us%40er:p%2Fw@mail.example:2525", 2525, "use_tls"),
    ],
)
def test_an_address_says_server_port_account_and_encryption(url, port, encrypted):
    options = mailer(url, Path("/nowhere"))["OPTIONS"]

    assert (options["host"], options["port"]) == ("mail.example", port)
    assert (options["username"], options["password"]) == ("us@er", "p/w")
    assert options[encrypted] is True


@pytest.mark.parametrize("url", ["mail.example", "http://user:secret@mail.example", "smtps://user:secret@"])
def test_what_is_no_mail_server_is_refused_without_telling_the_password(url):
    with pytest.raises(ValueError, match="MAIL_URL cannot be read") as refusal:
        mailer(url, Path("/nowhere"))

    assert "secret" not in str(refusal.value)


def test_a_demonstration_sends_nothing_away_whatever_mail_url_says():
    said = "from django.conf import settings; print(settings.MAILERS)"
    environment = os.environ | {"DEMONSTRATION": "true", "MAIL_URL": "smtp://mail.example"}
    environment |= {"DJANGO_SETTINGS_MODULE": "clinic_site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )

    assert "mail.example" not in done.stdout
    assert "Mailbox" in done.stdout


@pytest.mark.django_db
def test_a_real_site_without_a_mail_server_is_refused(settings):
    def refused():
        return "clinic.E022" in {problem.id for problem in run_checks(include_deployment_checks=True)}

    settings.MAIL_URL = ""
    assert not refused()
    settings.DEMONSTRATION = False
    assert refused()
    settings.MAIL_URL = "submission://user:password@mail.example"
    assert not refused()
    settings.MAIL_URL, settings.CLINIC_PRIVATE_KEYS = "", []
    assert not refused()  # the public side sends none
