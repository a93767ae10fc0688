"""Applications: kept once, decided once, and answered by mail."""

from datetime import date

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from muster.batches.history import history_of
from muster.batches.rules import archive_batch
from muster.core.database import violated_constraint
from muster.core.errors import Forbidden, Invalid, Missing
from muster.enrollments import rules
from muster.enrollments.errors import (
    ApplicationDecided,
    BatchFull,
    EnrollmentEnded,
    NotAStudent,
    NotOpenForEnrollment,
    TooManyApplications,
)
from muster.enrollments.models import Application, Enrollment
from muster.enrollments.permissions import applications
from muster.enrollments.queries import waiting_applications
from muster.enrollments.rules import Applicant, accept_application, apply_for_batch, reject_application
from muster.enrollments.rules import applications as applying
from muster.institutions.access import Actor
from muster.institutions.models import Institution, Membership, Role
from tests.jobs import run_jobs
from tests.make import Campus

pytestmark = pytest.mark.django_db
ADA = Applicant("Ada Byron", "Ada@example.org", "555 0101", "After work.")


@pytest.fixture
def campus():
    campus = Campus.found("Ridgeline Institute")
    Institution.objects.filter(pk=campus.institution.pk).update(catalogue_is_public=True)
    return campus


@pytest.fixture
def batch(campus):
    return campus.batch(branch=campus.branch(), department=campus.department(), capacity=2)


def apply(campus, batch, applicant=ADA):
    return apply_for_batch(by=Actor.stranger(campus.institution), batch=batch, applicant=applicant)


def test_who_applies_again_has_one_application(campus, batch):
    first, second = apply(campus, batch), apply(campus, batch, Applicant("Ada B.", "ADA@EXAMPLE.ORG"))
    assert first.pk == second.pk
    assert Application.objects.get().full_name == "Ada Byron"
    reject_application(by=campus.admin, application=first, note="Another time")
    assert apply(campus, batch).pk != first.pk


def test_full_ended_and_closed_batches_take_no_applications(campus, batch):
    for _each in range(2):
        campus.enroll(batch)
    with pytest.raises(BatchFull):
        apply(campus, batch)
    over = campus.batch(start_date=date(2026, 1, 5), end_date=date(2026, 2, 6), status="Active")
    with pytest.raises(EnrollmentEnded):
        apply(campus, over)
    with pytest.raises(NotOpenForEnrollment):
        apply(campus, campus.batch(status="Completed"))


def test_more_than_anybody_reads_is_refused(campus, batch, monkeypatch):
    monkeypatch.setattr(applying, "MOST_WAITING", 1)
    apply(campus, batch)
    with pytest.raises(TooManyApplications):
        apply(campus, batch, Applicant("Bea", "bea@example.org"))


@pytest.mark.parametrize(
    ("applicant", "field"),
    [
        (Applicant("", "a@example.org"), "full_name"),
        (Applicant("Ada", ""), "email"),
        (Applicant("Ada", "nowhere"), "email"),
        (Applicant("Ada", "a@example.org", "5" * 41), "phone"),
        (Applicant("Ada", "a@example.org", "", "x" * 1001), "note"),
        (Applicant("Ada", "a@example.org", "", "a\x00b"), "note"),
    ],
)
def test_what_is_wrong_is_named(campus, batch, applicant, field):
    with pytest.raises(Invalid) as refused:
        apply(campus, batch, applicant)
    assert [one.field for one in refused.value.errors] == [field]


def test_who_is_accepted_becomes_a_student_of_the_part_with_a_seat_and_two_mails(campus, batch):
    application = apply(campus, batch)
    enrollment = accept_application(by=campus.admin, application=application, note="Bring boots.")
    student = enrollment.student
    assert (student.full_name, student.email, student.phone) == ("Ada Byron", "ada@example.org", "555 0101")
    role = Membership.objects.get(user=student)
    assert (role.role, role.branch, role.department) == (Role.STUDENT, batch.branch, batch.department)
    assert (enrollment.batch, enrollment.source) == (batch, "application")
    application.refresh_from_db()
    assert (application.status, application.enrollment) == ("accepted", enrollment)
    run_jobs()
    assert [(one.to, one.subject) for one in mail.outbox] == [
        (["ada@example.org"], "Your invitation to Ridgeline Institute"),
        (["ada@example.org"], f"You have a seat in {batch.name}"),
    ]
    assert "Bring boots." in mail.outbox[1].body


def test_a_known_student_gets_the_seat_as_the_person_they_are(campus, batch):
    student = campus.student()
    application = apply(campus, batch, Applicant("Somebody", student.email))
    assert accept_application(by=campus.admin, application=application).student == student
    staff = campus.instructor()
    application = apply(campus, batch, Applicant("Somebody", staff.email))
    with pytest.raises(NotAStudent):
        accept_application(by=campus.admin, application=application)


def test_who_cannot_be_enrolled_is_not_added_either(campus, batch):
    application = apply(campus, batch)
    for _each in range(2):
        campus.enroll(batch)
    with pytest.raises(BatchFull):
        accept_application(by=campus.admin, application=application)
    assert not Membership.objects.filter(user__email="ada@example.org").exists()
    application.refresh_from_db()
    assert application.is_pending


def test_a_rejection_is_told_with_its_note(campus, batch):
    application = apply(campus, batch)
    with pytest.raises(Invalid):
        reject_application(by=campus.admin, application=application, note=" \u200b")
    reject_application(by=campus.admin, application=application, note="The course is for welders.")
    for again in (accept_application, reject_application):
        with pytest.raises(ApplicationDecided):
            again(by=campus.admin, application=application, note="x")
    run_jobs()
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.org"]
    assert "The course is for welders." in letter.body
    assert not Enrollment.objects.exists()


def test_managers_decide_for_their_own_part(campus, batch):
    application = apply(campus, batch)
    here = campus.actor(campus.person(Role.BRANCH_MANAGER, branch=batch.branch))
    elsewhere = campus.actor(campus.person(Role.DEPT_ADMIN, department=campus.department()))
    assert [list(waiting_applications(actor)) for actor in (here, elsewhere)] == [[application], []]
    with pytest.raises(Missing):
        applications.get(elsewhere, application.pk, "decide")
    with pytest.raises(Forbidden):
        applications.get(campus.actor(campus.instructor()), application.pk, "decide")
    assert accept_application(by=here, application=application).status == "active"


def test_an_archived_batch_keeps_its_applications_as_they_are(campus, batch):
    application = apply(campus, batch)
    archive_batch(by=campus.admin, batch=batch)
    assert not waiting_applications(campus.admin).exists()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Application.objects.filter(pk=application.pk).update(phone="1")
    assert violated_constraint(refused.value) in ("archived_batch_does_not_change", "application_is_decided_once")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        application.delete()
    assert violated_constraint(refused.value) == "archived_batch_does_not_change"


def test_a_decision_stays(campus, batch):
    application = apply(campus, batch)
    reject_application(by=campus.admin, application=application, note="No")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Application.objects.filter(pk=application.pk).update(status="pending", decided_at=None)
    assert violated_constraint(refused.value) == "application_is_decided_once"


def test_the_mail_of_an_application_that_is_gone_is_no_error():
    rules.answer_application(application_id="00000000-0000-7000-8000-000000000000")
    assert mail.outbox == []


def test_the_history_of_a_batch_names_no_applicant(campus, batch):
    reject_application(by=campus.admin, application=apply(campus, batch), note="Another time")
    entries = history_of(batch, page=1, page_size=2).entries
    assert [[line.text for line in entry.lines] for entry in entries] == [
        ["Status: Waiting → Rejected"],
        ["Application received"],
    ]
