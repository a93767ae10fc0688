"""Open for enrollment has one definition: the rule, the lists, the pages and the refusals agree."""

from datetime import date, timedelta

import pytest

from muster.batches.models import Batch
from muster.batches.rules import share_meeting
from muster.enrollments.errors import BatchFull, EnrollmentEnded, MeetsAtOnce
from muster.enrollments.opening import is_open_to, seats_left_of, taking_students, with_a_seat
from muster.enrollments.queries import offers_to, open_batches_of, open_siblings, own_clashes
from muster.enrollments.rules import enroll_student
from muster.institutions.models import Institution
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EAST, WEST = "Pacific/Kiritimati", "Pacific/Honolulu"


@pytest.fixture
def campus():
    """An institution that is a day ahead of its branch, and keeps a fifth of its seats back."""
    campus = Campus.found()
    set_up(campus, time_zone=EAST, seat_buffer_percent=20)
    return campus


def set_up(campus, **settings):
    Institution.objects.filter(pk=campus.institution.pk).update(**settings)
    campus.institution.refresh_from_db()


def pinned(campus, batch, **fields):
    """The batch with what no job has moved on."""
    Batch.objects.filter(pk=batch.pk).update(status="Active", status_pinned=True, **fields)
    batch.refresh_from_db()
    return batch


def test_python_and_the_lists_agree_on_what_is_open(campus):
    course, branch = campus.course(), campus.branch(time_zone=WEST)
    here = campus.batch(course=course, branch=branch).today()
    for begins, ends in ((-30, -1), (-30, 0), (-3, 30), (-2, 30), (0, 30), (5, 30)):
        for capacity, taken in ((5, 3), (5, 4), (5, 5), (1, 0)):
            batch = campus.batch(course=course, branch=branch, capacity=capacity)
            pinned(campus, batch, start_date=here + begins * DAY, end_date=here + ends * DAY)
            for _each in range(taken):
                enroll_student(by=campus.admin, student=campus.student(), batch=batch)
    campus.batch(course=course, status="Completed")
    student = campus.actor(campus.student())
    for until in (None, 0, 2, 3):
        set_up(campus, enroll_until_days=until)
        for actor in (campus.admin, student):
            actor.institution.refresh_from_db()
            every = list(Batch.objects.filter(course=course).select_related("institution", "branch"))
            expected = {batch.pk for batch in every if is_open_to(batch, actor, batch.today())}
            listed = with_a_seat(taking_students(actor, Batch.objects.filter(course=course)))
            assert {batch.pk for batch in listed} == expected
            for batch in taking_students(actor, Batch.objects.filter(course=course)):
                assert batch.seats_left == seats_left_of(batch, actor)
            assert {one.pk for one in open_siblings(Batch(course=course), actor, most=100)} == expected
            assert {one.pk for one in open_batches_of(course, actor) if one.seats_left != 0} == expected
        assert {one.pk for one in offers_to(student)} == expected
        # What is offered is given, and what is not offered is refused.
        for batch in every:
            if batch.pk in expected:
                continue
            with pytest.raises(Exception, match=r"took enrollments until|maximum capacity|does not accept"):
                enroll_student(by=student, student=student.user, batch=batch)


def test_the_day_of_an_enrollment_is_that_of_the_class(campus):
    batch = campus.batch(branch=campus.branch(time_zone=WEST))
    assert batch.today() < campus.admin.today()
    assert campus.enroll(batch).enrollment_date == batch.today()
    api = Api(campus.token())
    body = {"batchId": str(batch.pk), "enrollment_date": campus.admin.today().isoformat()}
    assert api.post(f"/enrollments/students/{campus.student().pk}/enroll", body).fields == ["enrollment_date"]
    [period] = batch.seat_periods.all()
    assert period.from_date == batch.today()


def test_a_student_comes_in_time_and_staff_is_told_that_it_is_late(campus):
    batch = campus.batch(branch=campus.branch(time_zone=WEST))
    here = batch.today()
    pinned(campus, batch, start_date=here - 30 * DAY, end_date=here - DAY)
    student = campus.student()
    with pytest.raises(EnrollmentEnded, match="took enrollments until"):
        enroll_student(by=campus.actor(student), student=student, batch=batch)
    reply = Api(campus.token()).post(f"/enrollments/students/{student.pk}/enroll", {"batchId": str(batch.pk)})
    assert reply.status == 201
    assert [one["field"] for one in reply.body["warnings"]] == ["batchId"]
    assert "took enrollments until" in reply.body["warnings"][0]["message"]


def test_a_refusal_proposes_only_what_would_take_the_student_and_says_what_is_kept_back(campus):
    course = campus.course()
    full, kept, free = (campus.batch(course=course, capacity=5, code=code) for code in ("FULL", "KEPT", "FREE"))
    for batch, taken in ((full, 5), (kept, 4), (free, 1)):
        for _each in range(taken):
            campus.enroll(batch)
    student = campus.student()
    for batch in (full, kept):
        batch.refresh_from_db()
        with pytest.raises(BatchFull) as refused:
            enroll_student(by=campus.actor(student), student=student, batch=batch)
        assert [one.code for one in refused.value.siblings] == ["FREE"]
        assert "FREE has 3 seats" in refused.value.message
        assert "Batch has reached maximum capacity" in refused.value.message
    assert "1 is kept back for transfers and repeats" in refused.value.message
    with pytest.raises(BatchFull) as refused:
        enroll_student(by=campus.admin, student=student, batch=full)
    assert [(one.code, one.seats_left) for one in refused.value.siblings] == [("KEPT", 1), ("FREE", 4)]
    reply = Api(campus.token()).post(f"/enrollments/students/{student.pk}/enroll", {"batchId": str(kept.pk)})
    assert "kept back for transfers and repeats: 0 of 1 is left" in reply.body["warnings"][0]["message"]


def test_the_seats_kept_back_that_are_left_are_counted_in_words(campus):
    campus.let(seat_buffer_percent=50)
    batch = campus.batch(capacity=6)
    told = [one.message for _each in range(6) for one in campus.enroll(batch).warnings]
    left = ("2 of 3 are left", "1 of 3 is left", "0 of 3 are left")
    assert told == [f"This was a seat kept back for transfers and repeats: {words}." for words in left]


def test_a_clash_with_the_own_timetable_is_named_and_wants_a_tick_on_pages(campus):
    batch = campus.batch(slots=[slot(1, "09:00", "11:00")])
    other = campus.batch(slots=[slot(1, "10:00", "12:00"), slot(2, "10:00", "12:00")], code="OTHER")
    student = campus.student()
    campus.enroll(other, student)
    [clash] = own_clashes(student, campus.institution.pk, [batch.pk])[batch.pk]
    assert (clash.batch, clash.on, clash.number) == (other, date(2030, 1, 7), 25)
    with pytest.raises(MeetsAtOnce):
        enroll_student(by=campus.admin, student=student, batch=batch, accept_clash=False)
    page = Browser(campus, student)
    path = f"/batches/{batch.pk}/enroll/"
    shown = words_of(page.get(path))
    assert "meets at the same time as" in shown
    assert "It meets Mon 09:00." in shown
    assert page.post(path).status_code == 400
    assert page.post(path, {"accept_clash": "on"}).status_code == 302


def test_every_page_that_enrolls_wants_the_tick(campus):
    first, second = (campus.batch(slots=[slot(1, "09:00", "11:00")]) for _each in range(2))
    student = campus.student()
    campus.enroll(first, student)
    browser = Browser(campus)
    sent = {"batchId": str(second.pk), "enrollment_type": "batch", "student": str(student.pk)}
    for path in (f"/students/{student.pk}/enroll/", f"/batches/{second.pk}/students/enroll/"):
        refused = browser.post(path, sent)
        assert (refused.status_code, "meets at the same time as" in words_of(refused)) == (400, True), path
    assert browser.post(f"/students/{student.pk}/enroll/", {**sent, "accept_clash": "on"}).status_code == 302
    assert second.enrollments.count() == 1


def test_the_fixed_call_goes_through_and_names_the_clash(campus):
    first, second = (campus.batch(slots=[slot(1, "09:00", "11:00")]) for _each in range(2))
    student = campus.student()
    campus.enroll(first, student)
    reply = Api(campus.token()).post(f"/enrollments/students/{student.pk}/enroll", {"batchId": str(second.pk)})
    assert reply.status == 201
    assert "meets at the same time as" in reply.body["warnings"][0]["message"]


def test_batches_that_meet_as_one_do_not_clash(campus):
    first, second = campus.batch(), campus.batch()
    share_meeting(by=campus.admin, name="Both", batches=[first, second], slots=[slot(1, "09:00", "10:00")])
    student = campus.student()
    campus.enroll(first, student)
    assert own_clashes(student, campus.institution.pk, [second.pk]) == {}
    assert campus.enroll(second, student).warnings == []
