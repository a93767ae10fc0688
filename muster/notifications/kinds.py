"""What people are told of: each app declares its kinds, each person chooses among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from muster.accounts.mails import CalendarPart

if TYPE_CHECKING:
    from muster.notifications.models import Notification


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
    # What of a calendar goes with its mail, made when that is sent: what it is about may have changed again by then.
    calendar: Callable[[Notification], CalendarPart | None] | None = None
    # Where the reader stops mails of what this one is about, where those come again and again.
    stops: Callable[[Notification], str] | None = None


_kinds: dict[str, NotificationKind] = {}


def register_kind(*kinds: NotificationKind) -> None:
    """Declare kinds, where the module that tells of them is loaded; a second one of a key replaces the first."""
    _kinds.update({kind.key: kind for kind in kinds})


def kind_of(key: str) -> NotificationKind:
    """The kind of that key. Raises KeyError for one that no app has declared."""
    return _kinds[key]


def opens_by_its_link(key: str) -> bool:
    """Whether the address of notifications of this kind lets in whoever holds it."""
    kind = _kinds.get(key)
    return kind is not None and kind.opens_its_page


def kinds_for(roles: Iterable[str]) -> list[NotificationKind]:
    """The kinds that somebody with these roles may be told of, in the order of their declaration."""
    held = frozenset(map(str, roles))
    return [kind for kind in _kinds.values() if kind.roles & held]
