"""The site as `make run` serves it, in several processes, and somebody who edits it meanwhile."""

import http.client
import os
import socket
import struct
import threading
import time
from pathlib import Path

from .checkouts import Checkout

PARTS = [".env.example", "manage.py", "clinic_site", "articles", "inquiries", "templates", "static", "locale"]
PARTS += ["tests"]
EDITOR = """
import sys, traceback
from datetime import date, timedelta
from django.utils import timezone
from articles import evidence, publishing
from articles.models import *
from tests.factories import *
for line in sys.stdin:
    try:
        exec(line)
        print("done", flush=True)
    except Exception:
        print("failed", traceback.format_exc(), flush=True)
"""


def zone(directory, midnight):
    """Write a Seoul whose day ends at a moment of our choice: no test can wait for midnight."""
    offset = -int(midnight) % 86400
    offset -= 86400 if offset > 43200 else 0
    (directory / "Asia").mkdir(parents=True)
    head = struct.pack(">4sc15x6l", b"TZif", b"\0", 0, 0, 0, 0, 1, 4)
    (directory / "Asia/Seoul").write_bytes(head + struct.pack(">lbb4s", offset, 0, 0, b"KST\0"))


class Running:
    """`make run` with two workers, asked over connections that reach both, and somebody who edits."""

    def __init__(self):
        self.checkout = Checkout(*PARTS)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        zoneinfo = self.checkout.path / "zones"
        self.midnight = int(time.time()) + 150  # after all that comes before it, on a slow machine too
        zone(zoneinfo, self.midnight)
        environment = {
            "PORT": str(self.port),
            "EMBEDDED_POSTGRES": "throwaway",
            "PYTHONTZPATH": str(zoneinfo),
        }
        process = self.checkout.start("-m", "clinic_site.run", **environment)
        self.said = ""
        watchdog = threading.Timer(150, process.kill)
        watchdog.start()
        for line in process.stdout:
            self.said += line
            if line.startswith("Sign in: editor"):
                break
        watchdog.cancel()
        threading.Thread(target=process.stdout.read, daemon=True).start()
        self.editor = self.checkout.start("manage.py", "shell", "--verbosity=0", "-c", EDITOR, **environment)
        self.connections = []

    def edit(self, line):
        self.editor.stdin.write(line + "\n")
        said = self.editor.stdout.readline()
        while said and not said.startswith(("done", "failed")):
            said = self.editor.stdout.readline()
        assert said.startswith("done"), said + self.editor.stdout.readline()

    def connect(self):
        """Open connections until both workers have some: the kernel deals them out."""
        for connection_ in self.connections:
            connection_.close()
        self.connections = [
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=15) for _number in range(16)
        ]

    def all(self, path, method="GET", **headers):
        """Return the different answers to a request over every connection: one if all agree."""
        return {self.ask(connection_, path, method, **headers) for connection_ in self.connections}

    def ask(self, connection_, path, method="GET", **headers):
        connection_.request(method, path, headers={"Host": f"localhost:{self.port}"} | headers)
        answer = connection_.getresponse()
        return answer.status, answer.read().decode()

    def agree(self, path, right):
        return all(right(status, body) for status, body in self.all(path))

    def workers(self):
        """Return the processes that hold our connections: the kernel says so."""
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        ours = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(f":{self.port:04X}")}
        return {
            process
            for process in self.checkout.processes()
            if ours & {os.readlink(handle) for handle in Path(f"/proc/{process}/fd").iterdir()}
        }
