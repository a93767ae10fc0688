"""Sheets, read from the database in as many statements for four hundred learners as for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, OuterRef
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import BY_FAMILY_NAME, User
from muster.attendance.models import CountedMark
from muster.attendance.queries import register_of, signature_of
from muster.attendance.register_files.model import (
    OFF_REGISTER,
    UNMARKED,
    BatchSheet,
    Column,
    Heading,
    Learner,
    RegisterSheet,
)
from muster.batches.models import Batch, BatchMeeting, InstructorAssignment
from muster.batches.participants import batches_of
from muster.core.errors import Invalid
from muster.core.search import plain
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession
from muster.timetable.queries import teachers_of

SPARE_ROWS = 5
# One month and a bit: what is signed by hand is taken away every few weeks.
LONGEST_SIGN_IN = 62


# --- one register --------------------------------------------------------------------------------------------------
def register_sheet(actor: Actor, session: ClassSession) -> RegisterSheet:
    """The register of a session out of `sessions_in_full`, as far as the actor sees it."""
    return _register(actor, session, _("Register"), "register")


def register_sign_in(actor: Actor, session: ClassSession) -> RegisterSheet:
    """A sheet on which the learners of a session sign. Raises Invalid for a cancelled one."""
    if session.is_cancelled:
        raise Invalid(_("This session is cancelled, so it has no sign-in sheet."), code="session_cancelled")
    return _register(actor, session, _("Sign-in sheet"), "sign-in", is_blank=True, spare=SPARE_ROWS)


def paper_register(actor: Actor, session: ClassSession) -> RegisterSheet:
    """The register to be kept on paper: empty boxes for P, A, L and E. Raises Invalid for a cancelled session."""
    if session.is_cancelled:
        raise Invalid(_("This session is cancelled, so it has no register."), code="session_cancelled")
    return replace(_register(actor, session, _("Register"), "paper-register", spare=SPARE_ROWS), is_paper=True)


def _register(
    actor: Actor, session: ClassSession, title: str, name: str, *, is_blank: bool = False, spare: int = 0
) -> RegisterSheet:
    batches = batches_of(session)
    meeting, is_shared = session.meeting, session.meeting.is_shared
    what = meeting.name if is_shared else f"{meeting.name} ({meeting.code})"
    codes = ", ".join(batch.code for batch in batches)
    place = session.room.name if session.room else session.location
    heading = Heading(
        institution=actor.institution,
        title=title,
        subject=f"{what}, {_moment(session)}",
        name=f"{name}-{_word(meeting.code)}-{session.date}",
        zone=meeting.zone,
        facts=_known_facts(
            (_("Batches"), codes if is_shared else ""),
            (_("Course"), ", ".join(sorted({batch.course.title for batch in batches if batch.course}, key=plain))),
            (_("Type"), str(session.get_session_type_display())),
            (_("Subject"), session.subject.name if session.subject else ""),
            (_("Title"), session.title),
            (_("Place"), place),
            (_("Instructor"), _names(teachers_of(session))),
        ),
        notes=_state_of(session),
    )
    register = register_of(actor, session, last=False)
    return RegisterSheet(heading, register, is_shared, is_blank, spare)


def _moment(session: ClassSession) -> str:
    day = date_format(session.date, "l j F Y")
    if session.start_time is None or session.end_time is None:
        return day
    return f"{day}, {session.start_time:%H:%M} – {session.end_time:%H:%M}"


def _state_of(session: ClassSession) -> list[str]:
    if session.is_cancelled:
        reason = f": {session.cancel_reason}" if session.cancel_reason else "."
        return [_("This session is cancelled") + reason]
    if not session.is_locked or session.locked_at is None:
        return []
    facts = {"when": date_format(session.locked_at.astimezone(session.meeting.zone), "j M Y, H:i")}
    signature = signature_of(session)
    if signature and signature.stands:
        signed = _("Signed on %(when)s by %(who)s: “%(statement)s”")
        return [signed % {**facts, "who": signature.name, "statement": signature.statement}]
    if session.locked_by is None:
        return [_("Locked on %(when)s.") % facts]
    return [_("Locked on %(when)s by %(who)s.") % {**facts, "who": session.locked_by.full_name}]


# --- a batch's sheet -----------------------------------------------------------------------------------------------
def batch_sheet(actor: Actor, batch: Batch, first: date | None = None, last: date | None = None) -> BatchSheet:
    """The learners of a batch by its sessions from one day to another: from its first, until today.

    Cancelled sessions stand on no sheet, nor daily records that do not count; those that do, beside the sessions. The
    batch comes with its course, department, branch and institution. Raises Invalid when the last day is before the
    first.
    """
    first, last = _days(batch, first, last, until=min(batch.today(), batch.end_date or batch.today()))
    sessions, cancelled = _sessions(batch, first, last)
    daily = CountedMark.objects.filter(batch=batch, session__isnull=True, record_date__range=(first, last))
    columns = [_column(session) for session in sessions]
    days = daily.order_by("record_date").values_list("record_date", flat=True).distinct()
    columns += [Column(key=day.isoformat(), date=day, is_daily=True) for day in days]
    columns.sort(key=lambda column: (column.date, not column.is_daily, str(column.start_time or ""), column.key))
    left_out = ngettext(
        "%(count)s cancelled session not shown.", "%(count)s cancelled sessions not shown.", cancelled
    ) % {"count": cancelled}
    rule = _("Attendance: present and late as a share of present, late and absent.")
    heading = _heading(
        actor,
        batch,
        (first, last),
        title=_("Attendance sheet"),
        name="attendance",
        facts=[(_("Sessions"), str(len(sessions)))],
        notes=[*_meetings(sessions), *([left_out] if cancelled else []), rule],
    )
    return BatchSheet(heading, columns, lambda: _learners(batch, columns, first, last))


def batch_sign_in(actor: Actor, batch: Batch, first: date | None = None, last: date | None = None) -> BatchSheet:
    """A blank sheet for the learners of a batch to sign at each session: of a week from the first day.

    Without a first day it is the next week with a session, this one too; else the last.

    Raises Invalid where the days are the wrong way round, too many, or without a session.
    """
    first = first or _next_monday(batch, last or batch.today())
    first, last = _days(batch, first, last, until=_later(first, 6))
    if (last - first).days >= LONGEST_SIGN_IN:
        raise Invalid(
            _("A sign-in sheet covers up to %(days)s days. Choose a month at a time.") % {"days": LONGEST_SIGN_IN},
            field="to",
        )
    sessions, _cancelled = _sessions(batch, first, last)
    if not sessions:
        raise Invalid(
            _("This batch has no sessions from %(first)s to %(last)s. Choose other days, or add a session first.")
            % {"first": date_format(first, "j M Y"), "last": date_format(last, "j M Y")},
            field="from",
            code="no_sessions",
        )
    heading = _heading(actor, batch, (first, last), title=_("Sign-in sheet"), name="sign-in", notes=_meetings(sessions))
    columns = [_column(session) for session in sessions]

    def learners() -> Iterator[Learner]:
        for learner in _learners(batch, columns, first, last):
            blank = "".join(OFF_REGISTER if letter == OFF_REGISTER else UNMARKED for letter in learner.marks)
            yield Learner(learner.name, learner.number, learner.email, blank)

    return BatchSheet(heading, columns, learners, is_blank=True, spare=SPARE_ROWS)


def _monday(day: date) -> date:
    return date.fromordinal(max(day.toordinal() - day.weekday(), 1))


def _next_monday(batch: Batch, today: date) -> date:
    days = batch.sessions.taking_place().order_by("date").values_list("date", flat=True)
    monday = _monday(today)
    near = days.filter(date__gte=monday).first() or days.filter(date__lt=monday).last()
    return _monday(near or today)


def _days(batch: Batch, first: date | None, last: date | None, *, until: date) -> tuple[date, date]:
    begin = first or batch.start_date or (last or until)
    end = last or max(until, begin)
    if end < begin:
        raise Invalid(_("The last day is before the first."), field="to")
    return begin, end


def _later(day: date, days: int) -> date:
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def _sessions(batch: Batch, first: date, last: date) -> tuple[list[ClassSession], int]:
    """Those that take place, in order and with the `others` who meet there, and how many are cancelled."""
    others = BatchMeeting.objects.filter(meeting=OuterRef("meeting")).exclude(batch=batch)
    rows = (
        batch.sessions.filter(date__range=(first, last))
        .select_related("meeting")
        .annotate(others=ArraySubquery(others.values("batch__code")))
        .order_by("date", F("start_time").asc(nulls_first=True), "pk")
    )
    taking_place = [session for session in rows if not session.is_cancelled]
    return taking_place, len(rows) - len(taking_place)


def _column(session: ClassSession) -> Column:
    return Column(
        key=str(session.pk),
        date=session.date,
        start_time=session.start_time,
        end_time=session.end_time,
        kind=str(session.get_session_type_display()),
        meeting=session.meeting.name if session.meeting.is_shared else "",
    )


def _meetings(sessions: Iterable[ClassSession]) -> list[str]:
    """The shared meetings among the sessions, each with its sign and with whom the batch shares it."""
    partners: dict[str, set[str]] = {}
    for session in sessions:
        if session.meeting.is_shared:
            partners.setdefault(session.meeting.name, set()).update(session.others)  # type: ignore[attr-defined]
    told = []
    for name, sign in meeting_signs(partners).items():
        words = _("%(meeting)s, shared with %(batches)s") if partners[name] else "%(meeting)s"
        told.append(f"{sign}: " + words % {"meeting": name, "batches": ", ".join(sorted(partners[name]))})
    return told


def meeting_signs(names: Iterable[str]) -> dict[str, str]:
    """A short sign for each shared meeting: its name has no room above a column."""
    return {name: f"S{number}" for number, name in enumerate(sorted(set(names), key=plain), 1)}


def _heading(
    actor: Actor,
    batch: Batch,
    days: tuple[date, date],
    *,
    title: str,
    name: str,
    facts: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
) -> Heading:
    first, last = days
    leads = InstructorAssignment.objects.leads().filter(batch=batch, from_date__lte=last)
    leads = leads.exclude(until_date__lt=first).exclude(until_date__lt=F("from_date"))
    begin, end = date_format(first, "j M Y"), date_format(last, "j M Y")
    span = begin if first == last else f"{begin} – {end}"
    return Heading(
        institution=actor.institution,
        title=title,
        subject=f"{batch.name} ({batch.code}), {span}",
        name=f"{name}-{_word(batch.code)}-{first}-{last}",
        zone=batch.zone,
        facts=_known_facts(
            (_("Course"), batch.course.title if batch.course else ""),
            (_("Department"), batch.department.name if batch.department else ""),
            (_("Branch"), batch.branch.name if batch.branch else ""),
            (_("Instructor"), _names(leads.values("instructor_id"))),
            *facts,
        ),
        notes=notes,
    )


def _known_facts(*facts: tuple[str, str]) -> list[tuple[str, str]]:
    return [(word, value) for word, value in facts if value]


def _names(ids: Any) -> str:
    people = User.objects.filter(pk__in=ids).order_by("full_name__plain").values_list("full_name", flat=True)
    return ", ".join(people)


def _word(text: str) -> str:
    """The text as a part of a file's name."""
    return slugify(text, allow_unicode=True)[:60] or "sheet"


# Whoever had a seat on one of the days, and whoever was marked all the same: each person once, whatever enrollments
# they had. Places are ids of sessions, or dates of daily records.
LEARNERS = f"""
WITH seat AS (
    SELECT own.student_id, array_agg(period.from_date) AS froms,
           array_agg(coalesce(period.until_date, '9999-12-31')) AS untils
    FROM enrollments_seatperiod AS period JOIN enrollments_enrollment AS own ON own.id = period.enrollment_id
    WHERE period.batch_id = %(batch)s AND period.from_date <= %(last)s
    AND (period.until_date IS NULL OR period.until_date >= greatest(period.from_date, %(first)s))
    GROUP BY own.student_id
), mark AS (
    SELECT student_id,
           array_agg(coalesce(session_id::text, record_date::text) ORDER BY id) AS places,
           string_agg(left(status, 1), '' ORDER BY id) AS letters
    FROM attendance_countedmark
    WHERE batch_id = %(batch)s AND record_date BETWEEN %(first)s AND %(last)s
    GROUP BY student_id
)
SELECT person.full_name, coalesce(affiliation.student_number, ''), person.email,
       seat.froms, seat.untils, mark.places, mark.letters
FROM seat FULL JOIN mark USING (student_id)
JOIN accounts_user AS person ON person.id = student_id
LEFT JOIN institutions_affiliation AS affiliation
    ON affiliation.user_id = person.id AND affiliation.institution_id = %(institution)s
ORDER BY {BY_FAMILY_NAME}, person.id
"""  # noqa: S608 - constants alone
AT_ONCE = 100


def _learners(batch: Batch, columns: Sequence[Column], first: date, last: date) -> Iterator[Learner]:
    """The lines of a sheet, read a hundred at a time."""
    place_of = {column.key: place for place, column in enumerate(columns)}
    with connection.chunked_cursor() as cursor:
        cursor.execute(LEARNERS, {"batch": batch.pk, "institution": batch.institution_id, "first": first, "last": last})
        while rows := cursor.fetchmany(AT_ONCE):
            for name, number, email, froms, untils, places, letters in rows:
                periods = list(zip(froms or (), untils or (), strict=True))
                marks = [
                    UNMARKED if any(begin <= column.date <= end for begin, end in periods) else OFF_REGISTER
                    for column in columns
                ]
                for place, letter in zip(places or (), letters or "", strict=True):
                    # A date whose first record was made this very moment has no column yet.
                    if place in place_of:
                        marks[place_of[place]] = letter
                yield Learner(name, number, email, "".join(marks))
