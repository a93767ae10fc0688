"""Why days cannot become ordinary again. Who is busy on them is known to a later app, which explains it here."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from muster.core.errors import Conflict, DomainError
from muster.institutions.access import Actor
from muster.institutions.models import Holiday

Explain = Callable[[Actor, Holiday], DomainError | None]
_explanations: list[Explain] = []


def explain_taken_days(explain: Explain) -> Explain:
    """Ask this when the database refuses to take a holiday back."""
    _explanations.append(explain)
    return explain


def days_are_taken(by: Actor, holiday: Holiday) -> dict[str, Callable[[], DomainError]]:
    """What a change or the end of a stored holiday may be refused as, by the constraint."""

    def refusal() -> DomainError:
        found = (explain(by, holiday) for explain in _explanations)
        return next(filter(None, found), None) or Conflict(
            _("Schedule conflict: someone is now busy elsewhere on these days. Check again who is free."),
            code="schedule_conflict",
            facts={"conflicts": []},
        )

    return {"instructor_is_in_one_place_at_a_time": refusal, "room_holds_one_meeting_at_a_time": refusal}
