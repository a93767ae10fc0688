"""Refusals around submissions and export templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.core.errors import Conflict, FieldError, Invalid


@dataclass(frozen=True)
class CellProblem:
    """Why a row cannot be written: the line, whose it is, the heading of the column, and what is wrong."""

    line: int
    who: str
    heading: str
    words: str

    @property
    def in_words(self) -> str:
        place = {"line": self.line, "who": self.who, "heading": self.heading, "words": self.words}
        return _("Row %(line)d, %(who)s, %(heading)s: %(words)s") % place


class RowsRefused(Invalid):
    """Some rows cannot be written as the template wants them, so no file is made. `problems` names each."""

    default_code = "rows_refused"

    def __init__(self, template: str, problems: Sequence[CellProblem]) -> None:
        self.problems = problems
        said = ngettext(
            "%(template)s: %(count)d value can't be written, so there is no file. %(first)s",
            "%(template)s: %(count)d values can't be written, so there is no file. The first: %(first)s",
            len(problems),
        )
        words = {"template": template, "count": len(problems), "first": problems[0].in_words}
        errors = [FieldError(f"rows.{one.line}.{one.heading}", one.in_words) for one in problems]
        super().__init__(said % words, errors=errors)


class AlreadySubmitted(Conflict):
    """What was submitted stays as it is."""

    sentence = gettext_lazy("This was submitted and can't be changed. Make a new submission that replaces it.")
    default_code = "already_submitted"


class NotInForce(Conflict):
    """A submission that is a draft, withdrawn or replaced is to be withdrawn or replaced."""

    sentence = gettext_lazy("“%(title)s” is %(status)s. Only a submission that was handed in can be %(deed)s.")
    default_code = "not_in_force"


class NothingToSubmit(Conflict):
    """A submission without a single item."""

    sentence = gettext_lazy("There is nothing to submit yet. Add at least one item.")
    default_code = "nothing_to_submit"
    default_field = "resources"
