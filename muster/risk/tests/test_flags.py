"""Who is flagged, why, and when a flag closes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import assign_student
from muster.batches.errors import BatchArchived
from muster.batches.rules import archive_batch
from muster.core.errors import Forbidden, Invalid
from muster.core.models import AuditEntry
from muster.core.ownership import as_owner, without_triggers
from muster.enrollments.rules import cancel_enrollment, hold_enrollment
from muster.notifications.models import Notification
from muster.risk.checks import INVARIANTS
from muster.risk.errors import FlagClosed, FlagNotReopened, NoContactYet
from muster.risk.models import Intervention, RiskFlag
from muster.risk.queries import open_flags_seen_by
from muster.risk.rules import (
    assign_owner,
    close_flag,
    escalate_flags,
    keep_flags,
    record_intervention,
    reopen_flag,
    send_digest,
)
from muster.risk.tests.make import RiskClass
from tests.make import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return RiskClass()


@pytest.mark.parametrize(
    ("letters", "reasons"),
    [
        # Three in a row; excused ones neither add to them nor end them.
        ("AAA", ["missed"]),
        ("AAEA", ["missed"]),
        ("AAPA", ["attendance"]),
        ("AA", None),
        ("AAAP", ["attendance"]),
        # At the limit is a risk, above it is none; before four marks count it says nothing.
        ("PPPA", ["attendance"]),
        ("PPPPA", None),
        ("PLA", None),
        ("PEEA", None),
        ("PAAA", ["attendance", "missed"]),
        ("PLPP", None),
    ],
)
def test_marks_that_flag_and_marks_that_do_not(room, letters, reasons):
    room.mark(letters)
    assert room.keep() == (1 if reasons else 0, 0)
    found = RiskFlag.objects.values_list("reasons", flat=True)
    assert list(found) == ([reasons] if reasons else [])


def test_the_course_has_a_minimum_of_its_own(room):
    room.mark("PPAP")
    course = room.batch.course
    course.minimum_attendance_percent = 60
    course.save()
    assert room.keep() == (0, 0)
    course.minimum_attendance_percent = 80
    course.save()
    assert room.keep() == (1, 0)
    flag = room.flag()
    assert (flag.minimum, str(flag.percent)) == (80, "75.0")


def test_a_flag_opens_once_follows_its_reasons_and_closes_when_they_are_gone(room):
    flag = room.flagged("AAA")
    assert room.keep() == (0, 0)
    room.mark("A")
    assert room.keep() == (0, 0)
    flag.refresh_from_db()
    assert (flag.reasons, flag.missed, str(flag.percent)) == (["attendance", "missed"], 4, "0.0")
    room.mark("P" * 13)
    assert room.keep() == (0, 1)
    flag.refresh_from_db()
    assert (flag.outcome, flag.closed_by) == ("recovered", None)
    assert flag.closed_at is not None
    room.mark("AAA")
    assert room.keep() == (1, 0)


def test_marks_so_far_below_the_limit_flag_until_they_are_better(room):
    room.give(39)
    assert room.keep() == (1, 0)
    assert (room.flag().reasons, str(room.flag().marks)) == (["marks"], "39.00")
    room.give(41)
    assert room.keep() == (0, 1)


def test_the_history_says_that_somebody_looked(room):
    flag = room.flagged()
    [entry] = AuditEntry.objects.filter(row_id=flag.pk)
    assert (entry.use_case, entry.by_name) == ("keep_risk_flags", "Muster")


def test_only_the_named_batches_are_looked_at(room):
    room.mark("AAA")
    other = room.campus.batch()
    assert keep_flags(by=room.system, batches=[other.pk]).opened == 0
    assert keep_flags(by=room.system, batches=[room.batch.pk]).opened == 1


@pytest.mark.parametrize("leave", [cancel_enrollment, hold_enrollment])
def test_who_leaves_or_pauses_is_not_flagged(room, leave):
    flag = room.flagged()
    leave(by=room.campus.admin, enrollment=room.seat, reason="Moved away")
    flag.refresh_from_db()
    assert flag.outcome == "left"
    assert room.keep() == (0, 0)


def test_of_an_archived_batch_nothing_is_written(room):
    flag, admin = room.flagged(), room.campus.admin
    archive_batch(by=admin, batch=room.batch)
    for write in (
        lambda: assign_owner(by=admin, flag=flag, owner=room.lead),
        lambda: record_intervention(by=admin, flag=flag, kind="call", note="No answer"),
        lambda: close_flag(by=admin, flag=flag, outcome="back"),
    ):
        with pytest.raises(BatchArchived):
            write()
    assert not open_flags_seen_by(admin).exists()
    assert (room.keep(), escalate_flags(by=room.system)) == ((0, 0), 0)


def test_an_archived_or_ended_batch_flags_nobody(room):
    room.mark("AAA")
    archive_batch(by=room.campus.admin, batch=room.batch)
    assert room.keep() == (0, 0)
    ended = RiskClass(room.campus, end_date=room.today - timedelta(days=1), status="Active")
    ended.mark("AAA")
    assert room.keep() == (0, 0)


def test_a_mentor_who_was_not_in_touch_for_weeks(room):
    student = room.seat.student
    assign_student(by=room.campus.admin, student=student, instructor=room.lead)
    assert room.keep() == (0, 0)
    with without_triggers("allocation.IndividualAssignment:assignment_is_ended_and_never_rewritten"):
        IndividualAssignment.objects.update(assigned_at=timezone.now() - timedelta(days=40))
    assert room.keep() == (1, 0)
    flag = room.flag()
    assert (flag.reasons, flag.contact_on is not None) == (["contact"], True)
    # The mentor calls: the reason is gone. What another documents is no contact with the mentor.
    record_intervention(by=room.campus.admin, flag=flag, kind="call", note="No answer")
    assert room.keep() == (0, 0)
    record_intervention(by=room.campus.actor(room.lead), flag=flag, kind="call", note="Bus strike")
    assert room.keep() == (0, 1)


def test_an_owner_is_told_and_a_contact_moves_the_day(room):
    flag = room.flagged()
    given = assign_owner(by=room.campus.admin, flag=flag, owner=room.lead)
    assert given.due_on == room.today + timedelta(days=7)
    [told] = Notification.objects.filter(kind="risk_task")
    assert told.title == f"Sipho Ndaba in {room.batch.code} needs you"
    assert told.text.startswith("Absent 3 times in a row. Get in touch by ")
    RiskFlag.objects.filter(pk=flag.pk).update(due_on=room.today - timedelta(days=1), escalated_at=timezone.now())
    record_intervention(by=room.campus.actor(room.lead), flag=flag, kind="talk", note="Works at night")
    flag.refresh_from_db()
    assert (flag.due_on, flag.escalated_at) == (room.today + timedelta(days=7), None)


def test_instructors_take_a_student_on_themselves_and_give_them_to_nobody_else(room):
    flag, lead = room.flagged(), room.campus.actor(room.lead)
    assert assign_owner(by=lead, flag=flag, owner=room.lead).owner == room.lead
    with pytest.raises(Forbidden):
        assign_owner(by=lead, flag=flag, owner=room.campus.admin.user)
    with pytest.raises(Invalid):
        assign_owner(by=room.campus.admin, flag=flag, owner=room.seat.student)


def test_the_owner_is_warned_beforehand_and_then_those_who_manage_the_batch_are_told(room):
    flag = room.flagged()
    assign_owner(by=room.campus.admin, flag=flag, owner=room.lead)
    assert escalate_flags(by=room.system) == 0
    RiskFlag.objects.update(due_on=room.today + timedelta(days=2))
    assert (escalate_flags(by=room.system), escalate_flags(by=room.system)) == (1, 0)
    warned = Notification.objects.filter(kind="risk_task").latest("created_at")
    assert warned.user == room.lead
    assert f"{room.campus.admin.user.full_name} will be notified." in warned.text
    RiskFlag.objects.update(due_on=room.today - timedelta(days=1))
    assert (escalate_flags(by=room.system), escalate_flags(by=room.system)) == (1, 0)
    [told] = Notification.objects.filter(kind="risk_escalated")
    assert told.user == room.campus.admin.user
    assert told.title == f"No one has contacted Sipho Ndaba in {room.batch.code}"


def test_a_letter_only_follows_a_documented_contact_and_stays_as_it_was(room):
    flag, admin = room.flagged(), room.campus.admin
    with pytest.raises(NoContactYet):
        record_intervention(by=admin, flag=flag, kind="letter")
    with pytest.raises(IntegrityError, match="documented"), transaction.atomic():
        Intervention.objects.create(
            institution=room.campus.institution, flag=flag, kind="letter", letter="Dear", happened_at=timezone.now()
        )
    record_intervention(by=admin, flag=flag, kind="call", note="No answer")
    room.campus.let(risk_letter="Dear {student}, {reasons}. {nonsense} {owner}")
    flag.enrollment.batch.institution.refresh_from_db()
    written = record_intervention(by=admin, flag=RiskFlag.objects.get(pk=flag.pk), kind="letter")
    name = admin.user.full_name
    assert written.letter == f"Dear Sipho Ndaba, – Absent 3 times in a row. {{nonsense}} {name}"
    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic(), as_owner():
        Intervention.objects.filter(pk=written.pk).update(letter="Other")


def test_a_contact_says_something_and_is_not_in_the_future(room):
    flag, admin = room.flagged(), room.campus.admin
    soon = timezone.now() + timedelta(hours=1)
    for wrong, field in (
        ({"kind": "call"}, "note"),
        ({"kind": "visit", "note": "x"}, "kind"),
        ({"kind": "call", "note": "x", "happened_at": soon}, "happened_at"),
        ({"kind": "call", "note": "x", "letter": "Dear"}, "letter"),
        ({"kind": "call", "note": "x" * 2001}, "note"),
    ):
        with pytest.raises(Invalid) as refused:
            record_intervention(by=admin, flag=flag, **wrong)
        assert [one.field for one in refused.value.errors] == [field]


def test_who_closes_a_flag_says_how_it_ended_and_is_left_in_peace_for_a_while(room):
    flag, admin = room.flagged(), room.campus.admin
    with pytest.raises(Invalid):
        close_flag(by=admin, flag=flag, outcome="recovered")
    close_flag(by=admin, flag=flag, outcome="agreed", note="Evening lessons")
    with pytest.raises(FlagClosed):
        record_intervention(by=admin, flag=flag, kind="call", note="Once more")
    # The same reasons stay quiet, until a further one comes.
    assert room.keep() == (0, 0)
    room.mark("A")
    assert room.keep() == (1, 0)
    with pytest.raises(FlagNotReopened):
        reopen_flag(by=admin, flag=flag)


def test_the_same_reasons_come_back_after_the_quiet_days(room):
    flag, admin = room.flagged(), room.campus.admin
    close_flag(by=admin, flag=flag, outcome="no_concern")
    assert reopen_flag(by=admin, flag=flag).is_open
    close_flag(by=admin, flag=flag, outcome="no_concern")
    RiskFlag.objects.filter(pk=flag.pk).update(closed_at=timezone.now() - timedelta(days=15))
    assert room.keep() == (1, 0)


def test_the_list_of_the_week_goes_to_managers_and_owners(room):
    flag = room.flagged()
    assert send_digest(by=room.system) == 1
    # Who has never come in gets no mail.
    room.lead.set_password(PASSWORD)
    room.lead.save()
    assign_owner(by=room.campus.admin, flag=flag, owner=room.lead)
    assert send_digest(by=room.system) == 2
    titles = Notification.objects.filter(kind="risk_digest").order_by("created_at").values_list("title", flat=True)
    assert list(titles) == ["1 student at risk, 1 without an owner", "1 student at risk", "1 student at risk"]


def test_the_database_keeps_one_open_flag_of_an_active_student(room):
    flag = room.flagged()
    again = {"institution": room.campus.institution, "reasons": ["missed"], "due_on": room.today}
    for made, match in (
        ({"enrollment": room.seat, **again}, "one_open_flag"),
        ({"enrollment": room.enroll("Ada"), **again, "reasons": ["mood"]}, "known_reasons"),
        ({"enrollment": room.enroll("Ben"), **again, "outcome": "back"}, "outcome"),
    ):
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            RiskFlag.objects.create(**made)
    cancel_enrollment(by=room.campus.admin, enrollment=room.seat)
    with pytest.raises(IntegrityError, match="active"), transaction.atomic():
        RiskFlag.objects.filter(pk=flag.pk).update(closed_at=None, outcome="")


def test_muster_check_finds_an_open_flag_of_who_left_and_closes_it(room):
    flag = room.flagged()
    assert INVARIANTS[0].contradictions() == []
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE enrollments_enrollment DISABLE TRIGGER risk_flags_close")
        cancel_enrollment(by=room.campus.admin, enrollment=room.seat)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE enrollments_enrollment ENABLE TRIGGER risk_flags_close")
    [found] = INVARIANTS[0].contradictions()
    assert found.words == f"Sipho Ndaba is flagged in {room.batch.code}, and not active there"
    assert list(INVARIANTS[0].repair([found])) == ["Closed 1 risk flag."]
    flag.refresh_from_db()
    assert (flag.outcome, INVARIANTS[0].contradictions()) == ("left", [])
