"""The catalogue, for callers and for strangers, and the applications that strangers send."""

from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.accounts.limits import count_look, counted_application
from muster.api.kit import (
    Amount,
    Door,
    In,
    Moment,
    Paging,
    Stamped,
    answer,
    day_stamp,
    filter_by_ids,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
    warning,
)
from muster.batches.queries import DAYS
from muster.core.errors import Invalid, Missing
from muster.core.isolation import enter
from muster.core.permissions import ANYONE, as_id
from muster.core.search import with_words
from muster.courses.permissions import courses
from muster.enrollments import rules
from muster.enrollments.catalogue import catalogue_of, published_batch, published_by, searchable
from muster.enrollments.models import Application
from muster.enrollments.permissions import applications
from muster.enrollments.waitlists import positions_of, waiting_in
from muster.institutions.access import Actor

router, application_router = Door(), Door()


class CatalogueSlotOut(TypedDict):
    """One weekly slot; clock times `HH:MM`, local to the batch."""

    day: str
    start_time: str
    end_time: str


class CatalogueOut(Stamped):
    """An open batch. `price` is null where none is set, `seats_left` where there is no limit, and `instructor` where
    none leads it or strangers aren't told. `position` is the caller's own place on the waitlist; null for one who
    doesn't wait, or has an offer."""

    batch_name: str
    batch_code: str
    course: str
    course_title: str
    course_kind: str
    dept_name: str | None
    branch_name: str | None
    start_date: Moment | None
    end_date: Moment | None
    schedule: list[CatalogueSlotOut]
    instructor: str | None
    price: Amount | None
    currency: str
    capacity: int | None
    seats_left: int | None
    is_full: bool
    waitlist_length: int
    position: int | None


class ApplicationOut(Stamped):
    """An application for a seat in a batch; `enrollment` once it's accepted."""

    batch: str
    batch_code: str
    full_name: str
    email: str
    phone: str
    note: str
    status: str
    decided_at: Moment | None
    decision_note: str
    enrollment: str | None


class ApplicationIn(In):
    """Who applies for which batch. No sign-in is needed."""

    batch_id: str = Field(max_length=60)
    full_name: str = Field(max_length=150)
    email: str = Field(max_length=254)
    phone: str = Field("", max_length=40)
    note: str = Field("", max_length=1000)


class ApplicationDecisionIn(In):
    """What becomes of an application."""

    decision: str = Field(max_length=20, description="accept or reject")
    note: str = Field("", max_length=500, description="Sent to the applicant by email; required to reject")


class CatalogueQuery(Schema):
    """The filters of the catalogue."""

    course: str = Field("", max_length=60, description="A course's id")
    dept: str = Field("", max_length=60, description="The id of a course's department")
    branch: str = Field("", max_length=60, description="A branch's id")


class ApplicationQuery(Schema):
    """The filters of the list of applications."""

    batch: str = Field("", max_length=60, description="A batch's id")
    status: str = Field("", max_length=20, description="pending, accepted or rejected")


def _shape_for(actor: Actor) -> Any:
    named = bool(actor.grants) or actor.institution.catalogue_names_instructors
    places: dict[Any, Any] = positions_of(actor)

    def batch_json(batch: Any) -> CatalogueOut:
        course = batch.course
        return {
            **stamp(batch),
            "batch_name": batch.name,
            "batch_code": batch.code,
            "course": str(batch.course_id),
            "course_title": course.title,
            "course_kind": course.kind,
            "dept_name": batch.dept_name,
            "branch_name": batch.branch_name,
            "start_date": day_stamp(batch.start_date),
            "end_date": day_stamp(batch.end_date),
            "schedule": [
                {
                    "day": DAYS[slot["weekday"]],
                    "start_time": slot["start_time"][:5],
                    "end_time": slot["end_time"][:5],
                }
                for slot in batch.week
            ],
            "instructor": batch.lead["full_name"] if named and batch.lead else None,
            "price": course.price,
            "currency": course.currency,
            "capacity": batch.capacity,
            "seats_left": batch.seats_left,
            "is_full": batch.seats_left == 0,
            "waitlist_length": batch.waitlist_length,
            "position": places[batch.pk].position if batch.pk in places else None,
        }

    return batch_json


def _listing(actor: Actor, paging: Paging, narrowing: CatalogueQuery) -> HttpResponse:
    paths = {"course": "course_id", "dept": "course__department_id", "branch": "branch_id"}
    rows = filter_by_ids(searchable(waiting_in(catalogue_of(actor))), narrowing, paths)
    rows = with_words(rows, paging.q, "course__title", "name", "code", "skills")
    columns = {"start_date": "start_date", "price": "course__price", "seats_left": "seats_left"}
    rows = rows.annotate(dept_name=F("course__department__name"))
    return page_of(rows, paging, _shape_for(actor), columns)


@router.get("", allow=courses["see"], rows=CatalogueOut)
def list_catalogue(request: HttpRequest, paging: Query[Paging], narrowing: Query[CatalogueQuery]) -> HttpResponse:
    """The batches open for enrollment that the caller can see, with the seats left for them, earliest first."""
    return _listing(request_actor(request), paging, narrowing)


def _stranger_before(slug: str) -> Actor:
    """Raises Missing for an institution that publishes nothing."""
    stranger = published_by(slug)
    enter(stranger.owner_id)
    return stranger


@router.get("/{slug}", allow=ANYONE, limited=True, rows=CatalogueOut)
def list_published_catalogue(
    request: HttpRequest, slug: str, paging: Query[Paging], narrowing: Query[CatalogueQuery]
) -> HttpResponse:
    """The open batches of an institution that publishes its catalog, for everyone. `slug` is its short name."""
    count_look(request)
    return _listing(_stranger_before(slug), paging, narrowing)


@router.post("/{slug}/applications", allow=ANYONE, limited=True, data=None, status=201)
def apply(request: HttpRequest, slug: str, body: ApplicationIn) -> HttpResponse:
    """Apply for a batch of the published catalog, without a sign-in. The answer comes by email.

    Applying again while the first application waits changes nothing and is answered alike.
    """
    stranger = _stranger_before(slug)
    pk = as_id(body.batch_id)
    if pk is None:
        raise Invalid(_("Nothing has this id."), field="batch_id")
    try:
        batch = published_batch(stranger, pk)
    except Missing as error:
        raise Invalid(_("This batch isn't open for enrollment. Choose another one."), field="batch_id") from error
    applicant = rules.Applicant(body.full_name, body.email, body.phone, body.note)
    with counted_application(request, stranger.owner_id, body.email):
        rules.apply_for_batch(by=stranger, batch=batch, applicant=applicant)
    return answer(None, "Application received. You'll get an answer by email", status=201)


# --- for those who decide -------------------------------------------------------------------------------------------
def application_json(row: Application) -> ApplicationOut:
    """An application as those see it who decide it."""
    return {
        **stamp(row),
        "batch": str(row.batch_id),
        "batch_code": row.batch.code,
        "full_name": row.full_name,
        "email": row.email,
        "phone": row.phone,
        "note": row.note,
        "status": row.status,
        "decided_at": timestamp(row.decided_at),
        "decision_note": row.decision_note,
        "enrollment": key(row.enrollment_id),
    }


@application_router.get("", allow=applications["see"], rows=ApplicationOut)
def list_applications(request: HttpRequest, paging: Query[Paging], narrowing: Query[ApplicationQuery]) -> HttpResponse:
    """Applications for the batches the caller manages, oldest first."""
    rows = applications.rows(request_actor(request), among=Application.objects.select_related("batch"))
    rows = filter_by_ids(rows, narrowing, {"batch": "batch_id"})
    if narrowing.status:
        if narrowing.status not in Application.Status.values:
            raise Invalid(_("Choose one of these statuses: pending, accepted, rejected."), field="status")
        rows = rows.filter(status=narrowing.status)
    rows = with_words(rows, paging.q, "full_name", "email").order_by("created_at", "pk")
    return page_of(rows, paging, application_json)


@application_router.put("/{application_id}", allow=applications["decide"], on="application_id", data=ApplicationOut)
def decide_application(request: HttpRequest, application_id: str, body: ApplicationDecisionIn) -> HttpResponse:
    """Accept an application, which adds the student and gives them the seat, or reject it with a note."""
    actor, asked = request_actor(request), request_object(request, Application)
    beside: dict[str, Any] = {}
    if body.decision == "accept":
        enrollment = rules.accept_application(by=actor, application=asked, note=body.note)
        told = [warning(one.field, one.message, one.kind) for one in enrollment.warnings]
        beside = {"warnings": told} if told else {}
    elif body.decision == "reject":
        rules.reject_application(by=actor, application=asked, note=body.note)
    else:
        raise Invalid(_("Choose one of these decisions: accept, reject."), field="decision")
    decided = Application.objects.select_related("batch").get(pk=asked.pk)
    return answer(application_json(decided), f"Application {decided.status} successfully", **beside)
