"""Electives: what a batch offers, who chose what, and choosing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.api.kit import (
    Amount,
    Day,
    Deleted,
    Door,
    In,
    Paging,
    PersonOut,
    Stamped,
    WholeOrPaged,
    answer,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
    warning,
)
from muster.api.kit.fields import Number
from muster.batches.models import Batch
from muster.core.errors import Invalid, Missing
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.progression import rules
from muster.progression.models import ElectiveGroup, SubjectMapping
from muster.progression.permissions import batch_subjects, choosers, elective_groups, mappings
from muster.progression.queries import clashes_of_electives, groups_of, learners_of, missing_from, seats_left_in, takes

router = Door()


class ElectiveOut(TypedDict):
    """An elective of a group: its seats and those left, if they are limited, and how many students chose it."""

    mapping_id: str
    code: str
    title: str
    credits: Amount
    faculty: str | None
    seats: int | None
    seats_left: int | None
    chosen: int
    chosen_by_me: bool | None


class ElectiveGroupOut(Stamped):
    """Electives of which students choose `choose` subjects, or at least `least_credits` credits. `chosen_by_me` is null
    for staff."""

    batch: str
    semester: int
    name: str
    choose: int | None
    least_credits: Amount | None
    opens_on: str
    closes_on: str
    open: bool
    subjects: list[ElectiveOut]


class ChooserOut(TypedDict):
    """A student of the batch, with the titles of the electives they chose."""

    enrollment_id: str
    student: PersonOut
    electives: list[str]


class ElectiveChoiceOut(TypedDict):
    """Whether the student has the elective now; `clashes` says what of their own timetable meets at the same time."""

    enrollment_id: str
    mapping_id: str
    chosen: bool
    clashes: list[str]


class ElectiveGroupIn(In):
    """Electives to choose from: either a number of subjects, or credits to reach."""

    name: str
    semester: int
    choose: int | None = Field(None, description="How many subjects; this or least_credits")
    least_credits: Number | None = Field(None, description="How many credits; this or choose")
    opens_on: Day
    closes_on: Day
    mapping_ids: list[str] = Field(
        default_factory=list, max_length=100, description="Subjects of the batch, which become electives"
    )


class ElectiveGroupChanges(In):
    """What to change of it. What is not sent stays."""

    name: str | None = None
    semester: int | None = None
    choose: int | None = None
    least_credits: Number | None = None
    opens_on: Day | None = None
    closes_on: Day | None = None
    mapping_ids: list[str] | None = Field(None, max_length=100)


class ElectiveChoiceIn(In):
    """An elective, and whose it is."""

    mapping_id: str
    enrollment_id: str | None = Field(None, description="Students leave it out; staff name whom they choose for")


class ChoosersQuery(Paging):
    """Which students of the batch."""

    subject: str = Field("", description="Only those who take this elective, by its mapping's id")
    missing: str = Field("", description="Only those who haven't chosen what this group asks for, by its id")


def group_json(actor: Actor, group: Any, mine: set[Any] | None) -> ElectiveGroupOut:
    """A group of `groups_of`; `mine` are the mappings that the reader chose, where they are a student."""
    return {
        **stamp(group),
        "batch": key(group.batch_id),
        "semester": group.semester,
        "name": group.name,
        "choose": group.choose,
        "least_credits": group.least_credits,
        "opens_on": group.opens_on.isoformat(),
        "closes_on": group.closes_on.isoformat(),
        "open": group.is_open(group.batch.today()),
        "subjects": [
            {
                "mapping_id": key(one.pk),
                "code": one.subject.code,
                "title": one.subject.title,
                "credits": one.subject.credits,
                "faculty": one.instructor.full_name if one.instructor else None,
                "seats": one.seats,
                "seats_left": seats_left_in(one),
                "chosen": one.chosen,
                "chosen_by_me": None if mine is None else one.pk in mine,
            }
            for one in group.electives
        ],
    }


COLUMNS = {"semester": "semester", "name": "name", "opens_on": "opens_on", "closes_on": "closes_on"}


class ChoosersRemindedOut(TypedDict):
    """How many students were told."""

    reminded: int


@router.get("/{batch_id}/electives", allow=batch_subjects["list"], on="batch_id", rows=ElectiveGroupOut)
def list_electives(request: HttpRequest, batch_id: str, paging: Query[WholeOrPaged]) -> HttpResponse:
    """What students of the batch choose from, with the seats that are left."""
    actor, batch = request_actor(request), request_object(request, Batch)
    mine = None
    if actor.user is not None and actor.is_any(*STUDENT_ROLES):
        theirs = SubjectMapping.objects.filter(batch=batch, choices__enrollment__student=actor.user)
        mine = set(theirs.values_list("pk", flat=True))
    rows = with_words(groups_of(batch), paging.q, "name").select_related("batch__institution", "batch__branch")
    return page_of(rows, paging, lambda row: group_json(actor, row, mine), COLUMNS, within=batch.pk)


@router.post("/{batch_id}/electives", allow=batch_subjects["map"], on="batch_id", data=ElectiveGroupOut, status=201)
def add_elective_group(request: HttpRequest, batch_id: str, body: ElectiveGroupIn) -> HttpResponse:
    """Offer electives of a semester to the students of the batch."""
    actor, batch = request_actor(request), request_object(request, Batch)
    fields = body.model_dump(include={"name", "semester", "choose", "least_credits", "opens_on", "closes_on"})
    named = _mappings_named(actor, body.mapping_ids)
    group = rules.add_elective_group(by=actor, batch=batch, fields=fields, mappings=named)
    return answer(_as_stored(actor, group), "Electives added successfully", status=201)


# Before those of a group, whose ids these words would be taken for.
@router.get("/{batch_id}/electives/students", allow=batch_subjects["choices"], on="batch_id", rows=ChooserOut)
def list_choosers(request: HttpRequest, batch_id: str, asked: Query[ChoosersQuery]) -> HttpResponse:
    """The students of the batch with the electives they chose."""
    batch = request_object(request, Batch)
    group = _of_batch(batch, ElectiveGroup, asked.missing, "missing") if asked.missing else None
    rows = with_words(missing_from(group) if group else learners_of(batch), asked.q, "student__full_name")
    if asked.subject:
        rows = rows.filter(takes(_of_batch(batch, SubjectMapping, asked.subject, "subject").pk))
    return page_of(rows, asked, _chooser_json, {"name": "student__full_name"}, within=batch.pk)


@router.post("/{batch_id}/electives/choose", allow=batch_subjects["choose"], on="batch_id", data=ElectiveChoiceOut)
def choose_elective(request: HttpRequest, batch_id: str, body: ElectiveChoiceIn) -> HttpResponse:
    """Give a student a seat in an elective. Safe to repeat.

    Students choose for themselves while choosing is open, staff at any time. A clash with the student's timetable is
    named in `warnings` and doesn't stop it.
    """
    actor, enrollment, mapping = _choice(request, body)
    found = clashes_of_electives(enrollment, [mapping.pk]).get(mapping.pk, [])
    rules.choose_elective(by=actor, enrollment=enrollment, mapping=mapping)
    said = [clash.sentence for clash in found]
    warnings: dict[str, Any] = {"warnings": [warning("mapping_id", one, "clash") for one in said]} if said else {}
    return answer(_choice_json(enrollment, mapping, True, said), "Elective chosen successfully", **warnings)


@router.post("/{batch_id}/electives/unchoose", allow=batch_subjects["choose"], on="batch_id", data=ElectiveChoiceOut)
def unchoose_elective(request: HttpRequest, batch_id: str, body: ElectiveChoiceIn) -> HttpResponse:
    """Give an elective back, and its seat with it. Safe to repeat."""
    actor, enrollment, mapping = _choice(request, body)
    rules.withdraw_choice(by=actor, enrollment=enrollment, mapping=mapping)
    return answer(_choice_json(enrollment, mapping, False, []), "Elective withdrawn successfully")


@router.put("/{batch_id}/electives/{group_id}", allow=elective_groups["change"], on="group_id", data=ElectiveGroupOut)
def change_elective_group(
    request: HttpRequest, batch_id: str, group_id: str, body: ElectiveGroupChanges
) -> HttpResponse:
    """Change only the fields you send. `choose` and `least_credits` are set one instead of the other."""
    actor, group = request_actor(request), _group_of(request, batch_id)
    changes = body.model_dump(exclude_unset=True, include={*ElectiveGroupChanges.model_fields} - {"mapping_ids"})
    for one, other in (("choose", "least_credits"), ("least_credits", "choose")):
        if changes.get(one) is not None:
            changes.setdefault(other, None)
    may_be_none = ("choose", "least_credits")
    changes = {name: value for name, value in changes.items() if value is not None or name in may_be_none}
    named = None if body.mapping_ids is None else _mappings_named(actor, body.mapping_ids)
    group = rules.change_elective_group(by=actor, group=group, changes=changes, mappings=named)
    return answer(_as_stored(actor, group), "Electives updated successfully")


@router.delete("/{batch_id}/electives/{group_id}", allow=elective_groups["change"], on="group_id", data=Deleted)
def remove_elective_group(request: HttpRequest, batch_id: str, group_id: str) -> HttpResponse:
    """Offer the electives of the group no longer. Whoever chose one of them keeps it."""
    group = _group_of(request, batch_id)
    rules.remove_elective_group(by=request_actor(request), group=group)
    return answer({"_id": key(group.pk)}, "Electives removed successfully")


@router.post(
    "/{batch_id}/electives/{group_id}/remind", allow=elective_groups["change"], on="group_id", data=ChoosersRemindedOut
)
def remind_to_choose(request: HttpRequest, batch_id: str, group_id: str) -> HttpResponse:
    """Remind the students who haven't chosen what the group asks for. Answers how many were told."""
    told = rules.remind_to_choose(by=request_actor(request), group=_group_of(request, batch_id))
    words = ngettext("%(count)d student reminded", "%(count)d students reminded", told) % {"count": told}
    return answer({"reminded": told}, words)


def _choice(request: HttpRequest, body: ElectiveChoiceIn) -> tuple[Actor, Enrollment, SubjectMapping]:
    """Who chooses, whose it is, and which elective. Raises Invalid at the fields."""
    actor, batch = request_actor(request), request_object(request, Batch)
    among = Enrollment.objects.filter(batch=batch).select_related("batch", "student")
    if body.enrollment_id is not None:
        enrollment = choosers.get_named(actor, body.enrollment_id, "enrollment_id", "choose", among=among)
    else:
        own = among.filter(student=actor.user, status__in=Enrollment.SEATED).first()
        if own is None:
            raise Invalid(_("Name the enrollment of the student you choose for."), field="enrollment_id")
        enrollment = own
    among_electives = SubjectMapping.objects.filter(batch=batch).select_related("subject", "group")
    mapping = mappings.get_named(actor, body.mapping_id, "mapping_id", among=among_electives)
    return actor, enrollment, mapping


def _choice_json(
    enrollment: Enrollment, mapping: SubjectMapping, is_chosen: bool, clashes: list[str]
) -> ElectiveChoiceOut:
    return {
        "enrollment_id": key(enrollment.pk),
        "mapping_id": key(mapping.pk),
        "chosen": is_chosen,
        "clashes": clashes,
    }


def _chooser_json(row: Any) -> ChooserOut:
    student = row.student
    return {
        "enrollment_id": key(row.pk),
        "student": {"_id": key(student.pk), "full_name": student.full_name, "email": student.email or None},
        "electives": row.electives,
    }


def _as_stored(actor: Actor, group: ElectiveGroup) -> ElectiveGroupOut:
    [row] = groups_of(group.batch).select_related("batch__institution", "batch__branch").filter(pk=group.pk)
    return group_json(actor, row, None)


def _mappings_named(actor: Actor, ids: list[str]) -> list[SubjectMapping]:
    among = SubjectMapping.objects.select_related("subject")
    return [mappings.get_named(actor, pk, "mapping_ids", "change", among=among) for pk in dict.fromkeys(ids)]


def _group_of(request: HttpRequest, batch_id: str) -> ElectiveGroup:
    """The group of the path, if it is of the batch of the path."""
    group = request_object(request, ElectiveGroup)
    if group.batch_id != as_id(batch_id):
        raise Missing
    return group


def _of_batch(batch: Batch, model: Any, pk: str, field: str) -> Any:
    found = model.objects.filter(batch=batch, pk=as_id(pk)).first() if as_id(pk) else None
    if found is None:
        raise Invalid(_("This batch has nothing with this id."), field=field, code="unknown")
    return found
