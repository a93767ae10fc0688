"""What a student achieved: pages, documents and what verifies them, and who is told."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from muster.accounts import limits
from muster.documents.models import IssuedDocument
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import transfer_students
from muster.institutions.models import Role
from muster.notifications.models import Notification
from muster.progression.grading import State
from muster.progression.models import AcademicRecord
from muster.progression.queries import record_of, sheet_of
from muster.progression.rules import map_subject, publish_results, reopen_results
from muster.progression.tests.test_results import Class
from tests.client import Api
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def room() -> Class:
    """Ann passed with 70, Ben failed with 35, Cat has no result."""
    room = Class()
    room.fill()
    room.publish()
    return room


def record_path(room: Class, query: str = "", of: Any = None) -> str:
    return f"/students/{(of or room.ann).student_id}/record{query}"


def words_in(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def correct(room: Class, score: int) -> None:
    reopen_results(by=room.admin, mapping=room.mapping, reason="Sum was wrong", enrollment_ids=[room.ann.pk])
    room.save((room.ann, "END", score))
    room.publish()


# --- pages -----------------------------------------------------------------------------------------------------------
def test_the_student_s_page_tells_managers_of_results(room: Class) -> None:
    words = words_of(Browser(room.campus, room.admin.user).get(f"/students/{room.ann.student_id}/"))
    assert "CGPA 8.00 · 4 of 4 credits" in words
    assert "Semester 1" in words
    assert "S1, 4 credits" in words
    assert "B, 8" in words


def test_instructors_see_no_results_on_the_student_s_page(room: Class) -> None:
    words = words_of(Browser(room.campus, room.teacher).get(f"/students/{room.ann.student_id}/"))
    assert "Ann Abel" in words
    assert "CGPA" not in words
    assert "All results" not in words


def test_a_student_reads_their_own_results_and_no_corrections(room: Class) -> None:
    correct(room, 50)
    own = words_of(Browser(room.campus, room.ann.student).get(f"/students/{room.ann.student_id}/record/"))
    staff = words_of(Browser(room.campus, room.admin.user).get(f"/students/{room.ann.student_id}/record/"))
    assert "Your results" in own
    assert "A, 10" in own
    assert "Sum was wrong" not in own
    assert "Results of Ann Abel" in staff
    assert "Sum was wrong" in staff
    assert "Replaced" in staff


def test_failed_subjects_are_listed_to_repeat(room: Class) -> None:
    words = words_of(Browser(room.campus, room.admin.user).get(f"/students/{room.ben.student_id}/record/"))
    assert "0 of 4 credits" in words
    assert "To repeat 1" in words


def test_nothing_published_says_so(room: Class) -> None:
    own, staff = Browser(room.campus, room.cat.student), Browser(room.campus, room.admin.user)
    assert "once they're published" in words_of(own.get(f"/students/{room.cat.student_id}/record/"))
    assert "No results published yet." in words_of(staff.get(f"/students/{room.cat.student_id}/"))


def test_the_latest_semester_is_open_and_the_others_are_folded(room: Class) -> None:
    mapping = map_subject(by=room.admin, batch=room.batch, subject=room.subject_of("S2", semester=2, credits=2))
    cells = [(room.ann, "INT", 40), (room.ann, "END", 60)]
    first, room.mapping = room.mapping, mapping
    room.save(*cells)
    publish_results(by=room.admin, mapping=mapping)
    room.mapping = first
    page = Browser(room.campus, room.admin.user).get(f"/students/{room.ann.student_id}/").content.decode()
    assert page.count('class="sem"') == 2
    assert [part.split(">")[0].strip() for part in page.split('<details class="sem"')[1:]] == ["open", ""]
    assert [one.cgpa for one in record_of(room.admin, room.ann.student).semesters] == [D("8.00"), D("8.67")]


def test_a_page_costs_the_same_with_more_subjects(room: Class) -> None:
    def cost() -> int:
        browser = Browser(room.campus, room.admin.user)
        with CaptureQueriesContext(
            connection,
        ) as counted:
            browser.get(f"/students/{room.ann.student_id}/record/")
        return len(counted)

    before = cost()
    for code in ("S2", "S3", "S4"):
        mapping = map_subject(by=room.admin, batch=room.batch, subject=room.subject_of(code, semester=2, credits=2))
        room.mapping = mapping
        room.save((room.ann, "INT", 30), (room.ann, "END", 40))
        room.publish()
    assert cost() == before


# --- documents -------------------------------------------------------------------------------------------------------
def test_a_transcript_says_what_was_achieved(room: Class) -> None:
    reply = room.api.get(record_path(room, "?format=pdf"))
    said, document = words_in(reply.content), IssuedDocument.objects.get()
    assert reply.headers["Content-Type"] == "application/pdf"
    for words in (
        "Transcript",
        room.campus.institution.name,
        "Ann Abel",
        "S1 Subject S1 1 4 70 B 8",
        "SGPA 8.00",
        "CGPA 8.00",
        "A from 80% (10), B from 60% (8), C from 50% (6), F from 0% (0)",
        document.serial,
    ):
        assert words in said, words


def test_asked_again_it_is_the_same_document(room: Class) -> None:
    room.api.get(record_path(room, "?format=pdf"))
    room.api.get(record_path(room, "?format=xlsx"))
    assert IssuedDocument.objects.count() == 1


def test_a_transcript_fills_the_workbook(room: Class) -> None:
    reply = room.api.get(record_path(room, "?format=xlsx"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(reply.content)).get_sheet_by_index(0).to_python()
    assert ["S1", "Subject S1", 1, 1, 4, 70, "B", 8] in rows
    assert ["Student", "Ann Abel"] in [row[:2] for row in rows]
    assert ["CGPA", 8] in [row[:2] for row in rows]
    assert not any("{{" in str(cell) for row in rows for cell in row)


def test_a_semester_sheet_is_of_one_semester(room: Class) -> None:
    record = AcademicRecord.objects.get(enrollment=room.ben)
    data = room.api.get(record_path(room, of=room.ben)).data["semesters"]
    assert [one["_id"] for one in data] == [str(record.pk)]
    said = words_in(room.api.get(record_path(room, f"?format=pdf&semester={record.pk}", of=room.ben)).content)
    assert "Semester sheet" in said
    assert "Ben Bold" in said
    assert "0 of 4 35 F 0" in said
    assert "Failed" in said


def test_the_average_goes_on_after_a_transfer(room: Class) -> None:
    other = room.campus.batch(course=room.batch.course, department=room.department)
    transfer_students(by=room.admin, enrollments=[room.ann], to=other)
    room.mapping = map_subject(by=room.admin, batch=other, subject=room.subject_of("S2", semester=2, credits=2))
    moved = Enrollment.objects.get(student=room.ann.student, batch=other)
    room.save((moved, "INT", 40), (moved, "END", 60))
    room.publish()
    assert [one.cgpa for one in record_of(room.admin, room.ann.student).semesters] == [D("8.00"), D("8.67")]
    later = AcademicRecord.objects.get(enrollment=moved)
    said = words_in(room.api.get(record_path(room, f"?format=pdf&semester={later.pk}")).content)
    assert "SGPA 10.00 · CGPA 8.67" in said


def test_a_subject_that_is_repeated_in_another_batch_counts_once(room: Class) -> None:
    other = room.campus.batch(course=room.batch.course, department=room.department)
    transfer_students(by=room.admin, enrollments=[room.ben], to=other)
    room.mapping = map_subject(by=room.admin, batch=other, subject=room.subject)
    moved = Enrollment.objects.get(student=room.ben.student, batch=other)
    assert [one.mapping.subject for one in record_of(room.admin, moved.student).backlog] == [room.subject]
    room.save((moved, "INT", 40), (moved, "END", 60))
    room.publish()
    found = record_of(room.admin, moved.student)
    assert (found.cgpa, found.worth, found.earned) == (D("10.00"), D(4), D(4))
    assert not found.backlog
    assert [(one.enrollment, one.results[0].verdict, one.cgpa) for one in found.semesters] == [
        (room.ben, "failed", D("10.00")),
        (moved, "passed", D("10.00")),
    ]


def test_an_exemption_takes_no_credits_of_what_was_passed_before(room: Class) -> None:
    other = room.campus.batch(course=room.batch.course, department=room.department)
    transfer_students(by=room.admin, enrollments=[room.ann], to=other)
    room.mapping = map_subject(by=room.admin, batch=other, subject=room.subject)
    moved = Enrollment.objects.get(student=room.ann.student, batch=other)
    room.save((moved, "INT", State.EXEMPT), (moved, "END", State.EXEMPT))
    room.publish()
    found = record_of(room.admin, moved.student)
    assert (found.cgpa, found.worth, found.earned) == (D("8.00"), D(4), D(4))


def test_a_first_attempt_that_is_corrected_to_passed_stands_before_a_second_that_failed(room: Class) -> None:
    room.save((room.ben, "INT", 5), (room.ben, "END", 5), attempt=2)
    room.publish(2)
    assert len(record_of(room.admin, room.ben.student).backlog) == 1
    reopen_results(by=room.admin, mapping=room.mapping, reason="Sum was wrong", enrollment_ids=[room.ben.pk])
    room.save((room.ben, "INT", 30), (room.ben, "END", 40))
    room.publish()
    found = record_of(room.admin, room.ben.student)
    assert not found.backlog
    assert found.earned == D(4)
    assert AcademicRecord.objects.get(enrollment=room.ben).status == "passed"
    assert not sheet_of(room.mapping, 3).rows


def test_a_semester_of_somebody_else_is_refused_at_its_field(room: Class) -> None:
    record = AcademicRecord.objects.get(enrollment=room.ben)
    for key in (record.pk, "nothing"):
        reply = room.api.get(record_path(room, f"?format=pdf&semester={key}"))
        assert (reply.status, reply.fields) == (400, ["semester"])


def test_nothing_published_is_no_document(room: Class) -> None:
    reply = room.api.get(record_path(room, "?format=pdf", of=room.cat))
    assert (reply.status, reply.body["code"]) == (400, "no_results")


def test_a_semester_without_results_is_told_and_not_printed(room: Class) -> None:
    here = {"institution": room.campus.institution, "enrollment": room.ann}
    empty = AcademicRecord.objects.create(**here, semester=2)
    words = words_of(Browser(room.campus, room.admin.user).get(f"/students/{room.ann.student_id}/record/"))
    assert "Semester 2" in words
    assert "No results published yet." in words
    assert room.api.get(record_path(room, f"?format=pdf&semester={empty.pk}")).body["code"] == "no_results"
    assert "Semester 2" not in words_in(room.api.get(record_path(room, "?format=pdf")).content)
    assert room.api.get(f"/batches/{room.batch.pk}/semester-sheets?semester=2").body["code"] == "no_results"


def test_a_batch_has_all_its_sheets_in_one_file(room: Class) -> None:
    path = f"/batches/{room.batch.pk}/subjects/sheets/?semester=1"
    content = b"".join(Browser(room.campus, room.admin.user).get(path).streaming_content)
    said = words_in(content)
    assert len(PdfReader(io.BytesIO(content)).pages) == 2
    assert said.index("Ann Abel") < said.index("Ben Bold")
    assert "Cat Cole" not in said
    record = AcademicRecord.objects.get(enrollment=room.ann)
    single = words_in(room.api.get(record_path(room, f"?format=pdf&semester={record.pk}")).content)
    assert IssuedDocument.objects.count() == 2
    assert IssuedDocument.objects.get(holder=room.ann.student).serial in single


def test_sheets_of_a_batch_cost_the_same_for_more_students(room: Class) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            room.api.get(f"/batches/{room.batch.pk}/semester-sheets?semester=1")
        return len(counted)

    cost()
    before = cost()
    room.save((room.cat, "END", 40))
    room.publish()
    cost()
    assert cost() == before


@pytest.mark.parametrize(
    ("role", "status"), [(Role.INSTRUCTOR, 403), (Role.REGULATOR, 403), (Role.STUDENT, 404), (Role.BRANCH_MANAGER, 404)]
)
def test_others_get_no_document(room: Class, role: Role, status: int) -> None:
    narrowed = {"branch": room.campus.branch()} if role == Role.BRANCH_MANAGER else {}
    stranger = Api(room.campus.token(room.campus.person(role, **narrowed)))
    assert stranger.get(record_path(room, "?format=pdf")).status == status
    assert not IssuedDocument.objects.exists()


def test_students_get_their_own(room: Class) -> None:
    assert Api(room.campus.token(room.ann.student)).get(record_path(room, "?format=pdf")).status == 200


def test_the_page_lists_what_was_issued(room: Class) -> None:
    before = issued(room)
    correct(room, 50)
    after = issued(room)
    words = words_of(Browser(room.campus, room.admin.user).get(f"/students/{room.ann.student_id}/record/"))
    said = words[words.index("Issued documents") :]
    assert said.index(after.serial) < said.index("Valid") < said.index(before.serial) < said.index("Superseded")


# --- verifying -------------------------------------------------------------------------------------------------------
def issued(room: Class) -> IssuedDocument:
    room.api.get(record_path(room, "?format=pdf"))
    return IssuedDocument.objects.latest("number")


def test_anybody_who_holds_it_verifies_a_document(room: Class) -> None:
    document = issued(room)
    words = words_of(Client().get(f"/verify/{document.serial}/"))
    told = Api().get(f"/verify/{document.serial}").data
    assert "This document is valid" in words
    assert "Ann Abel" in words
    assert "Subject S1" in words
    assert (told["status"], told["kind"], told["institution"]) == ("valid", "transcript", room.campus.institution.name)
    assert {"label": "Student", "value": "Ann Abel"} in told["facts"]
    assert told["tables"][0]["rows"] == [["S1", "Subject S1", "1", "4", "70", "B", "8"]]


def test_nothing_is_told_that_the_paper_does_not_say(room: Class) -> None:
    document = issued(room)
    page = Client().get(f"/verify/{document.serial}/").content.decode()
    call = Api().get(f"/verify/{document.serial}").content.decode()
    for hidden in (room.ann.student.email, str(room.ann.student.pk), str(room.batch.pk), room.admin.user.full_name):
        assert hidden not in page
        assert hidden not in call


def test_a_corrected_result_supersedes_what_said_otherwise(room: Class) -> None:
    before = issued(room)
    correct(room, 50)
    words = words_of(Client().get(f"/verify/{before.serial}/"))
    assert "This document was superseded" in words
    assert "70" in words
    after = issued(room)
    assert after.pk != before.pk
    assert [Api().get(f"/verify/{one.serial}").data["status"] for one in (before, after)] == ["superseded", "valid"]


def test_a_correction_supersedes_later_sheets_whose_average_rests_on_it(room: Class) -> None:
    first = room.mapping
    room.mapping = map_subject(by=room.admin, batch=room.batch, subject=room.subject_of("S2", semester=2, credits=2))
    room.save((room.ann, "INT", 40), (room.ann, "END", 60))
    room.publish()
    room.mapping = first
    later = AcademicRecord.objects.get(enrollment=room.ann, semester=2)
    room.api.get(record_path(room, f"?format=pdf&semester={later.pk}"))
    correct(room, 50)
    assert IssuedDocument.objects.get().status == "superseded"


def test_a_correction_leaves_the_documents_of_others(room: Class) -> None:
    room.api.get(record_path(room, "?format=pdf", of=room.ben))
    correct(room, 50)
    assert IssuedDocument.objects.get().status == "valid"


def test_an_unknown_serial_is_nobody_s(room: Class) -> None:
    document = issued(room)
    other = document.serial[:-1] + ("2" if document.serial[-1] != "2" else "3")
    page = Client().get(f"/verify/{other}/")
    assert page.status_code == 404
    assert "No document has this serial" in words_of(page)
    assert "Ann Abel" not in words_of(page)
    assert Api().get(f"/verify/{other}").status == 404


def test_a_serial_that_is_typed_leads_to_its_page(room: Class) -> None:
    document = issued(room)
    page = Client().get(f"/verify/?serial={document.serial}")
    assert (page.status_code, page.headers["Location"]) == (302, f"/verify/{document.serial}/")
    assert Client().get("/verify/").status_code == 200


def test_too_many_looks_are_refused(room: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    serial = issued(room).serial
    caches["memory"].clear()
    monkeypatch.setattr(limits, "MOST_LOOKS", 2)
    assert [Client().get(f"/verify/{serial}/").status_code for _each in range(3)] == [200, 200, 429]
    assert Api().get(f"/verify/{serial}").status == 429


def test_no_search_engine_keeps_a_document(room: Class) -> None:
    page = Client().get(f"/verify/{issued(room).serial}/")
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]


# --- notices ---------------------------------------------------------------------------------------------------------
def titles_of(room: Class, enrollment: Any) -> list[str]:
    rows = Notification.objects.filter(user=enrollment.student, kind="results_published").order_by("created_at")
    return list(rows.values_list("title", flat=True))


def test_students_are_told_once_of_a_result_and_of_its_correction(room: Class) -> None:
    assert titles_of(room, room.ann) == ["Your result in Subject S1 is published"]
    correct(room, 50)
    assert titles_of(room, room.ann)[1:] == ["Your result in Subject S1 was corrected"]
    assert (len(titles_of(room, room.ben)), titles_of(room, room.cat)) == (1, [])


def test_the_notice_leads_to_one_s_own_results_and_names_no_grade(room: Class) -> None:
    notice = Notification.objects.filter(user=room.ben.student, kind="results_published").get()
    assert notice.text == f"Semester 1, {room.batch.code}."
    page = Browser(room.campus, room.ben.student).get(notice.url)
    assert page.headers["Location"] == f"/students/{room.ben.student_id}/record/"


def test_the_interface_has_the_templates(room: Class) -> None:
    browser = Browser(room.campus, room.admin.user)
    assert "The built-in template is used." in words_of(browser.get("/settings/documents/"))
    start = b"".join(browser.get("/settings/documents/transcript/").streaming_content)
    upload = io.BytesIO(start)
    upload.name = "Ours.xlsx"
    assert browser.post("/settings/documents/transcript/new/", {"file": upload}).status_code == 302
    assert "Your template: Ours.xlsx" in words_of(browser.get("/settings/documents/"))
    assert browser.post("/settings/documents/transcript/remove/").status_code == 302
    assert "Ours.xlsx" not in words_of(browser.get("/settings/documents/"))
    assert browser.get("/settings/documents/passport/").status_code == 404
