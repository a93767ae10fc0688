"""Batches by what their registers come to, and the registers of one batch."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.attendance.models import BatchTally
from muster.attendance.permissions import cohorts
from muster.attendance.queries import cohorts_of, facilitators_of, percent_of, progress_of
from muster.attendance.queries.missing import is_taken, with_teachers
from muster.batches.models import Batch
from muster.core.clocks import now_in
from muster.core.exports import days_apart
from muster.courses.queries import minimum_attendance_of
from muster.enrollments.models import SeatPeriod
from muster.timetable.models import ClassSession
from muster.timetable.queries import named_teachers
from muster.web.attendance.areas import areas
from muster.web.attendance.widgets import SessionDayColumn, bar_of, rate_of
from muster.web.batches.frame import Frame, batch_for
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.batches.words import code_line, status_pill
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.shell import url_or_empty
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import date_range, pill


class CohortFilters(Filters):
    """What the list of batches is narrowed by."""

    search = ("name", "code", "course__title")
    department = Facet(
        gettext_lazy("Department"), value="department_id", text="department__name", none=gettext_lazy("No department")
    )
    course = Facet(gettext_lazy("Course"), value="course_id", text="course__title", none=gettext_lazy("No course"))
    semester = Facet(gettext_lazy("Semester"), value="current_semester")
    branch = Facet(gettext_lazy("Branch"), value="branch_id", text="branch__name", none=gettext_lazy("No branch"))
    status = Facet(gettext_lazy("Status"), value="status", words=Batch.Status.choices)
    instructor = Facet(
        gettext_lazy("Instructor"),
        value="instructor_assignments__instructor_id",
        text="instructor_assignments__instructor__full_name",
        many=True,
    )
    archived = Buckets(
        gettext_lazy("Archived"),
        Bucket("", gettext_lazy("Hidden"), Q(archived_at=None)),
        Bucket("all", gettext_lazy("Included"), Q(), chip=gettext_lazy("Including archived")),
        Bucket("only", gettext_lazy("Archived only"), ~Q(archived_at=None)),
        scope=True,
    )


class CohortTable(Table):
    """A batch, how many of its registers are taken, and how its learners came."""

    counted = ngettext_lazy("%(count)s batch", "%(count)s batches", "count")
    caption = gettext_lazy("Attendance of batches")
    cards = {
        "name": "title",
        "dates": "meta",
        "teachers": "meta",
        "learners": "hide",
        "taken": "bar",
        "rate": "figure",
        "status": "status",
    }
    apart: ClassVar = {"dates": days_apart("start_date", "end_date")}

    name = TitleColumn(
        verbose_name=gettext_lazy("Batch"),
        url=lambda batch: reverse("attendance:cohort", args=[batch.pk]),
        sub=code_line,
    )
    code = Column(verbose_name=gettext_lazy("Code"), visible=False)
    dates = Column(empty_values=(), order_by=("start_date", "end_date"), verbose_name=gettext_lazy("Dates"))
    teachers = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Instructors"))
    learners = NumberColumn(accessor="learners", order_by="enrolled_students", verbose_name=gettext_lazy("Students"))
    sessions = NumberColumn(empty_values=(), orderable=False, visible=False, verbose_name=gettext_lazy("Sessions"))
    past = NumberColumn(empty_values=(), orderable=False, visible=False, verbose_name=gettext_lazy("Sessions to date"))
    taken = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Registers taken"))
    rate = NumberColumn(empty_values=(), orderable=False, verbose_name=gettext_lazy("Attendance"))
    status = Column(verbose_name=gettext_lazy("Status"), order_by=("status", "start_date"))

    class Meta(Table.Meta):
        row_attrs: ClassVar = {"class": lambda record: "archived" if record.is_archived else ""}

    def render_dates(self, record: Any) -> str:
        return date_range(record.start_date, record.end_date)

    def render_teachers(self, record: Any) -> Any:
        return self.value_teachers(record) or "–"

    def value_teachers(self, record: Any) -> str:
        return ", ".join(one["full_name"] for one in facilitators_of(record))

    def render_sessions(self, record: Any) -> int:
        return progress_of(record).sessions

    def render_past(self, record: Any) -> int:
        return progress_of(record).past

    def render_taken(self, record: Any) -> SafeString:
        progress, words = progress_of(record), _("Registers taken:")
        note = ngettext("%(count)d not taken", "%(count)d not taken", progress.missing) % {"count": progress.missing}
        return bar_of(
            progress.taken,
            progress.sessions,
            missing=progress.missing,
            words=words,
            note=note if progress.missing else "",
        )

    def value_taken(self, record: Any) -> int:
        return progress_of(record).taken

    def render_rate(self, record: Any) -> SafeString:
        return rate_of(progress_of(record).rate, minimum_attendance_of(self.request.actor.institution, record.course))

    def value_rate(self, record: Any) -> float | None:
        return progress_of(record).rate

    def render_status(self, record: Any) -> SafeString:
        return status_pill(record)


@page(cohorts["see"])
def cohort_list(request: ActorRequest) -> HttpResponseBase:
    """The batches that the actor may see, each with its registers summed up."""
    actor = request.actor
    return list_page(
        request,
        table_class=CohortTable,
        filterset_class=CohortFilters,
        queryset=cohorts_of(actor, cohorts.rows(actor)).order_by("status", "start_date", "name__plain", "pk"),
        template="attendance/cohorts.html",
        context={"nav": "attendance", "areas": areas("cohorts")},
        empty=Empty(
            _("No batches yet"), _("Attendance is taken per session of a batch. Create a batch first."), "reg", []
        ),
        export_name="attendance",
    )


HELD = ~Q(status=ClassSession.Status.CANCELLED)


# --- one batch --------------------------------------------------------------------------------------------------------
class SessionFilters(Filters):
    """What the registers of a batch are narrowed by."""

    kind = Facet(gettext_lazy("Type"), value="session_type", words=ClassSession.Kind.choices)
    state = Buckets(
        gettext_lazy("Register"),
        Bucket("taken", gettext_lazy("Taken"), Q(is_taken=True)),
        Bucket("open", gettext_lazy("Not taken"), Q(is_taken=False, has_ended=True, is_locked=False) & HELD),
        Bucket("ahead", gettext_lazy("Upcoming"), Q(is_taken=False, has_ended=False, is_locked=False) & HELD),
        Bucket("locked", gettext_lazy("Locked"), Q(is_locked=True)),
        Bucket("cancelled", gettext_lazy("Cancelled"), Q(status=ClassSession.Status.CANCELLED)),
    )


class SessionTable(Table):
    """The registers of one batch."""

    counted = ngettext_lazy("%(count)s session", "%(count)s sessions", "count")
    caption = gettext_lazy("Registers")
    cards = {"date": "title", "kind": "meta", "teacher": "meta", "marked": "bar", "rate": "figure", "state": "status"}

    date = SessionDayColumn(
        verbose_name=gettext_lazy("Session"),
        url=lambda session: url_or_empty("attendance:register", session.pk),
        sub=lambda session: hours_of(session),
    )
    kind = Column(accessor="session_type", verbose_name=gettext_lazy("Type"))
    teacher = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Instructors"))
    marked = Column(empty_values=(), order_by="marked", verbose_name=gettext_lazy("Marked"))
    expected = NumberColumn(visible=False, verbose_name=gettext_lazy("Expected"))
    present = NumberColumn(visible=False, verbose_name=gettext_lazy("Present"))
    absent = NumberColumn(visible=False, verbose_name=gettext_lazy("Absent"))
    late = NumberColumn(visible=False, verbose_name=gettext_lazy("Late"))
    excused = NumberColumn(visible=False, verbose_name=gettext_lazy("Excused"))
    rate = NumberColumn(empty_values=(), orderable=False, verbose_name=gettext_lazy("Attendance"))
    state = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Register"))

    class Meta(Table.Meta):
        """As all tables: it isn't inherited by itself."""

    def __init__(self, *args: Any, minimum: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.minimum = minimum

    def render_teacher(self, record: Any) -> str:
        return self.value_teacher(record) or "–"

    def value_teacher(self, record: Any) -> str:
        return ", ".join(named_teachers(record).values())

    def render_marked(self, record: Any) -> SafeString:
        missing = record.expected - record.marked if record.marked else 0
        return bar_of(record.marked, record.expected, missing=max(missing, 0), words=_("Marked:"))

    def value_marked(self, record: Any) -> int:
        return int(record.marked)

    def render_rate(self, record: Any) -> SafeString:
        return rate_of(self.value_rate(record), self.minimum)

    def value_rate(self, record: Any) -> float | None:
        return percent_of(present=record.present, late=record.late, absent=record.absent)

    def render_state(self, record: Any) -> SafeString:
        if record.status == ClassSession.Status.CANCELLED:
            return pill(_("Cancelled"), "", "xc")
        if record.is_locked:
            return pill(_("Locked"), "info", "lock")
        if record.is_taken:
            return pill(_("Taken"), "good", "okc")
        if record.marked:
            return pill(_("%(count)d left") % {"count": record.unmarked}, "warn", "half")
        if record.date > record.today():
            return pill(_("Upcoming"), "", "clock")
        if not record.expected:
            return pill(_("No one enrolled"), "", "ring")
        if not record.is_over(timezone.now()):
            return pill(_("Today"), "accent", "half")
        return pill(_("Not taken"), "bad", "alert")


def hours_of(session: ClassSession) -> str:
    """The clock times of a session, and its title."""
    hours = (
        _("%(start)s to %(end)s") % {"start": f"{session.start_time:%H:%M}", "end": f"{session.end_time:%H:%M}"}
        if session.start_time and session.end_time
        else _("no times")
    )
    return ", ".join(part for part in (hours, session.title) if part)


def registers_of(batch: Batch, today: date) -> QuerySet[ClassSession]:
    """The sessions of a batch with how many of its learners are marked, of how many, in one statement.

    The latest stand first, those to come after them, the next one first.
    """
    now = now_in(batch.zone)
    # By the columns of the session alone: the filter counts all of them.
    has_ended = Q(date__lt=today) | Q(date=today, end_time__lte=now.time())
    tally = BatchTally.objects.filter(session=OuterRef("pk"), batch=batch).order_by()
    seated = SeatPeriod.objects.filter(batch=batch).on(OuterRef("date")).order_by().values(of=F("batch"))
    people = seated.annotate(number=Count("enrollment__student", distinct=True)).values("number")
    counted = {
        name: Coalesce(Subquery(tally.values(name)), 0) for name in ("present", "absent", "late", "excused", "unmarked")
    }
    return (
        with_teachers(batch.sessions)
        .annotate(
            **counted,
            is_taken=Case(When(is_taken(), then=Value(True)), default=Value(False)),
            is_to_come=Case(When(date__gt=today, then=Value(True)), default=Value(False)),
            marked=F("present") + F("absent") + F("late") + F("excused"),
            expected=Coalesce(Subquery(people), 0),
            has_ended=Case(When(has_ended, then=Value(True)), default=Value(False)),
        )
        .order_by("is_to_come", Case(When(date__gt=today, then=F("date"))), "-date", "-start_time", "pk")
    )


register_tab(BatchTab("attendance", gettext_lazy("Attendance"), "attendance:cohort", 42, "roster"))


@page(cohorts["see"])
def cohort_page(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The registers of one batch."""
    actor = request.actor
    batch = cohorts.get(actor, batch_id, among=cohorts_of(actor, Batch.objects.all()))
    frame = Frame(actor, batch_for(actor, batch.pk), "attendance")
    return list_page(
        request,
        table_class=SessionTable,
        filterset_class=SessionFilters,
        queryset=registers_of(batch, batch.today()),
        template="attendance/cohort.html",
        context={
            "nav": "batches",
            "frame": frame,
            "batch": frame.batch,
            "progress": progress_of(batch),
            "teachers": ", ".join(person["full_name"] for person in facilitators_of(batch)),
            "sheets_url": url_or_empty("attendance:batch-sheets", batch.pk),
        },
        empty=Empty(
            _("No sessions yet"),
            _("Sessions are created from the batch's weekly schedule, or added one at a time."),
            "cal",
            [],
        ),
        export_name=f"registers-{batch.code}",
        table_kwargs={"minimum": minimum_attendance_of(actor.institution, batch.course)},
    )
