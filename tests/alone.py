"""Let a test that keeps a promise of seconds run while no other test does, in whatever process.

A test marked `alone` waits until the others are done, and the others wait for it: with several
processes (pytest-xdist) the machine is then the test's own.
"""

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOM = Path(__file__)
DOOR = ROOM.with_name("conftest.py")


@contextmanager
def locked(path: Path, how: int):
    """Hold a lock of the kernel on a file, which is neither read nor written."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    inside = locked(ROOM, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
    with locked(DOOR, fcntl.LOCK_EX):  # who waits for the room lets nobody pass: it empties
        inside.__enter__()
    try:
        return (yield)
    finally:
        inside.__exit__(None, None, None)
