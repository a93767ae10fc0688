"""The pages of materials: added, read, opened and counted."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from muster.batches.models import InstructorAssignment
from muster.enrollments.rules import hold_enrollment
from muster.materials.models import Material, MaterialView
from muster.materials.rules import SentFile, add_material
from muster.timetable.models import ClassSession
from tests.files import PDF, heic, png
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
LINK = "https://example.org/slides"


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


@pytest.fixture
def batch(campus):
    return campus.batch(lead=campus.instructor("Leila Farouk"), slots=[slot(2, "08:00", "10:00")])


@pytest.fixture
def lead(campus, batch):
    return campus.actor(InstructorAssignment.objects.get(batch=batch).instructor)


def test_a_file_is_sent_from_the_batch_to_one_of_its_sessions(campus, batch, lead):
    browser = Browser(campus, lead.user)
    page = browser.get(f"/batches/{batch.pk}/materials/")
    assert "No materials yet" in words_of(page)
    session = ClassSession.objects.filter(meeting=batch.pk).first()
    sent = {"file": SimpleUploadedFile("Week 3.pdf", PDF), "title": "", "to": "batch"}
    browser.post(f"/batches/{batch.pk}/materials/new/", sent)
    browser.post(f"/sessions/{session.pk}/materials/new/", {"url": LINK, "title": "Recording"})
    browser.post(f"/courses/{batch.course_id}/materials/new/", {"url": LINK, "title": "Reader"})
    said = words_of(browser.get(f"/batches/{batch.pk}/materials/"))
    assert said.rindex("Week 3") < said.rindex("Reader") < said.rindex("Recording")
    assert "Recording" in words_of(browser.get(f"/institution/attendance/sessions/{session.pk}"))
    assert "Reader" in words_of(browser.get(f"/courses/{batch.course_id}/"))


def test_what_is_wrong_stands_beside_its_field(campus, batch, lead):
    browser = Browser(campus, lead.user)
    answer = browser.post(
        f"/batches/{batch.pk}/materials/new/", {"url": "http://example.org", "title": "A", "to": "batch"}
    )
    assert answer.status_code == 400
    assert "https://" in words_of(answer)
    assert not Material.objects.exists()


def test_students_read_open_and_are_counted(campus, batch, lead):
    students = [campus.enroll(batch).student for _each in range(2)]
    row = add_material(by=lead, to=batch, title="Slides", file=SentFile(PDF, "Week 3.pdf"))
    browser = Browser(campus, students[0])
    tab = browser.get(f"/batches/{batch.pk}/materials/")
    assert "New" in words_of(tab)
    assert "Seen by" not in words_of(tab)
    assert "Slides" in words_of(browser.get("/"))
    file = browser.get(f"/materials/{row.pk}/")
    assert b"".join(file.streaming_content) == PDF
    assert MaterialView.objects.get().user == students[0]
    assert "Seen by 1 of 2" in words_of(Browser(campus, lead.user).get(f"/batches/{batch.pk}/materials/"))
    seen = Browser(campus, lead.user).get(f"/materials/{row.pk}/views/?batch={batch.pk}&opened=no")
    assert students[1].full_name in words_of(seen)
    assert students[0].full_name not in words_of(seen)
    assert browser.get(f"/materials/{row.pk}/views/").status_code == 403


def test_a_link_leads_where_it_says_and_is_counted(campus, batch, lead):
    row = add_material(by=lead, to=batch, title="Video", url=LINK)
    student = campus.enroll(batch).student
    answer = Browser(campus, student).get(f"/materials/{row.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, LINK)
    assert MaterialView.objects.get().user == student


@pytest.mark.parametrize(
    ("content", "name", "disposition", "policy"),
    [
        (PDF, "a.pdf", "inline", "script-src 'none'; frame-ancestors 'none'"),
        (png(), "a.png", "inline", "sandbox; default-src 'none'"),
        (heic(), "a.heic", "attachment", "sandbox; default-src 'none'"),
    ],
    ids=("pdf", "png", "heic"),
)
def test_browsers_show_what_is_safe_and_run_nothing(campus, batch, lead, content, name, disposition, policy):
    row = add_material(by=lead, to=batch, file=SentFile(content, name))
    answer = Browser(campus, lead.user).get(f"/materials/{row.pk}/")
    assert answer["Content-Disposition"] == f'{disposition}; filename="{name}"'
    assert answer["Content-Security-Policy"] == policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


def test_who_is_on_hold_has_neither_the_tab_nor_the_page(campus, batch, lead):
    row = add_material(by=lead, to=batch, title="Video", url=LINK)
    seat = campus.enroll(batch)
    hold_enrollment(by=campus.admin, enrollment=seat)
    browser = Browser(campus, seat.student)
    assert f"/batches/{batch.pk}/materials/" not in browser.get(f"/batches/{batch.pk}/").content.decode()
    assert browser.get(f"/batches/{batch.pk}/materials/").status_code == 403
    assert browser.get(f"/materials/{row.pk}/").status_code == 404


def test_the_palette_finds_what_the_person_may_read(campus, batch, lead):
    add_material(by=lead, to=batch, title="Periodic table", url=LINK)
    assert "Periodic table" in words_of(Browser(campus, lead.user).get("/search/?q=periodic"))
    assert "Periodic table" not in words_of(Browser(campus, campus.student()).get("/search/?q=periodic"))
