"""Every number that is shown of one data set, walked: each is the plain reckoning's, wherever it stands.

The pages are read whole. What they must say stands here as phrases with the figures of `Figures` in them; once these
and all days, clock times and emails are taken out, no digit may be left: a number that nobody walks fails as well.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse

from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, mark_learners
from muster.enrollments.rules import PaymentInput, add_payment, enroll_student, join_waitlist
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# The marks of each learner by session, the oldest first: the last register is taken in part, the next three are not.
MARKS = {
    "Anna Able": "PPPPPPPPPP",
    "Ben Baker": "PPPPPPAALP",
    "Cora Cole": "PPPPLAAAEP",
    "Dora Dean": "PPPPPPPPPP",
    "Emil East": "PPPPPPPPPP",
    "Fred Ford": "PPPPPPPPP",
    "Gina Gray": "PPPPPPPPP",
}
WORDS = {"P": "PRESENT", "A": "ABSENT", "L": "LATE", "E": "EXCUSED"}
BEGUN, AHEAD, CAPACITY, WAITING = 13, 16, 23, 3


def came(letters: str) -> int:
    return sum(one in "PL" for one in letters)


def counted(letters: str) -> int:
    return sum(one in "PLA" for one in letters)


def percent(letters: str) -> float:
    return 1000 * came(letters) // counted(letters) / 10


def said(value: float) -> str:
    """As pages write it."""
    return f"{value:g}%"


class College:
    """A batch that runs, one that is full with a waitlist, and who learns, waits and teaches there; it is noon."""

    def __init__(self) -> None:
        self.campus = campus = Campus.found("Harbour College").at_noon()
        self.today = today = campus.admin.today()
        place = {"branch": campus.branch(name="Main", code="MN")}
        self.department = campus.department(name="Computing", short_code="CS")
        place["department"] = self.department
        priced = {"price": "100.00", "currency": "ZAR"}
        self.course = campus.course(title="Python", code="PYT", department=self.department, **priced)
        self.lead = campus.instructor("Lena Lead")
        self.batch = campus.batch(
            name="Evening",
            code="EVE",
            lead=self.lead,
            capacity=CAPACITY,
            course=self.course,
            start_date=today - (BEGUN - 1) * DAY,
            end_date=today + AHEAD * DAY,
            slots=[slot(day, "08:00", "09:00") for day in range(1, 8)],
            **place,
        )
        first = self.batch.start_date
        self.seats = {
            name: enroll_student(by=campus.admin, student=campus.student(name), batch=self.batch, enrollment_date=first)
            for name in MARKS
        }
        self.sessions = list(sessions_in_full(campus.admin).filter(meeting_id=self.batch.pk).order_by("date"))
        for number, session in enumerate(self.sessions[:10]):
            marks = [
                MarkInput(self.seats[name].pk, WORDS[letters[number]])
                for name, letters in MARKS.items()
                if number < len(letters)
            ]
            mark_learners(by=campus.admin, session=session, marks=marks)
        welding = campus.course(title="Welding", code="WEL", department=self.department)
        self.full = campus.batch(
            name="Morning",
            code="MOR",
            capacity=2,
            course=welding,
            start_date=today + 10 * DAY,
            end_date=today + 40 * DAY,
            **place,
        )
        for name in ("Hugo Hall", "Iris Ives"):
            campus.enroll(self.full, campus.student(name))
        for name in ("Jack Jones", "Kate King", "Luke Lamb"):
            join_waitlist(by=campus.admin, student=campus.student(name), batch=self.full)
        paid = PaymentInput(Decimal(60), "ZAR", status="completed")
        add_payment(by=campus.admin, enrollment=self.seats["Anna Able"], payment=paid)
        self.batch.refresh_from_db()

    def by_week(self) -> dict[date, str]:
        """The marks of each week, by its Monday."""
        found: dict[date, str] = defaultdict(str)
        for number, session in enumerate(self.sessions[:10]):
            letters = [row[number] for row in MARKS.values() if number < len(row)]
            found[session.date - session.date.weekday() * DAY] += "".join(letters)
        return dict(found)


MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
NO_FIGURES = re.compile(
    rf"\b\d{{1,2}}(?: – \d{{1,2}})? (?:{MONTHS})[a-z]*\b(?: \d{{4}})?|\b\d\d:\d\d\b|\S+@\S+|\bAdmin \d+\b"
)


def main_of(response: HttpResponse) -> str:
    """What the page itself says, without its charts: each has a table behind it."""
    page = response.content.decode()
    page = page[page.index("<main") : page.index("</main>")]
    return words_of(HttpResponse(re.sub(r"<svg\b.*?</svg>", " ", page, flags=re.DOTALL)))


def unsaid(text: str, phrases: list[str]) -> list[str]:
    """The phrases that the text does not say, and what it says in numbers beside them."""
    missing = []
    for phrase in sorted(set(phrases), key=len, reverse=True):
        # As a whole: "1 student" is no part of "11 students".
        found = re.compile(rf"(?<![\w.]){re.escape(phrase)}(?![\w%])")
        if not found.search(text):
            missing.append(f"does not say: {phrase}")
        text = found.sub("·", text)
    text = NO_FIGURES.sub("·", text)
    return missing + [f"says: {one.strip()}" for one in re.findall(r"(?:\S+ ){0,4}\S*\d\S*(?: \S+){0,3}", text)]


LEARNERS, TAKEN, MISSING, SESSIONS = len(MARKS), 9, BEGUN - 9, BEGUN + AHEAD
EVERY = "".join(MARKS.values())
OF_ALL = f"{said(percent(EVERY))} {came(EVERY)} of {counted(EVERY)}"
STUDENTS = LEARNERS + 2 + WAITING


def listed(noun: str, total: int, **shown: int) -> list[str]:
    """What a list says of so many rows, and how many of them its filters have of each value."""
    plural = {"batch": "batches", "branch": "branches", "register not taken": "registers not taken"}
    nouns = noun if total == 1 else plural.get(noun, f"{noun}s")
    rows = f"{total} {'row' if total == 1 else 'rows'}"
    of_values = [f"{value.replace('_', ' ').strip()} ({number})" for value, number in shown.items()]
    return [
        f"{rows} (XLSX)",
        f"{rows} (CSV)",
        f"{total} {nouns}",
        f"All ({total})",
        f"1 to {total} of {total}",
        *of_values,
    ]


def everywhere(college: College) -> dict[tuple[str, str], list[str]]:
    """What each page says in numbers, by who reads it and its address."""
    batch, full = f"/batches/{college.batch.pk}/", f"/batches/{college.full.pk}/"
    ben = college.seats["Ben Baker"].student
    seats = [f"Seats taken: {LEARNERS} / {CAPACITY}", f"{CAPACITY - LEARNERS} seats free"]
    weeks = [f"{said(percent(row))} {came(row)} {counted(row)}" for row in college.by_week().values()]
    trend = [OF_ALL, "minimum of 75%", *weeks]
    below = sum(percent(one) < 75 for one in MARKS.values())
    head = [
        f"Active {BEGUN} of {SESSIONS} sessions",
        f"Attendance {said(percent(EVERY))} minimum 75%, {below} student below",
    ]
    years = {f"{one.year}": 0 for one in (college.batch.start_date, college.full.start_date)}
    for one in (college.batch.start_date, college.full.start_date):
        years[f"{one.year}"] += 1
    tabs = [f"Students {LEARNERS}", "Waitlist 0", "Instructors 1"]
    left = MARKS["Ben Baker"]
    needed = -(-75 * (counted(left) + AHEAD) // 100) - came(left)
    own = [
        f"{came(left)} of {counted(left)} attended",
        said(percent(left)),
        f"miss {AHEAD - needed} of the remaining {AHEAD} and still reach 75%",
    ]
    money = ["100.00 ZAR owed, 0.00 ZAR paid, 100.00 ZAR open"]
    run = [
        f"{left.count('P')} present 1 late, counted as present 2 absent {AHEAD} upcoming",
        *("Open balance 100.00 ZAR 0.00 ZAR paid", "Evening, 0.00 ZAR paid", "History 1"),
    ]
    progress = [f"Progress: {100 * came(left) // counted(left)}% {came(left)} of {counted(left)} sessions attended"]
    counts = ["sessions attended count 40%, assessments done 40%, goals reached 20%"]
    return {
        ("admin", "/"): [
            "4 items need your attention",
            "2 enrolled",
            "has 1 of 4 batches",
            f"{MISSING} registers not taken",
            f"And {MISSING - 2} more",
            f"Remind all {MISSING}",
            "1 batch has no weekly schedule",
            "1 batch is full",
            "Today 1 not taken",
            f"0 of {LEARNERS} marked",
            *trend,
            "Active batches 1",
            "Upcoming batches 1",
            f"Seats taken {LEARNERS + 2}",
            f"Seats free {CAPACITY - LEARNERS}",
            "All 2",
            "Without a lead: 1",
            "in 10 days",
            "With students waiting: 1",
            f"{WAITING} students waiting",
            "Full: 1",
            "2 / 2",
        ],
        ("admin", "/batches/"): [
            *listed("batch", 2, Computing=2, Main=2, Python=1, Welding=1, None_=2, Upcoming=1, Active=1, Planning=1),
            *[f"{year} ({number})" for year, number in years.items()],
            *("All 2", "No lead 1", "Starting soon 1", "Full 1", "Computing 2"),
            *("No lead (1)", "Lena Lead (1)", "Included (2)", "Archived only (0)", "0 of 2 selected"),
            *(seats[0], "Seats taken: 2 / 2"),
        ],
        ("admin", batch): [
            *seats,
            *tabs,
            *head,
            *trend,
            "2 of 5 done",
            f"{MISSING} registers not taken",
            "7 weekly slots",
            f"{8 - LEARNERS} more student",
            f"{LEARNERS} enrolled. At least 8 recommended",
            f"{AHEAD} upcoming sessions",
            f"View all {AHEAD}",
            f"{LEARNERS} active",
        ],
        ("admin", f"{batch}students/"): [
            *tabs,
            *listed("student", LEARNERS, Active=LEARNERS, Batch=LEARNERS, Included=LEARNERS),
            *("At risk (0)", f"Not at risk ({LEARNERS})", "Cancelled only (0)", "Transferred only (0)"),
            f"0 of {LEARNERS} selected",
            f"{LEARNERS}00.00 ZAR owed, 60.00 ZAR paid, {LEARNERS}40.00 ZAR open".replace("740", "640"),
            *[
                f"{100 * came(one) // counted(one)}% {came(one)} of {counted(one)} sessions attended "
                f"{said(percent(one))}"
                for one in MARKS.values()
            ],
            "below 75%",
        ],
        ("admin", full): [
            *("Seats taken: 2 / 2", "Students 2", f"Waitlist {WAITING}", "Instructors 0"),
            *("1 of 3 done", "2 students enrolled", "2 active"),
        ],
        ("admin", f"{full}waitlist/"): [
            *("Students 2", f"Waitlist {WAITING}", "Instructors 0"),
            *listed("student", WAITING)[:3],
            *("in the last 30 days", "Earlier answers (0)", f"Everyone ({WAITING})", "1 to 3 of 3"),
            *("1 Jack Jones", "2 Kate King", "3 Luke Lamb", "0 Waiting"),
        ],
        ("admin", "/students/"): [
            *listed("student", STUDENTS, None_=WAITING, Computing=LEARNERS + 2, Main=LEARNERS + 2),
            *("Python (7)", "Welding (2)", "Not in a batch (3)", "Evening (7)", "Morning (2)", "None (12)"),
            *("At risk (0)", "Not at risk (12)", "Inactive (0)", f"0 of {STUDENTS} selected"),
        ],
        ("admin", f"/students/{ben.pk}/"): [*own, *run, "100.00 ZAR open", *money, *progress, *counts],
        ("admin", "/instructors/"): [
            *listed("instructor", 1, Computing=1, Main=1, Python=1),
            *("Inactive (0)", "No batches (0)", "Has capacity (1)", "At their limit (0)", "Batches: 1 / 4", "7 h"),
        ],
        ("admin", f"/instructors/{college.lead.pk}/"): [
            *("Batches: 1 / 4", "Mentees: 0 / 10", "This week 7 h", f"Active students {LEARNERS}"),
            *(f"Registers taken {TAKEN}", f"Attendance {said(percent(EVERY))}"),
        ],
        ("admin", "/institution/attendance/cohorts"): [
            *listed("batch", 2, Computing=2, Python=1, Welding=1, None_=2, Main=2, Upcoming=1, Active=1),
            *("None (1)", "Lena Lead (1)", "Included (2)", "Archived only (0)"),
            f"{LEARNERS} Registers taken: {TAKEN} / {SESSIONS} {MISSING} not taken {said(percent(EVERY))}",
            "2 – – Upcoming",
        ],
        ("admin", f"/institution/attendance/cohorts/{college.batch.pk}"): [
            *tabs,
            *listed("session", SESSIONS, Theory=SESSIONS, Taken=TAKEN, Not_taken=MISSING, Upcoming=AHEAD),
            *("Locked (0)", "Cancelled (0)"),
            f"{TAKEN} registers taken of {BEGUN} sessions to date, attendance {said(percent(EVERY))}",
            f"Marked: 0 / {LEARNERS}",
            *[
                f"Marked: {len(row)} / {LEARNERS} {said(percent(row))}"
                for row in ("".join(one[number] for one in MARKS.values() if number < len(one)) for number in range(10))
            ],
            *(f"{LEARNERS - 5} left", "below 75%"),
        ],
        ("admin", "/institution/attendance/not-taken"): [
            *listed("register not taken", MISSING, Evening=MISSING, Computing=MISSING, None_=MISSING, Main=MISSING),
            *(
                f"Lena Lead ({MISSING})",
                f"Remind all {MISSING}",
                f"0 of {MISSING} selected",
                "1 day",
                "2 days",
                "3 days",
            ),
        ],
        ("admin", f"/institution/attendance/sessions/{college.sessions[6].pk}"): [
            *(f"Session 7 of {SESSIONS}", "2 7 go to no. 27", f"attendance {said(percent(MARKS['Cora Cole']))}"),
            *("Present 5", "Absent 2", "Late 0", "Excused 0", "Not marked 0"),
            *[f"{number} {name[0]}{name.split()[1][0]} {name}" for number, name in enumerate(MARKS, 1)],
        ],
        ("admin", "/departments/"): [*listed("department", 1), "By name (0)", "No one yet (1)", "– – 2 2"],
        ("admin", f"/departments/{college.department.pk}/"): [
            *("Courses 2 2 offered", "Course batches 2 1 active", seats[0], "Seats taken: 2 / 2"),
            *("1 instructor", "Batches: 1 / 4", "7 h this week, 0 mentees"),
        ],
        ("admin", "/courses/"): [
            *listed("course", 2, Computing=2, Short_course=2, None_=2, Offered=2, Not_offered=0),
            "– – 1 Offered",
        ],
        ("admin", f"/courses/{college.course.pk}/"): ["usually 90 days", "Price 100.00 ZAR", seats[0]],
        ("admin", "/payments/"): [
            *listed("payment", 1, Completed=1, No_organization=1),
            *("60.00 ZAR", "Receipt 000001"),
        ],
        ("admin", "/mentoring/"): [
            *listed("student", STUDENTS, Unassigned=STUDENTS, Computing=LEARNERS + 2, Main=LEARNERS + 2, Morning=2),
            *(f"{STUDENTS} students without a mentor", f"All {STUDENTS}", f"Unassigned {STUDENTS}"),
            *(f"None ({STUDENTS})", f"None ({WAITING})", f"Evening ({LEARNERS})", f"0 of {STUDENTS} selected"),
        ],
        ("lead", "/"): [
            *trend,
            *("6 more this week", f"{MISSING} registers not taken", f"And {MISSING - 2} more", "Today 1 not taken"),
            *(f"{LEARNERS} students", seats[0]),
        ],
        ("lead", batch): [
            *seats,
            *tabs,
            *head,
            *trend,
            *("2 of 5 done", f"{MISSING} registers not taken", "7 weekly slots", f"{8 - LEARNERS} more student"),
            *(f"{LEARNERS} enrolled. At least 8 recommended", f"{AHEAD} upcoming sessions", f"View all {AHEAD}"),
            f"{LEARNERS} active",
        ],
        ("student", "/"): [*own[1:], *money, *progress, *counts, f"You attended {came(left)} of {counted(left)}"],
        ("student", batch): [*seats, own[2], f"View all {AHEAD}"],
        ("student", "/attendance/mine/"): [
            f"attended {came(left)}, absent {left.count('A')}, excused 0 {said(percent(left))}",
            f"{len(left) - 8} earlier marks",
        ],
        ("student", f"/students/{ben.pk}/"): [*own, *run, "100.00 ZAR to pay", *money, *progress, *counts],
    }


def rows_of(content: bytes, name: str, value: str) -> dict[str, str]:
    """The row of a CSV file that says this under the name."""
    [row] = [one for one in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))) if one[name] == value]
    return row


def told(college: College) -> dict[str, tuple[Any, Any]]:
    """What calls and files say, and what they should, by what it is."""
    campus, batch, full = college.campus, college.batch.pk, college.full.pk
    api, browser = Api(campus.token()), Browser(campus)
    rate, ben, letters = percent(EVERY), college.seats["Ben Baker"], MARKS["Ben Baker"]
    percents = {name: percent(row) for name, row in MARKS.items()}

    def picked(row: Any, *names: str) -> tuple[Any, ...]:
        return tuple(row[name] for name in names)

    def figures(path: str) -> dict[str, tuple[Any, ...]]:
        found = {one["definition"]: one for one in api.get(f"/analytics/{path}").data["figures"]}
        wanted = ("attendance", "registers_taken", "seats_filled")
        return {name: picked(found[name], "value", "numerator", "denominator") for name in wanted}

    def one_of(path: str, **wanted: Any) -> Any:
        [row] = [row for row in api.get(path).data if all(row[name] == value for name, value in wanted.items())]
        return row

    def file(path: str) -> bytes:
        return b"".join(browser.get(f"{path}?export=csv").streaming_content)

    seats = (CAPACITY, LEARNERS, CAPACITY - LEARNERS)
    counted_seats = ("capacity", "enrolled_students", "available_spots")
    cohort = (LEARNERS, SESSIONS, TAKEN, rate)
    of_cohort = ("learner_count", "session_count", "marked_count", "attendance_rate")
    shares = {
        "attendance": (rate, came(EVERY), counted(EVERY)),
        "registers_taken": (1000 * TAKEN // BEGUN / 10, TAKEN, BEGUN),
        "seats_filled": (1000 * LEARNERS // CAPACITY / 10, LEARNERS, CAPACITY),
    }
    days = f"from={college.batch.start_date}&to={college.batch.end_date}"
    events = api.get(f"/institution/attendance/calendar?{days}&cohort_id={batch}").data
    standing = api.get(f"/students/{ben.student_id}/attendance").data
    sheet = api.get(f"/institution/cohorts/{batch}/register?format=csv").content
    stranger = Api(campus.token(campus.student("Mia Moss")))
    [offered] = stranger.get(f"/courses/{college.course.pk}/open-batches").data
    cohorts = rows_of(file("/institution/attendance/cohorts"), "Batch", "Evening")
    return {
        "batch": (picked(api.get(f"/batches/{batch}").data, *counted_seats), seats),
        "batches": (picked(one_of("/batches", batch_code="EVE"), *counted_seats), seats),
        "exported batches": (
            picked(one_of("/exports/batches", batch_code="EVE"), *counted_seats, "learners"),
            (*seats, LEARNERS),
        ),
        "open batches": (offered["seats_left"], CAPACITY - LEARNERS),
        "cohort": (picked(api.get(f"/institution/cohorts/{batch}").data, *of_cohort), cohort),
        "cohorts": (picked(one_of("/institution/cohorts", code="EVE"), *of_cohort), cohort),
        "file of cohorts": (
            picked(cohorts, "Students", "Registers taken", "Attendance"),
            (f"{LEARNERS}", f"{TAKEN}", f"{rate}"),
        ),
        "analytics": (figures("institution"), shares),
        "analytics of the batch": (figures(f"batches/{batch}"), shares),
        "roster": (
            {row["full_name"]: row["attendance_percent"] for row in api.get(f"/batches/{batch}/students").data},
            percents,
        ),
        "file of the roster": (
            {name: rows_of(file(f"/batches/{batch}/students/"), "Student", name)["Attendance"] for name in MARKS},
            {name: f"{value}" for name, value in percents.items()},
        ),
        "exported enrollments": (
            {
                row["student_name"]: picked(row, "attendance_percent", "sessions_done", "sessions_due")
                for row in api.get("/exports/enrollments").data
                if row["batch_code"] == "EVE"
            },
            {name: (percents[name], came(row), counted(row)) for name, row in MARKS.items()},
        ),
        "sheet": (
            {
                name: picked(rows_of(sheet, "Learner", name), "Present", "Absent", "Late", "Excused", "Percent")
                for name in MARKS
            },
            {name: (*(f"{row.count(one)}" for one in "PALE"), f"{percents[name]}") for name, row in MARKS.items()},
        ),
        "student": (
            picked(standing["batches"][0], "attendance_percent", "present", "late", "absent", "sessions_to_come"),
            (percents["Ben Baker"], *(letters.count(one) for one in "PLA"), AHEAD),
        ),
        "marks of the student": (len(standing["marks"]), len(letters)),
        "calendar": (
            (len(events), sum(one["marked"] for one in events), {one["expected"] for one in events}),
            (SESSIONS, len(EVERY), {LEARNERS}),
        ),
        "not taken": (api.get("/institution/attendance/not-taken").body["total"], MISSING),
        "waitlist": (api.get(f"/batches/{full}/waitlist").body["total"], WAITING),
        "workload": (
            picked(
                api.get(f"/instructors/{college.lead.pk}/workload").data, "batchCount", "totalStudents", "weekly_hours"
            ),
            (1, LEARNERS, 7),
        ),
        "exported instructors": (
            picked(one_of("/exports/instructors", full_name="Lena Lead"), "batches", "hours"),
            (1, 7),
        ),
        "department": (picked(api.get(f"/departments/{college.department.pk}").data, "courses", "batches"), (2, 2)),
        "balance": (
            picked(api.get(f"/enrollments/{ben.pk}").data["balance"][0], "owed", "paid", "open"),
            (100, 0, 100),
        ),
        "students": (api.get("/students").body["total"], STUDENTS + 1),
    }


def test_every_number_is_the_plain_reckonings_wherever_it_stands():
    college = College()
    readers = {"admin": None, "lead": college.lead, "student": college.seats["Ben Baker"].student}
    browsers = {role: Browser(college.campus, person) for role, person in readers.items()}
    wrong: dict[Any, Any] = {}
    for (role, path), phrases in everywhere(college).items():
        if found := unsaid(main_of(browsers[role].get(path)), phrases):
            wrong[role, path] = found
    wrong |= {what: numbers for what, numbers in told(college).items() if numbers[0] != numbers[1]}
    assert wrong == {}, "\n".join(f"{one}: {found}" for one, found in wrong.items())
