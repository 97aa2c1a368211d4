"""Send many questions at once while lines break and processes are killed, then count what stands.

The site runs as `make run` shows it, on a database of its own in the throw-away PostgreSQL; nothing is left
behind. Ends with 1 if a confirmed question was lost, doubled or is incomplete.
"""

import argparse
import asyncio
import contextlib
import os
import resource
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from clinic_site.bench.load import family
from clinic_site.bench.servers import Server, free_port
from clinic_site.passing import fresh_database, set_environment

from .people import Crowd

COUNT = 1000
START_SECONDS = 240  # the first start loads the articles


class Site:
    """`make run`, which is killed and started again on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.logs = b""
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "clinic_site.run"]
        environment = os.environ | {"PORT": str(self.port)}
        self.server = Server(command, self.port, "/en/ask/", environment)
        self.server.wait(START_SECONDS)

    def processes(self, word: bytes) -> list[int]:
        found = []
        for process in family(self.server.process.pid)[1:]:
            with contextlib.suppress(OSError):
                if word in Path(f"/proc/{process}/cmdline").read_bytes():
                    found.append(process)
        return found

    def kill_a_process(self) -> None:
        """One of the two that answer; the other goes on, and the first process starts a new one."""
        os.kill(self.processes(b"spawn_main")[0], signal.SIGKILL)

    def kill_the_worker(self) -> None:
        for process in self.processes(b"manage.py\0work"):
            os.kill(process, signal.SIGKILL)

    def kill_everything(self) -> None:
        all_of_it = [*self.processes(b"spawn_main"), *self.processes(b"manage.py\0work")]
        for process in [self.server.process.pid, *all_of_it]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.server.process.wait()
        self._keep_log()
        self.start()

    def stop(self) -> None:
        self.server.stop()
        self._keep_log()

    def _keep_log(self) -> None:
        self.server.log.seek(0)
        self.logs += self.server.log.read()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m inquiries.check_intake", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="how many people ask at once")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="who does what")
    parser.add_argument(
        "--control", action="store_true", help="afterwards, harm the database and see each harm named"
    )
    wanted = parser.parse_args()
    allow_many_connections()
    with contextlib.ExitStack() as cleaning:
        home = Path(tempfile.mkdtemp(prefix="clinic-check-"))
        cleaning.callback(shutil.rmtree, home, ignore_errors=True)
        database = f"clinic_check_{os.getpid()}"
        set_environment(
            "inquiries.check_intake.site", CHECKED_DATABASE=database, CHECKED_HOME=str(home), LOG_LEVEL="INFO"
        )
        django.setup()
        cleaning.enter_context(fresh_database())
        sys.exit(check(wanted))


def allow_many_connections() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def check(wanted: argparse.Namespace) -> int:
    say("Starting the site …")
    site = Site()
    try:
        crowd = Crowd(wanted.count, site.port, wanted.seed)
        seconds, kills = asyncio.run(storm(crowd, site))
    finally:
        site.stop()

    from .verdict import rows, violations

    found = rows()
    wrong = violations(crowd.people, found)
    wrong += [
        f"person {person.number} is in a log" for person in crowd.people if person.mark.encode() in site.logs
    ]
    tell(crowd, found, seconds, kills, wanted.seed)
    say(*(f"WRONG: {line}" for line in wrong))
    if wanted.control:
        from .control import unnoticed

        say("Control: what if …")
        wrong += unnoticed(crowd.people)
    say("Something is wrong." if wrong else "Nothing was lost, and nothing is there twice.")
    return bool(wrong)


async def storm(crowd: Crowd, site: Site) -> tuple[float, int]:
    """Have everybody ask at once, and kill on the way; return how long it took and how often we killed."""
    say(f"{len(crowd.people)} people open the form …")
    await crowd.open_forms()
    say("They all send it, and meanwhile we kill …")
    begun = time.monotonic()
    asking = asyncio.create_task(crowd.ask())
    plan: list[tuple[float, str, Callable[[], None]]] = [
        (0.15, "one of the two processes", site.kill_a_process),
        (0.30, "the worker", site.kill_the_worker),
        (0.45, "the whole site", site.kill_everything),
        (0.70, "the whole site", site.kill_everything),
        (0.85, "one of the two processes", site.kill_a_process),
    ]
    for part, what, kill in plan:
        while crowd.done < part * len(crowd.people) and not asking.done():
            await asyncio.sleep(0.01)
        say(f"  {time.monotonic() - begun:5.1f} s, {crowd.done} are done: {what}")
        await asyncio.to_thread(kill)
    await asking
    return time.monotonic() - begun, len(plan)


def tell(crowd: Crowd, found: list[Any], seconds: float, kills: int, seed: int) -> None:
    from inquiries.models import OutgoingMail

    people = crowd.people
    ways = Counter(person.way for person in people)
    mails = Counter(OutgoingMail.objects.values_list("state", flat=True))
    say(
        f"{len(people)} people (seed {seed}): " + ", ".join(f"{ways[way]} {way}" for way in sorted(ways)),
        f"{kills} times kill -9; the storm took {seconds:.0f} s",
        ", ".join(f"{number} {what}" for what, number in sorted(crowd.seen.items())),
        f"{sum(bool(person.confirmed) for person in people)} people have a confirmation, "
        f"{len(set().union(*(person.receipts for person in people)))} different receipts",
        f"{len(found)} rows, {sum(len(row.texts) for row in found)} texts, "
        f"{sum(row.steps.total() for row in found)} events, "
        f"{sum(len(row.consents) for row in found)} consents, mail: "
        + (", ".join(f"{number} {state}" for state, number in sorted(mails.items())) or "none"),
    )


def say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
