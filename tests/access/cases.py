"""One route, and who reaches what through it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

EVERY_ROLE = (
    "super-admin",
    "admin",
    "branch-manager",
    "dept-admin",
    "instructor",
    "student",
    "corporate-student",
    "regulator",
)
ADMINS = "super-admin admin"
MANAGERS = f"{ADMINS} branch-manager dept-admin"
EVERYBODY = " ".join(EVERY_ROLE)


@dataclass(frozen=True)
class Case:
    """A route, as `METHOD /path/{name}`, where `{name}` is filled with an attribute of the world's objects.

    `own` are the roles that reach it on their own object (or at all, where the path names none), `sibling` on one of
    the same institution out of their part. Who may not act but may see the object is in `sees_own` and `sees_sibling`:
    they are answered 403, everybody else 404. A role in neither `own` nor `sibling` never may: 403 at once. Nobody
    reaches another institution's object. Reaching means any answer but 401, 403, 404 and a server error.
    """

    route: str
    own: str = ""
    sibling: str = ""
    sees_own: str = ""
    sees_sibling: str = ""
    # Roles that may do this, though on none of these objects: 404.
    elsewhere: str = ""
    # Open to people who are not signed in.
    public: bool = False
    # Sent with the request; an empty body is refused with 400, which has reached the rule all the same.
    body: dict[str, object] = field(default_factory=dict)
    # For GET pages, the query string.
    query: str = ""
    # Another object than the path's name says, such as {"batch_id": "deleted_batch_id"}.
    fill: dict[str, str] = field(default_factory=dict)
    # Parts of the path that are no objects, such as {"tab": "schedule"}.
    words: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.route.partition(" ")[2]

    @property
    def has_object(self) -> bool:
        return bool(self.objects)

    @property
    def objects(self) -> list[str]:
        """The names in the path that stand for objects."""
        return [name for name in re.findall(r"{(\w+)}", self.path) if name not in self.words]

    def roles(self, whose: str) -> set[str]:
        """The roles that reach the route on this kind of object."""
        return set({"own": self.own, "sibling": self.sibling, "other": ""}[whose].split())

    def seers(self, whose: str) -> set[str]:
        """The roles that see the object without acting on it."""
        return set({"own": self.sees_own, "sibling": self.sees_sibling, "other": ""}[whose].split())

    def filled(self, objects: Mapping[str, object]) -> str:
        """The path for these objects."""
        path = self.path
        for name in self.objects:
            path = path.replace(f"{{{name}}}", str(objects[self.fill.get(name, name)]))
        for name, word in self.words.items():
            path = path.replace(f"{{{name}}}", word)
        return path + (f"?{self.query}" if self.query else "")

    def expected(self, role: str, whose: str) -> str:
        """`reach`, 403 or 404: what this role is answered on this kind of object."""
        if role in self.roles(whose):
            return "reach"
        if role not in self.roles("own") | self.roles("sibling") | set(self.elsewhere.split()):
            return "403"
        return "403" if role in self.seers(whose) else "404"
