"""Students: the list, one student with everything about them, and a seat for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.accounts.models import User
from muster.allocation.permissions import mentees
from muster.allocation.queries import instructor_of
from muster.assessment.permissions import opens_marks, own_marks
from muster.assessment.queries import totals_of, with_progress
from muster.assessment.totals import Total
from muster.attendance.queries.student import BatchAttendance, absences_of, attendance_of, run_of
from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.certificates.permissions import certificates, completions
from muster.certificates.queries import ISSUED, certificates_seen_by
from muster.core.json_rows import JSONList
from muster.core.money import money
from muster.enrollments import rules
from muster.enrollments.balances import Balance, balances_of, total_of
from muster.enrollments.models import Enrollment, Payment, TransferRequest
from muster.enrollments.opening import why_not_cancelled
from muster.enrollments.permissions import enrollments, payments
from muster.enrollments.queries import (
    StudentState,
    enrollments_in_full,
    seats_seen_by,
    student_state,
    students_with_seats,
)
from muster.exchange.exports import STUDENTS
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Membership, Role
from muster.institutions.permissions import users
from muster.messaging.permissions import messages
from muster.people.links import add_person_url, batch_url, invite_person_url, person_url, student_url, students_url
from muster.people.permissions import students as student_access
from muster.people.queries import is_here, people_here
from muster.progression.permissions import records
from muster.risk.queries import with_risk
from muster.web.certificates.certificates import certificate_rows
from muster.web.enrollments.words import PAYMENT_LOOKS, EnrollmentRow, balance_words, progress_rule
from muster.web.people.attendance_run import chips_of, picture_of
from muster.web.people.needs import needs_of, risk_needs
from muster.web.people.photos import face, photo_url_of
from muster.web.people.stream import stream_of
from muster.web.people.week import PersonWeek, week_of
from muster.web.people.widgets import active_buckets, of_seats
from muster.web.progression.records import results_of
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import picked_url
from muster.web.ui.components import Action, BulkAction, Fact
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, Table, TitleColumn, list_page
from muster.web.ui.widgets import date_range, percent, pill

STANDINGS: dict[StudentState, tuple[str, str]] = {
    StudentState.INACTIVE: ("", "xc"),
    StudentState.ENROLLED: ("good", "okc"),
    StudentState.ON_HOLD: ("warn", "pause"),
    StudentState.NOT_ENROLLED: ("", "ring"),
}
MOST_ABSENCES = 5
# So long an answered request for a transfer is told beside the seat.
ASKED_LATELY = timedelta(days=60)


# --- the list -------------------------------------------------------------------------------------------------------
class StudentFilters(Filters):
    """Filters over the seats that the reader may see."""

    search: ClassVar[Sequence[str]] = ("full_name", "number")
    search_hint = gettext_lazy("Name or number")

    department = of_seats(gettext_lazy("Department"), value="dept_id", text="dept_name")
    branch = of_seats(gettext_lazy("Branch"), value="batch__branch_id", text="batch__branch__name")
    course = of_seats(gettext_lazy("Course"), value="course_id", text="course__title")
    batch = of_seats(gettext_lazy("Batch"), value="batch_id", text="batch__name", none=gettext_lazy("Not in a batch"))
    semester = of_seats(gettext_lazy("Semester"), value="batch__current_semester", text="batch__current_semester")
    risk = Buckets(
        gettext_lazy("Risk"),
        Bucket("yes", gettext_lazy("At risk"), Q(at_risk=True)),
        Bucket("no", gettext_lazy("Not at risk"), Q(at_risk=False)),
    )
    active = active_buckets()

    @cached_property
    def seats(self) -> QuerySet[Enrollment]:
        """The current enrollments that the reader may see."""
        return seats_seen_by(self.request.actor)


class StudentContactFilters(StudentFilters):
    """For those who may see contact data: by e-mail too."""

    search = ("full_name", "email", "number")
    search_hint = gettext_lazy("Name, number or email")


class StudentTable(Table):
    """Students with the batches they sit in now."""

    counted = ngettext_lazy("%(count)s student", "%(count)s students", "count")
    caption = gettext_lazy("Students")
    cards = {"name": "title", "number": "meta", "email": "meta", "batches": "meta", "status": "status"}
    exported = STUDENTS

    name = TitleColumn(
        accessor="full_name",
        verbose_name=gettext_lazy("Student"),
        url=lambda person: student_url(person.pk),
        before=face,
    )
    number = Column(verbose_name=gettext_lazy("Number"))
    email = Column(verbose_name=gettext_lazy("Email"))
    batches = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Current batches"))
    status = Column(empty_values=(), order_by=("is_active", "full_name"), verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        row_attrs: ClassVar = {"class": lambda record: "" if is_here(record) else "archived"}

    def __init__(self, *args: Any, contacts: bool, **kwargs: Any) -> None:
        super().__init__(*args, exclude=() if contacts else ("email",), **kwargs)
        self.contacts = contacts

    def render_batches(self, record: Any) -> Any:
        shown = format_html_join(
            ", ",
            '<a class="t" href="{}">{}</a>',
            ((batch_url(seat.batch.pk), seat.batch.code) for seat in record.seats_now[:2] if seat.batch),
        )
        alone = [str(seat.course) for seat in record.seats_now if seat.batch is None][:2]
        said = [part for part in (shown, ", ".join(alone)) if part]
        more = len(record.seats_now) - 2
        if more > 0:
            said.append(ngettext("%(count)d more", "%(count)d more", more) % {"count": more})
        return format_html_join(", ", "{}", ((part,) for part in said)) if said else "–"

    def render_status(self, record: Any) -> SafeString:
        shown = student_pill(record, record.seats_now)
        return format_html("{} {}", shown, pill(_("At risk"), "bad", "flag")) if record.at_risk else shown


def student_pill(person: Any, seats: Sequence[Enrollment]) -> SafeString:
    standing = student_state(person, seats)
    return pill(standing.label, *STANDINGS[standing])


def learning_words(seats: Sequence[Enrollment], *, has_mentor: bool) -> str:
    """How somebody learns, by the enrollments they have now and whether they have a mentor; empty where neither is."""
    in_batch = any(seat.batch_id for seat in seats)
    alone = has_mentor or any(seat.batch_id is None for seat in seats)
    if in_batch and alone:
        return _("Hybrid learning")
    return _("Batch learning") if in_batch else _("Individual learning") if alone else ""


@page(student_access["list"])
def student_list(request: ActorRequest) -> HttpResponseBase:
    """The students that the person may see, with the batches they sit in now."""
    actor = request.actor
    contacts = users.may(actor, "list")
    add_url = add_person_url(role=Role.STUDENT) if users.may(actor, "add") else ""
    begin = [Action(_("Add student"), add_url, "plus", primary=True)] if add_url else []
    return list_page(
        request,
        table_class=StudentTable,
        filterset_class=StudentContactFilters if contacts else StudentFilters,
        queryset=with_risk(actor, students_with_seats(actor)),
        template="people/students.html",
        context={"add_url": add_url, "nav": "students"},
        empty=Empty(
            _("No students yet"),
            _("Everyone with the student role appears here, with their batches.")
            if actor.manages
            else _("Students in your batches will appear here."),
            "student",
            begin,
        ),
        export_name="students",
        table_kwargs={"contacts": contacts},
        bulk=_bulk_actions(actor),
        name_of=lambda person: person.full_name,
    )


def _bulk_actions(actor: Actor) -> list[BulkAction]:
    """What this person may do with the selected students."""
    offered = (
        (enrollments.may(actor, "change"), BulkAction(_("Enroll"), reverse("enrollments:enroll-many"), "plus")),
        (
            mentees.may(actor, "assign"),
            BulkAction(_("Assign a mentor"), reverse("mentoring:assign-many"), "mentor", is_page=True),
        ),
        (messages.may(actor, "send"), BulkAction(_("Message"), reverse("messaging:new"), "mail")),
        (users.may(actor, "change"), BulkAction(_("Deactivate"), reverse("users-deactivate"), "person-off")),
    )
    return [action for may, action in offered if may]


# --- one student ----------------------------------------------------------------------------------------------------
@page(student_access["see"])
def student_page(request: ActorRequest, student_id: str) -> HttpResponse:
    """Profile, enrollments, payments, week and history of one student, as far as the reader may see them."""
    actor = request.actor
    person: Any = student_access.get(actor, student_id, among=_in_full(actor))
    own = actor.user is not None and actor.user.pk == person.pk
    rows = list(_enrollments_of(actor, person))
    current = [row for row in rows if row.holds_a_seat and not row.frozen]
    current.sort(key=lambda row: row.status != Enrollment.Status.ACTIVE)
    seated = [row.batch_id for row in current if row.status == Enrollment.Status.ACTIVE and row.batch_id]
    week = week_of(actor, Batch.objects.filter(pk__in=seated), request.GET.get("week", ""))
    contacts = own or users.may(actor, "list")
    paid = _payments_of(actor, person) if payments.may(actor, "see") else None
    found = attendance_of(actor, person)
    attended = [one for one in found if one.projection.letters or one.projection.to_come]
    chosen = _batch_to_draw(attended, request.GET.get("attendance", ""))
    mentor = instructor_of(actor, person) if person.sees_mentor else None
    mentor_url = reverse("mentoring:student", args=(person.pk,)) if person.sees_mentor else ""
    writes = not own and messages.may(actor, "send") and is_here(person)
    balance = total_of(rows) if paid is not None else []
    results = results_of(actor, person) if person.sees_record else None
    totals = totals_of([row.pk for row in rows if row.sees_marks])  # type: ignore[attr-defined]
    shown = [
        _row(actor, row, totals.get(row.pk), own=own)
        for row in (*current, *(row for row in rows if row not in current))
    ]
    away = list(absences_of(actor, person)[: MOST_ABSENCES + 1])
    return render(
        request,
        "people/student.html",
        {
            "nav": "students",
            "person": person,
            "own": own,
            "face": face(person),
            "photo_url": photo_url_of(actor, person),
            "back_url": students_url() if student_access.may(actor, "list") else "",
            "standing": student_pill(person, current),
            "learning": learning_words(current, has_mentor=mentor is not None),
            "figures": [
                *(_figures(found, week, balance, mentor, mentor_url) if current else ()),
                *(results["figures"] if results else ()),
            ],
            "needs": [
                *(() if own else risk_needs(actor, person)),
                *needs_of(actor, current, found, away, own=own),
            ],
            "facts": _facts(person, contacts=contacts),
            "edit_url": person_url(person.pk) if users.may(actor, "change") else "",
            "invite_url": invite_person_url(person.pk) if person.may_invite and not person.has_come_in else "",
            "enroll_url": _enroll_url(actor, person),
            "current": shown[: len(current)],
            "past": shown[len(current) :],
            "progress_rule": progress_rule() if any(row.progress for row in shown) else "",
            "week": week,
            "payments": paid,
            "balance": [balance_words(one) for one in balance],
            "attended": chips_of(attended, chosen) if chosen and len(attended) > 1 else [],
            "run": picture_of(chosen, run_of(chosen), own=own) if chosen else None,
            "absences": [_absence(one) for one in away[:MOST_ABSENCES]],
            "absences_url": f"{reverse('attendance:absences')}?{urlencode({'when': 'all', 'q': person.full_name})}",
            "message_url": picked_url(reverse("messaging:new"), [person]) if writes else "",
            "stream": stream_of(actor, person, request.GET.get("show", "")),
            "mentor": mentor,
            "mentor_url": mentor_url,
            "results": results,
            "certificates": certificate_rows(
                certificates_seen_by(actor).filter(enrollment__student=person) if certificates.may(actor, "see") else ()
            ),
        },
    )


def _batch_to_draw(attended: Sequence[BatchAttendance], key: str) -> BatchAttendance | None:
    """The batch whose attendance is drawn: the one that is asked for, else where it is lowest among those held now."""
    held = [one for one in attended if one.enrollment.holds_a_seat] or attended
    lowest = min(held, key=lambda one: (one.projection.percent is None, one.projection.percent or 0), default=None)
    return next((one for one in attended if str(one.enrollment.pk) == key), lowest)


def _in_full(actor: Actor) -> QuerySet[User]:
    """People with the parts of the institution in which they study, and whether the reader sees their instructor."""
    study = Membership.objects.filter(user=OuterRef("pk"), institution=actor.institution, role__in=STUDENT_ROLES)
    return people_here(actor, "student_number").annotate(
        roles_here=JSONList(
            study.values(row=JSONObject(role="role", branch="branch__name", department="department__name"))
        ),
        sees_mentor=Exists(mentees.rows(actor, "see", among=User.objects.filter(pk=OuterRef("pk")))),
        sees_record=Exists(records.rows(actor, "see", among=User.objects.filter(pk=OuterRef("pk")))),
        may_invite=Exists(users.rows(actor, "invite", among=User.objects.filter(pk=OuterRef("pk")))),
    )


def _enrollments_of(actor: Actor, person: User) -> QuerySet[Enrollment]:
    """Three statements: the enrollments in the reader's part, what they may do with each, and the batches in full."""
    own = Enrollment.objects.filter(pk=OuterRef("pk"))
    rows = enrollments.rows(actor, among=Enrollment.objects.filter(student=person)).annotate(
        may_change=Exists(enrollments.rows(actor, "change", among=own)),
        may_cancel=Exists(enrollments.rows(actor, "cancel", among=own)),
        sees_payments=Exists(enrollments.rows(actor, "see_payments", among=own)),
        sees_marks=Exists(own_marks.rows(actor, "see", among=own)),
        opens_marks=opens_marks(actor, "list" if actor.user == person else "sheet"),
        may_issue=Exists(completions.rows(actor, "issue", among=own).exclude(ISSUED)),
        asked_lately=_transfers_asked(actor),
    )
    return enrollments_in_full(actor, with_progress(rows)).prefetch_related("payments")


def _transfers_asked(actor: Actor) -> JSONList:
    """What the student of the outer enrollment asked lately about leaving it, the oldest first."""
    lately = TransferRequest.objects.filter(enrollment=OuterRef("pk"), created_at__gte=actor.now() - ASKED_LATELY)
    columns = {"key": "pk", "wanted": "wanted__code", "status": "status", "note": "decision_note", "at": "created_at"}
    return JSONList(lately.order_by("created_at", "pk").values(row=JSONObject(**columns)))


def _row(actor: Actor, row: Any, total: Total | None, *, own: bool) -> EnrollmentRow:
    batch, held = row.batch, row.holds_a_seat
    lines = []
    if batch is not None:
        lead = batch.lead["full_name"] if batch.lead else ""
        lines += [
            " · ".join(filter(None, (batch.code, batch.branch.name if batch.branch else "", lead))),
            week_in_words(batch.week) if held else "",
        ]
    dates = [
        _("%(kind)s, from %(day)s") % {"kind": row.get_enrollment_type_display(), "day": _day(row.enrollment_date)}
    ]
    if held and row.access_expiry_date:
        dates.append(_("access until %(day)s") % {"day": _day(row.access_expiry_date)})
    lines.append(", ".join(dates))
    if row.status == Enrollment.Status.CANCELLED:
        ended = _("Transferred on %(day)s") if row.transferred_to_id else _("Cancelled on %(day)s")
        cancelled = ended % {"day": _day(row.cancelled_at)} if row.cancelled_at else ""
        lines.append(": ".join(filter(None, (cancelled, row.cancel_reason))))
    if row.sees_payments:
        if row.organisation:
            lines.append(_("Paid by %(name)s") % {"name": row.organisation.name})
        lines += [balance_words(one) for one in balances_of(row)]
    on_trial = row.is_own_trial if own else row.enrollment_type == Enrollment.Type.TRIAL
    leave = _("Leave batch") if batch else _("Leave course")
    closed = own and not row.may_change and why_not_cancelled(row, actor.institution, rules.today_of(row, actor))
    active, on_hold = row.status == Enrollment.Status.ACTIVE, row.status == Enrollment.Status.ON_HOLD
    actions = (
        (row.may_change and active, _("Hold"), "enrollments:hold", "pause"),
        (row.may_change and on_hold, _("Resume"), "enrollments:resume", "undo"),
        (row.may_cancel and on_trial, _("Stay") if own else _("Enroll fully"), "enrollments:convert", "okc"),
        (row.may_change, _("Complete"), "enrollments:complete", "award"),
        (row.may_cancel and not closed, leave if own else _("Cancel"), "enrollments:cancel", "x"),
    )
    is_open = held and not row.frozen
    urls = [(label, reverse(name, args=(row.pk,)), icon) for may, label, name, icon in actions if may and is_open]
    if is_open and batch is not None:
        if row.may_change:
            here = f"&next={student_url(row.student_id)}"
            urls.insert(1, (_("Transfer"), picked_url(reverse("enrollments:transfer"), [row]) + here, "swap"))
        urls += _transfer_asked(row, lines, own=own)
    if row.may_issue and row.status == Enrollment.Status.COMPLETED:
        urls.append((_("Issue certificate"), reverse("certificates:issue", args=(row.pk,)), "award"))
    if row.sees_payments:
        urls.append((_("Payments"), reverse("enrollments:payments", args=(row.pk,)), "note"))
    return EnrollmentRow(row, lines, urls, total, "assessment:marks" if own else "assessment:sheet")


def _transfer_asked(row: Any, lines: list[str], *, own: bool) -> list[tuple[str, str, str]]:
    """What the student may do about a transfer; what they asked for, and the answer, is added to the lines."""
    waits = False
    for asked in row.asked_lately:
        status = TransferRequest.Status(asked["status"])
        words = _("Asked on %(day)s to move to %(batch)s: %(status)s")
        names = {
            "day": _day(datetime.fromisoformat(asked["at"])),
            "batch": asked["wanted"] or _("any other batch"),
            "status": str(status.label).lower(),
        }
        lines.append(". ".join(filter(None, (words % names, asked["note"]))))
        if status == TransferRequest.Status.PENDING and own:
            waits = True
            yours = reverse("enrollments:withdraw-transfer", args=(asked["key"],))
    if not own or row.course_id is None:
        return []
    if waits:
        return [(_("Withdraw request"), yours, "undo")]
    return [(_("Ask to change batch"), reverse("enrollments:ask-transfer", args=(row.pk,)), "swap")]


def _figures(
    attended: Sequence[BatchAttendance], week: PersonWeek, balance: Sequence[Balance], mentor: Any, mentor_url: str
) -> list[Fact]:
    """What is asked first of a student: how they attend, when they are here next, what is open, and who looks after
    them."""
    return [
        *_lowest(attended),
        *([_next_session(week)] if week.is_this else []),
        *(
            Fact(
                _("Open balance"),
                money(one.open, one.currency),
                _("%(sum)s paid") % {"sum": money(one.paid, one.currency)},
            )
            for one in balance
        ),
        *(
            [Fact(_("Mentor"), mentor.instructor.full_name, mentor.get_assignment_type_display(), mentor_url)]
            if mentor
            else []
        ),
    ]


def _lowest(attended: Sequence[BatchAttendance]) -> list[Fact]:
    """The attendance of the batch in which it is lowest."""
    marked = [one for one in attended if one.projection.percent is not None]
    if not marked:
        return []
    one = min(marked, key=lambda each: each.projection.percent or 0)
    found, shown = one.projection, percent(one.projection.percent)
    note: Any = _("%(came)d of %(counted)d attended") % {"came": found.came, "counted": found.counted}
    if (found.percent or 0) < found.minimum:
        below = _("below the %(minimum)s required") % {"minimum": percent(found.minimum)}
        note = format_html('<span class="none">{}</span>', below)
    elif len(marked) > 1 and one.enrollment.batch:
        note = _("lowest, in %(batch)s") % {"batch": one.enrollment.batch.code}
    return [Fact(_("Attendance"), shown, note)]


def _next_session(week: PersonWeek) -> Fact:
    now = timezone.now()
    to_come = next((entry for entry in week.entries if entry.meeting.ends_at > now), None)
    if to_come is None:
        return Fact(_("Next session"), "–", _("none left this week"))
    meeting = to_come.meeting
    return Fact(
        _("Next session"),
        formats.date_format(meeting.starts, "D j M, H:i"),
        ", ".join(filter(None, (to_come.title, to_come.where))),
        to_come.url,
    )


def _absence(notice: Any) -> tuple[Any, str, str]:
    """An absence: the notice, its days, and why."""
    return notice, date_range(notice.first_date, notice.last_date), notice.reason


def _day(day: Any) -> str:
    shown = day.date() if isinstance(day, datetime) else day
    return formats.date_format(shown, "j M Y") if shown else ""


def _facts(person: Any, *, contacts: bool) -> list[Fact]:
    narrowed = sorted(
        {
            ", ".join(filter(None, (str(Role(one["role"]).label), one["branch"], one["department"])))
            for one in person.roles_here
        }
    )
    facts = [Fact(_("Number"), person.number or "–"), Fact(_("Role"), "; ".join(narrowed) or "–")]
    if contacts:
        facts[1:1] = [
            Fact(_("Email"), person.email, url=f"mailto:{person.email}"),
            Fact(_("Phone"), person.phone or "–"),
        ]
    return facts


def _payments_of(actor: Actor, person: User) -> list[tuple[Payment, tuple[str, str]]]:
    """The payments that the reader may see, each with its looks, the latest first."""
    rows = payments.rows(actor, among=Payment.objects.filter(enrollment__student=person))
    rows = rows.select_related("enrollment__batch", "enrollment__course").order_by("-created_at", "pk")
    found: list[Any] = list(rows)
    for row in found:
        row.sum = money(row.amount, row.currency)
    return [(row, PAYMENT_LOOKS[row.status]) for row in found]


def _enroll_url(actor: Actor, person: Any) -> str:
    if not actor.manages or not enrollments.may(actor, "enroll") or not is_here(person):
        return ""
    return reverse("students:enroll", args=(person.pk,))
