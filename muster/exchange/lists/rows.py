"""Rows of a list, and what comes of each: the same on the page, over the API and in the file of results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.exchange.lists.columns import LISTS


class RowOutcome(TextChoices):
    """What comes of a row."""

    NEW = "new", gettext_lazy("New")
    CHANGED = "changed", gettext_lazy("Changed")
    SAME = "same", gettext_lazy("Same")
    # It differs from what is here, and what is here stays.
    KEPT = "kept", gettext_lazy("Kept as it is here")
    WRONG = "wrong", gettext_lazy("Wrong")
    # The file says it twice.
    SKIPPED = "skipped", gettext_lazy("Twice in the file")


@dataclass(frozen=True)
class ImportChoices:
    """How a file is to be imported. `columns` says what headings mean; without it they are guessed."""

    columns: Mapping[str, str] | None = None
    # Take the file's word also where somebody edited by hand what is here.
    take_file: bool = False
    # Import the rows that are right; otherwise all or none.
    only_valid: bool = True
    # How many rows the caller knows to be changed by it.
    confirm: int | None = None

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> ImportChoices:
        return cls(**{name: data[name] for name in cls.__dataclass_fields__ if name in data})


@dataclass(frozen=True)
class TemplateProblem:
    """What is wrong with one cell, or with the row (no field)."""

    field: str
    message: str


@dataclass(frozen=True)
class RowChange:
    """A field that differs from the file; `kept` says why what is here stays."""

    field: str
    before: str
    after: str
    kept: str = ""


@dataclass
class ListRow:
    """A line of the file by the fields of its kind, and what comes of it."""

    line: int
    cells: dict[str, str]
    outcome: RowOutcome = RowOutcome.NEW
    problems: list[TemplateProblem] = field(default_factory=list)
    changes: list[RowChange] = field(default_factory=list)

    def wrong(self, field_name: str, message: str) -> None:
        """Something is wrong with a cell, so the row is left out."""
        self.outcome = RowOutcome.WRONG
        self.problems.append(TemplateProblem(field_name, message))

    def skip(self, field_name: str, message: str) -> None:
        """The file has said it before."""
        self.outcome = RowOutcome.SKIPPED
        self.problems.append(TemplateProblem(field_name, message))

    def differs(self, changes: list[RowChange]) -> None:
        """What of the row here would be different; changes that are kept back change nothing."""
        self.changes = changes
        if not changes:
            self.outcome = RowOutcome.SAME
        else:
            self.outcome = RowOutcome.KEPT if all(one.kept for one in changes) else RowOutcome.CHANGED

    @property
    def takes(self) -> dict[str, str]:
        """The fields that the file changes."""
        return {one.field: one.after for one in self.changes if not one.kept}

    def as_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "outcome": str(self.outcome),
            "cells": {name: text for name, text in self.cells.items() if text},
            "problems": [vars(one) for one in self.problems],
            "changes": [vars(one) for one in self.changes],
        }


def difference_in_words(change: Mapping[str, str]) -> str:
    """Such as `082 555 0102 → 081 555 0120`, and why it stays where it does."""
    words = f"{change['before'] or _('none')} → {change['after'] or _('none')}"
    return f"{words}. {change['kept']}" if change["kept"] else words


def label_of(kind: str, field_name: str) -> str:
    """What people call a field of a kind; what no list declares is its own name, such as the day of a mark."""
    known = LISTS[kind].columns if kind in LISTS else ()
    return next((str(column.label) for column in known if column.name == field_name), field_name)


def result_lines(kind: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[list[Any]]:
    """Kept rows as a file: what came of each and why, then the row as it was sent, so that it can be put right."""
    said_of = {name for row in rows for name in (*row["cells"], *(one["field"] for one in row["problems"])) if name}
    declared = [column.name for column in LISTS[kind].columns] if kind in LISTS else []
    names = sorted(said_of, key=lambda name: (declared.index(name) if name in declared else len(declared), name))
    yield [_("Line"), _("Result"), _("Reason"), *(label_of(kind, name) for name in names)]
    for row in rows:
        said = [(one["field"], one["message"]) for one in row["problems"]]
        said += [(one["field"], difference_in_words(one)) for one in row["changes"]]
        reasons = [": ".join(filter(None, (label_of(kind, name), words))) for name, words in said]
        outcome = str(RowOutcome(row["outcome"]).label)
        yield [row["line"], outcome, " ".join(reasons), *(row["cells"].get(name, "") for name in names)]


def result_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Kept rows as `{line, outcome, field, message}`: one for each problem or difference, at least one for each row."""
    for row in rows:
        said = [(one["field"], one["message"]) for one in row["problems"]]
        said += [(one["field"], difference_in_words(one)) for one in row["changes"]]
        for name, message in said or [("", "")]:
            yield {"line": row["line"], "outcome": row["outcome"], "field": name, "message": message}
