"""Registers signed at the lock, the sheets signed on paper, and what is printed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.attendance.errors import NotTheInstructor
from muster.attendance.models import RegisterScan, RegisterSignature
from muster.attendance.queries import scans_of, sessions_in_full, signature_of
from muster.attendance.register_files import paper_register, register_sheet, sheet_file
from muster.attendance.rules import Upload, add_scan, lock_register, unlock_register
from muster.attendance.tests.test_marking import Class, session_of
from muster.batches.errors import BatchArchived
from muster.batches.rules import archive_batch
from muster.core.audit import history_of
from muster.core.files import FileRefused
from muster.core.ownership import as_owner
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.files import PDF
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
STATEMENT = "I confirm that this register is complete and shows who attended this session."
SCAN = Upload(PDF, "signed.pdf")


@pytest.fixture
def room():
    room = Class(Campus.found(), 2)
    room.by = room.campus.actor(room.teacher)
    room.path = f"/institution/attendance/sessions/{room.session.pk}"
    return room


def full(room):
    return sessions_in_full(room.campus.admin, ClassSession.objects.filter(pk=room.session.pk)).get()


# --- signing ----------------------------------------------------------------------------------------------------------
def test_an_instructor_signs_when_locking_and_unlocking_voids_it(room):
    lock_register(by=room.by, session=full(room), sign=True)
    signature = signature_of(full(room))
    assert (signature.name, signature.statement, signature.stands) == ("Thandi Zulu", STATEMENT, True)
    assert signature.at == full(room).locked_at
    unlock_register(by=room.campus.admin, session=full(room), reason="A late note")
    assert signature_of(full(room)).stands is False
    lock_register(by=room.campus.admin, session=full(room))
    assert signature_of(full(room)).stands is False
    unlock_register(by=room.campus.admin, session=full(room), reason="Once more")
    room.campus.let(sign_off_statement="I taught this.")
    room.by = room.campus.actor(room.teacher)
    lock_register(by=room.by, session=full(room), sign=True)
    assert (signature_of(full(room)).statement, RegisterSignature.objects.count()) == ("I taught this.", 2)
    assert "sign_register" in {entry.use_case for entry in history_of(room.session).entries}


def test_who_does_not_teach_locks_without_signing(room):
    with pytest.raises(NotTheInstructor):
        lock_register(by=room.campus.admin, session=full(room), sign=True)
    other = room.campus.actor(room.campus.instructor())
    with pytest.raises(NotTheInstructor):
        lock_register(by=other, session=full(room), sign=True)
    assert full(room).is_locked is False
    lock_register(by=room.campus.admin, session=full(room))
    # Locked by somebody else already: nothing is signed.
    lock_register(by=room.by, session=full(room), sign=True)
    assert not RegisterSignature.objects.exists()


def test_the_database_keeps_a_signature_to_the_lock_it_is_of(room):
    def sign(by, at):
        with as_owner(), transaction.atomic():
            RegisterSignature.objects.create(
                institution=room.campus.institution,
                session=room.session,
                signed_by=by,
                name="Somebody",
                statement="It is so.",
                signed_at=at,
            )

    with pytest.raises(IntegrityError, match="signed by whoever locks it"):
        sign(room.teacher, timezone.now())
    lock_register(by=room.by, session=full(room))
    with pytest.raises(IntegrityError, match="signed by whoever locks it"):
        sign(room.campus.admin.user, full(room).locked_at)
    sign(room.teacher, full(room).locked_at)
    row = RegisterSignature.objects.get()
    for change in (row.delete, lambda: RegisterSignature.objects.update(name="Another")):
        with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_api_signs_and_tells_it(room):
    api, path = Api(room.campus.token(room.teacher)), f"/institution/class-sessions/{room.session.pk}"
    assert Api(room.campus.token()).put(f"{path}/lock", {"sign": True}).fields == ["sign"]
    locked = api.put(f"{path}/lock", {"sign": True})
    assert (locked.status, locked.data["signature"]["name"]) == (200, "Thandi Zulu")
    assert api.get(path).data["session"]["signature"]["statement"] == STATEMENT
    assert Api(room.campus.token()).put(f"{path}/unlock", {"reason": "A mistake"}).data["signature"] is None
    assert api.put(f"{path}/lock").data["signature"] is None


def test_pages_offer_it_show_it_and_say_when_it_is_void(room):
    teacher, admin = Browser(room.campus, room.teacher), Browser(room.campus)
    assert "Sign as Thandi Zulu" in words_of(teacher.get(f"{room.path}/lock/"))
    assert "Sign as" not in words_of(admin.get(f"{room.path}/lock/"))
    teacher.post(f"{room.path}/lock/", {"sign": "on"})
    assert f"Signed by Thandi Zulu: “{STATEMENT}”" in words_of(teacher.get(room.path))
    assert "This voids the signature of Thandi Zulu." in words_of(admin.get(f"{room.path}/unlock/"))
    admin.post(f"{room.path}/unlock/", {"reason": "A mistake"})
    assert "Unlocking it voided the signature." in words_of(teacher.get(room.path))
    teacher.post(f"{room.path}/lock/", {})
    assert "Signed by" not in words_of(teacher.get(room.path))


# --- in print ---------------------------------------------------------------------------------------------------------
def test_files_say_who_signed(room):
    lock_register(by=room.by, session=full(room), sign=True)
    sheet = register_sheet(room.campus.admin, full(room))
    lines = "".join(map(str, sheet_file(sheet, "csv").content)).splitlines()
    assert lines[0].endswith("Signed by,Signed at")
    assert "Thandi Zulu" in lines[1]
    assert f"“{STATEMENT}”" in " ".join(sheet.heading.notes)


def test_a_register_is_printed_to_be_kept_by_hand_at_any_time(room):
    room.campus.let(accreditation_number="SETA-114")
    ahead = session_of(room.batch, timezone.localdate() + timedelta(days=30))
    for session in (room.session, ahead):
        one = sessions_in_full(room.campus.admin, ClassSession.objects.filter(pk=session.pk)).get()
        sheet = paper_register(room.campus.admin, one)
        assert len(sheet.register.rows) == 2
        assert b"".join(sheet_file(sheet, "pdf").content).startswith(b"%PDF")
    answer = Browser(room.campus, room.teacher).get(f"{room.path}/paper-register/")
    assert answer["Content-Type"] == "application/pdf"


# --- the signed sheet -------------------------------------------------------------------------------------------------
def test_a_signed_sheet_stays_beside_a_locked_register_and_a_newer_one_counts(room):
    lock_register(by=room.by, session=full(room))
    first = add_scan(by=room.by, session=full(room), upload=SCAN)
    second = add_scan(by=room.campus.admin, session=full(room), upload=SCAN)
    assert list(scans_of(room.session)) == [second, first]
    for change in (first.delete, lambda: RegisterScan.objects.update(file_name="other.pdf")):
        with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(FileRefused):
        add_scan(by=room.by, session=full(room), upload=Upload(b"MZ", "signed.pdf"))
    archive_batch(by=room.campus.admin, batch=room.batch)
    with pytest.raises(BatchArchived):
        add_scan(by=room.by, session=full(room), upload=SCAN)


def test_who_sees_the_register_opens_it_and_nobody_else(room):
    scan = add_scan(by=room.by, session=full(room), upload=SCAN)
    place = f"/institution/class-sessions/{room.session.pk}/scans"
    api = Api(room.campus.token(room.teacher))
    assert [one["file_name"] for one in api.get(place).body["data"]] == ["signed.pdf"]
    assert api.get(f"{place}/{scan.pk}").content.startswith(b"%PDF")
    assert api.get(f"{place}/{room.session.pk}").status == 404
    student, stranger = room.enrollments[0].student, room.campus.instructor()
    assert Api(room.campus.token(student)).get(place).status == 403
    assert Api(room.campus.token(stranger)).get(f"{place}/{scan.pk}").status == 404
    page = words_of(Browser(room.campus, room.teacher).get(f"{room.path}/scans/"))
    assert "signed.pdf" in page
    assert Browser(room.campus, room.teacher).get(f"{room.path}/scans/{scan.pk}/").status_code == 200
    assert Browser(room.campus, stranger).get(f"{room.path}/scans/").status_code == 404
