"""Certificates: what is missing, one valid one an enrollment, and replaced and revoked ones that stay to be seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.attendance.queries.projection import AttendanceProjection
from muster.batches.errors import BatchArchived
from muster.batches.rules import archive_batch
from muster.certificates.errors import NotComplete, NotForThisEnrollment, NothingNew
from muster.certificates.models import Certificate
from muster.certificates.queries import completion_of
from muster.certificates.queries.completion import sessions_short
from muster.certificates.rules import issue_certificate as issue
from muster.certificates.rules import revoke_certificate
from muster.core.database import violated_constraint
from muster.documents.errors import AlreadyEnded, NoReason, NotOfThatDay
from muster.documents.models import IssuedDocument
from muster.documents.rules import DocumentDraft, issue_documents
from muster.enrollments.models import Enrollment, Payment
from muster.enrollments.rules import cancel_enrollment, complete_enrollment, hold_enrollment
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def seat_in(campus: Campus, *, is_over: bool = True, **needs: Any) -> Enrollment:
    """A student of a batch whose course asks for this."""
    batch = campus.batch(course=campus.course(title="Welding", **needs))
    seat = campus.enroll(batch, campus.student("Ada Byron"))
    return complete_enrollment(by=campus.admin, enrollment=seat) if is_over else seat


def issue_certificate(**asked: Any) -> Certificate:
    """The certificate that is valid afterwards."""
    return issue(**asked).certificate


def missing(seat: Enrollment) -> list[str]:
    return completion_of([seat.pk])[seat.pk].missing


# --- what is missing -------------------------------------------------------------------------------------------------
def test_without_requirements_the_course_has_to_be_over(campus: Campus) -> None:
    seat = seat_in(campus, is_over=False)
    assert missing(seat) == ["The batch ends on 28 June 2030."]
    assert missing(complete_enrollment(by=campus.admin, enrollment=seat)) == []


def test_each_requirement_says_what_is_missing(campus: Campus) -> None:
    seat = seat_in(
        campus,
        certificate_attendance_percent=75,
        certificate_marks_percent=50,
        certificate_progress_percent=100,
        certificate_needs_results=True,
        certificate_needs_payment=True,
        price=120,
        currency="USD",
    )
    assert missing(seat) == [
        "Needs 75% attendance, and no session counts yet.",
        "Needs 50% in marks, has no marks.",
        "Needs 100% progress, has 0%.",
        "Needs every subject passed, and the batch has none yet.",
        "Needs full payment: 120.00 USD is open.",
    ]


def test_what_is_paid_is_paid(campus: Campus) -> None:
    seat = seat_in(campus, certificate_needs_payment=True, price=120, currency="USD")
    Payment.objects.create(
        enrollment=seat, amount=120, currency="USD", status="completed", institution=campus.institution
    )
    assert missing(seat) == []


@pytest.mark.parametrize("minimum", [1, 50, 75, 90, 99, 100])
def test_the_sessions_that_are_short_are_the_fewest_that_suffice(minimum: int) -> None:
    for came in range(12):
        for missed in range(12):
            further = sessions_short(AttendanceProjection("P" * came + "A" * missed, 0, minimum))

            def suffices(more: int, came: int = came, missed: int = missed) -> bool:
                return 100 * (came + more) >= minimum * (came + missed + more)

            if further is None:
                assert minimum == 100
                assert missed
            else:
                assert suffices(further)
                assert further == 0 or not suffices(further - 1)


# --- issuing ---------------------------------------------------------------------------------------------------------
def test_a_certificate_says_what_was_achieved_and_is_issued_once(campus: Campus) -> None:
    seat = seat_in(campus)
    made = issue_certificate(by=campus.admin, enrollment=seat)
    again = issue_certificate(by=campus.admin, enrollment=seat)
    assert (again.pk, again.document.serial, made.document.status) == (made.pk, made.document.serial, "valid")
    content = made.document.content
    assert (content["student"]["full_name"], content["course"]["title"]) == ("Ada Byron", "Welding")
    assert content["held"] == ["2030-01-07", "2030-06-28"]


def test_what_is_missing_is_refused_unless_a_reason_makes_an_exception(campus: Campus) -> None:
    seat = seat_in(campus, certificate_progress_percent=80)
    with pytest.raises(NotComplete):
        issue_certificate(by=campus.admin, enrollment=seat, exception_reason=" \u200b")
    with pytest.raises(NotComplete) as refused:
        issue_certificate(by=campus.admin, enrollment=seat)
    assert refused.value.message == ("Ada Byron hasn't met all requirements yet. Needs 80% progress, has 0%.")
    assert refused.value.facts == {"missing": ["Needs 80% progress, has 0%."]}
    made = issue_certificate(by=campus.admin, enrollment=seat, exception_reason="Ill for two weeks, passed orally")
    assert made.exception_reason == "Ill for two weeks, passed orally"
    # The paper says nothing of it.
    assert "Ill" not in str(made.document.content)


def test_who_left_or_pauses_gets_none_by_no_exception(campus: Campus) -> None:
    seat = hold_enrollment(by=campus.admin, enrollment=seat_in(campus, is_over=False))
    with pytest.raises(NotForThisEnrollment):
        issue_certificate(by=campus.admin, enrollment=seat, exception_reason="They asked nicely")


def test_another_one_replaces_it_with_a_new_serial(campus: Campus) -> None:
    seat = seat_in(campus)
    first = issue_certificate(by=campus.admin, enrollment=seat)
    with pytest.raises(NothingNew):
        issue_certificate(by=campus.admin, enrollment=seat, replace=True)
    assert Certificate.objects.count() == 1
    seat.student.full_name = "Augusta Ada King"
    seat.student.save()
    second = issue_certificate(by=campus.admin, enrollment=seat, replace=True)
    first.document.refresh_from_db()
    assert (first.document.status, second.document.status) == ("superseded", "valid")
    assert first.document.serial != second.document.serial


def test_a_revoked_one_says_when_and_why_and_a_new_one_may_follow(campus: Campus) -> None:
    seat = seat_in(campus)
    first = issue_certificate(by=campus.admin, enrollment=seat)
    day = timezone.now().date()
    for wrong in (day - timedelta(days=2), day + timedelta(days=2)):
        with pytest.raises(NotOfThatDay):
            revoke_certificate(by=campus.admin, certificate=first, reason="Wrong student", on=wrong)
    with pytest.raises(NoReason):
        revoke_certificate(by=campus.admin, certificate=first, reason=" \u200b")
    revoke_certificate(by=campus.admin, certificate=first, reason="Wrong student")
    with pytest.raises(AlreadyEnded):
        revoke_certificate(by=campus.admin, certificate=first, reason="Again")
    second = issue_certificate(by=campus.admin, enrollment=seat)
    ended = IssuedDocument.objects.get(pk=first.document_id)
    assert (ended.status, ended.ending_reason, second.document.status) == ("revoked", "Wrong student", "valid")


def test_an_archived_batch_issues_none_and_its_certificates_can_be_revoked(campus: Campus) -> None:
    seat, other = seat_in(campus), None
    made = issue_certificate(by=campus.admin, enrollment=seat)
    other = complete_enrollment(by=campus.admin, enrollment=campus.enroll(seat.batch))
    batch = archive_batch(by=campus.admin, batch=seat.batch)
    with pytest.raises(BatchArchived):
        issue_certificate(by=campus.admin, enrollment=Enrollment.objects.get(pk=other.pk))
    assert batch.is_archived
    assert revoke_certificate(by=campus.admin, certificate=made, reason="Copied").document.status == "revoked"


# --- what the database keeps -----------------------------------------------------------------------------------------
def test_the_database_refuses_a_second_valid_one_whoever_writes_it(campus: Campus) -> None:
    seat = seat_in(campus)
    made = issue_certificate(by=campus.admin, enrollment=seat)
    [second] = issue_documents(
        by=campus.admin, drafts=[DocumentDraft("certificate", seat.student, ["another"], (), {"says": "more"})]
    )
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Certificate.objects.create(institution=campus.institution, enrollment=seat, document=second)
    assert violated_constraint(refused.value) == "one_valid_certificate_of_an_enrollment"
    for write in (
        lambda: Certificate.objects.filter(pk=made.pk).delete(),
        lambda: Certificate.objects.update(exception_reason="x"),
    ):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            write()
        assert violated_constraint(refused.value) == "issued_certificate_stays"


def test_the_database_refuses_a_document_of_somebody_else(campus: Campus) -> None:
    seat = seat_in(campus)
    drafts = [
        DocumentDraft("certificate", campus.student(), ["one"], (), {}),
        DocumentDraft("transcript", seat.student, ["two"], (), {}),
    ]
    for document in issue_documents(by=campus.admin, drafts=drafts):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Certificate.objects.create(institution=campus.institution, enrollment=seat, document=document)
        assert violated_constraint(refused.value) == "certificate_is_of_its_student"


@pytest.mark.parametrize("end", [cancel_enrollment, hold_enrollment])
def test_the_database_refuses_one_for_who_left_or_pauses(campus: Campus, end: Any) -> None:
    seat = seat_in(campus, is_over=False)
    end(by=campus.admin, enrollment=seat)
    [document] = issue_documents(
        by=campus.admin, drafts=[DocumentDraft("certificate", seat.student, ["one"], (), {"says": "more"})]
    )
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Certificate.objects.create(institution=campus.institution, enrollment=seat, document=document)
    assert violated_constraint(refused.value) == "certificate_is_of_who_takes_part"


def test_the_api_names_the_states_it_knows(campus: Campus) -> None:
    issue_certificate(by=campus.admin, enrollment=seat_in(campus))
    api = Api(campus.token())
    assert [api.get(f"/certificates?status={one}").body["total"] for one in ("", "valid", "revoked")] == [1, 1, 0]
    refused = api.get("/certificates?status=expired")
    assert (refused.status, refused.fields) == (400, ["status"])


def test_many_stand_in_as_many_statements_as_one(campus: Campus, django_assert_num_queries: Any) -> None:
    batch = campus.batch(course=campus.course(certificate_attendance_percent=75, certificate_needs_results=True))
    seats = [campus.enroll(batch).pk for _each in range(4)]
    for asked in (seats[:1], seats):
        with django_assert_num_queries(7):
            assert [one.is_complete for one in completion_of(asked).values()] == [False] * len(asked)


def test_the_day_of_a_batch_that_ended_counts_by_its_own_clock(campus: Campus) -> None:
    batch = campus.batch(start_date=date(2020, 1, 6), end_date=date(2020, 6, 26))
    seat = campus.enroll(batch)
    assert missing(seat) == []
