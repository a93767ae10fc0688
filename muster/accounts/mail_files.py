"""Mails kept as files while no mail server is named: one `.eml` each, which mail programs open, for its owner alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMail
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Writes each mail to EMAIL_FILE_PATH, under a name that sorts by time; no mail is ever half there."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for mail in email_messages:
            file = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
            draft = file.with_suffix(".part")
            with open(draft, "xb", opener=_private) as written:
                written.write(mail.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # Django's own messages take it
            draft.rename(file)
        return len(email_messages)


def mails_are_files() -> bool:
    """Whether mails are written to the data folder, because no mail server is named."""
    return bool(settings.EMAIL_BACKEND == "muster.accounts.mail_files.EmailBackend")


def mails_in_files() -> Iterator[tuple[str, ParsedMail]]:
    """The name and the content of each kept mail, the newest first."""
    for file in sorted(Path(settings.EMAIL_FILE_PATH).glob("*.eml"), reverse=True):
        yield file.stem, message_from_bytes(file.read_bytes(), policy=policy.default)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
