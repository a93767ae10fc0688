"""Writing to batches and students from their pages, and reading what came."""

import re

import pytest

from muster.messaging.models import Message
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
WORDS = {"subject": "Monday", "text": "We start at nine."}


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


@pytest.fixture
def batch(campus):
    return campus.batch(lead=campus.instructor("Leila Farouk"))


def test_the_lead_writes_to_the_batch_and_a_student_reads_it(campus, batch):
    student = campus.enroll(batch).student
    lead = Browser(campus, batch.instructor_assignments.get().instructor)
    path = f"/batches/{batch.pk}/messages/new/"
    assert "Goes to 1 student of" in words_of(lead.get(path))
    once = re.search(r'name="once" value="([^"]+)"', lead.get(path).content.decode())[1]
    for _click in range(2):
        assert lead.post(path, {**WORDS, "once": once})["Location"] == f"/batches/{batch.pk}/messages/"
    message = Message.objects.get()
    said = words_of(lead.get(f"/batches/{batch.pk}/messages/"))
    assert "Message sent to 1 student." in said
    assert "Monday" in said
    reader = Browser(campus, student)
    assert "Monday" in words_of(reader.get("/notifications/"))
    assert "Monday" in words_of(reader.get("/messages/"))
    said = words_of(reader.get(f"/messages/{message.pk}/"))
    assert "We start at nine." in said
    assert "Leila Farouk" in said
    assert "Recipients" not in said
    assert "Monday" in words_of(reader.get(f"/students/{student.pk}/"))
    assert "Recipients" in words_of(lead.get(f"/messages/{message.pk}/"))


def test_selected_students_are_written_to(campus, batch):
    rows = [campus.enroll(batch) for _each in range(3)]
    browser = Browser(campus)
    assert 'formaction="/messages/students/new/"' in browser.get(f"/batches/{batch.pk}/students/").content.decode()
    path = "/messages/students/new/?" + "&".join(f"pick={row.pk}" for row in rows[:2])
    assert "Send to 2 students" in words_of(browser.get(path))
    assert browser.post(path, WORDS)["Location"] == f"/batches/{batch.pk}/students/"
    message = Message.objects.get()
    assert (message.batch, message.recipients.count()) == (batch, 2)
    one = f"/messages/new/?pick={rows[2].student_id}"
    assert f"Write to {rows[2].student.full_name}" in words_of(browser.get(one))
    assert browser.post(one, WORDS)["Location"] == f"/students/{rows[2].student_id}/"
    assert Message.objects.filter(batch=None).count() == 1


def test_a_refused_message_keeps_what_was_typed(campus, batch):
    campus.enroll(batch)
    page = Browser(campus).post(f"/batches/{batch.pk}/messages/new/", {"subject": "", "text": "We start at nine."})
    assert page.status_code == 400
    assert "We start at nine." in words_of(page)


def test_students_write_to_nobody(campus, batch):
    student = campus.enroll(batch).student
    browser = Browser(campus, student)
    for path in (f"/messages/new/?pick={student.pk}", f"/batches/{batch.pk}/messages/", "/messages/students/new/"):
        assert browser.get(path).status_code == 403


def test_an_empty_list_says_how_to_begin(campus):
    assert "Write to a batch from its page" in words_of(Browser(campus).get("/messages/"))
