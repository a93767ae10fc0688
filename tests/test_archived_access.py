"""Where archiving a batch ends its students' access, every door is closed to them that led to something of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import TestCase
from django.utils import timezone

from muster.attendance.rules import announce_absence
from muster.batches.models import Batch
from muster.batches.rules import archive_batch, make_feed
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import PaymentInput, add_payment
from muster.exchange.exports import export_of
from muster.institutions.models import Institution
from muster.messaging.rules import send_message
from tests.access.routes import Route, routes
from tests.access.test_access import said
from tests.access.world import World
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

# What leads to something of a batch.
OF_A_BATCH = {
    "batch_id",
    "session_id",
    "slot_id",
    "enrollment_id",
    "record_id",
    "evidence_id",
    "absence_id",
    "correction_id",
    "mapping_id",
    "payment_id",
    "message_id",
    "place_id",
    "assignment_id",
    "transfer_request_id",
    "certificate_id",
}
# What stays theirs all the same: what they agreed to, asked for, paid and earned, announced for all batches, and were
# written.
STAYS = {
    "GET /api/certificates/{certificate_id}",
    "GET /api/certificates/{certificate_id}/badge",
    "GET /api/certificates/{certificate_id}/pdf",
    "GET /api/enrollments/{enrollment_id}",
    "GET /api/enrollments/{enrollment_id}/marks",
    "GET /api/enrollments/{enrollment_id}/payments",
    "GET /api/institution/absences/{absence_id}",
    "GET /api/messages/{message_id}",
    "GET /api/payments/{payment_id}/receipt",
    "GET /api/transfer-requests/{transfer_request_id}",
    "GET /absences/{absence_id}/",
    "GET /absences/{absence_id}/evidence/",
    "GET /absences/{absence_id}/withdraw/",
    "GET /certificates/{certificate_id}/",
    "GET /certificates/{certificate_id}/badge/",
    "GET /certificates/{certificate_id}/paper.svg",
    "GET /certificates/{certificate_id}/pdf/",
    "GET /enrollments/{enrollment_id}/ask-transfer/",
    "GET /enrollments/{enrollment_id}/cancel/",
    "GET /enrollments/{enrollment_id}/convert/",
    "GET /enrollments/{enrollment_id}/payments/",
    "GET /enrollments/{enrollment_id}/resume/",
    "GET /messages/{message_id}/",
    "GET /payments/{payment_id}/receipt/",
    "GET /transfer-requests/{transfer_request_id}/withdraw/",
    "GET /waitlist/{place_id}/accept/",
    "GET /waitlist/{place_id}/decline/",
    "GET /waitlist/{place_id}/leave/",
}
# Lists that name batches, and must not name those that are closed.
LISTS = ("/", "/batches/?archived=all", "/search/?q={name}", "/institution/attendance/calendar", "/calendar/links/")
API_LISTS = ("/batches?archived=true", "/batches")


class Doors(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()
        cls.own = cls.world.objects["own"]
        campus = cls.world.campus
        cls.batch = Batch.objects.get(pk=cls.own["cohort_id"])
        _feed, cls.secret = make_feed(by=campus.actor(cls.own["learner"]), kind="personal")
        Batch.objects.filter(institution=campus.institution, deleted_at=None).update(archived_at=timezone.now())

    def let(self, *, disables: bool) -> None:
        Institution.objects.filter(pk=self.world.campus.institution.pk).update(archived_disables_access=disables)

    def answer(self, route: Route) -> str:
        path = route.address(self.own)
        if route.is_api:
            api = self.world.api("student")
            return said(api.client.get(path, headers=api.headers), is_api=True)
        return said(self.world.browser("student").get(path), is_api=False)

    def doors(self) -> list[Route]:
        return [route for route in routes() if route.method == "GET" and OF_A_BATCH & set(route.objects)]

    def reached(self) -> set[str]:
        return {str(route) for route in self.doors() if self.answer(route) == "reach"}

    def test_every_door_to_something_of_the_batch_is_closed_but_those_that_stay(self) -> None:
        self.let(disables=False)
        before = self.reached()
        self.let(disables=True)
        self.assertEqual(self.reached(), STAYS)
        self.assertLess(STAYS, before)

    def words(self) -> dict[str, bool]:
        """Whether each list and the feed name the batch."""
        browser, api, code = self.world.browser("student"), self.world.api("student"), self.batch.code
        found = {path: code in browser.get(path.format(name=self.batch.name)).content.decode() for path in LISTS}
        found |= {path: code in str(api.get(path).data) for path in API_LISTS}
        feed = browser.get(f"/calendar/{self.secret}.ics").content.decode()
        return {**found, "feed": code in feed}

    def test_no_list_and_no_feed_names_the_batch(self) -> None:
        self.let(disables=False)
        before = self.words()
        self.assertTrue(before["feed"] and before["/batches?archived=true"], before)
        self.let(disables=True)
        self.assertEqual({path for path, named in self.words().items() if named}, set())


# --- told apart ---------------------------------------------------------------------------------------------------
@pytest.fixture
def named(db: None) -> tuple[Campus, Enrollment]:
    """A seat that somebody paid for, in a batch that is archived by now."""
    campus = Campus.found()
    works = campus.organisation()
    today = timezone.localdate()
    seat = campus.enroll(campus.batch(lead=campus.instructor(), start_date=today), organisation=works)
    paid = PaymentInput(Decimal(10), "EUR", status="completed", organisation=works)
    add_payment(by=campus.admin, enrollment=seat, payment=paid)
    announce_absence(by=campus.admin, student=seat.student, enrollment=seat, first_date=today, reason="Flu")
    send_message(by=campus.admin, batch=seat.batch, subject="Monday", text="We start at nine.")
    archive_batch(by=campus.admin, batch=seat.batch)
    return campus, seat


@pytest.mark.parametrize(
    "path",
    [
        "/batches/?archived=all",
        "/batches/{seat.batch_id}/",
        "/students/{seat.student_id}/",
        "/payments/",
        "/absences/?when=all",
        "/organisations/{seat.organisation_id}/",
        "/organisations/{seat.organisation_id}/people/",
        "/institution/attendance/cohorts?archived=all",
    ],
)
def test_wherever_an_archived_batch_is_named_it_is_marked(named: tuple[Campus, Enrollment], path: str) -> None:
    campus, seat = named
    said = words_of(Browser(campus).get(path.format(seat=seat)))
    assert seat.batch is not None
    assert f"[ARCHIVED] {seat.batch.code}" in said or f"[ARCHIVED] {seat.batch.name}" in said


@pytest.mark.parametrize("path", ["/enrollments", "/payments", "/messages", "/batches"])
def test_programs_are_told_that_the_batch_is_archived(named: tuple[Campus, Enrollment], path: str) -> None:
    assert [row["archived"] for row in Api(named[0].token()).get(path).data] == [True]


@pytest.mark.parametrize("kind", ["enrollments", "payments", "batches"])
def test_files_tell_that_the_batch_is_archived(named: tuple[Campus, Enrollment], kind: str) -> None:
    assert [row["archived"] for row in export_of(kind, named[0].admin).objects()] == [True]
