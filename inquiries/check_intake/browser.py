"""A browser as far as the form needs one: it keeps cookies, and its line may break at any moment."""

import asyncio
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

PATIENCE_SECONDS = 120


class Dropped(Exception):
    """No whole answer has come, for whatever reason: nobody can tell what became of the request."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    def value(self, name: str) -> str:
        """Return what a hidden field of the page holds."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        return found[1] if found else ""


@dataclass
class Browser:
    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> Answer:
        return await self._ask(self._request("GET", path))

    async def post(self, path: str, fields: dict[str, str]) -> Answer:
        return await self._ask(self._request("POST", path, urlencode(fields).encode()))

    async def break_off(self, path: str, fields: dict[str, str], *, sent: float, seconds: float) -> None:
        """Send a part of a form, or all of it, and close the line without waiting for the answer."""
        request = self._request("POST", path, urlencode(fields).encode())
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(request[: int(len(request) * sent)])
            await writer.drain()
            await asyncio.sleep(seconds)
            writer.transport.abort()
        except OSError:
            pass  # it was broken already

    def _request(self, method: str, path: str, body: bytes = b"") -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", "Connection: close"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def _ask(self, request: bytes) -> Answer:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    writer.write(request)
                    await writer.drain()
                    return self._read(await reader.read())
                finally:
                    writer.close()
        except (OSError, TimeoutError) as error:
            raise Dropped from error

    def _read(self, answer: bytes) -> Answer:
        head, end, body = answer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines[1:])]
        if not end or len(body) < int(dict(headers).get("content-length", 0)):
            raise Dropped
        for name, value in headers:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return Answer(int(lines[0].split()[1]), body.decode())
