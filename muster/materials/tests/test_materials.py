"""Materials: a file or a link of one course, batch or session, read by those who attend, counted once a day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.batches.errors import BatchArchived
from muster.batches.models import InstructorAssignment
from muster.batches.rules import archive_batch, share_meeting
from muster.core.database import violated_constraint
from muster.core.errors import Invalid, Missing
from muster.core.files import FileRefused, kept_before, storage
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import cancel_enrollment, delete_batch, enroll_student, hold_enrollment
from muster.institutions.models import Role
from muster.materials import rules
from muster.materials.errors import TooManyMaterials
from muster.materials.models import Material, MaterialView
from muster.materials.permissions import batch_materials, course_materials, materials, removed_materials
from muster.materials.queries import count_readers, materials_around, materials_of, readers_of, students_with_views
from muster.materials.rules import (
    SentFile,
    add_material,
    change_material,
    open_material,
    remove_material,
    restore_material,
)
from muster.notifications.models import Notification
from muster.timetable.models import ClassSession
from tests.files import PDF, png
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
LINK = "https://example.org/slides"
SLIDES = SentFile(PDF, "Week 3.pdf")


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


@pytest.fixture
def batch(campus):
    return campus.batch(
        branch=campus.branch(),
        department=campus.department(),
        lead=campus.instructor("Leila Farouk"),
        slots=[slot(2, "08:00", "10:00")],
    )


@pytest.fixture
def lead(campus, batch):
    return campus.actor(InstructorAssignment.objects.get(batch=batch).instructor)


def session_of(batch):
    return ClassSession.objects.filter(meeting=batch.pk).order_by("date").first()


def seen(actor):
    return {row.title for row in materials.rows(actor)}


# --- adding ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["HTTPS://Example.org/A", " Https://Example.org/A"])
def test_a_link_may_begin_with_capitals(batch, lead, typed):
    row = add_material(by=lead, to=batch, title="A", url=typed)
    assert row.url == "https://Example.org/A"
    assert change_material(by=lead, material=row, changes={"url": typed}).url == row.url


def test_a_file_is_judged_cleaned_and_kept_a_link_is_https(campus, batch, lead):
    file = add_material(by=lead, to=batch, file=SLIDES)
    link = add_material(by=lead, to=batch, title="Video", url=LINK, description="Before Tuesday")
    assert (file.title, file.file_name, file.media_type, file.file_size) == (
        "Week 3",
        "Week 3.pdf",
        "application/pdf",
        len(PDF),
    )
    assert default_storage.open(file.file.name).read() == PDF
    assert [row.title for row in materials_of(batch)] == ["Week 3", "Video"]
    assert (link.is_link, link.added_by) == (True, lead.user)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": "Both", "url": LINK, "file": SLIDES}, "file"),
        ({"title": "Neither"}, "file"),
        ({"url": LINK}, "title"),
        ({"title": "Plain", "url": "http://example.org"}, "url"),
        ({"title": "Script", "url": "javascript:alert(1)"}, "url"),
        ({"title": "x" * 151, "url": LINK}, "title"),
        ({"title": "Nul\x00", "url": LINK}, "title"),
        ({"file": SentFile(b"<script>", "slides.pdf")}, "file"),
        ({"file": SentFile(b"", "slides.pdf")}, "file"),
    ],
)
def test_what_cannot_be_taken_names_its_field_and_leaves_nothing(lead, batch, given, field):
    stored = set(kept_before("materials", timezone.now() + timedelta(minutes=1)))
    with pytest.raises((Invalid, FileRefused)) as refused:
        add_material(by=lead, to=batch, **given)
    assert refused.value.errors[0].field == field
    assert not Material.objects.exists()
    assert set(kept_before("materials", timezone.now() + timedelta(minutes=1))) == stored


def test_there_is_an_end_to_it_and_what_is_refused_leaves_the_disk(lead, batch, monkeypatch):
    monkeypatch.setattr(rules, "MOST_MATERIALS", 1)
    first = add_material(by=lead, to=batch, file=SLIDES)
    stored = set(kept_before("materials", timezone.now() + timedelta(minutes=1)))
    with pytest.raises(TooManyMaterials):
        add_material(by=lead, to=batch, file=SLIDES)
    assert set(kept_before("materials", timezone.now() + timedelta(minutes=1))) == stored
    remove_material(by=lead, material=first)
    add_material(by=lead, to=batch, title="Video", url=LINK)
    with pytest.raises(TooManyMaterials):
        restore_material(by=lead, material=first)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({}, "material_is_of_one_course_batch_or_session"),
        ({"batch": True, "course": True}, "material_is_of_one_course_batch_or_session"),
        ({"batch": True, "url": "http://example.org"}, "material_is_a_file_or_a_link"),
        ({"batch": True, "url": ""}, "material_is_a_file_or_a_link"),
        ({"batch": True, "file": "x", "file_size": 1}, "material_is_a_file_or_a_link"),
        ({"batch": True, "title": " "}, "material_has_a_title"),
    ],
)
def test_the_database_knows_what_a_material_is(campus, batch, fields, constraint):
    named = {"batch": batch, "course": batch.course}
    said = {name: named[name] if value is True else value for name, value in fields.items()}
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Material.objects.create(**{"institution": campus.institution, "title": "A", "url": LINK} | said)
    assert violated_constraint(refused.value).startswith(constraint)


def test_no_material_hangs_on_the_batch_of_another_institution(campus):
    other = Campus.found().batch()
    Material.objects.create(institution=campus.institution, batch=other, title="A", url=LINK)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# --- who reads ------------------------------------------------------------------------------------------------------
def test_students_read_what_their_batch_its_course_and_its_sessions_have(campus, batch, lead):
    student = campus.actor(campus.enroll(batch).student)
    for place, title in ((batch, "Batch"), (batch.course, "Course"), (session_of(batch), "Session")):
        add_material(by=campus.admin, to=place, title=title, url=LINK)
    elsewhere = campus.batch()
    add_material(by=campus.admin, to=elsewhere, title="Elsewhere", url=LINK)
    assert seen(student) == seen(lead) == {"Batch", "Course", "Session"}
    assert seen(campus.admin) == {"Batch", "Course", "Session", "Elsewhere"}
    assert [row.title for row in materials_around(batch.pk)] == ["Batch", "Course", "Session"]
    assert seen(campus.actor(campus.student())) == set()
    assert seen(campus.actor(campus.person(Role.BRANCH_MANAGER, branch=batch.branch))) == {"Batch", "Course", "Session"}
    assert seen(campus.actor(campus.person(Role.BRANCH_MANAGER, branch=campus.branch()))) == set()
    assert seen(Campus.found().admin) == set()


def test_who_is_on_hold_left_or_lost_access_reads_nothing(campus, batch, lead):
    row = add_material(by=lead, to=batch, title="Batch", url=LINK)
    seats = [campus.enroll(batch) for _each in range(4)]
    hold_enrollment(by=campus.admin, enrollment=seats[0])
    cancel_enrollment(by=campus.admin, enrollment=seats[1])
    Enrollment.objects.filter(pk=seats[2].pk).update(access_expiry_date=date(2020, 1, 1))
    actors = [campus.actor(seat.student) for seat in seats]
    assert [materials.allows(actor, "see", row) for actor in actors] == [False, False, False, True]
    assert [batch_materials.allows(actor, "list", batch) for actor in actors] == [False, False, False, True]


def test_who_studies_alone_reads_the_course_as_long_as_access_lasts(campus, lead):
    course = campus.course(individual_study=True)
    add_material(by=campus.admin, to=course, title="Course", url=LINK)
    student = campus.student()
    seat = enroll_student(by=campus.admin, student=student, course=course)
    assert seen(campus.actor(student)) == {"Course"}
    Enrollment.objects.filter(pk=seat.pk).update(access_expiry_date=date(2020, 1, 1))
    assert seen(campus.actor(student)) == set()


def test_a_shared_session_gives_its_material_to_all_its_batches(campus, batch, lead):
    other = campus.batch()
    slots = [slot(3, "08:00", "10:00")]
    meeting = share_meeting(by=campus.admin, name="Together", batches=[batch, other], slots=slots)
    session = ClassSession.objects.filter(meeting=meeting).first()
    row = add_material(by=lead, to=session, title="Session", url=LINK)
    assert seen(campus.actor(campus.enroll(other).student)) == {"Session"}
    session.delete()
    row.refresh_from_db()
    assert row.batch_id == min(batch.pk, other.pk)


def test_a_hidden_one_is_shown_on_its_day_by_the_clock_of_the_class(campus, batch, lead):
    student = campus.actor(campus.enroll(batch).student)
    row = add_material(by=lead, to=batch, title="Answers", url=LINK, visible_from=batch.today() + timedelta(days=1))
    assert (seen(student), seen(lead)) == (set(), {"Answers"})
    # A zone in which it is tomorrow already, whatever the time is here, or still yesterday.
    ahead = "Pacific/Kiritimati" if datetime.now(ZoneInfo("Pacific/Kiritimati")).date() > batch.today() else ""
    if ahead:
        batch.branch.time_zone = ahead
        batch.branch.save()
        assert seen(student) == {"Answers"}
    change_material(by=lead, material=row, changes={"visible_from": None})
    assert seen(student) == {"Answers"}


def test_instructors_add_to_what_they_teach_and_to_nothing_else(campus, batch, lead):
    other = campus.batch()
    assert batch_materials.allows(lead, "add", batch)
    assert course_materials.allows(lead, "add", batch.course)
    assert not batch_materials.allows(lead, "add", other)
    assert not course_materials.allows(lead, "add", other.course)
    student = campus.actor(campus.enroll(batch).student)
    assert not batch_materials.may(student, "add")
    assert not materials.may(student, "change")


def test_the_materials_of_a_deleted_batch_are_gone(campus, batch, lead):
    add_material(by=lead, to=batch, title="Batch", url=LINK)
    add_material(by=lead, to=session_of(batch), title="Session", url=LINK)
    delete_batch(by=campus.admin, batch=batch)
    assert seen(campus.admin) == set()


# --- changing -------------------------------------------------------------------------------------------------------
def test_order_words_and_removal_can_be_taken_back(campus, batch, lead):
    one, two, three = (add_material(by=lead, to=batch, title=title, url=LINK) for title in "ABC")
    change_material(by=lead, material=three, changes={"position": 1, "title": "C2"})

    def titles():
        return [row.title for row in materials_of(batch)]

    assert titles() == ["C2", "A", "B"]
    remove_material(by=lead, material=one)
    assert titles() == ["C2", "B"]
    assert (seen(lead), removed_materials.rows(lead).get()) == ({"C2", "B"}, one)
    with pytest.raises(Missing):
        change_material(by=lead, material=one, changes={"title": "Gone"})
    restore_material(by=lead, material=one)
    assert titles() == ["C2", "A", "B"]
    with pytest.raises(Invalid) as refused:
        change_material(by=lead, material=two, changes={"position": 4})
    assert refused.value.errors[0].field == "position"
    with pytest.raises(Invalid):
        change_material(by=lead, material=two, changes={"url": ""})


def test_an_archived_batch_keeps_its_materials_as_they_are(campus, batch, lead):
    rows = [add_material(by=lead, to=place, title="A", url=LINK) for place in (batch, session_of(batch))]
    archive_batch(by=campus.admin, batch=batch)
    for place in (batch, session_of(batch)):
        with pytest.raises(BatchArchived):
            add_material(by=campus.admin, to=place, title="B", url=LINK)
    for row in rows:
        with pytest.raises(BatchArchived):
            remove_material(by=campus.admin, material=row)
    # Of the course it may.
    add_material(by=campus.admin, to=batch.course, title="Course", url=LINK)


def test_a_session_that_falls_away_leaves_its_material_to_the_batch(batch, lead):
    session = session_of(batch)
    row = add_material(by=lead, to=session, title="Session", url=LINK)
    session.delete()
    row.refresh_from_db()
    assert (row.session_id, row.batch_id) == (None, batch.pk)


def test_what_was_removed_long_ago_is_deleted_with_its_file(
    campus, batch, lead, monkeypatch, django_capture_on_commit_callbacks
):
    kept = add_material(by=lead, to=batch, file=SLIDES)
    row = add_material(by=lead, to=batch, file=SentFile(png(), "a.png"))
    remove_material(by=lead, material=row)
    assert rules.forget_removed_materials() == 0
    Material.objects.filter(pk=row.pk).update(removed_at=timezone.now() - timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        assert rules.forget_removed_materials() == 1
    assert not default_storage.exists(row.file.name)
    assert not Material.objects.filter(pk=row.pk).exists()
    left = storage.keep("materials", b"left behind")
    monkeypatch.setattr(storage, "LEFT_BEHIND_AFTER", timedelta(days=-1))
    assert rules.forget_removed_materials() >= 1
    assert not default_storage.exists(left)
    assert default_storage.exists(kept.file.name)


# --- views ----------------------------------------------------------------------------------------------------------
def test_a_student_counts_once_a_day_and_staff_never(campus, batch, lead):
    row = add_material(by=lead, to=batch, title="A", url=LINK)
    students = [campus.enroll(batch).student for _each in range(3)]
    for _each in range(3):
        open_material(by=campus.actor(students[0]), material=row)
    open_material(by=lead, material=row)
    view = MaterialView.objects.get()
    assert (view.user, view.days, view.last_on) == (students[0], 1, batch.today())
    MaterialView.objects.update(last_on=batch.today() - timedelta(days=1))
    open_material(by=campus.actor(students[0]), material=row)
    view.refresh_from_db()
    assert (view.days, view.last_on) == (2, batch.today())
    readers = readers_of(batch, lead)
    assert count_readers(readers) == 3
    assert {person.pk: person.days for person in students_with_views(row, readers)} == {
        students[0].pk: 2,
        students[1].pk: None,
        students[2].pk: None,
    }


def test_nobody_reads_of_students_of_another_branch_who_opened_the_material_of_the_course(campus, batch, lead):
    other = campus.batch(course=batch.course)
    campus.enroll(batch), campus.enroll(other)
    assert count_readers(readers_of(batch.course, campus.admin)) == 2
    assert count_readers(readers_of(batch.course, lead)) == 1


# --- telling --------------------------------------------------------------------------------------------------------
def test_the_refusal_names_the_archived_batch_itself_and_none_of_another_institution(campus, batch, lead):
    elsewhere = Campus.found()
    archive_batch(by=elsewhere.admin, batch=elsewhere.batch(start_date=date(2001, 1, 1), end_date=date(2001, 6, 1)))
    rows = [add_material(by=lead, to=place, title="A", url=LINK) for place in (batch, session_of(batch))]
    archive_batch(by=campus.admin, batch=batch)
    for row in rows:
        with pytest.raises(BatchArchived, match=batch.code):
            change_material(by=campus.admin, material=row, changes={"title": "B"})


@pytest.fixture
def afternoon(monkeypatch):
    monkeypatch.setattr(rules, "TOLD_FROM", 0)


def test_students_are_told_once_a_day_for_each_batch_of_all_that_is_new(campus, batch, lead, afternoon):
    there, held, over = (campus.enroll(batch) for _each in range(3))
    hold_enrollment(by=campus.admin, enrollment=held)
    Enrollment.objects.filter(pk=over.pk).update(access_expiry_date=batch.today() - timedelta(days=1))
    Enrollment.objects.filter(pk=there.pk).update(access_expiry_date=batch.today())
    for place, title in ((batch, "A"), (session_of(batch), "B"), (batch.course, "C")):
        add_material(by=lead, to=place, title=title, url=LINK)
    remove_material(by=lead, material=add_material(by=lead, to=batch, title="Gone", url=LINK))
    add_material(by=lead, to=batch, title="Later", url=LINK, visible_from=batch.today() + timedelta(days=2))
    assert rules.tell_of_materials(by=campus.admin) == 1
    told = Notification.objects.get(kind="new_material")
    assert (told.user, told.title) == (there.student, f"3 new materials in {batch.name}")
    assert told.url == f"/batches/{batch.pk}/materials/"
    assert rules.tell_of_materials(by=campus.admin) == 0


def test_many_are_told_of_in_as_many_statements_as_one(campus, batch, lead, afternoon):
    campus.enroll(batch)
    asked = []
    for number in (1, 5):
        for _each in range(number):
            add_material(by=lead, to=batch, title="A", url=LINK)
        with CaptureQueriesContext(connection) as captured:
            assert rules.tell_of_materials(by=campus.admin) == 1
        asked.append(len(captured))
    assert asked[0] == asked[1]


def test_nobody_is_told_before_the_afternoon_nor_of_an_archived_batch(campus, batch, lead, monkeypatch):
    campus.enroll(batch)
    add_material(by=lead, to=batch, title="A", url=LINK)
    monkeypatch.setattr(rules, "TOLD_FROM", 24)
    assert rules.tell_of_materials(by=campus.admin) == 0
    archive_batch(by=campus.admin, batch=batch)
    monkeypatch.setattr(rules, "TOLD_FROM", 0)
    assert rules.tell_of_materials(by=campus.admin) == 0


def test_who_studies_alone_is_told_too(campus, afternoon):
    course = campus.course(individual_study=True)
    student, late = campus.student(), campus.student()
    enroll_student(by=campus.admin, student=student, course=course)
    over = enroll_student(by=campus.admin, student=late, course=course)
    Enrollment.objects.filter(pk=over.pk).update(access_expiry_date=campus.admin.today() - timedelta(days=1))
    add_material(by=campus.admin, to=course, title="Reader", url=LINK)
    assert rules.tell_of_materials(by=campus.admin) == 1
    told = Notification.objects.get(kind="new_material")
    assert (told.user, told.url) == (student, f"/courses/{course.pk}/")
