"""Students: who sees whom, and what of them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muster.enrollments.models import Enrollment, Payment
from muster.enrollments.rules import cancel_enrollment, hold_enrollment
from muster.institutions.models import Role
from tests.make import Campus, slot
from tests.pages import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def listed(user, query=""):
    response = signed_in(user).get(f"/students/{query}")
    assert response.status_code == 200
    return [row.full_name for row in response.context["listing"].table.data.data]


def shown(user, student):
    response = signed_in(user).get(f"/students/{student.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def running(campus, **fields):
    today = campus.admin.today()
    return campus.batch(start_date=today - timedelta(days=20), end_date=today + timedelta(days=60), **fields)


def test_admin_sees_every_student_and_nobody_else(campus):
    campus.instructor("A Teacher")
    campus.student("Zoe Last")
    campus.student("Amy First")
    Campus.found().student("Next Door")
    assert listed(campus.admin.user) == ["Amy First", "Zoe Last"]


def test_branch_manager_sees_the_learners_of_the_own_branch(campus):
    mine, other = campus.branch(), campus.branch()
    campus.enroll(running(campus, branch=mine), campus.student("Mine One"))
    campus.enroll(running(campus, branch=other), campus.student("Theirs Two"))
    campus.person(Role.STUDENT, "Mine By Role", branch=mine)
    campus.student("Nobody Yet")
    manager = campus.person(Role.BRANCH_MANAGER, branch=mine)
    assert listed(manager) == ["Mine By Role", "Mine One"]


def test_department_administrator_sees_the_learners_of_the_own_department(campus):
    mine = campus.department()
    campus.enroll(running(campus, department=mine), campus.student("By Batch"))
    campus.enroll(running(campus, course=campus.course(department=mine)), campus.student("By Course"))
    campus.enroll(running(campus), campus.student("Elsewhere"))
    assert listed(campus.person(Role.DEPT_ADMIN, department=mine)) == ["By Batch", "By Course"]


def test_instructor_sees_the_students_of_own_batches_without_their_contacts(campus):
    me = campus.instructor()
    learner = campus.student("My Learner")
    campus.enroll(running(campus, lead=me), learner)
    campus.enroll(running(campus), campus.student("Not Mine"))
    assert listed(me) == ["My Learner"]
    assert learner.email not in signed_in(me).get("/students/").content.decode()
    assert learner.email not in shown(me, learner)


def test_another_batch_of_a_seen_student_stays_unseen(campus):
    mine, other = campus.branch(), campus.branch(name="Far away")
    learner = campus.student()
    campus.enroll(running(campus, branch=mine, name="Near batch"), learner)
    campus.enroll(running(campus, branch=other, name="Far batch", code="FAR-1"), learner)
    manager = campus.person(Role.BRANCH_MANAGER, branch=mine)
    page, one = signed_in(manager).get("/students/").content.decode(), shown(manager, learner)
    for text in (page, one):
        for word in ("Far batch", "FAR-1", "Far away"):
            assert word not in text
    assert "Near batch" in one


@pytest.mark.parametrize("role", [Role.STUDENT, Role.REGULATOR])
def test_the_list_is_not_for_everybody(campus, role):
    assert signed_in(campus.person(role)).get("/students/").status_code == 403


def test_students_see_their_own_page_only(campus):
    me, other = campus.student("My Self"), campus.student()
    assert "My Self" in shown(me, me)
    assert signed_in(me).get(f"/students/{other.pk}/").status_code == 404


def test_student_sees_the_names_of_own_instructors_only(campus):
    me = campus.student()
    campus.enroll(running(campus, lead=campus.instructor("My Teacher")), me)
    running(campus, lead=campus.instructor("Other Teacher"))
    page = shown(me, me)
    assert "My Teacher" in page
    assert "Other Teacher" not in page


@pytest.mark.parametrize("pk", ["nothing", "00000000-0000-0000-0000-000000000000", "%00", "9" * 400])
def test_unknown_student_is_not_found(campus, pk):
    assert signed_in(campus.admin.user).get(f"/students/{pk}/").status_code == 404


def test_an_instructor_is_no_student(campus):
    assert signed_in(campus.admin.user).get(f"/students/{campus.instructor().pk}/").status_code == 404


def test_filters_count_and_narrow(campus):
    branch, department = campus.branch(name="North"), campus.department(name="Arts")
    course = campus.course(title="Drawing", department=department)
    batch = running(campus, course=course, branch=branch, name="Drawing one")
    campus.enroll(batch, campus.student("In There"))
    campus.enroll(running(campus), campus.student("In Other"))
    campus.student("Not Enrolled")
    admin = campus.admin.user
    for query in (
        f"?batch={batch.pk}",
        f"?course={course.pk}",
        f"?branch={branch.pk}",
        f"?department={department.pk}",
        "?q=there",
    ):
        assert listed(admin, query) == ["In There"]
    assert listed(admin, "?batch=none") == ["Not Enrolled"]
    page = signed_in(admin).get("/students/").content.decode()
    for option in ("Drawing one (1)", "North (1)", "Arts (1)", "Not in a batch (1)"):
        assert option in page


@pytest.mark.parametrize("name", ["department", "branch", "course", "batch", "active", "q", "sort", "page"])
@pytest.mark.parametrize("value", ["x", "%00", "9" * 300, "-1", "00000000-0000-0000-0000-000000000000"])
def test_made_up_filters_are_no_fault(campus, name, value):
    campus.enroll(running(campus))
    assert signed_in(campus.admin.user).get(f"/students/?{name}={value}").status_code == 200


def test_inactive_students_are_shown_when_asked_for(campus):
    gone = campus.student("Gone Away")
    gone.affiliations.update(is_active=False)
    campus.student("Still Here")
    assert listed(campus.admin.user) == ["Still Here"]
    assert listed(campus.admin.user, "?active=no") == ["Gone Away"]
    assert listed(campus.admin.user, "?active=all") == ["Gone Away", "Still Here"]


def test_the_number_of_statements_does_not_grow(campus):
    client = signed_in(campus.admin.user)

    def statements(path):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    learner = campus.student("First Learner")
    batch = running(campus, capacity=50, slots=[slot(1, "09:00", "10:00")])
    campus.enroll(batch, learner)
    one = f"/students/{learner.pk}/"
    statements("/students/")
    few = statements("/students/"), statements(one)
    for number in range(12):
        campus.enroll(batch)
        campus.enroll(running(campus, slots=[slot(2, "09:00", "10:00")], lead=campus.instructor()), learner)
        Payment.objects.create(
            institution=campus.institution,
            enrollment=learner.enrollments.first(),
            amount=Decimal(number),
            currency="EUR",
        )
    assert (statements("/students/"), statements(one)) == few
    # Among them one each for the totals of marks, certificates and what puts them at risk.
    assert max(few) <= 22


def test_the_export_holds_what_the_reader_may_see(campus):
    mine, other = campus.branch(), campus.branch()
    campus.enroll(running(campus, branch=mine, code="NEAR-1"), campus.student("Mine One"))
    campus.enroll(running(campus, branch=other), campus.student("Theirs Two"))
    manager = campus.person(Role.BRANCH_MANAGER, branch=mine)
    text = b"".join(signed_in(manager).get("/students/?export=csv").streaming_content).decode()
    assert "Mine One" in text
    assert "NEAR-1" in text
    assert "Theirs Two" not in text


def test_one_page_tells_enrollments_payments_week_and_history(campus):
    learner = campus.student("Whole Story")
    batch = running(campus, name="Now batch", slots=[slot(day, "09:00", "10:00") for day in range(1, 8)])
    now = campus.enroll(batch, learner)
    before = campus.enroll(running(campus, name="Then batch"), learner)
    cancel_enrollment(by=campus.admin, enrollment=before, reason="Changed shift")
    hold_enrollment(by=campus.admin, enrollment=now, reason="Travelling")
    Payment.objects.create(
        institution=campus.institution, enrollment=now, amount=Decimal("120.50"), currency="EUR", status="completed"
    )
    page = shown(campus.admin.user, learner)
    for word in ("Now batch", "Then batch", "120.50 EUR", "On hold in Now batch", "Travelling", "Changed shift"):
        assert word in page


def test_payments_are_not_for_instructors(campus):
    me, learner = campus.instructor(), campus.student()
    place = campus.enroll(running(campus, lead=me), learner)
    Payment.objects.create(institution=campus.institution, enrollment=place, amount=Decimal("77.70"), currency="EUR")
    page = shown(me, learner)
    assert "77.70" not in page
    assert "Enrollment history" not in page


@pytest.mark.parametrize("week", ["2031-02-03", "nonsense", "9999-12-31", "0001-01-01", "%00"])
def test_any_week_can_be_asked_for(campus, week):
    assert signed_in(campus.admin.user).get(f"/students/{campus.student().pk}/?week={week}").status_code == 200


def test_the_week_shows_what_meets_in_it(campus):
    learner = campus.student()
    batch = campus.batch(name="Spring batch", slots=[slot(3, "09:00", "10:00")])
    campus.enroll(batch, learner)
    client = signed_in(campus.admin.user)
    assert "Wednesday 9 January" in words_of(client.get(f"/students/{learner.pk}/?week=2030-01-09"))
    assert "No sessions this week" in client.get(f"/students/{learner.pk}/?week=2031-01-09").content.decode()


def test_a_seat_is_given_on_the_page(campus):
    learner, batch = campus.student("New Comer"), running(campus)
    client = signed_in(campus.admin.user)
    path = f"/students/{learner.pk}/enroll/"
    assert batch.code in client.get(path).content.decode()
    response = client.post(path, {"batchId": str(batch.pk), "enrollment_type": "scholarship"})
    assert (response.status_code, response["Location"]) == (302, f"/students/{learner.pk}/")
    assert Enrollment.objects.get(student=learner).enrollment_type == "scholarship"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"batchId": "x", "enrollment_type": "batch"},
        {"batchId": "x\x00", "enrollment_type": "batch"},
        {"batchId": "00000000-0000-0000-0000-000000000000", "enrollment_type": "batch"},
        {"batchId": "9" * 5000, "enrollment_type": "9" * 5000},
    ],
)
def test_made_up_seats_are_refused_at_their_field(campus, sent):
    learner = campus.student()
    running(campus)
    response = signed_in(campus.admin.user).post(f"/students/{learner.pk}/enroll/", sent)
    assert response.status_code == 400
    assert response.context["form"].errors["batchId"]


def test_branch_manager_gives_seats_in_the_own_branch_only(campus):
    mine, other = campus.branch(), campus.branch()
    learner = campus.person(Role.STUDENT, branch=mine)
    far = running(campus, branch=other)
    manager = signed_in(campus.person(Role.BRANCH_MANAGER, branch=mine))
    response = manager.post(f"/students/{learner.pk}/enroll/", {"batchId": str(far.pk), "enrollment_type": "batch"})
    assert response.status_code == 400
    assert not learner.enrollments.exists()
