"""The workbook that documents on results are filled into unless the institution has its own."""

from __future__ import annotations

import io
from collections.abc import Iterable

import xlsxwriter
from django.utils.translation import gettext as _

from muster.core.spreadsheets import sheet_name


def built_in_workbook(title: str, sums: Iterable[str]) -> bytes:
    """A plain sheet on A4 with the placeholders of a kind of document; `sums` are those below the subjects."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet(sheet_name(title))
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_column("A:A", 12)
    page.set_column("B:B", 38)
    page.set_column("C:H", 10)
    edge = {"bottom": 1, "bottom_color": "#c9cdd4"}
    large, bold = book.add_format({"bold": True, "font_size": 16}), book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bg_color": "#eff1f4", "text_wrap": True, **edge})
    text, soft = book.add_format(edge), book.add_format({"font_color": "#4d535e"})
    number = book.add_format({**edge, "num_format": "0.##", "align": "right"})
    average = book.add_format({"bold": True, "num_format": "0.00", "align": "left"})
    page.write_string("A1", "{{institution.name}}", bold)
    page.write_string("A2", title, large)
    facts = [
        (_("Student"), "{{student.full_name}}"),
        (_("Student number"), "{{student.number}}"),
        (_("Course"), "{{course.title}}"),
        (_("Batch"), "{{batch.name}} ({{batch.code}})"),
        (_("Issued on"), "{{document.issued_on}}"),
        (_("Serial"), "{{document.serial}}"),
    ]
    line = 3
    for term, value in facts:
        page.write_string(line, 0, term, soft)
        page.write_string(line, 1, value)
        line += 1
    line += 1
    columns = [
        (_("Code"), "code", text),
        (_("Subject"), "title", text),
        (_("Semester"), "semester", number),
        (_("Attempt"), "attempt", number),
        (_("Credits"), "earned", number),
        (_("Total"), "total", number),
        (_("Grade"), "grade", text),
        (_("Points"), "points", number),
    ]
    for place, (heading, name, look) in enumerate(columns):
        page.write_string(line, place, heading, head)
        page.write_string(line + 1, place, f"{{{{subject.{name}}}}}", look)
    line += 3
    words = {
        "sgpa": _("SGPA"),
        "cgpa": _("CGPA"),
        "credits": _("Credits"),
        "earned": _("Credits earned"),
        "status": _("Result"),
        "backlog": _("To repeat"),
        "number": _("Semester"),
    }
    for name in sums:
        key = name.partition(".")[2]
        look = average if key in ("sgpa", "cgpa") else bold
        page.write_string(line, 0, words[key], soft)
        page.write_string(line, 1, f"{{{{{name}}}}}", look)
        line += 1
    page.write_string(line + 1, 0, _("Verify this document at %(url)s") % {"url": "{{document.verify_url}}"}, soft)
    book.close()
    return target.getvalue()
