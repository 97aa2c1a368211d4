"""A copy of the product in a directory of its own, for tests that start and kill real processes."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Checkout:
    def __init__(self, *parts: str):
        # Not pytest's tmp_path: as root, the account of PostgreSQL could not enter that.
        self.outside = Path(tempfile.mkdtemp(prefix="a clinic ", dir="/var/tmp")).resolve()
        self.outside.chmod(0o755)
        self.path = self.outside / "its own site"
        for part in parts:
            target = self.path / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / part, target)
        # Only what every shell has: nothing that this test run was given.
        self.environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.started: list[subprocess.Popen] = []

    def start(self, *arguments: str, before: tuple[str, ...] = (), **environment: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [*before, sys.executable, *arguments],
            cwd=self.path,
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def processes(self) -> list[int]:
        """Find everything that runs in this checkout: all of ours work in its directories."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                directory = os.readlink(entry / "cwd")
            except OSError:
                continue  # it has just ended
            if Path(directory).is_relative_to(self.path):
                found.append(int(entry.name))
        return found

    def close(self) -> None:
        for process in self.started:
            process.kill()
        try:
            eventually(lambda: not self.processes())
        finally:
            for process_id in self.processes():
                os.kill(process_id, signal.SIGKILL)
            for process in self.started:
                process.communicate()
            key = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:10]
            for left in (self.outside, Path(f"/var/tmp/clinic-{key}"), *Path("/tmp").glob(f"clinic-{key}-*")):
                shutil.rmtree(left, ignore_errors=True)


def eventually(happened, seconds: float = 10) -> float:
    """Wait until something has happened, and return how many seconds that took."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < seconds, f"did not happen in {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - begun
