"""What an import did, or would do: the same for people, for the API and for the row that keeps it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import time
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.exchange.lists import RowOutcome, label_of, result_rows

# What each kind of file holds, in the order of reading; the words of the counts.
SECTIONS = {
    "branches": gettext_lazy("Branches"),
    "departments": gettext_lazy("Departments"),
    "courses": gettext_lazy("Courses"),
    "rooms": gettext_lazy("Rooms"),
    "instructors": gettext_lazy("Instructors"),
    "batches": gettext_lazy("Batches"),
    "slots": gettext_lazy("Weekly slots"),
    "leads": gettext_lazy("Leads assigned"),
    "assistants": gettext_lazy("Assistants assigned"),
    "shared_meetings": gettext_lazy("Shared sessions"),
}
REGISTER = {"daily_records": gettext_lazy("Daily records")}
LISTED = {
    "students": gettext_lazy("Students"),
    "instructors": gettext_lazy("Instructors"),
    "batches": gettext_lazy("Batches"),
    "enrollments": gettext_lazy("Enrollments"),
    "marks": gettext_lazy("Marks"),
}
KINDS = {**SECTIONS, **REGISTER, **LISTED}
# What a report is about in the first place: made of, and told as.
MAIN = ("students", "enrollments", "batches", "daily_records", "instructors", "marks")


@dataclass
class Count:
    """How many of a kind were made or changed, were there before, the same or different, or were left out."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    # Different from the file, as they stay.
    kept: int = 0
    skipped: int = 0


@dataclass(frozen=True)
class Refusal:
    """A part that clashes and was therefore left out: whose time, of which section, and what has it."""

    kind: str  # "room" or "instructor"
    who: str
    section: str
    section_title: str
    other: str
    other_title: str
    # Such as "Mon Wed 09:00-10:50": when the section would need them, and when the other has them.
    asked: list[str]
    taken: list[str]
    first_date: str
    last_date: str

    @property
    def sentence(self) -> str:
        """Both sides, in one sentence."""
        words = {
            "who": self.who,
            "section": self.section,
            "asked": ", ".join(self.asked),
            "other": self.other,
            "taken": ", ".join(self.taken),
        }
        if self.kind == "room":
            return _("%(section)s has no room: %(who)s, %(asked)s, is booked by %(other)s, %(taken)s.") % words
        return _("%(section)s was imported without %(who)s, %(asked)s: they teach %(other)s, %(taken)s.") % words


def hours_in_words(hours: Iterable[tuple[int, time, time]]) -> list[str]:
    """Weekdays (1 is Monday) and clock times, the days of equal times together: `Mon Wed 09:00-10:50`."""
    days: dict[tuple[time, time], set[int]] = defaultdict(set)
    for day, start, end in hours:
        days[start, end].add(day)
    return [
        f"{' '.join(str(WEEKDAYS_ABBR[day - 1]) for day in sorted(at))} {start:%H:%M}-{end:%H:%M}"
        for (start, end), at in sorted(days.items())
    ]


@dataclass
class Report:
    """The whole of it."""

    counts: dict[str, Count] = field(default_factory=lambda: {kind: Count() for kind in SECTIONS})
    shared_meetings: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    # Lines that were left out: `line`, `crn` (what the line is about), `message`.
    problems: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    # The keys of what was made, by kind: kept with the run and not told.
    made_rows: dict[str, Any] = field(default_factory=dict)
    # What came of each row (`ListRow.as_json`), kept beside the report.
    rows: list[dict[str, Any]] = field(default_factory=list)
    # What each column of the file was taken for.
    columns: list[dict[str, Any]] = field(default_factory=list)
    # How many rows would change, where that is more than may pass unseen.
    to_confirm: int = 0

    @classmethod
    def of_register(cls) -> Report:
        """A report of daily records."""
        return cls(counts={kind: Count() for kind in REGISTER})

    def made(self, kind: str, number: int = 1) -> None:
        self.counts[kind].made += number

    def keep(self, kind: str, rows: Iterable[Any]) -> None:
        """Remember which rows were made."""
        self.made_rows.setdefault(kind, []).extend(str(row.pk) for row in rows)

    def unchanged(self, kind: str, number: int = 1) -> None:
        self.counts[kind].unchanged += number

    def kept(self, kind: str, number: int = 1) -> None:
        self.counts[kind].kept += number

    def skipped(self, kind: str, number: int = 1) -> None:
        self.counts[kind].skipped += number

    def as_json(self) -> dict[str, Any]:
        """Plain data; the sentences are written along."""
        data = asdict(replace(self, made_rows={}, rows=[]))
        del data["made_rows"], data["rows"]
        for shown, refusal in zip(data["refusals"], self.refusals, strict=True):
            shown["message"] = refusal.sentence
        return data


def main_count(report: dict[str, Any]) -> tuple[str, int]:
    """What a kept report is about, and how many of it were made."""
    counts = report.get("counts", {})
    kind = next((kind for kind in MAIN if kind in counts), MAIN[0])
    return kind, counts.get(kind, {}).get("made", 0)


def lines_of(report: dict[str, Any], kind_of_rows: str = "", rows: Iterable[dict[str, Any]] = ()) -> Iterator[str]:
    """A kept report as text, line by line, with what is to be said of the rows of its kind."""
    width = max(len(str(KINDS[kind])) for kind in report["counts"])
    words = [_("created"), _("changed"), _("unchanged"), _("kept"), _("skipped")]
    yield f"{'':{width}}  " + "  ".join(f"{word:>9}" for word in words)
    for kind, count in report["counts"].items():
        numbers = (count[name] for name in ("made", "changed", "unchanged", "kept", "skipped"))
        yield f"{KINDS[kind]!s:{width}}  " + "  ".join(f"{number:>9}" for number in numbers)
    if report["to_confirm"]:
        yield ""
        yield _("This changes %(count)d rows that are here. Confirm it with --confirm %(count)d.") % {
            "count": report["to_confirm"]
        }
    yield from _part(_("Rows (%(count)d)"), _rows_in_words(kind_of_rows, rows))
    yield from _part(
        _("Shared sessions (%(count)d), each booked once"),
        [
            f"{meeting['name']}: {', '.join(meeting['slots'])}" + (f", {meeting['room']}" if meeting["room"] else "")
            for meeting in report["shared_meetings"]
        ],
    )
    yield from _part(_("Skipped because of conflicts (%(count)d)"), [item["message"] for item in report["refusals"]])
    yield from _part(
        _("Lines skipped (%(count)d)"),
        [
            (
                _("Line %(line)d (CRN %(crn)s): %(message)s")
                if "batches" in report["counts"]
                else _("Line %(line)d (%(crn)s): %(message)s")
            )
            % {**item, "crn": item["crn"] or "?"}
            for item in report["problems"]
        ],
    )
    yield from _part(_("Warnings (%(count)d)"), report["warnings"])


def _rows_in_words(kind: str, rows: Iterable[dict[str, Any]]) -> list[str]:
    return [
        _("Line %(line)d, %(result)s: %(words)s")
        % {
            "line": row["line"],
            "result": str(RowOutcome(row["outcome"]).label).lower(),
            "words": ": ".join(filter(None, (label_of(kind, row["field"]), row["message"]))),
        }
        for row in result_rows(rows)
        if row["message"]
    ]


def _part(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title % {"count": len(lines)}
        for line in lines:
            yield f"  {line}"
