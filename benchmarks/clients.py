"""Many callers over HTTP, from one process, as thin as can be: they share the cores with the server."""

from __future__ import annotations

import asyncio
import itertools
import json
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def raw(self, host: str) -> bytes:
        """The request as bytes."""
        content = b"" if self.body is None else json.dumps(self.body).encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(content)}"]
        if content:
            lines.append("Content-Type: application/json")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass(frozen=True)
class Reply:
    """An answer, and the seconds it took from sending to its last byte."""

    status: int
    body: bytes
    seconds: float


class _Line(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.transport: Any = None
        self.buffer = bytearray()
        self.waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self.needed = 0
        self.status = 0
        self.head = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def send(self, raw: bytes) -> asyncio.Future[tuple[int, bytes]]:
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(raw)
        return self.waiting

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.needed:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self.buffer[:end]).lower()
            self.status = int(head[9:12])
            at = head.find(b"content-length:")
            if at < 0:
                self._fail(RuntimeError("An answer without Content-Length."))
                return
            self.head = end + 4
            self.needed = self.head + int(head[at + 15 : (head + b"\r\n").index(b"\r\n", at)])
        if len(self.buffer) >= self.needed and self.waiting is not None:
            body = bytes(self.buffer[self.head : self.needed])
            del self.buffer[: self.needed]
            self.needed = 0
            waiting, self.waiting = self.waiting, None
            waiting.set_result((self.status, body))

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionError("The server closed the connection."))

    def _fail(self, error: Exception) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(error)


def in_turn(port: int, calls: Callable[[int], Iterator[Call]], *, clients: int, seconds: float) -> list[Reply]:
    """Each client makes its calls one after the other until the time is over."""

    async def run() -> list[Reply]:
        loop = asyncio.get_running_loop()
        host = f"127.0.0.1:{port}"
        replies: list[Reply] = []

        async def client(number: int) -> None:
            _transport, line = await loop.create_connection(_Line, "127.0.0.1", port)
            for call in calls(number):
                begun = time.perf_counter()
                if begun > end:
                    break
                status, body = await line.send(call.raw(host))
                replies.append(Reply(status, body, time.perf_counter() - begun))
            line.transport.close()

        end = time.perf_counter() + seconds
        await asyncio.gather(*map(client, range(clients)))
        return replies

    return asyncio.run(run())


def at_once(port: int, calls: Sequence[Call]) -> tuple[list[Reply], float]:
    """All calls at the same moment, each from a connection of its own; also the seconds until the last is answered.

    Connecting is a part of it, as it is for people who all press the button when enrollment opens.
    """
    wanted = len(calls) + 64
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))

    async def run() -> tuple[list[Reply], float]:
        loop = asyncio.get_running_loop()
        host = f"127.0.0.1:{port}"
        raws = [call.raw(host) for call in calls]
        begun = time.perf_counter()

        async def one(raw: bytes) -> Reply:
            _transport, line = await loop.create_connection(_Line, "127.0.0.1", port)
            status, body = await line.send(raw)
            line.transport.close()
            return Reply(status, body, time.perf_counter() - begun)

        replies = await asyncio.gather(*map(one, raws))
        return list(replies), time.perf_counter() - begun

    return asyncio.run(run())


def percentile(replies: Sequence[Reply], part: float) -> float:
    """The seconds within which this part of the answers came."""
    times = sorted(reply.seconds for reply in replies)
    return times[min(len(times) - 1, int(len(times) * part))]


def endless(calls: Sequence[Call]) -> Callable[[int], Iterator[Call]]:
    """The same calls again and again, each client beginning elsewhere."""
    return lambda number: itertools.islice(itertools.cycle(calls), number, None)
