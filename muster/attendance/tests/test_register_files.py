"""Registers as files: one register, a batch's sheet, and blank sheets."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from muster.accounts.models import User
from muster.attendance.models import AttendanceRecord
from muster.attendance.queries import with_attendance
from muster.attendance.queries.register import sessions_in_full
from muster.attendance.register_files import paper, spreadsheets
from muster.attendance.register_files.reading import batch_sheet, batch_sign_in, register_sheet, register_sign_in
from muster.batches.rules import share_meeting
from muster.core.ownership import as_owner
from muster.core.tests.test_printing import png
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.institutions.models import Affiliation
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
SUNDAY = slot(7, "18:00", "19:00")
DAYS = "from=2019-01-07&to=2019-02-28"


@pytest.fixture
def campus():
    return Campus.found("Durban Skills Institute")


def session_of(batch, day, start="08:00", end="10:00", **fields):
    place = {} if "meeting" in fields else {"meeting_id": batch.pk}
    times = {"start_time": time.fromisoformat(start), "end_time": time.fromisoformat(end)} if start else {}
    return ClassSession.objects.create(
        institution=batch.institution, date=day, is_edited=True, **place, **times, **fields
    )


def mark(session, enrollment, status, **fields):
    return AttendanceRecord.objects.create(
        institution=enrollment.institution,
        enrollment=enrollment,
        session=session,
        record_date=fields.pop("on", None) or session.date,
        status=status,
        marked_at="2019-01-08T07:30:00Z",
        **fields,
    )


class Class:
    """A batch with learners and sessions on the first days of 2019."""

    def __init__(self, campus, learners=("Anna Dube", "Bongani Zulu", "Chen Zungu"), days=(8, 9, 10)):
        self.campus = campus
        self.teacher = campus.instructor("Thandi Zulu")
        self.batch = campus.batch(
            lead=self.teacher,
            capacity=500,
            name="Python, mornings",
            code="PY-07",
            start_date=date(2019, 1, 7),
            end_date=date(2028, 12, 29),
        )
        self.enrollments = [campus.enroll(self.batch, campus.student(name)) for name in learners]
        # They came on the first day.
        with as_owner():
            SeatPeriod.objects.filter(batch=self.batch).update(from_date=date(2019, 1, 7))
        self.sessions = [session_of(self.batch, date(2019, 1, day)) for day in days]
        self.api = Api(campus.token())

    def register(self, kind="csv", session=0, **rest):
        return self.api.get(f"/institution/class-sessions/{self.sessions[session].pk}/export?format={kind}", **rest)

    def sheet(self, kind="csv", query=DAYS):
        return self.api.get(f"/institution/cohorts/{self.batch.pk}/register?{query}&format={kind}")


@pytest.fixture
def room(campus):
    return Class(campus)


def rows(reply):
    assert reply.status == 200, reply.body
    assert reply.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))


def cells(reply, page=0):
    assert reply.status == 200, reply.body
    return (
        CalamineWorkbook.from_filelike(io.BytesIO(reply.content))
        .get_sheet_by_index(page)
        .to_python(skip_empty_area=False)
    )


def pdf(reply):
    assert reply.status == 200, reply.body
    assert reply.headers["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(reply.content))


def clock(text):
    """A wall clock, as spreadsheets have it."""
    return datetime.fromisoformat(text)


def words(reply):
    return "\n".join(page.extract_text() for page in pdf(reply).pages)


def test_a_register_as_csv_has_a_row_for_each_learner(room):
    mark(room.sessions[0], room.enrollments[0], "PRESENT")
    mark(room.sessions[0], room.enrollments[1], "LATE", minutes_late=12, notes="Taxi", marked_by=room.teacher)
    head, *lines = rows(room.register())
    assert head == [
        "Batch", "Date", "From", "To", "Student number", "Learner", "Email", "Mark", "Minutes late", "Note",
        "Marked by", "Marked at", "Signed by", "Signed at",
    ]  # fmt: skip
    students = [enrollment.student for enrollment in room.enrollments]
    assert [line[5:11] for line in lines] == [
        ["Anna Dube", students[0].email, "Present", "", "", ""],
        ["Bongani Zulu", students[1].email, "Late", "12", "Taxi", "Thandi Zulu"],
        ["Chen Zungu", students[2].email, "", "", "", ""],
    ]
    assert lines[0][:4] == ["PY-07", "2019-01-08", "08:00", "10:00"]


# --- one register --------------------------------------------------------------------------------------------------
def test_a_register_as_a_workbook_has_dates_times_and_numbers(room):
    mark(room.sessions[0], room.enrollments[1], "LATE", minutes_late=12)
    head, first, second, *_rest = cells(room.register("xlsx"))
    assert head[7] == "Mark"
    assert first[:4] == ["PY-07", date(2019, 1, 8), time(8), time(10)]
    assert second[5] == "Bongani Zulu"
    assert second[7:9] == ["Late", 12]
    assert second[11] == clock("2019-01-08 07:30")


def test_a_register_on_paper_says_who_when_and_what(room):
    mark(room.sessions[0], room.enrollments[0], "ABSENT", notes="No word")
    mark(room.sessions[0], room.enrollments[1], "LATE", minutes_late=12)
    text = words(room.register("pdf"))
    for part in (
        "Durban Skills Institute",
        "Register",
        "Python, mornings (PY-07), Tuesday 8 January 2019, 08:00 – 10:00",
        "Thandi Zulu",
        "Anna Dube",
        "No word",
        "3 learners: Present 0, Absent 1, Late 1, Excused 0, Not marked 1. Attendance 50.0%.",
        "Signature",
        "Page 1 of 1",
    ):
        assert part in text
    # The legend tells each letter, so that nothing hangs on colour.
    for letter, word in (("P", "Present"), ("A", "Absent"), ("L", "Late"), ("E", "Excused")):
        assert re.search(rf"\b{letter}\s+{word}", text), word


def test_a_locked_register_says_so(room):
    room.sessions[0].is_locked, room.sessions[0].locked_at = True, datetime(2019, 1, 9, 12, tzinfo=UTC)
    room.sessions[0].locked_by = room.teacher
    room.sessions[0].status = "held"
    room.sessions[0].save()
    assert "Locked on 9 Jan 2019, 12:00 by Thandi Zulu." in words(room.register("pdf"))


def test_the_register_of_a_shared_meeting_is_grouped_by_batch(campus, room):
    other = campus.batch(name="Web", code="WD-01", lead=campus.instructor())
    late = campus.enroll(other, campus.student("Zodwa Web"))
    with as_owner():
        SeatPeriod.objects.filter(enrollment=late).update(from_date=date(2019, 1, 7))
    meeting = share_meeting(by=campus.admin, name="Foundations", batches=[room.batch, other], slots=[SUNDAY])
    session = session_of(room.batch, date(2019, 1, 11), meeting=meeting)
    room.sessions.append(session)
    assert [line[0] for line in rows(room.register(session=3))[1:]] == ["PY-07", "PY-07", "PY-07", "WD-01"]
    text = words(room.register("pdf", session=3))
    assert "Foundations, Friday 11 January 2019" in text
    assert text.index("Python, mornings (PY-07)") < text.index("Chen Zungu") < text.index("Web (WD-01)")
    assert text.index("Web (WD-01)") < text.index("Zodwa Web")


def test_the_register_of_a_manager_holds_their_part_alone(campus, room):
    branch = campus.branch()
    other = campus.batch(name="Web", code="WD-01", lead=campus.instructor(), branch=branch)
    campus.enroll(other, campus.student("Zodwa Web"))
    with as_owner():
        SeatPeriod.objects.filter(batch=other).update(from_date=date(2019, 1, 7))
    meeting = share_meeting(by=campus.admin, name="Foundations", batches=[room.batch, other], slots=[SUNDAY])
    session = session_of(room.batch, date(2019, 1, 11), meeting=meeting)
    manager = Api(campus.token(campus.person("branch-manager", branch=branch)))
    reply = manager.get(f"/institution/class-sessions/{session.pk}/export")
    assert [line[5] for line in rows(reply)[1:]] == ["Zodwa Web"]


# --- a batch's sheet -----------------------------------------------------------------------------------------------
def test_a_sheet_has_learners_by_sessions_with_totals_and_percentages(room):
    for session, letters in zip(room.sessions, ("PLA", "PAE", "AA-"), strict=True):
        for enrollment, letter in zip(room.enrollments, letters, strict=True):
            status = {"P": "PRESENT", "L": "LATE", "A": "ABSENT", "E": "EXCUSED"}.get(letter)
            if status:
                mark(session, enrollment, status)
    head, *lines = rows(room.sheet())
    assert head == [
        "Student number", "Learner", "Email", "2019-01-08 08:00", "2019-01-09 08:00", "2019-01-10 08:00",
        "Present", "Absent", "Late", "Excused", "Percent",
    ]  # fmt: skip
    assert [line[1:2] + line[3:] for line in lines] == [
        ["Anna Dube", "P", "P", "A", "2", "1", "0", "0", "66.6"],
        ["Bongani Zulu", "L", "A", "A", "0", "2", "1", "0", "33.3"],
        ["Chen Zungu", "A", "E", "", "0", "1", "0", "1", "0.0"],
    ]
    # The same, as numbers, with the sums below.
    _when, _signs, *table = cells(room.sheet("xlsx"))
    assert _when[3:6] == [clock(f"2019-01-{day:02} 08:00") for day in (8, 9, 10)]
    assert table[0][1:11] == ["Anna Dube", room.enrollments[0].student.email, "P", "P", "A", 2, 1, 0, 0, 0.666]
    assert [line[1] for line in table[3:8]] == ["Present", "Absent", "Late", "Excused", "Percent"]
    assert [line[3:6] for line in table[3:5]] == [[1, 1, 0], [1, 1, 2]]
    assert table[3][6] == 2
    assert table[7][3:6] == [0.666, 0.5, 0]
    assert table[7][10] == 0.428
    text = words(room.sheet("pdf"))
    for part in ("66.6", "33.3", "0.0", "42.8", "January 2019", "7 Jan 2019 – 28 Feb 2019", "Learners 3"):
        assert part in text, part


def test_the_percentages_are_those_of_the_whole_house(room):
    for session in room.sessions:
        mark(session, room.enrollments[0], "LATE" if session == room.sessions[0] else "ABSENT")
    mark(None, room.enrollments[0], "PRESENT", on=date(2019, 1, 14))
    counted = with_attendance(Enrollment.objects.filter(pk=room.enrollments[0].pk)).get().attendance_percent
    assert rows(room.sheet())[1][-1] == str(float(counted)) == "50.0"


def test_cancelled_sessions_are_left_out_and_told(room):
    mark(room.sessions[0], room.enrollments[0], "ABSENT")
    ClassSession.objects.filter(pk=room.sessions[0].pk).update(status="cancelled")
    head, first, *_rest = rows(room.sheet())
    assert "2019-01-08 08:00" not in head
    assert first[-1] == ""
    assert "1 cancelled session not shown." in words(room.sheet("pdf"))


def test_daily_records_stand_beside_the_sessions(room):
    mark(None, room.enrollments[0], "PRESENT", on=date(2019, 1, 9))
    mark(None, room.enrollments[0], "ABSENT", on=date(2019, 3, 1))
    head, first, *_rest = rows(room.sheet())
    assert head[3:7] == ["2019-01-08 08:00", "2019-01-09 daily", "2019-01-09 08:00", "2019-01-10 08:00"]
    assert first[3:7] == ["", "P", "", ""]
    assert first[7:] == ["1", "0", "0", "0", "100.0"]


def test_days_before_and_after_a_seat_are_told_from_days_without_a_mark(room):
    with as_owner():
        SeatPeriod.objects.filter(enrollment=room.enrollments[1]).update(from_date=date(2019, 1, 9))
    with as_owner():
        SeatPeriod.objects.filter(enrollment=room.enrollments[2]).update(until_date=date(2019, 1, 8))
    # Whoever was marked stands on the sheet with their mark, seat or not.
    mark(room.sessions[2], room.enrollments[2], "PRESENT")
    assert [line[3:6] for line in rows(room.sheet())[1:]] == [["", "", ""], ["–", "", ""], ["", "–", "P"]]
    assert "Not on the register that day" in words(room.sheet("pdf"))


def test_learners_without_a_day_in_the_dates_are_not_on_the_sheet(room):
    with as_owner():
        SeatPeriod.objects.filter(enrollment=room.enrollments[2]).update(until_date=date(2019, 1, 8))
    names = [line[1] for line in rows(room.sheet(query="from=2019-01-09&to=2019-01-31"))[1:]]
    assert names == ["Anna Dube", "Bongani Zulu"]


def test_shared_meetings_are_marked_and_explained(campus, room):
    other = campus.batch(name="Web", code="WD-01", lead=campus.instructor())
    campus.enroll(other, campus.student("Zodwa Web"))
    with as_owner():
        SeatPeriod.objects.filter(batch=other).update(from_date=date(2019, 1, 7))
    meeting = share_meeting(by=campus.admin, name="Foundations", batches=[room.batch, other], slots=[SUNDAY])
    session = session_of(room.batch, date(2019, 1, 11), meeting=meeting)
    mark(session, room.enrollments[0], "PRESENT")
    head, *lines = rows(room.sheet())
    assert head[6] == "2019-01-11 08:00 Foundations"
    assert [line[1] for line in lines] == ["Anna Dube", "Bongani Zulu", "Chen Zungu"]
    assert "S1: Foundations, shared with WD-01" in words(room.sheet("pdf"))
    assert cells(room.sheet("xlsx"))[1][6] == "S1"


def test_without_dates_a_sheet_reaches_from_the_first_day_until_today(campus):
    room = Class(campus)
    today = campus.admin.today()
    begin = today - timedelta(days=40)
    batch = campus.batch(lead=room.teacher, start_date=begin, end_date=today + timedelta(days=40), code="NOW")
    for day in (begin, today, today + timedelta(days=1)):
        session_of(batch, day)
    head = rows(room.api.get(f"/institution/cohorts/{batch.pk}/register"))[0]
    assert head[3:5] == [f"{begin} 08:00", f"{today} 08:00"]
    assert len(head) == 3 + 2 + 5


# --- what spreadsheets would run -----------------------------------------------------------------------------------


@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "+27 31", "-1", "@SUM(A1)"])
def test_no_text_becomes_a_formula(campus, formula):
    room = Class(campus, learners=[f"{formula} Dube"])
    mark(room.sessions[0], room.enrollments[0], "LATE", notes=formula)
    assert rows(room.register())[1][5] == f"'{formula} Dube"
    # A number of a telephone is no formula, and comes back as it is.
    assert rows(room.register())[1][9] == (formula if formula in ("+27 31", "-1") else f"'{formula}")
    assert rows(room.sheet())[1][1] == f"'{formula} Dube"
    assert cells(room.register("xlsx"))[1][5] == f"{formula} Dube"
    for kind in (room.register("xlsx"), room.sheet("xlsx")):
        with zipfile.ZipFile(io.BytesIO(kind.content)) as book:
            assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert formula in words(room.sheet("pdf"))


def test_a_name_is_never_read_as_markup(campus):
    name = "#panic() $x$ *Anna* \\ <label> @ref"
    room = Class(campus, learners=[name])
    assert name in words(room.sheet("pdf"))
    assert name in words(room.register("pdf"))


# --- names of all sorts --------------------------------------------------------------------------------------------
def test_names_of_every_length_and_script_are_printed(campus):
    names = [
        "Å" * 140,
        "Thandeka Nomvula " * 8,
        "محمد عبد الرحمن",
        "דוד כהן",
        "张伟",
        "김민준",
        "渡辺さくら",
        "አበበ",
        "𒀀 Anu",
    ]
    room = Class(campus, learners=[name.strip() for name in names])
    assert len(rows(room.sheet())) == 1 + len(names)
    for reply in (room.sheet("pdf"), room.register("pdf")):
        text = words(reply)
        for part in ("张伟", "김민준", "渡辺さくら", "አበበ", "Anu"):
            assert part in text, part


# --- clocks --------------------------------------------------------------------------------------------------------
def test_times_stay_local_through_a_change_of_clocks(campus):
    campus.institution.time_zone = "Europe/Berlin"
    campus.institution.save()
    # Clocks go forward on 31 March 2019.
    room = Class(Campus(campus.admin), days=())
    room.sessions = [session_of(room.batch, day) for day in (date(2019, 3, 29), date(2019, 4, 1))]
    for session, at in zip(room.sessions, ("2019-03-29T07:05:00Z", "2019-04-01T06:05:00Z"), strict=True):
        mark(session, room.enrollments[0], "PRESENT")
        AttendanceRecord.objects.filter(session=session).update(marked_at=at)
    for number, day in enumerate(("2019-03-29", "2019-04-01")):
        line = rows(room.register(session=number))[1]
        assert line[1:4] == [day, "08:00", "10:00"]
        assert line[11] == f"{day} 08:05:00"
        assert cells(room.register("xlsx", session=number))[1][2] == time(8)
        assert "08:00 – 10:00" in words(room.register("pdf", session=number))
        assert "All times are in Europe/Berlin." in words(room.register("pdf", session=number))
    head = rows(room.sheet(query="from=2019-03-29&to=2019-04-01"))[0]
    assert head[3:5] == ["2019-03-29 08:00", "2019-04-01 08:00"]
    assert cells(room.sheet("xlsx", query="from=2019-03-29&to=2019-04-01"))[0][3:5] == [
        clock("2019-03-29 08:00"),
        clock("2019-04-01 08:00"),
    ]


def test_times_are_those_of_the_branch(campus):
    branch = campus.branch(time_zone="Africa/Nairobi")
    batch = campus.batch(lead=campus.instructor(), branch=branch)
    session = session_of(batch, date(2019, 1, 8))
    reply = Api(campus.token()).get(f"/institution/class-sessions/{session.pk}/export?format=pdf")
    assert "All times are in Africa/Nairobi." in words(reply)


# --- blank sheets --------------------------------------------------------------------------------------------------
def test_a_blank_sheet_of_a_session_names_who_signs(room):
    mark(room.sessions[0], room.enrollments[0], "ABSENT", notes="Secret")
    reply = room.api.get(f"/institution/class-sessions/{room.sessions[0].pk}/sign-in-sheet")
    text = words(reply)
    for part in ("Sign-in sheet", "Anna Dube", "Chen Zungu", "Signature", "Time in", "Time out"):
        assert part in text
    assert "Secret" not in text
    assert "Absent" not in text
    assert "sign-in-py-07-2019-01-08.pdf" in reply.headers["Content-Disposition"]


def test_a_blank_sheet_of_a_week_has_a_column_for_each_session(room):
    mark(room.sessions[0], room.enrollments[0], "ABSENT")
    path = f"/institution/cohorts/{room.batch.pk}/sign-in-sheet"
    text = words(room.api.get(f"{path}?from=2019-01-07&to=2019-01-13"))
    for part in ("Sign-in sheet", "Anna Dube", "Tue", "Wed", "Thu", "08:00", "January 2019"):
        assert part in text
    assert "Absent" not in text
    # Without a last day it is a week.
    assert "7 Jan 2019 – 13 Jan 2019" in words(room.api.get(f"{path}?from=2019-01-07"))


def test_a_blank_sheet_is_of_the_next_week_with_a_session(room):
    path = f"/institution/cohorts/{room.batch.pk}/sign-in-sheet"
    session_of(room.batch, date(2019, 2, 12))
    assert "11 Feb 2019 – 17 Feb 2019" in words(room.api.get(path))
    assert "7 Jan 2019 – 10 Jan 2019" in words(room.api.get(f"{path}?to=2019-01-10"))
    assert "11 Feb 2019 – 13 Feb 2019" in words(room.api.get(f"{path}?to=2019-02-13"))


def test_there_is_no_blank_sheet_without_a_session(room):
    path = f"/institution/cohorts/{room.batch.pk}/sign-in-sheet"
    reply = room.api.get(f"{path}?from=2019-02-04&to=2019-02-10")
    assert (reply.status, reply.fields, reply.body["code"]) == (400, ["from"], "no_sessions")
    ClassSession.objects.filter(pk=room.sessions[0].pk).update(status="cancelled")
    assert room.api.get(f"/institution/class-sessions/{room.sessions[0].pk}/sign-in-sheet").status == 400


# --- empty and huge ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_nothing_at_all_is_still_a_sheet(campus, kind):
    empty = Class(campus, learners=(), days=(8,))
    assert empty.register(kind).status == 200
    assert empty.sheet(kind).status == 200
    assert empty.sheet(kind, query="from=2031-01-01&to=2031-01-02").status == 200
    full = Class(Campus.found(), days=())
    assert full.sheet(kind).status == 200
    assert "There were no sessions on these days." in words(full.sheet("pdf"))


def crowd(campus, learners, sessions):
    """A class too large to make by the rules, one learner at a time."""
    room = Class(campus, learners=(), days=())
    people = User.objects.bulk_create(
        User(
            email=f"crowd{n}@{campus.institution.slug}.example.org",
            full_name=f"Learner {n:04}",
            home=campus.institution.pk,
        )
        for n in range(learners)
    )
    Affiliation.objects.bulk_create(
        Affiliation(user=person, institution=campus.institution, student_number=f"S{n:05}")
        for n, person in enumerate(people)
    )
    room.enrollments = Enrollment.objects.bulk_create(
        Enrollment(
            institution=campus.institution,
            student=person,
            course=room.batch.course,
            batch=room.batch,
            enrollment_type="batch",
            enrollment_date=date(2019, 1, 7),
        )
        for person in people
    )
    with as_owner():
        SeatPeriod.objects.filter(batch=room.batch).update(from_date=date(2019, 1, 7))
    first = date(2019, 1, 7)
    room.sessions = ClassSession.objects.bulk_create(
        ClassSession(
            institution=campus.institution,
            meeting_id=room.batch.pk,
            date=first + timedelta(days=n),
            start_time=time(8),
            end_time=time(10),
            is_edited=True,
        )
        for n in range(sessions)
    )
    for session in room.sessions:
        AttendanceRecord.objects.bulk_create(
            AttendanceRecord(
                institution=campus.institution,
                enrollment=enrollment,
                session=session,
                record_date=session.date,
                status=["PRESENT", "PRESENT", "LATE", "ABSENT", "EXCUSED"][(place + session.date.day) % 5],
                marked_at="2019-01-08T07:30:00Z",
            )
            for place, enrollment in enumerate(room.enrollments)
        )
    return room


def test_a_wide_sheet_goes_on_with_the_names_on_every_page(campus):
    room = crowd(campus, 40, 62)
    read = pdf(room.sheet("pdf", query="from=2019-01-07&to=2019-03-31"))
    # Sixty-two days are three parts, and forty learners two pages each.
    assert len(read.pages) == 6
    texts = [page.extract_text() for page in read.pages]
    for number, text in enumerate(texts, 1):
        assert "Python, mornings (PY-07)" in text
        assert "Learner" in text
        assert f"Page {number} of 6" in text
    for first in (0, 2, 4):
        both = texts[first] + texts[first + 1]
        assert all(f"Learner {n:04}" in both for n in range(40))
    # The totals stand once, beside the last part.
    assert ["%" in text for text in texts] == [False] * 4 + [True] * 2


def test_no_page_is_of_signatures_or_of_nothing_alone(campus):
    room = crowd(campus, 44, 5)
    session = sessions_in_full(campus.admin).get(pk=room.sessions[0].pk)
    days = (date(2019, 1, 7), date(2019, 1, 13))
    registers = [register_sheet(campus.admin, session), register_sign_in(campus.admin, session)]
    sheets = [batch_sheet(campus.admin, room.batch, *days), batch_sign_in(campus.admin, room.batch, *days)]
    # Wherever the last line of the table comes to stand on its page.
    for number in (1, *range(20, 45)):
        # Without the rows that are left for whoever comes along.
        few = [
            replace(one, spare=0, register=replace(one.register, rows=one.register.rows[:number])) for one in registers
        ]
        few += [
            replace(one, spare=0, learners=lambda one=one, number=number: islice(one.learners(), number))
            for one in sheets
        ]
        for sheet in few:
            # What comes first is never alone.
            pages = PdfReader(io.BytesIO(paper.on_paper(sheet))).pages[1:]
            assert all("Learner 00" in page.extract_text() for page in pages), (sheet.heading.title, number)


def test_four_hundred_learners_are_printed(campus):
    room = crowd(campus, 400, 3)
    pages = [page.extract_text() for page in pdf(room.sheet("pdf")).pages]
    text = "\n".join(pages)
    assert all(f"Learner {n:04}" in text for n in range(400))
    assert all("No. Learner" in page.replace("\n", " ") for page in pages[:-1])
    assert len(rows(room.sheet())) == 401
    assert len(cells(room.sheet("xlsx"))) == 2 + 400 + 5 + 3


def test_workbooks_are_ready_to_print(room):
    for reply, rows_again, columns_again in (
        (room.sheet("xlsx"), "$1:$2", "$A:$B"),
        (room.register("xlsx"), "$1:$1", ""),
    ):
        with zipfile.ZipFile(io.BytesIO(reply.content)) as book:
            page, names = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "workbook"))
        assert 'state="frozen"' in page
        assert 'paperSize="9"' in page
        assert 'orientation="landscape"' in page
        assert "Durban Skills Institute" in re.search(r"<oddHeader>(.*?)</oddHeader>", page)[1]
        assert rows_again in names
        assert columns_again in names


def test_a_workbook_too_large_for_memory_goes_through_a_file(campus, monkeypatch):
    monkeypatch.setattr(spreadsheets, "IN_MEMORY", 100)
    room = Class(campus)
    assert len(cells(room.sheet("xlsx"))) == 2 + 3 + 5 + 3


def test_what_is_too_large_for_paper_is_refused_with_the_way_out(campus, monkeypatch):
    monkeypatch.setattr(paper, "MOST_CELLS", 100)
    room = crowd(campus, 21, 5)
    reply = room.sheet("pdf")
    assert (reply.status, reply.fields, reply.body["code"]) == (400, ["format"], "too_large")
    assert reply.message == (
        "This is too large for a PDF: 21 students by 5 sessions, and a PDF holds up to 100 marks. Choose a "
        "shorter period, or use xlsx."
    )
    assert room.sheet("xlsx").status == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_as_many_statements_for_many_as_for_one(kind):
    counts = []
    for learners, sessions in ((1, 1), (30, 20)):
        campus = Campus.found()
        room = crowd(campus, learners, sessions)
        other = campus.batch(lead=campus.instructor())
        meeting = share_meeting(by=campus.admin, name="Foundations", batches=[room.batch, other], slots=[SUNDAY])
        room.sessions.insert(0, session_of(room.batch, date(2019, 1, 11), "20:00", "21:00", meeting=meeting))
        room.api.get("/v1/auth/me")
        for call in (room.register, room.sheet):
            with CaptureQueriesContext(connection) as statements:
                assert call(kind).status == 200
            counts.append([s["sql"] for s in statements if "SAVEPOINT" not in s["sql"]])
    assert [len(counted) for counted in counts[:2]] == [len(counted) for counted in counts[2:]]
    assert max(map(len, counts)) <= 6


# --- bad input -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("format=doc", "format"),
        ("format=", "format"),
        ("format=PDF", "format"),
        ("from=yesterday", "from"),
        ("from=2019-02-30", "from"),
        ("to=1e9", "to"),
        ("to=", "to"),
        ("from=2019-02-02&to=2019-02-01", "to"),
        ("from=%00", "from"),
    ],
)
def test_a_bad_parameter_is_named(room, query, field):
    reply = room.api.get(f"/institution/cohorts/{room.batch.pk}/register?{query}")
    assert (reply.status, reply.fields) == (400, [field])
    if field != "format":
        reply = room.api.get(f"/institution/cohorts/{room.batch.pk}/sign-in-sheet?{query}")
        assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize(
    "days", ["from=0001-01-01&to=9999-12-31", "from=0001-01-01", "to=9999-12-31", "from=9999-12-31"]
)
def test_the_ends_of_time_are_only_dates(room, days):
    assert room.sheet(query=days).status in (200, 400)
    reply = room.api.get(f"/institution/cohorts/{room.batch.pk}/sign-in-sheet?{days}")
    assert reply.status == 400


# --- the pages -----------------------------------------------------------------------------------------------------
@pytest.fixture
def browser(room):
    client = Client()
    client.force_login(room.campus.admin.user)
    return client


def test_the_page_of_a_batch_offers_its_sheets(browser, room):
    reply = browser.get(f"/institution/attendance/cohorts/{room.batch.pk}/sheets/")
    assert reply.status_code == 200
    assert b"Attendance to date" in reply.content


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("sheet=attendance&from=2019-01-07&to=2019-01-31&format=pdf", "application/pdf"),
        ("sheet=attendance&from=2019-01-07&to=2019-01-31&format=csv", "text/csv"),
        ("sheet=sign-in&span=week&day=2019-01-09", "application/pdf"),
        ("sheet=sign-in&span=month&day=2019-01-31", "application/pdf"),
    ],
)
def test_the_page_gives_the_file(browser, room, query, kind):
    reply = browser.get(f"/institution/attendance/cohorts/{room.batch.pk}/sheets/?{query}")
    assert reply.status_code == 200
    assert reply.headers["Content-Type"].startswith(kind)
    assert "attachment" in reply.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "query",
    [
        "sheet=attendance&from=never&format=pdf",
        "sheet=attendance&from=2019-02-01&to=2019-01-01&format=pdf",
        "sheet=attendance&from=&to=&format=pdf",
        "sheet=attendance&from=2019-01-01&to=2019-01-02&format=doc",
        "sheet=sign-in&span=year",
        "sheet=sign-in&day=%00",
        "sheet=sign-in&span=week&day=2019-05-01",
        "sheet=sign-in&span=month&day=0001-01-01",
        "sheet=sign-in&span=week&day=9999-12-31",
    ],
)
def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(browser, room, query):
    reply = browser.get(f"/institution/attendance/cohorts/{room.batch.pk}/sheets/?{query}")
    assert reply.status_code == 400
    assert b"field-error" in reply.content or b"error-summary" in reply.content or b'role="alert"' in reply.content


def test_the_page_of_a_register_gives_the_file(browser, room):
    path = f"/institution/attendance/sessions/{room.sessions[0].pk}"
    assert browser.get(f"{path}/export/").headers["Content-Type"] == "application/pdf"
    assert browser.get(f"{path}/export/?format=csv").headers["Content-Type"].startswith("text/csv")
    assert browser.get(f"{path}/export/?format=doc").status_code == 400
    assert browser.get(f"{path}/sign-in-sheet/").headers["Content-Type"] == "application/pdf"


def test_the_logo_of_the_institution_is_printed(room, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    institution = room.campus.institution
    institution.logo.save("logo.png", ContentFile(png()))
    assert len(pdf(room.sheet("pdf")).pages[0].images) == 1
    # A file that was lost, or is no picture, stops nothing.
    institution.logo.save("logo.png", ContentFile(b"no picture"))
    assert room.sheet("pdf").status == 200
    institution.logo.storage.delete(institution.logo.name)
    assert room.sheet("pdf").status == 200
