"""Ask a server many times over connections that stay open, and read from /proc what that cost it."""

import contextlib
import selectors
import socket
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 16
GIVE_UP_SECONDS = 20


@dataclass
class Measured:
    """What one kind of request cost, a value for each round."""

    cpu: list[float] = field(default_factory=list)  # microseconds a request
    p99s: list[float] = field(default_factory=list)  # milliseconds
    statuses: dict[int, int] = field(default_factory=dict)
    bytes: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.cpu)


class Connection:
    def __init__(self, port: int, request: bytes):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request, self.read, self.sent_at = request, b"", 0.0

    def ask(self) -> None:
        self.read, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(self.request)

    def answered(self) -> int | None:
        """Read what has come, and return the status once the answer is whole."""
        part = self.socket.recv(1 << 17)
        if not part:
            raise ConnectionError("the server has closed the connection")
        self.read += part
        end = self.read.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.read[:end].lower()
        status = int(head[9:12])
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r", 1)[0]) if at >= 0 else 0
        return status if status == 304 or len(self.read) >= end + 4 + length else None


def request(port: int, path: str, **headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: localhost:{port}", "Accept-Encoding: gzip, br"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def ask_once(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of one answer over a connection of its own."""
    connection = Connection(port, request(port, path, **headers))
    connection.socket.settimeout(GIVE_UP_SECONDS)
    connection.ask()
    while (status := connection.answered()) is None:
        pass
    head, _, body = connection.read.partition(b"\r\n\r\n")
    connection.socket.close()
    fields = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
    return status, {name.lower(): value for name, _, value in fields}, body


def load(server: int, requests: list[bytes], port: int, count: int, measured: Measured) -> None:
    """Ask `count` times, each connection as soon as it was answered; the requests take turns."""
    connections = [
        Connection(port, requests[number % len(requests)]) for number in range(min(CONNECTIONS, count))
    ]
    selector = selectors.DefaultSelector()
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    latencies = []
    before, left, going = cpu_seconds(server), count, 0
    for connection in connections:
        connection.ask()
        left, going = left - 1, going + 1
    while going:
        ready = selector.select(GIVE_UP_SECONDS)
        if not ready:
            raise TimeoutError("the server does not answer")
        for key, _events in ready:
            connection = key.data
            status = connection.answered()
            if status is None:
                continue
            latencies.append((time.perf_counter() - connection.sent_at) * 1000)
            measured.statuses[status] = measured.statuses.get(status, 0) + 1
            measured.bytes = len(connection.read)
            if left:
                if len(requests) > 1:
                    connection.request = requests[left % len(requests)]
                connection.ask()
                left -= 1
            else:
                going -= 1
    measured.p99s.append(sorted(latencies)[int(len(latencies) * 0.99)])
    measured.cpu.append((cpu_seconds(server) - before) / count * 1e6)
    for connection in connections:
        connection.socket.close()


def cpu_seconds(server: int) -> float:
    """Return the CPU time, of user and system, that a process and its children have had, to the microsecond.

    From the scheduler's own books: the clock ticks of /proc/*/stat are too coarse.
    """
    total = 0
    for process in family(server):
        for thread in Path(f"/proc/{process}/task").glob("*/schedstat"):
            try:
                total += int(thread.read_text().split()[0])
            except OSError:
                continue  # it has just ended
    return total / 1e9


def family(server: int) -> list[int]:
    """Return a process, its children and theirs."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = [server]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found
