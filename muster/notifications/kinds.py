"""What people are told of: each app declares its kinds, each person chooses among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from muster.accounts.mails import MailFile


@dataclass(frozen=True)
class NotificationKind:
    """One kind of notification: what it is called where people choose, who gets it, and how unless they choose."""

    key: str
    label: Any
    roles: frozenset[str]
    hint: Any = ""
    in_app: bool = True
    mail: bool = True
    # Whether its mail leads straight to what it tells of, since that page knows its reader by its address.
    opens_its_page: bool = False
    # What comes with its mail, made from the id that it is `about` when the mail is sent.
    files: Callable[[UUID], Sequence[MailFile]] | None = None


_kinds: dict[str, NotificationKind] = {}


def register_kind(*kinds: NotificationKind) -> None:
    """Declare kinds, where the module that tells of them is loaded; a second one of a key replaces the first."""
    _kinds.update({kind.key: kind for kind in kinds})


def kind_of(key: str) -> NotificationKind:
    """The kind of that key. Raises KeyError for one that no app has declared."""
    return _kinds[key]


def kinds_for(roles: Iterable[str]) -> list[NotificationKind]:
    """The kinds that somebody with these roles may be told of, in the order of their declaration."""
    held = frozenset(map(str, roles))
    return [kind for kind in _kinds.values() if kind.roles & held]
