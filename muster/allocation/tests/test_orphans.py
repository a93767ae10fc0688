"""Nobody who left is still assigned: the database ends it as they leave, and heals what was imported."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import assign_student, mend_orphans
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import archive_batch, assign_instructor, unarchive_batch
from muster.institutions.models import Membership, Role
from muster.institutions.rules import PersonChange, RoleGrant, change_person, deactivate_person
from muster.timetable.models import Booking
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.usefixtures("owner")


@pytest.fixture
def campus():
    return Campus.found()


def sql(statement, *values):
    """One statement as somebody at the database would send it."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def unguarded(*statements):
    """Statements as an import without our triggers would send them."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET session_replication_role = replica")
    for statement, *values in statements:
        sql(statement, *values)
    sql("SET session_replication_role = DEFAULT")


def take_role(person):
    return ("DELETE FROM institutions_membership WHERE user_id = %s", person.pk)


def assigned(campus):
    pair = campus.student("Jane"), campus.instructor("John")
    return assign_student(by=campus.admin, student=pair[0], instructor=pair[1]).assignment


@pytest.mark.parametrize(("who", "reason"), [("student", "student_left"), ("instructor", "instructor_left")])
def test_deactivating_somebody_ends_their_assignment(campus, who, reason):
    one = assigned(campus)
    deactivate_person(by=campus.admin, user=getattr(one, who))
    one.refresh_from_db()
    assert one.ended_at
    assert one.end_reason == reason
    assert "no longer active" in one.why_ended


@pytest.mark.parametrize("who", ["student", "instructor"])
def test_taking_the_role_ends_the_assignment(campus, who):
    one = assigned(campus)
    change_person(by=campus.admin, user=getattr(one, who), change=PersonChange(roles=[RoleGrant(Role.REGULATOR)]))
    one.refresh_from_db()
    assert one.ended_at


def test_a_role_that_is_narrowed_otherwise_is_no_loss(campus):
    one = assigned(campus)
    branch = campus.branch()
    for person, role in ((one.instructor, Role.INSTRUCTOR), (one.student, Role.STUDENT)):
        change_person(by=campus.admin, user=person, change=PersonChange(roles=[RoleGrant(role, branch=branch)]))
    one.refresh_from_db()
    assert one.ended_at is None


def test_a_student_who_becomes_a_corporate_student_keeps_the_instructor(campus):
    one = assigned(campus)
    change_person(by=campus.admin, user=one.student, change=PersonChange(roles=[RoleGrant(Role.CORPORATE_STUDENT)]))
    one.refresh_from_db()
    assert one.ended_at is None


def test_raw_sql_leaves_no_orphan_either(campus):
    one = assigned(campus)
    sql(*take_role(one.instructor))
    one.refresh_from_db()
    assert one.end_reason == "instructor_left"
    two = assigned(campus)
    sql("UPDATE accounts_user SET is_active = FALSE WHERE id = %s", two.student_id)
    two.refresh_from_db()
    assert two.end_reason == "student_left"


def test_leaving_one_institution_keeps_what_is_elsewhere(campus):
    other = Campus.found()
    here = assigned(campus)
    instructor = other.joined_by(here.instructor, Role.INSTRUCTOR)
    student = other.joined_by(here.student, Role.STUDENT)
    there = assign_student(by=other.admin, student=student, instructor=instructor).assignment
    deactivate_person(by=campus.admin, user=here.instructor)
    here.refresh_from_db()
    there.refresh_from_db()
    assert here.ended_at
    assert there.ended_at is None


def test_an_assistant_who_leaves_teaches_no_further(campus):
    helper = campus.instructor()
    batch = campus.batch(lead=campus.instructor(), slots=[slot(1, "09:00", "11:00")])
    one = assign_instructor(by=campus.admin, batch=batch, instructor=helper, role="assistant")
    assert Booking.objects.filter(instructor=helper).exists()
    deactivate_person(by=campus.admin, user=helper)
    one.refresh_from_db()
    assert one.until_date < one.from_date or one.until_date == campus.admin.today() - timedelta(days=1)
    assert not Booking.objects.filter(instructor=helper).exists()


def test_a_batch_comes_back_from_the_archive_without_who_left(campus):
    helper = campus.instructor()
    batch = campus.batch(lead=campus.instructor(), slots=[slot(1, "09:00", "11:00")])
    one = assign_instructor(by=campus.admin, batch=batch, instructor=helper, role="assistant")
    archive_batch(by=campus.admin, batch=batch)
    deactivate_person(by=campus.admin, user=helper)
    one.refresh_from_db()
    assert one.until_date is None
    unarchive_batch(by=campus.admin, batch=Batch.objects.get(pk=batch.pk))
    one.refresh_from_db()
    assert one.until_date is not None
    assert not Booking.objects.filter(instructor=helper).exists()


# --- the database by itself -------------------------------------------------------------------------------------------
def stored(campus, **fields):
    return IndividualAssignment.objects.create(institution=campus.institution, **fields)


def test_the_database_refuses_who_does_not_hold_the_role(campus):
    student, instructor = campus.student(), campus.instructor()
    for pair in ((student, campus.student()), (campus.instructor(), instructor)):
        with pytest.raises(IntegrityError), transaction.atomic():
            stored(campus, student=pair[0], instructor=pair[1])


def test_the_database_keeps_one_current_instructor(campus):
    one = assigned(campus)
    with pytest.raises(IntegrityError, match="one_current_instructor"), transaction.atomic():
        stored(campus, student=one.student, instructor=campus.instructor())


def test_the_database_refuses_an_unknown_type_and_oneself(campus):
    one = assigned(campus)
    with pytest.raises(IntegrityError, match="type_is_known"), transaction.atomic():
        stored(campus, student=campus.student(), instructor=one.instructor, assignment_type="friend")
    both = campus.student()
    Membership.objects.create(institution=campus.institution, user=both, role=Role.INSTRUCTOR)
    with pytest.raises(IntegrityError, match="nobody_is_their_own"), transaction.atomic():
        stored(campus, student=both, instructor=both)


def test_people_of_another_institution_cannot_be_referenced(campus):
    other = Campus.found()
    with pytest.raises(IntegrityError), transaction.atomic():
        stored(campus, student=other.student(), instructor=other.instructor())


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM allocation_individualassignment",
        "UPDATE allocation_individualassignment SET assignment_type = 'tutor'",
        "UPDATE allocation_individualassignment SET assigned_at = now() - interval '1 year'",
    ],
)
def test_what_was_assigned_is_never_rewritten(campus, statement):
    assigned(campus)
    with pytest.raises(IntegrityError, match="never rewritten"), transaction.atomic():
        sql(statement)


def test_what_has_ended_stays_ended(campus):
    deactivate_person(by=campus.admin, user=assigned(campus).student)
    with pytest.raises(IntegrityError, match="never rewritten"), transaction.atomic():
        sql("UPDATE allocation_individualassignment SET end_reason = 'Another'")


# --- imported ----------------------------------------------------------------------------------------------------
@pytest.fixture
def orphans(campus):
    """One individual assignment without its instructor, one without its student, and an assistant who left."""
    first, second = assigned(campus), assigned(campus)
    helper = campus.instructor("Helper")
    batch = campus.batch(code="ONE", lead=campus.instructor(), slots=[slot(1, "09:00", "11:00")])
    assign_instructor(by=campus.admin, batch=batch, instructor=helper, role="assistant")
    unguarded(
        take_role(first.instructor),
        ("UPDATE institutions_affiliation SET is_active = FALSE WHERE user_id = %s", second.student_id),
        take_role(helper),
    )
    assigned(campus)
    return campus


def test_imported_orphans_are_found_and_nothing_changes_in_a_dry_run(orphans):
    api = Api(orphans.token())
    for body in ({}, {"dry_run": True}):
        reply = api.post("/maintenance/orphans", body)
        assert (reply.status, reply.data["dry_run"], reply.data["changed"]) == (200, True, [])
        assert [one["message"] for one in reply.data["found"]] == [
            "John is assigned to Jane, and John is no active instructor",
            "John is assigned to Jane, and Jane is no active student",
            "Helper is assistant of ONE, and no active instructor",
        ]
        assert reply.data["left"] == reply.data["found"]
    assert IndividualAssignment.objects.current().count() == 3


def test_imported_orphans_are_healed_and_stay_as_history(orphans):
    reply = Api(orphans.token()).post("/maintenance/orphans", {"dry_run": False})
    assert len(reply.data["found"]) == 3
    assert reply.data["changed"] == ["Ended 2 individual assignments.", "Ended 1 assignment to a batch."]
    assert reply.data["left"] == []
    assert {row.end_reason for row in IndividualAssignment.objects.exclude(ended_at=None)} == {
        "instructor_left",
        "student_left",
    }
    assert IndividualAssignment.objects.count() == 3
    assert not InstructorAssignment.objects.filter(instructor__full_name="Helper", until_date=None).exists()
    assert not Booking.objects.filter(instructor__full_name="Helper").exists()
    assert Api(orphans.token()).post("/maintenance/orphans", {}).message == "No problems found."


def test_another_institution_is_neither_seen_nor_healed(orphans):
    other = Campus.found()
    assert Api(other.token()).post("/maintenance/orphans", {"dry_run": False}).data["found"] == []
    assert all(finding.contradictions for finding in mend_orphans(by=orphans.admin))


def test_miscounted_seats_are_counted_anew(campus):
    batch = campus.batch(code="ONE")
    campus.enroll(batch)
    unguarded(("UPDATE batches_batch SET enrolled_students = 7 WHERE id = %s", batch.pk))
    api = Api(campus.token())
    dry = api.post("/maintenance/recount", {})
    assert [one["message"] for one in dry.data["found"]] == ["ONE counts 7, and has 1"]
    assert dry.data["changed"] == []
    done = api.post("/maintenance/recount", {"dry_run": False})
    assert done.data["changed"] == ["Recounted the seats of 1 batches."]
    batch.refresh_from_db()
    assert batch.enrolled_students == 1
    assert api.post("/maintenance/recount", {"dry_run": False}).data["found"] == []


@pytest.mark.parametrize("path", ["recount", "orphans"])
@pytest.mark.parametrize("value", ["yes", None, 1, []])
def test_dry_run_is_true_or_false(campus, path, value):
    reply = Api(campus.token()).post(f"/maintenance/{path}", {"dry_run": value})
    assert (reply.status, reply.fields) == (400, ["dry_run"])
