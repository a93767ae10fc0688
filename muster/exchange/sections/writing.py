"""Sections as their import reads them: a line for each weekly pattern of a batch that came from a catalogue."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf

from muster.batches.models import BatchMeeting, InstructorAssignment
from muster.batches.permissions import batches
from muster.core.exports import Export, ExportColumn
from muster.exchange.models import ImportedBatch
from muster.exchange.sections.reading import DAY_LETTERS
from muster.exchange.sections.terms import TERMS
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation

LETTERS = {number: letter for letter, number in DAY_LETTERS.items()}
SLOT = "batch__meeting_links__meeting__slots"
Line = dict[str, Any]


def section_lines(actor: Actor) -> QuerySet[Any, Any]:
    """A line for each weekly pattern of the sections that the actor sees; one without times for those that have none.

    Read by name: `SECTIONS` says what a line holds.
    """
    role = InstructorAssignment.Role
    number = Affiliation.objects.filter(user=OuterRef("instructor"), institution=OuterRef("institution"))
    teaching = (
        InstructorAssignment.objects.filter(
            batch=OuterRef("batch"), role__in=(role.LEAD, role.ASSISTANT), until_date__isnull=True
        )
        .annotate(
            called=Coalesce(NullIf(Subquery(number.values("staff_number")[:1]), Value("")), F("instructor__full_name"))
        )
        .order_by(Case(When(role=role.LEAD, then=0), default=1), "created_at", "pk")
    )
    seen = batches.rows(actor, "roster").order_by()
    rows = ImportedBatch.objects.filter(institution=actor.institution, batch__in=seen.values("pk"))
    shared = BatchMeeting.objects.filter(batch=OuterRef("batch"), is_own=False)
    # The batch's own meeting without times says nothing beside one that it shares.
    told = Q(**{f"{SLOT}__isnull": False}) | ~Q(Exists(shared))
    return (
        rows.filter(told)
        .values(
            "key",
            code=F("batch__code"),
            name=F("batch__name"),
            course=F("batch__course__code"),
            first=F("batch__start_date"),
            last=F("batch__end_date"),
            meeting=F("batch__meeting_links__meeting"),
            start=F(f"{SLOT}__start_time"),
            end=F(f"{SLOT}__end_time"),
            room=F(f"{SLOT}__room__name"),
        )
        .annotate(
            days=ArrayAgg(f"{SLOT}__weekday", filter=Q(**{f"{SLOT}__isnull": False}), default=Value([])),
            instructors=ArraySubquery(teaching.values("called")),
        )
        .order_by("key", "start", "end", "room", "meeting")
    )


def _key(line: Line) -> list[str]:
    """Year, term and CRN."""
    return str(line["key"]).split("-", 2)


def _label(line: Line) -> str:
    """The section within its course, which the code of the batch tells between the course and the CRN."""
    year, term, crn = _key(line)
    begins, ends = line["course"], f"-{crn}-{TERMS[year, term][0]}"
    code = str(line["code"])
    if code.startswith(begins) and code.endswith(ends):
        return code[len(begins) : -len(ends)].strip("-")
    return str(line["name"]).rpartition(", ")[2]


def _title(line: Line) -> str:
    return str(line["name"]).removesuffix(f", {_label(line) or _key(line)[2]}")


def _part_of_term(line: Line) -> str:
    """By its dates. Where those were changed to others they stand there, which no import takes for a part of term."""
    year, term, _crn = _key(line)
    parts = TERMS[year, term][1]
    dates = line["first"], line["last"]
    return next((name for name, known in parts.items() if known == dates), f"{dates[0]} – {dates[1]}")


def _clock(value: Any) -> str:
    return f"{value:%H:%M}" if value else ""


# Headings are those that the import asks for.
SECTIONS = Export(
    [
        ExportColumn("year", lambda line: _key(line)[0]),
        ExportColumn("term", lambda line: _key(line)[1].title()),
        ExportColumn("subject", lambda line: line["course"].partition("-")[0]),
        ExportColumn("number", lambda line: line["course"].partition("-")[2]),
        ExportColumn("title", _title),
        ExportColumn("crn", lambda line: _key(line)[2]),
        ExportColumn("section", _label),
        ExportColumn("part_of_term", _part_of_term),
        ExportColumn("days", lambda line: "".join(LETTERS[day] for day in sorted(line["days"]))),
        ExportColumn("start_time", lambda line: _clock(line["start"])),
        ExportColumn("end_time", lambda line: _clock(line["end"])),
        ExportColumn("building", lambda line: ""),
        ExportColumn("room", lambda line: line["room"] or ""),
        ExportColumn("instructors", lambda line: "; ".join(line["instructors"])),
    ]
)
