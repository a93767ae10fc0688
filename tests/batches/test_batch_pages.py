"""The tabs of a batch: what they show, to whom, and what is done from them."""

import datetime as dt
import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.batches.meetings import sessions_ahead, week_in_words
from muster.batches.models import Batch
from muster.batches.rules import archive_batch, assign_instructor, share_meeting
from muster.enrollments.rules import change_status, delete_batch, enroll_student
from muster.institutions.models import Holiday, Role
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
MORNINGS = [slot(1, "09:00", "11:00"), slot(3, "09:00", "11:00")]


@pytest.fixture
def campus():
    return Campus.found(time_zone="Africa/Johannesburg")


@pytest.fixture
def browser(campus):
    return Browser(campus)


def running(campus, **fields):
    """A batch that began a month ago and goes on for half a year."""
    today = campus.admin.today()
    return campus.batch(start_date=today - timedelta(days=30), end_date=today + timedelta(days=180), **fields)


def page(browser, batch, tab=""):
    response = browser.get(f"/batches/{batch.pk}/{tab}")
    assert response.status_code == 200
    return words_of(response)


# --- when it meets --------------------------------------------------------------------------------------------------
def test_meetings_follow_the_week_within_the_dates_and_skip_holidays(campus):
    batch = campus.batch(
        start_date=date(2030, 1, 7), end_date=date(2030, 1, 21), slots=MORNINGS, branch=campus.branch()
    )
    Holiday.objects.create(
        institution=campus.institution, name="Closed", start_date=date(2030, 1, 9), end_date=date(2030, 1, 10)
    )
    Holiday.objects.create(
        institution=campus.institution,
        name="Elsewhere",
        branch=campus.branch(),
        start_date=date(2030, 1, 14),
        end_date=date(2030, 1, 14),
    )
    now = dt.datetime(2029, 12, 24, 12, tzinfo=dt.UTC)
    ahead = sessions_ahead(batch, now)
    assert [f"{one.moments[0]:%a %d %H:%M %z}" for one in ahead] == [
        "Mon 07 09:00 +0200",
        "Mon 14 09:00 +0200",
        "Wed 16 09:00 +0200",
        "Mon 21 09:00 +0200",
    ]
    during = dt.datetime(2030, 1, 16, 10, tzinfo=ZoneInfo("Africa/Johannesburg"))
    assert [one.is_on(during) for one in ahead] == [False, False, True, False]
    assert [one.is_over(during) for one in ahead] == [True, True, False, False]


def test_clock_times_are_those_of_the_branch(campus):
    batch = campus.batch(slots=[slot(1, "23:00", "23:30")], branch=campus.branch(time_zone="Asia/Tokyo"))
    first = sessions_ahead(batch, dt.datetime(2029, 1, 1, tzinfo=dt.UTC))[0]
    assert first.moments[0].isoformat() == "2030-01-07T23:00:00+09:00"


def test_the_week_in_words_gathers_days_of_one_time():
    week = [
        {"weekday": 1, "start_time": "09:00:00"},
        {"weekday": 3, "start_time": "09:00:00"},
        {"weekday": 6, "start_time": "08:30:00"},
    ]
    assert week_in_words(week) == "Mon Wed 09:00, Sat 08:30"


# --- the head -------------------------------------------------------------------------------------------------------
def test_the_solid_button_moves_with_the_job(campus, browser):
    batch = campus.batch(capacity=1)
    assert "Assign lead More" in page(browser, batch)
    led = campus.batch(capacity=1, lead=campus.instructor(), slots=MORNINGS)
    assert "Enroll students More" in page(browser, led)
    campus.enroll(led)
    assert "Change capacity More" in page(browser, led)
    change_status(by=campus.admin, batch=led, status="Active")
    change_status(by=campus.admin, batch=led, status="Completed")
    assert "Archive More" in page(browser, led)


def test_a_full_batch_names_its_siblings_with_seats(campus, browser):
    course = campus.course()
    full, free = campus.batch(course=course, capacity=1), campus.batch(course=course, code="FREE", capacity=3)
    campus.enroll(full)
    response = browser.get(f"/batches/{full.pk}/")
    assert "Full. 3 seats in FREE" in words_of(response)
    assert f'href="/batches/{free.pk}/"' in response.content.decode()


def test_siblings_that_one_may_not_see_are_not_named(campus):
    course, branch = campus.course(), campus.branch()
    full = campus.batch(course=course, capacity=1, branch=branch)
    campus.batch(course=course, code="HIDDEN", branch=campus.branch())
    campus.enroll(full)
    manager = campus.person(Role.BRANCH_MANAGER, branch=branch)
    assert "HIDDEN" not in page(Browser(campus, manager), full)


def test_what_is_still_needed_stands_on_top_with_its_way_out(campus, browser):
    today = campus.admin.today()
    batch = campus.batch(start_date=today + timedelta(days=3), end_date=today + timedelta(days=60))
    response = browser.get(f"/batches/{batch.pk}/")
    assert [(step.state, step.title) for step in response.context["steps"]] == [
        ("late", "A lead"),
        ("late", "Weekly schedule"),
        ("late", "Students"),
    ]
    assert f"/batches/{batch.pk}/instructors/assign/" in response.content.decode()


def test_a_batch_past_its_last_day_asks_to_be_completed(campus, browser):
    today = campus.admin.today()
    batch = campus.batch(start_date=today - timedelta(days=60), end_date=today - timedelta(days=1), status="Active")
    assert "the batch is still active" in page(browser, batch)


def test_a_lead_who_ends_before_the_batch_is_noticed(campus, browser):
    batch, today = running(campus, slots=MORNINGS), campus.admin.today()
    until = today + timedelta(days=10)
    assign_instructor(by=campus.admin, batch=batch, instructor=campus.instructor(), role="lead", until_date=until)
    titles = [step.title for step in browser.get(f"/batches/{batch.pk}/").context["steps"]]
    assert any(title.startswith("A lead from ") for title in titles)


def test_an_archived_batch_shows_no_action_but_un_archive(campus, browser):
    batch = campus.batch(lead=campus.instructor())
    enrollment = campus.enroll(batch)
    archive_batch(by=campus.admin, batch=batch)
    for tab in ("", "students/", "schedule/", "instructors/", "history/"):
        content = browser.get(f"/batches/{batch.pk}/{tab}").content.decode()
        assert f"/batches/{batch.pk}/unarchive/" in content
        for action in ("archive", "capacity", "status", "delete", "students/enroll", "instructors/assign"):
            assert f'"/batches/{batch.pk}/{action}/"' not in content
        assert f"/enrollments/{enrollment.pk}/" not in content
    head = campus.person(Role.DEPT_ADMIN, department=campus.department())
    batch.refresh_from_db()
    assert Browser(campus, head).get(f"/batches/{batch.pk}/unarchive/").status_code == 403


# --- who sees what --------------------------------------------------------------------------------------------------
def test_a_student_sees_their_place_and_leaves_it(campus):
    student, batch = campus.student(), running(campus, lead=campus.instructor("Naledi"), slots=MORNINGS, notes="Secret")
    enrollment = campus.enroll(batch, student)
    browser = Browser(campus, student)
    words = page(browser, batch)
    assert "Your enrollment Active" in words
    assert "Naledi" in words
    assert "Secret" not in words
    assert "Students" not in words
    answer = browser.post(f"/enrollments/{enrollment.pk}/cancel/", {"reason": "Moving away"})
    assert answer.status_code == 302
    enrollment.refresh_from_db()
    assert (enrollment.status, enrollment.cancel_reason) == ("cancelled", "Moving away")


def test_a_student_enrolls_after_reading_what_it_is(campus):
    batch = campus.batch(
        capacity=2,
        lead=campus.instructor("Naledi"),
        branch=campus.branch(name="Durban Point"),
        course=campus.course(price="1500.00", currency="ZAR"),
        slots=[slot(1, "17:30", "19:00")],
    )
    student = campus.student()
    browser = Browser(campus, student)
    words = page(browser, batch)
    assert "Naledi" not in words
    assert "2 seats free" in words
    asked = words_of(browser.get(f"/batches/{batch.pk}/enroll/"))
    assert "It runs from 7 January 2030 to 28 June 2030, Durban Point. It meets Mon 17:30. Instructor: Naledi." in asked
    assert "The price is 1,500.00 ZAR. 2 of 2 seats are free." in asked
    assert browser.post(f"/batches/{batch.pk}/enroll/")["Location"] == f"/batches/{batch.pk}/"
    assert "You're enrolled" in page(browser, batch)
    again = browser.post(f"/batches/{batch.pk}/enroll/")
    assert again.status_code == 400
    assert "is already enrolled in this course" in words_of(again)


def test_a_full_batch_refuses_a_student_and_leads_to_its_siblings(campus):
    course = campus.course()
    full, free = campus.batch(course=course, capacity=1), campus.batch(course=course, name="Afternoons")
    campus.enroll(full)
    answer = Browser(campus, campus.student()).post(f"/batches/{full.pk}/enroll/")
    assert answer.status_code == 400
    assert "Batch has reached maximum capacity" in words_of(answer)
    assert f'href="/batches/{free.pk}/"' in answer.content.decode()


def test_an_instructor_reads_the_roster_without_contact_data_or_actions(campus):
    teacher = campus.instructor()
    batch = campus.batch(lead=teacher)
    enrollment = campus.enroll(batch)
    browser = Browser(campus, teacher)
    response = browser.get(f"/batches/{batch.pk}/students/")
    words = words_of(response)
    assert enrollment.student.full_name in words
    assert enrollment.student.email not in words
    assert f"/enrollments/{enrollment.pk}/" not in response.content.decode()
    export = b"".join(browser.get(f"/batches/{batch.pk}/students/?export=csv")).decode()
    assert enrollment.student.email not in export
    # Nor are they found by an address.
    found = browser.get(f"/batches/{batch.pk}/students/?q={enrollment.student.email}")
    assert found.context["listing"].shown == 0
    assert enrollment.student.email in page(Browser(campus), batch, "students/")


def test_who_teaches_one_batch_and_learns_in_another_reads_no_roster_there(campus):
    teacher = campus.instructor()
    campus.batch(lead=teacher)
    learned = campus.batch()
    teacher.memberships.create(institution=campus.institution, role=Role.STUDENT)
    enroll_student(by=campus.admin, student=teacher, batch=learned)
    browser = Browser(campus, teacher)
    assert browser.get(f"/batches/{learned.pk}/").status_code == 200
    for tab in ("students", "instructors", "history"):
        assert browser.get(f"/batches/{learned.pk}/{tab}/").status_code == 403


@pytest.mark.parametrize("tab", ["", "students/", "schedule/", "instructors/", "history/", "capacity/", "status/"])
def test_a_batch_of_another_institution_is_not_there(campus, tab):
    batch = campus.batch()
    assert Browser(Campus.found()).get(f"/batches/{batch.pk}/{tab}").status_code == 404


def test_a_deleted_batch_is_not_there_until_it_is_restored(campus, browser):
    batch = campus.batch(code="DA-1")
    delete_batch(by=campus.admin, batch=batch)
    assert browser.get(f"/batches/{batch.pk}/").status_code == 404
    assert "Restore DA-1?" in words_of(browser.get(f"/batches/{batch.pk}/restore/"))
    assert browser.post(f"/batches/{batch.pk}/restore/")["Location"] == f"/batches/{batch.pk}/"
    assert "DA-1 restored" in page(browser, batch)


def test_restoring_is_refused_where_its_lead_is_taken_meanwhile(campus, browser):
    lead = campus.instructor("Farid Osman")
    batch = campus.batch(lead=lead, slots=MORNINGS)
    delete_batch(by=campus.admin, batch=batch)
    campus.batch(lead=lead, slots=MORNINGS, code="NEW")
    answer = browser.post(f"/batches/{batch.pk}/restore/")
    assert answer.status_code == 400
    assert "Schedule conflict: Farid Osman teaches" in words_of(answer)


# --- the schedule ---------------------------------------------------------------------------------------------------
def test_the_schedule_names_companions_of_a_shared_meeting_as_far_as_one_may_see_them(campus):
    branch = campus.branch()
    ours, theirs = campus.batch(code="OURS", branch=branch), campus.batch(code="THEIRS", branch=campus.branch())
    share_meeting(by=campus.admin, name="Together", batches=[ours, theirs], slots=[slot(4, "10:00", "12:00")])
    assert "Shared with THEIRS" in page(Browser(campus), ours, "schedule/")
    manager = campus.person(Role.BRANCH_MANAGER, branch=branch)
    words = page(Browser(campus, manager), ours, "schedule/")
    assert "Shared with another batch" in words
    assert "THEIRS" not in words


def test_the_schedule_lists_the_holidays_ahead(campus, browser):
    batch, today = running(campus, slots=MORNINGS), campus.admin.today()
    for name, day in (("Coming", today + timedelta(days=9)), ("Gone", today - timedelta(days=9))):
        Holiday.objects.create(institution=campus.institution, name=name, start_date=day, end_date=day)
    words = page(browser, batch, "schedule/")
    assert "Coming" in words
    assert "Gone" not in words


# --- instructors ----------------------------------------------------------------------------------------------------
def test_a_lead_is_assigned_with_one_choice(campus, browser):
    batch, naledi = campus.batch(), campus.instructor("Naledi")
    form = browser.get(f"/batches/{batch.pk}/instructors/assign/")
    assert form.context["form"].initial == {"role": "lead"}
    answer = browser.post(f"/batches/{batch.pk}/instructors/assign/", {"role": "lead", "instructor_id": naledi.pk})
    assert answer["Location"] == f"/batches/{batch.pk}/instructors/"
    words = page(browser, batch, "instructors/")
    assert "Naledi leads" in words
    assert "Naledi Lead since" in words


def test_a_double_booking_is_answered_with_the_sentence_and_who_is_free(campus, browser):
    busy, free = campus.instructor("Farid Osman"), campus.instructor("Leila Farouk")
    campus.batch(lead=busy, slots=MORNINGS, name="Bookkeeping", code="BK")
    batch = campus.batch(slots=MORNINGS)
    path = f"/batches/{batch.pk}/instructors/assign/"
    answer = browser.post(path, {"role": "lead", "instructor_id": busy.pk, "notes": "Keep me"})
    assert answer.status_code == 400
    words = words_of(answer)
    assert "Schedule conflict: Farid Osman teaches Bookkeeping (BK), Monday 09:00 to 11:00" in words
    assert "Assign Leila Farouk" in words
    assert "Keep me" in answer.content.decode()
    # One click: the same form, with somebody else.
    taken = browser.post(path, {"role": "lead", "instructor_id": busy.pk, "instead": free.pk})
    assert taken.status_code == 302
    assert batch.instructor_assignments.get().instructor == free


def test_a_dialog_gets_the_form_alone_and_a_success_moves_the_window(campus, browser):
    batch, naledi = campus.batch(), campus.instructor()
    path, htmx = f"/batches/{batch.pk}/instructors/assign/", {"HX-Request": "true", "HX-Target": "sheet"}
    dialog = browser.get(path, **htmx).content.decode()
    assert "data-open" in dialog
    assert "<html" not in dialog
    refused = browser.post(path, {"role": "lead"}, **htmx)
    assert (refused.status_code, b"<dialog" in refused.content) == (400, True)
    done = browser.post(path, {"role": "lead", "instructor_id": naledi.pk}, **htmx)
    assert (done.status_code, done["HX-Redirect"]) == (200, f"/batches/{batch.pk}/instructors/")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"role": "boss"}, "role"),
        ({"role": "substitute"}, "until_date"),
        ({"role": "assistant", "from_date": "2030-02-01", "until_date": "2030-01-01"}, "until_date"),
        ({"role": "lead", "from_date": "soon"}, "from_date"),
        ({"role": "lead", "instructor_id": "nobody"}, "instructor_id"),
        ({"role": "assistant", "notes": "x" * 501}, "notes"),
        ({"role": "assistant", "notes": "a\x00b"}, "notes"),
    ],
)
def test_a_refused_assignment_names_its_field(campus, browser, sent, field):
    batch, naledi = campus.batch(), campus.instructor()
    path = f"/batches/{batch.pk}/instructors/assign/"
    answer = browser.post(path, {"instructor_id": naledi.pk, **sent})
    assert answer.status_code == 400
    assert field in answer.context["form"].errors


def test_an_assignment_ends_today_or_later_and_stays_as_history(campus, browser):
    batch, naledi = running(campus), campus.instructor("Naledi")
    assignment = assign_instructor(
        by=campus.admin, batch=batch, instructor=naledi, role="assistant", from_date=batch.start_date
    )
    path, today = f"/batches/{batch.pk}/instructors/{assignment.pk}/end/", campus.admin.today()
    early = browser.post(path, {"until_date": today - timedelta(days=5)})
    assert "The earliest last day is yesterday" in words_of(early)
    last = today + timedelta(days=7)
    assert browser.post(path, {"until_date": last, "reason": "Leave"}).status_code == 302
    assignment.refresh_from_db()
    assert assignment.until_date == last
    longer = browser.post(path, {"until_date": last + timedelta(days=1)})
    assert "Choose an earlier day" in words_of(longer)
    assert browser.post(path).status_code == 302
    words = page(browser, batch, "instructors/")
    assert "Past Naledi Assistant" in words


def test_an_assignment_of_another_batch_is_not_ended_here(campus, browser):
    other = assign_instructor(by=campus.admin, batch=campus.batch(), instructor=campus.instructor(), role="assistant")
    assert browser.get(f"/batches/{campus.batch().pk}/instructors/{other.pk}/end/").status_code == 404


# --- archiving ------------------------------------------------------------------------------------------------------
def test_archiving_says_in_numbers_what_it_does_and_is_undone_by_an_administrator(campus, browser):
    batch = campus.batch(code="DA-1")
    campus.enroll(batch)
    assert "1 current enrollment will be frozen" in words_of(browser.get(f"/batches/{batch.pk}/archive/"))
    assert browser.post(f"/batches/{batch.pk}/archive/").status_code == 302
    assert "[ARCHIVED] DA-1" in page(browser, batch)
    assert browser.post(f"/batches/{batch.pk}/unarchive/").status_code == 302
    assert "ARCHIVED" not in page(browser, batch)


# --- what it costs --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("tab", ["", "students/", "schedule/", "instructors/", "history/"])
def test_a_tab_costs_the_same_however_much_hangs_on_the_batch(campus, tab):
    batch = campus.batch(lead=campus.instructor(), slots=MORNINGS, capacity=100)
    other = campus.batch()
    browser = Browser(campus)

    def fill(weekday, count):
        for number in range(count):
            campus.enroll(batch)
            assign_instructor(by=campus.admin, batch=batch, instructor=campus.instructor(), role="assistant")
            hours = slot(weekday, f"{8 + number:02}:00", f"{8 + number:02}:30")
            share_meeting(by=campus.admin, name="Together", batches=[batch, other], slots=[hours])

    def cost():
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(f"/batches/{batch.pk}/{tab}").status_code == 200
        return len(statements)

    fill(6, 1)
    cost()
    at_one = cost()
    fill(7, 3)
    assert cost() == at_one


def solid(page):
    """What the solid button of a page says."""
    main = page.content.decode().split("<main")[1].split("</main>")[0]
    found = re.findall(r'<(?:a|button) class="btn btn-primary"[^>]*>(?:<svg.*?</svg>)?([^<]*)', main)
    return [words.strip() for words in found]


def test_the_solid_button_and_the_phases_fit_where_the_batch_stands(campus):
    browser, teacher = Browser(campus), campus.instructor()
    today = campus.admin.today()
    every_day = [slot(day, "00:00", "23:59") for day in range(1, 8)]

    def shown(**fields):
        dates = {"start_date": today + timedelta(days=30), "end_date": today + timedelta(days=60), **fields}
        page = browser.get(f"/batches/{campus.batch(**dates).pk}/")
        return solid(page), 'class="phases"' in page.content.decode()

    begun = {"start_date": today - timedelta(days=3)}
    assert shown() == (["Assign lead"], True)
    assert shown(lead=teacher) == (["Set up schedule"], True)
    assert shown(lead=campus.instructor(), slots=every_day) == (["Enroll students"], True)
    assert shown(lead=campus.instructor(), slots=every_day, **begun) == (["Take register"], True)
    batch = campus.batch(lead=campus.instructor(), slots=every_day, **begun)
    assert solid(Browser(campus, batch.instructor_assignments.get().instructor).get(f"/batches/{batch.pk}/")) == [
        "Take register"
    ]
    over = {"start_date": today - timedelta(days=60), "end_date": today - timedelta(days=3), "status": "Active"}
    assert shown(lead=campus.instructor(), slots=every_day, **over)[0] == ["Complete batch"]
    change_status(by=campus.admin, batch=batch, status="Completed")
    assert solid(browser.get(f"/batches/{batch.pk}/")) == ["Archive"]
    archive_batch(by=campus.admin, batch=Batch.objects.get(pk=batch.pk))
    assert solid(browser.get(f"/batches/{batch.pk}/")) == []


def test_the_attendance_tab_keeps_head_and_tabs(campus):
    batch = campus.batch(lead=campus.instructor())
    page = Browser(campus).get(f"/institution/attendance/cohorts/{batch.pk}").content.decode()
    current = re.search(r'<a href="([^"]*)" aria-current="page">Attendance', page)
    assert current[1] == f"/institution/attendance/cohorts/{batch.pk}"
    assert [f'href="/batches/{batch.pk}/{tab}"' in page for tab in ("", "students/", "schedule/")] == [True] * 3
