"""What a request is told as, between the server and Django: real bytes through a real `muster web`."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.platform.conftest import ROOT
from tests.platform.serving import eventually
from tools.demo_server import free_port


class Web:
    """`muster web` on a port, with its log. The database is not needed for what is asked here."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log

    def send(self, *lines: str | bytes, body: bytes = b"") -> bytes:
        """The whole answer to these lines."""
        sent = [line if isinstance(line, bytes) else line.encode() for line in (*lines, "Connection: close")]
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(b"\r\n".join(sent) + b"\r\n\r\n" + body)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def logged(self, request_id: str) -> dict[str, object]:
        """What the log says about this request."""

        def line() -> str:
            return next((line for line in self.log.read_text().splitlines() if request_id in line), "")

        eventually(line)
        told: dict[str, object] = json.loads(line())
        return told


@contextmanager
def web_of(home: Path) -> Iterator[Web]:
    port, log = free_port(), home / "web.log"
    environment = {
        **os.environ,
        "MUSTER_HOME": str(home),
        "DATABASE_URL": "postgres://nobody@/nowhere?host=/nonexistent",
        "MUSTER_BEHIND_PROXY": "true",
        "MUSTER_DEBUG": "true",
    }
    command = [sys.executable, "-m", "muster.cli", "web", f"--port={port}", "--workers=1"]
    with log.open("wb") as words:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=words, stderr=words)
    try:
        eventually(lambda: _listens(port))
        yield Web(port, log)
    finally:
        process.terminate()
        process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with web_of(tmp_path_factory.mktemp("home")) as served:
        yield served


PROXY, FORGED = "X-Forwarded-For: 192.0.2.1", "X_Forwarded_For: 198.51.100.66"


@pytest.mark.parametrize(
    ("headers", "ip"),
    [
        ([PROXY, FORGED], "192.0.2.1"),
        ([FORGED, PROXY], "192.0.2.1"),
        ([PROXY, "X-Forwarded_For: 198.51.100.66"], "192.0.2.1"),
        ([FORGED], "127.0.0.1"),
        # Of several in the proper name, the proxy's is the last.
        (["X-Forwarded-For: 198.51.100.66", PROXY], "192.0.2.1"),
    ],
)
def test_a_header_with_underscores_never_speaks_for_the_proxy(web: Web, headers: list[str], ip: str):
    name = f"probe-{len(web.log.read_text())}"
    web.send("GET /api/nothing HTTP/1.1", "Host: localhost", *headers, f"X-Request-ID: {name}")
    assert web.logged(name)["ip"] == ip


def test_no_header_with_underscores_reaches_the_application(web: Web):
    answer = web.send("GET /api/nothing HTTP/1.1", "Host: localhost", "X_Request_ID: forged")
    assert b"404" in answer.splitlines()[0]
    assert b"forged" not in answer


def test_files_bodies_and_odd_paths_go_through(web: Web):
    sheet = web.send("GET /static/css/register.css HTTP/1.1", "Host: localhost")
    assert sheet.startswith(b"HTTP/1.1 200")
    assert sheet.endswith((ROOT / "muster/web/static/css/register.css").read_bytes())
    head = web.send("HEAD /api/nothing HTTP/1.1", "Host: localhost")
    assert head.startswith(b"HTTP/1.1 404")
    assert head.endswith(b"\r\n\r\n")
    assert web.send("GET /%FF%C3%A9%00/%2e%2e HTTP/1.1", "Host: localhost").startswith(b"HTTP/1.1 404")
    login = ["POST /api/v1/auth/login HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    whole = web.send(*login, "Content-Length: 14", body=b'{"email": 123}')
    assert whole.startswith(b"HTTP/1.1 400")
    assert [error["field"] for error in json.loads(whole.partition(b"\r\n\r\n")[2])["errors"]] == ["email", "password"]


def test_bodies_long_and_short_arrive_whole_and_unknown_lengths_too(web: Web):
    login = ["POST /api/v1/auth/login HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    for pad in (0, 200_000, 1_500_000):
        body = b'{"email": 123%s}' % (b" " * pad)
        assert web.send(*login, f"Content-Length: {len(body)}", body=body).startswith(b"HTTP/1.1 400")
        chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        assert web.send(*login, "Transfer-Encoding: chunked", body=chunks).startswith(b"HTTP/1.1 400")


def test_whoever_stops_in_the_middle_of_a_body_holds_nobody_up(web: Web):
    """More than there are threads send a part of a short body; others are answered, and leaving is no fault."""
    begun = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
    callers = [socket.create_connection(("127.0.0.1", web.port), timeout=30) for _one in range(12)]
    for caller in callers:
        caller.sendall(begun)
    assert web.send("GET /api/nothing HTTP/1.1", "Host: localhost").startswith(b"HTTP/1.1 404")
    for caller in callers:
        caller.close()
    assert web.send("GET /api/nothing HTTP/1.1", "Host: localhost").startswith(b"HTTP/1.1 404")
    assert "Traceback" not in web.log.read_text()


STREAMED = """
import gc, sys
from granian import Granian
from granian.constants import Interfaces
from muster.cli.wsgi import WsgiOverRsgi

class Answer:
    streaming = True

    def __init__(self):
        self.parts = [b"first, ", b"last"]

    def __iter__(self):
        return self

    def __next__(self):
        keep_an_error()
        if not self.parts:
            raise StopIteration
        return self.parts.pop(0)

def keep_an_error():
    try:
        raise ValueError
    except ValueError as error:
        error.itself = error

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    keep_an_error()
    return Answer()

def load():
    gc.disable()
    return WsgiOverRsgi(application, 2)

server = Granian("ours", port=int(sys.argv[1]), interface=Interfaces.RSGI, websockets=False)
server.serve(target_loader=load, wrap_loader=False)
"""


def test_what_is_sent_bit_by_bit_ends_with_its_last_bit():
    """Also when an error that was dealt with on the way still holds the frames, and nobody collects garbage."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", STREAMED, str(port)], cwd=ROOT)
    try:
        eventually(lambda: _listens(port))
        with urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            assert answer.read() == b"first, last"
    finally:
        process.terminate()
        process.wait(60)
