"""Until when students cancel their own enrollment: by the rule, the page and the API alike."""

from datetime import timedelta

import pytest

from muster.enrollments.errors import CancelClosed
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import cancel_enrollment
from muster.institutions.models import Institution, Role
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


def set_up(campus, **settings):
    Institution.objects.filter(pk=campus.institution.pk).update(**settings)
    campus.institution.refresh_from_db()


def seat_in(campus, days, **batch):
    """A seat in a batch that begins so many days from now."""
    begins = campus.admin.today() + timedelta(days)
    return campus.enroll(campus.batch(start_date=begins, end_date=begins + timedelta(90), code="PY-07", **batch))


@pytest.mark.parametrize(
    ("until", "begins", "may"),
    [(None, -30, True), (0, 0, True), (0, -1, False), (7, -7, True), (7, -8, False), (-7, 7, True), (-7, 6, False)],
)
def test_the_deadline_counts_from_the_first_day(campus, until, begins, may):
    set_up(campus, cancel_until_days=until)
    seat = seat_in(campus, begins)
    answer = Api(campus.token(seat.student)).delete(f"/enrollments/{seat.pk}")
    assert answer.status == (200 if may else 400)


def test_a_refusal_says_until_when_and_whom_to_ask_by_every_door(campus):
    set_up(campus, cancel_until_days=0, contact_email="office@example.org")
    seat = seat_in(campus, -5)
    refused = Api(campus.token(seat.student)).delete(f"/enrollments/{seat.pk}")
    assert (refused.status, refused.body["code"]) == (400, "cancel_closed")
    sentence = refused.body["message"]
    assert sentence.startswith("You could leave PY-07 yourself until ")
    assert sentence.endswith("Ask your institution to cancel for you. office@example.org")
    page, url = Browser(campus, seat.student), f"/enrollments/{seat.pk}/cancel/"
    asked = page.get(url)
    assert sentence in words_of(asked)
    assert "Leave batch" not in words_of(asked)
    assert sentence in words_of(page.post(url))
    assert sentence in words_of(page.get(f"/batches/{seat.batch_id}/"))
    seat.refresh_from_db()
    assert seat.status == Enrollment.Status.ACTIVE


def test_where_students_do_not_cancel_staff_do(campus):
    set_up(campus, students_cancel=False, cancel_until_days=100)
    seat = seat_in(campus, 5)
    with pytest.raises(CancelClosed, match="Only your institution cancels"):
        cancel_enrollment(by=campus.actor(seat.student), enrollment=seat)
    assert cancel_enrollment(by=campus.admin, enrollment=seat).status == "cancelled"


def test_who_manages_it_is_not_bound_and_who_manages_another_part_is(campus):
    set_up(campus, cancel_until_days=0)
    here = campus.branch()
    seat = seat_in(campus, -5, branch=here)
    manager = campus.person(Role.BRANCH_MANAGER, branch=campus.branch())
    other = campus.enroll(seat.batch, _also_student(campus, manager))
    with pytest.raises(CancelClosed):
        cancel_enrollment(by=campus.actor(other.student), enrollment=other)
    own = campus.person(Role.BRANCH_MANAGER, branch=here)
    assert cancel_enrollment(by=campus.actor(own), enrollment=seat).status == "cancelled"


def _also_student(campus, person):
    campus.person(Role.STUDENT)
    person.memberships.create(institution=campus.institution, role=Role.STUDENT)
    return person


def test_the_day_is_that_of_the_batch(campus):
    """Where it meets it is a day later, so the deadline is over there already."""
    set_up(campus, cancel_until_days=0, time_zone="Pacific/Niue")
    seat = seat_in(campus, 0, branch=campus.branch(time_zone="Pacific/Kiritimati"))
    with pytest.raises(CancelClosed):
        cancel_enrollment(by=campus.actor(seat.student), enrollment=seat)


def test_study_alone_counts_from_its_own_first_day(campus):
    set_up(campus, cancel_until_days=-7)
    student = campus.student()
    api = Api(campus.token(student))
    made = api.post(f"/enrollments/students/{student.pk}/enroll", {"courseId": str(campus.course().pk)})
    assert api.delete(f"/enrollments/{made.data['_id']}").status == 200


def test_enrolling_says_until_when_one_can_cancel(campus):
    set_up(campus, cancel_until_days=-7)
    soon, later = (campus.admin.today() + timedelta(days) for days in (3, 30))
    page = Browser(campus, campus.student())
    for begins, said in ((later, "You can cancel until"), (soon, "only your institution can cancel")):
        batch = campus.batch(start_date=begins, end_date=begins + timedelta(60))
        assert said in words_of(page.get(f"/batches/{batch.pk}/enroll/"))
