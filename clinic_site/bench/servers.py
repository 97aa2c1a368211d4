"""The servers that are compared, each in processes of its own."""

import contextlib
import gzip
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from clinic_site.embedded_postgres.server import ROOT, Cluster

from .load import ask_once

START_SECONDS = 60


class Server:
    """One server on a port of its own; `path` is what it is asked for."""

    def __init__(
        self, command: list[str], port: int, path: str, environment: dict[str, str], cwd: Path = ROOT
    ):
        self.port, self.path = port, path
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def wait(self, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError):
                if ask_once(self.port, self.path)[0] == 200:
                    return
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.log.seek(0)
                raise RuntimeError(f"A server does not answer:\n{self.log.read().decode()[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def granian(application: str, path: str, port: int | None = None, **environment: str) -> Server:
    port = port or free_port()
    command = [sys.executable, "-m", "clinic_site.bench.server", application, str(port)]
    return Server(command, port, path, {**os.environ, **environment})


NGINX = """
daemon off; worker_processes 1; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; types {{ text/html html; }} default_type text/html;
  client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f;
  uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
  server {{ listen 127.0.0.1:{port}; root {home}; gzip_static on; keepalive_requests 10000000; }}
}}
"""


def nginx(home: Path, page: bytes) -> Server | None:
    """Serve the same page as a file, compressed beforehand; None where nginx is not installed."""
    program = shutil.which("nginx")
    if program is None:
        return None
    port = free_port()
    home.chmod(0o755)
    (home / "page.html").write_bytes(page)
    (home / "page.html.gz").write_bytes(gzip.compress(page, 9, mtime=0))
    (home / "nginx.conf").write_text(NGINX.format(home=home, port=port))
    return Server([program, "-c", str(home / "nginx.conf")], port, "/page.html", dict(os.environ))


@contextlib.contextmanager
def postgresql_away(cluster: Cluster) -> Iterator[None]:
    """Kill the throw-away PostgreSQL, and keep its keeper from starting it again for a while."""
    keepers = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes()
            ours = Path(os.readlink(entry / "cwd")) == ROOT
            if ours and b"embedded_postgres.keeper" in command and cluster.flavour.encode() in command:
                keepers.append(int(entry.name))
    for keeper in keepers:
        os.kill(keeper, signal.SIGSTOP)
    try:
        os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        yield
    finally:
        for keeper in keepers:
            os.kill(keeper, signal.SIGCONT)
