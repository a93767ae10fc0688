"""Home, as each role finds it."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from muster.accounts.models import User
from muster.allocation.rules import answer_cover, ask_for_cover, assign_student
from muster.allocation.scoring import suggestions_for_batch
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, mark_learners
from muster.batches.clashes import free_leads
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.queries import batches_of
from muster.batches.rules import archive_batch
from muster.batches.rules.locks import slots_of, timetable_of
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from muster.enrollments.rules import change_status, delete_batch, hold_enrollment
from muster.institutions.models import Holiday, Institution, Role
from muster.mentoring.rules import agree_goal, change_goal, schedule_sessions
from muster.people.rules import SkillInput, add_time_off, change_profile
from muster.timetable.models import ClassSession
from tests.free import free_instructors
from tests.make import Campus, slot
from tests.pages import words_of

pytestmark = pytest.mark.django_db
# A student's asks for batches, mentor, goals, attendance, offers, electives, materials, feedback, certificates, marks
# and what is due; a manager's for batches, sessions, registers, risk, leads, lines, semesters, attendance and feedback.
MOST = 19
EVERY_DAY = [slot(day, "09:00", "10:00") for day in range(1, 8)]


@pytest.fixture
def campus():
    return Campus.found()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(user, query=""):
    response = signed_in(user).get(f"/{query}")
    assert response.status_code == 200
    return response.content.decode()


def around(campus, begins, ends, **fields):
    """A batch from so many days after today to so many."""
    today = campus.admin.today()
    days = {"start_date": today + timedelta(days=begins), "end_date": today + timedelta(days=ends)}
    return campus.batch(**days, **fields)


def statements_of(user):
    client = signed_in(user)
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/").status_code == 200
    return len(asked)


def test_signed_out_is_led_to_the_sign_in(campus):
    response = Client().get("/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/")


def test_nobody_at_all_is_led_to_the_first_run():
    assert not Institution.objects.exists()
    response = Client().get("/")
    assert (response.status_code, response["Location"]) == (302, "/first-run/")


def test_a_new_institution_is_told_how_to_begin(campus):
    shown = page_of(campus.admin.user)
    assert "No batches yet" in shown
    assert "needs your attention" not in shown


def test_admin_assigns_the_free_instructor_with_one_click(campus):
    course = campus.course()
    busy, knows, fresh = campus.instructor("Busy Bee"), campus.instructor("Knows It"), campus.instructor("Fresh Face")
    times = [slot(1, "17:30", "19:30")]
    around(campus, -10, 60, slots=times, lead=busy)
    around(campus, -200, 20, course=course, lead=knows)
    batch = around(campus, 3, 60, name="Web evenings", course=course, slots=times)
    shown = page_of(campus.admin.user)
    assert "Web evenings starts" in shown
    assert "Assign Knows It" in shown
    assert "has taught it once" in shown
    assert "Assign Busy Bee" not in shown
    client = signed_in(campus.admin.user)
    response = client.post(f"/home/batches/{batch.pk}/lead/", {"instructor": str(knows.pk)})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert InstructorAssignment.objects.filter(batch=batch, instructor=knows, role="lead").exists()
    assert "Web evenings starts" not in page_of(campus.admin.user)
    assert fresh.full_name not in page_of(campus.admin.user)


def test_the_button_assigns_who_ranks_first_among_the_suggested_and_is_undone(campus):
    # Least busy and first by name, but without the skill that the course asks for.
    campus.instructor("Abe Early")
    skilled = campus.instructor("Zoe Skilled")
    change_profile(by=campus.admin, instructor=skilled, changes={"skills": [SkillInput("Welding", 5)]})
    batch = around(campus, 3, 60, slots=EVERY_DAY, course=campus.course(required_skills=["Welding"]))
    best = suggestions_for_batch(campus.admin, batch).ranked[0].who
    assert best.id == skilled.pk
    main = page_of(campus.admin.user).partition("<main")[2].partition("</main>")[0]
    assert re.findall(r'class="btn btn-primary"[^>]*>([^<]*)<', main) == ["Assign Zoe Skilled"]
    client = signed_in(campus.admin.user)
    client.post(f"/home/batches/{batch.pk}/lead/", {"instructor": str(skilled.pk)})
    undo = re.search(r'<form method="post" action="(/batches/[^"]*/end/)">', client.get("/").content.decode())
    assert client.post(undo[1], {"undoes": "1", "next": "/"})["Location"] == "/"
    assert not batch.instructor_assignments.on(campus.admin.today()).exists()


def test_double_booking_by_the_button_is_refused_in_words(campus):
    busy = campus.instructor("Busy Bee")
    times = [slot(1, "17:30", "19:30")]
    around(campus, -10, 60, slots=times, lead=busy)
    batch = around(campus, 3, 60, slots=times)
    response = signed_in(campus.admin.user).post(
        f"/home/batches/{batch.pk}/lead/", {"instructor": str(busy.pk)}, follow=True
    )
    assert "Busy Bee teaches" in response.content.decode()
    assert not batch.instructor_assignments.exists()


@pytest.mark.parametrize("sent", [{}, {"instructor": ""}, {"instructor": "x\x00"}, {"instructor": "9" * 5000}])
def test_made_up_instructor_is_refused(campus, sent):
    batch = around(campus, 3, 60)
    response = signed_in(campus.admin.user).post(f"/home/batches/{batch.pk}/lead/", sent, follow=True)
    assert response.status_code == 200
    assert not batch.instructor_assignments.exists()


def test_instructor_of_another_institution_cannot_be_assigned(campus):
    batch, stranger = around(campus, 3, 60), Campus.found().instructor()
    signed_in(campus.admin.user).post(f"/home/batches/{batch.pk}/lead/", {"instructor": str(stranger.pk)})
    assert not batch.instructor_assignments.exists()


@pytest.mark.parametrize("pk", ["nothing", "00000000-0000-0000-0000-000000000000"])
def test_unknown_batch_is_a_page_not_found(campus, pk):
    assert signed_in(campus.admin.user).post(f"/home/batches/{pk}/lead/").status_code == 404


def leads_of(campus, batch):
    rows = batches_of(campus.admin, Batch.objects.filter(pk=batch.pk))
    return free_leads(list(rows), seen_by=campus.admin)[batch.pk]


def test_the_order_of_free_leads_is_below_limit_then_known_then_least_busy(campus):
    course = campus.course()
    campus.institution.max_active_batches = 1
    campus.institution.save()
    knows, free = campus.instructor("Knows"), campus.instructor("Unknowing")
    around(campus, -10, 60, course=course, lead=knows)
    batch = around(campus, 3, 60, course=course)
    found = leads_of(campus, batch)
    assert [(one.id, one.taught, one.active_batches) for one in found] == [(free.pk, 0, 0), (knows.pk, 1, 1)]


def test_a_slot_that_names_its_instructor_does_not_keep_a_lead_away(campus):
    busy, other = campus.instructor("Busy Bee"), campus.instructor("Guest")
    around(campus, -10, 60, slots=[slot(1, "17:30", "19:30")], lead=busy)
    batch = around(campus, 3, 60, slots=[slot(1, "17:30", "19:30", instructor=other)])
    assert len(leads_of(campus, batch)) == 2


def test_who_said_that_they_are_away_or_at_their_limit_comes_after_who_fits(campus):
    away, full, fits = campus.instructor("Abe Away"), campus.instructor("Ben Full"), campus.instructor("Zoe Fits")
    change_profile(by=campus.admin, instructor=full, changes={"max_active_batches": 1})
    around(campus, -10, 60, lead=full)
    today = campus.admin.today()
    add_time_off(by=campus.admin, instructor=away, first_date=today, last_date=today + timedelta(days=30))
    batch = around(campus, 3, 60, slots=EVERY_DAY)
    found = leads_of(campus, batch)
    assert [(one.id, one.fits) for one in found] == [(fits.pk, True), (away.pk, False), (full.pk, False)]
    assert found[2].limit == 1
    assert "Assign Zoe Fits" in page_of(campus.admin.user)


def test_home_offers_nobody_with_one_click_against_whom_something_speaks(campus):
    away, today = campus.instructor("Abe Away"), campus.admin.today()
    add_time_off(by=campus.admin, instructor=away, first_date=today, last_date=today + timedelta(days=30))
    batch = around(campus, 3, 60, slots=EVERY_DAY)
    page = page_of(campus.admin.user)
    assert "Abe Away is free at all of its times, but: away from" in page
    assert "Assign Abe Away" not in page
    response = signed_in(campus.admin.user).post(f"/home/batches/{batch.pk}/lead/", {"instructor": str(away.pk)})
    assert response["Location"] == f"/batches/{batch.pk}/instructors/"
    assert not batch.instructor_assignments.exists()


def test_home_and_the_check_of_a_timetable_rank_alike(campus):
    people = [campus.instructor(f"Teacher {number}") for number in range(6)]
    change_profile(by=campus.admin, instructor=people[0], changes={"skills": [SkillInput("Drawing", 3)]})
    change_profile(by=campus.admin, instructor=people[1], changes={"max_active_batches": 1})
    course = campus.course(required_skills=["Python"])
    around(campus, -10, 60, course=course, lead=people[1])
    around(campus, -10, 60, course=course, lead=people[4], slots=[slot(2, "09:00", "10:00")])
    around(campus, 10, 60, lead=people[5], slots=[slot(1, "09:30", "11:00")])
    batch = around(campus, 3, 60, course=course, slots=[slot(1, "09:00", "10:00")])
    timetable = timetable_of(batch, slots_of(batch), (), start=campus.admin.today(), stored=batch)
    assert leads_of(campus, batch) == free_instructors(timetable, seen_by=campus.admin, course=course)
    assert leads_of(campus, batch)[0].id == people[4].pk


def test_home_says_what_is_small_full_unscheduled_and_ending(campus):
    course = campus.course()
    tomorrow = campus.admin.today() + timedelta(days=1)
    times = [slot(tomorrow.isoweekday(), "09:00", "10:00")]
    full = around(campus, -10, 60, name="Full house", capacity=1, slots=times, course=course)
    campus.enroll(full)
    around(campus, 80, 160, code="SIB-1", course=course, capacity=9, slots=EVERY_DAY)
    around(campus, 10, 60, name="Tiny one", slots=EVERY_DAY, lead=campus.instructor())
    around(campus, 5, 60, name="No times", lead=campus.instructor())
    around(campus, -10, 5, name="Last days", slots=EVERY_DAY, lead=campus.instructor())
    shown = page_of(campus.admin.user)
    for sentence in (
        "1 batch is full",
        "9 seats in SIB-1",
        "2 batches start within 30 days with fewer than 8 students",
        "1 batch has no weekly schedule",
        "1 batch ends within two weeks",
        "5 items need your attention",
    ):
        assert sentence in shown


def test_archived_deleted_and_cancelled_batches_need_nobody(campus):
    around(campus, 3, 60, name="Still here")
    archive_batch(by=campus.admin, batch=around(campus, 3, 60, name="In the archive"))
    delete_batch(by=campus.admin, batch=around(campus, 3, 60, name="In the bin"))
    change_status(by=campus.admin, batch=around(campus, 3, 60, name="Called off"), status="Cancelled")
    shown = page_of(campus.admin.user)
    assert "Still here starts" in shown
    for gone in ("In the archive", "In the bin", "Called off"):
        assert gone not in shown


def test_today_skips_holidays(campus):
    today = campus.admin.today()
    around(campus, -10, 60, name="Daily round", slots=EVERY_DAY, lead=campus.instructor())
    assert "Daily round" in page_of(campus.admin.user).split('id="h-today"')[1].split("</section>")[0]
    # A session that has begun is not taken back by a holiday, so this one is there before.
    feasting = Campus.found()
    Holiday.objects.create(institution=feasting.institution, name="Feast", start_date=today, end_date=today)
    around(feasting, -10, 60, name="Daily round", slots=EVERY_DAY, lead=feasting.instructor())
    assert "No sessions today" in page_of(feasting.admin.user)


def test_today_says_who_teaches_and_who_substitutes(campus):
    lead, stand_in = campus.instructor("The Lead"), campus.instructor("Stand In")
    batch = around(campus, -10, 60, slots=EVERY_DAY, lead=lead)
    assert "The Lead" in page_of(campus.admin.user)
    today = campus.admin.today()
    InstructorAssignment.objects.create(
        institution=campus.institution, batch=batch, instructor=stand_in, role="substitute",
        from_date=today, until_date=today,
    )  # fmt: skip
    shown = page_of(campus.admin.user).split('id="h-today"')[1].split("</section>")[0]
    assert "Stand In" in shown
    assert "The Lead" not in shown


def test_branch_manager_sees_the_own_branch_only(campus):
    mine, other = campus.branch(name="Mine"), campus.branch(name="Other")
    around(campus, 3, 60, name="My evening", branch=mine)
    around(campus, 3, 60, name="Their evening", branch=other, slots=EVERY_DAY)
    shown = page_of(campus.person(Role.BRANCH_MANAGER, branch=mine))
    assert "My evening" in shown
    assert "Their evening" not in shown


def test_nothing_of_another_institution_is_shown(campus):
    around(Campus.found(), -5, 60, name="Next door", slots=EVERY_DAY)
    around(campus, 3, 60, name="At home")
    shown = page_of(campus.admin.user)
    assert "At home" in shown
    assert "Next door" not in shown


def test_instructor_sees_own_classes_and_batches_only(campus):
    me, other = campus.instructor("Me Myself"), campus.instructor()
    around(campus, -10, 60, name="My class", slots=EVERY_DAY, lead=me)
    around(
        campus, -10, 60, name="Foreign class", slots=[slot(day, "11:00", "12:00") for day in range(1, 8)], lead=other
    )
    shown = page_of(me)
    assert "My class" in shown
    assert "Foreign class" not in shown
    assert "needs your attention" not in shown


def test_student_sees_next_class_place_and_what_is_open(campus):
    me = campus.student("Learner One")
    mine = around(campus, -10, 60, name="My course", slots=EVERY_DAY, lead=campus.instructor("My Teacher"))
    campus.enroll(mine, me)
    campus.enroll(mine, campus.student("Somebody Else"))
    around(campus, 10, 60, name="Open course", slots=[slot(1, "13:00", "14:00")])
    full = around(campus, 10, 60, name="Full course", capacity=1)
    campus.enroll(full)
    shown = page_of(me)
    for word in ("My course", "My Teacher", "Open course", "Access until"):
        assert word in shown
    for word in ("Full course", "Somebody Else"):
        assert word not in shown


def test_an_instructor_sees_whichever_session_is_first_of_a_batch_or_with_a_student(campus):
    me, ada = campus.instructor("Thandi Nkosi"), campus.student("Ada Byron")
    assign_student(by=campus.admin, student=ada, instructor=me)
    noon = datetime.combine(campus.admin.today() + timedelta(days=2), time(12))
    schedule_sessions(by=campus.actor(me), student=ada, starts_at=noon, channel="phone")
    page = words_of(signed_in(me).get("/"))
    assert "No sessions today, 1 more this week" in page
    assert re.search(r"Next session .{0,40}12:00 Mentoring with Ada Byron", page)
    assert "Goals and notes" in page


def test_a_student_with_a_mentor_sees_whichever_session_is_first_and_what_was_agreed(campus):
    me, mentor = campus.student("Ada Byron"), campus.instructor("Thandi Nkosi")
    assign_student(by=campus.admin, student=me, instructor=mentor)
    assert "No session scheduled" in page_of(me)
    in_a_week = datetime.combine(campus.admin.today() + timedelta(days=7), time(12, 30))
    meeting = {"by": campus.actor(mentor), "student": me}
    schedule_sessions(**meeting, starts_at=in_a_week, channel="phone")
    goal = agree_goal(**meeting, title="Finish the exercise book", due_on=in_a_week.date())
    next_session = page_of(me).split('id="h-next"')[1].split("</section>")[0]
    assert "Mentoring with Thandi Nkosi" in next_session
    assert "Phone" in next_session
    assert "Finish the exercise book" in page_of(me)
    change_goal(by=campus.actor(mentor), goal=goal, changes={"status": "reached"})
    assert "Finish the exercise book" not in page_of(me)
    campus.enroll(around(campus, -10, 60, name="My course", slots=EVERY_DAY), me)
    page = page_of(me)
    assert "My course" in page.split('id="h-next"')[1].split("</section>")[0]
    # Every day of this week and next is a session; that with the mentor stands among them.
    assert "Next session" in page.split("My mentor")[1]


def test_student_is_warned_of_what_meets_at_the_same_time(campus):
    me = campus.student()
    campus.enroll(around(campus, -10, 60, name="Mornings", slots=[slot(1, "09:00", "11:00")]), me)
    around(campus, 10, 60, slots=[slot(1, "10:00", "12:00")])
    assert "At the same time as Mornings" in page_of(me)


def test_a_place_on_hold_has_no_next_class(campus):
    me = campus.student()
    place = campus.enroll(around(campus, -10, 60, name="Paused", slots=EVERY_DAY), me)
    hold_enrollment(by=campus.admin, enrollment=place)
    shown = page_of(me)
    assert "You have no sessions scheduled" in shown
    assert "On hold" in shown


def test_regulator_sees_nothing(campus):
    around(campus, -10, 60, name="Secret class", slots=EVERY_DAY)
    shown = page_of(campus.person(Role.REGULATOR))
    assert "see any registers yet" in shown
    assert "Secret class" not in shown


def test_who_belongs_nowhere_is_told_whom_to_ask(campus):
    stranger = User.objects.create_user("nobody@example.org", "pw", full_name="No Body")
    assert "No institution has given you a role" in page_of(stranger)


def test_two_roles_are_two_homes(campus):
    both = campus.instructor("Both Hats")
    both.memberships.create(institution=campus.institution, role=Role.ADMIN)
    around(campus, -10, 60, name="My class", slots=EVERY_DAY, lead=both)
    assert "Overview" in page_of(both)
    assert "My batches" in page_of(both, "?as=instructor")
    assert "Overview" in page_of(both, "?as=student")


def fill(campus, places, teacher, learner):
    for place in places:
        course = campus.course()
        around(campus, 3 + place, 60, course=course, slots=[slot(2, f"{8 + place:02d}:00", f"{9 + place:02d}:00")])
        running = around(
            campus, -10, 60, capacity=1, lead=teacher,
            slots=[slot(day, f"{8 + place:02d}:00", f"{9 + place:02d}:00") for day in (1, 3, 5)],
        )  # fmt: skip
        campus.enroll(running, learner)
        around(campus, 30, 90, course=running.course)
        around(campus, -20, 4, lead=teacher)


def taught_yesterday(campus, code, **fields):
    """A batch of one learner that met yesterday, and nobody marked who came."""
    day = campus.admin.today() - timedelta(days=1)
    batch = around(
        campus, -1, 30, name=f"Batch {code}", code=code, slots=[slot(day.isoweekday(), "09:00", "10:00")], **fields
    )
    learner = campus.student()
    campus.enroll(batch, learner)
    with as_owner():
        SeatPeriod.objects.filter(batch=batch).update(from_date=day)
    return batch, ClassSession.objects.get(meeting=batch.pk, date=day)


def present(campus, session, enrollment):
    mark_learners(
        by=campus.admin,
        session=sessions_in_full(campus.admin, ClassSession.objects.filter(pk=session.pk)).get(),
        marks=[MarkInput(enrollment.pk, "PRESENT")],
    )


def test_home_says_which_registers_are_not_taken(campus):
    ann = campus.instructor("Ann Ames")
    _batch, session = taught_yesterday(campus, "AA-1", lead=ann)
    day = date_format(session.date, "D j M")
    shown = page_of(campus.admin.user)
    assert "1 register not taken" in shown
    assert f"Batch AA-1 ended {day}, 10:00 (Ann Ames)." in shown
    assert f'href="/institution/attendance/sessions/{session.pk}"' in shown
    own = page_of(ann)
    assert "1 register not taken" in own
    assert f"Batch AA-1 ended {day}, 10:00." in own
    assert "not taken" not in page_of(campus.instructor("Bob Busy"))
    for code in ("AA-2", "AA-3"):
        taught_yesterday(campus, code)
    shown = page_of(campus.admin.user)
    assert "3 registers not taken" in shown
    assert "And 1 more." in shown
    assert 'href="/institution/attendance/not-taken"' in shown


def test_a_taken_register_is_asked_for_no_more(campus):
    batch, session = taught_yesterday(campus, "AA-1")
    [enrollment] = batch.enrollments.all()
    present(campus, session, enrollment)
    assert "not taken" not in page_of(campus.admin.user)


def test_today_says_how_far_each_register_is_taken(campus):
    # Where it is past noon, whatever the time is here.
    campus.institution.time_zone = f"Etc/GMT{timezone.now().hour - 12:+d}"
    campus.institution.save()
    today = campus.admin.today()
    batch = around(campus, 0, 30, name="Early", slots=[slot(today.isoweekday(), "09:00", "10:00")])
    enrollments = [campus.enroll(batch), campus.enroll(batch)]
    session = ClassSession.objects.get(meeting=batch.pk, date=today)
    states = [("Not taken", "not taken"), ("Not finished", "not taken"), ("Taken", "taken")]
    for marked, (words, tally) in enumerate(states):
        if marked:
            present(campus, session, enrollments[marked - 1])
        card = page_of(campus.admin.user).split('id="h-today"')[1].split("</section>")[0]
        assert f"{words}</span>" in card
        assert f"<span><b>1</b> {tally}</span>" in card
        assert f"{marked} of 2 marked" in card


def test_a_student_reads_where_their_attendance_stands_and_what_may_be_missed(campus):
    batch, session = taught_yesterday(campus, "AA-1")
    [enrollment] = batch.enrollments.all()
    first = page_of(enrollment.student).split("<h2")
    assert any("No attendance marked yet." in part for part in first)
    mark_learners(
        by=campus.admin,
        session=sessions_in_full(campus.admin, ClassSession.objects.filter(pk=session.pk)).get(),
        marks=[MarkInput(enrollment.pk, "ABSENT")],
    )
    shown = page_of(enrollment.student)
    ahead = batch.sessions.filter(status="scheduled", date__gte=campus.admin.today()).count()
    assert "0% now, 75% required" in shown
    assert f"Attend all {ahead} remaining sessions" in shown or f"of the remaining {ahead} and still reach" in shown
    assert "You attended 0 of 1. Late counts as attended." in shown
    assert shown.count('<li class="A"><span class="vh">Absent</span>') == 1


def test_the_number_of_statements_does_not_grow(campus):
    teacher, learner = campus.instructor(), campus.student()
    people = (campus.admin.user, teacher, learner)
    fill(campus, range(1), teacher, learner)
    few = [statements_of(person) for person in people]
    fill(campus, range(1, 6), teacher, learner)
    many = [statements_of(person) for person in people]
    assert many == few
    assert max(many) <= MOST


def test_a_long_day_is_cut_to_what_is_near(campus):
    for place in range(17):
        around(campus, -5, 30, name=f"Round {place:02d}", slots=EVERY_DAY)
    shown = page_of(campus.admin.user)
    assert "And 3 more" in shown or "more</a>" in shown
    whole = page_of(campus.admin.user, "?today=all").split('id="h-today"')[1].split("</section>")[0]
    assert whole.count('class="when"') == 17


def test_who_asks_for_cover_stands_before_who_may_settle_it_and_who_is_asked(campus):
    ann, bea = campus.instructor("Ann Away"), campus.instructor("Bea Asked")
    batch = campus.batch(name="Data", code="DA-1", lead=ann, slots=[slot(1, "08:00", "10:00")])
    days = {"first_date": date(2030, 1, 7), "last_date": date(2030, 1, 13)}
    made = ask_for_cover(by=campus.actor(ann), batch=batch, instructor=ann, asked=bea, **days)
    assert "Ann Away needs cover in DA-1" in page_of(campus.admin.user)
    assert "Can you cover Data for Ann Away" in page_of(bea)
    assert "needs cover" not in page_of(campus.person(Role.BRANCH_MANAGER, branch=campus.branch()))
    answer_cover(by=campus.actor(bea), request=made, can=True)
    assert "Bea Asked can cover." in page_of(campus.admin.user)
    assert "Can you cover" not in page_of(bea)


@pytest.mark.parametrize(("days", "words"), [(0, "Take register"), (1, "Open register")])
def test_a_register_is_taken_on_its_day_and_until_then_opened(campus, days, words):
    lead, begins = campus.instructor(), campus.admin.today() + timedelta(days=days)
    slots = [slot(begins.isoweekday(), "00:00", "23:59")]
    campus.batch(lead=lead, slots=slots, start_date=begins, end_date=begins + timedelta(days=7))
    card = re.search(r'<section class="card next".*?</section>', page_of(lead), re.DOTALL)[0]
    assert [told for told in ("Take register", "Open register") if told in card] == [words]
