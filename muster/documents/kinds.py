"""Kinds of documents: each app declares those that it hands out, and how what they said reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from muster.core.errors import Missing

# What stands in a cell of a workbook: text, or a number.
CellValue = str | float | int


@dataclass(frozen=True)
class CertifiedTable:
    """A table of a document, as it reads. `numbers` are the places of its columns of numbers."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Collection[int] = ()


@dataclass(frozen=True)
class Certified:
    """What a document says, in the order and the words of the paper: nothing more is told of it to a stranger."""

    facts: Sequence[tuple[str, str]]
    tables: Sequence[CertifiedTable] = ()


@dataclass(frozen=True)
class Filling:
    """What is put into the placeholders of a workbook; a row that names one of `rows` is repeated for each."""

    values: Mapping[str, CellValue]
    rows: Sequence[Mapping[str, CellValue]] = ()


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document.

    `certified` reads what a content says. A kind that is filled into workbooks says which placeholders there are, with
    what each holds, how a content fills them, and what the workbook is like unless the institution has its own.
    """

    key: str
    label: Any
    certified: Callable[[Mapping[str, Any]], Certified]
    placeholders: Mapping[str, Any] = field(default_factory=dict)
    filling: Callable[[Mapping[str, Any]], Filling] | None = None
    built_in: Callable[[], bytes] | None = None


_kinds: dict[str, DocumentKind] = {}


def register_document_kind(*kinds: DocumentKind) -> None:
    """Declare kinds; a second one of a key replaces the first."""
    _kinds.update({kind.key: kind for kind in kinds})


def document_kind(key: str) -> DocumentKind:
    """The kind of that key. Raises KeyError for one that no app has declared."""
    return _kinds[key]


def kind_with_template(key: str) -> DocumentKind:
    """The kind of that key, which is filled into workbooks. Raises Missing."""
    kind = _kinds.get(key)
    if kind is None or kind.built_in is None:
        raise Missing
    return kind


def kinds_with_templates() -> list[DocumentKind]:
    """The kinds that are filled into workbooks, in the order of their declaration."""
    return [kind for kind in _kinds.values() if kind.built_in is not None]
