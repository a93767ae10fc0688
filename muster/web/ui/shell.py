"""What surrounds every page: navigation, place, bell, person menu. The apps register what stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation. Shown to who holds one of `roles` (to everyone signed in when empty).

    The first four shown stand in the bottom bar of a phone, so register what is used most first (lowest `order`).
    `count` says how much waits behind the entry; it runs on every page, so it must be one cheap statement.
    """

    key: str
    label: Any
    icon: str
    url_name: str
    roles: frozenset[str] = frozenset()
    order: int = 100
    count: Callable[[HttpRequest], int] | None = None


@dataclass(frozen=True)
class ShownItem:
    """A navigation entry as one person sees it on one page."""

    key: str
    label: Any
    icon: str
    url: str
    current: bool
    count: int = 0


@dataclass(frozen=True)
class Bell:
    """The notifications button: where it leads, and how many are unread."""

    url: str
    unread: int = 0


@dataclass(frozen=True)
class Switch:
    """The other places this person may work in. The form posts `name`=value to `url`."""

    url: str
    options: Sequence[tuple[str, str, bool]]  # value, label, current
    name: str = "institution"


@dataclass(frozen=True)
class Tray:
    """Something of an app's own in the top bar.

    `template` is drawn there, `below` at the end of the page, for dialogs and scripts; both know `content` as `tray`.
    """

    template: str
    below: str
    content: Mapping[str, Any]


@dataclass
class _Registry:
    items: dict[str, NavItem] = field(default_factory=dict)
    bell: Callable[[HttpRequest], Bell | None] | None = None
    switch: Callable[[HttpRequest], Switch | None] | None = None
    tray: Callable[[HttpRequest], Tray | None] | None = None
    person_menu: dict[str, NavItem] = field(default_factory=dict)


_registry = _Registry()


def register_nav(*items: NavItem) -> None:
    """Add entries to the navigation. Call from `AppConfig.ready`; a second registration of a key replaces the first."""
    _registry.items.update({item.key: item for item in items})


def register_person_menu(*items: NavItem) -> None:
    """Add entries to the menu below the person's own name, above "Sign out"."""
    _registry.person_menu.update({item.key: item for item in items})


def register_bell(provider: Callable[[HttpRequest], Bell | None]) -> None:
    """Say who counts unread notifications."""
    _registry.bell = provider


def register_tray(provider: Callable[[HttpRequest], Tray | None]) -> None:
    """Say what else stands in the top bar, and for whom; it runs on every page, so it asks no database."""
    _registry.tray = provider


def register_switch(provider: Callable[[HttpRequest], Switch | None]) -> None:
    """Say who knows the other institutions of a person."""
    _registry.switch = provider


class Shell:
    """The frame of one page, worked out only as far as the template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._actor = getattr(request, "actor", None)

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return bool(getattr(getattr(self._request, "user", None), "is_authenticated", False))

    @property
    def person(self) -> str:
        """The name to greet the person by."""
        user = getattr(self._request, "user", None)
        if not self.signed_in or user is None:
            return ""
        return str(getattr(user, "full_name", "") or user)

    @property
    def place(self) -> str:
        """The institution that the person works in now."""
        return str(getattr(getattr(self._actor, "institution", None), "name", ""))

    @property
    def nav(self) -> list[ShownItem]:
        """The navigation entries that this person holds a role for and whose page exists."""
        return self._shown(_registry.items.values())

    @property
    def person_menu(self) -> list[ShownItem]:
        """The entries of the menu below the person's name."""
        return self._shown(_registry.person_menu.values())

    @property
    def bell(self) -> Bell | None:
        """The notifications button, when there is one."""
        return _registry.bell(self._request) if _registry.bell and self._actor else None

    @property
    def tray(self) -> Tray | None:
        """What an app puts into the top bar."""
        return _registry.tray(self._request) if _registry.tray and self._actor else None

    @property
    def switch(self) -> Switch | None:
        """The form that changes the institution, when the person has more than one."""
        found = _registry.switch(self._request) if _registry.switch and self.signed_in else None
        return found if found and len(found.options) > 1 else None

    @property
    def search_url(self) -> str:
        """Where the search form of the top bar leads; empty when there is no search."""
        return url_or_empty("search") if self._actor else ""

    def _shown(self, items: Iterable[NavItem]) -> list[ShownItem]:
        if not self.signed_in:
            return []
        roles = frozenset(getattr(self._actor, "roles", ()))
        held = [item for item in items if not item.roles or item.roles & roles]
        placed = [(item, url_or_empty(item.url_name)) for item in sorted(held, key=lambda item: item.order)]
        placed = [(item, url) for item, url in placed if url]
        here = _nearest_url(self._request.path, [url for _, url in placed])
        return [
            ShownItem(
                key=item.key,
                label=item.label,
                icon=item.icon,
                url=url,
                current=url == here,
                count=item.count(self._request) if item.count and self._actor else 0,
            )
            for item, url in placed
        ]


def url_or_empty(name: str, *args: object) -> str:
    """The URL of that name, or an empty string while no page has it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _nearest_url(path: str, urls: Sequence[str]) -> str:
    """The longest of the URLs that the path lies below; the start page only matches itself."""
    matching = [url for url in urls if path == url or (url.count("/") > 1 and path.startswith(url))]
    return max(matching, key=len, default="")


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: `shell`, and `nav` for a page to name its own entry with."""
    return {"shell": SimpleLazyObject(lambda: Shell(request))}
