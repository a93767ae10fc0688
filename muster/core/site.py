"""The address by which this installation is being called, with which links in mails begin."""

from __future__ import annotations

from contextvars import ContextVar

# Empty outside a request, as in jobs and commands.
called_at: ContextVar[str] = ContextVar("called_at", default="")
