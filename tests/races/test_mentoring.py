"""One mentor, several students, one moment; and a mentoring that ends at that moment."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from muster.allocation.rules import assign_student, unassign_student
from muster.mentoring.models import MentoringQuestion, MentoringSession, MentoringTimeRequest, MentorRequest
from muster.mentoring.rules import (
    accept_time_request,
    ask_for_another_mentor,
    ask_for_another_time,
    ask_question,
    decline_time_request,
    schedule_sessions,
    withdraw_time_request,
)
from muster.timetable.models import Booking, ClassSession
from tests.make import Campus
from tests.races.rush import refused, rush, trigger, without, won

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime.fromisoformat("2030-03-12T12:30")


@pytest.fixture
def campus():
    return Campus.found()


def mentored(campus, mentor, count):
    students = [campus.student() for _each in range(count)]
    for student in students:
        assign_student(by=campus.admin, student=student, instructor=mentor)
    return students


def test_eight_students_at_once_and_the_mentor_meets_one(campus):
    mentor = campus.instructor()
    calls = [
        partial(schedule_sessions, by=campus.admin, student=one, starts_at=NOON) for one in mentored(campus, mentor, 8)
    ]
    outcomes = rush(calls)
    assert len(won(outcomes)) == 1, outcomes
    assert {error.code for error in refused(outcomes)} == {"schedule_conflict"}
    assert Booking.objects.filter(instructor=mentor).count() == 1


def stored(campus, meeting):
    """As the rule writes it, without its locks and checks."""
    when = {"date": NOON.date(), "start_time": NOON.time(), "end_time": NOON.replace(hour=13).time()}
    return ClassSession.objects.create(institution=campus.institution, meeting_id=meeting, is_edited=True, **when)


def meetings_of(campus):
    mentor = campus.instructor()
    for student in mentored(campus, mentor, 6):
        schedule_sessions(by=campus.admin, student=student, starts_at=NOON)
        ClassSession.objects.update(status="cancelled")
    return list(MentoringSession.objects.values_list("session__meeting_id", flat=True))


def test_without_the_locks_the_database_still_keeps_one(campus):
    outcomes = rush([partial(stored, campus, meeting) for meeting in meetings_of(campus)])
    assert len(won(outcomes)) == 1
    # Who have both written, and wait to learn whether the other stays, may be told of a deadlock.
    assert {type(outcome) for outcome in outcomes} - {OperationalError} <= {ClassSession, IntegrityError}
    assert ClassSession.objects.filter(status="scheduled").count() == 1


def test_control_without_the_constraint_the_mentor_is_in_several_places(campus):
    meetings = meetings_of(campus)
    with without("timetable_booking", constraints=["instructor_is_in_one_place_at_a_time"]):
        assert len(won(rush([partial(stored, campus, meeting) for meeting in meetings]))) == 6


def test_nobody_meets_who_is_no_longer_mentored(campus):
    for _each in range(6):
        [student] = mentored(campus, campus.instructor(), 1)
        rush(
            [
                partial(schedule_sessions, by=campus.admin, student=student, starts_at=NOON),
                partial(unassign_student, by=campus.admin, student=student),
            ]
        )
        assert not ClassSession.objects.filter(mentoring__assignment__student=student, status="scheduled").exists()


def test_of_many_requests_for_another_mentor_one_waits(campus):
    [student] = mentored(campus, campus.instructor(), 1)
    by = campus.actor(student)
    outcomes = rush([partial(ask_for_another_mentor, by=by, student=student, reason="No time")] * 6)
    assert len(won(outcomes)) == 1, outcomes
    assert {error.code for error in refused(outcomes)} == {"already_asked"}
    assert MentorRequest.objects.count() == 1


def test_without_the_locks_the_database_lets_one_request_wait(campus):
    [student] = mentored(campus, campus.instructor(), 1)
    pair = student.individual_assignments.get()
    ask = partial(MentorRequest.objects.create, institution=campus.institution, assignment=pair, reason="No time")
    outcomes = rush([ask] * 6)
    assert len(won(outcomes)) == 1
    assert {type(outcome) for outcome in outcomes} == {MentorRequest, IntegrityError}


def test_a_question_asked_while_the_mentor_changes_is_for_the_next_one(campus):
    for _each in range(6):
        [student] = mentored(campus, campus.instructor(), 1)
        following = campus.instructor()
        outcomes = rush(
            [
                partial(ask_question, by=campus.actor(student), student=student, question="Which chart?"),
                partial(assign_student, by=campus.admin, student=student, instructor=following, replace=True),
            ]
        )
        assert len(won(outcomes)) == 2, outcomes
        assert MentoringQuestion.objects.get(assignment__student=student).assignment.instructor == following


def test_without_the_locks_no_question_stays_with_a_pair_that_ended(campus):
    [student] = mentored(campus, campus.instructor(), 1)
    pair = student.individual_assignments.get()
    ask = partial(
        MentoringQuestion.objects.create, institution=campus.institution, assignment=pair, question="Which chart?"
    )
    end = partial(unassign_student, by=campus.admin, student=student)
    rush([end, ask])
    with pytest.raises(IntegrityError, match="assigned to each other"):
        ask()


def asked_for_another_time(campus):
    """A session at noon, and its student's request to meet three hours later; the student, as they act."""
    [student] = mentored(campus, campus.instructor(), 1)
    [row] = schedule_sessions(by=campus.admin, student=student, starts_at=NOON)
    by = campus.actor(student)
    return by, ask_for_another_time(by=by, session=row, starts_at=NOON + timedelta(hours=3))


def test_a_request_for_another_time_is_decided_once(campus):
    for _each in range(4):
        student, asked = asked_for_another_time(campus)
        mentor = campus.actor(asked.session.assignment.instructor)
        outcomes = rush(
            [
                *[partial(accept_time_request, by=by, request=asked) for by in (mentor, campus.admin)],
                *[partial(decline_time_request, by=by, request=asked) for by in (mentor, campus.admin)],
                partial(withdraw_time_request, by=student, request=asked),
            ]
        )
        assert len(won(outcomes)) == 1, outcomes
        assert {error.code for error in refused(outcomes)} == {"already_decided"}
        asked.refresh_from_db()
        session = ClassSession.objects.get(mentoring=asked.session_id)
        assert session.start_time.hour == (15 if asked.status == "accepted" else 12)


def decided(asked, status):
    """As the rules write it, without their locks and checks."""
    row = MentoringTimeRequest.objects.get(pk=asked.pk)
    row.status, row.decided_at = status, timezone.now()
    row.save(update_fields=["status", "decided_at"])
    return status


def decisions(asked):
    return [partial(decided, asked, status) for status in ("accepted", "declined", "withdrawn") * 2]


def test_without_the_locks_the_database_lets_one_decide(campus):
    _student, asked = asked_for_another_time(campus)
    outcomes = rush(decisions(asked))
    assert len(won(outcomes)) == 1, outcomes
    assert {type(outcome) for outcome in outcomes} == {str, IntegrityError}


def test_control_without_the_trigger_all_believe_that_they_decided(campus):
    _student, asked = asked_for_another_time(campus)
    with without(
        "mentoring_mentoringtimerequest", triggers=[trigger(MentoringTimeRequest, "time_request_is_decided_once")]
    ):
        assert len(won(rush(decisions(asked)))) == 6
