"""Enrolling many over the API: each row with its outcome, tried first, and as many as the contract says."""

import pytest

from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.institutions.models import Membership, Role
from muster.notifications.models import Notification
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db
PATH = "/enrollments/bulk"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def batch(campus):
    return campus.batch(capacity=2, branch=campus.branch())


def outcomes(answer):
    return [(one["outcome"], one["field"]) for one in answer.data["outcomes"]]


def test_each_row_has_its_outcome_and_is_found_by_id_email_and_code(campus, batch):
    first, second, third = (campus.student() for _each in range(3))
    rows = [
        {"student_id": str(first.pk), "batchId": str(batch.pk)},
        {"email": second.email.upper(), "batch_code": batch.code.lower()},
        {"student_id": str(first.pk), "batchId": str(batch.pk)},
        {"email": third.email, "batch_code": batch.code},
        {"email": "nobody@example.org", "batch_code": batch.code},
        {"email": third.email, "batch_code": "NONE"},
        {"email": third.email},
        {"email": third.email, "courseId": str(campus.course().pk)},
    ]
    answer = Api(campus.token()).post(PATH, {"rows": rows})
    assert answer.status == 200
    assert outcomes(answer) == [
        ("enrolled", ""),
        ("enrolled", ""),
        ("refused", "student_id"),
        ("refused", "batchId"),
        ("refused", "email"),
        ("refused", "batch_code"),
        ("refused", "batchId"),
        ("enrolled", ""),
    ]
    assert (answer.data["enrolled"], answer.data["refused"], Enrollment.objects.count()) == (3, 5, 3)
    assert answer.data["outcomes"][0]["enrollment"] == str(Enrollment.objects.get(student=first).pk)


def test_a_dry_run_says_the_same_and_changes_nothing(campus, batch):
    rows = [{"email": campus.student().email, "batchId": str(batch.pk)} for _each in range(3)]
    api, told = Api(campus.token()), Notification.objects.count()
    tried = api.post(PATH, {"rows": rows, "dry_run": True})
    assert outcomes(tried) == [("enrolled", ""), ("enrolled", ""), ("refused", "batchId")]
    batch.refresh_from_db()
    assert (Enrollment.objects.count(), Notification.objects.count(), batch.enrolled_students) == (0, told, 0)
    assert {one["enrollment"] for one in tried.data["outcomes"]} == {None}
    assert outcomes(api.post(PATH, {"rows": rows})) == outcomes(tried)


def test_full_batches_take_the_rest_on_their_waitlist(campus, batch):
    rows = [{"email": campus.student().email, "batchId": str(batch.pk)} for _each in range(4)]
    answer = Api(campus.token()).post(PATH, {"rows": rows, "join_waitlist": True})
    assert [one for one, _field in outcomes(answer)] == ["enrolled", "enrolled", "waiting", "waiting"]
    assert WaitlistEntry.objects.count() == answer.data["waiting"] == 2


def test_a_batch_of_another_course_is_refused_also_where_one_can_wait(campus, batch):
    row = {"email": campus.student().email, "batchId": str(batch.pk), "courseId": str(campus.course().pk)}
    for wait in (False, True):
        answer = Api(campus.token()).post(PATH, {"rows": [row], "join_waitlist": wait})
        assert outcomes(answer) == [("refused", "batchId")]


def test_an_organisation_pays_for_all_or_for_a_row(campus, batch):
    works, other = campus.organisation(), campus.organisation()
    students = [campus.student() for _each in range(2)]
    rows = [{"student_id": str(student.pk), "batchId": str(batch.pk)} for student in students]
    rows[1]["organisation_id"] = str(other.pk)
    Api(campus.token()).post(PATH, {"rows": rows, "organisation_id": str(works.pk)})
    found = dict(Enrollment.objects.values_list("student", "organisation"))
    assert found == {students[0].pk: works.pk, students[1].pk: other.pk}
    assert set(Enrollment.objects.values_list("enrollment_type", flat=True)) == {"corporate"}


def test_managers_enroll_into_their_own_part_and_students_nobody(campus, batch):
    elsewhere = campus.batch(branch=campus.branch())
    student = campus.enroll(batch).student
    manager = campus.person(Role.BRANCH_MANAGER, branch=batch.branch)
    rows = [{"student_id": str(student.pk), "batchId": str(elsewhere.pk)}]
    assert outcomes(Api(campus.token(manager)).post(PATH, {"rows": rows})) == [("refused", "batchId")]
    assert Api(campus.token(student)).post(PATH, {"rows": rows}).status == 403


def test_study_without_a_batch_is_given_by_who_manages_the_course(campus):
    own, other = campus.department(), campus.department()
    mine, theirs = campus.course(department=own), campus.course(department=other)
    admin = campus.person(Role.DEPT_ADMIN, department=own)
    student = campus.enroll(campus.batch(course=mine)).student
    manager = campus.person(Role.BRANCH_MANAGER, branch=campus.branch())
    for who, course in ((admin, theirs), (manager, mine), (manager, theirs)):
        api = Api(campus.token(who))
        rows = [{"student_id": str(student.pk), "courseId": str(course.pk)}]
        assert api.post(PATH, {"rows": rows}).data["enrolled"] == 0
        one = api.post(f"/enrollments/students/{student.pk}/enroll", {"courseId": str(course.pk)})
        assert one.status in (400, 404)
    assert not Enrollment.objects.filter(batch=None).exists()
    free = campus.course(department=own)
    row = {"student_id": str(student.pk), "courseId": str(free.pk)}
    assert outcomes(Api(campus.token(admin)).post(PATH, {"rows": [row]})) == [("enrolled", "")]
    # Who manages something and is a student too studies alone as a student.
    learner = campus.person(Role.BRANCH_MANAGER, branch=campus.branch())
    Membership.objects.create(user=learner, institution=campus.institution, role=Role.STUDENT)
    path = f"/enrollments/students/{learner.pk}/enroll"
    api, body = Api(campus.token(learner)), {"courseId": str(free.pk)}
    assert api.post(path, {**body, "enrollment_type": "scholarship"}).fields == ["enrollment_type"]
    assert api.post(path, body).status == 201


def test_too_many_rows_and_none_are_refused(campus, batch):
    row = {"email": "a@example.org", "batchId": str(batch.pk)}
    api = Api(campus.token())
    for rows in ([], [row] * 5001):
        refused = api.post(PATH, {"rows": rows})
        assert (refused.status, refused.fields) == (400, ["rows"])


def test_the_statements_that_find_rows_do_not_grow(campus, django_assert_max_num_queries):
    rows = [{"email": f"nobody{number}@example.org", "batch_code": "X"} for number in range(5000)]
    api = Api(campus.token())
    api.get("/auth/me")
    with django_assert_max_num_queries(12):
        answer = api.post(PATH, {"rows": rows, "dry_run": True})
    assert answer.data["refused"] == 5000
