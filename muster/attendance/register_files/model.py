"""What stands on a sheet, whatever it is written to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from muster.attendance.models import Mark
from muster.attendance.queries import Register, percent_of
from muster.institutions.models import Institution

# Beside the letters of the marks.
UNMARKED, OFF_REGISTER = ".", "-"
LETTERS = {mark.value[0]: mark for mark in Mark}


@dataclass(frozen=True)
class Heading:
    """What stands above a sheet. `name` names its file; the facts are what and who, each with its word. A `watermark`
    says on each page to whom it was given."""

    institution: Institution
    title: str
    subject: str
    name: str
    zone: ZoneInfo
    facts: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    watermark: str = ""


@dataclass
class Tally:
    """How many of each letter, and the percentage that they make."""

    letters: Counter[str] = field(default_factory=Counter)

    def __getitem__(self, mark: Mark) -> int:
        return self.letters[mark.letter]

    @property
    def percent(self) -> float | None:
        return percent_of(present=self[Mark.PRESENT], late=self[Mark.LATE], absent=self[Mark.ABSENT])


@dataclass(frozen=True)
class Column:
    """One session of a batch's sheet, or one date of its daily records. `meeting` tells which meeting is shared."""

    key: str
    date: date
    start_time: time | None = None
    end_time: time | None = None
    kind: str = ""
    meeting: str = ""
    is_daily: bool = False


@dataclass(frozen=True)
class Learner:
    """One line of a batch's sheet: a letter for each column."""

    name: str
    number: str
    email: str
    marks: str

    @property
    def tally(self) -> Tally:
        return Tally(Counter(self.marks))


@dataclass(frozen=True)
class BatchSheet:
    """Learners by sessions. `learners` reads them anew at each call, a handful at a time; `spare` rows stay empty."""

    heading: Heading
    columns: Sequence[Column]
    learners: Callable[[], Iterator[Learner]]
    is_blank: bool = False
    spare: int = 0

    def column_tallies(self) -> ColumnTallies:
        """To be told every learner, and then to tell the sums below the columns."""
        return ColumnTallies([Tally() for _column in self.columns])


@dataclass(frozen=True)
class ColumnTallies:
    """The sums below the columns of a sheet."""

    columns: Sequence[Tally]

    def add(self, learner: Learner) -> None:
        """Count one more line."""
        for tally, letter in zip(self.columns, learner.marks, strict=True):
            tally.letters[letter] += 1

    @property
    def whole(self) -> Tally:
        return Tally(sum((tally.letters for tally in self.columns), Counter()))


@dataclass(frozen=True)
class RegisterSheet:
    """One register. A blank one has room to sign instead of marks, one for paper empty boxes for them.

    Both have `spare` rows for people who come along.
    """

    heading: Heading
    register: Register
    is_shared: bool
    is_blank: bool = False
    spare: int = 0
    is_paper: bool = False
