"""A student's page: what needs somebody first, attendance as a run, and one stream, for staff and for the student."""

from datetime import time, timedelta
from decimal import Decimal

import pytest

from muster.allocation.rules import assign_student
from muster.attendance.rules import (
    MarkInput,
    Upload,
    add_evidence_for_learner,
    announce_absence,
    lock_register,
    mark_learners,
)
from muster.batches.models import CalendarFeed
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from muster.enrollments.rules import cancel_enrollment
from muster.mentoring.rules import agree_goal, change_goal
from muster.messaging.rules import send_message
from muster.timetable.models import ClassSession
from tests.files import PDF
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
def seat(campus, thandi):
    """Ada's, for a month now, in a batch of five sessions that were and three to come."""
    today = campus.admin.today()
    begins = today - timedelta(days=30)
    batch = campus.batch(
        name="Data analytics",
        lead=thandi,
        course=campus.course(price=Decimal(900), currency="ZAR"),
        start_date=begins,
        end_date=today + timedelta(days=60),
    )
    enrollment = campus.enroll(batch, campus.student("Ada Byron"), enrollment_date=begins)
    with as_owner():
        SeatPeriod.objects.filter(enrollment=enrollment).update(from_date=begins)
    for number in (-10, -8, -6, -4, -2, 2, 4, 6):
        ClassSession.objects.create(
            institution=campus.institution,
            meeting_id=batch.pk,
            date=today + timedelta(days=number),
            start_time=time(9),
            end_time=time(11),
            is_edited=True,
        )
    return enrollment


def past(seat):
    return list(ClassSession.objects.filter(meeting=seat.batch_id, date__lt=seat.batch.today()).order_by("date"))


def mark(campus, seat, letters):
    words = {"P": "PRESENT", "A": "ABSENT", "L": "LATE", "E": "EXCUSED"}
    for session, letter in zip(past(seat), letters, strict=False):
        mark_learners(by=campus.admin, session=session, marks=[MarkInput(seat.pk, words[letter])])


def page_of(campus, seat, reader=None, query=""):
    return Browser(campus, reader).get(f"/students/{seat.student_id}/{query}")


def test_the_run_has_a_sign_for_each_session_and_says_what_can_be_missed(campus, seat):
    mark(campus, seat, "PPAPL")
    found = page_of(campus, seat)
    run = found.context["run"]
    assert [sign for sign, _words, _first in run.signs] == ["p", "p", "a", "p", "l", "f", "f", "m"]
    assert run.sentence == "Can miss 1 of the remaining 3 and still reach 75%."
    assert run.now[2] == "80%"
    assert [line.kind for line in run.lines] == ["ln", "ln", "ln", "ln", "ifall", "ifworst"]
    assert "4 of 5 attended, late counts." in words_of(found)


def test_the_student_reads_the_same_as_you(campus, seat):
    mark(campus, seat, "PPAPL")
    own = words_of(page_of(campus, seat, seat.student))
    for words in ("You can miss 1 of the remaining 3", "Report an absence", "Find a course", "My details", "to pay"):
        assert words in own
    staff = words_of(page_of(campus, seat))
    for words in ("Can miss 1 of the remaining 3", "Message", "Enroll", "Contact", "900.00 ZAR open"):
        assert words in staff
    assert "Report an absence" not in staff


@pytest.mark.parametrize(
    ("letters", "own", "staff"),
    [
        (
            "AAAAA",
            "You can no longer reach 75%. If you attend every remaining session, you'll reach 37.5%.",
            "Can no longer reach 75%; 37.5% by attending every remaining session.",
        ),
        (
            "PPPAA",
            "Attend all 3 remaining sessions to reach 75%.",
            "Must attend all 3 remaining sessions to reach 75%.",
        ),
    ],
)
def test_the_sentence_tells_what_can_still_be_done(campus, seat, letters, own, staff):
    mark(campus, seat, letters)
    assert own in words_of(page_of(campus, seat, seat.student))
    assert staff in words_of(page_of(campus, seat))


def test_what_needs_somebody_stands_first_the_gravest_on_top(campus, seat):
    mark(campus, seat, "PAAPA")
    session = lock_register(by=campus.admin, session=past(seat)[1])
    add_evidence_for_learner(
        by=campus.actor(seat.student), session=session, enrollment=seat, uploads=[Upload(PDF, "note.pdf")]
    )
    day = f"{session.date.day} {session.date:%b %Y}".replace(" ", "\N{NO-BREAK SPACE}")

    def needs(reader):
        return [(need.title, need.go) for need in page_of(campus, seat, reader).context["needs"]]

    assert needs(None) == [
        ("Attendance 40%, 75% required", ""),
        (f"Evidence for {day} is waiting", "Review"),
        ("900.00 ZAR open", "Payments"),
    ]
    assert needs(seat.student) == [
        ("Your attendance is 40%. You need 75%.", ""),
        (f"Your evidence for {day} is being reviewed", "View"),
        ("900.00 ZAR to pay", "Payments"),
    ]


def test_without_marks_there_is_no_line_but_what_is_to_come(campus, seat):
    run = page_of(campus, seat).context["run"]
    assert (len(run.signs), run.lines, run.now) == (3, [], None)


def test_who_left_has_nothing_to_come(campus, seat):
    mark(campus, seat, "PPP")
    cancel_enrollment(by=campus.admin, enrollment=seat)
    found = page_of(campus, seat)
    assert [sign for sign, *_rest in found.context["run"].signs] == ["p", "p", "p"]
    said = words_of(found)
    assert "No more sessions are scheduled." in said
    assert "Enrollments and fees Data analytics" in said


def test_another_batch_is_drawn_when_it_is_chosen(campus, seat):
    mark(campus, seat, "PPP")
    other = campus.enroll(campus.batch(name="Spanish", start_date=seat.batch.start_date), seat.student)
    ClassSession.objects.create(
        institution=campus.institution, meeting_id=other.batch_id, date=other.batch.end_date, is_edited=True
    )
    assert len(page_of(campus, seat).context["run"].signs) == 6
    assert len(page_of(campus, seat, query=f"?attendance={other.pk}").context["run"].signs) == 1
    assert len(page_of(campus, seat, query="?attendance=nonsense").context["run"].signs) == 6


def test_the_stream_has_all_or_one_kind(campus, thandi, seat):
    send_message(by=campus.actor(thandi), students=[seat.student], batch=seat.batch, subject="Monday", text="At nine.")

    def titles(query="", reader=None):
        return [entry.title for entry in page_of(campus, seat, reader, query).context["stream"].entries]

    assert titles() == ["Monday", "Enrolled in Data analytics"]
    assert titles("?show=messages") == ["Monday"]
    assert titles("?show=history") == ["Enrolled in Data analytics"]
    assert titles("?show=notes") == []
    assert titles(reader=seat.student) == ["Monday", "Enrolled in Data analytics"]
    assert titles("?show=notes", seat.student) == ["Monday", "Enrolled in Data analytics"]
    assert titles(reader=thandi) == ["Monday"]


def test_home_subscribes_the_calendar_in_one_tap(campus, seat):
    browser = Browser(campus, seat.student)
    home = browser.get("/")
    assert "Subscribe in my calendar" in words_of(home)
    opened = browser.post("/calendar/links/", {"what": "personal", "open": "1"})
    feed = CalendarFeed.objects.get(user=seat.student)
    assert feed.kind == "personal"
    content = opened.content.decode()
    assert '<meta http-equiv="refresh" content="0; url=webcal://testserver/calendar/' in content
    assert 'http-equiv="refresh"' not in browser.post("/calendar/links/", {"what": "personal"}).content.decode()


def test_the_page_says_how_somebody_learns_and_how_far_they_are(campus, seat, thandi):
    mark(campus, seat, "PPAPL")
    found = words_of(page_of(campus, seat))
    assert "Batch learning" in found
    assert "Progress: 80% 4 of 5 sessions attended" in found
    assign_student(by=campus.admin, student=seat.student, instructor=thandi)
    goal = agree_goal(by=campus.actor(thandi), student=seat.student, title="Pass the exam", due_on=None)
    hybrid = words_of(page_of(campus, seat, seat.student))
    assert "Hybrid learning" in hybrid
    # 40 of 60 is the sessions' weight: 53.3 of 100.
    assert "Progress: 53% 4 of 5 sessions attended, 0 of 1 goal reached" in hybrid
    change_goal(by=campus.admin, goal=goal, changes={"status": "reached"})
    cancel_enrollment(by=campus.admin, enrollment=seat)
    assert "Individual learning" in words_of(page_of(campus, seat))


def test_absences_stand_on_the_page_with_their_days_and_reasons(campus, seat):
    student, day = seat.student, campus.admin.today() + timedelta(days=2)
    notice = announce_absence(by=campus.actor(student), student=student, reason="Jury duty", first_date=day).notice
    for reader in (campus.admin.user, student):
        page = Browser(campus, reader).get(f"/students/{student.pk}/")
        assert f'href="/absences/{notice.pk}/"' in page.content.decode()
        said = words_of(page)
        assert (f"{day:%a} {day.day} {day:%b}" in said, "Jury duty" in said) == (True, True)
