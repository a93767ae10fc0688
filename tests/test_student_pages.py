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
from tests.make import House, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return House.found()


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


def running(house, **fields):
    today = house.admin.today()
    return house.batch(start_date=today - timedelta(days=20), end_date=today + timedelta(days=60), **fields)


def test_admin_sees_every_student_and_nobody_else(house):
    house.instructor("A Teacher")
    house.student("Zoe Last")
    house.student("Amy First")
    House.found().student("Next Door")
    assert listed(house.admin.user) == ["Amy First", "Zoe Last"]


def test_branch_manager_sees_the_learners_of_the_own_branch(house):
    mine, other = house.branch(), house.branch()
    house.enroll(running(house, branch=mine), house.student("Mine One"))
    house.enroll(running(house, branch=other), house.student("Theirs Two"))
    house.person(Role.STUDENT, "Mine By Role", branch=mine)
    house.student("Nobody Yet")
    manager = house.person(Role.BRANCH_MANAGER, branch=mine)
    assert listed(manager) == ["Mine By Role", "Mine One"]


def test_department_administrator_sees_the_learners_of_the_own_department(house):
    mine = house.department()
    house.enroll(running(house, department=mine), house.student("By Batch"))
    house.enroll(running(house, course=house.course(department=mine)), house.student("By Course"))
    house.enroll(running(house), house.student("Elsewhere"))
    assert listed(house.person(Role.DEPT_ADMIN, department=mine)) == ["By Batch", "By Course"]


def test_instructor_sees_the_students_of_own_batches_without_their_contacts(house):
    me = house.instructor()
    learner = house.student("My Learner")
    house.enroll(running(house, lead=me), learner)
    house.enroll(running(house), house.student("Not Mine"))
    assert listed(me) == ["My Learner"]
    assert learner.email not in signed_in(me).get("/students/").content.decode()
    assert learner.email not in shown(me, learner)


def test_another_batch_of_a_seen_student_stays_unseen(house):
    mine, other = house.branch(), house.branch(name="Far away")
    learner = house.student()
    house.enroll(running(house, branch=mine, name="Near batch"), learner)
    house.enroll(running(house, branch=other, name="Far batch", code="FAR-1"), learner)
    manager = house.person(Role.BRANCH_MANAGER, branch=mine)
    page, one = signed_in(manager).get("/students/").content.decode(), shown(manager, learner)
    for text in (page, one):
        for word in ("Far batch", "FAR-1", "Far away"):
            assert word not in text
    assert "Near batch" in one


@pytest.mark.parametrize("role", [Role.STUDENT, Role.REGULATOR])
def test_the_list_is_not_for_everybody(house, role):
    assert signed_in(house.person(role)).get("/students/").status_code == 403


def test_students_see_their_own_page_only(house):
    me, other = house.student("My Self"), house.student()
    assert "My Self" in shown(me, me)
    assert signed_in(me).get(f"/students/{other.pk}/").status_code == 404


def test_student_sees_the_names_of_own_instructors_only(house):
    me = house.student()
    house.enroll(running(house, lead=house.instructor("My Teacher")), me)
    running(house, lead=house.instructor("Other Teacher"))
    page = shown(me, me)
    assert "My Teacher" in page
    assert "Other Teacher" not in page


@pytest.mark.parametrize("pk", ["nothing", "00000000-0000-0000-0000-000000000000", "%00", "9" * 400])
def test_unknown_student_is_not_found(house, pk):
    assert signed_in(house.admin.user).get(f"/students/{pk}/").status_code == 404


def test_an_instructor_is_no_student(house):
    assert signed_in(house.admin.user).get(f"/students/{house.instructor().pk}/").status_code == 404


def test_filters_count_and_narrow(house):
    branch, department = house.branch(name="North"), house.department(name="Arts")
    course = house.course(title="Drawing", department=department)
    batch = running(house, course=course, branch=branch, name="Drawing one")
    house.enroll(batch, house.student("In There"))
    house.enroll(running(house), house.student("In Other"))
    house.student("Not Enrolled")
    admin = house.admin.user
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
    for option in ("Drawing one (1)", "North (1)", "Arts (1)", "Not enrolled (1)"):
        assert option in page


@pytest.mark.parametrize("name", ["department", "branch", "course", "batch", "active", "q", "sort", "page"])
@pytest.mark.parametrize("value", ["x", "%00", "9" * 300, "-1", "00000000-0000-0000-0000-000000000000"])
def test_made_up_filters_are_no_fault(house, name, value):
    house.enroll(running(house))
    assert signed_in(house.admin.user).get(f"/students/?{name}={value}").status_code == 200


def test_inactive_students_are_shown_when_asked_for(house):
    gone = house.student("Gone Away")
    gone.affiliations.update(is_active=False)
    house.student("Still Here")
    assert listed(house.admin.user) == ["Still Here"]
    assert listed(house.admin.user, "?active=no") == ["Gone Away"]
    assert listed(house.admin.user, "?active=all") == ["Gone Away", "Still Here"]


def test_the_number_of_statements_does_not_grow(house):
    client = signed_in(house.admin.user)

    def statements(path):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    learner = house.student("First Learner")
    batch = running(house, capacity=50, slots=[slot(1, "09:00", "10:00")])
    house.enroll(batch, learner)
    one = f"/students/{learner.pk}/"
    statements("/students/")
    few = statements("/students/"), statements(one)
    for number in range(12):
        house.enroll(batch)
        house.enroll(running(house, slots=[slot(2, "09:00", "10:00")], lead=house.instructor()), learner)
        Payment.objects.create(
            institution=house.institution,
            enrollment=learner.enrollments.first(),
            amount=Decimal(number),
            currency="EUR",
        )
    assert (statements("/students/"), statements(one)) == few
    assert max(few) <= 17


def test_the_export_holds_what_the_reader_may_see(house):
    mine, other = house.branch(), house.branch()
    house.enroll(running(house, branch=mine, code="NEAR-1"), house.student("Mine One"))
    house.enroll(running(house, branch=other), house.student("Theirs Two"))
    manager = house.person(Role.BRANCH_MANAGER, branch=mine)
    text = b"".join(signed_in(manager).get("/students/?export=csv").streaming_content).decode()
    assert "Mine One" in text
    assert "NEAR-1" in text
    assert "Theirs Two" not in text


def test_one_page_tells_enrollments_payments_week_and_history(house):
    learner = house.student("Whole Story")
    batch = running(house, name="Now batch", slots=[slot(day, "09:00", "10:00") for day in range(1, 8)])
    now = house.enroll(batch, learner)
    before = house.enroll(running(house, name="Then batch"), learner)
    cancel_enrollment(by=house.admin, enrollment=before, reason="Changed shift")
    hold_enrollment(by=house.admin, enrollment=now, reason="Travelling")
    Payment.objects.create(
        institution=house.institution, enrollment=now, amount=Decimal("120.50"), currency="EUR", status="completed"
    )
    page = shown(house.admin.user, learner)
    for word in ("Now batch", "Then batch", "EUR 120.50", "On hold in Now batch", "Travelling", "Changed shift"):
        assert word in page


def test_payments_are_not_for_instructors(house):
    me, learner = house.instructor(), house.student()
    place = house.enroll(running(house, lead=me), learner)
    Payment.objects.create(institution=house.institution, enrollment=place, amount=Decimal("77.70"), currency="EUR")
    page = shown(me, learner)
    assert "77.70" not in page
    assert "Enrollment history" not in page


@pytest.mark.parametrize("week", ["2031-02-03", "nonsense", "9999-12-31", "0001-01-01", "%00"])
def test_any_week_can_be_asked_for(house, week):
    assert signed_in(house.admin.user).get(f"/students/{house.student().pk}/?week={week}").status_code == 200


def test_the_week_shows_what_meets_in_it(house):
    learner = house.student()
    batch = house.batch(name="Spring batch", slots=[slot(3, "09:00", "10:00")])
    house.enroll(batch, learner)
    client = signed_in(house.admin.user)
    assert "Wednesday 9 January" in client.get(f"/students/{learner.pk}/?week=2030-01-09").content.decode()
    assert "No sessions this week" in client.get(f"/students/{learner.pk}/?week=2031-01-09").content.decode()


def test_a_seat_is_given_on_the_page(house):
    learner, batch = house.student("New Comer"), running(house)
    client = signed_in(house.admin.user)
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
def test_made_up_seats_are_refused_at_their_field(house, sent):
    learner = house.student()
    running(house)
    response = signed_in(house.admin.user).post(f"/students/{learner.pk}/enroll/", sent)
    assert response.status_code == 400
    assert response.context["form"].errors["batchId"]


def test_branch_manager_gives_seats_in_the_own_branch_only(house):
    mine, other = house.branch(), house.branch()
    learner = house.person(Role.STUDENT, branch=mine)
    far = running(house, branch=other)
    manager = signed_in(house.person(Role.BRANCH_MANAGER, branch=mine))
    response = manager.post(f"/students/{learner.pk}/enroll/", {"batchId": str(far.pk), "enrollment_type": "batch"})
    assert response.status_code == 400
    assert not learner.enrollments.exists()
