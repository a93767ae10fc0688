"""Transfers: one seat is left for another, for one student or many, and back again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from icalendar import Calendar

from muster.attendance.queries import register_of, with_attendance
from muster.attendance.rules import MarkInput, mark_register
from muster.batches.errors import BatchArchived
from muster.batches.rules import archive_batch
from muster.core.audit import history_of
from muster.core.errors import Invalid
from muster.enrollments.balances import balances_of, total_of
from muster.enrollments.errors import NotOpenForEnrollment, PaymentOfFormerSeat, TransferRefused
from muster.enrollments.models import Enrollment, Organisation, WaitlistEntry
from muster.enrollments.queries import clashes_of_many, own_clashes
from muster.enrollments.rules import (
    PaymentInput,
    add_payment,
    cancel_enrollment,
    change_capacity,
    change_enrollment,
    change_status,
    hold_enrollment,
    join_waitlist,
    move_payment,
    resume_enrollment,
    return_students,
    transfer_students,
)
from muster.notifications.models import Notification
from muster.notifications.rules import deliver
from tests.make import Campus, prove_email, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


@pytest.fixture
def course(campus):
    return campus.course(price=Decimal(500), currency="EUR")


def move(campus, seats, to, **how):
    return transfer_students(by=campus.admin, enrollments=seats, to=to, **how)


def outcomes(found):
    return [(one.outcome, one.code) for one in found.outcomes]


def counted(*batches):
    for batch in batches:
        batch.refresh_from_db()
    return [batch.enrolled_students for batch in batches]


# --- one ------------------------------------------------------------------------------------------------------------
def test_a_transfer_ends_one_seat_and_opens_another(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course, code="NEW-1")
    payer = Organisation.objects.create(institution=campus.institution, name="Harbour Works")
    seat = campus.enroll(old, source="fair", organisation=payer)
    [one] = move(campus, [seat], new, reason="Works mornings").outcomes
    seat.refresh_from_db()
    assert (seat.status, seat.transferred_to, seat.cancel_reason) == (
        "cancelled",
        one.enrollment,
        "Moved to NEW-1. Works mornings",
    )
    now = Enrollment.objects.get(pk=one.enrollment.pk)
    assert (now.batch, now.student, now.status) == (new, seat.student, "active")
    assert (now.enrollment_type, now.source, now.organisation) == ("corporate", "fair", payer)
    assert now.enrollment_date == new.today()
    assert counted(old, new) == [0, 1]


def test_history_tells_who_transferred_whom_and_why(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course)
    move(campus, [campus.enroll(old)], new, reason="Works mornings")
    for batch in (old, new):
        entry = history_of(batch).entries[0]
        assert (entry.use_case, entry.by_name, entry.reason) == (
            "transfer_students",
            campus.admin.user.full_name,
            "Works mornings",
        )


def test_whoever_is_on_hold_stays_so(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course)
    seat = hold_enrollment(by=campus.admin, enrollment=campus.enroll(old))
    [one] = move(campus, [seat], new).outcomes
    assert one.enrollment.status == "on_hold"
    assert counted(old, new) == [0, 1]
    assert not one.enrollment.seat_periods.exists()


def test_what_was_paid_counts_for_the_seat_that_the_student_has(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course)
    seat = campus.enroll(old)
    for amount, status in ((200, "completed"), (100, "pending")):
        add_payment(by=campus.admin, enrollment=seat, payment=PaymentInput(Decimal(amount), "EUR", status=status))
    [one] = move(campus, [seat], new).outcomes
    seat.refresh_from_db()
    [balance] = balances_of(one.enrollment)
    assert [balance.owed, balance.paid, balance.open, balance.pending] == [*map(Decimal, (500, 200, 300, 100))]
    assert balances_of(seat) == []
    assert total_of(Enrollment.objects.filter(student=seat.student)) == [balance]
    assert total_of(Enrollment.objects.filter(batch=new)) == [balance]
    assert total_of(Enrollment.objects.filter(batch=old)) == []
    # What was announced before is confirmed there.
    pending = one.enrollment.payments.get(status="pending")
    move_payment(by=campus.admin, payment=pending, status="completed")
    with pytest.raises(PaymentOfFormerSeat, match="was transferred to"):
        add_payment(by=campus.admin, enrollment=seat, payment=PaymentInput(Decimal(5), "EUR"))


def test_what_was_paid_goes_along_with_who_is_promoted_from_a_waitlist(campus, course):
    old, full = campus.batch(course=course), campus.batch(course=course, capacity=1)
    seat, blocker = campus.enroll(old), campus.enroll(full)
    add_payment(by=campus.admin, enrollment=seat, payment=PaymentInput(Decimal(200), "EUR", status="completed"))
    join_waitlist(by=campus.admin, student=seat.student, batch=full)
    cancel_enrollment(by=campus.admin, enrollment=blocker)
    now = Enrollment.objects.get(student=seat.student, status="active")
    assert now.batch == full
    [balance] = balances_of(now)
    assert [balance.owed, balance.paid, balance.open] == [*map(Decimal, (500, 200, 300))]
    assert total_of(Enrollment.objects.filter(student=seat.student)) == [balance]


def test_the_student_is_told(campus, course):
    old, new = campus.batch(course=course, code="OLD-1"), campus.batch(course=course, code="NEW-1")
    seat = campus.enroll(old)
    move(campus, [seat], new, reason="Works mornings")
    told = Notification.objects.get(user=seat.student, kind="transferred")
    assert told.title == "You've moved to NEW-1"
    assert "Your seat in OLD-1 has ended. Works mornings" in told.text


def test_the_mail_brings_the_sessions_of_the_new_batch(campus, course, mailoutbox):
    old = campus.batch(course=course)
    new = campus.batch(course=course, code="NEW-1", slots=[slot(2, "09:00", "10:00")])
    seat = campus.enroll(old)
    prove_email(seat.student)
    move(campus, [seat], new)
    told = Notification.objects.get(user=seat.student, kind="transferred")
    deliver(notification_id=str(told.pk))
    [mail] = [one for one in mailoutbox if one.to == [seat.student.email]]
    [(name, content, kind)] = mail.attachments
    assert (name, kind) == ("schedule.ics", "text/calendar; method=PUBLISH")
    sessions = Calendar.from_ical(content).walk("VEVENT")
    assert len(sessions) == new.sessions.filter(date__gte=new.today()).count() > 0


# --- refusals -------------------------------------------------------------------------------------------------------
def test_a_batch_that_takes_nobody_is_refused_in_words(campus, course):
    seat = campus.enroll(campus.batch(course=course))
    archived, over = campus.batch(course=course), campus.batch(course=course)
    archive_batch(by=campus.admin, batch=archived)
    with pytest.raises(BatchArchived, match="archived"):
        move(campus, [seat], archived)
    change_status(by=campus.admin, batch=over, status="Cancelled")
    with pytest.raises(NotOpenForEnrollment, match="is cancelled, so it does not accept enrollments"):
        move(campus, [seat], over)


def test_another_course_is_for_administrators_who_name_it(campus, course):
    old, other = campus.batch(course=course), campus.batch()
    seat = campus.enroll(old)
    with pytest.raises(Invalid, match="belongs to another course"):
        move(campus, [seat], other)
    with pytest.raises(Invalid, match="teaches another course"):
        move(campus, [seat], other, course=course)
    manager = campus.actor(campus.person("dept-admin", department=campus.department()))
    with pytest.raises(Invalid, match="Only an administrator"):
        transfer_students(by=manager, enrollments=[seat], to=other, course=other.course)
    [one] = move(campus, [seat], other, course=other.course).outcomes
    assert one.enrollment.course == other.course


@pytest.mark.parametrize("case", ["over", "twice", "same", "gone", "elsewhere"])
def test_whoever_cannot_be_moved_is_refused_by_name(campus, course, case):
    old, new = campus.batch(course=course), campus.batch()
    seat, how, to = campus.enroll(old), {"course": new.course}, new
    if case == "over":
        cancel_enrollment(by=campus.admin, enrollment=seat)
        code = "enrollment_over"
    elif case == "twice":
        move(campus, [seat], new, **how)
        code = "already_transferred"
    elif case == "same":
        code, to, how = "same_batch", old, {}
    elif case == "gone":
        seat.student.memberships.all().delete()
        code = "not_a_student"
    else:
        campus.enroll(campus.batch(course=new.course), seat.student)
        code = "already_enrolled"
    with pytest.raises(TransferRefused) as refused:
        move(campus, [seat], to, **how)
    assert refused.value.code == code
    assert seat.student.full_name in refused.value.message
    assert [one["outcome"] for one in refused.value.facts["students"]] == ["refused"]


def test_a_clash_with_another_batch_of_the_student_is_named(campus, course):
    old, new = (
        campus.batch(course=course, slots=[slot(day, "09:00", "10:00")], code=code)
        for day, code in ((1, "OLD"), (2, "NEW"))
    )
    other = campus.batch(slots=[slot(2, "09:30", "10:30")], code="OTHER")
    seat = campus.enroll(old)
    campus.enroll(other, seat.student)
    with pytest.raises(TransferRefused, match=r"NEW meets at the same time as .* \(OTHER\)") as refused:
        move(campus, [seat], new, accept_clash=False)
    assert refused.value.code == "own_clash"
    found = move(campus, [seat], new)
    assert [one.kind for one in found.warnings] == ["own_clash"]


def test_many_are_told_the_clashes_that_one_is_told(campus, course):
    asked = [campus.batch(course=course, slots=[slot(day, "09:00", "10:00")]) for day in (1, 2, 3)]
    others = [campus.batch(slots=[slot(day, "09:30", "11:00"), slot(3, "08:00", "09:01")]) for day in (1, 2)]
    seats = [campus.enroll(campus.batch(course=course)) for _each in range(3)]
    campus.enroll(others[0], seats[0].student)
    campus.enroll(others[1], seats[1].student)
    keys = [batch.pk for batch in asked]
    found = clashes_of_many(seats, keys)
    for seat in seats:
        theirs = own_clashes(seat.student, campus.institution.pk, keys)
        assert {batch: [*map(str, several)] for (who, batch), several in found.items() if who == seat.student_id} == {
            batch: [*map(str, several)] for batch, several in theirs.items()
        }
    assert len(found) == 4


def test_the_seat_that_is_left_does_not_clash(campus, course):
    old, new = (campus.batch(course=course, slots=[slot(1, "09:00", "10:00")]) for _each in range(2))
    assert move(campus, [campus.enroll(old)], new, accept_clash=False).warnings == []


# --- many -----------------------------------------------------------------------------------------------------------
def test_nobody_moves_where_somebody_cannot(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course, capacity=2)
    seats = [campus.enroll(old) for _each in range(3)]
    with pytest.raises(TransferRefused, match=r"1 of 3 students can't be transferred, so no one was\.") as refused:
        move(campus, seats, new)
    assert (refused.value.code, [one.field for one in refused.value.errors]) == ("batch_full", ["to_batch"])
    assert counted(old, new) == [3, 0]


def test_those_who_can_move_where_that_is_asked_for(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course, capacity=2)
    seats = [campus.enroll(old) for _each in range(3)]
    found = move(campus, seats, new, partial=True)
    assert outcomes(found) == [("transferred", ""), ("transferred", ""), ("refused", "batch_full")]
    assert counted(old, new) == [1, 2]


def test_whoever_gets_no_seat_waits_and_is_moved_when_one_frees(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course, capacity=2)
    seats = [campus.enroll(old) for _each in range(4)]
    found = move(campus, seats, new, join_waitlist=True)
    assert outcomes(found) == [("transferred", "")] * 2 + [("waitlisted", "")] * 2
    line = [place.student for place in WaitlistEntry.objects.waiting().filter(batch=new)]
    assert line == [seat.student for seat in seats[2:]]
    assert counted(old, new) == [2, 2]
    change_capacity(by=campus.admin, batch=new, capacity=3)
    seats[2].refresh_from_db()
    assert seats[2].transferred_to.batch == new
    assert counted(old, new) == [1, 3]


def test_a_waitlist_takes_no_more_than_it_may(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course, capacity=1, waitlist_capacity=1)
    seats = [campus.enroll(old) for _each in range(3)]
    found = move(campus, seats, new, join_waitlist=True, partial=True)
    assert outcomes(found) == [("transferred", ""), ("waitlisted", ""), ("refused", "waitlist_full")]


def test_two_hundred_move_in_as_many_statements_as_two(campus, course, django_assert_max_num_queries):
    old, new = (campus.batch(course=course, capacity=250) for _each in range(2))
    seats = [campus.enroll(old) for _each in range(22)]
    counts = []
    for some in (seats[:2], seats[2:]):
        with django_assert_max_num_queries(40) as counter:
            move(campus, some, new)
        counts.append(len(counter))
    assert counts[0] == counts[1]


# --- waitlists ------------------------------------------------------------------------------------------------------
def test_the_seat_that_is_left_goes_to_who_waits_for_it(campus, course):
    old, new = campus.batch(course=course, capacity=1), campus.batch(course=course)
    seat, waiting = campus.enroll(old), campus.student()
    join_waitlist(by=campus.admin, student=waiting, batch=old)
    move(campus, [seat], new)
    assert Enrollment.objects.get(batch=old, status="active").student == waiting


def offered_seat(campus, course):
    """A batch whose one seat is offered to the first in line, behind whom another one waits."""
    campus.institution.waitlist_mode = "offer"
    campus.institution.save()
    batch = campus.batch(course=course, capacity=1)
    blocker = campus.enroll(batch)
    first, second = campus.student(), campus.student()
    for student in (first, second):
        join_waitlist(by=campus.admin, student=student, batch=batch)
    cancel_enrollment(by=campus.admin, enrollment=blocker)
    return batch, first, second


def test_a_transfer_does_not_overtake_the_waitlist(campus, course):
    batch, _first, _second = offered_seat(campus, course)
    seat = campus.enroll(campus.batch(course=course))
    with pytest.raises(TransferRefused, match="maximum capacity"):
        move(campus, [seat], batch)


def test_a_seat_that_is_offered_is_taken_by_transfer(campus, course):
    batch, first, _second = offered_seat(campus, course)
    seat = campus.enroll(campus.batch(course=course), first)
    [one] = move(campus, [seat], batch).outcomes
    place = WaitlistEntry.objects.get(student=first)
    assert (place.status, place.enrollment) == ("accepted", one.enrollment)
    batch.refresh_from_db()
    assert (batch.enrolled_students, batch.seats_offered) == (1, 0)


def test_seats_kept_back_are_there_for_transfers(campus, course):
    campus.institution.seat_buffer_percent = 50
    campus.institution.save()
    old, new = campus.batch(course=course), campus.batch(course=course, capacity=2)
    campus.enroll(new)
    waiting = campus.student()
    join_waitlist(by=campus.admin, student=waiting, batch=new)
    found = move(campus, [campus.enroll(old)], new)
    assert [(one.kind, one.message) for one in found.warnings] == [
        ("seat_kept_back", "1 of these was a seat kept back for transfers and repeats: 0 left.")
    ]
    assert WaitlistEntry.objects.get(student=waiting).status == "waiting"


# --- and back -------------------------------------------------------------------------------------------------------
def test_a_transfer_is_undone_with_everything(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course)
    seat = campus.enroll(old, source="fair", enrollment_date=campus.admin.today() - timedelta(days=3))
    add_payment(by=campus.admin, enrollment=seat, payment=PaymentInput(Decimal(200), "EUR", status="completed"))
    [one] = move(campus, [seat], new).outcomes
    return_students(by=campus.admin, enrollments=[seat])
    seat.refresh_from_db()
    one.enrollment.refresh_from_db()
    assert (seat.status, seat.transferred_to, seat.cancel_reason, seat.cancelled_at) == ("active", None, "", None)
    assert one.enrollment.status == "cancelled"
    assert [balance.paid for balance in balances_of(seat)] == [200]
    assert counted(old, new) == [1, 0]
    # On every day of the time before and after, once.
    assert seat.seat_periods.on(seat.enrollment_date).count() == 1
    assert seat.seat_periods.on(campus.admin.today()).count() == 1
    assert not one.enrollment.seat_periods.on(campus.admin.today()).exists()


def test_a_payment_of_a_stale_form_is_sent_to_the_seat_that_the_student_has_again(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course)
    seat = campus.enroll(old)
    [one] = move(campus, [seat], new).outcomes
    return_students(by=campus.admin, enrollments=[seat])
    with pytest.raises(PaymentOfFormerSeat, match=f"is in {old.code} again") as refused:
        add_payment(by=campus.admin, enrollment=one.enrollment, payment=PaymentInput(Decimal(5), "EUR"))
    assert refused.value.facts == {"enrollment": str(seat.pk)}
    add_payment(by=campus.admin, enrollment=seat, payment=PaymentInput(Decimal(5), "EUR"))
    # Given up there and taken again here, it is the seat that is paid for.
    cancel_enrollment(by=campus.admin, enrollment=seat)
    resume_enrollment(by=campus.admin, enrollment=one.enrollment)
    add_payment(by=campus.admin, enrollment=one.enrollment, payment=PaymentInput(Decimal(5), "EUR"))


def test_a_transfer_is_not_undone_where_the_seat_is_gone(campus, course):
    old, new = campus.batch(course=course, capacity=1), campus.batch(course=course)
    seat, waiting = campus.enroll(old), campus.student()
    join_waitlist(by=campus.admin, student=waiting, batch=old)
    move(campus, [seat], new)
    with pytest.raises(TransferRefused, match=r"has no seat left for .*, so the transfer can't be undone") as refused:
        return_students(by=campus.admin, enrollments=[seat])
    assert refused.value.code == "batch_full"
    assert counted(old, new) == [1, 1]


def test_a_transfer_is_undone_once(campus, course):
    old, new = campus.batch(course=course), campus.batch(course=course)
    seat = campus.enroll(old)
    [one] = move(campus, [seat], new).outcomes
    return_students(by=campus.admin, enrollments=[seat])
    with pytest.raises(TransferRefused, match="has no transfer to undo"):
        return_students(by=campus.admin, enrollments=[seat])
    with pytest.raises(TransferRefused, match="has no transfer to undo"):
        return_students(by=campus.admin, enrollments=[one.enrollment])


def test_what_was_corrected_since_stays_when_a_transfer_is_undone(campus, course):
    old, new, payer = campus.batch(course=course), campus.batch(course=course), campus.organisation()
    seat = campus.enroll(old)
    [one] = move(campus, [seat], new).outcomes
    changes = {"organisation": payer, "source": "fair"}
    change_enrollment(by=campus.admin, enrollment=one.enrollment, changes=changes)
    return_students(by=campus.admin, enrollments=[seat])
    seat.refresh_from_db()
    assert (seat.organisation, seat.source) == (payer, "fair")


def test_whoever_came_back_to_the_course_since_is_named_when_a_transfer_is_not_undone(campus):
    old, other = campus.batch(), campus.batch()
    seats = [campus.enroll(old), campus.enroll(old)]
    move(campus, seats, other, course=other.course)
    campus.enroll(campus.batch(course=old.course), student=seats[1].student)
    with pytest.raises(TransferRefused) as refused:
        return_students(by=campus.admin, enrollments=seats)
    assert [one["student"]["full_name"] for one in refused.value.facts["students"]] == [seats[1].student.full_name]
    assert refused.value.code == "already_enrolled"


def test_what_was_paid_comes_back_with_a_seat_that_is_given_again(campus, course):
    batches = [campus.batch(course=course) for _each in range(3)]
    first = seat = campus.enroll(batches[0])
    add_payment(by=campus.admin, enrollment=seat, payment=PaymentInput(Decimal(200), "EUR", status="completed"))
    for batch in batches[1:]:
        [one] = move(campus, [seat], batch).outcomes
        seat = one.enrollment
    cancel_enrollment(by=campus.admin, enrollment=seat)
    again = change_enrollment(by=campus.admin, enrollment=first, changes={"status": "active"})
    assert [(balance.paid, balance.open) for balance in balances_of(again)] == [(Decimal(200), Decimal(300))]


# --- registers ------------------------------------------------------------------------------------------------------
def test_whoever_comes_back_on_the_same_day_has_one_line_and_one_mark(campus, course):
    day = campus.admin.today()
    fields = {"course": course, "start_date": day - timedelta(days=7), "end_date": day + timedelta(days=90)}
    old = campus.batch(slots=[slot(day.isoweekday(), "00:00", "00:05")], **fields)
    new = campus.batch(**fields)
    seat = campus.enroll(old, enrollment_date=day - timedelta(days=7))
    past, session = old.sessions.filter(date__lte=day).order_by("date")
    mark_register(by=campus.admin, session=past, marks=[MarkInput(seat.pk, "ABSENT")])
    [one] = move(campus, [seat], new).outcomes
    assert register_of(campus.admin, session).rows == []
    [back] = move(campus, [one.enrollment], old).outcomes
    [line] = register_of(campus.admin, session).rows
    assert line.enrollment_id == back.enrollment.pk
    mark_register(by=campus.admin, session=session, marks=[MarkInput(back.enrollment.pk, "PRESENT")])
    assert len(register_of(campus.admin, session).rows) == 1
    # Of the person, over all their seats in the batch.
    shown = with_attendance(Enrollment.objects.filter(batch=old, student=seat.student))
    assert set(shown.values_list("attendance_percent", flat=True)) == {Decimal("50.0")}
