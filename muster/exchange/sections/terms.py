"""The dates of the parts of term."""

from __future__ import annotations

from datetime import date

# The catalogue names the part of term of a section and not its dates. These are ours, fixed, so that an import means
# the same whenever and wherever it runs. They follow the plan of a summer of twelve weeks from Monday 18 May to
# Friday 7 August 2026: one session of four weeks, then one of eight; halves of either; and the whole.
_FIRST, _LAST = date(2026, 5, 18), date(2026, 8, 7)
_SUMMER_2026 = {
    "": (_FIRST, _LAST),
    "1": (_FIRST, _LAST),  # full term
    "SF": (_FIRST, _LAST),  # summer, full
    "A": (_FIRST, date(2026, 6, 26)),  # first half of the twelve weeks
    "B": (date(2026, 6, 29), _LAST),  # second half
    "S1": (_FIRST, date(2026, 6, 12)),  # first session, four weeks
    "S18": (_FIRST, date(2026, 7, 10)),  # eight weeks from the first session on
    "S2": (date(2026, 6, 15), _LAST),  # second session, eight weeks
    "S2A": (date(2026, 6, 15), date(2026, 7, 10)),  # its first half
    "S2B": (date(2026, 7, 13), _LAST),  # its second half
}

# By year and term, as the file writes them; the short name ends the codes of the batches.
TERMS: dict[tuple[str, str], tuple[str, dict[str, tuple[date, date]]]] = {
    ("2026", "SUMMER"): ("SU26", _SUMMER_2026),
}
