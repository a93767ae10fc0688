"""What surrounds every page: navigation, place, bell, person menu, settings. The areas say what stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from muster.web.ui.pages import PagePermission


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation. Shown to who holds one of `roles` (to everyone signed in when empty).

    The first four shown stand in the bottom bar of a phone, so what is used most has the lowest `order`. `count` says
    how much waits behind the entry; it runs on every page, so it must be one cheap statement.
    """

    key: str
    label: Any
    icon: str
    url_name: str
    roles: frozenset[str] = frozenset()
    order: int = 100
    count: Callable[[HttpRequest], int] | None = None

    def may(self, actor: Any) -> bool:
        return not self.roles or not self.roles.isdisjoint(getattr(actor, "roles", ()))


@dataclass(frozen=True)
class SettingsEntry:
    """One page of the settings, which extends `settings/base.html`; `hint` says in a sentence what is set there."""

    key: str
    label: Any
    icon: str
    url_name: str
    permission: PagePermission
    hint: Any = ""
    order: int = 100
    count = None

    def may(self, actor: Any) -> bool:
        return actor is not None and self.permission.may(actor)


@dataclass(frozen=True)
class ShownItem:
    """An entry as one person sees it on one page."""

    entry: NavItem | SettingsEntry
    url: str
    current: bool
    count: int


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
class PageFrame:
    """What the areas put around every page. The functions run on every page: that of the tray asks no database."""

    nav: list[NavItem] = field(default_factory=list)
    # The menu below the person's own name, above "Sign out".
    person_menu: list[NavItem] = field(default_factory=list)
    settings: list[SettingsEntry] = field(default_factory=list)
    bell: Callable[[HttpRequest], Bell | None] = lambda request: None
    # Who knows the other institutions of a person.
    switch: Callable[[HttpRequest], Switch | None] = lambda request: None
    tray: Callable[[HttpRequest], Tray | None] = lambda request: None


frame = PageFrame()


class Shell:
    """The frame of one page, worked out only as far as the template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._actor = getattr(request, "actor", None)

    @property
    def signed_in(self) -> bool:
        return bool(getattr(getattr(self._request, "user", None), "is_authenticated", False))

    @property
    def person(self) -> str:
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
        return self._shown(frame.nav)

    @property
    def person_menu(self) -> list[ShownItem]:
        return self._shown(frame.person_menu)

    @property
    def settings(self) -> list[ShownItem]:
        """The pages of the settings that this person may open."""
        return self._shown(frame.settings)

    @property
    def bell(self) -> Bell | None:
        return frame.bell(self._request) if self._actor else None

    @property
    def tray(self) -> Tray | None:
        return frame.tray(self._request) if self._actor else None

    @property
    def switch(self) -> Switch | None:
        """The form that changes the institution, when the person has more than one."""
        found = frame.switch(self._request) if self.signed_in else None
        return found if found and len(found.options) > 1 else None

    @property
    def search_url(self) -> str:
        """Where the search form of the top bar leads; empty when there is no search."""
        return url_or_empty("search") if self._actor else ""

    def _shown(self, entries: Iterable[NavItem | SettingsEntry]) -> list[ShownItem]:
        if not self.signed_in:
            return []
        held = sorted((one for one in entries if one.may(self._actor)), key=lambda one: one.order)
        placed = [(one, url) for one in held if (url := url_or_empty(one.url_name))]
        here = _nearest_url(self._request.path, [url for _one, url in placed])
        return [
            ShownItem(one, url, url == here, one.count(self._request) if one.count and self._actor else 0)
            for one, url in placed
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
