"""Workbooks with placeholders: what they ask for, and the workbook with it in their places.

Both happen in a cell, since the workbook is somebody else's.
"""

from __future__ import annotations

from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from muster.core.cell.process import LIMITS, parse_in_cell
from muster.core.cell.reading import CellRefusal
from muster.core.files import FileRefused
from muster.documents.kinds import Filling

MODULE = "muster.core.cell.xlsx_template"

NO_WORKBOOK = _("The file is not an XLSX workbook. Save it as XLSX, without a password, and upload it again.")
REFUSALS = {
    **LIMITS,
    "active_content": _(
        "The workbook has macros, embedded objects or links to other files, or formulas that fetch from elsewhere. "
        "Save it without them."
    ),
    "broken": NO_WORKBOOK,
    "far_outside": _("The workbook has cells far outside the document. Delete them."),
    "formula_kind": _(
        "The formula in cell %(place)s of %(sheet)s is shared or an array. Type each formula in its own cell."
    ),
    "not_a_workbook": NO_WORKBOOK,
    "packed_too_tightly": _("The workbook unpacks to more than %(times)d times its size. Save it again."),
    "placeholder_in_formula": _(
        "Cell %(place)s of %(sheet)s has a placeholder in a formula. Put it in a cell of its own."
    ),
    "unpacks_too_large": _("The workbook is larger than %(megabytes)d MB when unpacked. Make it smaller."),
}


def placeholders_in(content: bytes) -> set[str]:
    """The placeholders of a workbook. Raises FileRefused for what is none, or could do something when it is opened."""
    facts, _kept = _in_cell({"fill": None}, content)
    return set(facts["placeholders"])


def fill_workbook(content: bytes, filling: Filling) -> bytes:
    """The workbook with everything in its place. Raises FileRefused, as `placeholders_in` does."""
    rows = [dict(row) for row in filling.rows]
    return _in_cell({"fill": {"values": dict(filling.values), "rows": rows}}, content)[1]


def _in_cell(order: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        return parse_in_cell(MODULE, orjson.dumps(order) + b"\n" + content)
    except CellRefusal as refusal:
        raise FileRefused(str(REFUSALS[refusal.code] % refusal.facts), code=refusal.code) from refusal
