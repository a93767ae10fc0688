"""Notes of the staff about students: who writes, who reads, and that students never do."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from muster.core.audit import history_of
from muster.core.database import violated_constraint
from muster.core.errors import Forbidden, Invalid, Missing
from muster.institutions.models import Membership, Role
from muster.people.models import MOST_NOTE, StaffNote
from muster.people.notes import add_note, change_note, delete_note, notes_about
from muster.people.permissions import staff_notes
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def thandi(campus):
    return campus.instructor("Thandi Nkosi")


@pytest.fixture
def ada(campus, thandi):
    student = campus.student("Ada Byron")
    campus.enroll(campus.batch(lead=thandi), student)
    return student


@pytest.fixture
def note(campus, thandi, ada):
    return add_note(by=campus.actor(thandi), student=ada, text="Works in the afternoon.\nAsk about mornings.")


def read_by(campus, person, student):
    return [row.text.split("\n")[0] for row in notes_about(campus.actor(person), student)]


def test_the_staff_of_a_student_reads_the_newest_first(campus, thandi, ada, note):
    add_note(by=campus.admin, student=ada, text="Called back.")
    for person in (thandi, campus.admin.user):
        assert read_by(campus, person, ada) == ["Called back.", "Works in the afternoon."]
    assert read_by(campus, campus.instructor(), ada) == []
    assert read_by(campus, ada, ada) == []


def test_a_student_who_also_works_here_never_reads_about_themselves(campus, note):
    person = campus.person(Role.ADMIN, "Zoe")
    batch = campus.batch()
    student = campus.student("Will Works")
    campus.enroll(batch, student)
    add_note(by=campus.admin, student=student, text="Promising.")
    Membership.objects.create(institution=campus.institution, user=student, role=Role.ADMIN)
    assert read_by(campus, student, student) == []
    assert read_by(campus, person, student) == ["Promising."]
    with pytest.raises(Forbidden):
        add_note(by=campus.actor(student), student=student, text="Me")


def test_only_who_wrote_it_edits_and_deletes_it(campus, thandi, note):
    for person, may in ((thandi, True), (campus.admin.user, False)):
        assert staff_notes.allows(campus.actor(person), "change", note) == may


def test_an_edit_keeps_author_and_day_and_what_it_said(campus, thandi, note):
    changed = change_note(by=campus.actor(thandi), note=note, text="  Works at night. ")
    assert (changed.text, changed.written_by, changed.created_at) == ("Works at night.", thandi, note.created_at)
    assert changed.edited_at is not None
    entries = history_of(note).entries
    assert [entry.use_case for entry in entries] == ["change_note", "add_note"]
    assert any("Works in the afternoon." in line.text for line in entries[0].lines)
    # The same words again are no edit.
    assert change_note(by=campus.actor(thandi), note=note, text="Works at night.").edited_at == changed.edited_at


def test_a_deleted_note_is_gone_but_for_the_history(campus, thandi, ada, note):
    delete_note(by=campus.actor(thandi), note=note)
    assert read_by(campus, thandi, ada) == []
    assert [entry.use_case for entry in history_of(note).entries] == ["delete_note", "add_note"]
    with pytest.raises(Missing):
        change_note(by=campus.actor(thandi), note=note, text="Again")


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b", "x" * (MOST_NOTE + 1)])
def test_a_note_says_something_short_enough(campus, ada, text):
    with pytest.raises(Invalid) as refused:
        add_note(by=campus.admin, student=ada, text=text)
    assert refused.value.errors[0].field == "text"


def test_the_database_refuses_an_empty_note(campus, ada):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        StaffNote.objects.create(institution=campus.institution, student=ada, text="")
    assert violated_constraint(refused.value) == "staff_note_says_something"


def test_the_api_reads_writes_and_refuses(campus, thandi, ada):
    api, other = Api(campus.token(thandi)), Api(campus.token())
    made = api.post(f"/students/{ada.pk}/notes", {"text": "Prefers email."})
    assert (made.status, made.data["text"], made.data["editable"]) == (201, "Prefers email.", True)
    path = f"/staff-notes/{made.data['_id']}"
    assert other.get(path).data["editable"] is False
    assert other.put(path, {"text": "Mine now"}).status == 403
    assert api.put(path, {"text": "Prefers calls."}).data["edited_at"]
    assert [row["text"] for row in other.get(f"/students/{ada.pk}/notes").data] == ["Prefers calls."]
    assert len(other.get(f"{path}/history").data) == 2
    assert api.post(f"/students/{ada.pk}/notes", {"text": " "}).status == 400
    for call in (f"/students/{ada.pk}/notes", path):
        assert Api(campus.token(ada)).get(call).status == 403
    assert api.delete(path).status == 200
    assert api.get(path).status == 404


def test_the_page_shows_notes_to_staff_and_never_to_the_student(campus, thandi, ada, note):
    page = f"/students/{ada.pk}/"
    shown = words_of(Browser(campus, thandi).get(page))
    for words in ("Works in the afternoon.", "Thandi Nkosi", "Add a note. Only staff see it.", "Edit", "Delete"):
        assert words in Browser(campus, thandi).get(page).content.decode() or words in shown
    own = Browser(campus, ada)
    for path in (page, f"{page}?show=notes"):
        assert "Works in the afternoon." not in own.get(path).content.decode()
        assert "staff" not in words_of(own.get(path))
    assert own.get(f"/staff-notes/{note.pk}/").status_code == 403
    assert own.post(f"{page}notes/new/", {"text": "Me"}).status_code == 403


def test_a_note_is_added_edited_and_deleted_on_the_page(campus, thandi, ada):
    browser, page = Browser(campus, thandi), f"/students/{ada.pk}/"
    assert browser.post(f"{page}notes/new/", {"text": "First"}).status_code == 302
    note = StaffNote.objects.get(student=ada)
    assert browser.post(f"{page}notes/new/", {"text": " "}).status_code == 400
    assert browser.post(f"/staff-notes/{note.pk}/edit/", {"text": "Second"}).status_code == 302
    told = words_of(browser.get(f"/staff-notes/{note.pk}/"))
    assert "Second" in told
    assert "edited a note" in told
    assert "Second" in words_of(browser.get(f"{page}?show=notes"))
    assert browser.post(f"/staff-notes/{note.pk}/delete/").status_code == 302
    assert not StaffNote.objects.exists()


def test_many_notes_cost_what_one_does(campus, thandi, ada, note):
    def cost():
        with CaptureQueriesContext(connection) as statements:
            assert Browser(campus, thandi).get(f"/students/{ada.pk}/").status_code == 200
        return len(statements)

    cost()
    one = cost()
    for number in range(8):
        add_note(by=campus.actor(thandi), student=ada, text=f"Note {number}")
    assert cost() == one
