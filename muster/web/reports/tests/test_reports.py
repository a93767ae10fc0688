"""The reports: who is how far, and how mentoring goes; each for those who look after these students."""

from datetime import date, datetime, timedelta

import pytest

from muster.allocation.rules import assign_student, unassign_student
from muster.attendance.models import AttendanceRecord
from muster.enrollments.rules import cancel_enrollment
from muster.institutions.models import Role
from muster.mentoring.models import MentoringSession
from muster.mentoring.rules import agree_goal, change_goal, schedule_sessions
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
PROGRESS, MENTORING = "/reports/progress/", "/reports/mentoring/"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def thandi(campus):
    return campus.instructor("Thandi Nkosi")


@pytest.fixture
def seat(campus, thandi):
    """Ada's, for ten days, in a batch that Thandi leads; she came once and was away once."""
    today = campus.admin.today()
    begins = today - timedelta(days=10)
    batch = campus.batch(name="Data analytics", lead=thandi, start_date=begins, end_date=today + timedelta(days=60))
    enrollment = campus.enroll(batch, campus.student("Ada Byron"), enrollment_date=begins)
    for days_ago, status in ((5, "PRESENT"), (2, "ABSENT")):
        AttendanceRecord.objects.create(
            institution=campus.institution,
            enrollment=enrollment,
            record_date=today - timedelta(days=days_ago),
            status=status,
            marked_at=campus.admin.now(),
        )
    return enrollment


def rows_of(campus, address, reader=None):
    listing = Browser(campus, reader).get(address).context["listing"]
    return [row.record for row in listing.table.rows]


def test_the_progress_report_says_who_is_how_far_and_when_they_last_came(campus, seat):
    other = campus.enroll(seat.batch, campus.student("Ben Okri"))
    found = words_of(Browser(campus).get(PROGRESS))
    assert "50% 1 of 2 sessions attended" in found
    assert [row.pk for row in rows_of(campus, f"{PROGRESS}?sort=-progress")] == [seat.pk, other.pk]
    cancel_enrollment(by=campus.admin, enrollment=other)
    assert [row.pk for row in rows_of(campus, PROGRESS)] == [seat.pk]
    assert len(rows_of(campus, f"{PROGRESS}?when=all")) == 2
    [line, _other] = Api(campus.token()).get("/exports/enrollments?format=json").data
    assert {name: line[name] for name in ("progress", "sessions_done", "sessions_due", "milestones_due")} == {
        "progress": 50,
        "sessions_done": 1,
        "sessions_due": 2,
        "milestones_due": 0,
    }
    assert line["last_attended"] == (campus.admin.today() - timedelta(days=5)).isoformat()


def test_the_mentoring_report_says_how_often_they_met_and_what_was_reached(campus, seat, thandi):
    assign_student(by=campus.admin, student=seat.student, instructor=thandi)
    meeting = {"by": campus.actor(thandi), "student": seat.student}
    noon = datetime.fromisoformat("2030-03-12T12:30")
    rows = schedule_sessions(**meeting, starts_at=noon, repeat_until=date(2030, 3, 26))
    today = campus.admin.today()
    for row, outcome, days_ago in zip(rows, ("held", "missed"), (9, 4), strict=False):
        ClassSession.objects.filter(mentoring=row).update(date=today - timedelta(days=days_ago))
        MentoringSession.objects.filter(pk=row.pk).update(outcome=outcome)
    goals = [agree_goal(**meeting, title=title, due_on=None) for title in ("Read", "Write", "Rest")]
    for goal, status in zip(goals, ("reached", "open", "dropped"), strict=True):
        change_goal(by=campus.admin, goal=goal, changes={"status": status})
    [row] = rows_of(campus, MENTORING)
    assert (row.held, row.missed, row.reached, row.agreed) == (1, 1, 1, 2)
    assert (row.last_contact, row.next_session) == (today - timedelta(days=9), date(2030, 3, 26))
    [line] = Api(campus.token()).get("/exports/mentoring?format=json").data
    # 40 * 1/2 and 20 * 1/2 of 60.
    assert (line["student_name"], line["progress"]) == ("Ada Byron", f"{seat.batch.code} 50%")
    unassign_student(by=campus.admin, student=seat.student)
    assert rows_of(campus, MENTORING) == []


def test_each_sees_those_they_look_after(campus, seat, thandi):
    assign_student(by=campus.admin, student=seat.student, instructor=campus.instructor("Somebody Else"))
    campus.enroll(campus.batch(name="Another"), campus.student())
    assert len(rows_of(campus, PROGRESS)) == 2
    assert [row.pk for row in rows_of(campus, PROGRESS, thandi)] == [seat.pk]
    assert rows_of(campus, MENTORING, thandi) == []
    elsewhere = campus.person(Role.BRANCH_MANAGER, branch=campus.branch())
    for address in (PROGRESS, MENTORING):
        assert rows_of(campus, address, elsewhere) == []
        assert Browser(campus, seat.student).get(address).status_code == 403
