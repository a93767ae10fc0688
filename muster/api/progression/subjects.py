"""What a batch is taught."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.api.batches.shapes import with_warnings
from muster.api.kit import (
    Amount,
    Deleted,
    Door,
    In,
    PersonOut,
    Stamped,
    WholeOrPaged,
    answer,
    key,
    list_answer,
    page_of,
    request_actor,
    request_object,
    stamp,
)
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.warnings import SoftWarning, in_plan
from muster.core.errors import Missing
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.courses.permissions import subjects
from muster.institutions.access import STAFF_ROLES, Actor
from muster.institutions.queries import person_named
from muster.progression import rules
from muster.progression.models import SubjectMapping
from muster.progression.permissions import batch_subjects, mappings
from muster.progression.queries import subjects_of

router = Door()


class MappedSubjectOut(TypedDict):
    """A subject with what it counts for."""

    _id: str
    code: str
    title: str
    credits: Amount


class SubjectMappingOut(Stamped):
    """A subject that a batch is taught. `faculty` teaches it; students don't see their email.

    Of an elective, `group` is what it is chosen from, and `chosen` how many students take it.
    """

    batch: str
    subject: MappedSubjectOut
    semester: int
    elective: bool
    group: str | None
    seats: int | None
    chosen: int | None
    faculty: PersonOut | None


class MappingIn(In):
    """A subject for a batch."""

    subject_id: str
    semester: int | None = Field(None, description="The subject's own when absent")
    faculty_id: str | None = Field(
        None, description="The instructor who teaches it; joins the batch as an assistant where they aren't in it yet"
    )
    elective: bool = False
    seats: int | None = Field(None, description="Of an elective; unlimited when absent")
    override_reason: str | None = Field(
        None, max_length=300, description="Empty refuses an instructor with warnings; absent doesn't ask"
    )


class MappingChanges(In):
    """What to change of it. What is not sent stays."""

    subject_id: str | None = None
    semester: int | None = None
    faculty_id: str | None = Field(None, description="Null for no one")
    elective: bool | None = None
    seats: int | None = Field(None, description="Null for no limit")
    override_reason: str | None = Field(None, max_length=300)


class CopySubjects(In):
    """Where to copy from."""

    from_batch: str | None = Field(None, description="A batch of the same course; the course itself when absent")
    override_reason: str | None = Field(None, max_length=300)


def mapping_json(actor: Actor, row: SubjectMapping) -> SubjectMappingOut:
    """A mapping of `subjects_of`."""
    person, subject = row.instructor, row.subject
    email = person.email or None if person and actor.is_any(*STAFF_ROLES) else None
    return {
        **stamp(row),
        "batch": key(row.batch_id),
        "subject": {
            "_id": key(subject.pk),
            "code": subject.code,
            "title": subject.title,
            "credits": subject.credits,
        },
        "semester": row.semester,
        "elective": row.is_elective,
        "group": key(row.group_id) if row.group_id else None,
        "seats": row.seats,
        # A new one brings no count.
        "chosen": getattr(row, "chosen", 0) if row.is_elective else None,
        "faculty": {"_id": key(person.pk), "full_name": person.full_name, "email": email} if person else None,
    }


COLUMNS = {"semester": "semester", "title": "subject__title", "code": "subject__code"}


@router.get("/{batch_id}/subjects", allow=batch_subjects["list"], on="batch_id", rows=SubjectMappingOut, fixed=True)
def list_batch_subjects(request: HttpRequest, batch_id: str, paging: Query[WholeOrPaged]) -> HttpResponse:
    """What the batch is taught, semester by semester, and by whom."""
    actor, batch = request_actor(request), request_object(request, Batch)
    rows = with_words(subjects_of(batch), paging.q, "subject__title", "subject__code", "instructor__full_name")
    return page_of(rows, paging, lambda row: mapping_json(actor, row), COLUMNS, within=batch.pk)


@router.post(
    "/{batch_id}/subjects",
    allow=batch_subjects["map"],
    on="batch_id",
    data=SubjectMappingOut,
    status=201,
    fixed=True,
)
def map_subject(request: HttpRequest, batch_id: str, body: MappingIn) -> HttpResponse:
    """Have the batch taught a subject of its course."""
    actor, batch = request_actor(request), request_object(request, Batch)
    person = person_named(actor, body.faculty_id, "faculty_id") if body.faculty_id else None
    subject = subjects.get_named(actor, body.subject_id, "subject_id")
    warnings = rules.warnings_of_joining(actor, batch, person, subject.pk) if person else []
    mapping = rules.map_subject(
        by=actor,
        batch=batch,
        subject=subject,
        semester=body.semester,
        instructor=person,
        is_elective=body.elective,
        seats=body.seats,
        override_reason=body.override_reason,
    )
    told = with_warnings(in_plan(warnings, "faculty_id"))
    return answer(mapping_json(actor, mapping), "Subject mapped successfully", status=201, **told)


@router.post("/{batch_id}/subjects/copy", allow=batch_subjects["map"], on="batch_id", rows=SubjectMappingOut)
def copy_subjects(request: HttpRequest, batch_id: str, body: CopySubjects) -> HttpResponse:
    """Map what the batch isn't taught yet: all subjects of its course, or those of another batch with who teaches them.

    Answers what was mapped.
    """
    actor = request_actor(request)
    source = batches.get_named(actor, body.from_batch, "from_batch") if body.from_batch is not None else None
    made = rules.copy_subjects(
        by=actor, batch=request_object(request, Batch), source=source, override_reason=body.override_reason
    )
    words = ngettext("%(count)d subject copied", "%(count)d subjects copied", len(made)) % {"count": len(made)}
    shown = [mapping_json(actor, row) for row in made]
    return list_answer(shown, total=len(shown), page=1, page_size=max(len(shown), 1), message=words)


@router.put(
    "/{batch_id}/subjects/{mapping_id}", allow=mappings["change"], on="mapping_id", data=SubjectMappingOut, fixed=True
)
def remap_subject(request: HttpRequest, batch_id: str, mapping_id: str, body: MappingChanges) -> HttpResponse:
    """Change only the fields you send."""
    actor, mapping, warnings = request_actor(request), _mapping_of(request, batch_id), list[SoftWarning]()
    sent, changes = body.model_fields_set, dict[str, Any]()
    if "subject_id" in sent and body.subject_id is not None:
        changes["subject"] = subjects.get_named(actor, body.subject_id, "subject_id")
    if "semester" in sent and body.semester is not None:
        changes["semester"] = body.semester
    if "faculty_id" in sent:
        changes["instructor"] = person = person_named(actor, body.faculty_id, "faculty_id") if body.faculty_id else None
        subject_id = changes["subject"].pk if "subject" in changes else mapping.subject_id
        warnings = rules.warnings_of_joining(actor, mapping.batch, person, subject_id) if person else []
    if "elective" in sent and body.elective is not None:
        changes["is_elective"] = body.elective
    if "seats" in sent:
        changes["seats"] = body.seats
    mapping = rules.remap_subject(by=actor, mapping=mapping, changes=changes, override_reason=body.override_reason)
    told = with_warnings(in_plan(warnings, "faculty_id"))
    return answer(mapping_json(actor, mapping), "Subject mapping updated successfully", **told)


@router.delete("/{batch_id}/subjects/{mapping_id}", allow=mappings["change"], on="mapping_id", data=Deleted, fixed=True)
def unmap_subject(request: HttpRequest, batch_id: str, mapping_id: str) -> HttpResponse:
    """Have the batch taught the subject no more. Its instructor stays in the batch."""
    mapping = _mapping_of(request, batch_id)
    rules.unmap_subject(by=request_actor(request), mapping=mapping)
    return answer({"_id": key(mapping.pk)}, "Subject unmapped successfully")


def _mapping_of(request: HttpRequest, batch_id: str) -> SubjectMapping:
    """The mapping of the path, if it is of the batch of the path."""
    mapping = request_object(request, SubjectMapping)
    if mapping.batch_id != as_id(batch_id):
        raise Missing
    return mapping
