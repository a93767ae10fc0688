"""One's own sign-in over the API: joining, another email, where signing in leads."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache

from muster.institutions.rules import PersonInput, RoleGrant, add_person
from tests.client import Api
from tests.jobs import run_jobs
from tests.make import NOBODY, PASSWORD, Campus, prove_email

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_failures_yet() -> None:
    cache.clear()


def test_an_invitation_is_accepted_and_the_default_institution_chosen() -> None:
    home, other = Campus.found("Home"), Campus.found("Other")
    person = home.student("Naledi Mokoena")
    prove_email(person)
    api = Api(home.token(person))
    invited = add_person(
        by=other.admin,
        person=PersonInput(full_name="N. Mokoena", email=person.email, roles=[RoleGrant("student")]),
    )
    [offer] = api.get("/v1/auth/me").data["invitations"]
    assert (offer["_id"], offer["institution"]["name"]) == (str(invited.pk), "Other")
    there = {"institution": str(other.institution.pk)}
    assert api.put("/v1/auth/me/institution", there).fields == ["institution"]
    assert api.post(f"/v1/auth/join/{NOBODY}").status == 404

    joined = api.post(f"/v1/auth/join/{invited.pk}").data
    assert [place["name"] for place in joined["institutions"]] == ["Home", "Other"]
    assert (joined["invitations"], joined["starts_in"]) == ([], None)
    assert api.post(f"/v1/auth/join/{invited.pk}").status == 404
    assert api.put("/v1/auth/me/institution", there).data["starts_in"] == str(other.institution.pk)
    assert api.put("/v1/auth/me/institution", {"institution": None}).data["starts_in"] is None
    # Somebody else's invitation is nobody's to accept.
    third = Campus.found()
    asked = add_person(
        by=third.admin, person=PersonInput(full_name="N.", email=person.email, roles=[RoleGrant("student")])
    )
    assert Api(home.token(home.student())).post(f"/v1/auth/join/{asked.pk}").status == 404


def test_email_is_changed_by_the_link_that_is_sent_to_the_new_one(mailoutbox: list[object]) -> None:
    campus = Campus.found()
    api = Api(campus.token())
    wanted = {"email": "New.Me@example.org", "password": PASSWORD}
    assert api.post("/v1/auth/me/email", wanted | {"password": ""}).fields == ["password"]
    assert api.post("/v1/auth/me/email", wanted | {"password": "wrong"}).fields == ["password"]
    assert api.post("/v1/auth/me/email", wanted | {"email": "none"}).fields == ["email"]
    assert api.post("/v1/auth/me/email", wanted).status == 200
    run_jobs()
    [mail] = mailoutbox
    assert mail.to == ["new.me@example.org"]
    assert api.get("/v1/auth/me").data["email"] != "new.me@example.org"
    [key] = set(re.findall(r"/accounts/new-email/([^/\s\"]+)/", mail.body))
    nobody = Api()
    assert nobody.post("/v1/auth/new-email", {"key": key + "x"}).status in (400, 404)
    assert nobody.post("/v1/auth/new-email", {"key": key}).status == 200
    assert api.get("/v1/auth/me").data["email"] == "new.me@example.org"
    assert nobody.post("/v1/auth/new-email", {"key": key}).status in (400, 404)
