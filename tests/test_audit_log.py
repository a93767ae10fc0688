"""The audit log: everything that happened in an institution and who looked, grouped, searched, paged and saved."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.rows import rows_read
from muster.attendance.rules import Upload, add_evidence, look_at
from muster.attendance.tests.test_marking import Class
from muster.core import audit_log
from muster.core.audit_log import LogFilter, LogPlace, count_of, kinds_of_rows, log_of, whole_log
from muster.core.history import TRACKED, recorded
from muster.core.models import AuditEntry
from muster.core.ownership import as_owner
from muster.enrollments.rules import change_capacity, change_status
from muster.institutions.models import Room
from muster.institutions.resources import ROOMS
from tests.files import PDF
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def start(campus):
    return timezone.now()


def asked(campus, **narrowing):
    return LogFilter(campus.institution.pk, **narrowing)


def rename(campus, room, name):
    ROOMS.change(by=campus.admin, row=room, changes={"name": name})


def rooms_of(campus, number, use_case="move_in"):
    """So many rooms, made in one request."""
    branch = campus.branch()
    with recorded(campus.admin, use_case):
        return [campus.room(branch, name=f"{use_case} {one}") for one in range(number)]


# --- what it tells ----------------------------------------------------------------------------------------------------
def test_it_tells_an_institution_all_of_its_own_between_two_moments(campus, start):
    batch, theirs = campus.batch(capacity=10), Campus.found().batch()
    change_capacity(by=campus.admin, batch=batch, capacity=12, reason="A bigger room")
    change_status(by=campus.admin, batch=batch, status="Active")
    log = log_of(asked(campus, since=start))
    assert [entry.use_case for entry in log.entries[:3]] == ["move_status", "change_capacity", "open_batch"]
    assert str(theirs.pk) not in {about.pk for entry in log.entries for about in entry.about}
    entry = log.entries[1]
    assert (entry.title, entry.reason, entry.by_id) == (
        "changed the capacity",
        "A bigger room",
        str(campus.admin.user.pk),
    )
    assert [(line.label, line.before, line.after) for line in entry.lines] == [("Seats", "10", "12")]
    assert [(about.name, about.pk) for about in entry.about] == [(batch.name, str(batch.pk))]
    assert log_of(asked(campus, since=start - timedelta(hours=1), until=start, what="batch")).entries == []


def test_what_one_request_did_to_many_is_one_entry_with_their_number(campus):
    batch = campus.batch(capacity=40)
    students = [campus.student(f"Student {number:02}") for number in range(32)]
    with recorded(campus.admin, "enroll_student"):
        for student in students:
            campus.enroll(batch, student)
    entry = log_of(asked(campus, what="enrollment")).entries[0]
    assert entry.title == "enrolled 32 students"
    [line] = entry.lines
    assert sorted(line.subjects) == [student.full_name for student in students]
    assert batch.name in {about.name for about in entry.about}


def test_a_person_changed_is_told_by_the_institution_that_knows_them(campus, start):
    person = campus.student("Amina Yusuf")
    person.phone = "+27 1"
    with recorded(campus.admin, "change_person"):
        person.save()
    [entry] = log_of(asked(campus, what="user", kind="changed", since=start)).entries[:1]
    assert [line.text for line in entry.lines] == ["Amina Yusuf, phone: none → +27 1"]


def test_looks_at_private_data_stand_in_it(campus):
    room = Class(campus, 1)
    room.patch(room.row(0, "ABSENT"))
    record = room.enrollments[0].attendance_records.get()
    by = campus.actor(room.teacher)
    (row,) = add_evidence(by=by, to=record, uploads=[Upload(PDF, "clinic-note.pdf")]).evidence
    look_at(by=by, evidence=row)
    [entry] = log_of(asked(campus, kind="looked")).entries
    assert (entry.title, entry.by_name, entry.is_look) == ("opened clinic-note.pdf", "Thandi Zulu", True)
    assert count_of(asked(campus)).looks == 1
    assert "look_at_evidence" not in [one.use_case for one in log_of(asked(campus, kind="added")).entries]


# --- what it keeps to itself ------------------------------------------------------------------------------------------
SECRET = ("password", "secret", "token", "private_notes", "code_hash", "key")


def test_nothing_secret_is_kept_in_any_history(campus):
    """Passwords, tokens and private notes by name; of what students say of others no table is told at all."""
    kept = {f"{model.__name__}.{column}" for model, tracking in TRACKED.items() for column in tracking.columns}
    # The name of a key that everybody may know.
    kept -= {"Submission.key_id"}
    assert [one for one in sorted(kept) if any(word in one.split(".")[1] for word in SECRET)] == []
    assert {"FeedbackAnswer", "Rating", "Comment"} & {model.__name__ for model in TRACKED} == set()
    hidden = {"MentoringSession.private_notes", "Message.text", "MentorRequest.reason", "Intervention.note"}
    assert hidden & kept == set()


# --- what it is asked -------------------------------------------------------------------------------------------------
def test_it_is_narrowed_by_who_what_kind_days_and_words(campus, start):
    room = campus.room(name="Old Hall")
    rename(campus, room, "New Hall")
    by, other = campus.admin.user.pk, campus.student("Chen Wu").pk

    def found(**narrowing):
        return [entry.use_case for entry in log_of(asked(campus, since=start, **narrowing)).entries]

    assert found(by=by, what="room") == ["change_room"]
    assert found(by=other) == []
    assert len(found(what="room", by_nobody=True)) == len(found(what="room", kind="added")) == 1
    assert found(what="room", kind="removed") == []
    assert found(words="old hall", kind="changed") == ["change_room"]
    assert found(words="CHÉN") == ["add_person"]
    assert found(words="changed a room") == ["change_room"]
    assert found(about=room.pk) == ["change_room", *found(what="room", kind="added")]
    assert found(words="100%") == found(words="a_b") == found(words="\\") == []
    key = log_of(asked(campus, words="changed a room")).entries[0].key
    assert found(key=key) == found(words=key) == ["change_room"]
    assert LogPlace.of("2030-01-01T00:00:00+00:00_7") == LogPlace(LogPlace.of("2030-01-01T00:00:00Z_7").at, 7)
    assert [LogPlace.of(text) for text in ("", "7", "2030-13-01T00:00_1", "2030-01-01T00:00:00_1")] == [None] * 4


def test_pages_follow_each_other_and_tell_each_request_once(campus, start):
    for number in range(7):
        rooms_of(campus, 3, f"case {number}")
    everything = [entry.key for entry in whole_log(asked(campus, since=start))]
    before, seen = None, []
    while True:
        page = log_of(asked(campus, since=start), before=before, size=2)
        seen += [entry.key for entry in page.entries]
        if (before := page.older) is None:
            break
    assert seen == everything
    assert len(seen) == len(set(seen))


def test_a_request_that_went_on_while_others_acted_is_told_on_one_page(campus, start):
    first = campus.room()
    with recorded(campus.admin, "slow"):
        Room.objects.filter(pk=first.pk).update(name="A")
    slow = AuditEntry.objects.filter(use_case="slow").get()
    others = rooms_of(campus, 1, "quick")
    # The rest of the slow one.
    with recorded(campus.admin, "slow") as context:
        context.facts["request"] = slow.request
        context.__init__(context.facts)
        Room.objects.filter(pk=others[0].pk).update(name="B")
    keys = [entry.key for entry in log_of(asked(campus, since=start)).entries]
    newest = log_of(asked(campus, since=start), size=1)
    rest = log_of(asked(campus, since=start), before=newest.older)
    assert keys[0] == newest.entries[0].key == slow.request
    assert newest.entries[0].rows == AuditEntry.objects.filter(request=slow.request).count() > 1
    assert slow.request not in [entry.key for entry in rest.entries]


def test_who_searches_is_told_how_far_back_it_went(campus, start, monkeypatch):
    monkeypatch.setattr(audit_log, "STRETCH", 5)
    room = campus.room(name="Far away")
    rooms_of(campus, 12)
    page = log_of(asked(campus, since=start, kind="changed"))
    assert (page.entries, page.looked_until is not None, page.older is not None) == ([], True, True)
    looked = []
    while page.older:
        page = log_of(asked(campus, since=start, what="room"), before=page.older)
        looked += page.entries
    assert str(room.pk) in {about.pk for entry in looked for about in entry.about}
    assert page.looked_until is None


def test_of_very_many_rows_some_are_told_and_the_others_counted(campus, start):
    rooms_of(campus, 80)
    entry = log_of(asked(campus, since=start, what="room")).entries[0]
    assert (entry.rows, entry.untold) == (80, 20)
    [alone] = log_of(asked(campus, key=entry.key)).entries
    assert (alone.rows, alone.untold) == (80, 0)


# --- what it costs ----------------------------------------------------------------------------------------------------
def test_it_costs_the_same_however_much_happened(campus, start):
    def cost(**narrowing):
        with CaptureQueriesContext(connection) as statements:
            assert log_of(asked(campus, since=start, **narrowing)).entries
        return len(statements)

    batch = campus.batch()
    campus.enroll(batch)
    at_first = cost(), cost(what="batch")
    for _number in range(5):
        campus.enroll(campus.batch(lead=campus.instructor()))
    assert (cost(), cost(what="batch")) == at_first
    assert max(at_first) <= 5


def test_a_page_reads_what_it_shows_however_long_the_log_is(campus, start):
    """Of 40,000 rows, 20,000 of them of one request, in the middle of which a page begins."""
    rooms_of(campus, 5)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_auditentry (at, owner_id, table_name, row_id, after, by_name, use_case, request, facts)
            SELECT now() - n * interval '1 minute', %s, 'institutions_room', gen_random_uuid(), '{"name": "R"}', 'M',
                   'import_rooms', CASE WHEN n > 20000 THEN 'one' ELSE n::text END, '{}'
            FROM generate_series(1, 40000) AS n
            """,
            [campus.institution.pk],
        )
        cursor.execute("ANALYZE core_auditentry")

    first = log_of(asked(campus), size=30)
    assert len(first.entries) == 30
    again = log_of(asked(campus), before=first.older, size=30)
    assert {one.key for one in first.entries} & {one.key for one in again.entries} == set()
    assert rows_of_log(lambda: log_of(asked(campus), before=first.older, size=30)) < 1_000
    assert rows_of_log(lambda: log_of(asked(campus, by=campus.admin.user.pk), before=first.older)) < 90_000
    assert count_of(asked(campus)).is_more


def rows_of_log(call):
    before = rows_read()
    call()
    return rows_read() - before


def test_each_number_is_of_what_its_filter_shows(campus, start, monkeypatch):
    old = campus.room(name="Old Hall")
    room = Class(campus, 1)
    room.patch(room.row(0, "ABSENT"))
    record = room.enrollments[0].attendance_records.get()
    by = campus.actor(room.teacher)
    (row,) = add_evidence(by=by, to=record, uploads=[Upload(PDF, "clinic-note.pdf")]).evidence
    for _number in range(2):
        look_at(by=by, evidence=row)
    rooms_of(campus, 3)
    rename(campus, old, "New Hall")
    ROOMS.remove(by=campus.admin, row=Room.objects.get(pk=old.pk))
    count = count_of(asked(campus, since=start, kind="looked", words="nothing that is said"))

    def shown(**narrowing):
        return len(list(whole_log(asked(campus, since=start, **narrowing))))

    assert count.actions == shown()
    assert count.of_kind == {kind: shown(kind=kind) for kind in audit_log.KINDS}
    assert min(count.of_kind.values()) > 0
    assert count.of_what == {what: number for what in kinds_of_rows() if (number := shown(what=what))}
    assert {one.name: one.actions for one in count.people} == {
        campus.admin.user.full_name: shown(by=campus.admin.user.pk),
        room.teacher.full_name: shown(by=room.teacher.pk),
    }
    assert count.by_nobody == shown(by_nobody=True) > 0
    monkeypatch.setattr(audit_log, "MOST_COUNTED", count.rows - 1)
    assert count_of(asked(campus, since=start)).is_more


def test_those_who_did_something_can_be_chosen(campus, start):
    rooms_of(campus, 1)
    assert [one.name for one in count_of(asked(campus, since=start)).people] == [campus.admin.user.full_name]
