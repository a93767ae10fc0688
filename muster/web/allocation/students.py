"""Individual assignments: the list with the unassigned first, and one student's instructors, now and before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, ClassVar

from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.allocation.permissions import mentees
from muster.allocation.queries import assignments_of, distribution, students_with_instructors
from muster.allocation.scoring import suggestions_for_student
from muster.core.clocks import today_in
from muster.enrollments.models import Enrollment
from muster.enrollments.queries import seats_seen_by, with_seats
from muster.institutions.access import Actor
from muster.mentoring.queries import Rhythm, with_rhythm
from muster.people.links import student_url
from muster.people.permissions import instructors as instructor_access
from muster.people.permissions import students as student_access
from muster.web.mentoring.section import section_of
from muster.web.people.widgets import of_seats
from muster.web.requests import ActorRequest
from muster.web.ui.components import BulkAction, View
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Facet, Filters, Table, TitleColumn, list_page
from muster.web.ui.widgets import dialog_link, pill

MOST_SUGGESTED = 5
LOOKS: dict[str, tuple[str, str]] = {
    IndividualAssignment.Type.MENTOR: ("accent", "mentor"),
    IndividualAssignment.Type.TUTOR: ("info", "book"),
    IndividualAssignment.Type.ADVISOR: ("info", "help"),
    IndividualAssignment.Type.SUPERVISOR: ("info", "eye"),
}


class MenteeFilters(Filters):
    """By instructor and type, and by the seats that the reader may see."""

    search: ClassVar[Sequence[str]] = ("full_name", "number")
    search_hint = gettext_lazy("Name or number")

    instructor = Facet(
        gettext_lazy("Instructor"), value="mentor_id", text="mentor_name", none=gettext_lazy("Unassigned")
    )
    type = Facet(gettext_lazy("Type"), value="assignment_type", words=IndividualAssignment.Type.choices)
    department = of_seats(gettext_lazy("Department"), value="dept_id", text="dept_name")
    branch = of_seats(gettext_lazy("Branch"), value="batch__branch_id", text="batch__branch__name")
    batch = of_seats(gettext_lazy("Batch"), value="batch_id", text="batch__name")

    @cached_property
    def seats(self) -> QuerySet[Enrollment]:
        """The current enrollments that the reader may see."""
        return seats_seen_by(self.request.actor)


class MenteeTable(Table):
    """Students with the instructor they have."""

    counted = ngettext_lazy("%(count)s student", "%(count)s students", "count")
    caption = gettext_lazy("Individual assignments")
    cards = {
        "student": "title",
        "batches": "meta",
        "type": "status",
        "instructor": "labelled",
        "sessions": "meta",
        "since": "hide",
        "acts": "figure",
    }

    student = TitleColumn(
        accessor="full_name",
        verbose_name=gettext_lazy("Student"),
        url=lambda person: reverse("mentoring:student", args=[person.pk]),
        sub=lambda person: person.number or "",
    )
    number = Column(verbose_name=gettext_lazy("Number"), visible=False)
    batches = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Current batches"))
    instructor = Column(accessor="mentor_name", verbose_name=gettext_lazy("Instructor"))
    type = Column(accessor="assignment_type", empty_values=(), verbose_name=gettext_lazy("Type"))
    sessions = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Sessions"))
    since = Column(accessor="assigned_at", verbose_name=gettext_lazy("Since"))
    notes = Column(accessor="assignment_notes", verbose_name=gettext_lazy("Notes"), visible=False)
    acts = Column(empty_values=(), orderable=False, exclude_from_export=True, verbose_name=gettext_lazy("Actions"))

    class Meta(Table.Meta):
        row_attrs: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, may_assign: bool, zone: tzinfo, **kwargs: Any) -> None:
        super().__init__(*args, exclude=() if may_assign else ("instructor", "acts"), **kwargs)
        self._zone = zone

    def render_batches(self, record: Any) -> str:
        return self.value_batches(record) or "–"

    def value_batches(self, record: Any) -> str:
        return ", ".join(seat.batch.code if seat.batch else str(seat.course) for seat in record.seats_now)

    def render_type(self, record: Any) -> SafeString:
        return type_pill(record.assignment_type)

    def value_type(self, record: Any) -> str:
        return type_word(record.assignment_type)

    def render_sessions(self, record: Any) -> SafeString | str:
        """The next session, and what the guideline says."""
        if record.assignment_id is None:
            return "–"
        ahead = (
            [_("Next %(day)s") % {"day": formats.date_format(record.meets_next, "j M")}] if record.meets_next else []
        )
        said = [format_html('<span class="s">{}</span>', one) for one in ahead]
        said += [pill(one, "warn", "clock") for one in self._advice(record)]
        return format_html_join(" ", "{}", ((one,) for one in said)) or "–"

    def value_sessions(self, record: Any) -> str:
        return ", ".join(self._advice(record)) if record.assignment_id else ""

    def _advice(self, record: Any) -> list[str]:
        since = record.assigned_at.astimezone(self._zone).date()
        return Rhythm(record.last_met, record.meets_next, since).advice(today_in(self._zone))

    def render_since(self, value: datetime) -> str:
        return formats.date_format(value.astimezone(self._zone), "j M Y")

    def value_since(self, record: Any) -> Any:
        return record.assigned_at

    def render_acts(self, record: Any) -> SafeString:
        acts = [(_("Assign"), "assign", "quiet")]
        if record.mentor_id is not None:
            acts = [(_("Change"), "assign", "quiet"), (_("End"), "end", "quiet")]
        links = [
            dialog_link(
                format_html('{}<span class="vh"> {}</span>', word, record.full_name),
                reverse(f"mentoring:{name}", args=[record.pk]),
                tone=tone,
            )
            for word, name, tone in acts
        ]
        return format_html('<span class="row-acts">{}</span>', format_html_join("", "{}", ((one,) for one in links)))


def type_word(kind: str | None) -> str:
    """The type in a word."""
    return str(IndividualAssignment.Type(kind).label) if kind else _("Unassigned")


def type_pill(kind: str | None) -> SafeString:
    """The type of an assignment as a pill, or that there is none."""
    tone, icon = LOOKS[kind] if kind else ("warn", "ring")
    return pill(type_word(kind), tone, icon)


@page(mentees["list"])
def mentoring_list(request: ActorRequest) -> HttpResponseBase:
    """Students with their instructors, those without one first; to an instructor, their own."""
    actor = request.actor
    may_assign = mentees.may(actor, "assign")
    rows = with_rhythm(with_seats(actor, students_with_instructors(actor, "list")), "current__id").order_by(
        F("mentor_name").asc(nulls_first=True), "full_name__plain", "pk"
    )
    assigned, unassigned = distribution(actor)
    home = reverse("mentoring:list")
    views = [
        View(_("All"), home, count=assigned + unassigned),
        View(_("Unassigned"), f"{home}?instructor=none", count=unassigned),
    ]
    return list_page(
        request,
        table_class=MenteeTable,
        filterset_class=MenteeFilters,
        queryset=rows,
        template="allocation/list.html",
        context={"nav": "mentoring", "may_assign": may_assign, "assigned": assigned, "unassigned": unassigned},
        empty=Empty(
            _("No students yet"),
            _("This page lists every active student and their assigned instructor. Add students under Students.")
            if may_assign
            else _("Students assigned to you appear here."),
            "mentor",
            [],
        ),
        views=views if may_assign else [],
        export_name="mentoring",
        table_kwargs={"may_assign": may_assign, "zone": actor.zone},
        bulk=[BulkAction(_("Assign"), reverse("mentoring:assign-many"), "mentor", is_page=True)] if may_assign else [],
        name_of=lambda person: person.full_name,
    )


@page(mentees["see"])
def mentee_page(request: ActorRequest, student_id: str) -> HttpResponse:
    """Who is and was assigned to one student."""
    actor = request.actor
    person = mentees.get(actor, student_id)
    rows = list(assignments_of(actor, person))
    own = actor.user is not None and actor.user.pk == person.pk
    if not actor.manages:
        # Others' notes and reasons are not for the student or for a former colleague.
        rows = [row for row in rows if own or row.instructor_id == (actor.user and actor.user.pk)]
    known = set(
        instructor_access.rows(actor).filter(pk__in=[row.instructor_id for row in rows]).values_list("pk", flat=True)
    )
    for row in rows:
        row.tone, row.icon = LOOKS[row.assignment_type]  # type: ignore[attr-defined]
    current = next((row for row in rows if row.ended_at is None), None)
    may_assign = mentees.allows(actor, "assign", person)
    return render(
        request,
        "allocation/student.html",
        {
            "nav": "mentoring",
            "person": person,
            "own": own,
            "back_url": reverse("mentoring:list") if mentees.may(actor, "list") else "",
            "profile_url": student_url(person.pk) if student_access.allows(actor, "see", person) else "",
            "may_assign": may_assign,
            **(_suggested_for(actor, person) if may_assign and current is None else {}),
            "may_read_notes": not own,
            **section_of(actor, person, rows, current, request.GET.get("show", "")),
            "current": current,
            "past": [row for row in rows if row.ended_at is not None],
            "known": known,
        },
    )


def _suggested_for(actor: Actor, person: User) -> dict[str, Any]:
    """The context of `components/suggested.html` for a student without an instructor."""
    found = suggestions_for_student(actor, person)
    return {
        "suggestions": found.ranked[:MOST_SUGGESTED],
        "more": max(len(found.ranked) - MOST_SUGGESTED, 0),
        "scored": True,
        "assign_url": reverse("mentoring:assign", args=[person.pk]),
        "fields": [("assignment_type", IndividualAssignment.Type.MENTOR.value)],
        "person_field": "instead",
        "assign_word": _("Make mentor"),
    }
