"""A plain noun, declared once.

A table that is only listed, shown, added, edited, removed and exported is one `Resource`. Its declaration says what
the model does not: labels and help, names in the API, who may, what lists show and are narrowed by, and the words of
messages. `muster.web.ui.resources` makes its pages of that, `muster.api.kit.resources` its routes, and `add`, `change`
and `remove` below are its rules. What differs for one noun is a method of its own: `in_full`, `hold`, `tidied`,
`problems`, `settle`, `refusals`. A verb beyond these gets a rule and doors made by hand.

docs/adding.md shows how to add one, file by file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from muster.core.audit import name_use_cases
from muster.core.database import atomic, refused_as
from muster.core.errors import AlreadyTaken, DomainError, FieldError, Forbidden, Invalid, Missing, Stale
from muster.core.history import recorded
from muster.core.models import AuditEntry
from muster.core.permissions import Access
from muster.core.references import Reference, count_in_words, references_to
from muster.core.rows import all_that_it_refers_to_is_there, delete_row, lock_row, set_value
from muster.core.search import in_order

M = TypeVar("M", bound=models.Model)
Refusals = dict[str, "DomainError | Callable[[], DomainError]"]


@dataclass(frozen=True)
class Related:
    """From which rows a field that refers to one is chosen."""

    # The row that an id names for this person, or Invalid at the field.
    get_named: Callable[[Any, str, str], models.Model]
    # The rows that a form offers them.
    offered: Callable[[Any], QuerySet[Any]]
    # The lookup of a row's name, for lists, and its words in a form.
    name: str = "name"
    words: Callable[[Any], str] = str


@dataclass(frozen=True)
class Field:
    """A field that people fill in. Type, length, choices, default, and whether it may stay empty, say the model."""

    name: str
    _: KW_ONLY
    # What the API and forms call it, and further names that the API takes.
    called: str = ""
    aliases: Sequence[str] = ()
    label: Any = ""
    help: Any = ""
    # What the API's description says of it.
    note: str = ""
    # What it becomes in a new row, or in a form, where it stays empty; None where that cannot be said either.
    otherwise: Callable[[Mapping[str, Any]], Any] | None = None
    related: Related | None = None
    # What it means that nothing is chosen.
    empty: Any = ""
    # Empty, the row would be out of reach for all who may not change every row.
    bounds_reach: bool = False
    # The choices for this person beside the value that is stored, where the model has none of its own.
    options: Callable[[Any, Any], Iterable[tuple[Any, Any]]] | None = None
    # In whose forms it stands; the rule refuses the others.
    only_for: Callable[[Any], bool] | None = None
    # How wide it is in a form, and the heading of the section that begins with it.
    width: str = ""
    section: Any = ""
    # Where a column of it goes on a phone ("" below its heading, "unseen" only in exports); None is no column.
    listed: str | None = None
    heading: Any = ""
    show: Callable[[Any], Any] | None = None
    searched: bool = False
    sorted: bool = False

    @property
    def key(self) -> str:
        return self.called or self.name


@dataclass(frozen=True)
class Derived:
    """What lists and answers tell of a row, and nobody fills in: an annotation of `in_full`, or a `value`."""

    name: str
    _: KW_ONLY
    value: Callable[[Any], Any] | None = None
    kind: Any = int
    # Its name in the API, where that tells it.
    key: str = ""
    label: Any = ""
    listed: str | None = None
    # By what lists are sorted; a value without one cannot be.
    lookup: str = ""
    sorted: bool = False

    def told(self, row: Any) -> Any:
        return self.value(row) if self.value else getattr(row, self.name)


@dataclass(frozen=True)
class Narrowing:
    """How lists are narrowed: `page` names the parameter of the list page, `api` that of the API; "" is none.

    `lookup` is compared with the value, unless `where` makes a condition of it. A page offers the values there are, or
    `buckets` of (key, words, condition, word among the applied filters); the API takes a day where it is no field.
    """

    lookup: str = ""
    _: KW_ONLY
    page: str = ""
    api: str = ""
    label: Any = ""
    descending: bool = False
    buckets: Sequence[tuple[str, Any, Q, Any]] = ()
    where: Callable[[Any], Q] | None = None
    # What the API's description says of it, and the greatest number that it takes.
    note: str | None = None
    most: int | None = None


@dataclass(frozen=True)
class Retirement:
    """How a row that is in use leaves the lists of what is offered, instead of being deleted."""

    # What becomes of it, or that it is so already; the button; what is said when it is done, of `%(name)s`.
    text: Any
    already: Any
    button: Any
    said: Any
    # The two states in words, and as list pages have them in their address.
    states: tuple[Any, Any]
    keys: tuple[str, str] = ("yes", "no")
    field: str = "is_active"

    def narrowing(self) -> Narrowing:
        buckets = [
            (key, word, Q(**{self.field: value}), "")
            for key, word, value in zip(self.keys, self.states, (True, False), strict=True)
        ]
        return Narrowing(self.field, page="state", api="active", label=_lazy("Status"), buckets=buckets)


class Resource(Generic[M]):
    """A plain noun. Subclass it to declare one; made once, it stands in `every`."""

    every: ClassVar[list[Resource[Any]]] = []

    model: type[M]
    access: Access[M]
    # There is one row for each owner: it is changed, and nothing else.
    alone = False
    # The action that adding asks for, where not everybody who changes rows may add one.
    adds: str = "change"
    noun: str
    plural: str
    fields: Sequence[Field | Derived]
    narrowings: Sequence[Narrowing] = ()
    # The relation that the address of a new row names and that never changes.
    within: str = ""
    order: Sequence[str]
    # The order of the columns, where it is not that of the fields.
    columns: Sequence[str] = ()
    # The lookup of what stands below the name in lists, and what pages search besides the searched fields.
    below: str = ""
    also_searched: Sequence[str] = ()
    search_hint: Any = _lazy("Name or code")

    # Each unique constraint with the field it is about and its refusal, which may name fields as `%(name)s`.
    one_of_a_kind: Mapping[str, tuple[str, Any]] = {}
    # What to do with a row that is in use; the relations that go with a deleted row and count all the same.
    instead: Any = ""
    counts_too: Sequence[str] = ()
    retirement: Retirement | None = None

    # Words of pages; `%(name)s` is what the row is called.
    title: Any
    about: Any = ""
    none_yet: Any = ""
    add_words: Any
    added: Any = _lazy("%(name)s added.")
    edit_words: Any = _lazy("Edit %(name)s")
    delete_words: Any = _lazy("Delete")

    def __init__(self) -> None:
        if self.retirement:
            self.narrowings = (*self.narrowings, self.retirement.narrowing())
        if self.alone:
            return
        self.every.append(self)
        deeds = {
            "add": _lazy("added a {noun}"),
            "change": _lazy("changed a {noun}"),
            "delete": _lazy("removed a {noun}"),
            "restore": _lazy("restored a {noun}"),
        }
        name_use_cases({f"{deed}_{self.noun}": format_lazy(words, noun=self.noun) for deed, words in deeds.items()})

    # --- what it is made of ------------------------------------------------------------------------------------------
    @cached_property
    def inputs(self) -> list[Field]:
        return [field for field in self.fields if isinstance(field, Field)]

    @cached_property
    def around(self) -> Resource[Any]:
        """The resource that rows are within."""
        model = self.column(self.within).related_model
        return next(other for other in self.every if other.model is model)

    @cached_property
    def parts(self) -> list[Resource[Any]]:
        """The resources whose rows are within one of these."""
        return [one for one in self.every if one.within and one.around is self]

    def column(self, name: str) -> models.Field[Any, Any]:
        return cast("models.Field[Any, Any]", self.model._meta.get_field(name))

    def field_of(self, narrowing: Narrowing) -> Field | None:
        """The field that lists are narrowed by, where it is one as it stands."""
        return next((field for field in self.inputs if field.name == narrowing.lookup), None)

    def column_of(self, narrowing: Narrowing) -> models.Field[Any, Any] | None:
        """The model's own field that lists are narrowed by."""
        field = self.field_of(narrowing)
        return self.column(field.name) if field else None

    def label_of(self, field: Field) -> Any:
        """What forms call the field."""
        return field.label or capfirst(self.column(field.name).verbose_name)

    def required(self, field: Field) -> bool:
        """Whether a form insists on the field."""
        column = self.column(field.name)
        return not (column.blank or field.otherwise or isinstance(column, models.BooleanField))

    def in_full(self, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows with all that lists and answers tell of them."""
        return rows

    def among(self, actor: Any) -> QuerySet[M]:
        """All rows in full, for a look at one."""
        return self.in_full(self.model._default_manager.all())

    def rows(self, actor: Any) -> QuerySet[M]:
        """The rows that the actor may see, in full and in order."""
        return in_order(self.in_full(self.access.rows(actor)), *self.order, "pk")

    def told(self, row: M) -> M:
        return self.in_full(self.model._default_manager.filter(pk=row.pk)).get()

    def in_use(self, row: M) -> list[Reference]:
        """What keeps the row from being deleted."""
        return references_to(row, also=self.counts_too)

    def count_words(self, number: int) -> str:
        return count_in_words(self.model, number)

    def delete_text(self, row: M) -> Sequence[Any]:
        """What happens when a row goes that nothing refers to, in sentences."""
        return [_("Nothing uses it.")]

    # --- its rules ---------------------------------------------------------------------------------------------------
    @atomic
    def add(self, *, by: Any, fields: Mapping[str, Any], within: models.Model | None = None) -> M:
        """Add a row; `within` is locked. Raises Forbidden, Missing, Invalid naming every field, AlreadyTaken."""
        if not self.access.may(by, self.adds):
            raise Forbidden
        self.hold(by)
        row = self.model(**{self.access.owner: by.owner_id})
        if within is not None:
            setattr(row, self.within, lock_row(within))
        given = dict(fields)
        for field in self.inputs:
            if field.otherwise and given.get(field.name) is None:
                given[field.name] = field.otherwise(given)
        self._store(by, row, given, {}, f"add_{self.noun}")
        return row

    @atomic
    def change(self, *, by: Any, row: M, changes: Mapping[str, Any], unchanged_since: datetime | None = None) -> M:
        """Change what is named, or take such a change back: then only what is `unchanged_since` its moment.

        Locks what it is within, then the row. Raises Missing, Stale, Invalid naming every field, AlreadyTaken, and
        Forbidden where it would be out of reach.
        """
        self.hold(by)
        if self.within:
            around = lock_row(self.around.model(pk=getattr(row, f"{self.within}_id")))
        row = lock_row(row)
        if unchanged_since not in (None, getattr(row, "updated_at", None)):
            raise Stale(_("%(name)s was changed again since, so this can't be undone.") % {"name": row})
        if self.within:
            setattr(row, self.within, around)
        before = {field.name: row.serializable_value(field.name) for field in self.inputs}
        self._store(by, row, changes, before, f"change_{self.noun}")
        return row

    @atomic
    def remove(self, *, by: Any, row: M) -> None:
        """Delete a row that nothing refers to. Locks it. Raises Missing, InUse, and what `refusals` says."""
        row = lock_row(row, for_delete=True)
        use_case = f"delete_{self.noun}"
        with recorded(by, use_case), refused_as(**self.refusals(by, row)):
            delete_row(row, instead=self.instead, also=self.counts_too)

    def retire(self, *, by: Any, row: M) -> M:
        """Offer the row no more. As `change`."""
        assert self.retirement is not None  # noqa: S101
        return self.change(by=by, row=row, changes={self.retirement.field: False})

    @atomic
    def restore(self, *, by: Any, pk: UUID) -> M:
        """Add a deleted row again, with its id and all that people filled in, and the rows within that went with it;
        the history knows both.

        Locks as `add`. Raises Missing where none was deleted, Conflict where what it refers to is gone, and as `add`.
        """
        gone = AuditEntry.objects.filter(owner_id=by.owner_id, use_case=f"delete_{self.noun}")
        entry = gone.filter(row_id=pk, table_name=self.model._meta.db_table).order_by("-at").first()
        there = self.model._default_manager.filter(pk=pk)
        if not self.access.may(by, self.adds) or there.exists() or entry is None:
            raise Missing
        self.hold(by)
        row = self._row_as_in(by, entry)
        if self.within:
            setattr(row, self.within, lock_row(self.around.model(pk=getattr(row, f"{self.within}_id"))))
        with all_that_it_refers_to_is_there():
            self._store(by, row, {}, {}, f"restore_{self.noun}")
            for part in self.parts:
                with_it = gone.filter(part_of=pk, table_name=part.model._meta.db_table, request=entry.request)
                for each in with_it.order_by("at", "pk"):
                    part._store(by, part._row_as_in(by, each), {}, {}, f"restore_{self.noun}")
        return row

    def _row_as_in(self, by: Any, entry: AuditEntry) -> M:
        """The row that was deleted, not saved yet."""
        names = [*(field.name for field in self.inputs), *([self.within] if self.within else [])]
        columns = [self.column(name) for name in names]
        kept = {column.attname: column.to_python((entry.before or {})[column.column]) for column in columns}
        return self.model(**{"pk": entry.row_id, self.access.owner: by.owner_id}, **kept)

    @atomic
    def bring_back(self, *, by: Any, row: M) -> M:
        """Offer a retired row again. As `change`."""
        assert self.retirement is not None  # noqa: S101
        return self.change(by=by, row=row, changes={self.retirement.field: True})

    # --- what may differ for one noun --------------------------------------------------------------------------------
    def hold(self, by: Any) -> None:
        """Lock what has to stand still while a row is added or changed."""

    def tidied(self, given: dict[str, Any]) -> dict[str, Any]:
        """What was given, as it shall be kept."""
        return given

    def problems(self, by: Any, row: M, wrong: set[str]) -> Iterator[FieldError]:
        """What is wrong with the row beyond what the model refuses; `wrong` are the fields, as called, that it did."""
        yield from ()

    def settle(self, by: Any, row: M, changes: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        """The last word before writing, when every field is well: adjust the row, or raise. `before` is stored now."""

    def refusals(self, by: Any, row: M) -> Refusals:
        """What a violated constraint is called, by its name."""
        return {
            name: AlreadyTaken(str(message) % {one.name: getattr(row, one.name) for one in self.inputs}, field)
            for name, (field, message) in self.one_of_a_kind.items()
        }

    # --- how it is stored --------------------------------------------------------------------------------------------
    def _store(self, by: Any, row: M, given: Mapping[str, Any], before: Mapping[str, Any], use_case: str) -> None:
        given = self.tidied(dict(given))
        found = list(self._take(row, given))
        found += self.problems(by, row, {error.field for error in found})
        # What could not be made of others is wrong only if they are not.
        made = {one.key for one in self.inputs if one.otherwise and given.get(one.name, "") is None}
        if found := [error for error in found if error.field not in made] or found:
            raise Invalid.fields(found)
        self.settle(by, row, given, before)
        with recorded(by, use_case), refused_as(**self.refusals(by, row)):
            row.save()
        self.access.must_reach(by, "change", row)

    def _take(self, row: M, given: Mapping[str, Any]) -> Iterator[FieldError]:
        """Set what was given, and tell what is wrong with it; a new row is looked at whole."""
        if unknown := given.keys() - {field.name for field in self.inputs}:
            raise KeyError(sorted(unknown)[0])
        for field in self.inputs:
            column, message = self.column(field.name), ""
            if field.related:
                if field.name in given:
                    setattr(row, field.name, given[field.name])
                if getattr(row, column.attname) is None and not column.null:
                    message = str(column.error_messages["null"])
            elif field.name in given or row._state.adding:
                message = set_value(row, column, given.get(field.name, getattr(row, field.name)))
            if message:
                yield FieldError(field.key, message)
