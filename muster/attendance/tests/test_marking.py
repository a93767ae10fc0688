"""A register is marked, as a whole and mark by mark, by the rules and over the API."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.attendance.models import AttendanceRecord, BatchTally, MarkEntry
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, mark_learners
from muster.batches.models import Batch
from muster.batches.rules import share_meeting
from muster.core.errors import Invalid
from muster.core.models import AuditEntry
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import NOBODY, Campus, slot

pytestmark = pytest.mark.django_db

DAY = date(2019, 1, 8)
START, END = DAY - timedelta(days=1), date(2028, 12, 29)


@pytest.fixture
def campus():
    return Campus.found()


def session_of(batch, day=DAY, **fields):
    """A session made by hand."""
    place = {} if "meeting" in fields else {"meeting_id": batch.pk}
    return ClassSession.objects.create(institution=batch.institution, date=day, is_edited=True, **place, **fields)


class Class:
    """A batch that has run for years, with learners of its first day, a session, and its administrator at the API."""

    def __init__(self, campus, learners=3, **fields):
        self.campus = campus
        self.teacher = campus.instructor("Thandi Zulu")
        self.batch = campus.batch(
            **{"lead": self.teacher, "capacity": 60, "start_date": START, "end_date": END, **fields}
        )
        self.enrollments = [self.enroll(f"Learner {n:02}") for n in range(learners)]
        self.session = session_of(self.batch)
        self.api = Api(campus.token())

    def enroll(self, name="", student=None, on=START):
        """A learner whose seat begins in the past."""
        return self.campus.enroll(self.batch, student or self.campus.student(name), enrollment_date=on)

    def mark(self, *records, api=None):
        return (api or self.api).post(
            "/institution/attendance/mark", {"session_id": str(self.session.pk), "records": list(records)}
        )

    def patch(self, *records, api=None):
        return (api or self.api).patch(
            f"/institution/class-sessions/{self.session.pk}/records", {"records": list(records)}
        )

    def marks(self):
        """What stands, by learner."""
        stored = {r.enrollment_id: r.status for r in AttendanceRecord.objects.filter(session=self.session)}
        return [stored.get(enrollment.pk) for enrollment in self.enrollments]

    def row(self, number, status, **rest):
        return {"enrolment_id": str(self.enrollments[number].pk), "status": status, **rest}


@pytest.fixture
def room(campus):
    return Class(campus)


def at(minutes):
    """A moment some minutes ago, as a client writes it."""
    return (timezone.now() - timedelta(minutes=minutes)).isoformat()


def test_who_is_not_named_becomes_present(room):
    reply = room.mark(room.row(0, "ABSENT"), room.row(1, "LATE", minutes_late=12, notes="Taxi"))
    assert reply.status == 200, reply.body
    assert room.marks() == ["ABSENT", "LATE", "PRESENT"]
    assert {name: reply.data[name] for name in ("PRESENT", "ABSENT", "LATE", "EXCUSED", "unmarked", "total")} == {
        "PRESENT": 1,
        "ABSENT": 1,
        "LATE": 1,
        "EXCUSED": 0,
        "unmarked": 0,
        "total": 3,
    }
    late = AttendanceRecord.objects.get(enrollment=room.enrollments[1])
    assert (late.minutes_late, late.notes, late.record_date, late.marked_by) == (
        12,
        "Taxi",
        DAY,
        room.campus.admin.user,
    )
    room.session.refresh_from_db()
    assert room.session.status == "held"


def test_who_was_marked_before_keeps_the_mark(room):
    room.mark(room.row(0, "ABSENT"))
    room.mark(room.row(1, "EXCUSED"))
    assert room.marks() == ["ABSENT", "EXCUSED", "PRESENT"]


def test_the_same_marking_again_changes_and_logs_nothing(room):
    body = [room.row(0, "ABSENT"), room.row(1, "LATE", minutes_late=3)]
    room.mark(*body)
    before = list(AttendanceRecord.objects.order_by("pk").values())
    assert room.mark(*body).data["total"] == 3
    assert list(AttendanceRecord.objects.order_by("pk").values()) == before
    assert MarkEntry.objects.count() == 3


def test_one_wrong_row_leaves_nothing_behind(room):
    stranger = room.campus.enroll(room.campus.batch())
    reply = room.mark(room.row(0, "ABSENT"), {"enrolment_id": str(stranger.pk), "status": "PRESENT"})
    assert (reply.status, reply.fields) == (400, ["records.1.enrolment_id"])
    assert room.marks() == [None, None, None]
    assert not MarkEntry.objects.exists()


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"status": "HERE"}, "records.0.status"),
        ({"status": None}, "records.0.status"),
        ({"status": 1}, "records.0.status"),
        ({"status": "x" * 300}, "records.0.status"),
        ({"status": "PRESENT", "minutes_late": 5}, "records.0.minutes_late"),
        ({"status": "LATE", "minutes_late": -1}, "records.0.minutes_late"),
        ({"status": "LATE", "minutes_late": 10**12}, "records.0.minutes_late"),
        ({"status": "LATE", "minutes_late": "5"}, "records.0.minutes_late"),
        ({"status": "ABSENT", "notes": "n" * 501}, "records.0.notes"),
        ({"status": "ABSENT", "notes": 7}, "records.0.notes"),
        ({"status": "ABSENT", "enrolment_id": "nothing"}, "records.0.enrolment_id"),
        ({"status": "ABSENT", "enrolment_id": NOBODY}, "records.0.enrolment_id"),
        ({"status": "ABSENT", "enrolment_id": None}, "records.0.enrolment_id"),
        ({"status": "ABSENT", "enrolment_id": "x" * 300}, "records.0.enrolment_id"),
    ],
)
def test_bad_marks_are_named(room, record, field):
    record = {"enrolment_id": str(room.enrollments[0].pk), **record}
    for send in (room.mark, room.patch):
        if send == room.patch and record["status"] is None:
            continue
        reply = send(record)
        assert (reply.status, reply.fields) == (400, [field])
    assert room.marks() == [None, None, None]


@pytest.mark.parametrize("when", ["yesterday", "2019-01-08", "2019-01-08T08:00:00", 5, "9999-99-99T00:00:00Z", True])
def test_a_mark_without_a_readable_moment_is_refused(room, when):
    reply = room.patch(room.row(0, "ABSENT", marked_at=when))
    assert (reply.status, reply.fields) == (400, ["records.0.marked_at"])


def test_a_learner_named_twice_is_refused(room):
    reply = room.mark(room.row(0, "ABSENT"), room.row(0, "PRESENT"))
    assert (reply.status, reply.fields) == (400, ["records.1.enrolment_id"])


def test_an_unknown_session_is_named(room):
    for session in (NOBODY, "x", str(session_of(Campus.found().batch()).pk)):
        reply = room.api.post("/institution/attendance/mark", {"session_id": session, "records": []})
        assert (reply.status, reply.fields) == (400, ["session_id"])


def test_the_newest_mark_stands_whenever_it_arrives(room):
    other = Api(room.campus.token(room.teacher))
    assert room.patch(room.row(0, "ABSENT", marked_at=at(5))).data["register"][0]["outcome"] == "saved"
    late = room.patch(room.row(0, "PRESENT", marked_at=at(9)), api=other).data["register"][0]
    assert (late["outcome"], late["status"]) == ("overtaken", "ABSENT")
    assert room.patch(room.row(0, "LATE", marked_at=at(1)), api=other).data["register"][0]["status"] == "LATE"
    logged = MarkEntry.objects.values_list("status", "stood", "marked_by_id")
    admin, teacher = room.campus.admin.user.pk, room.teacher.pk
    assert list(logged) == [("ABSENT", True, admin), ("PRESENT", False, teacher), ("LATE", True, teacher)]


def test_a_queue_sent_again_changes_nothing(room):
    queue = [
        room.row(0, "PRESENT", marked_at=at(9)),
        room.row(0, "ABSENT", marked_at=at(8)),
        room.row(1, "LATE", minutes_late=7, marked_at=at(7)),
    ]
    first = room.patch(*queue)
    assert [row["outcome"] for row in first.data["register"]] == ["overtaken", "saved", "saved"]
    before = list(MarkEntry.objects.values()), list(AttendanceRecord.objects.order_by("pk").values())
    again = room.patch(*queue)
    assert [row["status"] for row in again.data["register"]] == ["ABSENT", "ABSENT", "LATE"]
    assert [row["outcome"] for row in again.data["register"]] == ["overtaken", "unchanged", "unchanged"]
    assert (list(MarkEntry.objects.values()), list(AttendanceRecord.objects.order_by("pk").values())) == before
    assert room.marks() == ["ABSENT", "LATE", None]


def test_a_fast_clock_wins_nothing_and_its_repeat_overtakes_nobody(room):
    other = Api(room.campus.token(room.teacher))
    fast = room.row(0, "ABSENT", marked_at=at(-600))
    room.patch(fast)
    stored = AttendanceRecord.objects.get()
    assert stored.marked_at <= timezone.now() < stored.said_at
    room.patch(room.row(0, "PRESENT"), api=other)
    assert room.patch(fast).data["register"][0]["outcome"] == "unchanged"
    assert room.marks()[0] == "PRESENT"


def test_a_mark_is_taken_back_and_stays_in_the_log(room):
    room.mark(room.row(0, "LATE", minutes_late=4))
    reply = room.patch(room.row(0, None, marked_at=at(0)))
    assert (reply.data["register"][0]["status"], reply.data["summary"]["unmarked"]) == (None, 1)
    assert room.marks() == [None, "PRESENT", "PRESENT"]
    assert [entry.status for entry in MarkEntry.objects.filter(enrollment_id=room.enrollments[0].pk)] == ["LATE", None]
    # An older mark that comes late does not bring it back.
    assert room.patch(room.row(0, "ABSENT", marked_at=at(3))).data["register"][0]["outcome"] == "overtaken"


def test_marking_only_the_unmarked_gives_way(room):
    room.patch(room.row(0, "ABSENT"))
    rows = [room.row(n, "PRESENT", only_unmarked=True) for n in range(3)]
    assert [row["outcome"] for row in room.patch(*rows).data["register"]] == ["unchanged", "saved", "saved"]
    assert room.marks() == ["ABSENT", "PRESENT", "PRESENT"]


def test_what_is_left_out_stays_and_what_is_null_goes(room):
    room.patch(room.row(0, "LATE", minutes_late=5, notes="Bus"))
    assert room.patch(room.row(0, "LATE", minutes_late=9)).data["register"][0]["notes"] == "Bus"
    row = room.patch(room.row(0, "LATE", notes=None)).data["register"][0]
    assert (row["minutes_late"], row["notes"]) == (9, "")
    assert room.patch(room.row(0, "ABSENT")).data["register"][0]["minutes_late"] is None


def test_the_log_says_who_when_and_from_where(room):
    room.patch(room.row(0, "ABSENT", marked_at=at(2)))
    entry = MarkEntry.objects.get()
    assert entry.context["by_name"] == room.campus.admin.user.full_name
    assert (entry.context["use_case"], entry.context["device"]) == ("mark_learners", "Tests")
    assert entry.said_at == entry.marked_at < entry.received_at


def test_seat_periods_decide_who_is_on_the_register(room):
    gone, later, back = room.enrollments
    with as_owner():
        SeatPeriod.objects.filter(enrollment__in=room.enrollments).delete()
    rows = [(gone, "2018-12-01", "2019-01-07"), (later, "2019-01-09", None), (back, "2018-12-01", "2018-12-20")]
    rows.append((back, "2019-01-08", "2019-01-08"))
    for enrollment, first, last in rows:
        with as_owner():
            SeatPeriod.objects.create(
                institution=room.batch.institution,
                enrollment=enrollment,
                batch=room.batch,
                from_date=first,
                until_date=last,
            )
    assert room.mark().data["total"] == 1
    assert room.marks() == [None, None, "PRESENT"]
    assert room.mark(room.row(0, "PRESENT")).fields == ["records.0.enrolment_id"]


def test_the_register_of_a_shared_meeting_is_of_all_its_batches(campus):
    ours, theirs = Class(campus, 2), Class(campus, 1)
    meeting = share_meeting(
        by=campus.admin, name="Together", batches=[ours.batch, theirs.batch], slots=[slot(2, "08:00", "10:00")]
    )
    ours.session = session_of(ours.batch, meeting=meeting)
    reply = ours.mark(theirs.row(0, "ABSENT"))
    assert (reply.data["total"], reply.data["ABSENT"]) == (3, 1)
    outsider = Class(campus, 1)
    with pytest.raises(IntegrityError, match="another batch"), transaction.atomic():
        AttendanceRecord.objects.create(
            institution=campus.institution,
            enrollment=outsider.enrollments[0],
            session=ours.session,
            record_date=DAY,
            status="PRESENT",
            marked_at=timezone.now(),
        )


# --- lock, archive, cancellation
def test_a_locked_register_refuses_every_mark(room):
    room.mark()
    path = f"/institution/class-sessions/{room.session.pk}"
    reply = room.api.put(f"{path}/lock")
    assert (reply.status, reply.data["is_locked"]) == (200, True)
    assert reply.data["locked_by_user_id"] == str(room.campus.admin.user.pk)
    for refused in (room.mark(room.row(0, "ABSENT")), room.patch(room.row(0, "ABSENT"))):
        assert (refused.status, refused.body["code"]) == (400, "register_locked")
        assert "Register is locked" in refused.message
    assert room.api.put(f"{path}/lock").data["locked_at"] == reply.data["locked_at"]
    assert room.marks() == ["PRESENT"] * 3


def test_only_an_administrator_unlocks_and_says_why(room):
    room.mark()
    path = f"/institution/class-sessions/{room.session.pk}"
    teacher = Api(room.campus.token(room.teacher))
    assert teacher.put(f"{path}/lock").status == 200
    assert teacher.put(f"{path}/unlock", {"reason": "Please"}).status == 403
    for reason in ("", "   ", "x" * 301):
        assert room.api.put(f"{path}/unlock", {"reason": reason}).fields == ["reason"]
    assert room.api.put(f"{path}/unlock").fields == ["reason"]
    assert room.api.put(f"{path}/unlock", {"reason": "Wrong day"}).data["is_locked"] is False
    unlocking = AuditEntry.objects.get(row_id=room.session.pk, before__is_locked=True, after__is_locked=False)
    assert unlocking.facts["reason"] == "Wrong day"
    assert room.patch(room.row(0, "ABSENT")).status == 200


def bare(room, **fields):
    return AttendanceRecord(
        **{
            "institution": room.batch.institution,
            "enrollment": room.enrollments[0],
            "session": room.session,
            "record_date": DAY,
            "status": "PRESENT",
            "marked_at": timezone.now(),
            **fields,
        }
    )


def refused_name(change):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        change()
    return refusal.value.__cause__.diag.constraint_name


def test_the_database_itself_keeps_a_locked_register(room):
    room.mark()
    ClassSession.objects.filter(pk=room.session.pk).update(is_locked=True, locked_at=timezone.now())
    one = AttendanceRecord.objects.filter(enrollment=room.enrollments[0])
    name = "locked_register_does_not_change"
    assert refused_name(lambda: one.update(status="ABSENT")) == name
    newcomer = room.campus.enroll(room.batch)
    assert refused_name(lambda: bare(room, enrollment=newcomer).save(force_insert=True)) == name
    assert refused_name(lambda: one.delete()) == "record_is_cleared_and_never_deleted"


def test_what_hangs_on_an_archived_batch_is_frozen(room):
    room.mark()
    Batch.objects.filter(pk=room.batch.pk).update(archived_at=timezone.now())
    assert "Batch is archived" in room.mark(room.row(0, "ABSENT")).message
    assert "Batch is archived" in room.patch(room.row(0, "ABSENT")).message
    lock = room.api.put(f"/institution/class-sessions/{room.session.pk}/lock")
    assert (lock.status, lock.body["code"]) == (400, "batch_archived")
    one = AttendanceRecord.objects.filter(enrollment=room.enrollments[0])
    assert refused_name(lambda: one.update(status="ABSENT")) == "archived_batch_does_not_change"


def test_a_cancelled_session_has_no_register(room):
    ClassSession.objects.filter(pk=room.session.pk).update(status="cancelled")
    assert room.mark().body["code"] == "session_cancelled"
    assert refused_name(lambda: bare(room).save(force_insert=True)) == "cancelled_session_has_no_marks"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"status": "HERE"}, "mark_is_a_known_one"),
        ({"minutes_late": 3}, "minutes_late_only_with_late"),
        ({"status": None, "minutes_late": 3}, "minutes_late_only_with_late"),
        ({"status": "LATE", "minutes_late": 1441}, "minutes_late_are_of_one_day"),
        ({"record_date": "2019-01-09"}, "record_is_of_a_learner_of_the_session"),
    ],
)
def test_the_database_refuses_what_no_record_can_be(room, fields, name):
    assert refused_name(lambda: bare(room, **fields).save(force_insert=True)) == name


def test_one_record_for_each_learner_of_a_session_and_one_a_day_without(room):
    bare(room).save(force_insert=True)
    assert refused_name(lambda: bare(room).save(force_insert=True)) == "one_record_for_each_learner_of_a_session"
    bare(room, session=None).save(force_insert=True)
    daily = bare(room, session=None)
    assert refused_name(lambda: daily.save(force_insert=True)) == "one_daily_record_for_each_learner_and_date"


def test_a_record_stays_where_it_is_and_the_log_as_it_is(room):
    bare(room).save(force_insert=True)
    other = session_of(room.batch)
    one = AttendanceRecord.objects.all()
    assert refused_name(lambda: one.update(session=other)) == "record_keeps_its_place"
    with as_owner():
        assert refused_name(lambda: MarkEntry.objects.update(status="ABSENT")) == "mark_log_is_only_added_to"
    with as_owner():
        assert refused_name(lambda: MarkEntry.objects.all().delete()) == "mark_log_is_only_added_to"


def test_the_tally_follows_every_mark(room):
    def tally():
        return BatchTally.objects.values_list("present", "absent", "late", "excused").get()

    room.mark(room.row(0, "ABSENT"))
    assert tally() == (2, 1, 0, 0)
    room.patch(room.row(0, "LATE"), room.row(1, "EXCUSED"), room.row(2, None))
    assert tally() == (0, 0, 1, 1)
    room.mark()
    assert tally() == (1, 0, 1, 1)


def test_instructors_mark_their_own_registers_alone(room):
    stranger = Api(room.campus.token(room.campus.instructor()))
    assert room.mark(api=stranger).fields == ["session_id"]
    assert room.patch(room.row(0, "ABSENT"), api=stranger).status == 404
    student = Api(room.campus.token(room.enrollments[0].student))
    assert room.mark(api=student).status == 403
    assert room.patch(room.row(0, "ABSENT"), api=student).status == 403
    assert room.mark(api=Api(room.campus.token(room.teacher))).status == 200


def test_times_are_told_in_utc(room):
    moment = datetime(2026, 1, 8, 6, 0, tzinfo=UTC)
    row = room.patch(room.row(0, "ABSENT", marked_at="2026-01-08T08:00:00+02:00")).data["register"][0]
    assert row["marked_at"] == "2026-01-08T06:00:00.000Z"
    assert AttendanceRecord.objects.get().marked_at == moment


def test_notes_are_kept_as_they_are_read_whoever_hands_them_in(room):
    found = sessions_in_full(room.campus.admin, ClassSession.objects.filter(pk=room.session.pk))
    session, seat = found.get(), room.enrollments[0]
    for note, kept in ((" \u202eTaxi\r\nla\u200bte\x07 ", "Taxi\nlate"), ("\u200b", "")):
        mark_learners(by=room.campus.admin, session=session, marks=[MarkInput(seat.pk, "ABSENT", notes=note)])
        assert AttendanceRecord.objects.get(enrollment=seat).notes == kept
    with pytest.raises(Invalid, match="NUL") as refused:
        mark_learners(by=room.campus.admin, session=session, marks=[MarkInput(seat.pk, "ABSENT", notes="a\x00b")])
    assert [one.field for one in refused.value.errors] == ["records.0.notes"]
