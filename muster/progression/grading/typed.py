"""Scores, and what stands in their place, as people type them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from muster.core.errors import Invalid
from muster.progression.grading.outcomes import Cell
from muster.progression.grading.schemes import State

# What stands in the place of a score, as it is typed.
LETTERS = {State.ABSENT: "AB", State.EXEMPT: "EX", State.WITHHELD: "WH"}
STATES = {letters: state for state, letters in LETTERS.items()}
LONGEST = 20


def plain_number(number: Decimal) -> str:
    """Without zeros that say nothing."""
    return f"{number.normalize():f}"


def text_of_cell(cell: Cell) -> str:
    """A cell as it is typed; nothing where it is blank."""
    return LETTERS.get(cell, "") if isinstance(cell, State) else plain_number(cell)


def cell_of_text(text: str) -> Cell | None:
    """A cell as it was typed; None where it is cleared. Raises Invalid where it is neither a number nor a state."""
    typed = text.strip().upper()
    if not typed or typed in STATES:
        return STATES.get(typed)
    try:
        # Python reads 1_0 as ten, which nobody means.
        number = Decimal(typed.replace(",", ".")) if len(typed) <= LONGEST and "_" not in typed else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise Invalid(_("Enter a number, or AB, EX or WH. “%(text)s” is neither.") % {"text": text.strip()[:LONGEST]})
    return number
