"""Who may do what: one table per noun answers both "this object?" and "which rows?".

An `Access` maps each action (`see`, `change`, ...) to the roles that may ever do it, and each role to the rows on which
it may. Answers come in one order: a role that never may is Forbidden, a row that the actor may not see is Missing, one
they may see but not change is Forbidden again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Case, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from muster.core.compiled import Compiled
from muster.core.database import single
from muster.core.errors import Forbidden, Invalid, Missing
from muster.core.subqueries import IsAmong, KeyIn, asks_other_rows

M = TypeVar("M", bound=models.Model)


class ShapeLike(Protocol):
    """What of an actor decides on the words of a condition, and not on its values."""

    def __hash__(self) -> int: ...
    @property
    def samples(self) -> dict[str, Any]:
        """Values, by name, for a stand-in."""

    def stand_in(self, **samples: Any) -> ActorLike:
        """An actor of this shape with these values, and with nothing else that a condition could ask."""


class ActorLike(Protocol):
    """Somebody who acts within one owner of rows."""

    @property
    def owner_id(self) -> UUID: ...
    @property
    def grants(self) -> Iterable[Any]: ...
    @property
    def shape(self) -> ShapeLike: ...
    @property
    def particulars(self) -> dict[str, Any]:
        """The actor's own values, at the names of the shape's samples."""


Scope = Callable[[Any, Any], Q]
# Rows among which one is looked up: a function of the actor, always the same one, is compiled once for each shape.
Among = Callable[[Any], QuerySet[M]] | QuerySet[M] | None
Table = dict[str, Scope]

NOTHING = Q(pk__in=[])


def everything(actor: Any, grant: Any) -> Q:
    return Q()


class Permission:
    """One action on one noun, as a route declares it."""

    def __init__(self, access: Access[Any], action: str) -> None:
        self.access, self.action = access, action

    def may(self, actor: ActorLike) -> bool:
        """Whether a role of the actor may ever do this."""
        return self.access.may(actor, self.action)

    def __repr__(self) -> str:
        return f"{self.access.model._meta.verbose_name_plural}: {self.action}"


class Open:
    """A route that asks for no particular role: `signed_in` or not; `with_role`, of people who have one somewhere."""

    def __init__(self, *, signed_in: bool, with_role: bool = True) -> None:
        self.signed_in, self.with_role = signed_in, with_role

    def may(self, actor: ActorLike | None) -> bool:
        return actor is not None or not self.signed_in

    def __repr__(self) -> str:
        return "everybody signed in" if self.signed_in else "everybody"


ANYONE = Open(signed_in=False)
SIGNED_IN = Open(signed_in=True)
# Whoever signed in, without a role too: what they reach is asked of the person.
ANY_ACCOUNT = Open(signed_in=True, with_role=False)


@dataclass(frozen=True, eq=False)
class Access(Generic[M]):
    """The permissions on one table. `owner` is the path from a row to the id of what owns it."""

    model: type[M]
    tables: Mapping[str, Table]
    owner: str = "institution_id"

    def __getitem__(self, action: str) -> Permission:
        if action not in self.tables:
            raise KeyError(action)
        return Permission(self, action)

    def may(self, actor: ActorLike, action: str) -> bool:
        """Whether a role of the actor may ever do this, on whatever row."""
        return any(grant.role in self.tables[action] for grant in actor.grants)

    def scope(self, actor: ActorLike, action: str = "see") -> Q:
        """The rows on which the actor may do this, as a condition."""
        table = self.tables[action]
        asked = [table[grant.role](actor, grant) for grant in actor.grants if grant.role in table]
        if not asked:
            return NOTHING
        owned = Q(**{self.owner: actor.owner_id})
        if any(not condition for condition in asked):
            return owned
        if len(asked) > 1 and any(map(asks_other_rows, asked)):
            rows = self.model._default_manager.order_by()
            return owned & KeyIn(*(rows.filter(owned & condition).values("pk") for condition in asked))
        union = asked[0]
        for condition in asked[1:]:
            union |= condition
        return owned & union

    def reaches_all(self, actor: ActorLike, action: str) -> bool:
        """Whether the actor may do this on every row of the owner."""
        asked = (self.tables[action].get(grant.role) for grant in actor.grants)
        return any(scope is everything for scope in asked)

    def rows(self, actor: ActorLike, action: str = "see", among: QuerySet[M] | None = None) -> QuerySet[M]:
        """The rows on which the actor may do this."""
        rows = self.model._default_manager.all() if among is None else among
        return rows.filter(self.scope(actor, action))

    def fetch_rows(
        self,
        actor: ActorLike,
        among: Callable[..., QuerySet[M]],
        only: Mapping[str, UUID],
        *,
        action: str = "see",
        most: int | None = None,
    ) -> list[M]:
        """The rows of `among(actor, **only)` on which the actor may do this, for what is asked for again and again.

        The query is made once for all actors of a shape.
        """
        rows = _compile_list(self, among, action, most, actor.shape, tuple(only))
        return list(rows(**only, **actor.particulars))

    def with_rights(self, actor: ActorLike, action: str, among: QuerySet[M] | None = None) -> QuerySet[M]:
        """The rows, each told by `may_act` whether the actor may do this on it."""
        rows = self.model._default_manager.all() if among is None else among
        return rows.annotate(may_act=self.right(actor, action))  # type: ignore[return-value]

    def right(self, actor: ActorLike, action: str) -> Case | IsAmong:
        """Whether the actor may do this on a row of a query: an expression that is asked of the rows that are shown."""
        scope = self.scope(actor, action)
        if asks_other_rows(scope):
            # Within CASE the subquery would be answered for every row that there is.
            return IsAmong(self.model._default_manager.order_by().filter(scope, pk=OuterRef("pk")))
        return Case(When(scope, then=Value(True)), default=Value(False))

    def get(self, actor: ActorLike, pk: object, action: str = "see", among: Among[M] = None) -> M:
        """The row with this key, in one query. Raises Forbidden, Missing, Forbidden, in the module's order."""
        if not self.may(actor, action):
            raise Forbidden
        row = self._one(_visible_rows, actor, pk, action, among)
        if row is None:
            raise Missing
        if action != "see" and not row.may_act:  # type: ignore[attr-defined]
            raise Forbidden
        return row

    def get_named(self, actor: ActorLike, pk: object, field: str, action: str = "see", among: Among[M] = None) -> M:
        """The row that a request's body names at `field`. Raises Invalid there when the actor may not see it."""
        row = self._one(_reachable_rows, actor, pk, action, among)
        if row is None:
            raise Invalid(
                _("No %(noun)s has this id.") % {"noun": self.model._meta.verbose_name}, field=field, code="unknown"
            )
        return row

    def _one(self, rows: Rows, actor: ActorLike, pk: object, action: str, among: Among[M]) -> M | None:
        key = as_id(pk)
        if key is None:
            return None
        if isinstance(among, QuerySet):
            return single(rows(self, actor, action, among).filter(pk=key))
        return _compile_query(rows, self, action, among, actor.shape).one(pk=key, **actor.particulars)

    def allows(self, actor: ActorLike, action: str, row: M) -> bool:
        """Whether the actor may do this on this stored row."""
        return self.may(actor, action) and self.rows(actor, action).filter(pk=row.pk).exists()

    def must_reach(self, actor: ActorLike, action: str, row: M) -> None:
        """Refuse when the row, as it now stands, is out of reach: asked after writing, in the same transaction."""
        if not self.allows(actor, action, row):
            raise Forbidden


Rows = Callable[[Access[Any], Any, str, "QuerySet[Any] | None"], QuerySet[Any]]


def _visible_rows(access: Access[Any], actor: Any, action: str, among: QuerySet[Any] | None) -> QuerySet[Any]:
    rows = access.rows(actor, "see", among)
    return rows if action == "see" else access.with_rights(actor, action, rows)


def _reachable_rows(access: Access[Any], actor: Any, action: str, among: QuerySet[Any] | None) -> QuerySet[Any]:
    return access.rows(actor, action, among)


@functools.lru_cache(maxsize=4096)
def _compile_query(
    rows: Rows, access: Access[Any], action: str, among: Callable[[Any], QuerySet[Any]] | None, shape: ShapeLike
) -> Compiled[Any]:
    """The query for one row. Nearly every call asks one, and building it costs more than the answer."""

    def build(pk: UUID, **samples: Any) -> QuerySet[Any]:
        actor = shape.stand_in(**samples)
        return rows(access, actor, action, among(actor) if among else None).filter(pk=pk)

    return Compiled(build, asks_all=False, pk=UUID(int=1), **shape.samples)


@functools.lru_cache(maxsize=512)
def _compile_list(
    access: Access[Any],
    among: Callable[..., QuerySet[Any]],
    action: str,
    most: int | None,
    shape: ShapeLike,
    only: tuple[str, ...],
) -> Compiled[Any]:
    def build(**samples: Any) -> QuerySet[Any]:
        given = {name: samples.pop(name) for name in only}
        actor = shape.stand_in(**samples)
        return access.rows(actor, action, among(actor, **given))[:most]

    given = {name: UUID(int=2**32 + number) for number, name in enumerate(only)}
    return Compiled(build, asks_all=False, ordered=True, **given, **shape.samples)


def as_id(text: object) -> UUID | None:
    """The id in a path or a body; None where it is none, which then is found missing like any unknown one."""
    if isinstance(text, UUID):
        return text
    try:
        return UUID(str(text))
    except ValueError:
        return None


def any_id(text: object) -> UUID:
    """The id in a path or a body; the nil UUID, which no row has, where it is none."""
    return as_id(text) or UUID(int=0)
