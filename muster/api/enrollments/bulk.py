"""Enrolling up to 5,000 at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field
from pydantic import StrictBool
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.kit import Day, Door, In, answer, key, request_actor
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import DomainError, Invalid
from muster.core.permissions import as_id
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.enrollments import rules
from muster.enrollments.models import Organisation
from muster.enrollments.permissions import enrollments, organisations
from muster.enrollments.rules import SeatOutcome, SeatWish
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.institutions.permissions import users

MOST = 5000
router = Door()


class BulkRowIn(In):
    """One student, by id, number or email, and where: a batch by id or code, or a course for individual study."""

    student_id: str = Field("", max_length=60, description="This, student_number or email")
    student_number: str = Field("", max_length=40)
    email: str = Field("", max_length=254)
    # The contract's names.
    batchId: str = Field("", max_length=60, description="This, batch_code or courseId")  # noqa: N815
    batch_code: str = Field("", max_length=60)
    courseId: str = Field("", max_length=60)  # noqa: N815
    enrollment_type: str | None = Field(None, max_length=20)
    enrollment_date: Day | None = None
    organisation_id: str | None = Field(None, max_length=60, description="Instead of the one named for all rows")


class BulkEnrollIn(In):
    """Up to 5,000 rows."""

    rows: list[BulkRowIn] = Field(min_length=1, max_length=MOST)
    organisation_id: str | None = Field(None, max_length=60, description="The organisation that pays for all rows")
    enrollment_source: str = Field("", max_length=60)
    join_waitlist: StrictBool = Field(False, description="Take places on the waitlist where batches are full")
    dry_run: StrictBool = Field(False, description="Say what would come of each row, and change nothing")


class BulkRowOut(TypedDict):
    """What came of a row, by its place from 0: enrolled, waiting or refused. Of a dry run the ids are null."""

    row: int
    outcome: str
    student: str | None
    enrollment: str | None
    waitlist_entry: str | None
    field: str
    code: str
    message: str
    warnings: list[str]


class BulkEnrollOut(TypedDict):
    """How many of the rows were enrolled, wait and were refused, and each of them."""

    enrolled: int
    waiting: int
    refused: int
    dry_run: bool
    outcomes: list[BulkRowOut]


@router.post("/bulk", allow=enrollments["change"], data=BulkEnrollOut)
def enroll_many(request: HttpRequest, body: BulkEnrollIn) -> HttpResponse:
    """Enroll up to 5,000 students, with an outcome for each row. With `dry_run` nothing is changed.

    A row that is refused doesn't keep the others from being enrolled.
    """
    actor = request_actor(request)
    payer = organisations.get_named(actor, body.organisation_id, "organisation_id") if body.organisation_id else None
    named = BulkReferences.by_rows(actor, body.rows)
    wishes: dict[int, SeatWish] = {}
    refusals: dict[int, DomainError] = {}
    for place, row in enumerate(body.rows):
        try:
            wishes[place] = named.wish_of(row, payer, body.enrollment_source)
        except DomainError as refusal:
            refusals[place] = refusal
    found = rules.enroll_many(
        by=actor, wishes=list(wishes.values()), join_waitlist=body.join_waitlist, dry_run=body.dry_run
    )
    outcomes = dict(zip(wishes, found, strict=True))
    shown = [
        _outcome(place, outcomes[place], dry_run=body.dry_run)
        if place in outcomes
        else _refusal_row(place, refusals[place])
        for place in range(len(body.rows))
    ]
    numbers = {word: sum(one["outcome"] == word for one in shown) for word in ("enrolled", "waiting", "refused")}
    data = {**numbers, "dry_run": body.dry_run, "outcomes": shown}
    did = "would be enrolled" if body.dry_run else "enrolled"
    return answer(data, f"{numbers['enrolled']} of {len(shown)} students {did}")


def _outcome(place: int, outcome: SeatOutcome, *, dry_run: bool) -> BulkRowOut:
    if outcome.refusal is not None:
        return _refusal_row(place, outcome.refusal, outcome.wish.student)
    enrollment, entry = outcome.enrollment, outcome.place
    return {
        "row": place,
        "outcome": "waiting" if entry else "enrolled",
        "student": key(outcome.wish.student.pk),
        "enrollment": key(enrollment.pk) if enrollment and not dry_run else None,
        "waitlist_entry": key(entry.pk) if entry and not dry_run else None,
        "field": "",
        "code": "",
        "message": "",
        "warnings": [one.message for one in enrollment.warnings] if enrollment else [],
    }


# A rule names the fields of the call for one.
FIELDS = {"studentId": "student_id"}


def _refusal_row(place: int, refusal: DomainError, student: User | None = None) -> BulkRowOut:
    wrong = refusal.errors[0].field if refusal.errors else ""
    return {
        "row": place,
        "outcome": "refused",
        "student": key(student.pk) if student else None,
        "enrollment": None,
        "waitlist_entry": None,
        "field": FIELDS.get(wrong, wrong),
        "code": refusal.code,
        "message": refusal.message,
        "warnings": [],
    }


@dataclass(frozen=True)
class BulkReferences:
    """Everything that the rows name, as far as the caller reaches it; found in five statements."""

    students: dict[tuple[str, str], User]
    batches: dict[tuple[str, str], Batch]
    courses: dict[str, Course]
    organisations: dict[str, Organisation]

    @classmethod
    def by_rows(cls, actor: Actor, rows: Sequence[BulkRowIn]) -> "BulkReferences":
        """What stands in the rows."""
        ids = [pk for row in rows if (pk := as_id(row.student_id))]
        numbers = {row.student_number for row in rows if row.student_number}
        emails = {row.email.lower() for row in rows if row.email}
        here: QuerySet[Affiliation] = Affiliation.objects.filter(institution=actor.institution).select_related("user")
        asked = Q(user__in=ids) | Q(student_number__in=numbers) | Q(user__email__in=emails)
        students: dict[tuple[str, str], User] = {}
        for one in here.filter(asked, user__in=users.rows(actor).order_by().values("pk")):
            students |= {("student_id", str(one.user_id)): one.user, ("email", one.user.email.lower()): one.user}
            students["student_number", one.student_number] = one.user
        wanted = [pk for row in rows if (pk := as_id(row.batchId))]
        codes = {row.batch_code.upper() for row in rows if row.batch_code}
        own = batches.rows(actor, "change", among=Batch.objects.select_related("course"))
        known: dict[tuple[str, str], Batch] = {}
        for batch in own.filter(Q(pk__in=wanted) | Q(code__in=codes)):
            known |= {("batchId", str(batch.pk)): batch, ("batch_code", batch.code.upper()): batch}
        taught = courses.rows(actor, among=Course.objects.filter(pk__in=_ids(row.courseId for row in rows)))
        payers = organisations.rows(
            actor, among=Organisation.objects.filter(pk__in=_ids(row.organisation_id for row in rows))
        )
        return cls(
            students,
            known,
            {str(course.pk): course for course in taught},
            {str(payer.pk): payer for payer in payers},
        )

    def wish_of(self, row: BulkRowIn, payer: Organisation | None, source: str) -> SeatWish:
        """The row as the rule takes it. Raises Invalid at the field that names nobody or nothing."""
        student = self._first(self.students, row, ("student_id", "student_number", "email"))
        batch = None
        if row.batchId or row.batch_code or not row.courseId:
            batch = self._first(self.batches, row, ("batchId", "batch_code"))
        course = self.courses.get(row.courseId.lower()) if row.courseId else None
        if row.courseId and course is None:
            raise Invalid(_("No course has this id."), field="courseId", code="unknown")
        if row.organisation_id:
            payer = self.organisations.get(row.organisation_id.lower())
            if payer is None:
                raise Invalid(_("No organization has this id."), field="organisation_id", code="unknown")
        return SeatWish(student, batch, course, row.enrollment_type, row.enrollment_date, payer, source)

    def _first(self, known: dict[tuple[str, str], Any], row: BulkRowIn, names: Sequence[str]) -> Any:
        """What the first of the fields names that is given."""
        for name in names:
            if text := getattr(row, name):
                written = text.upper() if name == "batch_code" else text if name == "student_number" else text.lower()
                if (name, written) not in known:
                    student, batch = _("No student you manage has this."), _("No batch you manage has this.")
                    raise Invalid(student if known is self.students else batch, field=name, code="unknown")
                return known[name, written]
        words = _("Name a student.") if names[0] == "student_id" else _("Choose a batch or a course.")
        raise Invalid(words, field=names[0])


def _ids(texts: Any) -> list[Any]:
    return [pk for text in texts if text and (pk := as_id(text))]
