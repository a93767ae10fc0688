"""No page and no reading call of the API asks the database often, however much there is, nor sorts names by bytes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import chain
from typing import Any

from django.db import connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.accounts.models import User
from muster.allocation.models import PlanItem
from muster.allocation.rules import assign_student
from muster.attendance.models import AbsenceNotice, AttendanceRecord, Evidence
from muster.batches.models import Batch
from muster.batches.rules import assign_instructor, make_feed
from muster.core.files import keep
from muster.courses.models import Subject
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.rules import change_capacity, join_waitlist
from muster.institutions.models import ApiToken, Holiday
from muster.institutions.rules import make_token
from muster.notifications.models import Notification
from muster.people.models import AvailabilityWindow, InstructorProfile, InstructorSkill, TimeOff
from muster.timetable.models import ClassSession
from tests.access.routes import routes
from tests.access.table import EVERY_ROLE
from tests.access.world import World, objects_of
from tests.api.described import operations
from tests.api.examples import EXAMPLES
from tests.api.test_answers import good_call
from tests.files import PDF
from tests.make import Campus, slot
from tests.test_sorting import by_bytes

# What a page and a call of the API may cost, signing in included.
OF_A_PAGE, OF_A_CALL = 12, 6
# What costs more. Who could teach or stand in is worked out anew each time: from the hours that are asked for, what all
# instructors bring and carry, what is booked at these hours, and what would speak against each.
MORE = {
    # What was granted, the look that is written before anything is shown, and the register.
    "/api/oversight/registers/{register_id}": 10,
    "/api/oversight/registers/{register_id}/evidence/{evidence_id}": 9,
    "/oversight/registers/{register_id}/": 15,
    "/oversight/registers/{register_id}/export/": 14,
    # Batches, sessions, registers, risk, attendance, lines, semesters, deadlines, feedback; of the requests that have
    # waited longest a statement over all kinds, and one for each kind that is shown.
    "/": 20,
    # Each figure is counted once, and once more of the days compared with.
    "/analytics/": 45,
    "/batches/{batch_id}/analytics/": 45,
    "/analytics/instructors/{instructor_id}/": 55,
    "/analytics/students/{student_id}/": 20,
    "/analytics/mentoring/": 30,
    "/api/analytics/institution": 30,
    "/api/analytics/branches/{branch_id}": 30,
    "/api/analytics/departments/{department_id}": 30,
    "/api/analytics/batches/{batch_id}": 30,
    "/api/analytics/instructors/{instructor_id}": 30,
    "/api/analytics/students/{student_id}": 10,
    "/api/analytics/mentoring": 18,
    "/api/batches/{batch_id}/suggested-instructors": 10,
    # A sheet is a subject with its scheme, students, scores, moderation and what is published of it.
    "/api/batches/{batch_id}/results": 8,
    # All sheets of a semester with their results, those that were handed out, and the lock before they are read.
    "/api/batches/{batch_id}/semester-sheets": 11,
    # The terms, then batch years, their results, marks by session and by day, and seats.
    "/api/departments/{department_id}/kpis": 7,
    # Marks, results, electives, payments, progress and certificates of everyone in the batch.
    "/api/batches/{batch_id}/completion": 11,
    "/batches/{batch_id}/completion/": 17,
    "/batches/{batch_id}/completion/issue/": 13,
    # The frame of a batch, its weights and marks, the list, and its saved views.
    "/batches/{batch_id}/marks/": 13,
    "/certificates/mine/": 13,
    "/api/cover-requests/{cover_id}/substitutes": 12,
    "/api/instructors/{instructor_id}/cover": 11,
    "/batches/{batch_id}/instructors/assign/": 16,
    "/batches/{batch_id}/instructors/suggested/": 16,
    # The frame of a batch, what it needs, who is in it and at risk, its marks beside those of its siblings, and who is
    # below the minimum; once it is over its assessments, certificates and feedback.
    "/batches/{batch_id}/": 15,
    # Everyone with marks, records and results, every subject with who could teach it, and what is missing.
    # Counted in the security log, under a lock.
    "/api/exports/{kind}": 9,
    # Who somebody is, where they are signed in, their tokens and second steps, and what lately happened to them.
    "/me/": 14,
    "/api/batches/{batch_id}/rollover/preview": 9,
    "/batches/{batch_id}/rollover/": 16,
    "/batches/{batch_id}/roll-over/": 15,
    # The frame of a batch, then its subjects, what is left of the course, groups of electives with who hasn't chosen,
    # and the sheets that the reader may enter or print.
    "/batches/{batch_id}/subjects/": 17,
    "/cover/{cover_id}/": 16,
    "/cover/{cover_id}/fill/": 13,
    # Those, and what is in the department: batch years, faculty, courses, batches.
    "/departments/{department_id}/": 22,
    # Who mentors whom, then sessions, what is asked of their times, goals, check-ins, questions, handovers, and how
    # fast questions are answered.
    "/mentoring/{student_id}/": 16,
    # The pair, what each of the two has, hours, days away and holidays, and how often they meet.
    "/mentoring/{student_id}/schedule/": 14,
    "/mentoring/sessions/{mentoring_session_id}/move/": 13,
    "/mentoring/sessions/{mentoring_session_id}/another-time/": 13,
    # A statement for each kind of decision that waits, and for each kind of the reader's own requests.
    "/requests/": 16,
    # What is erased is counted by the function that erases; then what is kept, and what is in the way, one by one.
    "/api/people/{user_id}/erase": 14,
    "/people/{user_id}/data/": 20,
    # A statement for each kind of record.
    "/api/people/{user_id}/export": 75,
    "/people/{user_id}/data/archive/": 80,
    "/me/data/archive/": 75,
    # Everything about a person stands there: seats, payments, the week, attendance and the days of its run, absences
    # and what of them waits, transfers asked for, results, totals of marks, certificates, what puts them at risk,
    # notes, messages, history.
    "/students/{student_id}/": 25,
}


class Budgets(TestCase):
    """The world of the permissions with a row of each kind, then with several."""

    world: World
    maxDiff = None

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()
        # A token says when it was used, once in a while, and from where; that is not what is counted here.
        ApiToken.objects.update(last_used_at=timezone.now() + timedelta(days=1), addresses=["127.0.0.1"])

    def test_calls(self) -> None:
        """Every call that reads."""
        self.hold(calls, OF_A_CALL)

    def test_pages(self) -> None:
        """Every page that is opened."""
        self.hold(pages, OF_A_PAGE)

    def hold(self, asked: Callable[[World], dict[str, list[str]]], most: int) -> None:
        """The same number at one row and at several, within the budget or the exception."""

        def counted() -> dict[str, int]:
            statements = asked(self.world)
            self.assertEqual(by_bytes(chain.from_iterable(statements.values())), set())
            return {what: len(sent) for what, sent in statements.items()}

        own = self.world.objects["own"]
        grow(own, range(1))
        few = counted()
        for _each in range(2):
            objects_of(own["campus"])
        grow(own, range(1, 4))
        many = counted()
        self.assertEqual({what: number for what, number in many.items() if number != few[what]}, {})
        self.assertEqual({what: number for what, number in many.items() if number > MORE.get(what, most)}, {})


def calls(world: World) -> dict[str, list[str]]:
    """The statements of each call, by its path."""
    found = {}
    for method, path, operation in operations():
        if method == "GET":
            sent = CaptureQueriesContext(connection)
            response = good_call(world, EXAMPLES[operation["operationId"]], method, path, around=sent)
            assert response.status_code == 200, path
            found[path] = statements(sent)
    return found


def pages(world: World) -> dict[str, list[str]]:
    """The statements of each page, by its path, as somebody opens it who may."""
    found = {}
    for route in routes():
        who = route.who
        role = next((role for role in ("admin", *EVERY_ROLE) if who.expected(role, "own") == "reach"), "")
        if route.method == "GET" and role and not route.is_api:
            with transaction.atomic(), CaptureQueriesContext(connection) as sent:
                world.browser(role).get(route.address(world.objects["own"]))
                transaction.set_rollback(True)
            found[route.path] = statements(sent)
    return found


def statements(sent: CaptureQueriesContext) -> list[str]:
    """What was sent to the database; savepoints are of the tests."""
    return [one["sql"] for one in sent.captured_queries if "SAVEPOINT" not in one["sql"]]


def grow(own: dict[str, Any], numbers: range) -> None:
    """More rows on each object that is looked at."""
    campus: Campus = own["campus"]
    here: dict[str, Any] = {"institution": campus.institution}
    places = {"branch": own["branch"], "department": own["department"]}
    today = campus.admin.today()
    cohort = Batch.objects.get(pk=own["cohort_id"])
    profile, _made = InstructorProfile.objects.get_or_create(user=own["teacher"], **here)
    for number in numbers:
        batch = campus.batch(**places, lead=campus.instructor(), slots=[slot(number + 1, "18:00", "19:00")])
        campus.enroll(batch, own["learner"])
        assign_instructor(by=campus.admin, batch=cohort, instructor=campus.instructor(), role="assistant")
        for to in (cohort, own["batch_id"]):
            student = campus.student()
            campus.enroll(Batch.objects.get(pk=getattr(to, "pk", to)), student)
            assign_student(by=campus.admin, student=student, instructor=own["teacher"])
        change_capacity(by=campus.admin, batch=Batch.objects.get(pk=own["batch_id"]), capacity=20 + number)
        wait(own, student)
        campus.room(own["branch"])
        Subject.objects.create(**here, course_id=own["course_id"], code=f"X{number}", title="More")
        days = {"start_date": date(2030, 5, 1 + number), "end_date": date(2030, 5, 1 + number)}
        Holiday.objects.create(**here, branch=own["branch"], name=f"Day {number}", **days)
        Notification.objects.create(**here, user=campus.admin.user, kind="batch_assigned", title="Told")
        make_token(by=campus.admin, name=f"More {number}")
        make_feed(by=campus.admin, kind="personal")
        InstructorSkill.objects.create(**here, profile=profile, skill=f"Skill {number}")
        AvailabilityWindow.objects.create(
            **here, profile=profile, weekday=number + 1, start_time="08:00", end_time="18:00"
        )
        away = today + timedelta(days=10 * number)
        TimeOff.objects.create(**here, profile=profile, first_date=away, last_date=away)
        PlanItem.objects.create(**here, plan_id=own["plan_id"], batch=batch, instructor=own["teacher"], score=50)
        met(own, number)


def wait(own: dict[str, Any], student: User) -> None:
    """The student is one more in the line of the part's full batch, and the learner in another line."""
    campus: Campus = own["campus"]
    place = WaitlistEntry.objects.select_related("batch").get(pk=own["place_id"])
    full = campus.batch(capacity=1)
    campus.enroll(full, student)
    for batch, person in ((place.batch, student), (full, own["learner"])):
        join_waitlist(by=campus.admin, student=person, batch=batch)


def met(own: dict[str, Any], number: int) -> None:
    """Sessions of the cohort, marked or not, files for the marks, a daily record and an absence."""
    campus: Campus = own["campus"]
    here: dict[str, Any] = {"institution": campus.institution}
    for day in (date(2030, 1, 11 + number), campus.admin.today() - timedelta(days=1 + number)):
        session = ClassSession.objects.create(**here, meeting_id=own["cohort_id"], date=day, is_edited=True)
    learner = Enrollment.objects.get(pk=own["learner_id"])
    mark = {"enrollment": learner, "status": "ABSENT", "marked_at": timezone.now(), **here}
    record = AttendanceRecord.objects.create(**mark, session=session, record_date=session.date)
    AttendanceRecord.objects.create(**mark, record_date=date(2026, 2, 1 + number))
    missed = AttendanceRecord.objects.get(pk=own["record_id"])
    for about in (record, missed):
        Evidence.objects.create(
            **here,
            record=about,
            file=keep("evidence", PDF),
            file_name="note.pdf",
            file_size=len(PDF),
            file_digest="0" * 64,
            media_type="application/pdf",
            uploaded_by=own["learner"],
        )
    AbsenceNotice.objects.create(
        **here,
        student=own["learner"],
        first_date=date(2030, 2, 1 + number),
        last_date=date(2030, 2, 1 + number),
        reason="Flu",
        announced_by=own["learner"],
    )
