"""Assigning instructors to students over the API, word for word as other programs speak it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.allocation.errors import NotAssigned
from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import assign_student, take_back_assignments, unassign_student
from muster.core.models import AuditEntry
from muster.institutions.models import Role
from muster.institutions.rules import PersonChange, RoleGrant, change_person, deactivate_person
from muster.notifications.models import Notification
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db

ASSIGN = "/v1/auth/assign-instructor-to-student"
ALL = "/v1/auth/get-all-students-with-instructors"
BULK = "/allocation/assignments/bulk"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


def pair(student, instructor, **more):
    return {"student_id": str(student.pk), "instructor_id": str(instructor.pk), **more}


def test_an_instructor_is_assigned_in_the_words_of_the_contract(campus, api):
    jane, john = campus.student("Jane Smith"), campus.instructor("Dr. John Smith")
    reply = api.post(ASSIGN, pair(jane, john, assignment_type="tutor", notes="Fundamentals"))
    assert (reply.status, reply.message) == (200, "Instructor assigned to student successfully")
    date = reply.data.pop("assignment_date")
    assert date.endswith("Z")
    assert reply.data == {
        "student_id": str(jane.pk),
        "student_name": "Jane Smith",
        "instructor_id": str(john.pk),
        "instructor_name": "Dr. John Smith",
        "assignment_type": "tutor",
        "notes": "Fundamentals",
        "warning": "",
    }


def test_without_a_type_it_is_a_mentor(campus, api):
    assert api.post(ASSIGN, pair(campus.student(), campus.instructor())).data["assignment_type"] == "mentor"


def test_the_students_of_an_instructor_are_listed(campus, api):
    john, jane, adam = campus.instructor("Dr. John Smith"), campus.student("Jane"), campus.student("Adam")
    for student in (jane, adam):
        api.post(ASSIGN, pair(student, john, notes="Goals"))
    reply = api.get(f"/v1/auth/instructor-students/{john.pk}")
    assert (reply.status, reply.message) == (200, "Students assigned to instructor fetched successfully")
    assert reply.data["instructor"] == {"id": str(john.pk), "name": "Dr. John Smith", "email": john.email}
    assert reply.data["total_students"] == 2
    first = reply.data["assigned_students"][0]
    assert first.pop("instructor_assignment_date")
    assert first == {
        "_id": str(adam.pk),
        "full_name": "Adam",
        "email": adam.email,
        "role": ["student"],
        "instructor_assignment_type": "mentor",
        "instructor_assignment_notes": "Goals",
    }


def test_an_assignment_is_ended_and_kept(campus, api):
    jane, john = campus.student("Jane Smith"), campus.instructor("Dr. John Smith")
    api.post(ASSIGN, pair(jane, john))
    reply = api.delete(f"/v1/auth/unassign-instructor-from-student/{jane.pk}", {"reason": "Parental leave"})
    assert (reply.status, reply.message) == (200, "Instructor unassigned from student successfully")
    assert reply.data == {
        "student_id": str(jane.pk),
        "student_name": "Jane Smith",
        "previous_instructor": {"id": str(john.pk), "name": "Dr. John Smith", "email": john.email},
    }
    kept = IndividualAssignment.objects.get(student=jane)
    assert kept.ended_at
    assert (kept.end_reason, kept.ended_by) == ("Parental leave", campus.admin.user)
    again = api.delete(f"/v1/auth/unassign-instructor-from-student/{jane.pk}")
    assert (again.status, again.message) == (400, "Jane Smith doesn't have an instructor.")


def test_every_student_is_listed_with_instructor_or_none(campus, api):
    jane, adam, john = campus.student("Jane"), campus.person(Role.CORPORATE_STUDENT, "Adam"), campus.instructor("John")
    api.post(ASSIGN, pair(jane, john, assignment_type="advisor"))
    reply = api.get(ALL)
    assert [(row["full_name"], row["role"]) for row in reply.data] == [
        ("Adam", ["corporate-student"]),
        ("Jane", ["student"]),
    ]
    alone, mentored = reply.data
    assert alone["_id"] == str(adam.pk)
    assert alone["assigned_instructor"] is None
    assert alone["instructor_assignment_type"] is None
    assert mentored["assigned_instructor"] == {"_id": str(john.pk), "full_name": "John", "email": john.email}
    assert mentored["instructor_assignment_type"] == "advisor"


def test_a_student_who_was_reassigned_often_is_listed_once(campus, api):
    jane = campus.student("Jane")
    for _each in range(3):
        assign_student(by=campus.admin, student=jane, instructor=campus.instructor(), replace=True)
    assert [row["full_name"] for row in api.get(ALL).data] == ["Jane"]
    assert api.get("/analytics/student-distribution").data == {"assigned": 1, "unassigned": 0}


def test_lists_cost_the_same_at_one_row_and_at_many(campus, api):
    john = campus.instructor()
    api.get(ALL)

    def cost(path):
        with CaptureQueriesContext(connection) as spent:
            assert api.get(path).status == 200
        return len(spent)

    paths = [ALL, f"/v1/auth/instructor-students/{john.pk}", "/analytics/student-distribution"]
    assign_student(by=campus.admin, student=campus.student(), instructor=john)
    few = [cost(path) for path in paths]
    for _each in range(12):
        assign_student(by=campus.admin, student=campus.student(), instructor=john)
    assert [cost(path) for path in paths] == few


def test_assigning_many_costs_the_same_as_assigning_two(campus, api):
    api.get(ALL)

    def cost(number):
        john = campus.instructor()
        rows = [pair(campus.student(), john) for _each in range(number)]
        with CaptureQueriesContext(connection) as spent:
            assert api.post(BULK, {"assignments": rows}).data["assigned"] == number
        return len(spent)

    assert cost(30) == cost(2)


# --- refusals ---------------------------------------------------------------------------------------------------------
def test_the_same_again_is_refused(campus, api):
    both = pair(campus.student(), campus.instructor())
    api.post(ASSIGN, both)
    for body in (both, {**both, "assignment_type": "mentor"}, {**both, "replace": True}):
        reply = api.post(ASSIGN, body)
        assert (reply.status, reply.message) == (400, "This instructor is already assigned to this student")


def test_without_a_type_the_same_two_are_refused_whatever_the_type_was(campus, api):
    both = pair(campus.student(), campus.instructor())
    api.post(ASSIGN, {**both, "assignment_type": "tutor"})
    assert api.post(ASSIGN, both).message == "This instructor is already assigned to this student"


def test_another_type_for_the_same_two_ends_the_first(campus, api):
    both = pair(campus.student(), campus.instructor())
    api.post(ASSIGN, both)
    assert api.post(ASSIGN, {**both, "assignment_type": "supervisor"}).status == 200
    rows = IndividualAssignment.objects.order_by("assigned_at")
    assert [(row.assignment_type, row.ended_at is None) for row in rows] == [("mentor", False), ("supervisor", True)]


def test_another_instructor_needs_to_be_told_to_replace(campus, api):
    jane, first, second = campus.student("Jane"), campus.instructor("Ann"), campus.instructor("Ben")
    api.post(ASSIGN, pair(jane, first))
    reply = api.post(ASSIGN, pair(jane, second))
    assert reply.status == 400
    assert "Ann is already assigned to Jane" in reply.message
    assert api.post(ASSIGN, pair(jane, second, replace=True)).data["instructor_name"] == "Ben"
    current = IndividualAssignment.objects.current().get()
    assert current.instructor == second


def test_who_is_no_instructor_is_refused_in_the_words_of_the_contract(campus, api):
    jane, adam = campus.student(), campus.student()
    reply = api.post(ASSIGN, pair(jane, adam))
    assert (reply.status, reply.message) == (400, "Assigned instructor must have instructor role")
    assert reply.fields == ["instructor_id"]
    gone = campus.instructor()
    deactivate_person(by=campus.admin, user=gone)
    assert api.post(ASSIGN, pair(jane, gone)).message == "Assigned instructor must have instructor role"


def test_who_is_no_student_is_refused(campus, api):
    reply = api.post(ASSIGN, pair(campus.instructor("Ann"), campus.instructor()))
    assert (reply.status, reply.fields) == (400, ["student_id"])
    assert reply.message == "Ann is not an active student here. Instructors can only be assigned to active students."


def test_nobody_is_their_own_instructor(campus, api):
    both = campus.student()
    change_person(
        by=campus.admin,
        user=both,
        change=PersonChange(roles=[RoleGrant(Role.STUDENT), RoleGrant(Role.INSTRUCTOR)]),
    )
    reply = api.post(ASSIGN, pair(both, both))
    assert (reply.status, reply.fields) == (400, ["instructor_id"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("student_id", "nobody"),
        ("student_id", None),
        ("student_id", 7),
        ("student_id", "00000000-0000-0000-0000-000000000000"),
        ("instructor_id", ""),
        ("instructor_id", None),
        ("assignment_type", "friend"),
        ("assignment_type", 1),
        ("notes", "x" * 2001),
        ("notes", ["list"]),
        ("replace", "yes"),
        ("replace", None),
    ],
)
def test_each_bad_value_names_its_field(campus, api, field, value):
    reply = api.post(ASSIGN, {**pair(campus.student(), campus.instructor()), field: value})
    assert (reply.status, reply.fields) == (400, [field])
    assert not IndividualAssignment.objects.exists()


def test_people_of_another_institution_are_nobody_here(campus, api):
    other = Campus.found()
    assert api.post(ASSIGN, pair(other.student(), campus.instructor())).fields == ["student_id"]
    assert api.post(ASSIGN, pair(campus.student(), other.instructor())).fields == ["instructor_id"]
    assert api.get(f"/v1/auth/instructor-students/{other.instructor().pk}").status == 404
    assert api.delete(f"/v1/auth/unassign-instructor-from-student/{other.student().pk}").status == 404


def test_a_branch_manager_assigns_the_students_of_the_branch(campus):
    branch = campus.branch()
    manager = campus.person(Role.BRANCH_MANAGER, branch=branch)
    api, john = Api(campus.token(manager)), campus.instructor()
    own, other = campus.person(Role.STUDENT, "Own", branch=branch), campus.student("Other")
    assert api.post(ASSIGN, pair(own, john)).status == 200
    assert api.post(ASSIGN, pair(other, john)).fields == ["student_id"]
    assert [row["full_name"] for row in api.get(ALL).data] == ["Own"]
    assert api.get("/analytics/student-distribution").data == {"assigned": 1, "unassigned": 0}
    assign_student(by=campus.admin, student=other, instructor=john)
    assert api.get(f"/v1/auth/instructor-students/{john.pk}").data["total_students"] == 1


def test_an_instructor_sees_own_students_alone(campus):
    john, ann, jane = campus.instructor(), campus.instructor(), campus.student()
    assign_student(by=campus.admin, student=jane, instructor=john)
    api = Api(campus.token(john))
    assert api.get(f"/v1/auth/instructor-students/{john.pk}").data["total_students"] == 1
    assert api.get(f"/v1/auth/instructor-students/{ann.pk}").status == 404
    assert api.get(ALL).status == 403


# --- many -------------------------------------------------------------------------------------------------------------
def test_many_are_assigned_or_none(campus, api):
    john, free, taken = campus.instructor(), campus.student(), campus.student()
    assign_student(by=campus.admin, student=taken, instructor=campus.instructor())
    rows = [pair(free, john), pair(taken, john)]
    reply = api.post(BULK, {"assignments": rows})
    assert (reply.status, reply.fields) == (400, ["assignments.1.instructor_id"])
    assert IndividualAssignment.objects.current().count() == 1
    reply = api.post(BULK, {"assignments": rows, "partial": True})
    assert (reply.status, reply.data["assigned"], reply.data["refused"]) == (200, 1, 1)
    assert [row["code"] for row in reply.data["outcomes"]] == ["", "already_assigned"]
    assert api.post(BULK, {"assignments": rows[1:], "replace": True}).data["assigned"] == 1


def test_a_student_named_twice_is_refused_the_second_time(campus, api):
    jane = campus.student()
    rows = [pair(jane, campus.instructor()), pair(jane, campus.instructor())]
    assert api.post(BULK, {"assignments": rows, "replace": True}).fields == ["assignments.1.student_id"]


@pytest.mark.parametrize("rows", [[], None, "all", [{}], [1]])
def test_bad_rows_are_refused(api, rows):
    reply = api.post(BULK, {"assignments": rows})
    assert reply.status == 400
    assert reply.fields[0].startswith("assignments")


def test_more_than_five_hundred_are_refused(campus, api):
    row = pair(campus.student(), campus.instructor())
    assert api.post(BULK, {"assignments": [row] * 501}).fields == ["assignments"]


def test_too_many_students_of_one_instructor_are_a_warning(campus, api):
    campus.institution.max_mentees = 1
    campus.institution.save()
    john = campus.instructor("John")
    assert api.post(ASSIGN, pair(campus.student(), john)).data["warning"] == ""
    warned = api.post(ASSIGN, pair(campus.student(), john))
    assert warned.status == 200
    assert warned.data["warning"] == "John now has 2 students. The recommended maximum is 1."


def test_who_ended_it_and_why_is_kept_in_the_history(campus):
    jane = campus.student()
    assign_student(by=campus.admin, student=jane, instructor=campus.instructor())
    unassign_student(by=campus.admin, student=jane, reason="Moved")
    came, ended = AuditEntry.objects.filter(table_name="allocation_individualassignment").order_by("pk")
    assert (came.before, "ended_at" in ended.before) == (None, True)
    assert (ended.use_case, ended.facts["reason"]) == ("unassign_student", "Moved")
    assert ended.by_id == campus.admin.user.pk


def test_student_and_instructor_are_introduced_to_each_other(campus, api):
    jane, john = campus.student("Jane Smith"), campus.instructor("John Smith")
    api.post(ASSIGN, pair(jane, john, assignment_type="tutor"))
    told = {row.user: (row.kind, row.title, row.text) for row in Notification.objects.all()}
    assert told[jane] == ("mentor_introduced", "John Smith is now your tutor", f"Contact: {john.email}.")
    assert told[john] == ("mentor_introduced", "You are now tutor to Jane Smith", "Jane Smith")
    assert len(told) == 2


def test_nobody_is_told_of_what_was_refused(campus, api):
    taken = campus.student()
    assign_student(by=campus.admin, student=taken, instructor=campus.instructor())
    Notification.objects.all().delete()
    api.post(BULK, {"assignments": [pair(campus.student(), campus.instructor()), pair(taken, campus.instructor())]})
    assert not Notification.objects.exists()


def told_of(user):
    return [(row.kind, row.title, row.text) for row in Notification.objects.filter(user=user).order_by("pk")]


def by_admin(campus):
    return f"Changed by {campus.admin.user.full_name}."


def test_both_are_told_when_it_ends_and_the_reason_stays_with_the_staff(campus, api):
    jane, john = campus.student("Jane"), campus.instructor("John")
    assign_student(by=campus.admin, student=jane, instructor=john, assignment_type="tutor")
    Notification.objects.all().delete()
    unassign_student(by=campus.admin, student=jane, reason="They do not get along")
    assert told_of(jane) == [("mentor_ended", "John is no longer your tutor", by_admin(campus))]
    assert told_of(john) == [("mentor_ended", "You are no longer tutor to Jane", by_admin(campus))]


def test_who_is_replaced_is_told_and_the_student_reads_of_both_at_once(campus, api):
    jane, ann, ben = campus.student("Jane"), campus.instructor("Ann"), campus.instructor("Ben")
    assign_student(by=campus.admin, student=jane, instructor=ann)
    Notification.objects.all().delete()
    assign_student(by=campus.admin, student=jane, instructor=ben, replace=True)
    text = f"They replace Ann. Contact: {ben.email}."
    assert told_of(jane) == [("mentor_introduced", "Ben is now your mentor", text)]
    assert told_of(ann) == [("mentor_ended", "You are no longer mentor to Jane", by_admin(campus))]
    assert told_of(ben) == [("mentor_introduced", "You are now mentor to Jane", "Jane")]


def test_another_type_for_the_same_two_is_no_end(campus, api):
    jane, ann = campus.student("Jane"), campus.instructor("Ann")
    assign_student(by=campus.admin, student=jane, instructor=ann)
    Notification.objects.all().delete()
    assign_student(by=campus.admin, student=jane, instructor=ann, assignment_type="advisor")
    assert [kind for kind, _title, _text in told_of(ann) + told_of(jane)] == ["mentor_introduced"] * 2


def test_replacing_many_of_one_tells_them_once(campus, api):
    ann, ben, students = campus.instructor("Ann"), campus.instructor("Ben"), [campus.student(), campus.student()]
    for student in students:
        assign_student(by=campus.admin, student=student, instructor=ann)
    Notification.objects.all().delete()
    api.post(BULK, {"assignments": [pair(student, ben) for student in students], "replace": True})
    names = ", ".join(student.full_name for student in students)
    assert told_of(ann) == [("mentor_ended", "You are no longer mentor to 2 students", f"{names}. {by_admin(campus)}")]


def test_who_stays_is_told_that_the_other_has_left(campus, api):
    jane, adam, ann = campus.student("Jane"), campus.student("Adam"), campus.instructor("Ann")
    for student in (jane, adam):
        assign_student(by=campus.admin, student=student, instructor=ann)
    Notification.objects.all().delete()
    assert api.delete(f"/users/{ann.pk}").status == 200
    gone = ("mentor_ended", "Ann is no longer your mentor", by_admin(campus))
    assert (told_of(jane), told_of(adam), told_of(ann)) == ([gone], [gone], [])


def test_who_loses_the_role_is_told_with_their_students(campus, api):
    jane, ann = campus.student("Jane"), campus.instructor("Ann")
    assign_student(by=campus.admin, student=jane, instructor=ann)
    Notification.objects.all().delete()
    assert api.put(f"/users/{ann.pk}", {"role": ["admin"]}).status == 200
    assert [kind for kind, _title, _text in told_of(ann) + told_of(jane)] == ["mentor_ended"] * 2


def test_a_change_of_roles_that_ends_nothing_tells_nobody(campus, api):
    jane, ann = campus.student("Jane"), campus.instructor("Ann")
    assign_student(by=campus.admin, student=jane, instructor=ann)
    Notification.objects.all().delete()
    assert api.put(f"/users/{ann.pk}", {"role": ["instructor", "admin"]}).status == 200
    assert not Notification.objects.exists()


def test_assigning_is_taken_back_student_by_student(campus):
    before, after = campus.instructor(), campus.instructor()
    had, none = campus.student(), campus.student()
    assign_student(by=campus.admin, student=had, instructor=before, assignment_type="tutor", notes="Maths")
    for student in (had, none):
        assign_student(by=campus.admin, student=student, instructor=after, replace=True)
    take_back_assignments(by=campus.admin, students=[had, none])
    [now] = IndividualAssignment.objects.current().filter(student__in=[had, none])
    assert (now.student, now.instructor, now.assignment_type, now.notes) == (had, before, "tutor", "Maths")
    assert IndividualAssignment.objects.filter(student=none).get().end_reason == "Undone"
    with pytest.raises(NotAssigned):
        take_back_assignments(by=campus.admin, students=[none])
