"""Lists of students, instructors, batches and enrollments: matched, compared, written together, undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from muster.accounts.models import User
from muster.batches.models import Batch, InstructorAssignment
from muster.core.errors import Forbidden
from muster.core.spreadsheets import csv_lines
from muster.enrollments.models import Enrollment
from muster.exchange import rules
from muster.exchange.errors import ChangesNotConfirmed, ImportFileRefused, RowsAreWrong
from muster.exchange.exports import export_of
from muster.exchange.lists import ImportChoices
from muster.exchange.models import ColumnMapping, ImportRun
from muster.exchange.report import Report
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, Membership
from muster.institutions.rules import PersonChange, change_person
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
STUDENTS = """Number,Name,Email,Phone,Campus
S1,Naledi Mokoena,naledi@example.org,082 555 0101,DBN
S2,Pieter van Wyk,,082 555 0102,
S3,Zanele,zanele@example.org,,Durban
"""


@pytest.fixture
def campus(campus: Campus) -> Campus:
    campus.branch(name="Durban", code="DBN")
    return campus


def tried(campus: Campus, text: str, kind: str = "students", by: Actor | None = None, **choices: Any) -> Report:
    """What a trial of the file says."""
    return rules.import_file(
        by=by or campus.admin, kind=kind, content=text.encode(), dry_run=True, choices=ImportChoices(**choices)
    )


def imported(campus: Campus, text: str, kind: str = "students", by: Actor | None = None, **choices: Any) -> ImportRun:
    return rules.import_and_keep(
        by=by or campus.admin, kind=kind, content=text.encode(), file_name="file.csv", choices=ImportChoices(**choices)
    )


def outcomes(report: Any) -> list[str]:
    return [row["outcome"] for row in report.rows]


def said(report: Any) -> list[tuple[int, str, str]]:
    """Line, field and words of each problem."""
    return [(row["line"], one["field"], one["message"]) for row in report.rows for one in row["problems"]]


def differences(report: Any) -> list[tuple[str, str, str, str]]:
    return [(one["field"], one["before"], one["after"], one["kept"]) for row in report.rows for one in row["changes"]]


def people(campus: Campus) -> list[tuple[Any, ...]]:
    rows = Affiliation.objects.filter(institution=campus.institution, user__memberships__role="student")
    fields = ("student_number", "user__full_name", "user__given_name", "user__family_name", "user__email")
    return list(rows.order_by("student_number").values_list(*fields, "user__phone", "user__memberships__branch__code"))


# --- people ---------------------------------------------------------------------------------------------------------
def test_students_are_added_with_or_without_an_email(campus):
    report = tried(campus, STUDENTS)
    assert outcomes(report) == ["new", "new", "new"]
    assert people(campus) == []
    run = imported(campus, STUDENTS)
    assert people(campus) == [
        ("S1", "Naledi Mokoena", "Naledi", "Mokoena", "naledi@example.org", "082 555 0101", "DBN"),
        ("S2", "Pieter van Wyk", "Pieter", "van Wyk", "", "082 555 0102", None),
        ("S3", "Zanele", "Zanele", "", "zanele@example.org", "", "DBN"),
    ]
    assert run.report["counts"]["students"] == {"made": 3, "changed": 0, "unchanged": 0, "kept": 0, "skipped": 0}
    assert User.objects.get(email="naledi@example.org").has_usable_password() is False


def test_importing_again_changes_nothing_and_says_what_differs(campus):
    imported(campus, STUDENTS)
    assert outcomes(tried(campus, STUDENTS)) == ["same", "same", "same"]
    changed = STUDENTS.replace("082 555 0102", "083 555 0999")
    report = tried(campus, changed)
    assert outcomes(report) == ["same", "changed", "same"]
    assert differences(report) == [("phone", "082 555 0102", "083 555 0999", "")]
    imported(campus, changed)
    assert people(campus)[1][5] == "083 555 0999"


def test_what_was_edited_here_stays_unless_the_files_word_is_wanted(campus):
    imported(campus, STUDENTS)
    naledi = User.objects.get(email="naledi@example.org")
    change_person(by=campus.admin, user=naledi, change=PersonChange(phone="071 000 0000"))
    report = tried(campus, STUDENTS)
    assert outcomes(report) == ["kept", "same", "same"]
    kept = ("phone", "071 000 0000", "082 555 0101", "It was edited here, so it stays.")
    assert differences(report) == [kept]
    imported(campus, STUDENTS)
    assert people(campus)[0][5] == "071 000 0000"
    assert differences(tried(campus, STUDENTS, take_file=True)) == [(*kept[:3], "")]
    imported(campus, STUDENTS, take_file=True)
    assert people(campus)[0][5] == "082 555 0101"


def test_rows_are_matched_by_id_then_number_then_email(campus):
    imported(campus, STUDENTS)
    naledi = User.objects.get(email="naledi@example.org")
    other = Campus.found().student()
    text = f"""student_id,number,email,name
{naledi.pk},S1-NEW,,
,S2,,
,,ZANELE@example.org,
{other.pk},,,Somebody
no-id,,,Somebody
,S2,naledi@example.org,
"""
    report = tried(campus, text)
    assert outcomes(report) == ["changed", "same", "same", "wrong", "wrong", "wrong"]
    assert said(report) == [
        (5, "id", "No student has this id."),
        (6, "id", "No student has this id."),
        (7, "email", "This belongs to Naledi Mokoena."),
    ]


def test_problems_stand_beside_their_cells(campus):
    teacher = campus.instructor("Thabo Mbeki")
    text = f"""number,name,email,branch
A1,,,
A2,Ann,ann@nowhere,
A3,Ben,ben@nowhere,Nowhere
A4,Thabo,{teacher.email},
A5,Cleo,,
A5,Cleo again,,
{"9" * 41},Dan,,
"""
    assert said(tried(campus, text)) == [
        (2, "full_name", "Enter a name."),
        (3, "email", "Enter an email address, such as name@example.org."),
        (4, "branch", "No branch is called Nowhere."),
        (4, "email", "Enter an email address, such as name@example.org."),
        (5, "email", "This belongs to Thabo Mbeki, who isn't a student."),
        (7, "number", "The same as line 6."),
        (8, "number", "Keep the number to 40 characters or fewer."),
    ]
    with pytest.raises(RowsAreWrong, match="5 rows are wrong"):
        imported(campus, text, only_valid=False)
    assert people(campus) == []
    imported(campus, text)
    assert [row[0] for row in people(campus)] == ["A5"]


def test_columns_are_guessed_chosen_and_kept_for_the_next_time(campus):
    text = "Naam en van;E-pos;Kontak;Nr\nAnn Lee;ann@example.org;082 555 0101;N1\n"
    report = tried(campus, text)
    assert [(one["heading"], one["field"], one["how"]) for one in report.columns] == [
        ("Naam en van", "", ""),
        ("E-pos", "email", "heading"),
        ("Kontak", "phone", "content"),
        ("Nr", "", ""),
    ]
    chosen = {"Naam en van": "full_name", "E-pos": "email", "Kontak": "", "Nr": "number"}
    imported(campus, text, columns=chosen)
    assert people(campus) == [("N1", "Ann Lee", "Ann", "Lee", "ann@example.org", "", None)]
    kept = tried(campus, text.replace("Kontak", "KONTAK"))
    assert {one["heading"]: (one["field"], one["how"]) for one in kept.columns} == {
        "Naam en van": ("full_name", "kept"),
        "E-pos": ("email", "kept"),
        "KONTAK": ("", "kept"),
        "Nr": ("number", "kept"),
    }
    assert ColumnMapping.objects.count() == 1


def test_file_without_a_column_that_says_who_asks_for_it(campus):
    text = "shoe size\n42\n"
    assert tried(campus, text).warnings == ["The file needs a column for: Full name. Choose which column it is."]
    with pytest.raises(ImportFileRefused):
        imported(campus, text)


def test_instructors_need_an_email(campus):
    text = "Staff number,Name,Email\nT1,Lerato Khumalo,lerato@example.org\nT2,Sam,\n"
    report = tried(campus, text, "instructors")
    assert said(report) == [(3, "email", "Enter an email. Only students can do without one.")]
    run = imported(campus, text, "instructors")
    assert Membership.objects.get(user__email="lerato@example.org").role == "instructor"
    rules.undo_import(by=campus.admin, run=run)
    assert not User.objects.filter(email="lerato@example.org").exists()


def test_email_that_signs_in_elsewhere_opens_nothing_here(campus):
    elsewhere = Campus.found().student()
    imported(campus, f"name,email\nAnn,{elsewhere.email}\n")
    here = User.objects.get(home=campus.institution.pk, email=elsewhere.email)
    assert here.signs_in is False


def test_email_of_somebody_who_came_in_stays(campus):
    student = campus.student()
    student.set_password("correct-horse-battery")
    student.save()
    Affiliation.objects.filter(user=student).update(student_number="S9")
    report = tried(campus, "number,email\nS9,new@example.org\n", take_file=True)
    assert differences(report) == [
        ("email", student.email, "new@example.org", "They sign in with it. Change it on their page.")
    ]


# --- batches and enrollments ----------------------------------------------------------------------------------------
def test_batches_are_opened_with_lead_and_week_and_changed(campus):
    course = campus.course(code="DA", title="Data")
    room = campus.room()
    lead = campus.instructor("Lerato Khumalo")
    text = f"""Code,Name,Course,First day,Last day,Capacity,Lead,slots
DA-1,Data one,DA,2030-01-07,2030-06-28,12,{lead.email},Mon 09:00-10:30 @ {room.name}; Wed 09:00-10:30
DA-2,Data two,Data,2030-01-07,2030-06-28,12,Lerato Khumalo,Mon 09:30-11:00
DA-3,Data three,Nothing,2030-01-07,soon,many,,
"""
    report = tried(campus, text, "batches")
    assert outcomes(report) == ["new", "wrong", "wrong"]
    assert [(line, field) for line, field, _words in said(report)] == [
        (3, "lead"),
        (4, "course"),
        (4, "capacity"),
        (4, "end_date"),
    ]
    run = imported(campus, text, "batches")
    batch = Batch.objects.get()
    assert (batch.code, batch.course, batch.capacity, batch.slots.count()) == ("DA-1", course, 12, 2)
    assert batch.status_pinned is False
    again = tried(campus, text.replace(",12,", ",14,").replace("Data one", "Data 1"), "batches")
    assert differences(again) == [("capacity", "12", "14", ""), ("name", "Data one", "Data 1", "")]
    second = imported(campus, text.replace(",12,", ",14,").replace("Data one", "Data 1"), "batches")
    batch.refresh_from_db()
    assert (batch.name, batch.capacity) == ("Data 1", 14)
    rules.undo_import(by=campus.admin, run=second)
    batch.refresh_from_db()
    assert (batch.name, batch.capacity) == ("Data one", 12)
    rules.undo_import(by=campus.admin, run=run)
    assert not Batch.objects.exists()


def test_enrollments_are_imported_with_who_pays(campus):
    imported(campus, STUDENTS)
    works, _other = campus.organisation(name="Harbour Works"), campus.organisation(name="Quay Ltd")
    campus.batch(code="B1")
    text = "Batch code,Student number,Paid by\nB1,S1,harbour works\nB1,S2,Nobody Ltd\n"
    report = tried(campus, text, "enrollments")
    assert outcomes(report) == ["new", "wrong"]
    assert said(report)[0][1] == "organisation"
    imported(campus, "Batch code,Student number,Paid by\nB1,S1,harbour works\n", "enrollments")
    seat = Enrollment.objects.get()
    assert (seat.organisation, seat.enrollment_type) == (works, "corporate")
    again = tried(campus, "Batch code,Student number,Paid by\nB1,S1,Harbour Works\nB1,S1,\n", "enrollments")
    assert outcomes(again)[0] == "same"
    assert outcomes(tried(campus, "Batch code,Student number,Paid by\nB1,S1,Quay Ltd\n", "enrollments")) == ["wrong"]


def test_enrollments_come_change_and_go_again(campus):
    imported(campus, STUDENTS)
    batch = campus.batch(code="B1", capacity=2)
    text = """Batch code,Student number,Email,Type,status
B1,S1,,batch,active
B1,S2,,scholarship,on_hold
B1,,zanele@example.org,,
B1,S1,,,
B2,S1,,,
B1,S9,,,
"""
    report = tried(campus, text, "enrollments")
    assert outcomes(report) == ["new", "new", "wrong", "skipped", "wrong", "wrong"]
    full = said(report)[0]
    assert (full[:2], "is full" in full[2]) == ((4, "batch"), True)
    run = imported(campus, text, "enrollments")
    seats = Enrollment.objects.order_by("created_at").values_list("status", "enrollment_type")
    assert list(seats) == [("active", "batch"), ("on_hold", "scholarship")]
    ended = imported(campus, "batch,number,status\nB1,S1,cancelled\n", "enrollments")
    assert differences(ended) == [("status", "active", "cancelled", "")]
    batch.refresh_from_db()
    assert batch.enrolled_students == 1
    undone = rules.undo_import(by=campus.admin, run=ended)
    assert undone.undone == {"gone": {"changes": 1}, "stays": []}
    batch.refresh_from_db()
    assert batch.enrolled_students == 2
    assert Enrollment.objects.filter(status="active", cancelled_at=None).count() == 1
    undone = rules.undo_import(by=campus.admin, run=run)
    assert undone.undone == {"gone": {"enrollments": 2}, "stays": []}
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"cancelled"}


# --- undo, confirmation, permissions --------------------------------------------------------------------------------
def test_undoing_takes_new_people_away_and_gives_old_ones_back_what_they_had(campus):
    first = imported(campus, STUDENTS)
    second = imported(campus, STUDENTS.replace("082 555 0102", "083").replace("082 555 0101", "084") + "S4,Dan,,,\n")
    batch = campus.batch()
    zanele = User.objects.get(email="zanele@example.org")
    campus.enroll(batch, zanele)
    change_person(by=campus.admin, user=User.objects.get(email="naledi@example.org"), change=PersonChange(phone="085"))
    undone = rules.undo_import(by=campus.admin, run=second).undone
    assert undone["gone"] == {"changes": 1, "students": 1}
    assert [(one["name"], one["reason"]) for one in undone["stays"]] == [("Naledi Mokoena", "It was changed since.")]
    assert [row[5] for row in people(campus)] == ["085", "082 555 0102", ""]
    undone = rules.undo_import(by=campus.admin, run=first).undone
    # Naledi was changed, Zanele is enrolled; Pieter is as the import left him.
    assert sorted(one["name"] for one in undone["stays"]) == ["Naledi Mokoena", "Zanele"]
    assert [row[1] for row in people(campus)] == ["Naledi Mokoena", "Zanele"]


def test_import_that_changes_much_is_confirmed_by_its_number(campus):
    place = campus.institution
    place.import_change_rows, place.import_change_percent = 1, 10
    place.save()
    imported(campus, STUDENTS)
    text = STUDENTS.replace("082", "083")
    assert tried(campus, text).to_confirm == 2
    for confirm in (None, 1):
        with pytest.raises(ChangesNotConfirmed, match="change 2 rows"):
            imported(campus, text, confirm=confirm)
    imported(campus, text, confirm=2)
    place.import_change_percent = 100
    place.save()
    assert tried(campus, STUDENTS).to_confirm == 0


def test_managers_import_students_of_their_part_only(campus):
    durban = campus.branch(code="UMH", name="Umhlanga")
    manager = campus.actor(campus.person("branch-manager", branch=durban))
    imported(campus, STUDENTS)
    text = "number,name,branch\nM1,Own,\nM2,Named,UMH\nM3,Other,DBN\nS1,Naledi Mokoena,\n"
    report = tried(campus, text, by=manager)
    assert outcomes(report) == ["new", "new", "wrong", "wrong"]
    assert said(report)[1] == (5, "number", "This belongs to someone outside the part that you manage.")
    run = imported(campus, text, by=manager)
    assert [row[0] for row in people(campus) if row[6] == "UMH"] == ["M1", "M2"]
    again = tried(campus, text.replace("Own", "Owner"), by=manager)
    assert differences(again) == [("full_name", "Own", "Owner", "Only administrators change people who are here.")]
    for kind in ("instructors", "batches", "enrollments", "sections", "register"):
        with pytest.raises(Forbidden):
            imported(campus, STUDENTS, kind, by=manager)
    rules.undo_import(by=manager, run=run)
    assert [row[0] for row in people(campus)] == ["S1", "S2", "S3"]


# --- round trips ----------------------------------------------------------------------------------------------------
def exported(campus: Campus, kind: str, leave_out: tuple[str, ...] = ()) -> str:
    """What an export of the kind says, without columns that are of one installation alone."""
    header, *lines = export_of(kind, campus.admin).lines()
    keep = [place for place, name in enumerate(header) if name not in leave_out and not name.endswith("_id")]
    return "".join(csv_lines([[row[place] for place in keep] for row in (header, *lines)]))


@pytest.fixture
def full(campus: Campus) -> Campus:
    """An institution with something of every kind."""
    science = campus.department(name="Science", short_code="SCI")
    course = campus.course(code="DA", title="Data analytics")
    durban = campus.institution.pk and campus.branch(name="Umhlanga", code="UMH")
    room = campus.room(durban, name="Lab 1")
    lead = campus.instructor("Lerato Khumalo")
    change_person(by=campus.admin, user=lead, change=PersonChange(staff_number="T1", phone="+27 82 555 0000"))
    campus.instructor("=Formula")
    batch = campus.batch(
        code="DA-1", name="Data, one", course=course, branch=durban, department=science, capacity=5, lead=lead,
        slots=[slot(1, "09:00", "10:30", room=room), slot(3, "09:00", "10:30")],
    )  # fmt: skip
    campus.batch(
        kind="academic", code="SCI-2030", name="Science 2030", department=science, year=2030, current_semester=3,
        start_date=None, end_date=None, capacity=None,
    )  # fmt: skip
    imported(campus, STUDENTS)
    today = campus.admin.today()
    for number, person in enumerate(User.objects.filter(memberships__role="student").order_by("full_name")):
        campus.enroll(batch, person, enrollment_date=today - timedelta(days=number))
    imported(campus, "batch,number,status,type\nDA-1,S2,on_hold,corporate\nDA-1,S3,cancelled,\n", "enrollments")
    return campus


def test_every_kind_comes_back_as_it_was_exported(full):
    other = Campus.found()
    other.branch(name="Durban", code="DBN")
    other.room(other.branch(name="Umhlanga", code="UMH"), name="Lab 1")
    other.department(name="Science", short_code="SCI")
    other.course(code="DA", title="Data analytics")
    kinds = ("instructors", "batches", "students", "enrollments")
    leave_out = ("assigned_instructor",)
    files = {kind: exported(full, kind, leave_out) for kind in kinds}
    for kind in kinds:
        report = imported(other, files[kind], kind)
        assert set(outcomes(report)) == {"new"}, said(report)
    assert {kind: exported(other, kind, leave_out) for kind in kinds} == files
    for kind in kinds:
        assert set(outcomes(tried(other, files[kind], kind))) == {"same"}


# --- numbers in another case -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["students", "instructors"])
@pytest.mark.parametrize("number", ["ab1", "aB1", "\u200bAB\u00ad1\u200e"])
def test_a_number_in_another_case_is_the_same_persons(campus, kind, number):
    text = "Number,Name,Email\nAB1,Naledi Mokoena,naledi@example.org\n"
    imported(campus, text, kind)
    report = tried(campus, text.replace("AB1", number), kind)
    assert (outcomes(report), differences(report), said(report)) == (["same"], [], [])
    assert outcomes(tried(campus, f"Number,Name,Email\n{number},Naledi M,naledi@example.org\n", kind)) == ["changed"]


def test_the_case_of_a_number_is_corrected_by_id(campus):
    imported(campus, "Number,Name\nab1,Ann\n")
    text = f"id,Number,Name\n{Affiliation.objects.get(student_number='ab1').user_id},AB1,Ann\n"
    imported(campus, text, take_file=True)
    assert ([one[0] for one in people(campus)], outcomes(tried(campus, text))) == (["AB1"], ["same"])


def test_new_rows_whose_numbers_differ_in_case_alone_are_one_person(campus):
    report = tried(campus, "Number,Name\nab1,Ann\nAB1,Ann\n")
    assert (outcomes(report), said(report)) == (["new", "skipped"], [(3, "number", "The same as line 2.")])


def test_of_two_numbers_that_differ_in_case_alone_the_one_that_is_written_is_meant(campus):
    imported(campus, "Number,Name\nab1,Ann\nx,Ben\n")
    Affiliation.objects.filter(student_number="x").update(student_number="AB1")
    assert outcomes(tried(campus, "Number,Name\nab1,Ann\nAB1,Ben\n")) == ["same", "same"]
    assert outcomes(tried(campus, "".join(csv_lines(export_of("students", campus.admin).lines())))) == ["same", "same"]
    report = tried(campus, "Number,Name\naB1,Ann\n")
    words = "Several people's numbers differ from aB1 only in upper and lower case. Write it as it is here."
    assert (outcomes(report), said(report)) == (["wrong"], [(2, "number", words)])
    campus.batch(code="B1")
    report = tried(campus, "Batch code,Student number\nB1,AB1\nB1,ab1\nB1,aB1\n", "enrollments")
    assert (outcomes(report), said(report)) == (["new", "new", "wrong"], [(4, "number", words)])


def test_enrollments_name_number_and_batch_in_whatever_case(campus):
    imported(campus, STUDENTS)
    batch = campus.batch(code="Bx1")
    imported(campus, "Batch code,Student number\nbX1,s1\n", "enrollments")
    assert batch.enrollments.get().student.full_name == "Naledi Mokoena"
    assert outcomes(tried(campus, "Batch code,Student number\nBX\u200b1,S\u200b1\n", "enrollments")) == ["same"]


def test_a_lead_is_named_by_staff_number_in_whatever_case(campus):
    imported(
        campus, "Number,Name,Email\nt1,Ann,a@example.org\nT2,Ben,b@example.org\nx,Cat,c@example.org\n", "instructors"
    )
    Affiliation.objects.filter(staff_number="x").update(staff_number="T1")
    code = campus.batch().course.code.lower()
    rows = (
        f"PY{place},Batch {place},{code},2030-01-07,2030-06-28,12,Mon 09:00-10:30,{lead}\n"
        for place, lead in enumerate(("t1", "T1", "t2"))
    )
    text = "Code,Name,Course,First day,Last day,Capacity,slots,Lead\n" + "".join(rows)
    report = tried(campus, text, "batches")
    assert (outcomes(report), said(report)) == (["new", "new", "new"], [])
    imported(campus, text, "batches")
    leads = InstructorAssignment.objects.filter(batch__code__startswith="PY").order_by("batch__code")
    assert list(leads.values_list("instructor__full_name", flat=True)) == ["Ann", "Cat", "Ben"]
    assert outcomes(tried(campus, text.replace("PY", "p\u200by"), "batches")) == ["same", "same", "same"]
