"""A real SMTP server on this machine, which can be told to misbehave; and the real worker beside it."""

import email
import email.policy
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]

logging.getLogger("mail.log").setLevel(logging.ERROR)  # the server's own, which is not ours to keep quiet


class MailServer:
    """Keeps what it gets. `refusals` maps a command to what it answers instead of yes."""

    def __init__(self, port=None):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = port or probe.getsockname()[1]
        self.got, self.refusals, self.before_yes = [], {}, lambda: None
        self.controller = None

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    async def handle_MAIL(self, server: SMTP, session, envelope, address, options):
        if no := self.refusals.get("MAIL"):
            return no
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if no := self.refusals.get("RCPT"):
            return no
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if no := self.refusals.get("DATA"):
            return no
        self.got.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        await server.loop.run_in_executor(None, self.before_yes)
        return "250 OK"


def silent():
    """Return a listening socket that takes connections and never says a word, as a hung server does."""
    listening = socket.create_server(("127.0.0.1", 0))
    taken = []

    def take():
        while True:
            try:
                taken.append(listening.accept()[0])
            except OSError:
                for connected in taken:
                    connected.close()
                return

    threading.Thread(target=take, daemon=True).start()
    return listening


class Worker:
    """`manage.py work` on the database of this test."""

    def __init__(self, mail_port):
        database = connection.settings_dict
        at = f"postgres://{database['USER']}@{database['HOST'].replace('/', '%2F')}:{database['PORT']}"
        environment = os.environ | {
            "DATABASE_URL": f"{at}/{database['NAME']}",
            "DEMONSTRATION": "false",
            "MAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "DJANGO_SETTINGS_MODULE": "clinic_site.settings",
            "CLINIC_PUBLIC_KEY": settings.CLINIC_PUBLIC_KEY,
        }
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "work"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        return self.said()

    def stop(self):
        self.process.terminate()
        return self.said()

    def said(self):
        return self.process.communicate(timeout=20)[0]
