"""A student's own attendance: how much, which marks, and where to say that one cannot come."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.attendance.models import AttendanceRecord
from muster.attendance.notices import days_of
from muster.attendance.permissions import absences
from muster.attendance.queries import with_attendance, with_mark_counts
from muster.attendance.queries.percent import CAME
from muster.core.permissions import Access
from muster.courses.queries import minimum_attendance_of
from muster.enrollments.models import Enrollment
from muster.institutions.access import own_person, students
from muster.web.attendance.absences import absence_pill, visible_absences, where_of
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.widgets import percent

MOST_RECORDS, AT_ONCE = 100, 8
MOST_ABSENCES = 10

own = Access(Enrollment, {"see": students(own_person("student_id"))})


@page(own["see"])
def my_attendance_page(request: ActorRequest) -> HttpResponse:
    """The page, in a number of statements that does not grow with marks or absences."""
    actor = request.actor
    seats = (
        with_mark_counts(with_attendance(own.rows(actor))).filter(batch__isnull=False).select_related("batch", "course")
    )
    # Whoever left a batch and came back has one line of it: of the seat taken last.
    places: list[Any] = list(
        {seat.batch_id: seat for seat in seats.order_by("batch__start_date", "created_at")}.values()
    )
    places.reverse()
    for place in places:
        place.minimum = minimum_attendance_of(actor.institution, place.course)
        numbers = place.mark_numbers or {}
        place.came = sum(numbers.get(mark.lower(), 0) for mark in CAME)
        place.missed, place.excused = numbers.get("absent", 0), numbers.get("excused", 0)
    low = [place for place in places if _is_low(place)]
    records: list[Any] = list(
        AttendanceRecord.objects.filter(enrollment__in=own.rows(actor), status__isnull=False)
        .select_related("session__subject", "enrollment__batch")
        .annotate(files=Count("evidence", filter=Q(evidence__removed_at__isnull=True)))
        .order_by("-record_date", "-pk")[:MOST_RECORDS]
    )
    for record in records:
        record.what = _what(record)
    notices: list[Any] = list(visible_absences(actor).filter(student=actor.user)[:MOST_ABSENCES])
    for notice in notices:
        notice.days, notice.where = days_of(notice.first_date, notice.last_date), where_of(notice)
        notice.state = absence_pill(notice.stands)
    return render(
        request,
        "attendance/my_attendance.html",
        {
            "nav": "my-attendance",
            "places": places,
            "records": records[:AT_ONCE],
            "earlier": records[AT_ONCE:],
            "notices": notices,
            "minimum": " / ".join(percent(one) for one in sorted({place.minimum for place in low})),
            "low": low,
            "new_url": reverse("attendance:absence-new"),
            "all_url": f"{reverse('attendance:absences')}?when=all",
            "may_announce": absences.may(actor, "announce"),
            "title": _("My attendance"),
        },
    )


def _what(record: AttendanceRecord) -> str:
    """What the mark is of, in words."""
    session, batch = record.session, record.enrollment.batch
    said = (session.title or (session.subject.title if session.subject else "")) if session else ""
    return said or (batch.name if batch else "")


def _is_low(place: Any) -> bool:
    percentage = place.attendance_percent
    return percentage is not None and percentage < place.minimum and place.holds_a_seat
