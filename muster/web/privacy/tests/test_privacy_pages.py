"""Pages of personal data."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.urls import reverse

from muster.institutions.models import Institution
from muster.privacy.models import ArchiveLook, ConsentAnswer, ConsentPurpose, Erasure
from muster.privacy.rules import write_consent
from tests.make import Campus
from tests.pages import Browser, words_of
from tests.periods import everything_a_hundred_days_old

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    # Report files have a period from the start.
    return Campus.found().let(keep_reports_days=None)


def address(name, *args):
    return reverse(f"privacy:{name}", args=args)


def test_a_student_is_asked_on_home_answers_and_takes_it_back(campus):
    student = campus.student()
    purpose = write_consent(by=campus.admin, title="Photos", text="May we show them?", audience="students")
    browser = Browser(campus, student)
    assert "has 1 consent for you to answer" in words_of(browser.get("/"))
    own = words_of(browser.get(address("own")))
    assert "May we show them?" in own
    assert "Please answer" in own
    for given, said in (("yes", "You agreed"), ("no", "You don't agree")):
        done = browser.post(address("answer", purpose.pk), {"given": given, "version": "1"})
        assert said in words_of(browser.get(done["Location"]))
    assert [one.given for one in ConsentAnswer.objects.order_by("pk")] == [True, False]
    assert "for you to answer" not in words_of(browser.get("/"))


def test_a_text_that_changed_meanwhile_is_read_first(campus):
    student = campus.student()
    purpose = write_consent(by=campus.admin, title="Photos", text="May we?", audience="students")
    for version in ("0", "x", "", "99999999999999"):
        done = Browser(campus, student).post(address("answer", purpose.pk), {"given": "yes", "version": version})
        assert done.status_code == 302
    assert not ConsentAnswer.objects.exists()


def test_everyone_downloads_their_own_archive_and_sees_who_did(campus):
    student = campus.student("Ada One")
    browser = Browser(campus, student)
    response = browser.get(address("own-archive"))
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        assert "person.json" in archive.namelist()
    Browser(campus).get(address("archive", student.pk)).getvalue()
    assert ArchiveLook.objects.count() == 2
    assert campus.admin.user.full_name in words_of(browser.get(address("own")))


def test_erasing_says_numbers_and_wants_the_name(campus):
    person = campus.student("Ada One")
    browser = Browser(campus)
    page = words_of(browser.get(address("person", person.pk)))
    assert "What is erased" in page
    assert "1 record with contacts" in page
    refused = browser.post(address("person", person.pk), {"reason": "Asked", "name": "Ada"})
    assert refused.status_code == 400
    assert "This isn't the name. Type: Ada One" in words_of(refused)
    assert not Erasure.objects.exists()
    done = browser.post(address("person", person.pk), {"reason": "Asked", "name": "ada  one"})
    assert "Ada One erased" in words_of(browser.get(done["Location"]))
    assert words_of(browser.get(address("erasures"))).count("Erased student") == 1


def test_what_is_in_the_way_stands_instead_of_the_form(campus):
    person = campus.enroll(campus.batch()).student
    browser = Browser(campus)
    page = browser.get(address("person", person.pk))
    assert "1 current enrollment" in words_of(page)
    assert b'name="reason"' not in page.content
    assert browser.post(address("person", person.pk), {"reason": "x", "name": person.full_name}).status_code == 400
    assert "erase yourself" in words_of(browser.get(address("person", campus.admin.user.pk)))


def test_periods_are_previewed_and_saved(campus):
    everything_a_hundred_days_old(campus)
    browser = Browser(campus)
    url = address("retention")
    assert "no periods are set, so everything is kept" in words_of(browser.get(url))
    tried = browser.post(url, {"keep_notes_days": "60", "preview": "1"})
    assert "1 staff note" in words_of(tried)
    assert Institution.objects.get(pk=campus.institution.pk).keep_notes_days is None
    wrong = browser.post(url, {"keep_notes_days": "3"})
    assert wrong.status_code == 400
    assert browser.post(url, {"keep_notes_days": "60"}).status_code == 302
    assert Institution.objects.get(pk=campus.institution.pk).keep_notes_days == 60
    assert "1 staff note" in words_of(browser.get(url))


def test_an_administrator_writes_changes_closes_and_reopens_a_consent(campus):
    browser = Browser(campus)
    fields = {"title": "Photos", "audience": "students", "text": "May we?"}
    assert browser.post(address("consent-new"), {**fields, "text": ""}).status_code == 400
    browser.post(address("consent-new"), fields)
    purpose = ConsentPurpose.objects.get()
    browser.post(address("consent-edit", purpose.pk), {**fields, "text": "May we, please?"})
    page = words_of(browser.get(address("consent", purpose.pk)))
    assert "Version 2, asked now" in page
    assert "Version 1" in page
    assert "Photos" in words_of(browser.get(address("consents")))
    for name in ("close", "reopen"):
        assert browser.post(address(f"consent-{name}", purpose.pk)).status_code == 302
        purpose.refresh_from_db()
        assert purpose.is_open is (name == "reopen")
