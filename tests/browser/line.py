"""A connection that can be cut: between browsers and the server, for pages and service workers alike."""

from __future__ import annotations

import contextlib
import socket
import threading


class Line:
    """Passes on what comes to its own port; while it is cut, nobody is there."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._guard = threading.Lock()
        #: A connection that asks for a path with these bytes is broken, and nothing of it arrives.
        self.refusing: bytes | None = None
        self.port = 0
        self.mend()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def mend(self) -> None:
        """Let through again."""
        listener = socket.create_server(("localhost", self.port), reuse_port=False)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._serve, args=[listener], daemon=True).start()

    def cut(self) -> None:
        """Break what is open, and take nothing new."""
        if self._listener is not None:
            # A thread that waits for callers is woken first.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._guard:
            ends, self._open = self._open, set()
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
                far = socket.create_connection(self._to)
            except OSError:
                return
            with self._guard:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=[one, other, one is near], daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, asking: bool) -> None:
        with contextlib.suppress(OSError):
            while part := one.recv(65536):
                if asking and self.refusing and self.refusing in part:
                    break
                other.sendall(part)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            with self._guard:
                self._open.discard(end)
            end.close()
