"""What a route does to which noun, read from its method and its path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from muster.api.root import api
from tests.access.table import ROUTES, TABLE, Who

# Parts of a path that only say where in the program it stands.
AREAS = {"api", "v1", "auth", "institution", "attendance", "settings", "accounts", "allocation"}
# One noun by two words.
SAME = {"class-sessions": "sessions", "calendar-links": "links", "cover-requests": "cover", "planner": "plans"}
VERBS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
ENDINGS = {"new": "add", "edit": "change", "remove": "delete"}
# Whose object a path's name stands for, where it is not the one of that name.
OBJECTS = {
    "batches/{batch_id}/restore": {"batch_id": "deleted_batch_id"},
    "materials/{material_id}/restore": {"material_id": "removed_material_id"},
    "views/{view_id}/restore": {"view_id": "removed_view_id"},
    "/auto-rollover": {"batch_id": "year_batch_id"},
    "/rollover": {"batch_id": "year_batch_id"},
    "/roll-over": {"batch_id": "year_batch_id"},
    "/answer": {"cover_id": "asked_cover_id"},
    "oversight/registers/": {"register_id": "missed_id"},
    "/learners/": {"session_id": "missed_id", "enrollment_id": "learner_id"},
    "sessions/": {"session_id": "register_id"},
}
# What stands in a path and is no object.
WORDS = {
    "secret": "no-such-secret",
    "key": "set-password",
    "uidb36": "1",
    "time_off_id": "none",
    "person_id": "none",
    "template": "sections",
    "kind": "students",
    "figure": "completed",
    "mentoring_figure": "mentoring_held",
    "example": "enrollment",
    "file_name": "manifest.json",
    "attempt": "1",
    "document_kind": "transcript",
    "number": "0",
    "pk": "0",
    "provider_id": "sso",
}
# A search that finds something, and days that cover is asked for.
QUERIES = {
    "/search/": "q=batch",
    "/api/instructors/{instructor_id}/cover": "first_date=2030-01-07&last_date=2030-01-20",
}
# Read by programs before anybody signs in, and what no route of the API is; they hold nothing of an institution.
OPEN = {"/api/openapi.json", "/api/docs", "/api/", "/api/{rest}"}


@dataclass(frozen=True)
class Route:
    """A method and a path with `{names}`."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def objects(self) -> list[str]:
        """The names in the path that stand for objects."""
        return [name for name in re.findall(r"{(\w+)}", self.path) if name not in WORDS]

    @property
    def deed(self) -> tuple[str, str]:
        """The noun, and what is done with it: ("batches", "add"), ("batches", "change-capacity"), ("cover", "fill")."""
        parts = self.path.strip("/").split("/")
        while len(parts) > 1 and parts[0] in AREAS:
            parts = parts[1:]
        parts = [SAME.get(part, part) for part in parts]
        last = max((place for place, part in enumerate(parts) if "{" in part), default=0)
        noun, rest = (parts[last - 1], parts[last + 1 :]) if last else (parts[0] or "home", parts[1:])
        verb = VERBS.get(self.method, "") if self.is_api else ENDINGS.get(rest[-1], "") if rest else ""
        if verb and not self.is_api:
            rest = rest[:-1]
        return noun, "-".join(filter(None, [verb, "/".join(rest)])) or ("see" if last else "list")

    @property
    def who(self) -> Who:
        """Those who may. Raises LookupError where the table does not say."""
        noun, action = self.deed
        rows = next((rows for nouns, rows in TABLE.items() if noun in nouns.split()), {})
        found = next((who for actions, who in rows.items() if action in actions.split()), rows.get("*"))
        if (found := ROUTES.get(str(self), found)) is None:
            raise LookupError(f"Who may {action} {noun} ({self})? tests/access/table.py does not say.")
        return found

    def address(self, objects: Mapping[str, object]) -> str:
        """The path for these objects."""
        other = next((names for part, names in OBJECTS.items() if part in self.path), {})
        filled = re.sub(
            r"{(\w+)}", lambda found: WORDS.get(found[1]) or str(objects[other.get(found[1], found[1])]), self.path
        )
        return f"{filled}?{QUERIES[self.path]}" if self.path in QUERIES else filled


def routes() -> Iterator[Route]:
    """Every route of the API by its method, and every page by GET and by POST."""
    calls: dict[str, dict[str, object]] = api.get_openapi_schema(path_prefix="/api/")["paths"]
    for path, methods in calls.items():
        yield from (Route(method.upper(), path) for method in methods)
    for path in sorted(set(_paths(get_resolver())) - set(calls) - OPEN):
        yield from (Route(method, path) for method in ("GET", "POST"))


def _paths(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = before + re.sub(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", r"{\1\2}", str(entry.pattern))
        path = path.replace("^", "").replace("$", "").replace("\\Z", "")
        if isinstance(entry, URLResolver):
            yield from _paths(entry, path)
        elif isinstance(entry, URLPattern):
            yield path
