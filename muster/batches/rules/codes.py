"""Codes such as PYTHON-JAN-2025, made when none is given."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from uuid import UUID

from muster.batches.models import Batch
from muster.core.database import lock_word

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def plain_code(text: str) -> str:
    """Capital letters, digits and hyphens only."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]+", "-", ascii_text.upper()).strip("-")


def stem_of(*, course_code: str | None, department_code: str | None, start: date | None, year: int | None) -> str:
    """What a code begins with: the course with month and year, or the department with the year."""
    if year is not None and department_code:
        return f"{plain_code(department_code)[:20]}-{year}"
    month = f"-{MONTHS[start.month - 1]}-{start.year}" if start else ""
    return (plain_code(course_code or "")[:25] or "BATCH") + month


def free_code(institution_id: UUID, stem: str) -> str:
    """The stem, or the stem with the first free number. Holds a lock on it, so that two callers never get one code."""
    lock_word("batch code", institution_id, stem)
    return code_to_be(institution_id, stem)


def code_to_be(institution_id: UUID, stem: str) -> str:
    """The code that would be made now; until then another may take it."""
    rows = Batch.objects.existing().filter(institution_id=institution_id, code__istartswith=stem)
    taken = {code.upper() for code in rows.values_list("code", flat=True)}
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
