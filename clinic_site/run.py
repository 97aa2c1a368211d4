"""Show the site on this machine, in demonstration mode: `make run`, `make dev`.

Everything is prepared on the way: database, style sheets, articles, an account for each role.
What exists is left as it is.
"""

import argparse
import contextlib
import errno
import fcntl
import hashlib
import http.client
import json
import multiprocessing
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from environs import Env

from inquiries.vault import new_keys

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read for something else
CLINIC_KEYS = ["CLINIC_PUBLIC_KEY", "CLINIC_PRIVATE_KEYS", "SEARCH_KEY"]
START_SECONDS = 60
# More than cores: a thread waits while somebody's body trickles in over a bad line, or the database is
# silent. page_store.py keeps some of them for readers.
THREADS = 16
RESTING_SECONDS = 5  # before a worker that ended at once is started again
GRACE_SECONDS = 2  # for requests that are being answered when the site is stopped


def leave_with_parent() -> None:
    """Stop this worker when the process that started it was killed and can no longer say so."""
    while (parent := multiprocessing.parent_process()) is None:  # known once this module is imported
        time.sleep(0.1)
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


if __name__ == "__mp_main__":  # a worker
    # It hears of Ctrl-C from the first process only: of two signals at once granian's workers
    # hang, and one that still imports would print a traceback.
    os.setpgrp()
    threading.Thread(target=leave_with_parent, daemon=True).start()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m clinic_site.run", description=__doc__)
    parser.add_argument("--dev", action="store_true", help="reload on changes, show error details")
    parser.add_argument("--seed", type=int, metavar="COUNT", help="invent so many inquiries, and stop")
    wanted = parser.parse_args()
    port = read_port()
    kept = set_environment(port, debug=wanted.dev)

    if wanted.seed is not None:
        seed(wanted.seed, kept["password"])
    elif os.environ.get("RUN_MAIN") == "true":  # runserver's own child, started again at each change
        with worker():
            develop(port)
    else:
        refuse_taken(port)
        from django.core.management import CommandError

        try:
            with one_at_a_time():
                said = prepare(kept["password"], collect=not wanted.dev)
        except CommandError as error:
            sys.exit(str(error))
        threading.Thread(target=announce, args=(port, said), daemon=True).start()
        if wanted.dev:
            develop(port)
        else:
            with worker():
                serve(port)


def read_port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        sys.exit(f"PORT is {given!r}: choose a number such as make run PORT=8001")
    return int(given)


def refuse_taken(port: int) -> None:
    """Stop with one line if somebody listens already, on either address of localhost."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as probe:
            # What the last run has left in TIME_WAIT does not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except PermissionError:
                sys.exit(f"Port {port} is reserved: choose another with make run PORT=8001")
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    sys.exit(f"Port {port} is taken: choose another with make run PORT={port + 1}")
                # otherwise this machine does without IPv6


def set_environment(port: int, debug: bool) -> dict[str, str]:
    """Fill in what neither the environment nor .env gives, and return what this checkout keeps."""
    with one_at_a_time():
        kept = read_kept()
        write_env(kept)
    # These follow the command, not the file.
    os.environ.setdefault("SITE_URL", f"http://localhost:{port}")
    os.environ.setdefault("DEBUG", "true" if debug else "false")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")
    env = Env()
    env.read_env(BASE_DIR / ".env", recurse=False)
    if not env.str("CLINIC_PUBLIC_KEY", default=""):
        os.environ.update(clinic_keys(kept))
    return kept


def clinic_keys(kept: dict[str, str]) -> dict[str, str]:
    return {name: kept[name] for name in CLINIC_KEYS}


def write_env(kept: dict[str, str]) -> None:
    """Give a checkout without .env the settings of its demonstration, so that manage.py runs as well."""
    path = BASE_DIR / ".env"
    if path.exists() or "SECRET_KEY" in os.environ:
        return
    settings = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        **clinic_keys(kept),
        "SITE_URL": "http://localhost:8000",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "DEMONSTRATION": "true",
        "LOG_LEVEL": "WARNING",
    }
    lines = ["# The demonstration of this checkout. What else can be set: .env.example"]
    lines += [f"{name}={value}" for name, value in settings.items()]
    write_secret(path, "\n".join(lines) + "\n")


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    with open(fresh, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    fresh.rename(path)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for another run of this checkout that prepares the same things."""
    try:
        VAR.mkdir(exist_ok=True)
        lock = open(VAR / "run.lock", "w")
    except OSError as error:
        sys.exit(f"The site needs to write in {VAR}: {error.strerror}.")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_kept() -> dict[str, str]:
    """Read the password and the keys of this checkout's demonstration, which are made up once."""
    path = VAR / "demonstration.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    if not {"password", *CLINIC_KEYS} <= set(kept):
        password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
        kept = {"password": password, **new_keys()} | kept
        write_secret(path, json.dumps(kept, indent=2))
    return kept


def prepare(password: str, collect: bool) -> list[str]:
    """Bring database, static files, articles and accounts up to date; say who may sign in."""
    import django
    from django.core.management import call_command, get_commands

    say("Preparing the database …")
    refuse_unreadable_address()
    django.setup()
    refuse_real_site()
    refuse_unreachable_database()
    migrate()
    if collect:
        collect_static()
    if "load_articles" in get_commands():
        say("Loading the articles …")
        call_command("load_articles", verbosity=0)
    said = ensure_staff(password)
    database().close()
    database().close_pool()
    return said


def seed(count: int, password: str) -> None:
    """Fill this checkout's demonstration with invented inquiries; it may be running meanwhile."""
    from django.core.management import CommandError, call_command

    try:
        with one_at_a_time():
            prepare(password, collect=False)
        call_command("seed_inquiries", count=count)
    except CommandError as error:
        sys.exit(str(error))


def database() -> Any:
    """Give Django's connection, whose pool and driver its type does not know."""
    from django.db import connections

    return connections["default"]


def refuse_unreadable_address() -> None:
    if not os.environ.get("DATABASE_URL"):
        return
    try:
        read = Env().dj_db_url("DATABASE_URL")
    except Exception:
        read = {}  # the error itself may quote the password
    if read.get("ENGINE") != "django.db.backends.postgresql":
        sys.exit("DATABASE_URL cannot be read: expected postgres://user:password@host:port/name")


def refuse_real_site() -> None:
    from django.conf import settings

    if not settings.DEMONSTRATION:
        sys.exit(
            "DEMONSTRATION is false in the environment or in .env: `make run` makes up accounts, "
            "so it only shows demonstrations."
        )


def refuse_unreachable_database() -> None:
    from django.db import Error

    connection = database()
    try:
        # Not through the pool, which would keep the reason to itself.
        connection.Database.connect(**connection.get_connection_params()).close()
    except (Error, connection.Database.Error) as error:
        reason = str(error).strip().partition("\n")[0]
        whose = "of DATABASE_URL " if os.environ.get("DATABASE_URL") else ""
        sys.exit(f"The database {whose}does not answer: {reason}")


def migrate() -> None:
    """Bring the tables up to date, or say in one line why this database will not do."""
    from django.core.management import call_command
    from django.db import Error, NotSupportedError
    from django.db.migrations.exceptions import MigrationSchemaMissing

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except (Error, NotSupportedError, MigrationSchemaMissing) as error:
        reason = str(error).strip().partition("\n")[0]
        sys.exit(f"The database cannot hold the site: {reason}")


def collect_static() -> None:
    """Collect the static files if any has changed since the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen = [f"{settings.STORAGES['staticfiles']}"]
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = os.stat(storage.path(name))
            seen.append(f"{name} {found.st_mtime_ns} {found.st_size}")
    fingerprint = hashlib.sha256("\n".join(sorted(seen)).encode()).hexdigest()
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_suffix(".fingerprint")
    if root.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return
    say("Preparing style sheets and images …")
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(fingerprint)


def ensure_staff(password: str) -> list[str]:
    """Create the missing demonstration accounts, and say how to sign in to each."""
    from django.contrib.auth.hashers import check_password, make_password
    from django.contrib.auth.models import Group, User

    from .roles import AUDITOR, AUTHOR, EDITOR, MANAGER, PHYSICIAN, REVIEWER, TRIAGE_NURSE

    # The costly hash is computed once for all: they share the password.
    encoded, correct = "", {}
    lines, changed = [], []
    for name, roles in {
        "demo": [TRIAGE_NURSE, EDITOR],
        "nurse": [TRIAGE_NURSE],
        "physician": [PHYSICIAN],
        "manager": [MANAGER],
        "auditor": [AUDITOR],
        "author": [AUTHOR],
        "reviewer": [REVIEWER],
        "editor": [EDITOR],
    }.items():
        user = User.objects.filter(username=name).first()
        if user is None:
            encoded = encoded or make_password(password)
            correct[encoded] = True
            user = User.objects.create(username=name, password=encoded, is_staff=True)
            user.groups.set(Group.objects.filter(name__in=roles))
        if user.password not in correct:
            correct[user.password] = check_password(password, user.password)
        if correct[user.password]:
            lines.append(f"Sign in: {name} / {password}")
        else:
            changed.append(name)
            lines.append(f"Sign in: {name} / (the password you set)")
    give_accounts_to_the_invented_people()
    hints = [
        f"To give {name} a new password: .venv/bin/python manage.py changepassword {name}" for name in changed
    ]
    return [*hints, *lines]


def give_accounts_to_the_invented_people() -> None:
    """Let the demonstration's author and reviewer be who the articles name, unless somebody changed that."""
    from django.contrib.auth.models import User

    from articles.models import Person

    for name in ("author", "reviewer"):
        person = Person.objects.filter(key=f"demonstration-{name}", user=None)
        person.update(user=User.objects.filter(username=name, person=None).first())


def serve(port: int, application: str = "clinic_site.wsgi:application") -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    # Workers that start afresh: a fork would inherit the threads and locks of this process.
    multiprocessing.set_start_method("spawn")
    server = Granian(
        application,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=THREADS,
        log_level=LogLevels.error,  # it warns of so many threads
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
    )

    @server.on_startup
    def stop_with_the_terminal() -> None:
        # Granian would take it for a wish to reload, and live on unseen.
        signal.signal(signal.SIGHUP, server.signal_handler_interrupt)

    server.serve()


@contextlib.contextmanager
def worker() -> Iterator[None]:
    """Have `manage.py work` beside the site: started again when it ends, gone with this process."""
    stopped = threading.Event()
    keeper = threading.Thread(target=keep_working, args=(stopped,), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopped.set()
        keeper.join(2 * GRACE_SECONDS)


def keep_working(stopped: threading.Event) -> None:
    command = [sys.executable, "manage.py", "work", "--until-end-of-input"]
    while not stopped.is_set():
        # It ends with its input: nobody else can hold the other end of that pipe open.
        process = subprocess.Popen(command, cwd=BASE_DIR, stdin=subprocess.PIPE, start_new_session=True)
        begun = time.monotonic()
        while process.poll() is None and not stopped.wait(0.2):
            pass
        if process.stdin:
            process.stdin.close()
        if not stopped.is_set():
            lasted = time.monotonic() - begun
            say(f"The worker ended ({process.returncode}); it is started again.")
            stopped.wait(0 if lasted > RESTING_SECONDS else RESTING_SECONDS)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    process.kill()


def develop(port: int) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", "runserver", f"127.0.0.1:{port}"])


def announce(port: int, signing_in: list[str]) -> None:
    """Say where the site is, once it answers."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if time.monotonic() > deadline:
            say(f"The site does not answer on port {port}: the lines above may say why.")
            return
        time.sleep(0.1)
    hints = [line for line in signing_in if not line.startswith("Sign in:")]
    doors = [line for line in signing_in if line.startswith("Sign in:")]
    say(
        "",
        "The site is ready. Ctrl-C stops it.",
        "Readers and patients use the first address, staff the second: demo is nurse and editor;",
        "nurse answers inquiries; author writes articles, reviewer signs them, editor publishes them.",
        *hints,
        f"Mail: http://localhost:{port}/mailbox/",
        f"Site: http://localhost:{port}/",
        f"Admin: http://localhost:{port}/admin/",
        *doors,
    )


def answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
