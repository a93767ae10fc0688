"""Organisations that pay: their people, open sums, and who signs in for them."""

from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from muster.accounts.models import User
from muster.attendance.tests.test_marking import Class
from muster.core.database import violated_constraint
from muster.core.ownership import as_owner
from muster.enrollments.models import Enrollment, Organisation, Payment, SeatPeriod
from muster.enrollments.resources import ORGANISATIONS
from muster.enrollments.rules import PaymentInput, add_payment, name_contact
from muster.institutions.models import Institution, Membership, Role
from muster.web.organisations import pages
from tests.client import Api
from tests.jobs import run_jobs
from tests.make import Campus, prove_email
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


@pytest.fixture
def works(campus):
    return ORGANISATIONS.add(by=campus.admin, fields={"name": "Harbour Works", "contact_email": "cas@example.org"})


@pytest.fixture
def batch(campus):
    return campus.batch(course=campus.course(price="100.00", currency="ZAR"), branch=campus.branch(), capacity=9)


def contact_of(campus, works):
    person = name_contact(by=campus.admin, organisation=works, full_name="Cas Contact", email="cas@example.org").contact
    prove_email(person)
    return person


def test_a_list_is_enrolled_at_once_for_an_organisation(campus, works, batch):
    students = [campus.student() for _each in range(3)]
    listed = "\n".join(student.email for student in students)
    sent = {"listed": listed, "organisation": str(works.pk), "enrollment_type": "batch"}
    assert Browser(campus).post(f"/batches/{batch.pk}/students/enroll/", sent).status_code == 302
    rows = Enrollment.objects.filter(batch=batch)
    assert set(rows.values_list("organisation", "enrollment_type")) == {(works.pk, "corporate")}
    assert rows.count() == 3


def test_the_page_tells_people_and_what_is_owed_paid_and_open(campus, works, batch):
    for _each in range(2):
        enrollment = campus.enroll(batch, organisation=works)
    paid = PaymentInput(Decimal("60"), "ZAR", status="completed", organisation=works)
    add_payment(by=campus.admin, enrollment=enrollment, payment=paid)
    campus.enroll(batch)
    said = words_of(Browser(campus).get(f"/organisations/{works.pk}/"))
    assert "200.00 ZAR owed, 60.00 ZAR paid, 140.00 ZAR open" in said
    assert said.count("100.00 ZAR owed") == 2
    seats = Api(campus.token()).get(f"/organisations/{works.pk}/seats")
    assert (seats.body["total"], sum(one["balance"][0]["open"] for one in seats.data)) == (2, 140)


def test_sums_are_of_all_seats_also_of_those_not_shown(campus, works, batch, monkeypatch):
    monkeypatch.setattr(pages, "SHOWN", 1)
    for _each in range(3):
        campus.enroll(batch, organisation=works)
    said = words_of(Browser(campus).get(f"/organisations/{works.pk}/"))
    assert "300.00 ZAR owed" in said
    assert said.count("100.00 ZAR owed") == 1


def test_managers_see_the_people_of_their_own_part(campus, works, batch):
    campus.enroll(batch, organisation=works)
    hidden = campus.enroll(campus.batch(branch=campus.branch()), organisation=works)
    manager = campus.person(Role.BRANCH_MANAGER, branch=batch.branch)
    assert hidden.student.full_name not in words_of(Browser(campus, manager).get(f"/organisations/{works.pk}/"))
    assert Api(campus.token(manager)).get(f"/organisations/{works.pk}/seats").body["total"] == 1
    assert Browser(campus, manager).get(f"/organisations/{works.pk}/contact/").status_code == 403


def test_a_payment_names_one_payer(campus, works, batch):
    enrollment = campus.enroll(batch)
    api, body = Api(campus.token()), {"amount": 10, "currency": "ZAR", "organisation_id": str(works.pk)}
    assert api.post(f"/enrollments/{enrollment.pk}/payments", body).data["organisation"] == str(works.pk)
    refused = api.post(f"/enrollments/{enrollment.pk}/payments", {**body, "payer": "Ada"})
    assert (refused.status, refused.fields) == (400, ["payer"])
    elsewhere = Campus.found()
    other = ORGANISATIONS.add(by=elsewhere.admin, fields={"name": "Elsewhere"})
    refused = api.post(f"/enrollments/{enrollment.pk}/payments", {**body, "organisation_id": str(other.pk)})
    assert (refused.status, refused.fields) == (400, ["organisation_id"])
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        Payment.objects.create(
            institution=campus.institution,
            enrollment=enrollment,
            amount=1,
            currency="ZAR",
            payer="A",
            organisation=works,
        )
    assert violated_constraint(raised.value) == "payment_has_one_payer"
    page = Browser(campus)
    sent = {"amount": "20", "currency": "ZAR", "status": "completed", "organisation": str(works.pk)}
    assert page.post(f"/enrollments/{enrollment.pk}/payments/", sent).status_code == 302
    assert "paid by Harbour Works" in words_of(page.get(f"/enrollments/{enrollment.pk}/payments/"))


def test_students_and_inactive_organisations_pay_for_no_seat(campus, works, batch):
    student = campus.student()
    body = {"batchId": str(batch.pk), "organisation_id": str(works.pk)}
    refused = Api(campus.token(student)).post(f"/enrollments/students/{student.pk}/enroll", body)
    assert (refused.status, refused.fields) == (400, ["organisation_id"])
    ORGANISATIONS.retire(by=campus.admin, row=works)
    refused = Api(campus.token()).post(f"/enrollments/students/{student.pk}/enroll", body)
    assert (refused.status, refused.fields) == (400, ["organisation_id"])
    assert not Enrollment.objects.exists()


def test_who_pays_is_corrected_over_the_api(campus, works, batch):
    enrollment = campus.enroll(batch)
    api = Api(campus.token())
    for wanted in (str(works.pk), None):
        changed = api.put(f"/enrollments/{enrollment.pk}", {"organisation_id": wanted})
        assert (changed.status, changed.data["organisation"]) == (200, wanted)


def test_the_contact_is_invited_without_a_role_and_sees_that_page_alone(campus, works, batch):
    enrollment = campus.enroll(batch, organisation=works)
    stranger = campus.enroll(batch)
    browser = Browser(campus)
    sent = {"full_name": "Cas Contact", "email": "Cas@Example.org"}
    assert browser.post(f"/organisations/{works.pk}/contact/", sent).status_code == 302
    run_jobs()
    assert [one.to for one in mail.outbox] == [["cas@example.org"]]
    contact = User.objects.get(email="cas@example.org")
    assert not Membership.objects.filter(user=contact).exists()
    prove_email(contact)
    own = Browser(campus, contact)
    assert own.get("/")["Location"] == "/organisation/"
    said = words_of(own.get("/organisation/"))
    assert enrollment.student.full_name in said
    assert stranger.student.full_name not in said
    assert "100.00 ZAR owed" in said
    for path in (
        "/students/",
        "/batches/",
        "/organisations/",
        f"/organisations/{works.pk}/",
        "/catalogue/",
        "/messages/",
    ):
        assert own.get(path).status_code == 403, path


def test_attendance_is_for_the_contact_only_if_the_institution_allows_it(campus, works):
    room = Class(campus, 1)
    Enrollment.objects.filter(pk=room.enrollments[0].pk).update(organisation=works)
    room.mark(room.row(0, "PRESENT"))
    contact = contact_of(campus, works)
    for allowed in (False, True):
        Institution.objects.filter(pk=campus.institution.pk).update(organisations_see_attendance=allowed)
        said = words_of(Browser(campus, contact).get("/organisation/"))
        assert ("100% attended" in said) == allowed


def test_a_known_person_becomes_the_contact_and_is_removed_again(campus, works):
    teacher = campus.instructor()
    works = name_contact(by=campus.admin, organisation=works, full_name="", email=teacher.email.upper())
    assert works.contact == teacher
    assert Browser(campus, teacher).get("/organisation/").status_code == 200
    assert Browser(campus).post(f"/organisations/{works.pk}/contact/remove/").status_code == 302
    assert Organisation.objects.get().contact is None
    assert Browser(campus, teacher).get("/organisation/").status_code == 404


def test_wrong_contacts_are_named(campus, works):
    api = Api(campus.token())
    for body, field in (({"full_name": "", "email": "new@example.org"}, "full_name"), ({"email": "x"}, "email")):
        refused = api.put(f"/organisations/{works.pk}/contact", {"full_name": "Cas", **body})
        assert (refused.status, refused.fields) == (400, [field])


def test_the_page_costs_the_same_for_many(campus, works):
    browser = Browser(campus, contact_of(campus, works))
    batch, costs = campus.batch(capacity=20), []
    browser.get("/organisation/")
    for number in (1, 8):
        for _each in range(number):
            campus.enroll(batch, organisation=works)
        with CaptureQueriesContext(connection) as sent:
            browser.get("/organisation/")
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 12


def test_what_is_owed_is_told_only_of_the_readers_own_part(campus, works, batch):
    person = campus.person(Role.DEPT_ADMIN, department=campus.department())
    Membership.objects.create(institution=campus.institution, user=person, role=Role.INSTRUCTOR)
    taught = campus.batch(course=batch.course, department=campus.department(), lead=person)
    enrollment = campus.enroll(taught, organisation=works)
    said = words_of(Browser(campus, person).get(f"/organisations/{works.pk}/"))
    assert (enrollment.student.full_name in said, "100.00" in said) == (True, False)
    (seat,) = Api(campus.token(person)).get(f"/organisations/{works.pk}/seats").data
    assert seat["balance"] == []


def test_the_contact_sees_no_photos(campus, works, batch):
    browser = Browser(campus, contact_of(campus, works))
    student = campus.enroll(batch, organisation=works).student
    assert browser.get(f"/people/{student.pk}/photo/").status_code == 404


def test_who_sees_all_organisations_is_told_of_no_seat_that_went_elsewhere(campus, works, batch):
    seat = campus.enroll(batch, organisation=works)
    with as_owner():
        SeatPeriod.objects.filter(enrollment=seat).delete()
        Enrollment.objects.filter(pk=seat.pk).delete()
    path = f"/organisations/{works.pk}/seats?updated_since=2020-01-01T00:00:00Z"
    manager = campus.person(Role.BRANCH_MANAGER, branch=campus.branch())
    assert Api(campus.token(manager)).get(path).data == []


# --- lists for who signs in -----------------------------------------------------------------------------------------
def pay(campus, enrollment, works, amount="60"):
    paid = PaymentInput(Decimal(amount), "ZAR", method="transfer", status="completed", organisation=works)
    return add_payment(by=campus.admin, enrollment=enrollment, payment=paid)


def text_of(response):
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_the_contact_reads_and_exports_people_payments_and_receipts_of_their_own(campus, works, batch):
    own, other = campus.enroll(batch, organisation=works), campus.enroll(batch, organisation=campus.organisation())
    paid, foreign = pay(campus, own, works), pay(campus, other, None, "77")
    page = Browser(campus, contact_of(campus, works))
    people, payments = (f"/organisation/{works.pk}/{name}/" for name in ("people", "payments"))
    for path in (people, payments):
        said = words_of(page.get(path))
        assert own.student.full_name in said
        assert other.student.full_name not in said
        assert "100.00 ZAR owed, 60.00 ZAR paid, 40.00 ZAR open" in said
        assert "77.00" not in said
    lines = text_of(page.get(f"{people}?export=csv")).splitlines()
    assert len(lines) == 2
    assert ",ZAR,100.00,60.00,40.00," in lines[1]
    assert "Attendance" not in lines[0]
    assert page.get(f"{payments}?export=xlsx").status_code == 200
    assert text_of(page.get(f"{payments}?export=csv")).count("60.00") == 1
    receipt = page.get(f"/organisation/receipts/{paid.pk}/")
    assert (receipt.status_code, receipt["Content-Type"]) == (200, "application/pdf")
    assert page.get(f"/organisation/receipts/{foreign.pk}/").status_code == 404
    assert page.get(f"/payments/{paid.pk}/receipt/").status_code == 403


def test_the_lists_of_another_organisation_are_not_there(campus, works, batch):
    other = campus.organisation()
    campus.enroll(batch, organisation=other)
    page = Browser(campus, contact_of(campus, works))
    stranger = Browser(campus, campus.student())
    for name in ("people", "payments"):
        assert page.get(f"/organisation/{other.pk}/{name}/").status_code == 404
        assert stranger.get(f"/organisation/{works.pk}/{name}/").status_code == 404


def test_attendance_stands_in_the_list_only_if_the_institution_allows_it(campus, works):
    room = Class(campus, 1)
    Enrollment.objects.filter(pk=room.enrollments[0].pk).update(organisation=works)
    room.mark(room.row(0, "PRESENT"))
    page, path = Browser(campus, contact_of(campus, works)), f"/organisation/{works.pk}/people/"
    for allowed in (False, True):
        Institution.objects.filter(pk=campus.institution.pk).update(organisations_see_attendance=allowed)
        assert ("100%" in words_of(page.get(path))) == allowed
        assert ("Attendance" in text_of(page.get(f"{path}?export=csv"))) == allowed


def test_managers_read_the_people_of_their_part(campus, works, batch):
    own = campus.enroll(batch, organisation=works)
    hidden = campus.enroll(campus.batch(branch=campus.branch()), organisation=works)
    manager = campus.person(Role.BRANCH_MANAGER, branch=batch.branch)
    said = words_of(Browser(campus, manager).get(f"/organisations/{works.pk}/people/"))
    assert own.student.full_name in said
    assert hidden.student.full_name not in said
    assert Browser(campus, campus.instructor()).get(f"/organisations/{works.pk}/people/").status_code == 403


def test_the_lists_cost_the_same_for_many(campus, works):
    page, batch = Browser(campus, contact_of(campus, works)), campus.batch(capacity=20)
    for name in ("people", "payments"):
        path, costs = f"/organisation/{works.pk}/{name}/", []
        page.get(path)
        for number in (1, 6):
            for _each in range(number):
                pay(campus, campus.enroll(batch, organisation=works), works, "5")
            with CaptureQueriesContext(connection) as sent:
                page.get(path)
            costs.append(len(sent))
        assert costs[0] == costs[1] <= 14, name


# --- the same for programs --------------------------------------------------------------------------------------------
def read(page, path):
    answer = page.get(f"/api/organisation{path}")
    is_json = answer["Content-Type"].startswith("application/json")
    return answer.status_code, answer.json()["data"] if is_json else answer


def test_the_contact_reads_the_same_over_the_api(campus, works, batch):
    own, other = campus.enroll(batch, organisation=works), campus.enroll(batch, organisation=campus.organisation())
    paid, foreign = pay(campus, own, works), pay(campus, other, None, "77")
    page = Browser(campus, contact_of(campus, works))
    status, [organisation] = read(page, "")
    assert (status, organisation["name"], organisation["sees_attendance"]) == (200, "Harbour Works", False)
    [balance] = organisation["balance"]
    assert (balance["owed"], balance["paid"], balance["open"]) == (100, 60, 40)
    [seat] = read(page, f"/{works.pk}/people")[1]
    assert (seat["student_name"], seat["attendance_percent"]) == (own.student.full_name, None)
    [payment] = read(page, f"/{works.pk}/payments")[1]
    assert payment["_id"] == str(paid.pk)
    for name in ("people", "payments"):
        page_file = text_of(page.get(f"/organisation/{works.pk}/{name}/?export=csv"))
        assert text_of(read(page, f"/{works.pk}/{name}/export")[1]) == page_file
    assert read(page, f"/receipts/{paid.pk}")[1]["Content-Type"] == "application/pdf"
    assert page.get(f"/api/organisation/receipts/{foreign.pk}").status_code == 404
    # Nothing else of the institution.
    assert page.get("/api/batches").status_code == 401


def test_over_the_api_nobody_reads_another_organisation(campus, works, batch):
    other = campus.organisation()
    campus.enroll(batch, organisation=other)
    contact, student = Browser(campus, contact_of(campus, works)), Browser(campus, campus.student())
    for name in ("people", "payments", "people/export", "payments/export"):
        assert contact.get(f"/api/organisation/{other.pk}/{name}").status_code == 404
        assert student.get(f"/api/organisation/{works.pk}/{name}").status_code == 404
        assert Api().get(f"/organisation/{works.pk}/{name}").status == 401
    assert student.get("/api/organisation").json()["data"] == []


def test_over_the_api_attendance_is_told_only_if_the_institution_allows_it(campus, works):
    room = Class(campus, 1)
    Enrollment.objects.filter(pk=room.enrollments[0].pk).update(organisation=works)
    room.mark(room.row(0, "PRESENT"))
    page = Browser(campus, contact_of(campus, works))
    for allowed, percent in ((False, None), (True, 100.0)):
        Institution.objects.filter(pk=campus.institution.pk).update(organisations_see_attendance=allowed)
        assert [seat["attendance_percent"] for seat in read(page, f"/{works.pk}/people")[1]] == [percent]
        assert ("Attendance" in text_of(read(page, f"/{works.pk}/people/export")[1])) == allowed
