"""Pages of certificates: what is missing in words, issuing one and many, revoking, and what others can verify."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from muster.certificates.models import Certificate
from muster.certificates.rules import issue_certificate
from muster.enrollments.rules import complete_enrollment
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


@pytest.fixture
def batch(campus: Campus) -> Any:
    course = campus.course(title="Welding", price=100, currency="EUR", certificate_needs_payment=True)
    return campus.batch(course=course, lead=campus.instructor("Thandi Nkosi"))


def finished(campus: Campus, batch: Any, name: str, **fields: Any) -> Any:
    seat = campus.enroll(batch, campus.student(name), **fields)
    return complete_enrollment(by=campus.admin, enrollment=seat)


def test_the_tab_says_who_is_ready_and_what_is_missing(campus: Campus, batch: Any) -> None:
    finished(campus, batch, "Ada Byron", enrollment_type="scholarship")
    finished(campus, batch, "Ben Ode")
    said = words_of(Browser(campus, campus.admin.user).get(f"/batches/{batch.pk}/completion/"))
    assert "Requirements: full payment." in said
    assert "Issue 1 certificate" in said
    assert "Needs full payment: 100.00 EUR is open." in said


@pytest.mark.parametrize("door", ["/batches/%s/completion/", "/api/batches/%s/completion"])
def test_who_is_enrolled_while_others_look_is_there_at_the_next_look(campus: Campus, batch: Any, door: str) -> None:
    campus.enroll(batch, campus.student("Ada Byron"))
    late: list[Any] = []

    def enroll_meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if not late and 'FROM "certificates_certificate"' in sql:
            late.append("Ben Ode")
            campus.enroll(batch, campus.student("Ben Ode"))
        return answer

    browser = Browser(campus)
    token = {"Authorization": f"Bearer {campus.token()}"} if door.startswith("/api") else {}
    with connection.execute_wrapper(enroll_meanwhile):
        first = browser.get(door % batch.pk, **token)
    assert first.status_code == 200
    assert late
    said = first.content.decode()
    assert ("Ada Byron" in said, "Ben Ode" in said) == (True, False)
    assert "Ben Ode" in browser.get(door % batch.pk, **token).content.decode()


def test_an_instructor_sees_the_tab_without_payments_and_without_actions(campus: Campus, batch: Any) -> None:
    finished(campus, batch, "Ben Ode")
    teacher = batch.instructor_assignments.get().instructor
    said = words_of(Browser(campus, teacher).get(f"/batches/{batch.pk}/completion/"))
    assert "Ben Ode" in said
    assert "100.00 EUR" not in said
    assert "Issue" not in said.replace("Issued", "").replace("Certificates issued", "")


def test_many_are_issued_at_once_and_those_who_are_not_ready_are_named(campus: Campus, batch: Any) -> None:
    ready = finished(campus, batch, "Ada Byron", enrollment_type="scholarship")
    other = finished(campus, batch, "Ben Ode")
    page = Browser(campus, campus.admin.user)
    page.post(f"/certificates/issue/?pick={ready.pk}&pick={other.pk}", {})
    said = words_of(page.get(f"/batches/{batch.pk}/completion/"))
    assert "1 student has a certificate." in said
    assert "Ben Ode: Ben Ode hasn't met all requirements yet." in said
    assert [one.enrollment_id for one in Certificate.objects.all()] == [ready.pk]


def test_an_exception_needs_a_reason(campus: Campus, batch: Any) -> None:
    seat = finished(campus, batch, "Ben Ode")
    page, url = Browser(campus, campus.admin.user), f"/enrollments/{seat.pk}/certificate/"
    assert "Needs full payment: 100.00 EUR is open." in words_of(page.get(url))
    assert page.post(url, {}).status_code == 400
    assert page.post(url, {"exception_reason": "Paid in kind"}).status_code == 302
    row = Certificate.objects.get()
    assert row.exception_reason == "Paid in kind"
    assert "Paid in kind" in words_of(page.get(f"/certificates/{row.pk}/"))
    assert "Paid in kind" not in words_of(Browser(campus, seat.student).get(f"/certificates/{row.pk}/"))


def test_a_student_finds_their_own_and_what_is_missing_for_another(campus: Campus, batch: Any) -> None:
    seat = finished(campus, batch, "Ben Ode")
    issue_certificate(by=campus.admin, enrollment=seat, exception_reason="Early")
    campus.enroll(campus.batch(course=campus.course(title="Painting")), seat.student)
    said = words_of(Browser(campus, seat.student).get("/certificates/mine/"))
    assert "Welding Valid" in said
    assert "Painting For your certificate: Missing The batch ends on 28 June 2030." in said


def test_revoking_shows_on_the_page_that_everyone_can_verify(campus: Campus, batch: Any) -> None:
    seat = finished(campus, batch, "Ben Ode")
    row = issue_certificate(by=campus.admin, enrollment=seat, exception_reason="Early").certificate
    page, stranger, url = Browser(campus, campus.admin.user), Client(), f"/verify/{row.document.serial}/"
    assert "This document is valid" in words_of(stranger.get(url))
    assert page.post(f"/certificates/{row.pk}/revoke/", {"reason": "Wrong course"}).status_code == 302
    said = words_of(stranger.get(url))
    assert "This document was revoked" in said
    assert "Wrong course" in said
    told = stranger.get(url, headers={"accept": "application/json"}).json()
    assert (told["status"], told["reason"], told["facts"][0]) == (
        "revoked",
        "Wrong course",
        {"label": "Awarded to", "value": "Ben Ode"},
    )
    assert "email" not in str(told)


def test_an_unknown_serial_is_said_as_json_too() -> None:
    response = Client().get("/verify/000001-AAAAA-AAAAA/", headers={"accept": "application/json"})
    assert (response.status_code, response.json()["status"]) == (404, "unknown")


def test_the_paper_is_there_as_pdf_and_as_a_picture(campus: Campus, batch: Any) -> None:
    seat = finished(campus, batch, "محمد Ólafsson")
    row = issue_certificate(by=campus.admin, enrollment=seat, exception_reason="Early").certificate
    page = Browser(campus, seat.student)
    assert b"".join(page.get(f"/certificates/{row.pk}/pdf/").streaming_content).startswith(b"%PDF-")
    picture = page.get(f"/certificates/{row.pk}/paper.svg")
    assert (picture["Content-Type"], picture.content[:4]) == ("image/svg+xml", b"<svg")
