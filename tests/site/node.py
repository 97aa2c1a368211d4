"""Programs of tests/checks that tests run in Node or Java; a machine without them skips those tests."""

import os
import shutil
from pathlib import Path

import pytest

CHECKS = Path(__file__).resolve().parents[1] / "checks"


def _missing(what: str) -> None:
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"REQUIRE_BROWSER=1, and {what}")
    pytest.skip(what)


def module(path: str) -> Path:
    """Return a file of a package that `make test` installs with npm."""
    found = CHECKS / "node_modules" / path
    if not found.exists():
        _missing(f"{path} is not installed: npm was missing or could not (Debian: apt install nodejs npm).")
    return found


def program(name: str, package: str) -> str:
    """Return where a program is that Debian brings in a package."""
    path = shutil.which(name)
    if path is None:
        _missing(f"there is no {name} on this machine (Debian: apt install {package}).")
    assert path
    return path
