"""Who could teach a batch, or accompany a student, ranked and with reasons."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.allocation.permissions import mentees
from muster.allocation.scoring import (
    Candidate,
    Suggestion,
    Suggestions,
    suggestions_for_batch,
    suggestions_for_student,
)
from muster.api.kit import Door, PersonOut, answer, in_shape, key, request_actor, request_object
from muster.batches.models import Batch
from muster.batches.permissions import batches

of_batches = Door()
of_students = Door()


class Most(Schema):
    """How many of the ranked are wanted."""

    limit: int = Field(20, ge=1, le=200, description="The maximum number to return; the rest are counted")


class PartOut(TypedDict):
    """One part of a score: from 0 to 1, how much it counts (0 to 10), and why so much."""

    kind: str
    points: float
    weight: int
    reason: str


class SuggestedOut(TypedDict):
    """An instructor with a score from 0 to 100. Assigning one with `warnings` needs a reason."""

    instructor: PersonOut
    score: int
    reasons: list[str]
    parts: list[PartOut]
    warnings: list[str]


class LeftOutOut(TypedDict):
    """An instructor who cannot be suggested, and why: busy, full, teaches_it, theirs or themself."""

    instructor: PersonOut
    kind: str
    reason: str


class SuggestionsOut(TypedDict):
    """The best first; `total` counts all who could."""

    suggestions: list[SuggestedOut]
    total: int
    left_out: list[LeftOutOut]


@of_batches.get("/{batch_id}/suggested-instructors", allow=batches["staff"], on="batch_id", data=SuggestionsOut)
def suggest_instructors_for_batch(request: HttpRequest, batch_id: str, most: Query[Most]) -> HttpResponse:
    """Instructors who could teach the batch from today, best match first; busy ones are skipped."""
    return suggestions_answer(suggestions_for_batch(request_actor(request), request_object(request, Batch)), most.limit)


@of_students.get("/{student_id}/suggested-instructors", allow=mentees["assign"], on="student_id", data=SuggestionsOut)
def suggest_instructors_for_student(request: HttpRequest, student_id: str, most: Query[Most]) -> HttpResponse:
    """Instructors who could mentor the student, best match first, based on the student's courses."""
    return suggestions_answer(
        suggestions_for_student(request_actor(request), request_object(request, User)), most.limit
    )


def suggestions_answer(suggestions: Suggestions | None, most: int) -> HttpResponse:
    """The best so many, and who is left out; nobody where there is nothing to do."""
    ranked, left_out = (suggestions.ranked, suggestions.left_out) if suggestions else ((), ())
    data = {
        "suggestions": [_suggestion_out(one) for one in ranked[:most]],
        "total": len(ranked),
        "left_out": [in_shape(LeftOutOut, one, instructor=instructor_out(one.who)) for one in left_out],
    }
    return answer(data, _("%(count)d instructors could be assigned.") % {"count": len(ranked)})


def _suggestion_out(one: Suggestion) -> Any:
    parts = [in_shape(PartOut, part, points=part.points / 1000, reason=part.sentence) for part in one.parts]
    return in_shape(SuggestedOut, one, instructor=instructor_out(one.who), parts=parts, warnings=one.against)


def instructor_out(who: Candidate) -> PersonOut:
    """Somebody who is or is not suggested."""
    return {"_id": key(who.id), "full_name": who.name, "email": who.email or None}
