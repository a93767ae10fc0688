"""The address of this installation, with which links in mails begin."""

from __future__ import annotations

from contextvars import ContextVar

from django.conf import settings

# By which it is being called. Empty outside a request, as in jobs and commands.
called_at: ContextVar[str] = ContextVar("called_at", default="")


def site() -> str:
    """The address that the settings name, else the one by which the installation is being called; empty in a job."""
    return str(settings.MUSTER_URL) or called_at.get()
