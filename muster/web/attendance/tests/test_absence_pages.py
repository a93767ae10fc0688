"""The pages of absences, evidence and corrections, as they are used; they work without JavaScript."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from muster.attendance.models import AbsenceNotice, AttendanceRecord, CorrectionRequest, Evidence, EvidenceLook
from muster.attendance.rules import Upload, add_evidence, announce_absence, withdraw_absence
from muster.attendance.tests.test_absences import NOTE, Class, today
from muster.batches.rules import archive_batch
from tests.files import PDF, photo
from tests.make import Campus
from tests.pages import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def room(campus):
    return Class(campus)


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def shown(response, status=200):
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


def file(content=PDF, name="note.pdf"):
    return SimpleUploadedFile(name, content)


def test_a_student_announces_an_absence_with_a_photo(room):
    client = browser(room.learners[0].student)
    page = shown(client.get("/absences/new/"))
    assert 'enctype="multipart/form-data"' in page
    assert 'capture="environment"' in page
    picture = file(photo(), "IMG.JPG")
    sent = {"first_date": today(), "last_date": "", "reason": "Flu", "kind": "medical", "photo": picture}
    response = client.post("/absences/new/", sent)
    notice = AbsenceNotice.objects.get()
    assert response["Location"] == f"/absences/{notice.pk}/"
    assert (notice.student, notice.first_date, notice.last_date) == (room.learners[0].student, today(), today())
    page = shown(client.get(response["Location"]))
    assert "Flu" in page
    assert "IMG.jpg" in page
    assert "Add evidence" in page
    mine = shown(client.get("/attendance/mine/"))
    assert "Away today" in mine
    assert "1 file" in mine


def test_a_refused_announcement_keeps_what_was_typed(room):
    client = browser(room.learners[0].student)
    sent = {"first_date": today(), "reason": "A <b>cold</b>", "kind": "medical", "file": file(b"MZ")}
    page = shown(client.post("/absences/new/", sent), 400)
    assert "This file type is not supported." in page
    assert "A &lt;b&gt;cold&lt;/b&gt;" in page
    sent = {"first_date": today(), "last_date": today() - timedelta(days=1), "reason": "", "kind": "medical"}
    page = shown(client.post("/absences/new/", sent), 400)
    assert not AbsenceNotice.objects.exists()


def test_staff_announce_for_a_student_they_name(room, campus):
    client = browser(room.teacher)
    student = room.learners[0].student
    for words in (student.email.upper(), student.full_name):
        AbsenceNotice.objects.filter().update(status="withdrawn", withdrawn_at="2026-01-01T00:00Z")
        client.post("/absences/new/", {"student": words, "first_date": today(), "reason": "Flu", "kind": "medical"})
        assert AbsenceNotice.objects.not_withdrawn().get().student == student
    stranger = Class(campus).learners[0].student
    for words in (stranger.email, "nobody", "Student"):
        sent = {"student": words, "first_date": today(), "reason": "Flu", "kind": "medical"}
        page = shown(client.post("/absences/new/", sent), 400)
        assert stranger.email not in page or words == stranger.email
    page = shown(client.get(f"/absences/new/?enrollment={room.learners[1].pk}"))
    assert room.learners[1].student.full_name in page


def test_evidence_is_sent_from_a_line_of_the_register(room):
    record = room.mark("ABSENT")
    url = reverse("attendance:learner-evidence", args=[room.session.pk, record.enrollment_id])
    client = browser(room.teacher)
    assert "Send" in shown(client.get(url))
    assert "Choose a file" in shown(client.post(url, {"kind": "medical"}), 400)
    response = client.post(url, {"kind": "family", "file": [file(), file(photo(), "b.jpg")], "note": "From home"})
    assert response["Location"] == f"/institution/attendance/sessions/{room.session.pk}"
    assert Evidence.objects.filter(record=record, note="From home").count() == 2
    assert "note.pdf" in shown(client.get(url))


def test_a_daily_record_takes_evidence_too(room):
    record = AttendanceRecord.objects.create(
        institution=room.campus.institution,
        enrollment=room.learners[0],
        record_date=today(),
        status="ABSENT",
        marked_at=timezone.now(),
    )
    client, url = browser(room.learners[0].student), f"/attendance/records/{record.pk}/evidence/"
    assert url in shown(client.get("/attendance/mine/"))
    assert client.post(url, {"kind": "medical", "file": file()})["Location"] == "/attendance/mine/"
    assert "note.pdf" in shown(client.get(url))


def test_a_file_that_is_too_large_is_refused_beside_its_field(room):
    record = room.mark("ABSENT")
    url = reverse("attendance:learner-evidence", args=[room.session.pk, record.enrollment_id])
    page = shown(browser(room.teacher).post(url, {"kind": "medical", "file": file(bytes(10 * 1024 * 1024 + 1))}), 400)
    assert "larger than 10.0" in page


def test_the_file_comes_as_a_download_and_the_look_is_recorded_and_shown(room):
    notice = room.announce(uploads=[NOTE]).notice
    (row,) = notice.evidence.all()
    response = browser(room.teacher).get(f"/evidence/{row.pk}/")
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="note.pdf"'
    assert response["Cache-Control"] == "private, no-store"
    assert EvidenceLook.objects.get().looked_by == room.teacher
    page = shown(browser(room.learners[0].student).get(f"/absences/{notice.pk}/"))
    assert "File views" in page
    assert room.teacher.full_name in page
    assert "File views" not in shown(browser(room.teacher).get(f"/absences/{notice.pk}/"))


def test_somebody_elses_file_is_not_there(room, campus):
    (row,) = add_evidence(by=room.student(), to=room.mark("ABSENT"), uploads=[NOTE]).evidence
    for person in (room.learners[1].student, Class(campus).teacher, Campus.found().admin.user):
        client = browser(person)
        assert client.get(f"/evidence/{row.pk}/").status_code == 404
        assert client.get(f"/evidence/{row.pk}/remove/").status_code == 404
    assert browser(campus.person("regulator")).get(f"/evidence/{row.pk}/").status_code == 403
    assert not EvidenceLook.objects.exists()


def test_removing_a_file_is_asked_for_and_done(room):
    notice = room.announce(uploads=[NOTE]).notice
    (row,) = notice.evidence.all()
    client = browser(room.learners[0].student)
    assert "Remove note.pdf?" in shown(client.get(f"/evidence/{row.pk}/remove/"))
    assert client.post(f"/evidence/{row.pk}/remove/")["Location"] == f"/absences/{notice.pk}/"
    assert client.get(f"/evidence/{row.pk}/").status_code == 404
    assert "No files yet" in shown(client.get(f"/absences/{notice.pk}/"))


def test_withdrawing_is_asked_for_and_done(room):
    notice = room.announce().notice
    client = browser(room.learners[0].student)
    url = f"/absences/{notice.pk}/withdraw/"
    assert "Withdraw this absence?" in shown(client.get(url))
    assert client.post(url)["Location"] == f"/absences/{notice.pk}/"
    page = shown(client.get(f"/absences/{notice.pk}/"))
    assert "Withdrawn" in page
    assert "Add evidence" not in page
    assert browser(room.teacher).get(url).status_code == 403


def test_a_correction_is_decided_where_requests_await(room, campus):
    record = room.mark("ABSENT")
    client = browser(campus.admin.user)
    page = shown(client.get("/requests/"))
    assert "No requests to decide" in page
    assert 'class="vh">waiting' not in page
    room.lock()
    add_evidence(by=room.student(), to=record, uploads=[NOTE])
    asked = CorrectionRequest.objects.get()
    page = shown(client.get("/requests/"))
    assert '<span class="count">1<span class="vh">waiting</span></span>' in page
    assert "1 request needs your decision" in page
    assert f"/corrections/{asked.pk}/" in page
    url = f"/corrections/{asked.pk}/"
    page = shown(client.get(url))
    assert "Absent becomes Excused" in page
    assert "note.pdf" in page
    shown(client.post(url, {"decision": "approve", "reason": ""}), 400)
    assert client.post(url, {"decision": "approve", "reason": "Seen"})["Location"] == "/requests/"
    record.refresh_from_db()
    assert record.status == "EXCUSED"
    assert "already been decided" in shown(client.post(url, {"decision": "reject", "reason": "No"}), 400)
    for person in (room.teacher, room.learners[0].student):
        assert browser(person).get(url).status_code == 403
    assert browser(room.learners[0].student).get("/requests/").status_code == 403
    assert f"/corrections/{asked.pk}/" not in shown(browser(room.teacher).get("/requests/"))


def test_the_other_marks_of_an_absence_are_decided_with_it(room, campus):
    days = [room.meet(today() - timedelta(days=back)) for back in (1, 2)]
    for session in days:
        room.mark("ABSENT", session=session)
        room.lock(session)
    asked = room.announce(first_date=today() - timedelta(days=3), last_date=today(), uploads=[NOTE]).corrections
    client, url = browser(campus.admin.user), f"/corrections/{asked[0].pk}/"
    assert "Apply to the other mark in this absence" in shown(client.get(url))
    client.post(url, {"decision": "approve", "reason": "Seen", "together": "on"})
    assert set(AttendanceRecord.objects.values_list("status", flat=True)) == {"EXCUSED"}
    assert "Approved by" in shown(client.get(url))


def test_names_and_reasons_are_shown_as_text(campus):
    room = Class(campus)
    student = room.learners[0].student
    student.full_name = "<b>Bold</b>"
    student.save()
    record = room.mark("ABSENT")
    room.lock()
    (asked,) = add_evidence(by=room.student(), to=record, uploads=[Upload(PDF, "<i>.pdf", note="<u>note")]).corrections
    client = browser(campus.admin.user)
    paths = ("/requests/", f"/corrections/{asked.pk}/", f"/absences/{asked.notice_id}/", "/absences/?when=all")
    for path in paths:
        page = shown(client.get(path))
        assert "&lt;b&gt;Bold" in page, path
        for raw in ("<b>Bold", "<i>.pdf", "<u>note"):
            assert raw not in page, path


def test_the_list_says_who_is_away_and_not_why(room, campus):
    room.announce(reason="Secret illness")
    gone = room.announce(1, first_date=today() - timedelta(days=3)).notice
    client = browser(room.teacher)
    page = shown(client.get("/absences/"))
    assert room.learners[0].student.full_name in page
    assert room.learners[1].student.full_name not in page
    assert "Secret" not in page
    assert room.learners[1].student.full_name in shown(client.get("/absences/?when=past"))
    withdraw_absence(by=campus.admin, notice=gone)
    assert "Withdrawn" in shown(client.get("/absences/?when=all"))
    export = client.get("/absences/?when=all&format=csv")
    assert "Secret" not in export.getvalue().decode() if hasattr(export, "getvalue") else True
    assert "No absences reported" in shown(browser(Class(campus).teacher).get("/absences/"))


def test_what_was_announced_for_an_archived_batch_stays_readable(room, campus):
    notice = room.announce(uploads=[NOTE]).notice
    archive_batch(by=campus.admin, batch=room.batch)
    assert "note.pdf" in shown(browser(room.teacher).get(f"/absences/{notice.pk}/"))


def fill(room, number):
    for back in range(number):
        session = room.meet(today() - timedelta(days=back + 1))
        room.mark("ABSENT", session=session)
        record = AttendanceRecord.objects.get(session=session)
        room.lock(session)
        add_evidence(by=room.student(), to=record, uploads=[NOTE])
        announce_absence(
            by=room.student(),
            student=room.learners[0].student,
            reason="Flu",
            first_date=today() + timedelta(days=back + 1),
            uploads=[NOTE],
        )


@pytest.mark.parametrize(
    ("path", "who", "most"),
    [
        ("/absences/?when=all", "teacher", 12),
        ("/absences/?when=all", "student", 12),
        ("/attendance/mine/", "student", 12),
        ("/requests/", "admin", 16),
    ],
)
def test_statements_do_not_grow_with_rows(campus, django_assert_max_num_queries, path, who, most):
    counts = []
    for number in (1, 6):
        room = Class(campus)
        fill(room, number)
        person = {"teacher": room.teacher, "student": room.learners[0].student, "admin": campus.admin.user}[who]
        client = browser(person)
        shown(client.get(path))
        with django_assert_max_num_queries(most) as counted:
            shown(client.get(path))
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_the_page_of_an_absence_asks_as_often_for_one_file_as_for_many(room, django_assert_max_num_queries):
    counts = []
    for number, files in ((0, 1), (1, 8)):
        notice = room.announce(number, uploads=[NOTE] * files, last_date=today() + timedelta(days=number)).notice
        client = browser(room.teacher)
        client.get("/absences/")
        with django_assert_max_num_queries(12) as counted:
            shown(client.get(f"/absences/{notice.pk}/"))
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_the_form_says_truly_who_reads_the_reason(campus):
    branch = campus.branch()
    room = Class(campus, branch=branch)
    tomorrow = today() + timedelta(days=1)
    notice = room.announce(reason="Secret illness", first_date=tomorrow).notice
    own, theirs = (words_of(browser(one).get("/absences/new/")) for one in (room.learners[0].student, room.teacher))
    assert "Administrators, and the managers and instructors of your batches on these days, can read it." in own
    whole = "The student, administrators, and the managers and instructors of the student's batches on these days can "
    assert whole + "read it." in theirs
    readers = {
        "student": room.learners[0].student,
        "administrator": campus.admin.user,
        "manager": campus.person("branch-manager", branch=branch),
        "instructor": room.teacher,
        "another student": room.learners[1].student,
        "another manager": campus.person("branch-manager", branch=campus.branch()),
        "another instructor": Class(campus).teacher,
    }
    read = {
        who: "Secret illness" in words_of(browser(one).get(f"/absences/{notice.pk}/")) for who, one in readers.items()
    }
    assert read == {who: not who.startswith("another") for who in readers}


def test_an_absence_of_a_day_to_come_reads_announced(room):
    notice = room.announce(first_date=today() + timedelta(days=2)).notice
    for person in (room.learners[0].student, room.teacher):
        for path in ("/absences/", f"/absences/{notice.pk}/"):
            page = words_of(browser(person).get(path))
            assert "Announced" in page, path
            assert "Away today" not in page, path
