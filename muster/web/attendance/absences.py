"""Absences: those announced, a new one, one with what falls into it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.accounts.models import User
from muster.attendance import rules
from muster.attendance.models import AbsenceNotice, EvidenceLook
from muster.attendance.notices import absence_url, days_of
from muster.attendance.permissions import absences, corrections, evidence, learners
from muster.attendance.queries.absences import corrections_in_full, missed_in, notices_in_full
from muster.core.errors import Invalid
from muster.core.exports import ExportColumn, days_apart
from muster.core.permissions import any_id
from muster.core.search import with_words
from muster.enrollments.models import Enrollment
from muster.institutions.access import STAFF_ROLES, Actor
from muster.institutions.models import Affiliation
from muster.people.links import student_url
from muster.people.permissions import students as student_access
from muster.web.attendance.areas import areas, is_person, nav_of
from muster.web.attendance.forms import AbsenceForm
from muster.web.requests import ActorRequest
from muster.web.ui.components import Action, Fact
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, Table, TitleColumn, list_page
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import pill

STANDS = {
    "today": (gettext_lazy("Away today"), "warn", "half"),
    "coming": (gettext_lazy("Announced"), "info", "clock"),
    "past": (gettext_lazy("Past"), "", "okc"),
    "withdrawn": (gettext_lazy("Withdrawn"), "", "xc"),
}


def absence_pill(stands: str) -> SafeString:
    """Where an absence stands, as a pill."""
    word, tone, icon = STANDS[stands]
    return pill(word, tone, icon)


class AbsenceTable(Table):
    """Absences in a list. Why somebody is away stands on the page of each, and in no export."""

    counted = ngettext_lazy("%(count)s absence", "%(count)s absences", "count")
    caption = gettext_lazy("Absences")
    cards = {"student": "title", "stands": "status", "days": "meta", "where": "meta", "files": "meta", "by": "hide"}
    apart: ClassVar = {
        "days": days_apart("first_date", "last_date"),
        "files": [
            ExportColumn("files", lambda notice: len(notice.files), gettext_lazy("Files")),
            ExportColumn(
                "correction_requested", lambda notice: bool(notice.waiting), gettext_lazy("Correction requested")
            ),
        ],
    }

    student = TitleColumn(
        accessor="student__full_name", verbose_name=gettext_lazy("Student"), url=lambda notice: absence_url(notice.pk)
    )
    days = Column(empty_values=(), order_by=("first_date", "last_date"), verbose_name=gettext_lazy("Days"))
    where = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Applies to"))
    stands = Column(verbose_name=gettext_lazy("Status"), orderable=False)
    files = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Files"))
    by = Column(accessor="announced_by__full_name", default="–", verbose_name=gettext_lazy("Reported by"))

    class Meta(Table.Meta):
        order_by = ("-days",)

    def render_days(self, record: AbsenceNotice) -> str:
        return days_of(record.first_date, record.last_date)

    def render_where(self, record: AbsenceNotice) -> str:
        return where_of(record)

    def render_stands(self, value: str) -> SafeString:
        return absence_pill(value)

    def render_files(self, record: Any) -> str:
        number = len(record.files)
        words = [ngettext("%(n)d file", "%(n)d files", number) % {"n": number}] if number else []
        if record.waiting:
            words.append(_("correction requested"))
        return ", ".join(words) or "–"


def where_of(notice: AbsenceNotice) -> str:
    """The batch, with the session where it is one alone."""
    if notice.enrollment is None or notice.enrollment.batch is None:
        return _("All batches")
    code = str(notice.enrollment.batch.marked(notice.enrollment.batch.code))
    if notice.session is not None and notice.session.start_time is not None:
        return f"{code}, {notice.session.start_time:%H:%M}"
    return code


class AbsenceFilters(Filters):
    """By name, and by when."""

    search: ClassVar[Sequence[str]] = ("student__full_name",)
    search_hint = gettext_lazy("Name")
    when = Buckets(
        gettext_lazy("When"),
        Bucket("", gettext_lazy("Current and upcoming"), Q(stands__in=["today", "coming"])),
        Bucket("past", gettext_lazy("Past"), Q(stands="past"), chip=gettext_lazy("Past")),
        Bucket("all", gettext_lazy("All"), Q(), chip=gettext_lazy("All, including withdrawn")),
        scope=True,
    )


def visible_absences(actor: Actor) -> QuerySet[AbsenceNotice]:
    """The absences that the actor may see, with where they stand."""
    return _with_stands(actor, absences.rows(actor)).order_by("-first_date", "-pk")


def _with_stands(actor: Actor, rows: QuerySet[AbsenceNotice]) -> QuerySet[AbsenceNotice]:
    """Notices in full, told by `stands` where they stand today."""
    today = actor.today()
    stands = Case(
        When(status=AbsenceNotice.Status.WITHDRAWN, then=Value("withdrawn")),
        When(last_date__lt=today, then=Value("past")),
        When(first_date__gt=today, then=Value("coming")),
        default=Value("today"),
    )
    return notices_in_full(actor, rows.annotate(stands=stands))


@page(absences["see"])
def absence_list(request: ActorRequest) -> HttpResponseBase:
    """The absences that are announced; to a student, their own."""
    actor = request.actor
    new_url = reverse("attendance:absence-new")
    is_staff = actor.is_any(*STAFF_ROLES)
    return list_page(
        request,
        table_class=AbsenceTable,
        filterset_class=AbsenceFilters,
        queryset=visible_absences(actor),
        template="attendance/absences.html",
        context={"nav": nav_of(actor), "tabs": areas("absences") if is_staff else [], "new_url": new_url},
        empty=Empty(
            _("No absences reported"),
            _(
                "Students report absences, or you report them on their behalf. Registers show them and "
                "suggest the mark Excused."
            )
            if is_staff
            else _(
                "If you can't come, report it here in advance, with a doctor's note if you have one. Your "
                "instructor sees it in the register."
            ),
            "clip",
            [Action(_("Report an absence"), new_url, "plus")],
        ),
        export_name="absences",
    )


@page(absences["announce"])
def new_absence(request: ActorRequest) -> HttpResponse:
    """Announce an absence: a student their own, staff that of a student of theirs."""
    actor = request.actor
    chosen = _chosen_enrollment(actor, request.GET.get("enrollment", ""))
    is_own = not actor.is_any(*STAFF_ROLES)
    person = actor.user if is_own else (chosen.student if chosen else None)
    seats = _seats(actor, person) if person is not None else []
    batches = [(str(seat.pk), seat.batch.code) for seat in seats if seat.batch]
    initial: dict[str, Any] = {"first_date": _asked_day(request) or _today_of(actor, chosen)}
    if chosen is not None:
        initial["enrolment_id"] = str(chosen.pk)
    form = AbsenceForm(
        posted_data(request),
        request.FILES or None,
        asks_who=person is None,
        is_own=is_own,
        batches=batches,
        initial=initial,
    )
    back = reverse("attendance:mine" if is_own else "attendance:absences")

    def announce() -> rules.AddedEvidence:
        given = form.cleaned_data
        return rules.announce_absence(
            by=actor,
            student=person or _student_by_name(actor, given["student"]),
            reason=given["reason"],
            first_date=given["first_date"],
            last_date=given["last_date"],
            enrollment=next((seat for seat in seats if str(seat.pk) == given.get("enrolment_id")), None),
            uploads=form.uploads(),
        )

    if did := submit_form(form, announce):
        assert did.result.notice is not None  # noqa: S101
        notice = did.result.notice.pk
        undo = Undo(reverse("attendance:absence-withdraw", args=[notice]))
        return redirect_with_message(request, absence_url(notice), _announcement(did.result), undo)
    name = chosen.student.full_name if chosen and not is_own else ""
    return render_dialog(
        request,
        form,
        title=_("Report an absence for %(name)s") % {"name": name} if name else _("Report an absence"),
        button=_("Report absence"),
        back=back,
        text=[_("Your instructors on those days will see that you're away, but not why.")] if is_own else [],
        crumbs=[_("My attendance") if is_own else _("Absences"), back],
        context={"nav": nav_of(actor)},
    )


def _announcement(added: rules.AddedEvidence) -> str:
    if added.corrections:
        return ngettext(
            "Absence reported. A register is locked, so a correction was requested.",
            "Absence reported. %(count)d registers are locked, so corrections were requested.",
            len(added.corrections),
        ) % {"count": len(added.corrections)}
    return _("Absence reported.")


def _asked_day(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


def _chosen_enrollment(actor: Actor, pk: str) -> Enrollment | None:
    """The enrollment that the address names; it may be named wrongly."""
    related = ("student", "batch__institution", "batch__branch")
    rows = learners.rows(actor, among=Enrollment.objects.select_related(*related))
    return rows.filter(pk=any_id(pk)).first()


def _today_of(actor: Actor, chosen: Enrollment | None) -> date:
    return chosen.batch.today() if chosen is not None and chosen.batch is not None else actor.today()


def _seats(actor: Actor, person: User) -> list[Enrollment]:
    return list(
        learners.rows(actor, among=Enrollment.objects.holding_seats())
        .filter(student=person, batch__isnull=False)
        .select_related("batch")
        .order_by("batch__code", "pk")
    )


def _student_by_name(actor: Actor, words: str) -> User:
    """The one student of the actor's whom the words mean. Raises Invalid for none or several."""
    words = words.strip()
    mine = learners.rows(actor, among=Enrollment.objects.all()).filter(student=OuterRef("pk"))
    people = User.objects.filter(Exists(mine))
    numbered = Affiliation.objects.filter(institution=actor.institution, student_number__iexact=words)
    exact = people.filter(Q(email__iexact=words) | Q(pk__in=numbered.values("user_id")) | Q(full_name__iexact=words))
    for rows in (exact, with_words(people, words, "full_name")):
        found = list(rows.order_by("full_name__plain", "pk")[:4])
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"{person.full_name} ({person.email})" for person in found[:3])
            raise Invalid(
                _("Several students have this name: %(names)s. Enter the email.") % {"names": names}, field="student"
            )
    raise Invalid(_("None of your students has this name. Enter a name, email or student number."), field="student")


@page(absences["see"])
def absence_page(request: ActorRequest, absence_id: str) -> HttpResponse:
    """One absence: what falls into it, its files, and what is asked for because of it."""
    actor = request.actor
    rows = absences.with_rights(actor, "withdraw", _with_stands(actor, AbsenceNotice.objects.all()))
    notice: Any = absences.get(actor, absence_id, among=rows)
    own = is_person(actor, notice.student_id)
    asked = list(corrections_in_full(corrections.rows(actor).filter(notice=notice)).order_by("session__date", "pk"))
    files = [one.pk for one in notice.files]
    removable = set(evidence.rows(actor, "remove").filter(pk__in=files).values_list("pk", flat=True))
    for one in notice.files:
        one.may_remove = one.pk in removable
    looks: Any = None
    if evidence.may(actor, "looks") and files:
        of_files = EvidenceLook.objects.filter(evidence__in=files).select_related("evidence", "looked_by")
        looks = list(of_files.order_by("-pk")[:20])
    knows = not own and student_access.allows(actor, "see", notice.student)
    facts = [
        Fact(_("Student"), notice.student.full_name, url=student_url(notice.student_id) if knows else ""),
        Fact(_("Applies to"), where_of(notice)),
        Fact(_("Reason"), notice.reason),
        _doing(actor, _("Reported"), notice.announced_by, notice.created_at),
    ]
    if notice.withdrawn_at:
        facts.append(_doing(actor, _("Withdrawn"), notice.withdrawn_by, notice.withdrawn_at))
    is_staff = actor.is_any(*STAFF_ROLES)
    return render(
        request,
        "attendance/absence.html",
        {
            "nav": nav_of(actor),
            "notice": notice,
            "own": own,
            "state": absence_pill(notice.stands),
            "days": days_of(notice.first_date, notice.last_date),
            "facts": facts,
            "missed": missed_in(notice),
            "opens_registers": is_staff,
            "asked": asked,
            "may_decide": corrections.may(actor, "decide"),
            "files": notice.files,
            "looks": looks,
            "may_add": not notice.is_withdrawn,
            "may_withdraw": notice.may_act and not notice.is_withdrawn,
            "back_url": reverse("attendance:absences" if is_staff else "attendance:mine"),
        },
    )


def _doing(actor: Actor, word: str, by: User | None, at: datetime) -> Fact:
    """Who did it, and when."""
    return Fact(word, by.full_name if by else "–", note=date_format(at.astimezone(actor.zone), "j F Y, H:i"))


@page(absences["withdraw"])
def withdraw_page(request: ActorRequest, absence_id: str) -> HttpResponse:
    """Take an announcement back."""
    actor = request.actor
    notice = absences.get(actor, absence_id, "withdraw", AbsenceNotice.objects.select_related("student"))
    back = absence_url(notice.pk)
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.withdraw_absence(by=actor, notice=notice)):
        return redirect_with_message(request, back, _("Absence withdrawn."))
    words = {"name": notice.student.full_name, "days": days_of(notice.first_date, notice.last_date)}
    return render_dialog(
        request,
        form,
        title=_("Withdraw this absence?"),
        button=_("Withdraw absence"),
        keep=_("Keep absence"),
        back=back,
        text=[
            _("%(name)s will attend %(days)s. Their instructors on those days are notified, and the files are kept.")
            % words
        ],
        crumbs=[_("Absence"), back],
    )
