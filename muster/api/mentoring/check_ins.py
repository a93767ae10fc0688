"""How it goes, as students and their mentors say from time to time."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.api.kit import Deleted, Door, In, Stamped, answer, in_shape, page_of, request_actor, request_object
from muster.api.mentoring.sessions import StudentQuery, student_asked_for
from muster.core.search import with_words
from muster.mentoring import rules
from muster.mentoring.models import MentoringCheckIn
from muster.mentoring.permissions import check_ins, mentored
from muster.mentoring.queries import check_ins_seen_by

check_in_router = Door()


class CheckInIn(In):
    """How it goes, from 1 (low, stuck) to 5 (great, fast)."""

    student_id: str = Field(description="Oneself, or a student whom one mentors")
    mood: int
    progress: int
    comment: str = ""


class CheckInChanges(In):
    """What to change of it. What is not sent stays."""

    mood: int | None = None
    progress: int | None = None
    comment: str | None = None


class CheckInOut(Stamped):
    """A check-in of a student or their mentor."""

    student_id: str
    by_student: bool
    mood: int
    progress: int
    comment: str


def _check_in_json(row: MentoringCheckIn) -> CheckInOut:
    return in_shape(CheckInOut, row, student_id=row.assignment.student_id)


@check_in_router.get("", allow=check_ins["see"], rows=CheckInOut)
def list_check_ins(request: HttpRequest, asked: Query[StudentQuery]) -> HttpResponse:
    """Check-ins, the newest first."""
    actor = request_actor(request)
    rows = with_words(check_ins_seen_by(actor, student_asked_for(actor, asked)), asked.q, "comment")
    return page_of(rows, asked, _check_in_json, {"created_at": "created_at", "mood": "mood", "progress": "progress"})


@check_in_router.post("", allow=mentored["check_in"], data=CheckInOut, status=201)
def send_check_in(request: HttpRequest, body: CheckInIn) -> HttpResponse:
    """Say how it goes: a student of themselves, or a mentor of their student."""
    actor = request_actor(request)
    student = mentored.get_named(actor, body.student_id, "student_id", "check_in")
    row = rules.check_in(by=actor, student=student, mood=body.mood, progress=body.progress, comment=body.comment)
    return answer(_check_in_json(row), _("Check-in sent."), status=201)


@check_in_router.put("/{check_in_id}", allow=check_ins["change"], on="check_in_id", data=CheckInOut)
def change_check_in(request: HttpRequest, check_in_id: str, body: CheckInChanges) -> HttpResponse:
    """Change what one said oneself."""
    row = request_object(request, MentoringCheckIn)
    changes = {name: value for name, value in body.sent().items() if value is not None}
    row = rules.change_check_in(by=request_actor(request), check_in=row, changes=changes)
    return answer(_check_in_json(row), _("Saved."))


@check_in_router.delete("/{check_in_id}", allow=check_ins["change"], on="check_in_id", data=Deleted)
def withdraw_check_in(request: HttpRequest, check_in_id: str) -> HttpResponse:
    """Take back what one said oneself."""
    row = request_object(request, MentoringCheckIn)
    key = str(row.pk)
    rules.withdraw_check_in(by=request_actor(request), check_in=row)
    return answer({"_id": key}, _("Check-in withdrawn."))
