"""Muster's WSGI application behind granian's own interface, RSGI.

Granian's WSGI would do, but for one thing: in WSGI "X_Forwarded_For" and "X-Forwarded-For" are one variable, and
granian lets the last of the two win, so that a caller could speak in the proxy's place. RSGI tells names as they came.
"""

import asyncio
import io
import sys
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from granian.rsgi import ProtocolClosed

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


# What is shorter is read and sent whole: bit by bit, each bit waits for the loop's thread, and a slow sender holds one
# of ours.
MOST_AT_ONCE = 1024 * 1024


class WsgiOverRsgi:
    """Answers each request in one of its threads, once a short body is there; a long one is read by the thread.

    A thread does all of a request, also what is sent bit by bit.
    """

    def __init__(self, application: Application, threads: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        loop = asyncio.get_running_loop()
        length = scope.headers.get("content-length") or ""
        if length.isdecimal() and int(length) < MOST_AT_ONCE:
            try:
                body: io.BufferedIOBase = io.BytesIO(await protocol())
            except ProtocolClosed:
                # Whoever sent it has gone.
                return
        else:
            body = io.BufferedReader(_Body(protocol, loop))
        await loop.run_in_executor(self._threads, self._answer, scope, protocol, loop, body)

    def _answer(self, scope: Any, protocol: Any, loop: asyncio.AbstractEventLoop, body: io.BufferedIOBase) -> None:
        status, headers = 500, [("Content-Length", "0")]

        def start_response(line: str, its_headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            nonlocal status, headers
            status, headers = int(line.split(" ", 1)[0]), its_headers

        response = self._application(environ_of(scope, body), start_response)
        try:
            length = int(dict(headers).get("Content-Length") or MOST_AT_ONCE)
            if length < MOST_AT_ONCE or not getattr(response, "streaming", False):
                protocol.response_bytes(status, headers, b"".join(response))
                return
            _send(protocol.response_stream(status, headers), response, loop)
        finally:
            getattr(response, "close", lambda: None)()


def _send(transport: Any, parts: Iterable[bytes], loop: asyncio.AbstractEventLoop) -> None:
    """Send the parts, and end.

    The answer ends when nothing holds its transport any more. Frames of this thread can stay until the collector comes
    by, in the traceback of an error that somebody kept; so what they hold is a list, and it is emptied.
    """
    held = [transport]
    del transport

    async def send(part: bytes) -> None:
        await held[0].send_bytes(part)

    try:
        # Whoever asked may have gone meanwhile.
        with suppress(ProtocolClosed):
            for part in parts:
                asyncio.run_coroutine_threadsafe(send(part), loop).result()
    finally:
        held.clear()


def environ_of(scope: Any, body: io.BufferedIOBase) -> dict[str, Any]:
    """The request as PEP 3333 describes it, without the headers whose names hold an underscore."""
    server, _, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # Bytes as characters, as WSGI has them.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        between = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{between}{value}" if key in environ else value
    environ.setdefault("HTTP_HOST", scope.authority or "")
    return environ


class _Body(io.RawIOBase):
    """What a request brings, fetched from the loop's thread when it is read."""

    def __init__(self, protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._parts, self._loop = _parts(protocol), loop
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            self._left = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
        part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    async def _next(self) -> bytes:
        async for part in self._parts:
            return part
        return b""


async def _parts(protocol: Any) -> AsyncGenerator[bytes, None]:
    # Granian gives out its iterator once; this one is asked again and again.
    async for part in protocol:
        if part:
            yield bytes(part)
