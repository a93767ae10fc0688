"""A mail server on 127.0.0.1 that speaks SMTP and answers as it is told."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """What arrived, and what is said next: answers to RCPT, first in first out, then 250."""

    port: int = 0
    arrived: list[tuple[str, EmailMessage]] = field(default_factory=list)
    to_recipients: list[str] = field(default_factory=list)
    to_data: list[str] = field(default_factory=list)
    calls: int = 0


class _Session(socketserver.StreamRequestHandler):
    told: MailServer

    def handle(self) -> None:
        self.told.calls += 1
        recipient = ""
        self._say("220 here")
        while line := self.rfile.readline():
            word = line.decode().strip()
            verb = word.upper().split(" ")[0].split(":")[0]
            if verb == "RCPT":
                recipient = word.partition("<")[2].partition(">")[0]
                self._say(self.told.to_recipients.pop(0) if self.told.to_recipients else "250 yes")
            elif verb == "DATA":
                self._say("354 go on")
                lines = []
                while (part := self.rfile.readline()).rstrip(b"\r\n") != b".":
                    lines.append(part[1:] if part.startswith(b"..") else part)
                said = self.told.to_data.pop(0) if self.told.to_data else "250 taken"
                if said.startswith("250"):
                    message = message_from_bytes(b"".join(lines), policy=policy.default)
                    assert isinstance(message, EmailMessage)
                    self.told.arrived.append((recipient, message))
                self._say(said)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server of its own on a free port."""
    told = MailServer()

    class Session(_Session):
        pass

    Session.told = told
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        told.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()
