"""What each kind of list holds, and which column of somebody's file is meant by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from muster.exchange.files import FileTable

# How many cells are looked at to guess what a column holds, and how many of them must look so.
LOOKED_AT, ALIKE = 200, 0.8
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{6,20}")
LOOKS: tuple[tuple[str, Callable[[str], object]], ...] = (("email", EMAIL.fullmatch), ("phone", PHONE.fullmatch))


@dataclass(frozen=True)
class FileColumn:
    """One thing that a row may say. `also` are other headings for it, as `plain` writes them."""

    name: str
    label: object
    example: str = ""
    also: tuple[str, ...] = ()
    # Not offered in the template: there for files that were exported.
    in_template: bool = True


@dataclass(frozen=True)
class ListKind:
    """A kind of list: its columns, and those of which one must be there."""

    columns: tuple[FileColumn, ...]
    needs: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> FileColumn:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)


_NAMES = (
    FileColumn("full_name", _("Full name"), "Naledi Mokoena", ("name", "student", "student name", "instructor")),
    FileColumn("given_name", _("Given name"), "Naledi", ("first name", "forename", "first names")),
    FileColumn("family_name", _("Family name"), "Mokoena", ("last name", "surname")),
    FileColumn("email", _("Email"), "naledi@example.org", ("e mail", "email address", "mail", "e pos")),
    FileColumn("phone", _("Phone"), "+27 82 555 0119", ("mobile", "cell", "cellphone", "telephone", "tel", "sel")),
    FileColumn("branch", _("Branch"), "", ("campus", "site", "branch code", "kampus")),
    FileColumn("department", _("Department"), "", ("dept", "faculty", "school", "department code")),
)
LISTS: dict[str, ListKind] = {
    "students": ListKind(
        (
            FileColumn("id", _("Student ID in Muster"), also=("student id",), in_template=False),
            FileColumn(
                "number",
                _("Student number"),
                "2027-0001",
                ("number", "no", "student no", "learner number", "admission number", "roll number", "roll no"),
            ),
            *_NAMES,
        ),
        (("full_name", "given_name", "family_name", "id", "number", "email"),),
    ),
    "instructors": ListKind(
        (
            FileColumn("id", _("Instructor ID in Muster"), also=("instructor id",), in_template=False),
            FileColumn("number", _("Staff number"), "T-014", ("number", "no", "staff no", "employee number")),
            *_NAMES,
        ),
        (("full_name", "given_name", "family_name", "id", "number", "email"),),
    ),
    "batches": ListKind(
        (
            FileColumn("id", _("Batch ID in Muster"), also=("batch id",), in_template=False),
            FileColumn("code", _("Batch code"), "DA-FEB-2027", ("code", "batch code", "cohort code")),
            FileColumn("name", _("Batch name"), "Data analytics, February", ("batch", "name", "cohort")),
            FileColumn("kind", _("Kind"), "course"),
            FileColumn("course", _("Course"), "DA", ("course code", "programme")),
            FileColumn("branch", _("Branch"), "", ("campus", "site")),
            FileColumn("department", _("Department"), "", ("dept", "faculty")),
            FileColumn("year", _("Year")),
            FileColumn("current_semester", _("Semester"), "", ("current semester",)),
            FileColumn("start_date", _("First day"), "2027-02-01", ("start", "start date", "starts")),
            FileColumn("end_date", _("Last day"), "2027-06-30", ("end", "end date", "ends")),
            FileColumn("capacity", _("Capacity"), "20", ("seats",)),
            FileColumn("lead", _("Lead"), "T-014", ("instructor", "lead instructor", "facilitator")),
            FileColumn("slots", _("Weekly times"), "Mon 09:00-12:00; Wed 09:00-12:00", ("slots", "timetable")),
            FileColumn("status", _("Status"), "", ("status",), in_template=False),
        ),
        (("code", "name", "id"),),
    ),
    "enrollments": ListKind(
        (
            FileColumn("id", _("Enrollment ID in Muster"), also=("enrollment id",), in_template=False),
            FileColumn("batch", _("Batch code"), "DA-FEB-2027", ("batch", "batch code", "cohort", "klas", "class")),
            FileColumn("course", _("Course"), "", ("course code", "programme")),
            FileColumn("number", _("Student number"), "2027-0001", ("number", "no", "student no", "learner number")),
            FileColumn("email", _("Email"), "naledi@example.org", ("e mail", "email address", "mail")),
            FileColumn("student_id", _("Student ID in Muster"), also=("student id",), in_template=False),
            FileColumn("enrollment_date", _("Enrolled on"), "", ("enrolled", "enrollment date", "date")),
            FileColumn("enrollment_type", _("Type"), "batch", ("enrollment type",)),
            FileColumn("organisation", _("Paid by"), "", ("organization", "organisation", "company", "payer")),
            FileColumn("status", _("Status"), "active", ("status",)),
        ),
        (("batch", "course", "id"), ("number", "email", "student_id", "id")),
    ),
    "marks": ListKind(
        (
            FileColumn("batch", _("Batch code"), "DA-FEB-2027", ("batch", "batch code", "cohort", "class")),
            FileColumn("assessment", _("Assessment"), "Knowledge test", ("title", "test", "assignment")),
            FileColumn("number", _("Student number"), "2027-0001", ("number", "no", "student no", "learner number")),
            FileColumn("email", _("Email"), "naledi@example.org", ("e mail", "email address", "mail")),
            FileColumn("mark", _("Mark"), "17.5", ("score", "marks", "points")),
            FileColumn("comment", _("Comment"), "Clear and complete", ("feedback", "remark")),
        ),
        (("batch",), ("assessment",), ("number", "email"), ("mark", "comment")),
    ),
}


def template_of(kind: str) -> list[list[str]]:
    """The headings of an empty file of the kind, and a line as an example."""
    columns = [column for column in LISTS[kind].columns if column.in_template]
    return [[str(column.label) for column in columns], [column.example for column in columns]]


@dataclass(frozen=True)
class MappedColumn:
    """A column of the file, what it is taken for ("" is left out), and why: `kept`, `chosen`, `heading`, `content`."""

    heading: str
    field: str
    how: str


def plain(heading: str) -> str:
    """A heading as it is compared: `E-Mail_Address` is `e mail address`."""
    return " ".join(re.findall(r"\w+", heading.replace("_", " ").casefold()))


def map_columns(
    kind: ListKind, table: FileTable, kept: Mapping[str, str], chosen: Mapping[str, str] | None = None
) -> list[MappedColumn]:
    """What each column of the file is taken for, each field once.

    What somebody chose counts, then what was kept of the last time (by the headings as `plain` writes them), then the
    headings, then what the cells look like.
    """
    found: dict[str, MappedColumn] = {}
    free = set(kind.names)

    def take(heading: str, field: str, how: str) -> None:
        if heading not in found and (not field or field in free):
            found[heading] = MappedColumn(heading, field, how)
            free.discard(field)

    for heading in table.headings:
        if chosen is not None and heading in chosen:
            take(heading, chosen[heading] if chosen[heading] in kind.names else "", "chosen")
    for heading in table.headings:
        if plain(heading) in kept and (not kept[plain(heading)] or kept[plain(heading)] in kind.names):
            take(heading, kept[plain(heading)], "kept")
    # A program's own word first: an export has "Status" for people, and "status".
    for words in (_own_words, _label_words, _other_words):
        for heading in table.headings:
            for column in kind.columns:
                if heading not in found and words(column, heading):
                    take(heading, column.name, "heading")
    for heading in table.headings:
        for field, looks in LOOKS:
            if field in free and heading not in found and _mostly(table, heading, looks):
                take(heading, field, "content")
        take(heading, "", "")
    return [found[heading] for heading in table.headings]


def _own_words(column: FileColumn, heading: str) -> bool:
    return heading == column.name


def _label_words(column: FileColumn, heading: str) -> bool:
    return plain(heading) in (plain(column.name), plain(str(column.label)))


def _other_words(column: FileColumn, heading: str) -> bool:
    return plain(heading) in column.also


def _mostly(table: FileTable, heading: str, looks: Callable[[str], object]) -> bool:
    cells = [cell for line in table.lines[:LOOKED_AT] if (cell := line.cells[heading])]
    return bool(cells) and sum(bool(looks(cell)) for cell in cells) >= ALIKE * len(cells)


def missing_columns(kind: ListKind, columns: Sequence[MappedColumn]) -> list[FileColumn]:
    """Of each group of which one must be there, the first column where there is none."""
    there = {column.field for column in columns}
    return [kind.column(group[0]) for group in kind.needs if not there.intersection(group)]
