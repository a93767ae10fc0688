"""What bodies of the attendance API say."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from muster.api.kit import In
from muster.attendance.rules import UNCHANGED, MarkInput
from muster.core.permissions import as_id

MOST_DEVICE = 200


def _moment(value: Any) -> Any:
    if value is None:
        return value
    if isinstance(value, str) and len(value) > 10:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            # No moment, or one that lies in no year.
            pass
    raise PydanticCustomError("moment", "Give a full timestamp with its zone, such as 2030-01-15T08:05:00Z.")


# A moment with its zone.
Instant = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2030-01-15T08:05:00.000Z"]}),
]


class LearnerIn(In):
    """A learner of a register, and their `status`. What is left out of `minutes_late` and `notes` stays as it is."""

    enrolment_id: str = Field(max_length=60)
    minutes_late: int | None = Field(None, description="Only with LATE")
    notes: str | None = Field(None, description="Up to 500 characters")

    def to_input(self) -> MarkInput:
        """The mark as the rule knows it."""
        sent = self.sent()
        return MarkInput(
            enrollment_id=as_id(self.enrolment_id),
            status=sent["status"],
            minutes_late=self.minutes_late if "minutes_late" in sent else UNCHANGED,
            notes=(self.notes or "") if "notes" in sent else UNCHANGED,
            said_at=sent.get("marked_at"),
            only_unmarked=sent.get("only_unmarked", False),
        )


class MarkIn(LearnerIn):
    """How one learner is marked."""

    status: str = Field(max_length=20, description="PRESENT, ABSENT, LATE or EXCUSED")


class TimedMarkIn(LearnerIn):
    """A mark with the time at which it was made, by the clock of whoever made it."""

    status: str | None = Field(max_length=20, description="PRESENT, ABSENT, LATE or EXCUSED; null clears it")
    marked_at: Instant | None = Field(None, description="The client's time; the time of receipt if absent or later")
    only_unmarked: bool = Field(False, description="Keep any existing mark")


def device_of(request: HttpRequest) -> str:
    """From where a mark comes: the name of the key, or what the browser says of itself."""
    token = getattr(request, "api_token", None)
    text: str = token.name if token is not None else request.headers.get("User-Agent", "")
    return text[:MOST_DEVICE]
