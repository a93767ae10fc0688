"""The three ways to learn, by hand, from the first day to the certificate: each person does their part on the pages."""

import re
from datetime import time, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from muster.mentoring.models import MentoringSession
from muster.timetable.models import ClassSession
from tests.browser.test_results import expect_saved
from tests.make import PASSWORD
from tests.workflows.learning import bring_back

pytestmark = pytest.mark.browser


class Course:
    """A course with a batch that meets now, who leads it, who mentors, and Ada, who is in no batch yet."""

    def __init__(self, campus, seat_of):
        self.campus, self.seat_of = campus, seat_of
        self.naledi, self.thandi = campus.instructor("Naledi Mokoena"), campus.instructor("Thandi Nkosi")
        self.ada = campus.student("Ada Byron")
        for person in (self.naledi, self.thandi, self.ada):
            person.set_password(PASSWORD)
            person.save()
        today = campus.at_noon().admin.today()
        self.batch = campus.batch(
            name="Data analytics", code="DA-1", lead=self.naledi,
            course=campus.course(title="Data analytics", certificate_progress_percent=80),
            start_date=today - timedelta(days=7), end_date=today + timedelta(days=30),
        )  # fmt: skip
        self.session = ClassSession.objects.create(
            institution=campus.institution,
            meeting_id=self.batch.pk,
            date=today,
            start_time=time(0, 0),
            end_time=time(23, 59),
            is_edited=True,
        )

    def person(self, user):
        """Somebody signed in, before their Home."""
        seat = self.seat_of()
        seat.sign_in(user.email)
        return seat


@pytest.fixture
def school(campus, seat_of):
    return Course(campus, seat_of)


def press(tab, name):
    """The button of the dialog that is open, which closes."""
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("button", name=name).click()
    expect(dialog).to_have_count(0)


def enroll_ada(school):
    """The administrator gives Ada a seat, on the page of the batch."""
    admin = school.person(school.campus.admin.user)
    admin.go(f"/batches/{school.batch.pk}/students/")
    admin.tab.get_by_role("link", name="Enroll students").first.click()
    admin.tab.get_by_role("dialog").get_by_label("Ada Byron").check()
    press(admin.tab, "Enroll 1 student")
    return admin


def take_register(school):
    """The lead takes the register of now, on its page, and locks it."""
    lead = school.person(school.naledi)
    lead.tab.get_by_role("link", name="Take register").first.click()
    lead.tab.get_by_role("button", name="Mark remaining 1 present").click()
    expect(lead.tab.locator("[data-save-text]")).to_have_text("Saved")
    lead.tab.locator("[data-lock]:visible").click()
    lead.tab.get_by_role("dialog").locator("[type=submit]").click()
    expect(lead.tab.get_by_text("Locked by Naledi Mokoena").first).to_be_visible()
    return lead


def publish_a_mark(school, lead):
    """The lead adds a test, enters Ada's mark on the sheet, and publishes it."""
    tab = lead.tab
    lead.go(f"/batches/{school.batch.pk}/marks/")
    tab.get_by_role("link", name="Add assessment").first.click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Test 1")
    dialog.get_by_label("Due").fill(school.campus.admin.today().isoformat())
    dialog.get_by_label("Maximum").fill("20")
    dialog.locator("[type=submit]").click()
    expect(tab.get_by_role("link", name="Test 1").first).to_be_visible()
    tab.get_by_role("link", name="Marks sheet").click()
    tab.wait_for_url("**/marks/sheet/")
    tab.get_by_role("row", name="Ada Byron").get_by_role("textbox").first.focus()
    tab.keyboard.type("17")
    tab.keyboard.press("Enter")
    expect_saved(tab)
    # Students see what counts so far, and that is what is published.
    expect(tab.locator("tbody .tot")).to_have_text("–")
    lead.go(f"/batches/{school.batch.pk}/marks/")
    tab.get_by_role("link", name="Test 1").first.click()
    tab.get_by_role("link", name="Publish 1 mark").click()
    tab.get_by_role("dialog").locator("[type=submit]").click()
    expect(tab.locator("main")).to_contain_text("1 published")


def give_mentor(school, admin):
    """The administrator makes whoever suits best Ada's mentor."""
    admin.go(f"/mentoring/{school.ada.pk}/")
    admin.tab.get_by_role("button", name=re.compile("Make mentor.*Thandi Nkosi")).click()
    expect(admin.tab.locator("main")).to_contain_text("Thandi Nkosi")


def meet_ada(school):
    """The mentor schedules a session at the first time that suits both, and agrees on a goal."""
    mentor = school.person(school.thandi)
    tab = mentor.tab
    mentor.go(f"/mentoring/{school.ada.pk}/")
    tab.get_by_role("link", name="Schedule").first.click()
    tab.get_by_role("link", name="Later").click()
    tab.locator(".free-day .chip, .lanes [type=radio]").first.click()
    tab.locator("#session-form ~ form [type=submit], main form [type=submit]").last.click()
    expect(tab.locator("main")).to_contain_text("Next session")
    tab.get_by_role("link", name="Add goal").click()
    tab.get_by_role("dialog").get_by_label("Goal").fill("Finish the exercise book")
    tab.get_by_role("dialog").locator("[type=submit]").click()
    expect(tab.locator("main")).to_contain_text("Finish the exercise book")
    return mentor


def write_up(school, mentor):
    """Once they have met, the mentor writes it up; the goal is reached."""
    bring_back(MentoringSession.objects.get().pk, 1)
    tab = mentor.tab
    mentor.go(f"/mentoring/{school.ada.pk}/")
    tab.get_by_role("link", name="Write up").first.click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("Held").check()
    dialog.get_by_label("Summary").fill("Loops and lists.")
    dialog.locator("[type=submit]").click()
    expect(tab.locator("#timeline")).to_contain_text("Loops and lists.")
    tab.get_by_role("button", name="Done Finish the exercise book").click()
    expect(tab.locator("#timeline")).to_contain_text("Goal reached: Finish the exercise book")


def ask_the_batch(school, admin):
    """The administrator asks the batch how it is going, though nobody will be shown what so few answer."""
    admin.go(f"/batches/{school.batch.pk}/feedback/")
    admin.tab.get_by_role("link", name="Ask for feedback").first.click()
    admin.tab.get_by_role("dialog").get_by_label("Ask although no one will see the answers").check()
    press(admin.tab, "Ask 1 student")


def ask_the_mentored(school, admin):
    """The administrator asks Ada about her mentoring."""
    admin.go(f"/mentoring/{school.ada.pk}/")
    admin.tab.get_by_role("link", name="Ask for feedback").click()
    press(admin.tab, "Ask for feedback")


def answer(ada):
    """Ada finds on her Home that she is asked, and answers."""
    tab = ada.tab
    ada.go("/")
    tab.get_by_role("link", name="Give feedback").first.click()
    for question, points in (("content", 5), ("instructor", 5), ("value", 4)):
        tab.locator(f"[name={question}][value='{points}']").check()
    tab.get_by_label("Anything else?").fill("More examples, please.")
    assert ada.violations() == []
    tab.get_by_role("button", name="Send answer").click()
    expect(tab.locator("main")).to_contain_text("Answered")


def complete_the_batch(school, admin):
    """The administrator completes the batch, and with it Ada's enrollment."""
    tab = admin.tab
    admin.go(f"/batches/{school.batch.pk}/")
    tab.get_by_role("button", name="More").first.click()
    tab.get_by_role("link", name="Change status").click()
    tab.get_by_role("dialog").get_by_label("Completed").check()
    tab.get_by_role("dialog").locator("[type=submit]").click()
    expect(tab.get_by_role("dialog")).to_have_count(0)


def certify_the_batch(school, admin):
    """The administrator issues the certificates that are due."""
    admin.go(f"/batches/{school.batch.pk}/completion/")
    admin.tab.get_by_role("link", name="Issue 1 certificate").click()
    press(admin.tab, "Issue 1 certificate")
    expect(admin.tab.get_by_role("row", name="Ada Byron")).to_contain_text("Issued")


def complete_and_certify(school, admin):
    """The administrator completes what Ada studies by herself, and issues the certificate, on her page."""
    tab = admin.tab
    admin.go(f"/students/{school.ada.pk}/")
    tab.get_by_role("link", name="Complete").click()
    press(tab, "Complete")
    tab.get_by_role("link", name="Issue certificate").click()
    press(tab, "Issue certificate")
    expect(tab.get_by_role("link", name="Issue certificate")).to_have_count(0)


def find_certificate(ada, course):
    """Ada finds her certificate, and the page for employers says that it is valid."""
    tab = ada.tab
    ada.go("/")
    tab.get_by_role("navigation").get_by_role("link", name="Certificates").first.click()
    assert ada.violations() == []
    link = tab.get_by_role("link", name=f"Link to share for {course}").get_attribute("href")
    ada.go(urlsplit(link).path)
    expect(tab.locator(".verdict")).to_contain_text("valid")
    expect(tab.locator("main")).to_contain_text("Ada Byron")
    assert ada.violations() == []


def test_in_a_batch_somebody_is_enrolled_taught_marked_and_certified(school):
    admin = enroll_ada(school)
    lead = take_register(school)
    publish_a_mark(school, lead)
    ada = school.person(school.ada)
    courses = ada.tab.locator("section", has_text="My courses")
    expect(courses).to_contain_text("1 of 1 session attended")
    admin.go("/reports/progress/")
    expect(admin.tab.get_by_role("row", name="Ada Byron")).to_contain_text("100%")
    ask_the_batch(school, admin)
    answer(ada)
    complete_the_batch(school, admin)
    certify_the_batch(school, admin)
    find_certificate(ada, "Data analytics")
    assert [*admin.complaints, *lead.complaints, *ada.complaints] == []


def test_with_a_mentor_somebody_is_met_reaches_a_goal_and_is_certified(school):
    admin = school.person(school.campus.admin.user)
    admin.go(f"/students/{school.ada.pk}/")
    admin.tab.get_by_role("link", name="Enroll").first.click()
    admin.tab.get_by_role("dialog").get_by_label("Or a course without a batch").select_option(label="Data analytics")
    press(admin.tab, "Enroll")
    give_mentor(school, admin)
    mentor = meet_ada(school)
    ada = school.person(school.ada)
    expect(ada.tab.locator(".next")).to_contain_text("Mentoring with Thandi Nkosi")
    expect(ada.tab.locator("section", has_text="My mentor")).to_contain_text("Finish the exercise book")
    write_up(school, mentor)
    admin.go("/reports/mentoring/")
    expect(admin.tab.get_by_role("row", name="Ada Byron")).to_contain_text("1 of 1")
    ask_the_mentored(school, admin)
    answer(ada)
    complete_and_certify(school, admin)
    find_certificate(ada, "Data analytics")
    assert [*admin.complaints, *mentor.complaints, *ada.complaints] == []


def test_in_a_batch_and_with_a_mentor_somebody_has_one_home_and_one_certificate(school):
    admin = enroll_ada(school)
    lead = take_register(school)
    publish_a_mark(school, lead)
    give_mentor(school, admin)
    mentor = meet_ada(school)
    ada = school.person(school.ada)
    main = ada.tab.locator("main")
    expect(main).to_contain_text("1 of 1 session attended")
    expect(main).to_contain_text("0 of 1 goal reached")
    expect(main).to_contain_text("Finish the exercise book")
    assert ada.violations() == []
    ada.go(f"/students/{school.ada.pk}/")
    expect(main).to_contain_text("Hybrid learning")
    assert ada.violations() == []
    write_up(school, mentor)
    ask_the_batch(school, admin)
    answer(ada)
    ask_the_mentored(school, admin)
    answer(ada)
    complete_the_batch(school, admin)
    certify_the_batch(school, admin)
    find_certificate(ada, "Data analytics")
    assert [*admin.complaints, *lead.complaints, *mentor.complaints, *ada.complaints] == []
