"""Mentoring on the pages: free times of both, scheduling with Undo, writing up, private notes, goals."""

from datetime import date, datetime, time, timedelta

import pytest

from muster.allocation.rules import assign_student, unassign_student
from muster.feedback.models import FeedbackRound
from muster.mentoring.models import (
    Handover,
    MentoringGoal,
    MentoringQuestion,
    MentoringSession,
    MentoringTimeRequest,
    MentorRequest,
    NoteLook,
)
from muster.mentoring.rules import agree_goal, change_goal, schedule_sessions
from muster.timetable.models import ClassSession
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db

NOON = datetime.fromisoformat("2030-03-12T12:30")
WHEN = {"date": "2030-03-12", "start_time": "12:30", "minutes": "30", "channel": "phone"}


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def mentor(campus):
    return campus.instructor("Thandi Nkosi")


@pytest.fixture
def ada(campus, mentor):
    student = campus.student("Ada Byron")
    assign_student(by=campus.admin, student=student, instructor=mentor)
    return student


@pytest.fixture
def met(campus, mentor, ada):
    return schedule_sessions(by=campus.actor(mentor), student=ada, starts_at=NOON)[0]


def past(row, **fields):
    ClassSession.objects.filter(pk=row.session_id).update(date=date(2020, 3, 10))
    MentoringSession.objects.filter(pk=row.pk).update(**fields)


def test_free_times_of_both_fill_in_the_form(campus, mentor, ada):
    campus.enroll(campus.batch(name="Web basics", lead=mentor, slots=[slot(2, "09:00", "12:00")]), ada)
    page = Browser(campus, mentor).get(f"/mentoring/{ada.pk}/schedule/", {"week": "2030-03-12"})
    words = words_of(page)
    assert "Thandi Nkosi: Web basics, 09:00 to 12:00." in words
    assert "date=2030-03-12&amp;start_time=12%3A30" in page.content.decode()
    assert "date=2030-03-12&amp;start_time=09%3A30" not in page.content.decode()
    chosen = Browser(campus, mentor).get(
        f"/mentoring/{ada.pk}/schedule/", {"date": "2030-03-12", "start_time": "12:30"}
    )
    assert 'value="2030-03-12"' in chosen.content.decode()


def test_the_button_repeats_the_time_and_a_session_that_moves_is_no_obstacle(campus, mentor, ada, met):
    chosen = {"week": "2030-03-12", "date": "2030-03-12", "start_time": "13:00"}
    browser = Browser(campus, mentor)
    assert "Schedule Tue 12 Mar, 13:00" in words_of(browser.get(f"/mentoring/{ada.pk}/schedule/", chosen))
    words = words_of(browser.get(f"/mentoring/sessions/{met.pk}/move/", chosen))
    assert "Move to Tue 12 Mar, 13:00" in words
    assert "12:30 now" in words


def test_calendars_of_both_and_of_administrators_lead_to_the_page(campus, mentor, ada, met):
    for who in (mentor, ada, campus.admin.user):
        browser = Browser(campus, who)
        page = browser.get("/institution/attendance/calendar", {"date": "2030-03-12", "view": "day"})
        assert "12:30 – 13:00 Mentoring: Ada Byron with Thandi Nkosi" in words_of(page)
        assert f"/mentoring/at/{met.session_id}/" in page.content.decode()
        assert browser.get(f"/mentoring/at/{met.session_id}/")["Location"] == f"/mentoring/{ada.pk}/"
    for who in (campus.instructor(), campus.student()):
        page = Browser(campus, who).get("/institution/attendance/calendar", {"date": "2030-03-12", "view": "day"})
        assert "Ada Byron with" not in words_of(page)


def test_the_list_of_mentees_says_who_has_not_met(campus, mentor, ada, met):
    assert "Next 12 Mar" in words_of(Browser(campus, mentor).get("/mentoring/"))


def test_a_request_for_another_mentor_is_decided_in_requests(campus, mentor, ada):
    goal = agree_goal(by=campus.actor(mentor), student=ada, title="Hand it in")
    change_goal(by=campus.admin, goal=goal, changes={"status": "reached"})
    asking = Browser(campus, ada)
    reason = {"reason": "We never find a time."}
    assert asking.post(f"/mentoring/{ada.pk}/another-mentor/", reason).status_code == 302
    assert "You requested another mentor" in words_of(asking.get(f"/mentoring/{ada.pk}/"))
    deciding = Browser(campus)
    assert "We never find a time." in words_of(deciding.get("/requests/"))
    for page in ("/", f"/mentoring/{ada.pk}/", "/requests/", "/mentoring/"):
        words = words_of(Browser(campus, mentor).get(page))
        assert "never find" not in words, page
        assert "another mentor" not in words, page
    row, sipho = MentorRequest.objects.get(), campus.instructor("Sipho Dube")
    page = deciding.get(f"/mentoring/mentor-requests/{row.pk}/approve/")
    assert ("Sipho Dube" in words_of(page), str(mentor.pk) in page.content.decode()) == (True, False)
    approved = deciding.post(f"/mentoring/mentor-requests/{row.pk}/approve/", {"instructor_id": str(sipho.pk)})
    assert approved.status_code == 302
    words = words_of(Browser(campus, sipho).get(f"/mentoring/{ada.pk}/"))
    assert "You took over from Thandi Nkosi." in words
    handover = Handover.objects.get()
    left = {"note": "Mornings suit Ada.", "notes_released": "on"}
    assert Browser(campus, mentor).post(f"/mentoring/handovers/{handover.pk}/", left).status_code == 302
    assert Browser(campus, sipho).get(f"/mentoring/{ada.pk}/").content.count(b"/mentoring/goals/") == 0
    told = words_of(Browser(campus, sipho).get(f"/mentoring/{ada.pk}/"))
    assert "Their private notes are released to you" in told
    assert "Mornings suit Ada." in told
    assert "Mornings suit Ada." not in words_of(asking.get(f"/mentoring/{ada.pk}/"))


def test_a_mentor_schedules_and_sees_it_on_the_page(campus, mentor, ada):
    browser = Browser(campus, mentor)
    assert browser.post(f"/mentoring/{ada.pk}/schedule/", WHEN).status_code == 302
    words = words_of(browser.get(f"/mentoring/{ada.pk}/"))
    assert "Scheduled for Tue 12 Mar, 12:30 to 13:00." in words
    assert "Tue 12 Mar, 12:30 30 minutes Phone" in words


def test_a_clash_is_said_in_the_form(campus, mentor, ada):
    campus.batch(name="Web basics", lead=mentor, slots=[slot(2, "12:00", "13:00")])
    refused = Browser(campus, mentor).post(f"/mentoring/{ada.pk}/schedule/", WHEN)
    assert refused.status_code == 400
    assert "Thandi Nkosi is busy on 12 March 2030: Web basics" in words_of(refused)


def test_a_student_reads_the_summary_and_no_private_notes(campus, ada, met):
    past(met, outcome="held", summary="Joins are still shaky", private_notes="Night shifts")
    browser = Browser(campus, ada)
    words = words_of(browser.get(f"/mentoring/{ada.pk}/"))
    assert "Joins are still shaky" in words
    assert "Night shifts" not in words
    assert browser.get(f"/mentoring/{ada.pk}/schedule/").status_code == 403
    assert browser.post(f"/mentoring/sessions/{met.pk}/notes/").status_code == 403


def test_an_administrator_opens_private_notes_and_is_recorded(campus, mentor, ada, met):
    past(met, outcome="held", private_notes="Night shifts")
    browser = Browser(campus)
    words = words_of(browser.get(f"/mentoring/{ada.pk}/"))
    assert "Read private notes" in words
    assert "Night shifts" not in words
    opened = words_of(browser.post(f"/mentoring/sessions/{met.pk}/notes/"))
    assert "Night shifts" in opened
    assert campus.admin.user.full_name in opened
    assert NoteLook.objects.count() == 1
    assert "Night shifts" in words_of(Browser(campus, mentor).get(f"/mentoring/{ada.pk}/"))
    assert NoteLook.objects.count() == 1


def test_a_mentor_writes_up_with_a_goal(campus, mentor, ada, met):
    past(met)
    fields = {"status": "held", "summary": "Joins", "private_notes": "", "goal": "Hand it in", "due_on": "2030-03-20"}
    browser = Browser(campus, mentor)
    assert "Not written up" in words_of(browser.get(f"/mentoring/{ada.pk}/"))
    assert browser.post(f"/mentoring/sessions/{met.pk}/write-up/", fields).status_code == 302
    words = words_of(browser.get(f"/mentoring/{ada.pk}/"))
    assert "Summary, Ada Byron sees this Joins" in words
    assert "Hand it in By 20 Mar 2030" in words


def test_a_student_says_that_a_goal_is_reached(campus, mentor, ada):
    goal = agree_goal(by=campus.actor(mentor), student=ada, title="Hand it in")
    fields = {"title": "Hand it in", "due_on": "", "status": "reached"}
    assert Browser(campus, ada).post(f"/mentoring/goals/{goal.pk}/edit/", fields).status_code == 302
    assert MentoringGoal.objects.get().status == "reached"


def test_a_student_checks_in_and_both_see_how_it_goes(campus, mentor, ada):
    browser = Browser(campus, ada)
    for mood in (4, 2):
        said = {"mood": mood, "progress": "3", "comment": "Tired"}
        assert browser.post(f"/mentoring/{ada.pk}/check-ins/new/", said).status_code == 302
    assert browser.post(f"/mentoring/{ada.pk}/check-ins/new/", {"mood": "6", "progress": ""}).status_code == 400
    for who in (ada, mentor):
        page = Browser(campus, who).get(f"/mentoring/{ada.pk}/")
        assert "Mood 2 (so-so), progress 3 (steady) Tired" in words_of(page)
        assert "mood 2, from 4 at first; progress 3." in page.content.decode()
    assert browser.post(f"/mentoring/{ada.pk}/goals/new/", {"title": "Rest", "due_on": ""}).status_code == 302


def test_a_question_waits_at_home_and_is_answered_on_the_page(campus, mentor, ada):
    asking, answering = Browser(campus, ada), Browser(campus, mentor)
    assert asking.post(f"/mentoring/{ada.pk}/questions/new/", {"question": "Which chart?"}).status_code == 302
    assert "Ada Byron asks: Which chart?" in words_of(answering.get("/"))
    assert "A question is waiting Which chart?" in words_of(answering.get(f"/mentoring/{ada.pk}/"))
    question = MentoringQuestion.objects.get()
    answer = {"answer": "A bar chart."}
    assert answering.post(f"/mentoring/questions/{question.pk}/answer/", answer).status_code == 302
    words = words_of(asking.get(f"/mentoring/{ada.pk}/"))
    assert "“A bar chart.”" in words
    assert "Thandi Nkosi usually answers within an hour" in words
    assert "asks:" not in words_of(answering.get("/"))
    assert "Half within an hour" in words_of(Browser(campus).get(f"/instructors/{mentor.pk}/"))


def test_the_timeline_tells_what_each_side_may_read(campus, mentor, ada, met):
    past(met, outcome="held", summary="Joins are still shaky", private_notes="Night shifts")
    goal = agree_goal(by=campus.actor(mentor), student=ada, title="Hand it in")
    change_goal(by=campus.admin, goal=goal, changes={"status": "reached"})
    sipho = campus.instructor("Sipho Dube")
    assign_student(by=campus.admin, student=ada, instructor=sipho, replace=True)
    for who in (ada, campus.admin.user):
        words = words_of(Browser(campus, who).get(f"/mentoring/{ada.pk}/"))
        for told in ("Goal agreed: Hand it in", "Goal reached: Hand it in", "Thandi Nkosi handed over to Sipho Dube"):
            assert told in words
        assert "Joins are still shaky" in words
        assert "Night shifts" not in words
    only = words_of(Browser(campus, ada).get(f"/mentoring/{ada.pk}/", {"show": "goals"}))
    assert ("Goal reached" in only, "handed over" in only) == (True, False)


def test_home_tells_both_of_their_next_session(campus, mentor, ada):
    noon = datetime.combine(campus.admin.today() + timedelta(days=2), time(12, 30))
    schedule_sessions(by=campus.actor(mentor), student=ada, starts_at=noon, channel="phone")
    when = f"{noon:%a} {noon.day} {noon:%b}, 12:30"
    assert f"Next session {when}, phone" in words_of(Browser(campus, ada).get("/"))
    assert f"Ada Byron {when}, phone" in words_of(Browser(campus, mentor).get("/"))


def test_who_has_a_mentor_no_more_is_not_asked_to_tell_them_anything(campus, ada):
    browser = Browser(campus, ada)
    asked = "Tell your mentor how your week was."
    assert asked in words_of(browser.get(f"/mentoring/{ada.pk}/"))
    unassign_student(by=campus.admin, student=ada)
    words = words_of(browser.get(f"/mentoring/{ada.pk}/"))
    assert (asked in words, "No mentor assigned." in words) == (False, True)


def test_a_student_asks_for_another_time_and_the_mentor_accepts_it_in_requests(campus, mentor, ada, met):
    asking, deciding = Browser(campus, ada), Browser(campus, mentor)
    path = f"/mentoring/sessions/{met.pk}/another-time/"
    assert "Ask for another time" in words_of(asking.get(f"/mentoring/{ada.pk}/"))
    page = words_of(asking.get(path, {"week": "2030-03-12", "date": "2030-03-12", "start_time": "14:00"}))
    assert "Ask for Tue 12 Mar, 14:00" in page
    wanted = {"date": "2030-03-12", "start_time": "14:00", "note": "I work at noon."}
    assert asking.post(path, wanted).status_code == 302
    assert "You requested Tue 12 Mar, 14:00 . Your mentor decides." in words_of(asking.get(f"/mentoring/{ada.pk}/"))
    for place in ("/requests/", f"/mentoring/{ada.pk}/"):
        assert "I work at noon." in words_of(deciding.get(place))
    row = MentoringTimeRequest.objects.get()
    assert deciding.post(f"/mentoring/time-requests/{row.pk}/accept/").status_code == 302
    assert "Tue 12 Mar, 14:00" in words_of(asking.get(f"/mentoring/{ada.pk}/"))
    assert asking.post(path, {"date": "", "start_time": ""}).status_code == 400


def test_another_time_is_declined_and_withdrawn_on_the_page(campus, mentor, ada, met):
    asking, deciding = Browser(campus, ada), Browser(campus, mentor)
    wanted = {"date": "2030-03-12", "start_time": "14:00", "note": ""}
    for decide in ("decline", "withdraw"):
        assert asking.post(f"/mentoring/sessions/{met.pk}/another-time/", wanted).status_code == 302
        row = MentoringTimeRequest.objects.get(status="pending")
        who = deciding if decide == "decline" else asking
        assert who.post(f"/mentoring/time-requests/{row.pk}/{decide}/", {"note": "I teach"}).status_code == 302
    assert set(MentoringTimeRequest.objects.values_list("status", flat=True)) == {"declined", "withdrawn"}


def test_a_call_is_logged_on_the_page(campus, mentor, ada):
    browser = Browser(campus, mentor)
    assert "Log a call" in words_of(browser.get(f"/mentoring/{ada.pk}/"))
    then = campus.admin.today() - timedelta(days=1)
    called = {"date": then.isoformat(), "start_time": "09:00", "minutes": "12", "channel": "phone"}
    written = {"summary": "Loops again.", "private_notes": ""}
    assert browser.post(f"/mentoring/{ada.pk}/log-call/", {**called, **written}).status_code == 302
    assert "Loops again." in words_of(Browser(campus, ada).get(f"/mentoring/{ada.pk}/"))
    assert browser.post(f"/mentoring/{ada.pk}/log-call/", {**called, "minutes": "1"}).status_code == 400


def test_a_student_who_is_mentored_is_asked_for_feedback_by_hand(campus, ada):
    browser = Browser(campus)
    assert browser.post(f"/mentoring/{ada.pk}/ask-feedback/", {"kind": "midpoint"}).status_code == 302
    assert FeedbackRound.objects.get().assignment.student == ada
    again = browser.post(f"/mentoring/{ada.pk}/ask-feedback/", {"kind": "end"})
    assert (again.status_code, "is being asked already" in words_of(again)) == (400, True)
