"""A register is read: by whom, and what it says."""

from datetime import timedelta

import pytest

from muster.attendance.tests.test_marking import DAY, Class, session_of
from muster.batches.rules import share_meeting
from muster.institutions.models import Affiliation, Membership, Role
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def room(campus):
    return Class(campus)


def read(room, user=None):
    return Api(room.campus.token(user)).get(f"/institution/class-sessions/{room.session.pk}")


def test_a_register_has_the_fields_of_the_contract(room):
    Affiliation.objects.filter(user=room.enrollments[0].student).update(student_number="S-1")
    room.mark(room.row(0, "LATE", minutes_late=4, notes="Bus"))
    room.api.put(f"/institution/class-sessions/{room.session.pk}/lock")
    data = read(room).data
    session, row = data["session"], data["register"][0]
    fixed = "session_id cohort_id date start_time end_time session_type location notes status is_locked locked_at"
    assert set(session) >= {*fixed.split(), "locked_by_user_id"}
    assert (session["session_id"], session["cohort_id"]) == (str(room.session.pk), str(room.batch.pk))
    assert (session["date"], session["start_time"], session["status"]) == ("2019-01-08", None, "held")
    assert (session["is_locked"], session["locked_by_user_id"]) == (True, str(room.campus.admin.user.pk))
    assert set(row) >= {"enrolment_id", "learner", "record_id", "status", "minutes_late", "notes", "evidence"}
    assert row["enrolment_id"] == str(room.enrollments[0].pk)
    assert row["learner"] == {
        "_id": str(room.enrollments[0].student.pk),
        "full_name": "Learner 00",
        "email": room.enrollments[0].student.email,
        "student_number": "S-1",
        "photo_url": None,
    }
    assert (row["status"], row["minutes_late"], row["notes"], row["evidence"]) == ("LATE", 4, "Bus", [])
    assert data["summary"] == {"PRESENT": 2, "ABSENT": 0, "LATE": 1, "EXCUSED": 0, "unmarked": 0, "total": 3}


def test_nobody_marked_yet_stands_as_null(room):
    row = read(room).data["register"][0]
    assert (row["record_id"], row["status"], row["marked_at"], row["marked_by"]) == (None, None, None, None)
    assert read(room).data["summary"]["unmarked"] == 3


def test_the_last_sessions_stand_beside_the_name_the_newest_last(room):
    statuses = ["ABSENT", "LATE", "EXCUSED", "PRESENT", "PRESENT", "ABSENT"]
    for number, status in enumerate(statuses):
        day = session_of(room.batch, DAY + timedelta(days=number))
        rows = [room.row(0, status), room.row(1, None)]
        room.api.patch(f"/institution/class-sessions/{day.pk}/records", {"records": rows})
    session_of(room.batch, DAY + timedelta(days=7))
    room.session = session_of(room.batch, DAY + timedelta(days=8))
    register = read(room).data["register"]
    assert [row["last_sessions"] for row in register] == ["LEPPA", "-----", "-----"]


def test_students_see_their_own_line_alone(room):
    room.mark(room.row(1, "ABSENT"))
    data = read(room, room.enrollments[1].student).data
    assert [row["learner"]["full_name"] for row in data["register"]] == ["Learner 01"]
    assert data["summary"] == {"PRESENT": 0, "ABSENT": 1, "LATE": 0, "EXCUSED": 0, "unmarked": 0, "total": 1}
    assert read(room, room.campus.student()).status == 404


def test_instructors_see_the_registers_of_their_own_batches(room):
    assert len(read(room, room.teacher).data["register"]) == 3
    assert read(room, room.campus.instructor()).status == 404


def test_of_a_shared_meeting_managers_see_their_own_part_and_teachers_the_class(campus):
    here, there = campus.branch(), campus.branch()
    ours, theirs = Class(campus, 2, branch=here), Class(campus, 1, branch=there)
    meeting = share_meeting(
        by=campus.admin, name="Together", batches=[ours.batch, theirs.batch], slots=[slot(2, "08:00", "10:00")]
    )
    ours.session = session_of(ours.batch, meeting=meeting)
    manager = campus.person(Role.BRANCH_MANAGER, branch=here)
    assert len(read(ours, manager).data["register"]) == 2
    assert len(read(ours, theirs.teacher).data["register"]) == 3
    assert len(read(ours).data["register"]) == 3
    # What a manager marks as a whole is their own part of it.
    reply = ours.mark(api=Api(campus.token(manager)))
    assert (reply.data["total"], reply.data["PRESENT"]) == (2, 2)
    assert theirs.marks() == [None]
    assert ours.patch(theirs.row(0, "ABSENT"), api=Api(campus.token(manager))).fields == ["records.0.enrolment_id"]


def test_someone_who_teaches_elsewhere_and_learns_here_is_a_student_here(room):
    person = room.campus.student()
    enrollment = room.enroll(student=person)
    Membership.objects.create(institution=room.campus.institution, user=person, role=Role.INSTRUCTOR)
    room.campus.batch(lead=person)
    data = read(room, person).data
    assert [row["enrolment_id"] for row in data["register"]] == [str(enrollment.pk)]
    assert room.mark(api=Api(room.campus.token(person))).fields == ["session_id"]
