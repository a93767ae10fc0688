"""The dialog that enrolls many: what is picked stays, where students are now is said, and what its buttons say."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from muster.attendance.tests.test_marking import session_of
from muster.enrollments.models import Enrollment
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
EAST, WEST = "Pacific/Kiritimati", "Pacific/Honolulu"


@pytest.fixture
def campus():
    return Campus.found()


def test_picks_stay_through_searches_and_students_show_their_current_batch(campus):
    batch, other = campus.batch(), campus.batch(code="OTHER-1")
    anna, bongani = campus.student("Anna Dube"), campus.student("Bongani Zulu")
    campus.enroll(other, anna)
    browser, path = Browser(campus), f"/batches/{batch.pk}/students/enroll/"
    fragment = browser.get(
        path, {"q": "Bongani", "student": str(anna.pk)}, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="found-students"
    )
    ticked = re.findall(r'value="([\w-]+)" id="s-[\w-]+" checked', fragment.content.decode())
    assert ticked == [str(anna.pk)]
    assert "Now in OTHER-1" in words_of(fragment)
    assert f's-{bongani.pk}"' in fragment.content.decode()
    # Without scripts the button finds, enrolls nobody, and keeps what is ticked.
    found = browser.post(path, {"find": "1", "q": "Bongani", "student": str(anna.pk)})
    assert (found.status_code, Enrollment.objects.filter(batch=batch).count()) == (200, 0)
    assert f'id="s-{anna.pk}" checked' in found.content.decode()


def test_the_button_counts_whom_it_enrolls(campus):
    page = Browser(campus).get(f"/batches/{campus.batch().pk}/students/enroll/")
    [words] = re.findall(r'data-picks="([^"]+)"', page.content.decode())
    said = json.loads(words.replace("&quot;", '"'))
    assert (said["one"], said["other"], said["zero"]) == ("Enroll {n} student", "Enroll {n} students", "Enroll")


def test_no_dialog_offers_to_cancel_a_cancelling():
    """A button that cancels something stands beside one that says what is kept."""
    wrong = [
        f"{file}: {found[0]}"
        for file in Path("muster/web").rglob("*.py")
        for text in [file.read_text(encoding="utf-8")]
        for found in re.finditer(r"button=(?:_|ngettext)\(\"(Cancel|Withdraw)", text)
        if "keep=" not in text[max(found.start() - 300, 0) : found.end() + 300]
    ]
    assert wrong == []


def test_what_is_cancelled_stands_beside_what_is_kept(campus):
    seat, browser = campus.enroll(campus.batch()), Browser(campus)
    for headers in ({}, {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "sheet"}):
        page = browser.get(f"/enrollments/{seat.pk}/cancel/", **headers).content.decode()
        foot = page.partition("<footer")[2].partition("</footer>")[0]
        assert re.findall(r">([^<>]+)</(?:a|button)>", foot) == ["Keep enrollment", "Cancel enrollment"]


def test_home_and_the_batch_say_the_same_hours_and_name_the_clock(campus):
    """A class of a branch in another zone is shown by its own clock, wherever it is shown."""
    campus.institution.time_zone = EAST
    campus.institution.save()
    branch = campus.branch(time_zone=WEST)
    teacher, student = campus.instructor(), campus.student()
    batch = campus.batch(
        branch=branch,
        lead=teacher,
        start_date=campus.admin.today() - timedelta(days=7),
        slots=[slot(day, "09:00", "11:30") for day in range(1, 8)],
    )
    campus.enroll(batch, student)
    for person in (teacher, student):
        browser = Browser(campus, person)
        home = words_of(browser.get("/"))
        assert "09:00" in home
        assert "Honolulu" in home
        # What the clock of the institution shows at that moment.
        assert "10:00" not in home
        assert "12:30" not in home
        assert "09:00" in words_of(browser.get(f"/batches/{batch.pk}/"))


def test_a_cancelled_session_is_named_by_its_day_in_words(campus):
    batch = campus.batch()
    session = session_of(batch, batch.start_date, status="cancelled")
    browser = Browser(campus)
    page = browser.post(f"/institution/attendance/sessions/{session.pk}", {"do": "all"})
    assert "The session on Mon 7 Jan 2030 is cancelled" in words_of(page)


def test_enrolling_oneself_has_one_door(campus):
    batch, student = campus.batch(), campus.student()
    browser, door = Browser(campus, student), f"/batches/{batch.pk}/enroll/"
    pages = ("/", "/catalogue/", f"/courses/{batch.course_id}/", f"/batches/{batch.pk}/")
    doors = {path: set(re.findall(r'href="([^"]*/enroll/)"', browser.get(path).content.decode())) for path in pages}
    assert doors == {path: {door} for path in pages}
    for other in (f"/students/{student.pk}/enroll/", f"/batches/{batch.pk}/students/enroll/"):
        assert browser.post(other, {"batch": str(batch.pk), "student": str(student.pk)}).status_code == 403, other
    assert not batch.enrollments.exists()
    browser.post(door)
    assert batch.enrollments.get().student == student
