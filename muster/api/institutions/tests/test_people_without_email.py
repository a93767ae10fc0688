"""Students without an email: added, enrolled, listed; a sign-in comes with the email and goes with it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from muster.accounts.models import User
from muster.accounts.names import guess_names
from muster.institutions.models import Role
from tests.client import Api
from tests.jobs import run_jobs
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


@pytest.fixture
def api(campus: Campus) -> Api:
    return Api(campus.token())


def test_students_need_no_email_and_have_no_sign_in(campus: Campus, api: Api, mailoutbox: list[object]) -> None:
    added = [api.post("/users", {"full_name": name, "role": ["student"]}) for name in ("Sipho Dlamini", "Naledi")]
    assert [(one.status, one.data["email"], one.data["invited"]) for one in added] == [(201, None, False)] * 2
    run_jobs()
    assert mailoutbox == []
    person = User.objects.get(pk=added[0].data["_id"])
    assert (person.signs_in, person.has_usable_password()) == (False, False)
    assert Client().login(email="", password="") is False
    path = f"/users/{person.pk}"
    assert api.post(f"{path}/invitation").fields == ["email"]
    assert api.put(path, {"password": "correct-horse-battery"}).fields == ["password"]
    # They are students like any other.
    batch = campus.batch()
    enrolled = api.post(f"/enrollments/students/{person.pk}/enroll", {"batchId": str(batch.pk)})
    assert enrolled.status == 201
    assert [row["email"] for row in api.get(f"/batches/{batch.pk}/students").data] == [None]
    assert [row["email"] for row in api.get("/students?q=Sipho").data] == [None]


@pytest.mark.parametrize("role", ["instructor", "admin", "regulator"])
def test_staff_needs_an_email(api: Api, role: str) -> None:
    refused = api.post("/users", {"full_name": "Farid", "role": [role]})
    assert (refused.status, refused.fields) == (400, ["email"])
    student = api.post("/users", {"full_name": "Farid", "role": ["student"]}).data["_id"]
    assert api.put(f"/users/{student}", {"role": [role]}).fields == ["email"]
    both = api.put(f"/users/{student}", {"role": [role], "email": "farid@example.org"})
    assert (both.status, both.data["email"]) == (200, "farid@example.org")


def test_an_email_brings_an_invitation_and_its_end_the_end_of_the_sign_in(
    campus: Campus, api: Api, mailoutbox: list[object]
) -> None:
    path = f"/users/{api.post('/users', {'full_name': 'Naledi', 'role': ['student']}).data['_id']}"
    assert api.put(path, {"email": "naledi@example.org"}).data["invited"] is True
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [["naledi@example.org"]]
    assert api.put(path, {"password": "correct-horse-battery"}).status == 200
    browser = Client()
    assert browser.login(email="naledi@example.org", password="correct-horse-battery")
    assert api.put(path, {"email": ""}).data["email"] is None
    assert browser.get("/").status_code == 302
    assert not Client().login(email="naledi@example.org", password="correct-horse-battery")


@pytest.mark.parametrize(
    ("full_name", "given", "family"),
    [
        ("Naledi Mokoena", "Naledi", "Mokoena"),
        ("Pieter van der Merwe", "Pieter", "van der Merwe"),
        ("Ana María de la Cruz", "Ana María", "de la Cruz"),
        ("Mokoena, Naledi", "Naledi", "Mokoena"),
        ("Sukarno", "Sukarno", ""),
    ],
)
def test_names_are_guessed(full_name: str, given: str, family: str) -> None:
    assert guess_names(full_name) == (given, family)


def test_names_follow_the_full_name_until_they_are_corrected(api: Api) -> None:
    added = api.post("/users", {"full_name": "Naledi Mokoena", "role": ["student"]}).data
    path = f"/users/{added['_id']}"

    def names(answer: object) -> tuple[str, str]:
        return answer.data["given_name"], answer.data["family_name"]

    assert names(api.put(path, {"full_name": "Naledi Dube"})) == ("Naledi", "Dube")
    assert names(api.put(path, {"family_name": "Dube Mokoena"})) == ("Naledi", "Dube Mokoena")
    assert names(api.put(path, {"full_name": "N. Dube Mokoena"})) == ("Naledi", "Dube Mokoena")
    own = {"full_name": "Thandi", "role": ["student"], "given_name": "Thandi", "family_name": "Zulu"}
    assert names(api.post("/users", own)) == ("Thandi", "Zulu")


def test_rosters_go_by_family_name(campus: Campus, api: Api) -> None:
    batch = campus.batch()
    for name in ("Zanele Abrahams", "Anna Zulu", "Mpho"):
        campus.enroll(batch, campus.person(Role.STUDENT, name))
    shown = [row["full_name"] for row in api.get(f"/batches/{batch.pk}/students").data]
    assert shown == ["Zanele Abrahams", "Mpho", "Anna Zulu"]
    browser = Client()
    browser.force_login(campus.admin.user)
    answer = browser.get(reverse("batches:students", args=(batch.pk,)), {"export": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    heads = lines[0].split(",")
    given, family = heads.index("Given name"), heads.index("Family name")
    assert [(line.split(",")[given], line.split(",")[family]) for line in lines[1:]] == [
        ("Zanele", "Abrahams"),
        ("Mpho", ""),
        ("Anna", "Zulu"),
    ]


def test_the_form_adds_a_student_without_email(campus: Campus) -> None:
    browser = Client()
    browser.force_login(campus.admin.user)
    sent = {"full_name": "Sipho Dlamini", "role": ["student"]}
    assert "Sipho Dlamini added." in browser.post(reverse("user-new"), sent, follow=True).content.decode()
    person = User.objects.get(full_name="Sipho Dlamini")
    assert (person.given_name, person.family_name, person.email) == ("Sipho", "Dlamini", "")
    assert browser.post(reverse("user-new"), sent | {"role": ["instructor"]}).status_code == 400
    edit = reverse("user-edit", args=(person.pk,))
    assert browser.post(edit, sent | {"given_name": "Sipho", "family_name": "Nkosi"}).status_code == 302
    person.refresh_from_db()
    assert person.family_name == "Nkosi"
    assert "No sign-in" in browser.get(reverse("users")).content.decode()
