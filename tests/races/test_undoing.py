"""One import is undone: by several people at once, and while something comes to hang on what it made."""

from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.rules import change_batch
from muster.core.errors import DomainError
from muster.core.models import AuditEntry
from muster.courses.models import Course, Subject
from muster.courses.resources import SUBJECTS
from muster.exchange.models import ImportRun
from muster.exchange.rules import undo_import
from muster.exchange.tests.test_undoing import imported
from muster.institutions.rules import PersonChange, change_person
from tests.make import Campus
from tests.races.rush import in_the_middle, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def run(campus):
    return imported(campus)


def copies(run, number):
    return [ImportRun.objects.get(pk=run.pk) for _each in range(number)]


def test_six_at_once_undo_it_once(campus, run):
    course = Course.objects.filter(institution=campus.institution).first()
    outcomes = rush([partial(undo_import, by=campus.admin, run=one) for one in copies(run, 6)])
    assert len(won(outcomes)) == 6, outcomes
    # Everybody is told the same, and what went went once.
    assert all((one.undone_at, one.undone) == (outcomes[0].undone_at, outcomes[0].undone) for one in outcomes)
    assert outcomes[0].undone["gone"]["batches"] == 2
    assert AuditEntry.objects.filter(row_id=course.pk, after__isnull=True).count() == 1


def write(run):
    """Undo as no rule does: by what was read before, without a lock."""
    assert run.undone_at is None
    run.undone_at = timezone.now()
    run.save(update_fields=["undone_at"])
    return run.undone_at


def test_control_without_the_lock_everybody_undoes(run):
    assert len(set(rush([partial(write, one) for one in copies(run, 6)]))) == 6


def adding(campus, course, number):
    fields = {"code": f"S{number}", "title": f"Subject {number}", "semester": 1}
    return partial(SUBJECTS.add, by=campus.admin, fields=fields, within=course)


def test_what_something_comes_to_hang_on_stays_or_it_is_too_late(campus, run):
    course = Course.objects.filter(institution=campus.institution).first()
    outcomes = rush([partial(undo_import, by=campus.admin, run=run), *(adding(campus, course, n) for n in range(3))])
    assert isinstance(outcomes[0], ImportRun), outcomes
    there = Course.objects.filter(pk=course.pk).exists()
    added = won(outcomes[1:])
    assert Subject.objects.filter(course_id=course.pk).count() == len(added)
    assert (there, bool(added)) in ((True, True), (False, False))
    assert bool([one for one in outcomes[0].undone["stays"] if one["kind"] == "courses"]) == there
    assert {isinstance(one, DomainError) for one in outcomes[1:] if one not in added} <= {True}


STUDENTS = "number,name,phone\nS1,Naledi Mokoena,{}\n"


def phone_changed(campus):
    """A student whose phone a list has changed, and that import."""
    imported(campus, STUDENTS.format("1111").encode(), "students")
    return User.objects.get(phone="1111"), imported(campus, STUDENTS.format("2222").encode(), "students")


def test_what_somebody_changes_at_that_moment_stays(campus):
    student, run = phone_changed(campus)
    change = partial(change_person, by=campus.admin, user=student, change=PersonChange(phone="3333"))
    _changed, undone = in_the_middle(change, partial(undo_import, by=campus.admin, run=run))
    assert [one["reason"] for one in undone.undone["stays"]] == ["It was changed since."]
    student.refresh_from_db()
    assert student.phone == "3333"


def test_control_without_the_lock_it_is_overwritten(campus):
    student, _run = phone_changed(campus)

    def give_back():
        stored = User.objects.get(pk=student.pk)
        assert stored.phone == "2222"
        User.objects.filter(pk=student.pk).update(phone="1111")

    change = partial(change_person, by=campus.admin, user=student, change=PersonChange(phone="3333"))
    assert in_the_middle(change, give_back)[1] is None
    student.refresh_from_db()
    assert student.phone == "1111"


def test_a_batch_that_somebody_changes_at_that_moment_stays(campus, run):
    batch = Batch.objects.order_by("code").first()
    change = partial(change_batch, by=campus.admin, batch=batch, changes={"notes": "Bring a laptop."})
    _changed, undone = in_the_middle(change, partial(undo_import, by=campus.admin, run=run))
    assert undone.undone["stays"][0]["reason"] == "It was changed since."
    assert [one.notes for one in Batch.objects.all()] == ["Bring a laptop."]


def keys_of(table):
    """The foreign keys of a table to courses."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid = 'courses_course'::regclass",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def test_control_without_the_foreign_key_it_hangs_on_nothing(campus):
    course = campus.course()
    subject = Subject(institution=campus.institution, course=course, code="S1", title="Subject", semester=1)

    def delete():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM courses_course WHERE id = %s", [course.pk])
        return True

    def add():
        subject.save(force_insert=True)
        return True

    with without("courses_subject", constraints=keys_of("courses_subject")):
        assert rush([delete, add]) == [True, True]
        assert Subject.objects.filter(course_id=course.pk).exists()
