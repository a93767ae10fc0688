"""The two kinds of documents on results: how what they say reads, and how it fills a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.documents.kinds import (
    CellValue,
    Certified,
    CertifiedTable,
    DocumentKind,
    Filling,
    register_document_kind,
)
from muster.progression.documents.workbook import built_in_workbook
from muster.progression.grading import Verdict
from muster.progression.models import AcademicRecord

SEMESTER_SHEET, TRANSCRIPT = "semester_sheet", "transcript"
NONE = "–"
# Attempt, credits, total and points.
NUMBERS = (2, 3, 4, 6)
Content = Mapping[str, Any]


def certified(content: Content) -> Certified:
    """The facts above the tables, a table for each semester, and what all of them come to."""
    semesters = content["semesters"]
    facts = [
        (_("Student"), content["student"]["full_name"]),
        (_("Student number"), content["student"]["number"]),
        (_("Course"), ", ".join(dict.fromkeys(one["course"] for one in semesters if one["course"]))),
        (_("Batch"), ", ".join(dict.fromkeys(_batch(one) for one in semesters))),
    ]
    if "cgpa" in content:
        facts += [
            (_("CGPA"), average(content["cgpa"])),
            (_("Credits earned"), _earned(content)),
            (_("To repeat"), ", ".join(content["backlog"]) or _("None")),
        ]
    several = len({one["course"] for one in semesters}) > 1
    tables = [_table(one, of_course=several) for one in semesters]
    return Certified([(term, value) for term, value in facts if value], tables)


def _batch(semester: Content) -> str:
    return f"{semester['batch']} ({semester['batch_code']})" if semester["batch"] else ""


def _earned(content: Content) -> str:
    words = _("%(earned)s of %(worth)s")
    return words % {"earned": plain(content["earned"]), "worth": plain(content["credits"])}


def _table(semester: Content, *, of_course: bool) -> CertifiedTable:
    headings = [_("Code"), _("Subject"), _("Attempt"), _("Credits"), _("Total"), _("Grade"), _("Points")]
    rows = [
        [
            row["code"],
            row["title"],
            str(row["attempt"]),
            _earned(row) if row["earned"] != row["credits"] else plain(row["credits"]),
            plain(row["total"]),
            grade_of(row),
            plain(row["points"]),
        ]
        for row in semester["subjects"]
    ]
    words = [semester["course"]] if of_course and semester["course"] else []
    return CertifiedTable(" · ".join([*words, *semester_words(semester)]), headings, rows, NUMBERS)


def semester_words(semester: Content) -> Iterator[str]:
    """What a semester came to."""
    yield _("Semester %(number)d") % {"number": semester["number"]}
    yield str(AcademicRecord.Status(semester["status"]).label)
    if semester["sgpa"] is not None:
        yield _("SGPA %(figure)s") % {"figure": average(semester["sgpa"])}
    if semester["cgpa"] is not None:
        yield _("CGPA %(figure)s") % {"figure": average(semester["cgpa"])}
    if Decimal(semester["credits"]):
        yield _("%(credits)s credits") % {"credits": _earned(semester)}


def grade_of(row: Content) -> str:
    """The grade; where the scheme has none, what came of it."""
    words = {Verdict.PASSED: _("Passed"), Verdict.FAILED: _("Failed"), Verdict.EXEMPT: _("Exempt")}
    return row["grade"] or words[Verdict(row["verdict"])]


def average(value: str | None) -> str:
    """An average with two decimals."""
    return NONE if value is None else number_format(Decimal(value), 2)


def plain(value: str | None) -> str:
    """A number without zeros at its end."""
    if value is None:
        return NONE
    number = Decimal(value)
    whole = number == number.to_integral_value()
    return number_format(number.quantize(Decimal(1)) if whole else number.normalize())


# --- workbooks ------------------------------------------------------------------------------------------------------
OF_ALL = {
    "institution.name": gettext_lazy("Your institution's name"),
    "institution.email": gettext_lazy("Your contact email"),
    "institution.phone": gettext_lazy("Your contact phone"),
    "student.full_name": gettext_lazy("The student's name"),
    "student.number": gettext_lazy("The student number"),
    "course.title": gettext_lazy("The course"),
    "batch.name": gettext_lazy("The batch"),
    "batch.code": gettext_lazy("The batch's code"),
    "document.serial": gettext_lazy("The serial, with the verification code"),
    "document.issued_on": gettext_lazy("The day of issue"),
    "document.verify_url": gettext_lazy("The page that verifies the document"),
    "subject.code": gettext_lazy("A subject's code. A row with subject placeholders is repeated for each subject."),
    "subject.title": gettext_lazy("A subject's title"),
    "subject.semester": gettext_lazy("The semester of a subject"),
    "subject.credits": gettext_lazy("The credits of a subject"),
    "subject.earned": gettext_lazy("The credits earned in a subject"),
    "subject.total": gettext_lazy("The total in a subject"),
    "subject.percent": gettext_lazy("The percent in a subject"),
    "subject.grade": gettext_lazy("The grade in a subject"),
    "subject.points": gettext_lazy("The grade points in a subject"),
    "subject.attempt": gettext_lazy("The attempt in a subject: 1, 2, …"),
}
OF_SHEET = {
    "semester.number": gettext_lazy("The semester"),
    "semester.status": gettext_lazy("Passed, failed, in progress or held back"),
    "semester.sgpa": gettext_lazy("The average of the semester"),
    "semester.cgpa": gettext_lazy("The average of all semesters up to this one"),
    "semester.credits": gettext_lazy("The credits of the semester"),
    "semester.earned": gettext_lazy("The credits earned in the semester"),
}
OF_TRANSCRIPT = {
    "record.cgpa": gettext_lazy("The average of all semesters"),
    "record.credits": gettext_lazy("The credits of all subjects"),
    "record.earned": gettext_lazy("All credits earned"),
    "record.backlog": gettext_lazy("The subjects to repeat"),
}


def filling(content: Content) -> Filling:
    """What the placeholders hold. Those of the document itself come with it."""
    semesters = content["semesters"]
    values: dict[str, CellValue] = {
        **{f"institution.{name}": content["institution"][name] for name in ("name", "email", "phone")},
        **{f"student.{name}": content["student"][name] for name in ("full_name", "number")},
        "course.title": ", ".join(dict.fromkeys(one["course"] for one in semesters if one["course"])),
        "batch.name": ", ".join(dict.fromkeys(one["batch"] for one in semesters if one["batch"])),
        "batch.code": ", ".join(dict.fromkeys(one["batch_code"] for one in semesters if one["batch_code"])),
    }
    if "cgpa" in content:
        values |= {f"record.{name}": _cell(content[name]) for name in ("cgpa", "credits", "earned")}
        values["record.backlog"] = ", ".join(content["backlog"])
    else:
        [one] = semesters
        values |= {f"semester.{name}": _cell(one[name]) for name in ("sgpa", "cgpa", "credits", "earned")}
        values["semester.number"] = one["number"]
        values["semester.status"] = str(AcademicRecord.Status(one["status"]).label)
    rows = [_row(one["number"], row) for one in semesters for row in one["subjects"]]
    return Filling(values, rows)


def _row(semester: int, row: Content) -> dict[str, CellValue]:
    numbers = {f"subject.{name}": _cell(row[name]) for name in ("credits", "earned", "total", "percent", "points")}
    return {
        **numbers,
        "subject.code": row["code"],
        "subject.title": row["title"],
        "subject.semester": semester,
        "subject.grade": grade_of(row),
        "subject.attempt": row["attempt"],
    }


def _cell(value: str | None) -> CellValue:
    return "" if value is None else float(value)


register_document_kind(
    DocumentKind(
        SEMESTER_SHEET,
        gettext_lazy("Semester sheet"),
        certified,
        {**OF_ALL, **OF_SHEET},
        filling,
        lambda: built_in_workbook(_("Semester sheet"), OF_SHEET),
    ),
    DocumentKind(
        TRANSCRIPT,
        gettext_lazy("Transcript"),
        certified,
        {**OF_ALL, **OF_TRANSCRIPT},
        filling,
        lambda: built_in_workbook(_("Transcript"), OF_TRANSCRIPT),
    ),
)
