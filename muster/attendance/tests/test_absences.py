"""Absences, evidence and late corrections, by the rules; and what the database refuses of its own."""

from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from muster.attendance.checks import INVARIANTS
from muster.attendance.errors import (
    AlreadyAnnounced,
    AlreadyDecided,
    EnoughForToday,
    EvidenceGone,
    EvidenceStands,
    NoClassThen,
    SessionCancelled,
    TooManyFiles,
    Withdrawn,
)
from muster.attendance.models import (
    AbsenceNotice,
    AttendanceRecord,
    CorrectionRequest,
    Evidence,
    EvidenceLook,
    MarkEntry,
)
from muster.attendance.permissions import absences, evidence
from muster.attendance.queries import sessions_in_full
from muster.attendance.queries.absences import evidence_of_record, evidence_of_sessions, missed_in
from muster.attendance.rules import (
    MarkInput,
    Upload,
    add_evidence,
    add_evidence_for_learner,
    announce_absence,
    ask_to_unlock,
    decide_correction,
    decide_corrections,
    decide_unlock,
    lock_register,
    look_at,
    mark_learners,
    remove_evidence,
    sweep_evidence,
    withdraw_absence,
)
from muster.attendance.rules import evidence as evidence_rules
from muster.batches.errors import BatchArchived
from muster.batches.rules import archive_batch, share_meeting
from muster.core.checks import run_checks
from muster.core.errors import DomainError, Invalid
from muster.core.files import FileRefused, keep, kept_before, storage
from muster.core.ownership import as_owner
from muster.notifications.models import Notification
from muster.timetable.models import ClassSession
from muster.timetable.rules import unlock
from tests.files import PDF, photo
from tests.make import Campus, slot
from tests.test_check import unguarded

pytestmark = pytest.mark.django_db

NOTE = Upload(PDF, "note.pdf")


def today():
    """Not once for the module: a run can go past midnight."""
    return timezone.localdate()


class Class:
    """A batch that began a month ago, with a session today and its learners."""

    def __init__(self, campus, learners=2, **fields):
        self.campus = campus
        self.teacher = campus.instructor()
        self.batch = campus.batch(
            lead=self.teacher, start_date=today() - timedelta(days=30), end_date=today() + timedelta(days=90), **fields
        )
        self.learners = [campus.enroll(self.batch) for _each in range(learners)]
        for learner in self.learners:
            with as_owner():
                learner.seat_periods.update(from_date=today() - timedelta(days=30))
        self.session = self.meet(today())

    def meet(self, day, **fields):
        return ClassSession.objects.create(
            institution=self.campus.institution, meeting_id=self.batch.pk, date=day, is_edited=True, **fields
        )

    @property
    def people(self):
        """The students by their enrollments."""
        return {learner.pk: learner.student_id for learner in self.learners}

    @property
    def by(self):
        return self.campus.actor(self.teacher)

    def student(self, number=0):
        return self.campus.actor(self.learners[number].student)

    def mark(self, status, number=0, session=None):
        session = sessions_in_full(self.campus.admin).get(pk=(session or self.session).pk)
        mark_learners(by=self.campus.admin, session=session, marks=[MarkInput(self.learners[number].pk, status)])
        return AttendanceRecord.objects.get(session=session, enrollment=self.learners[number])

    def lock(self, session=None):
        lock_register(by=self.by, session=session or self.session)

    def announce(self, number=0, by=None, **given):
        given = {"reason": "Flu", "first_date": today(), **given}
        learner = self.learners[number]
        return announce_absence(by=by or self.student(number), student=learner.student, **given)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def room(campus):
    return Class(campus)


def told(kind):
    return sorted(Notification.objects.filter(kind=kind).values_list("user__full_name", "title"))


# --- announcing ----------------------------------------------------------------------------------------------------


def test_who_teaches_is_told_that_somebody_is_away_and_never_why(room):
    later = room.meet(today() + timedelta(days=1))
    notice = room.announce(last_date=today() + timedelta(days=2), reason="Flu, with fever").notice
    assert [one.session_id for one in missed_in(notice)] == [room.session.pk, later.pk]
    row = Notification.objects.get(kind="absence_announced")
    assert row.user == room.teacher
    assert row.text == "2 sessions are affected."
    assert "Flu" not in row.title + row.text
    assert row.url == f"/absences/{notice.pk}/"


def test_an_absence_of_one_session_names_its_batch(room):
    notice = room.announce(session=room.session, first_date=None).notice
    assert (notice.enrollment, notice.first_date, notice.last_date) == (room.learners[0], today(), today())


def test_the_same_absence_is_announced_once(room):
    first = room.announce()
    with pytest.raises(AlreadyAnnounced) as refused:
        room.announce()
    assert refused.value.facts == {"absence_id": str(first.notice.pk)}
    withdraw_absence(by=room.student(), notice=first.notice)
    room.announce()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "   "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"first_date": None}, "first_date"),
        ({"first_date": date(1, 1, 1)}, "first_date"),
        ({"first_date": timedelta(days=400)}, "first_date"),
        ({"last_date": timedelta(days=-1)}, "last_date"),
        ({"last_date": timedelta(days=366)}, "last_date"),
        ({"first_date": timedelta(days=-200), "last_date": timedelta(days=-190)}, "first_date"),
    ],
)
def test_what_cannot_be_announced_is_named(room, given, field):
    given = {name: today() + said if isinstance(said, timedelta) else said for name, said in given.items()}
    with pytest.raises(DomainError) as refused:
        room.announce(**given)
    assert [wrong.field for wrong in refused.value.errors] == [field]
    assert not AbsenceNotice.objects.exists()


def test_nobody_is_away_from_what_does_not_take_place_or_is_not_theirs(room, campus):
    other = Class(campus)
    with pytest.raises(NoClassThen):
        room.announce(session=other.session)
    ClassSession.objects.filter(pk=room.session.pk).update(status="cancelled")
    with pytest.raises(SessionCancelled):
        room.announce(session=room.session)


def test_withdrawing_tells_those_who_were_told(room):
    notice = room.announce().notice
    withdrawn = withdraw_absence(by=room.student(), notice=notice)
    assert withdrawn.withdrawn_by == room.learners[0].student
    assert withdraw_absence(by=room.student(), notice=notice).withdrawn_at == withdrawn.withdrawn_at
    titles = [title for _name, title in told("absence_announced")]
    assert len(titles) == 2
    assert any("is no longer away" in title for title in titles)
    with pytest.raises(Withdrawn):
        add_evidence(by=room.student(), to=notice, uploads=[NOTE])


def test_a_notice_goes_by_the_day_once_its_session_is_gone(room):
    """Also where the same day was announced as well: one notice of the two is enough."""
    notice = room.announce(session=room.session).notice
    whole = room.announce(enrollment=room.learners[0]).notice
    other = room.announce(number=1, session=room.session).notice
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM timetable_classsession WHERE id = %s", [room.session.pk])
    for one in (notice, whole, other):
        one.refresh_from_db()
    assert [one.session_id for one in (notice, other)] == [None, None]
    assert [one.status for one in (notice, whole, other)] == ["withdrawn", "announced", "announced"]


def test_in_a_shared_meeting_an_absence_is_of_the_learners_own_batch(campus):
    one, two = Class(campus), Class(campus)
    meeting = share_meeting(
        by=campus.admin, name="Both", batches=[one.batch, two.batch], slots=[slot(1, "08:00", "09:00")]
    )
    session = ClassSession.objects.create(institution=campus.institution, meeting=meeting, date=today(), is_edited=True)
    notice = two.announce(session=session).notice
    assert notice.enrollment == two.learners[0]
    assert [missed.batch_id for missed in missed_in(notice)] == [two.batch.pk]
    assert told("absence_announced") == [(two.teacher.full_name, told("absence_announced")[0][1])]


# --- evidence ------------------------------------------------------------------------------------------------------


def test_evidence_hangs_on_the_record_under_its_own_name_and_kind(room):
    record = room.mark("ABSENT")
    added = add_evidence(
        by=room.student(),
        to=record,
        uploads=[Upload(photo(), "IMG_1.HEIC", "family", " two days "), Upload(PDF, "n.pdf")],
    )
    assert (added.notice, added.corrections) == (None, [])
    first, second = added.evidence
    assert (first.file_name, first.media_type, first.kind, first.note) == (
        "IMG_1.jpg",
        "image/jpeg",
        "family",
        "two days",
    )
    assert (second.file_size, second.uploaded_by) == (len(PDF), room.learners[0].student)
    with default_storage.open(second.file.name) as file:
        assert file.read() == PDF
    assert "n.pdf" not in second.file.name
    assert evidence_of_record(room.by, record) == added.evidence


def test_without_a_record_evidence_hangs_on_a_notice_of_the_session(room):
    added = add_evidence_for_learner(by=room.by, session=room.session, enrollment=room.learners[0], uploads=[NOTE])
    again = add_evidence_for_learner(by=room.by, session=room.session, enrollment=room.learners[0], uploads=[NOTE])
    assert added.notice == again.notice
    assert added.notice.session == room.session
    proof = evidence_of_sessions(room.by, room.session, room.people)[room.learners[0].pk]
    assert [one.pk for one in proof.files] == [one.pk for one in added.evidence + again.evidence]
    assert proof.notice is not None


@pytest.mark.parametrize(
    "upload",
    [
        Upload(b"", "note.pdf"),
        Upload(b"MZ", "note.pdf"),
        Upload(PDF, "note.pdf", kind="x"),
        Upload(PDF, "note.pdf", note="x" * 301),
    ],
)
def test_a_bad_file_is_refused_and_leaves_nothing(room, upload):
    record = room.mark("ABSENT")
    with pytest.raises((FileRefused, Invalid)) as refused:
        add_evidence(by=room.by, to=record, uploads=[NOTE, upload])
    assert refused.value.errors[0].field in ("file", "kind", "note")
    assert not Evidence.objects.exists()


def test_no_more_than_ten_files_fit_and_refused_ones_leave_the_disk(room):
    record = room.mark("ABSENT")
    add_evidence(by=room.by, to=record, uploads=[NOTE] * 10)
    stored = set(kept_before("evidence", timezone.now() + timedelta(minutes=1)))
    with pytest.raises(TooManyFiles):
        add_evidence(by=room.by, to=record, uploads=[NOTE])
    assert set(kept_before("evidence", timezone.now() + timedelta(minutes=1))) == stored


def test_a_student_does_not_fill_the_disk(room, monkeypatch):
    monkeypatch.setattr(evidence_rules, "MOST_FILES_A_DAY", 3)
    room.announce(uploads=[NOTE] * 3)
    with pytest.raises(EnoughForToday):
        room.announce(first_date=today() + timedelta(days=1), uploads=[NOTE])
    assert AbsenceNotice.objects.count() == 1
    room.announce(by=room.by, first_date=today() + timedelta(days=1), uploads=[NOTE])


def test_every_look_is_recorded_and_stays(room):
    (row,) = add_evidence(by=room.student(), to=room.mark("ABSENT"), uploads=[NOTE]).evidence
    assert look_at(by=room.by, evidence=row) == row.file.name
    look = EvidenceLook.objects.get()
    assert (look.evidence, look.looked_by) == (row, room.teacher)
    for change in (look.delete, lambda: EvidenceLook.objects.update(looked_by=None)):
        with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_a_removed_file_leaves_its_trail(room):
    (row,) = add_evidence(by=room.student(), to=room.mark("ABSENT"), uploads=[NOTE]).evidence
    stored = row.file.name
    look_at(by=room.by, evidence=row)
    removed = remove_evidence(by=room.student(), evidence=row)
    assert not default_storage.exists(stored)
    assert (removed.file.name, removed.removed_by, removed.file_name) == ("", room.learners[0].student, "note.pdf")
    assert removed.looks.count() == 1
    with pytest.raises(EvidenceGone):
        look_at(by=room.by, evidence=removed)
    assert remove_evidence(by=room.by, evidence=row).removed_at == removed.removed_at


def test_files_that_nobody_names_are_swept_after_a_day(room, monkeypatch):
    (row,) = add_evidence(by=room.student(), to=room.mark("ABSENT"), uploads=[NOTE]).evidence
    left = keep("evidence", b"left behind")
    sweep_evidence()
    assert default_storage.exists(left)
    monkeypatch.setattr(storage, "LEFT_BEHIND_AFTER", timedelta(days=-1))
    assert sweep_evidence() >= 1
    assert not default_storage.exists(left)
    assert default_storage.exists(row.file.name)


# --- after the lock ------------------------------------------------------------------------------------------------


def test_evidence_after_the_lock_asks_for_the_one_correction(room):
    record = room.mark("ABSENT")
    room.lock()
    added = add_evidence(by=room.student(), to=record, uploads=[NOTE])
    assert added.notice.session == room.session
    assert [row.record for row in added.evidence] == [None]
    (request,) = added.corrections
    assert (request.from_status, request.to_status, request.is_pending) == ("ABSENT", "EXCUSED", True)
    assert [name for name, _title in told("correction_asked")] == [room.campus.admin.user.full_name]
    # More evidence for what is asked for already asks no second time.
    assert add_evidence(by=room.student(), to=record, uploads=[NOTE]).corrections == []


def test_approving_makes_the_one_mark_and_leaves_the_register_locked_as_it_was(room):
    record = room.mark("ABSENT")
    other = room.mark("PRESENT", 1)
    room.lock()
    before = ClassSession.objects.get(pk=room.session.pk)
    added = add_evidence(by=room.student(), to=record, uploads=[NOTE])
    decided = decide_correction(
        by=room.campus.admin, request=added.corrections[0], approve=True, reason=" Doctor's note "
    )
    after = ClassSession.objects.get(pk=room.session.pk)
    assert (after.is_locked, after.locked_at, after.locked_by) == (True, before.locked_at, before.locked_by)
    assert after.version == before.version
    record.refresh_from_db()
    assert (record.status, record.marked_by) == ("EXCUSED", room.campus.admin.user)
    assert AttendanceRecord.objects.get(pk=other.pk).marked_at == other.marked_at
    assert (decided.status, decided.decided_by, decided.decision_reason) == (
        "approved",
        room.campus.admin.user,
        "Doctor's note",
    )
    entry = MarkEntry.objects.filter(enrollment_id=record.enrollment_id).last()
    assert entry.status == "EXCUSED"
    assert entry.context["use_case"] == "approve_correction"
    assert entry.context["reason"] == "Doctor's note"
    # What it stands on is part of the locked register now.
    row = Evidence.objects.get(pk=added.evidence[0].pk)
    assert row.record == record
    with pytest.raises(EvidenceStands):
        remove_evidence(by=room.campus.admin, evidence=row)
    assert [name for name, _title in told("correction_decided")] == [room.learners[0].student.full_name]
    with pytest.raises(AlreadyDecided):
        decide_correction(by=room.campus.admin, request=added.corrections[0], approve=False, reason="No")


def test_who_was_never_marked_is_excused_by_the_correction_too(room):
    room.mark("PRESENT", 1)
    room.lock()
    added = add_evidence_for_learner(by=room.by, session=room.session, enrollment=room.learners[0], uploads=[NOTE])
    decide_correction(by=room.campus.admin, request=added.corrections[0], approve=True, reason="Seen")
    record = AttendanceRecord.objects.get(session=room.session, enrollment=room.learners[0])
    assert record.status == "EXCUSED"


def test_rejecting_changes_no_mark_and_needs_a_reason(room):
    record = room.mark("LATE")
    room.lock()
    (request,) = add_evidence(by=room.by, to=record, uploads=[NOTE]).corrections
    for reason in ("  ", "x" * 301):
        with pytest.raises(Invalid) as refused:
            decide_correction(by=room.campus.admin, request=request, approve=False, reason=reason)
        assert refused.value.errors[0].field == "reason"
    assert (
        decide_correction(by=room.campus.admin, request=request, approve=False, reason="Unreadable").status
        == "rejected"
    )
    record.refresh_from_db()
    assert record.status == "LATE"
    # Better evidence asks anew.
    assert len(add_evidence(by=room.by, to=record, uploads=[NOTE]).corrections) == 1


def test_one_note_for_a_week_asks_for_each_locked_session_where_the_learner_was_away(room):
    days = [room.meet(today() - timedelta(days=back)) for back in (1, 2, 3, 4)]
    for session, status in zip(days, ("ABSENT", "LATE", "PRESENT", "EXCUSED"), strict=True):
        room.mark(status, session=session)
        room.lock(session)
    added = room.announce(first_date=today() - timedelta(days=5), last_date=today(), uploads=[NOTE])
    assert {request.session_id for request in added.corrections} == {days[0].pk, days[1].pk}
    assert len(told("correction_asked")) == 1
    for request in added.corrections:
        decide_correction(by=room.campus.admin, request=request, approve=True, reason="One note for both")
    assert room.announce(first_date=today() - timedelta(days=4), last_date=today()).corrections == []
    with pytest.raises(EvidenceStands):
        remove_evidence(by=room.student(), evidence=added.evidence[0])


def test_all_corrections_of_one_absence_are_decided_at_once_or_none_is(room):
    days = [room.meet(today() - timedelta(days=back)) for back in (1, 2, 3)]
    for session in days:
        room.mark("ABSENT", session=session)
        room.lock(session)
    asked = room.announce(first_date=today() - timedelta(days=5), uploads=[NOTE], last_date=today()).corrections
    decide_correction(by=room.campus.admin, request=asked[2], approve=False, reason="Was seen in town")
    with pytest.raises(AlreadyDecided):
        decide_corrections(by=room.campus.admin, requests=asked, approve=True, reason="Seen")
    marks = AttendanceRecord.objects.filter(session__in=days).values_list("status", flat=True)
    assert set(marks) == {"ABSENT"}
    decided = decide_corrections(by=room.campus.admin, requests=asked[:2], approve=True, reason="Seen")
    assert [one.status for one in decided] == ["approved"] * 2
    assert sorted(map(str, marks.all())) == ["ABSENT", "EXCUSED", "EXCUSED"]
    assert len(told("correction_decided")) == 2
    assert all(ClassSession.objects.filter(pk__in=[day.pk for day in days]).values_list("is_locked", flat=True))


def test_withdrawing_drops_what_was_asked_for(room):
    record = room.mark("ABSENT")
    room.lock()
    added = add_evidence(by=room.student(), to=record, uploads=[NOTE])
    withdraw_absence(by=room.campus.admin, notice=added.notice)
    request = CorrectionRequest.objects.get()
    assert (request.status, request.decided_by) == ("rejected", room.campus.admin.user)


def test_a_correction_of_a_register_that_was_unlocked_meanwhile_is_a_plain_mark(room):
    record = room.mark("ABSENT")
    room.lock()
    (request,) = add_evidence(by=room.by, to=record, uploads=[NOTE]).corrections
    unlock(room.session, "Opened by hand")
    decide_correction(by=room.campus.admin, request=request, approve=True, reason="Seen")
    record.refresh_from_db()
    assert record.status == "EXCUSED"
    assert not ClassSession.objects.get(pk=room.session.pk).is_locked


# --- what the database refuses of its own --------------------------------------------------------------------------


def test_what_is_asked_and_announced_in_an_archived_batch_stays_as_it_is(room, campus):
    room.mark("ABSENT")
    notice, everywhere = room.announce(session=room.session).notice, room.announce().notice
    room.lock()
    add_evidence(by=room.by, to=everywhere, uploads=[NOTE])
    unlock_asked = ask_to_unlock(by=campus.admin, session=room.session, reason="Row 3")
    archive_batch(by=campus.admin, batch=room.batch)
    for call in (
        partial(withdraw_absence, by=room.student(), notice=notice),
        partial(add_evidence, by=room.by, to=notice, uploads=[NOTE]),
        partial(decide_unlock, by=campus.admin, request=unlock_asked, approve=False, reason="No"),
        partial(ask_to_unlock, by=campus.admin, session=room.session, reason="Row 4"),
    ):
        with pytest.raises(BatchArchived):
            call()
    # Away from everything, the learner can say otherwise; what was asked for in the archived batch stays.
    withdraw_absence(by=room.student(), notice=everywhere)
    assert CorrectionRequest.objects.get().status == "pending"


def row_on(room, **fields):
    return Evidence(
        institution=room.campus.institution,
        **{
            "file": "evidence/x",
            "file_name": "x.pdf",
            "file_size": 1,
            "file_digest": "x",
            "media_type": "application/pdf",
            **fields,
        },
    )


@transaction.atomic
def at_once(call):
    """Do it, with what is checked at the end of a transaction checked now."""
    call()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused_by(call):
    with pytest.raises(IntegrityError) as refused:
        at_once(call)
    return refused.value.__cause__.diag.constraint_name


def test_the_database_keeps_evidence_as_it_is(room, campus):
    record = room.mark("ABSENT")
    other = room.mark("ABSENT", 1)
    notice = room.announce().notice
    (row,) = add_evidence(by=room.by, to=record, uploads=[NOTE]).evidence
    rows = Evidence.objects.filter(pk=row.pk)
    assert refused_by(lambda: rows.update(file_name="y.pdf")) == "evidence_keeps_its_file"
    assert refused_by(lambda: rows.update(file="evidence/y")) == "evidence_keeps_its_file"
    assert refused_by(lambda: rows.update(record=other)) == "evidence_keeps_its_file"
    assert refused_by(lambda: rows.update(file="")) == "evidence_has_its_file_until_it_is_removed"
    assert refused_by(row.delete) == "evidence_is_removed_and_never_deleted"
    assert refused_by(row_on(room).save) == "evidence_hangs_on_something"
    assert refused_by(row_on(room, record=other, notice=notice).save) == "evidence_is_of_one_learner"
    assert refused_by(row_on(room, record=other, media_type="text/html").save) == "evidence_is_a_document_or_a_picture"
    elsewhere = Class(Campus.found())
    foreign = row_on(room, record=record)
    foreign.institution = elsewhere.campus.institution
    assert refused_by(foreign.save) == "evidence_record_of_same_institution"
    room.lock()
    assert refused_by(row_on(room, record=record).save) == "locked_register_does_not_change"
    assert refused_by(lambda: rows.update(file="", removed_at=timezone.now())) == "locked_register_does_not_change"
    unlock(room.session, "Opened by hand")
    archive_batch(by=campus.admin, batch=room.batch)
    assert refused_by(row_on(room, record=record).save) == "archived_batch_does_not_change"


def test_the_database_keeps_notices_and_decisions_as_they_are(room):
    notice = room.announce().notice
    rows = AbsenceNotice.objects.filter(pk=notice.pk)
    assert refused_by(lambda: rows.update(reason="Other")) == "notice_keeps_what_it_says"
    assert refused_by(lambda: rows.update(first_date=today() - timedelta(days=1))) == "notice_keeps_what_it_says"
    assert refused_by(notice.delete) == "notice_keeps_what_it_says"
    wrong = AbsenceNotice(
        institution=room.campus.institution,
        student=room.learners[0].student,
        enrollment=room.learners[1],
        first_date=today(),
        last_date=today(),
        reason="x",
    )
    assert refused_by(wrong.save) == "notice_is_of_the_learner"
    record = room.mark("ABSENT")
    room.lock()
    (request,) = add_evidence(by=room.by, to=record, uploads=[NOTE]).corrections
    requests = CorrectionRequest.objects.filter(pk=request.pk)
    assert refused_by(lambda: requests.update(to_status="PRESENT")) == "correction_is_decided_once"
    assert refused_by(lambda: requests.update(status="approved")) == "correction_is_decided_with_a_reason"
    assert refused_by(request.delete) == "correction_is_never_deleted"
    second = CorrectionRequest.objects.get(pk=request.pk)
    second.pk = uuid4()
    second._state.adding = True
    assert refused_by(second.save) == "one_waiting_correction_for_each_mark"
    decide_correction(by=room.campus.admin, request=request, approve=False, reason="No")
    assert refused_by(lambda: requests.update(decision_reason="Yes")) == "correction_is_decided_once"


def test_corrections_without_their_mark_and_evidence_of_two_learners_are_found(room):
    notice = room.announce(1, uploads=[NOTE]).notice
    record = room.mark("ABSENT")
    room.lock()
    (request,) = add_evidence(by=room.by, to=record, uploads=[NOTE]).corrections

    def broken():
        return [str(finding.fact) for finding in run_checks(INVARIANTS) if not finding.holds]

    assert broken() == []
    CorrectionRequest.objects.filter(pk=request.pk).update(
        status="approved", decided_at=timezone.now(), decision_reason="x"
    )
    with as_owner(), unguarded("attendance_evidence"):
        Evidence.objects.filter(notice=notice).update(record=record)
    assert broken() == ["Every piece of evidence belongs to one student", "Every approved correction changed its mark"]


# --- who sees it ---------------------------------------------------------------------------------------------------


def test_only_those_see_why_who_teach_or_manage_the_batch_and_the_learner(room, campus):
    department = campus.department()
    inside = Class(campus, department=department)
    head = campus.actor(campus.person("dept-admin", department=department))
    stranger = Class(campus).by
    notice = inside.announce(uploads=[NOTE]).notice
    (file,) = notice.evidence.all()
    seers = [campus.admin, head, inside.by, inside.student()]
    others = [room.by, stranger, inside.student(1), room.student(), campus.actor(campus.person("regulator"))]
    for actor in seers:
        assert absences.allows(actor, "see", notice), actor.roles
        assert evidence.allows(actor, "see", file), actor.roles
    for actor in others:
        assert not absences.allows(actor, "see", notice), actor.roles
        assert not evidence.allows(actor, "see", file), actor.roles
    # Who teaches opens what a student sent, and does not remove it.
    assert [evidence.allows(actor, "remove", file) for actor in seers] == [True, True, False, True]


def test_who_taught_the_batch_before_does_not_see_what_comes_later(room, campus):
    """Health data is for those who need it: a former instructor sees what fell into their time, and nothing newer."""
    former, old = campus.instructor(), room.meet(today() - timedelta(days=20))
    room.batch.instructor_assignments.create(
        institution=campus.institution,
        instructor=former,
        role="assistant",
        from_date=today() - timedelta(days=30),
        until_date=today() - timedelta(days=15),
    )
    then = add_evidence(by=room.by, to=room.mark("ABSENT", session=old), uploads=[NOTE]).evidence[0]
    now = add_evidence(by=room.by, to=room.mark("ABSENT"), uploads=[NOTE]).evidence[0]
    actor = campus.actor(former)
    assert [evidence.allows(actor, "see", one) for one in (then, now)] == [True, False]


def test_a_register_asks_twice_at_most_whatever_its_size(room, django_assert_num_queries):
    small, large = room, Class(room.campus, learners=8)
    for one in (small, large):
        by, people = one.by, one.people
        with django_assert_num_queries(1):
            assert evidence_of_sessions(by, one.session, people) == {}
        for number in range(len(one.learners)):
            one.announce(number, uploads=[NOTE])
            add_evidence(by=one.by, to=one.mark("ABSENT", number), uploads=[NOTE])
        with django_assert_num_queries(2):
            found = evidence_of_sessions(by, one.session, people)
        assert [len(proof.files) for proof in found.values()] == [2] * len(one.learners)


def test_a_register_shows_what_belongs_to_it_and_only_to_those_who_may_see_it(room, campus):
    other = room.meet(today() - timedelta(days=1))
    away = room.announce(first_date=today() - timedelta(days=1), last_date=today(), uploads=[NOTE]).notice
    add_evidence(by=room.by, to=room.mark("ABSENT", session=other), uploads=[Upload(PDF, "of-yesterday.pdf")])
    record = room.mark("ABSENT", 1)
    room.lock()
    add_evidence(by=room.student(1), to=record, uploads=[Upload(PDF, "late.pdf")])
    first, second = room.learners
    for actor in (campus.admin, room.by):
        found = evidence_of_sessions(actor, room.session, room.people)
        assert [one.file_name for one in found[first.pk].files] == ["note.pdf"]
        assert (found[first.pk].notice.pk, found[first.pk].is_pending) == (away.pk, False)
        assert [one.file_name for one in found[second.pk].files] == ["late.pdf"]
        assert found[second.pk].is_pending
    assert evidence_of_sessions(Class(campus).by, room.session, room.people) == {}
    assert list(evidence_of_sessions(room.student(1), room.session, room.people)) == [second.pk]
    withdraw_absence(by=campus.admin, notice=away)
    assert first.pk not in evidence_of_sessions(campus.admin, room.session, room.people)
