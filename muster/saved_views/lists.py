"""What is known here of the lists of which views are saved. The door that shows them says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from muster.institutions.access import Actor


@dataclass(frozen=True)
class ListFacts:
    """What a list answers to one person: by what it is narrowed and sorted, and how much of it there is.

    `count` is None for figures, which are no rows; `words` is the count in words, such as "14 batches".
    """

    parameters: frozenset[str]
    sorts: frozenset[str] = frozenset()
    count: int | None = None
    words: str = ""


class Lists(Protocol):
    """The lists of the house, each by its name, and some with the id of what they are within."""

    def names(self) -> frozenset[str]:
        """All of them."""

    def open_to(self, role: str) -> frozenset[str]:
        """Those that the role may ever open."""

    def title_of(self, name: str) -> str:
        """What the list is called."""

    def address_of(self, name: str, within: UUID | None, query: str) -> str:
        """The path of the list as it is narrowed; empty where there is none."""

    def ask(self, by: Actor, name: str, within: UUID | None, query: str) -> ListFacts | None:
        """What the list answers; None where the actor may not open it, or nothing is there any more."""


class _Known:
    door: Lists


def register_lists(door: Lists) -> None:
    """Say which lists there are, and how each is asked."""
    _Known.door = door


def known_lists() -> Lists:
    """The lists of the house."""
    return _Known.door
