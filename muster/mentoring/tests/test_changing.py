"""From one mentor to the next: asked for, decided once, and what whoever follows may read."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from muster.allocation.rules import assign_student
from muster.core.errors import Forbidden, Invalid
from muster.core.models import AuditEntry
from muster.mentoring import rules
from muster.mentoring.errors import AlreadyAskedForMentor, MentorRequestDecided
from muster.mentoring.models import Handover, MentoringSession, MentorRequest, NoteLook
from muster.mentoring.permissions import goals, mentor_requests, mentoring_sessions
from muster.mentoring.queries import reads_summary, sessions_seen_by, waiting_mentor_requests
from muster.timetable.models import ClassSession
from tests.make import Campus

pytestmark = pytest.mark.django_db

NOON = datetime.fromisoformat("2030-03-12T12:30")


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def thandi(campus):
    return campus.instructor("Thandi Nkosi")


@pytest.fixture
def sipho(campus):
    return campus.instructor("Sipho Dube")


@pytest.fixture
def ada(campus, thandi):
    student = campus.student("Ada Byron")
    assign_student(by=campus.admin, student=student, instructor=thandi)
    return student


@pytest.fixture
def ask(campus, ada):
    return lambda: rules.ask_for_another_mentor(by=campus.actor(ada), student=ada, reason="We never find a time.")


@pytest.fixture
def met(campus, thandi, ada):
    """They met, with a summary and private notes, and agreed on something."""
    rows = rules.schedule_sessions(
        by=campus.admin, student=ada, starts_at=NOON, repeat_until=NOON.date() + timedelta(weeks=2)
    )
    ClassSession.objects.filter(pk=rows[0].session_id).update(date=NOON.date().replace(year=2020))
    changes = {"outcome": "held", "summary": "Joins", "private_notes": "Night shifts", "goals": [("Rest", None)]}
    rules.write_up_session(by=campus.actor(thandi), session=rows[0], changes=changes)
    return rows[0]


def change(campus, ada, to):
    assign_student(by=campus.admin, student=ada, instructor=to, replace=True)


def test_a_student_asks_once_and_the_mentor_learns_nothing(campus, thandi, ada, ask):
    row = ask()
    with pytest.raises(AlreadyAskedForMentor):
        ask()
    with pytest.raises(Forbidden):
        rules.ask_for_another_mentor(by=campus.admin, student=ada, reason="No")
    assert list(waiting_mentor_requests(campus.admin)) == [row]
    assert not mentor_requests.may(campus.actor(thandi), "see")
    kept = AuditEntry.objects.filter(table_name="mentoring_mentorrequest")
    assert [("never find" in str(vars(one))) for one in kept] == [False]


def test_approving_changes_the_mentor_and_ends_what_was_planned(campus, thandi, sipho, ada, met, ask):
    row = rules.approve_mentor_request(by=campus.admin, request=ask(), instructor=sipho)
    assert (row.status, row.decided_by) == ("approved", campus.admin.user)
    [pair] = ada.individual_assignments.filter(ended_at=None)
    assert pair.instructor == sipho
    assert (
        not ClassSession.objects.filter(mentoring__assignment__student=ada, status="scheduled")
        .exclude(pk=met.session_id)
        .exists()
    )
    with pytest.raises(MentorRequestDecided):
        rules.reject_mentor_request(by=campus.admin, request=row, note="No")
    with pytest.raises(IntegrityError, match="decided once"), transaction.atomic():
        MentorRequest.objects.update(status="pending", decided_at=None)


def test_rejecting_says_why_and_withdrawing_needs_nobody(campus, ada, ask):
    row = ask()
    with pytest.raises(Invalid):
        rules.reject_mentor_request(by=campus.admin, request=row, note=" ")
    assert rules.reject_mentor_request(by=campus.admin, request=row, note="Talk first").decision_note == "Talk first"
    again = ask()
    for _each in range(2):
        assert rules.withdraw_mentor_request(by=campus.actor(ada), request=again).status == "withdrawn"


def test_nobody_decides_on_a_mentor_who_already_changed(campus, sipho, ada, ask):
    row = ask()
    change(campus, ada, sipho)
    row.refresh_from_db()
    assert row.status == "withdrawn"
    assert not waiting_mentor_requests(campus.admin).exists()


def test_the_next_mentor_reads_summaries_and_goals_and_private_notes_once_released(campus, thandi, sipho, ada, met):
    change(campus, ada, sipho)
    by = campus.actor(sipho)
    [seen] = sessions_seen_by(by).filter(pk=met.pk)
    assert reads_summary(by, seen)
    assert [one.title for one in goals.rows(by)] == ["Rest"]
    assert not mentoring_sessions.allows(by, "read_notes", met)
    assert not mentoring_sessions.allows(by, "change", met)
    handover = Handover.objects.get()
    with pytest.raises(Forbidden):
        rules.hand_over(by=by, handover=handover, note="", notes_released=True)
    rules.hand_over(by=campus.actor(thandi), handover=handover, note="Mornings.", notes_released=True)
    assert mentoring_sessions.allows(by, "read_notes", met)
    assert rules.read_private_notes(by=by, session=MentoringSession.objects.get(pk=met.pk)) == "Night shifts"
    assert NoteLook.objects.get().looked_by == sipho
    # The one after reads them too; whoever mentored before reads on what is theirs alone.
    change(campus, ada, campus.instructor())
    assert not mentoring_sessions.allows(by, "see", met)


def test_a_former_mentor_is_asked_once(campus, sipho, ada, met):
    change(campus, ada, sipho)
    assert rules.ask_for_handovers(by=campus.admin) == 1
    assert rules.ask_for_handovers(by=campus.admin) == 0


def test_the_same_mentor_in_another_role_hands_nothing_over(campus, thandi, ada):
    assign_student(by=campus.admin, student=ada, instructor=thandi, assignment_type="tutor")
    assert not Handover.objects.exists()
