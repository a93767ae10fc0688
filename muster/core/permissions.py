"""Who may do what: one table per noun answers both "this object?" and "which rows?".

An `Access` maps each action (`see`, `change`, ...) to the roles that may ever do it, and each role to the rows on which
it may. Answers come in one order: a role that never may is Forbidden, a row that the actor may not see is Missing, one
they may see but not change is Forbidden again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext as _

from muster.core.database import single
from muster.core.errors import Forbidden, Invalid, Missing

M = TypeVar("M", bound=models.Model)


class ActorLike(Protocol):
    """Somebody who acts within one owner of rows."""

    @property
    def owner_id(self) -> UUID: ...
    @property
    def grants(self) -> Iterable[Any]: ...


Scope = Callable[[Any, Any], Q]
Table = dict[str, Scope]

NOTHING = Q(pk__in=[])


def everything(actor: Any, grant: Any) -> Q:
    """All rows of the owner."""
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
    """A route that asks for no role: `signed_in` or not."""

    def __init__(self, *, signed_in: bool) -> None:
        self.signed_in = signed_in

    def may(self, actor: ActorLike | None) -> bool:
        return actor is not None or not self.signed_in

    def __repr__(self) -> str:
        return "everybody signed in" if self.signed_in else "everybody"


ANYONE = Open(signed_in=False)
SIGNED_IN = Open(signed_in=True)


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
        if any(not condition for condition in asked):
            return Q(**{self.owner: actor.owner_id})
        union = asked[0]
        for condition in asked[1:]:
            union |= condition
        return Q(**{self.owner: actor.owner_id}) & union

    def rows(
        self, actor: ActorLike, action: str = "see", among: models.QuerySet[M] | None = None
    ) -> models.QuerySet[M]:
        """The rows on which the actor may do this."""
        rows = self.model._default_manager.all() if among is None else among
        return rows.filter(self.scope(actor, action))

    def marked(self, actor: ActorLike, action: str, among: models.QuerySet[M] | None = None) -> models.QuerySet[M]:
        """The rows, each told by `may_act` whether the actor may do this on it."""
        rows = self.model._default_manager.all() if among is None else among
        may_act = Case(When(self.scope(actor, action), then=Value(True)), default=Value(False))
        return rows.annotate(may_act=may_act)  # type: ignore[return-value]

    def get(self, actor: ActorLike, pk: object, action: str = "see", among: models.QuerySet[M] | None = None) -> M:
        """The row with this key, in one query. Raises Forbidden, Missing, Forbidden, in the module's order."""
        if not self.may(actor, action):
            raise Forbidden
        key = as_id(pk)
        rows: Any = self.rows(actor, "see", among)
        if action != "see":
            rows = self.marked(actor, action, rows)
        row: M | None = single(rows.filter(pk=key)) if key else None
        if row is None:
            raise Missing
        if action != "see" and not row.may_act:  # type: ignore[attr-defined]
            raise Forbidden
        return row

    def named(
        self, actor: ActorLike, pk: object, field: str, action: str = "see", among: models.QuerySet[M] | None = None
    ) -> M:
        """The row that a request's body names at `field`. Raises Invalid there when the actor may not see it."""
        key = as_id(pk)
        row = single(self.rows(actor, action, among).filter(pk=key)) if key else None
        if row is None:
            raise Invalid(
                _("There is no %(noun)s with this id.") % {"noun": self.model._meta.verbose_name},
                field=field,
                code="unknown",
            )
        return row

    def allows(self, actor: ActorLike, action: str, row: M) -> bool:
        """Whether the actor may do this on this stored row."""
        return self.may(actor, action) and self.rows(actor, action).filter(pk=row.pk).exists()

    def must_reach(self, actor: ActorLike, action: str, row: M) -> None:
        """Refuse when the row, as it now stands, is out of reach: asked after writing, in the same transaction."""
        if not self.allows(actor, action, row):
            raise Forbidden


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
