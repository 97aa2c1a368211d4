"""Where the embedded PostgreSQL lies, and how a process joins its users.

A process that uses the server holds a shared lock on users.lock. The keeper (keeper.py), one
per cluster, holds keeper.lock and runs the server until nobody holds users.lock any more. The
kernel drops a lock however its holder ends, kill -9 included, so nothing here can go stale.
"""

import errno
import fcntl
import functools
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
KEY = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:10]
NAME = USER = "clinic"
PORT = 5432
PUBLIC = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - make_directory checks whose they are
START_SECONDS = 90  # crash recovery of a busy cluster on a slow disk takes its time

# One cluster keeps a person's data, the other is for tests and may lose everything.
FLAVOURS = {
    "durable": ("postgres", {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}),
    "throwaway": (
        "postgres-throwaway",
        {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"},
    ),
}


class ServerError(Exception):
    """One line for the person at the terminal: why there is no server."""


class Cluster:
    def __init__(self, flavour: str):
        self.flavour = flavour
        self.name, self.durability = FLAVOURS[flavour]
        # Not in var/ nor $TMPDIR: a socket's path holds 107 bytes, and every process of the
        # checkout must come to the same one.
        self.sockets = PUBLIC[0] / f"clinic-{KEY}-{self.name}"
        self._users: IO[str] | None = None
        self._keeper: subprocess.Popen | None = None
        self._joining = threading.Lock()

    @functools.cached_property
    def home(self) -> Path:
        """The directory of data, locks and log; var/, unless the server's account cannot enter it."""
        places = [ROOT / "var"]
        if os.geteuid() == 0:
            places.append(PUBLIC[1] / f"clinic-{KEY}")
        try:
            for place in places:
                if (place / self.name / "data").exists():
                    return place / self.name
            for place in places:
                make_directory(place)
                if can_enter(place, account()):
                    return make_directory(place / self.name)
        except OSError as error:
            raise ServerError(
                f"The embedded PostgreSQL needs to write in {error.filename}: {error.strerror}."
            ) from None
        raise ServerError(f"The account of PostgreSQL can enter neither of {places}: set DATABASE_URL.")

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    def join(self) -> None:
        """Make sure that the server runs, and count this process among its users.

        Called for every connection: two system calls while all is well.
        """
        if self._users is not None and is_locked(self.home / "keeper.lock"):
            return
        with self._joining:
            if self._users is None:
                users = self._open("users.lock")
                fcntl.flock(users, fcntl.LOCK_SH)  # waits out a server that is being stopped
                self._users = users
            self._wait_for_server()

    def _wait_for_server(self) -> None:
        keeper, deadline = None, time.monotonic() + START_SECONDS
        while not (kept := is_locked(self.home / "keeper.lock")) or not self._answers():
            if keeper is not None and keeper.poll():
                raise ServerError(f"{self._last_words()} (more in {self.log})")
            # Several processes may start a keeper at once: all but one leave quietly.
            if not kept and (keeper is None or keeper.poll() == 0):
                # Kept: Python complains of a child that is forgotten while it runs.
                keeper = self._keeper = self._start_keeper()
            if time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL did not start in {START_SECONDS} s (more in {self.log})")
            time.sleep(0.02)

    def _start_keeper(self) -> subprocess.Popen:
        with self._open("log") as log:
            if log.tell() > 1_000_000:
                log.truncate(0)
            return subprocess.Popen(
                [sys.executable, "-m", "clinic_site.embedded_postgres.keeper", self.flavour],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                # Out of reach of the terminal's Ctrl-C.
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _answers(self) -> bool:
        from psycopg.pq import PGconn, Ping  # the keeper does without psycopg

        if not (self.sockets / f".s.PGSQL.{PORT}").exists():
            return False
        conninfo = f"host={self.sockets} port={PORT} user={USER} dbname=postgres connect_timeout=2"
        return PGconn.ping(conninfo.encode()) == Ping.OK

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "PostgreSQL did not start")

    def _open(self, name: str) -> IO[str]:
        try:
            return open(self.home / name, "a", opener=private)
        except OSError as error:
            raise ServerError(
                f"The embedded PostgreSQL needs to write in {error.filename}: {error.strerror}."
            ) from None


cluster = functools.cache(Cluster)


def private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def is_locked(path: Path) -> bool:
    """Tell whether a process holds the exclusive lock on a file.

    The file is opened anew each time: a descriptor kept for this would be shared with forked
    children, and with it the lock of the moment.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def account(data: Path | None = None) -> dict[str, Any]:
    """Give the account for the server, as arguments of subprocess: PostgreSQL refuses to be root.

    Data that exists keeps its owner.
    """
    if os.geteuid():
        return {}
    owner = data.stat().st_uid if data is not None and data.exists() else 0
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("postgres")
    except KeyError:
        entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def can_enter(directory: Path, who: dict[str, Any]) -> bool:
    return not who or subprocess.run(["test", "-x", directory], cwd="/", **who).returncode == 0


def make_directory(directory: Path, mode: int = 0o755, who: dict[str, Any] | None = None) -> Path:
    """Make a directory for an account (else for ourselves), or accept the one that is there.

    In /tmp and /var/tmp anybody could have made it first, to read along.
    """
    if not os.path.lexists(directory):
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(mode)
        if who:
            os.chown(directory, who["user"], who["group"])
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(directory))
    owner = who["user"] if who else os.geteuid()
    if directory.parent in PUBLIC and (found.st_uid != owner or found.st_mode & 0o022):
        raise ServerError(f"{directory} belongs to someone else: remove it, or set DATABASE_URL.")
    return directory


def psql() -> str:
    """Find a psql, the one beside the server's binaries first."""
    from .keeper import installations

    for binaries in installations():
        if (binaries / "psql").exists():
            return str(binaries / "psql")
    return shutil.which("psql") or "psql"
