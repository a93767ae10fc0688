"""Who has not marked: registers of sessions that are over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, F, Q, When
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST
from django_tables2 import Column

from muster.attendance.permissions import registers
from muster.attendance.queries.missing import may_be_asked_for, missing_registers
from muster.attendance.rules.reminders import Reminded, remind_instructors
from muster.core.errors import DomainError
from muster.core.numbers import group_digits
from muster.core.permissions import any_id
from muster.timetable.queries import named_teachers
from muster.web.attendance.areas import areas
from muster.web.attendance.cohorts import hours_of
from muster.web.attendance.register import register_url
from muster.web.attendance.widgets import SessionDayColumn
from muster.web.requests import ActorRequest
from muster.web.ui.components import BulkAction
from muster.web.ui.pages import own_path, page
from muster.web.ui.tables import Empty, Facet, Filters, Table, list_page
from muster.web.ui.widgets import local_time, pill


class MissingFilters(Filters):
    """What the list is narrowed by."""

    search = ("meeting__name", "meeting__code", "title")
    batch = Facet(
        gettext_lazy("Batch"), value="batch_id", text="batch_name", none=gettext_lazy("Shared by several batches")
    )
    department = Facet(
        gettext_lazy("Department"),
        value="meeting__batches__department_id",
        text="meeting__batches__department__name",
        many=True,
    )
    semester = Facet(gettext_lazy("Semester"), value="meeting__batches__current_semester", many=True)
    branch = Facet(
        gettext_lazy("Branch"), value="meeting__branch_id", text="meeting__branch__name", none=gettext_lazy("No branch")
    )
    instructor = Facet(
        gettext_lazy("Instructor"),
        value="meeting__batches__instructor_assignments__instructor_id",
        text="meeting__batches__instructor_assignments__instructor__full_name",
        many=True,
    )


class MissingTable(Table):
    """Registers that are not taken."""

    counted = ngettext_lazy("%(count)s register not taken", "%(count)s registers not taken", "count")
    caption = gettext_lazy("Registers not taken")
    cards = {"date": "title", "batch": "meta", "teachers": "meta", "waiting": "status", "told": "labelled"}

    date = SessionDayColumn(
        verbose_name=gettext_lazy("Session"), url=lambda session: register_url(session.pk), sub=hours_of
    )
    batch = Column(empty_values=(), order_by="meeting__name", verbose_name=gettext_lazy("Batch"))
    teachers = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Instructors"))
    waiting = Column(empty_values=(), order_by="-date", verbose_name=gettext_lazy("Open since"))
    told = Column(accessor="chased_at", verbose_name=gettext_lazy("Reminded"), default=gettext_lazy("not yet"))

    class Meta(Table.Meta):
        order_by = ("-date",)

    def render_batch(self, record: Any) -> SafeString:
        below = _("several batches") if record.meeting.is_shared else record.meeting.code
        return format_html('{}<span class="s">{}</span>', record.meeting.name, below)

    def value_batch(self, record: Any) -> str:
        return str(record.meeting.code)

    def render_teachers(self, record: Any) -> Any:
        return self.value_teachers(record) or pill(_("No one assigned"), "warn", "person-off")

    def value_teachers(self, record: Any) -> str:
        return ", ".join(named_teachers(record).values())

    def render_waiting(self, record: Any) -> SafeString:
        days = self.value_waiting(record)
        if not days:
            return pill(_("today"), "warn", "clock")
        return pill(ngettext("%(count)d day", "%(count)d days", days) % {"count": days}, "bad", "alert")

    def value_waiting(self, record: Any) -> int:
        days: int = (record.today() - record.date).days
        return max(days, 0)

    def render_told(self, value: Any) -> str:
        return local_time({"request": self.request}, value, "short")  # type: ignore[arg-type]

    def value_told(self, value: Any) -> Any:
        return value


@page(registers["mark"])
def missing_register_list(request: ActorRequest) -> HttpResponseBase:
    """The registers that the actor could take and that are not taken, the latest first."""
    actor = request.actor
    # A batch's own meeting has its id.
    own = Q(meeting__is_shared=False)
    rows = missing_registers(actor).annotate(
        batch_id=Case(When(own, then=F("meeting_id"))), batch_name=Case(When(own, then=F("meeting__name")))
    )
    may_remind = registers.may(actor, "remind")
    unasked = missing_registers(actor, registers.rows(actor, "remind")).filter(may_be_asked_for(actor))
    return list_page(
        request,
        table_class=MissingTable,
        filterset_class=MissingFilters,
        queryset=rows,
        template="attendance/not_taken.html",
        context={
            "nav": "attendance",
            "areas": areas("not-taken"),
            "remind_all": remind_words(unasked.count()) if may_remind else "",
        },
        empty=Empty(
            _("All registers are taken"),
            _("Registers that weren't taken appear here for 60 days after the session."),
            "okc",
        ),
        export_name="registers-not-taken",
        bulk=[BulkAction(_("Remind"), reverse("attendance:remind"), "bell", posts=True)] if may_remind else [],
        name_of=lambda session: f"{session.meeting.code}, {session.date}",
    )


@page(registers["remind"])
@require_POST
def remind(request: ActorRequest) -> HttpResponse:
    """Ask those who teach for their registers: for the sessions that are named, else for all."""
    back = own_path(request, request.POST.get("next", "")) or reverse("attendance:not-taken")
    picked = [any_id(text) for text in request.POST.getlist("pick")]
    try:
        done = remind_instructors(by=request.actor, sessions=picked or None)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _reminded_in_words(done))
    return redirect(back)


def _reminded_in_words(done: Reminded) -> str:
    said = ngettext("%(count)d instructor reminded.", "%(count)d instructors reminded.", done.people)
    parts = [said % {"count": done.people}] if done.people else []
    if done.already:
        words = ngettext(
            "Already reminded of %(count)d register today.",
            "Already reminded of %(count)d registers today.",
            done.already,
        )
        parts.append(words % {"count": done.already})
    return " ".join(parts)


def remind_words(number: int) -> str:
    """The button that asks for so many registers."""
    if number < 3:
        return {1: _("Remind"), 2: _("Remind both")}.get(number, "")
    return ngettext("Remind all %(count)s", "Remind all %(count)s", number) % {"count": group_digits(number)}
