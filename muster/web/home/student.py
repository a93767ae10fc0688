"""Home of a student: the next session of a batch or with their mentor, own courses, and what is open to enroll in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.assessment.permissions import opens_marks
from muster.assessment.queries import due_soon, totals_of, with_progress
from muster.assessment.totals import Total
from muster.attendance.queries.projection import own_enrollments
from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.batches.occurrences import occurrences_ahead
from muster.certificates.queries import own_certificates, valid_certificates
from muster.core.money import money
from muster.courses.queries import minimum_attendance_of
from muster.enrollments.balances import balances_of
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.queries import OwnClash, offers_to, own_clashes
from muster.enrollments.waitlists import places_of
from muster.feedback.queries import invitations_of
from muster.institutions.access import Actor
from muster.materials.queries import newest_materials
from muster.people.links import student_url
from muster.privacy.queries import consents_waiting
from muster.progression.queries import open_choices
from muster.web.certificates.certificates import certificate_rows
from muster.web.enrollments.words import (
    EnrollmentRow,
    balance_words,
    offer_url,
    offer_words,
    place_words,
    progress_rule,
)
from muster.web.feedback.words import own_line
from muster.web.home.attendance_cards import attendance_card
from muster.web.home.due import MOST_DUE, work_due
from muster.web.home.mentor import own_mentor
from muster.web.home.today import next_session
from muster.web.materials.rows import MaterialRow, words_of_place
from muster.web.ui.components import Tab
from muster.web.ui.widgets import unbroken_days

HORIZON = 120
MOST_STANDINGS, MOST_OFFERS, MOST_PAST, MOST_MATERIALS, MOST_CERTIFICATES = 4, 6, 5, 5, 3


def student_home(request: HttpRequest, actor: Actor, tabs: Sequence[Tab]) -> HttpResponse:
    """The page, in a number of statements that does not grow with enrollments or batches."""
    assert actor.user is not None  # noqa: S101
    now = actor.now()
    places = list(with_progress(own_enrollments(actor)).annotate(opens_marks=opens_marks(actor, "list")))
    seated = [
        place for place in places if place.status == Enrollment.Status.ACTIVE and place.batch and not place.frozen
    ]
    held = Batch.objects.filter(pk__in=[place.batch_id for place in seated])
    ahead = occurrences_ahead(actor, held, HORIZON) if seated else []
    mentor = own_mentor(actor, HORIZON)
    # Whichever is first, of a batch or with the mentor.
    to_come = [meeting for meeting in ahead if not meeting.is_over(now)] + list(mentor.to_come if mentor else ())
    to_come.sort(key=lambda meeting: meeting.starts_at)
    offers = list(offers_to(actor)[:MOST_OFFERS])
    clashes = own_clashes(actor.user, actor.owner_id, [batch.pk for batch in offers]) if seated else {}
    soon = 14 - now.isoweekday()
    cards = [
        attendance_card(place, minimum_attendance_of(actor.institution, place.course))
        for place in seated[:MOST_STANDINGS]
    ]
    current = sorted(
        (place for place in places if place.holds_a_seat), key=lambda place: place.status != Enrollment.Status.ACTIVE
    )
    past = [place for place in places if not place.holds_a_seat][:MOST_PAST]
    totals = totals_of([place.pk for place in (*current, *past)])
    shown = [_row(place, totals[place.pk]) for place in (*current, *past)]
    mine = [_place(place, now) for place in places_of(actor)]
    return render(
        request,
        "home/student.html",
        {
            "tabs": tabs,
            "consents_waiting": consents_waiting(actor),
            "now": now,
            **next_session(to_come, now),
            "soon": [meeting for meeting in to_come[1:] if meeting.days_away <= soon][:8],
            "current": shown[: len(current)],
            "past": shown[len(current) :],
            "progress_rule": progress_rule() if any(row.progress for row in shown) else "",
            "standings": [one for one in cards if one],
            "offered": [one for one in mine if one[3]],
            "places": [one for one in mine if not one[3]],
            "offers": [_offer(batch, clashes.get(batch.pk, ())) for batch in offers],
            "due": list(work_due(due_soon(actor)[:MOST_DUE])) if seated else [],
            "choices": open_choices(actor) if seated else [],
            "questions": [(one.round, own_line(one.round)) for one in invitations_of(actor)],
            "certificates": certificate_rows(valid_certificates(own_certificates(actor))[:MOST_CERTIFICATES]),
            "me_url": student_url(actor.user.pk),
            "materials": [(MaterialRow(row), words_of_place(row)) for row in newest_materials(actor, MOST_MATERIALS)],
            "mentor": mentor,
        },
    )


def _row(place: Enrollment, total: Total) -> EnrollmentRow:
    """What a student asks of an enrollment: when it meets, until when, whether it is paid."""
    held, until, cancelled, batch = place.holds_a_seat, place.access_expiry_date, place.cancelled_at, place.batch
    on_trial = held and place.enrollment_type == Enrollment.Type.TRIAL
    ends = _("Your trial ends on %(day)s") if on_trial else _("Access until %(day)s")
    lines = [
        week_in_words(batch.week) if held and batch else "",
        unbroken_days(batch.start_date, batch.end_date) if batch else "",
        *(balance_words(one) for one in (balances_of(place) if held else ())),
        ends % {"day": date_format(until, "j M Y")} if held and until else "",
        _("Cancelled on %(day)s") % {"day": date_format(cancelled, "j M Y")} if cancelled and not held else "",
    ]
    stay = [(_("Stay"), reverse("enrollments:convert", args=[place.pk]), "okc")]
    return EnrollmentRow(place, lines, stay if held and place.is_own_trial else (), total)


def _place(place: Any, now: datetime) -> tuple[Batch, str, str, bool]:
    """A batch for which the student waits, where they stand, where it leads, and whether a seat is offered."""
    is_offered = place.status == WaitlistEntry.Status.OFFERED
    words = offer_words(place, now.astimezone(place.batch.zone)) if is_offered else place_words(place)
    leave_url = reverse("enrollments:leave-place", args=[place.pk])
    return place.batch, words, offer_url(place) if is_offered else leave_url, is_offered


def _offer(batch: Any, clashes: Sequence[OwnClash]) -> tuple[Batch, list[str], str]:
    """A batch that the student may enroll in, lines about it, and what of their own meets at the same time."""
    clash = ", ".join(one.name for one in clashes)
    days = unbroken_days(batch.start_date, batch.end_date)
    lines = [
        week_in_words(batch.week),
        ", ".join(filter(None, (days, batch.branch.name if batch.branch else ""))),
        money(batch.course.price, batch.course.currency) if batch.course and batch.course.price else "",
    ]
    if batch.capacity is not None:
        free = {"free": batch.seats_left, "seats": batch.capacity}
        lines.append(_("%(free)d of %(seats)d seats free") % free)
    return batch, [one for one in lines if one], clash
