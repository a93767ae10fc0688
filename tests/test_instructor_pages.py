"""Instructors: what they carry, and who sees it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muster.allocation.rules import assign_student
from muster.attendance.rules import MarkInput, mark_register
from muster.batches.rules import assign_instructor, assign_lead, share_meeting
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from muster.institutions.models import Holiday, Role
from muster.people.models import InstructorProfile
from muster.people.rules import change_profile
from muster.timetable.models import ClassSession
from tests.make import Campus, slot
from tests.pages import words_of

pytestmark = pytest.mark.django_db
EVERY_DAY = [slot(day, "09:00", "10:30") for day in range(1, 8)]


@pytest.fixture
def campus():
    return Campus.found()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def rows_of(user, query=""):
    response = signed_in(user).get(f"/instructors/{query}")
    assert response.status_code == 200
    return {row.full_name: row for row in response.context["listing"].table.data.data}


def shown(user, instructor, query=""):
    response = signed_in(user).get(f"/instructors/{instructor.pk}/{query}")
    assert response.status_code == 200
    return response.content.decode()


def running(campus, **fields):
    today = campus.admin.today()
    return campus.batch(start_date=today - timedelta(days=20), end_date=today + timedelta(days=60), **fields)


def test_the_list_says_what_everybody_carries(campus):
    campus.student("A Student")
    busy, free = campus.instructor("Busy Bee"), campus.instructor("Free Bird")
    running(campus, lead=busy, slots=EVERY_DAY, name="Daily round")
    Campus.found().instructor("Next Door")
    rows = rows_of(campus.admin.user)
    assert set(rows) == {"Busy Bee", "Free Bird"}
    one = rows["Busy Bee"]
    assert (one.load, one.minutes) == (1, timedelta(hours=10.5))
    assert one.next_meeting["name"] == "Daily round"
    assert (rows["Free Bird"].load, rows["Free Bird"].minutes, rows["Free Bird"].next_meeting) == (0, None, None)
    assert free.email in signed_in(campus.admin.user).get("/instructors/").content.decode()


def test_ended_assignments_and_batches_carry_nothing(campus):
    before, now = campus.instructor("Was There"), campus.instructor("Is There")
    batch = running(campus, lead=before)
    assign_lead(by=campus.admin, batch=batch, instructor=now)
    rows = rows_of(campus.admin.user)
    assert (rows["Was There"].load, rows["Is There"].load) == (0, 1)


def test_the_next_meeting_is_not_on_a_holiday(campus):
    # What has begun today stays: from tomorrow on.
    first = campus.admin.today() + timedelta(days=1)
    campus.batch(
        start_date=first, end_date=first + timedelta(days=60), lead=campus.instructor("Busy Bee"), slots=EVERY_DAY
    )
    Holiday.objects.create(
        institution=campus.institution, name="Feast", start_date=first, end_date=first + timedelta(days=2)
    )
    starts = rows_of(campus.admin.user)["Busy Bee"].next_meeting["starts"]
    assert starts.startswith((first + timedelta(days=3)).isoformat())


def test_filters_narrow_by_load_and_by_what_is_taught(campus):
    campus.institution.max_active_batches = 1
    campus.institution.save()
    branch, department = campus.branch(), campus.department()
    course = campus.course(department=department)
    running(campus, lead=campus.instructor("At Limit"), branch=branch, department=department, course=course)
    campus.instructor("Has Room")
    admin = campus.admin.user
    for query in (f"?branch={branch.pk}", f"?department={department.pk}", f"?course={course.pk}", "?room=limit"):
        assert set(rows_of(admin, query)) == {"At Limit"}
    for query in ("?room=room", "?room=none", "?q=room"):
        assert set(rows_of(admin, query)) == {"Has Room"}


@pytest.mark.parametrize("name", ["department", "branch", "course", "active", "room", "q", "sort", "page"])
@pytest.mark.parametrize("value", ["x", "%00", "9" * 300, "-1"])
def test_made_up_filters_are_no_fault(campus, name, value):
    running(campus, lead=campus.instructor())
    assert signed_in(campus.admin.user).get(f"/instructors/?{name}={value}").status_code == 200


@pytest.mark.parametrize("order", ["name", "number", "load", "hours", "status", "-load", "-hours"])
def test_the_list_is_sorted_by_each_column(campus, order):
    running(campus, lead=campus.instructor(), slots=EVERY_DAY)
    campus.instructor()
    assert len(rows_of(campus.admin.user, f"?sort={order}")) == 2


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.STUDENT, Role.REGULATOR])
def test_the_list_is_for_those_who_run_batches(campus, role):
    assert signed_in(campus.person(role)).get("/instructors/").status_code == 403


def test_instructors_see_their_own_page_only(campus):
    me, other = campus.instructor("My Self"), campus.instructor()
    assert "My Self" in shown(me, me)
    assert signed_in(me).get(f"/instructors/{other.pk}/").status_code == 404


def test_students_see_no_instructor_page(campus):
    teacher, learner = campus.instructor(), campus.student()
    campus.enroll(running(campus, lead=teacher), learner)
    assert signed_in(learner).get(f"/instructors/{teacher.pk}/").status_code == 403


@pytest.mark.parametrize("pk", ["nothing", "00000000-0000-0000-0000-000000000000", "%00"])
def test_unknown_instructor_is_not_found(campus, pk):
    assert signed_in(campus.admin.user).get(f"/instructors/{pk}/").status_code == 404


def test_people_of_another_institution_are_not_found(campus):
    stranger = Campus.found().instructor()
    assert signed_in(campus.admin.user).get(f"/instructors/{stranger.pk}/").status_code == 404


def test_a_batch_of_another_branch_is_only_busy(campus):
    mine, other = campus.branch(), campus.branch()
    teacher = campus.instructor()
    running(campus, lead=teacher, branch=mine, name="Near batch", slots=[slot(1, "09:00", "10:00")])
    running(campus, lead=teacher, branch=other, name="Far batch", code="FAR-1", slots=EVERY_DAY[1:])
    manager = campus.person(Role.BRANCH_MANAGER, branch=mine)
    page = shown(manager, teacher)
    assert "Busy" in page
    listing = signed_in(manager).get("/instructors/").content.decode()
    for text in (page, listing):
        assert "Far batch" not in text
        assert "FAR-1" not in text
    assert "Near batch" in page


def test_now_planned_and_before_are_told_apart(campus):
    teacher, other = campus.instructor(), campus.instructor()
    running(campus, lead=teacher, name="Now batch")
    campus.batch(lead=teacher, name="Later batch")
    assign_instructor(
        by=campus.admin, batch=running(campus, lead=other, name="Helped batch"), instructor=teacher, role="assistant"
    )
    past = running(campus, lead=other, name="Past batch")
    today = campus.admin.today()
    past.instructor_assignments.create(
        institution=campus.institution, instructor=teacher, role="substitute",
        from_date=today - timedelta(days=9), until_date=today - timedelta(days=5),
    )  # fmt: skip
    response = signed_in(campus.admin.user).get(f"/instructors/{teacher.pk}/")
    names = {key: {held["batch"].name for held in response.context[key]} for key in ("now", "later", "before")}
    assert names == {"now": {"Now batch", "Helped batch"}, "later": {"Later batch"}, "before": {"Past batch"}}


def test_a_substitute_has_the_week_and_the_lead_is_free(campus):
    lead, stand_in = campus.instructor(), campus.instructor()
    batch = running(campus, lead=lead, name="Daily round", slots=EVERY_DAY)
    today = campus.admin.today()
    monday = today - timedelta(days=today.isoweekday() - 1)
    assign_instructor(
        by=campus.admin, batch=batch, instructor=stand_in, role="substitute",
        from_date=monday, until_date=monday + timedelta(days=6),
    )  # fmt: skip
    assert "No sessions this week" in shown(campus.admin.user, lead)
    assert "No sessions this week" not in shown(campus.admin.user, stand_in)


def test_a_shared_meeting_stands_once_in_the_week(campus):
    teacher = campus.instructor()
    one = running(campus, lead=teacher, code="ONE-1", slots=[])
    two = running(campus, lead=teacher, code="TWO-2", slots=[])
    share_meeting(
        by=campus.admin, name="Together", batches=[one, two], slots=[slot(2, "09:00", "10:00", instructor=teacher)]
    )
    response = signed_in(campus.admin.user).get(f"/instructors/{teacher.pk}/")
    entries = response.context["week"].entries
    assert [entry.code for entry in entries] == ["ONE-1, TWO-2"]


def test_the_page_says_what_they_carry_against_their_limits(campus):
    teacher = campus.instructor("Busy Bee")
    batch = running(campus, lead=teacher, slots=EVERY_DAY)
    for _each in range(3):
        campus.enroll(batch)
    for student in (campus.student(), campus.student()):
        assign_student(by=campus.admin, student=student, instructor=teacher)
    change_profile(by=campus.admin, instructor=teacher, changes={"max_mentees": 2, "max_active_batches": 5})
    words = words_of(signed_in(teacher).get(f"/instructors/{teacher.pk}/"))
    for said in ("Batches: 1 / 5", "Mentees: 2 / 2", "This week 10.5 h", "Active students 3"):
        assert said in words


def test_the_page_says_what_the_registers_of_their_classes_come_to(campus):
    first, teacher = campus.instructor("First Lead"), campus.instructor("Busy Bee")
    day = campus.admin.today() - timedelta(days=3)
    batch = running(campus, lead=first, slots=EVERY_DAY)
    students = [campus.enroll(batch) for _each in range(4)]
    with as_owner():
        SeatPeriod.objects.filter(batch=batch).update(from_date=batch.start_date)
    led = batch.instructor_assignments.get()
    led.until_date = day - timedelta(days=1)
    led.save()
    assign_instructor(by=campus.admin, batch=batch, instructor=teacher, role="lead", from_date=day)
    for days, statuses in ((0, "PRESENT LATE ABSENT EXCUSED"), (1, "PRESENT PRESENT PRESENT PRESENT")):
        session = ClassSession.objects.get(meeting=batch.pk, date=day + timedelta(days=days))
        marks = zip(students, statuses.split(), strict=True)
        plans = [MarkInput(one.pk, status, minutes_late=5 if status == "LATE" else None) for one, status in marks]
        mark_register(by=campus.admin, session=session, marks=plans)
    InstructorProfile.objects.update_or_create(
        institution=campus.institution, user=teacher, defaults={"average_rating": 4.5, "ratings": 2}
    )
    words = words_of(signed_in(campus.admin.user).get(f"/instructors/{teacher.pk}/"))
    assert "Registers taken 2 Attendance 85.7% Rating 4.5 out of 5 (2 ratings)" in words
    words = words_of(signed_in(first).get(f"/instructors/{first.pk}/"))
    assert "Registers taken 0 Attendance – Rating not rated yet" in words


def test_the_number_of_statements_does_not_grow(campus):
    client = signed_in(campus.admin.user)

    def statements(path):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    teacher = campus.instructor("First Teacher")
    running(campus, lead=teacher, slots=[slot(1, "06:00", "07:00")])
    one = f"/instructors/{teacher.pk}/"
    statements("/instructors/")
    few = statements("/instructors/"), statements(one)
    for number in range(7, 17):
        times = [slot(1, f"{number:02d}:00", f"{number + 1:02d}:00")]
        running(campus, lead=teacher, slots=times)
        running(campus, lead=campus.instructor(), slots=times)
    assert (statements("/instructors/"), statements(one)) == few
    assert max(few) <= 18


def test_the_export_holds_hours_as_numbers(campus):
    running(campus, lead=campus.instructor("Busy Bee"), slots=EVERY_DAY)
    text = b"".join(signed_in(campus.admin.user).get("/instructors/?export=csv").streaming_content).decode()
    assert "Busy Bee" in text
    assert "10.5" in text
