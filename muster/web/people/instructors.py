"""Instructors: the list with their load, one instructor with week and batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.accounts.models import User
from muster.allocation.queries import mentees_of, with_mentees
from muster.attendance.queries.performance import Performance, performance_of, with_performance
from muster.batches.meetings import week_in_words
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.batches.queries import batches_of, taught_by
from muster.batches.workload import (
    InstructorState,
    instructor_state,
    instructors_with_load,
    still_running,
    weekly_minutes,
    with_load,
    with_students,
)
from muster.exchange.exports import INSTRUCTORS, next_moment
from muster.institutions.models import Institution, Role
from muster.institutions.permissions import users
from muster.mentoring.queries import ResponseTime, response_times
from muster.people.links import (
    add_person_url,
    availability_url,
    instructor_url,
    instructors_url,
    person_url,
    profile_url,
    time_off_url,
)
from muster.people.models import InstructorProfile, InstructorSkill
from muster.people.permissions import instructors as instructor_access
from muster.people.queries import answers_of, is_here, people_here
from muster.web.people.availability import hours_picture, spans_of
from muster.web.people.photos import face, photo_url_of
from muster.web.people.time_off import absences_of
from muster.web.people.week import week_of
from muster.web.people.widgets import active_buckets, hours_in_words, of_teaching, workload_bar
from muster.web.requests import ActorRequest
from muster.web.ui.components import Action, Fact
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import percent, pill, unbroken_days

STANDINGS: dict[InstructorState, tuple[str, str]] = {
    InstructorState.INACTIVE: ("", "xc"),
    InstructorState.AT_THE_LIMIT: ("warn", "alert"),
    InstructorState.NO_BATCH: ("", "ring"),
    InstructorState.TEACHING: ("good", "okc"),
}
ROLES: dict[str, tuple[str, str]] = {
    InstructorAssignment.Role.LEAD: ("accent", "flag"),
    InstructorAssignment.Role.ASSISTANT: ("", "plus"),
    InstructorAssignment.Role.SUBSTITUTE: ("info", "swap"),
}


# --- the list -------------------------------------------------------------------------------------------------------
class InstructorFilters(Filters):
    """Filters over the batches that people teach now or later, as far as the reader may see those."""

    search = ("full_name", "email", "number")
    search_hint = gettext_lazy("Name, number or email")

    department = of_teaching(gettext_lazy("Department"), value="batch__department_id", text="batch__department__name")
    branch = of_teaching(gettext_lazy("Branch"), value="batch__branch_id", text="batch__branch__name")
    course = of_teaching(gettext_lazy("Course"), value="batch__course_id", text="batch__course__title")
    active = active_buckets()

    room = Buckets(
        gettext_lazy("Workload"),
        Bucket("none", gettext_lazy("No batches"), Q(load=0)),
        Bucket("room", gettext_lazy("Has capacity"), Q(load__lt=F("limit"))),
        Bucket("limit", gettext_lazy("At their limit"), Q(load__gte=F("limit"))),
    )

    @cached_property
    def teaching(self) -> QuerySet[InstructorAssignment]:
        """The running and coming assignments in batches that the reader may see."""
        actor = self.request.actor
        return still_running().filter(batch__in=batches.rows(actor, among=Batch.objects.booking()).values("pk"))


class InstructorTable(Table):
    """Instructors with what they carry."""

    counted = ngettext_lazy("%(count)s instructor", "%(count)s instructors", "count")
    caption = gettext_lazy("Instructors")
    cards = {"name": "title", "number": "meta", "load": "bar", "hours": "figure", "next": "meta", "status": "status"}
    exported = INSTRUCTORS

    name = TitleColumn(
        accessor="full_name",
        verbose_name=gettext_lazy("Instructor"),
        url=lambda person: instructor_url(person.pk),
        sub=lambda person: person.email,
        before=face,
    )
    number = Column(verbose_name=gettext_lazy("Staff number"))
    email = Column(verbose_name=gettext_lazy("Email"), visible=False)
    load = Column(verbose_name=gettext_lazy("Batches"))
    hours = NumberColumn(accessor="minutes", verbose_name=gettext_lazy("This week"))
    next = Column(accessor="next_meeting", orderable=False, verbose_name=gettext_lazy("Next session"))
    status = Column(empty_values=(), order_by=("is_active", "full_name"), verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        row_attrs: ClassVar = {"class": lambda record: "" if is_here(record) else "archived"}

    def render_load(self, record: Any) -> SafeString:
        return workload_bar(record.load, record.limit)

    def render_hours(self, record: Any) -> str:
        return hours_in_words(weekly_minutes(record))

    def render_next(self, value: Any) -> SafeString:
        said = format_html('<span class="nowrap">{}</span>', next_moment(value))
        if value["name"] and value["seen"]:
            said += format_html('<span class="s">{}</span>', value["name"])
        return said

    def render_status(self, record: Any) -> SafeString:
        return instructor_pill(record)


def instructor_pill(person: Any) -> SafeString:
    """What the instructor can take on, as a pill."""
    standing = instructor_state(person)
    return pill(standing.label, *STANDINGS[standing])


@page(instructor_access["list"])
def instructor_list(request: ActorRequest) -> HttpResponseBase:
    """The instructors, with how much they carry."""
    actor = request.actor
    add_url = add_person_url(role=Role.INSTRUCTOR) if users.may(actor, "change") else ""
    return list_page(
        request,
        table_class=InstructorTable,
        filterset_class=InstructorFilters,
        queryset=instructors_with_load(actor),
        template="people/instructors.html",
        context={"add_url": add_url, "nav": "instructors"},
        empty=Empty(
            _("No instructors yet"),
            _("Everyone with the instructor role appears here, with their batches."),
            "person",
            [Action(_("Add instructor"), add_url, "plus", primary=True)] if add_url else [],
        ),
        export_name="instructors",
    )


# --- one instructor -------------------------------------------------------------------------------------------------
@page(instructor_access["see"])
def instructor_page(request: ActorRequest, instructor_id: str) -> HttpResponse:
    """Profile, load, week, and the batches taught now, later and before."""
    actor = request.actor
    rows = with_load(actor, people_here(actor, "staff_number"))
    rows = with_performance(actor, with_mentees(actor.institution, with_students(actor, rows)))
    changed = instructor_access.rows(actor, "change", among=User.objects.filter(pk=OuterRef("pk")))
    told = instructor_access.rows(actor, "reasons", among=User.objects.filter(pk=OuterRef("pk")))
    rows = rows.annotate(may_change=Exists(changed), may_read_reasons=Exists(told))
    person: Any = instructor_access.get(actor, instructor_id, among=rows)
    said = answers_of(actor.institution.pk, person.pk)
    taught = Batch.objects.filter(taught_by(person.pk), institution=actor.institution)
    seen = {batch.pk: batch for batch in batches_of(actor, batches.rows(actor, among=taught))}
    week = week_of(actor, taught, request.GET.get("week", ""), person=person.pk, visible=set(seen))
    held = _assignments_of(actor.institution, person, seen)
    own_limit = said.profile.max_mentees
    most_mentees = actor.institution.max_mentees if own_limit is None else own_limit
    own = actor.user is not None and actor.user.pk == person.pk
    answers = response_times(actor.owner_id, [person.pk]).get(person.pk) if own or actor.is_admin else None
    return render(
        request,
        "people/instructor.html",
        {
            "nav": "instructors",
            "person": person,
            "face": face(person),
            "photo_url": photo_url_of(actor, person),
            "own": own,
            "back_url": instructors_url() if instructor_access.may(actor, "list") else "",
            "edit_url": person_url(person.pk) if users.may(actor, "change") else "",
            "standing": instructor_pill(person),
            "load": workload_bar(person.load, person.limit),
            "accompanied": workload_bar(person.mentees, most_mentees, _("Mentees:")),
            "carried": [
                Fact(_("This week"), hours_in_words(weekly_minutes(person))),
                Fact(_("Active students"), str(person.students)),
            ],
            "performance": [*_performance(performance_of(person), said.profile), *_answers(answers)],
            "facts": [
                Fact(_("Email"), person.email, url=f"mailto:{person.email}"),
                Fact(_("Phone"), person.phone or "–"),
                Fact(_("Staff number"), person.number or "–"),
                *(fact for fact in _profile_facts(said.profile, said.skills) if fact.value),
            ],
            "bio": said.profile.bio,
            "hours": hours_picture(spans_of(said.windows)),
            "absences": absences_of(
                actor, person, said.times_off, may_change=person.may_change, may_read=person.may_read_reasons
            ),
            "profile_url": profile_url(person.pk) if person.may_change else "",
            "availability_url": availability_url(person.pk) if person.may_change else "",
            "time_off_url": time_off_url(person.pk) if person.may_change else "",
            "week": week,
            **{when: [_row(one) for one in held if _time_of(one) == when] for when in ("now", "later", "before")},
            "mentees": list(mentees_of(actor, person)),
        },
    )


def _performance(found: Performance, row: InstructorProfile) -> list[Fact]:
    """What the last year shows, in words."""
    came, rating = found.attendance, _("not rated yet")
    if row.average_rating is not None:
        rating = ngettext(
            "%(stars).1f out of 5 (%(count)d rating)", "%(stars).1f out of 5 (%(count)d ratings)", row.ratings
        ) % {"stars": row.average_rating, "count": row.ratings}
    return [
        Fact(_("Registers taken"), str(found.registers)),
        Fact(_("Attendance"), "–" if came is None else percent(came)),
        Fact(_("Rating"), rating),
    ]


def _answers(found: ResponseTime | None) -> list[Fact]:
    """How fast they answer their students' questions, where they answered any."""
    if found is None:
        return []
    hours = ngettext("Half within an hour", "Half within %(count)d hours", found.whole_hours)
    number = ngettext("%(count)d question", "%(count)d questions", found.answered) % {"count": found.answered}
    return [Fact(_("Answers"), hours % {"count": found.whole_hours}, number)]


def _profile_facts(row: InstructorProfile, skills: Iterable[InstructorSkill]) -> list[Fact]:
    """What the profile says, in words."""
    named = [f"{one.skill} ({one.level})" for one in skills]
    return [
        Fact(_("Field"), row.domain),
        Fact(_("Skills (1 to 5)"), ", ".join(named)),
        Fact(_("Languages"), ", ".join(row.languages)),
        Fact(_("Teaching styles"), ", ".join(row.teaching_styles)),
    ]


def _assignments_of(institution: Institution, person: User, seen: Mapping[UUID, Batch]) -> list[InstructorAssignment]:
    """The person's assignments to these batches, the latest first."""
    rows = (
        InstructorAssignment.objects.filter(instructor=person, batch__in=seen)
        .filter(Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")))
        .order_by("-from_date", "pk")
    )
    found = list(rows)
    for one in found:
        one.batch = seen[one.batch_id]
        one.batch.institution = institution
    return found


def _time_of(one: InstructorAssignment) -> str:
    """Whether somebody teaches the batch `now`, `later` or did `before`."""
    today = one.batch.today()
    if not one.batch.takes_enrollments or (one.until_date and one.until_date < today):
        return "before"
    return "now" if max(one.from_date, one.batch.start_date or one.from_date) <= today else "later"


def _row(one: InstructorAssignment) -> dict[str, Any]:
    """A batch that somebody teaches, in words."""
    batch: Any = one.batch
    role = one.get_role_display()
    lines = [
        batch.marked(", ".join(filter(None, (batch.code, batch.branch.name if batch.branch else "")))),
        week_in_words(batch.week) if batch.takes_enrollments else "",
        unbroken_days(batch.start_date, batch.end_date),
    ]
    if one.until_date or one.role != InstructorAssignment.Role.LEAD:
        lines.append(f"{role} {unbroken_days(one.from_date, one.until_date)}")
    return {"batch": batch, "lines": list(filter(None, lines)), "role": role, "looks": ROLES[one.role]}
