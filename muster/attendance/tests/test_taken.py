"""A register is taken once everybody on it has a mark; until then it is asked for. Whoever counts it agrees."""

from datetime import time, timedelta

import pytest

from muster.attendance.checks import INVARIANTS
from muster.attendance.models import BatchTally
from muster.attendance.queries import marked_and_expected, register_of, sessions_in_full
from muster.attendance.queries.missing import missing_registers
from muster.attendance.rules import MarkInput, lock_register
from muster.attendance.rules.daily import mark_day
from muster.attendance.tests.test_marking import Class, session_of
from muster.attendance.tests.test_reminders import chase, ended, is_locked, set_hours
from muster.batches.models import BatchMeeting
from muster.batches.rules import archive_batch, share_meeting, unarchive_batch
from muster.core.checks import run_checks
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from muster.enrollments.rules import cancel_enrollment, delete_batch, hold_enrollment, resume_enrollment
from muster.timetable.models import ClassSession
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def room(campus):
    """A batch of two whose session was yesterday."""
    return ended(campus)


def asked(room):
    """Whether the register is asked for; whoever counts it says the same."""
    found = missing_registers(room.campus.admin).filter(pk=room.session.pk).exists()
    assert found is not marked_and_expected([room.session.pk])[room.session.pk].is_taken
    with as_owner():
        assert [str(one.fact) for one in run_checks(INVARIANTS) if not one.holds] == []
    return found


def mark(room, *numbers, status="PRESENT"):
    assert room.patch(*(room.row(number, status) for number in numbers)).status == 200


def until(enrollment, day):
    with as_owner():
        SeatPeriod.objects.filter(enrollment=enrollment).update(until_date=day)


def test_a_register_that_is_marked_in_part_is_asked_for_until_the_last_mark(room):
    assert asked(room)
    mark(room, 0)
    assert asked(room)
    assert marked_and_expected([room.session.pk])[room.session.pk][:2] == (1, 2)
    assert chase(room.campus) == 1
    mark(room, 1, status="EXCUSED")
    assert not asked(room)
    mark(room, 1, status=None)
    assert asked(room)
    mark(room, 0, status=None)
    assert asked(room)


def test_who_has_a_daily_record_alone_is_not_marked(room):
    mark(room, 0)
    marks = [MarkInput(room.enrollments[1].pk, "PRESENT")]
    mark_day(by=room.campus.admin, batch=room.batch, day=room.session.date, marks=marks)
    assert asked(room)


def test_who_is_enrolled_later_counts_from_the_first_day_of_the_seat(room):
    room.mark()
    room.enroll("Later", on=room.session.date + DAY)
    assert not asked(room)
    late = room.enroll("Back-dated", on=room.session.date)
    assert asked(room)
    room.enrollments.append(late)
    mark(room, 2)
    assert not asked(room)


def test_who_left_before_the_day_is_not_waited_for(room):
    mark(room, 0)
    until(room.enrollments[1], room.session.date)
    assert asked(room)
    until(room.enrollments[1], room.session.date - DAY)
    assert not asked(room)
    # Without anybody on it a register is not asked for, though it is not taken.
    mark(room, 0, status=None)
    until(room.enrollments[0], room.session.date - DAY)
    assert not missing_registers(room.campus.admin).exists()


def test_who_left_after_the_day_is(room):
    mark(room, 0)
    cancel_enrollment(by=room.campus.admin, enrollment=room.enrollments[1])
    assert asked(room)


def test_a_mark_of_somebody_without_a_seat_stands_for_nobody_else(room):
    mark(room, 0)
    until(room.enrollments[0], room.session.date - DAY)
    assert marked_and_expected([room.session.pk])[room.session.pk][:2] == (1, 1)
    assert asked(room)
    mark(room, 1)
    assert not asked(room)


def test_who_is_on_hold_is_not_waited_for(campus):
    room = ended(campus, days=0, title="Today")
    mark(room, 0)
    ClassSession.objects.filter(pk=room.session.pk).update(start_time=time(0), end_time=time(0, 1))
    taken = lambda: marked_and_expected([room.session.pk])[room.session.pk].is_taken  # noqa: E731
    assert not taken()
    hold_enrollment(by=campus.admin, enrollment=room.enrollments[1])
    assert taken()
    room.enrollments[1].refresh_from_db()
    resume_enrollment(by=campus.admin, enrollment=room.enrollments[1])
    assert not taken()


def test_who_leaves_and_comes_back_on_the_day_has_one_mark(room):
    room.mark()
    left = room.enrollments[0]
    cancel_enrollment(by=room.campus.admin, enrollment=left)
    until(left, room.session.date - DAY)
    room.enroll(student=left.student, on=room.session.date)
    assert not asked(room)


def test_batches_that_meet_as_one_are_all_waited_for_and_each_person_once(room):
    campus = room.campus
    other = Class(campus, 1, start_date=room.batch.start_date, end_date=room.batch.end_date)
    other.enroll(student=room.enrollments[0].student, on=room.batch.start_date)
    with as_owner():
        SeatPeriod.objects.filter(batch=other.batch).update(from_date=room.batch.start_date)
    meeting = share_meeting(
        by=campus.admin, name="Both", batches=[room.batch, other.batch], slots=[slot(2, "20:00", "21:00")]
    )
    day = room.session.date
    room.session = session_of(room.batch, day, meeting=meeting, start_time=time(11), end_time=time(12))
    mark(room, 0, 1)
    assert asked(room)
    assert set(BatchTally.objects.values_list("unmarked", "is_taken")) == {(1, False)}
    room.enrollments.append(other.enrollments[0])
    mark(room, 2)
    assert not asked(room)
    # A batch that joins later brings its learners to the sessions that were.
    third = Class(campus, 1, start_date=room.batch.start_date, end_date=room.batch.end_date)
    with as_owner():
        SeatPeriod.objects.filter(batch=third.batch).update(from_date=room.batch.start_date)
    link = BatchMeeting.objects.create(institution=campus.institution, meeting=meeting, batch=third.batch)
    assert asked(room)
    link.delete()
    assert not asked(room)


@pytest.fixture
def shared(room):
    """A class of two batches, whose learner of the other batch alone has no mark."""
    other = Class(room.campus, 1, start_date=room.batch.start_date, end_date=room.batch.end_date)
    with as_owner():
        SeatPeriod.objects.filter(batch=other.batch).update(from_date=room.batch.start_date)
    meeting = share_meeting(
        by=room.campus.admin, name="Both", batches=[room.batch, other.batch], slots=[slot(2, "20:00", "21:00")]
    )
    room.session = session_of(room.batch, room.session.date, meeting=meeting, start_time=time(11), end_time=time(12))
    room.other, room.enrollments = other.batch, [*room.enrollments, *other.enrollments]
    mark(room, 0, 1)
    return room


def test_nobody_waits_for_the_marks_of_an_archived_batch_while_the_class_goes_on(shared):
    room, admin = shared, shared.campus.admin
    assert asked(room)
    archive_batch(by=admin, batch=room.other)
    assert not asked(room)
    # They are on the register still, and nobody can mark them.
    register = register_of(admin, sessions_in_full(admin).get(pk=room.session.pk))
    assert [row.frozen for row in register.rows if row.status is None] == [True]
    assert room.patch(room.row(2, "PRESENT")).body["code"] == "batch_archived"
    mark(room, 0, status=None)
    assert asked(room)
    mark(room, 0)
    # Where no batch is left to go on, everybody counts, as in the class of one batch.
    archive_batch(by=admin, batch=room.batch)
    assert not missing_registers(admin).filter(pk=room.session.pk).exists()
    assert not marked_and_expected([room.session.pk])[room.session.pk].is_taken
    unarchive_batch(by=admin, batch=room.batch)
    assert not asked(room)
    unarchive_batch(by=admin, batch=room.other)
    assert asked(room)
    mark(room, 2)
    assert not asked(room)


def test_a_class_whose_learners_are_all_of_an_archived_batch_is_not_asked_for(shared):
    room = shared
    mark(room, 0, 1, status=None)
    for enrollment in room.enrollments[:2]:
        until(enrollment, room.session.date - DAY)
    assert asked(room)
    archive_batch(by=room.campus.admin, batch=room.other)
    assert not missing_registers(room.campus.admin).filter(pk=room.session.pk).exists()


def test_who_sits_in_a_batch_that_goes_on_too_is_marked_there(shared):
    room = shared
    both = room.enroll(student=room.enrollments[2].student, on=room.batch.start_date)
    with as_owner():
        SeatPeriod.objects.filter(enrollment=room.enrollments[2]).update(from_date=room.batch.start_date + DAY)
    archive_batch(by=room.campus.admin, batch=room.other)
    assert asked(room)
    room.enrollments[2] = both
    mark(room, 2)
    assert not asked(room)


def test_the_learners_of_a_deleted_batch_are_marked_and_waited_for(shared):
    cancel_enrollment(by=shared.campus.admin, enrollment=shared.enrollments[2])
    shared.other.refresh_from_db()
    delete_batch(by=shared.campus.admin, batch=shared.other)
    assert asked(shared)
    mark(shared, 2)
    assert not asked(shared)


def test_a_register_locked_in_part_is_not_asked_for_and_none_is_locked_so_by_itself(room):
    mark(room, 0)
    assert set_hours(room.campus, 1)() == 0
    assert not is_locked(room)
    lock_register(by=room.campus.admin, session=room.session)
    assert not missing_registers(room.campus.admin).exists()
    assert not marked_and_expected([room.session.pk])[room.session.pk].is_taken


def test_a_wrong_number_is_found_and_counted_anew(room):
    mark(room, 0)
    with as_owner():
        BatchTally.objects.update(unmarked=0)
        [found] = [one for one in run_checks(INVARIANTS) if not one.holds]
        assert str(found.fact) == "Every register's tally knows how many have no mark"
        assert all(one.holds for one in run_checks(INVARIANTS, repair=True))
    assert BatchTally.objects.get().unmarked == 1


def test_pages_and_the_api_say_how_many_are_left(room):
    mark(room, 0)
    browser, path = Browser(room.campus), f"/institution/attendance/cohorts/{room.batch.pk}"
    assert "1 left" in words_of(browser.get(path))
    assert "1 register not taken" in words_of(browser.get("/"))
    assert "0 registers taken" in words_of(browser.get(path))
    mark(room, 1)
    assert "1 register taken" in words_of(browser.get(path))


def test_the_filters_of_a_batch_have_it_among_those_not_taken_until_it_is(room):
    def listed():
        paths = (
            f"/institution/attendance/cohorts/{room.batch.pk}?state={state}" for state in ("open", "taken", "ahead")
        )
        listings = [Browser(room.campus).get(path).context["listing"] for path in paths]
        return [[row.pk for row in listing.table.data] for listing in listings]

    mark(room, 0)
    assert listed() == [[room.session.pk], [], []]
    mark(room, 1)
    assert listed() == [[], [room.session.pk], []]
