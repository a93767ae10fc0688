"""The address of this installation, with which links in mails begin.

Only the operator says it, never a request: whoever may name another host in one must not lead others there by a mail.
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.urls import reverse

# Where `muster serve` answers when nobody said otherwise.
AT_HOME = "http://127.0.0.1:8000/"
LOCAL_NAMES = {"localhost", ".localhost", "127.0.0.1", "[::1]"}


def link_to(name: str, **parts: object) -> str:
    """The page of this name, as a mail leads to it."""
    return link_to_path(reverse(name, kwargs=parts))


def link_to_path(path: str) -> str:
    """The page at a path of this installation, as a mail leads to it."""
    return urljoin(settings.MUSTER_URL or AT_HOME, path)


def is_local() -> bool:
    """Whether Muster answers under this machine's own names alone."""
    return set(settings.ALLOWED_HOSTS) <= LOCAL_NAMES


def missing_address() -> str:
    """Why mails could not lead back here, as MUSTER_URL is set; empty when they can."""
    if not settings.MUSTER_URL:
        if is_local():
            return ""
        names = ", ".join(settings.ALLOWED_HOSTS)
        return f"Muster is reached as {names}, but MUSTER_URL, with which links in emails begin, is not set."
    parts = urlsplit(settings.MUSTER_URL)
    if parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment):
        return ""
    return f"MUSTER_URL is {settings.MUSTER_URL!r}, which is not an address like https://muster.example.org/."
