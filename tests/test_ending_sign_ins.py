"""What ends sign-ins ends them all, for good: sessions, API tokens and calendar links."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from muster.accounts.models import User
from muster.batches.rules import feed_behind, make_feed
from muster.core.errors import Missing
from muster.core.models import AuditEntry
from muster.institutions.errors import BeyondOwnRights
from muster.institutions.models import ApiToken, Membership
from muster.institutions.rules import end_sign_ins_here, make_token
from tests.access.routes import routes
from tests.client import Api
from tests.jobs import run_jobs
from tests.make import NOBODY, PASSWORD, Campus, prove_email

pytestmark = pytest.mark.django_db
NEW = "a-brand-new-secret"
TWICE = {"password1": NEW, "password2": NEW}


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


@pytest.fixture
def campus():
    return Campus.found()


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    prove_email(user)
    return user


@pytest.fixture
def thandi(campus):
    return with_password(campus.instructor("Thandi Nkosi"))


@dataclass
class SignIns:
    """Everything that somebody is signed in with."""

    session: Client
    sign_in: str
    named: str
    calendar: str

    @classmethod
    def of(cls, campus: Campus, user: User, email: str = "") -> SignIns:
        session = Client()
        session.post("/accounts/login/", {"login": email or user.email, "password": PASSWORD})
        session.post("/switch-institution/", {"institution": str(campus.institution.pk)})
        body = {"email": email or user.email, "password": PASSWORD, "institution": str(campus.institution.pk)}
        return cls(
            session,
            Api().post("/v1/auth/login", body).data["token"],
            make_token(by=campus.actor(user), name="Named")[1],
            make_feed(by=campus.actor(user), kind="personal")[1],
        )

    @property
    def alive(self) -> set[str]:
        """Which of them still open something."""
        found = {name for name in ("sign_in", "named") if Api(getattr(self, name)).get("/v1/auth/me").status == 200}
        if self.session.get("/notifications/").status_code == 200:
            found.add("session")
        if feed_behind(self.calendar) is not None:
            found.add("calendar")
        return found


ALL = {"session", "sign_in", "named", "calendar"}


def page_of(campus: Campus) -> Client:
    client = Client()
    client.force_login(campus.admin.user)
    return client


def by_page(path: str) -> Callable[[Campus, User], Any]:
    return lambda campus, user: page_of(campus).post(f"/settings/users/{user.pk}/{path}/")


def by_api(method: str, path: str = "", body: Any = None) -> Callable[[Campus, User], Any]:
    return lambda campus, user: Api(campus.token()).call(method, f"/users/{user.pk}{path}", body or {})


def own_page(path: str, typed: Any = None) -> Callable[[Campus, User], Any]:
    def act(campus: Campus, user: User) -> None:
        client = Client()
        client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        assert client.post(path, typed or {}).status_code == 302
        # Whoever did it goes on where they are.
        assert client.get("/me/").status_code == 200

    return act


def by_link(campus: Campus, user: User) -> None:
    Client().post("/accounts/password/reset/", {"email": user.email})
    run_jobs()
    client = Client()
    page = client.get(re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)[1], follow=True)
    assert client.post(page.redirect_chain[-1][0], TWICE).status_code == 302


def own_call(campus: Campus, user: User) -> None:
    token = make_token(by=campus.actor(user), name="Caller")[1]
    assert Api(token).post("/v1/auth/end-sign-ins").status == 200
    assert Api(token).get("/v1/auth/me").status == 401


def lose_roles(campus: Campus, user: User) -> None:
    Membership.objects.filter(user=user).delete()


def get_role(campus: Campus, user: User) -> None:
    Membership.objects.create(institution=campus.institution, user=user, role="instructor")


def nothing(campus: Campus, user: User) -> None:
    """It was not undone, nor could it be."""


CAUSES = {
    "deactivated by page": (by_page("deactivate"), by_page("reactivate")),
    "deactivated by API": (by_api("DELETE"), by_api("PUT", body={"active": True})),
    "account closed": (
        lambda campus, user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda campus, user: User.objects.filter(pk=user.pk).update(is_active=True),
    ),
    "last role lost": (lose_roles, get_role),
    "password changed": (
        own_page("/accounts/password/change/", {"oldpassword": PASSWORD, **TWICE}),
        nothing,
    ),
    "password reset": (by_link, nothing),
    "password given": (by_api("PUT", body={"password": NEW}), nothing),
    "ended by themself": (own_page("/me/sessions/end/"), nothing),
    "ended by themself through the API": (own_call, nothing),
    "ended by page": (by_page("end-sign-ins"), nothing),
    "ended by API": (by_api("POST", "/end-sign-ins"), nothing),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_everything_ends_and_nothing_comes_back(campus, thandi, cause):
    signed, others = SignIns.of(campus, thandi), SignIns.of(campus, with_password(campus.instructor()))
    assert signed.alive == ALL
    end, undo = CAUSES[cause]
    end(campus, thandi)
    assert signed.alive == set()
    undo(campus, thandi)
    assert signed.alive == set()
    assert others.alive == ALL


@pytest.mark.parametrize("cause", ["deactivated by API", "last role lost", "ended by page", "ended by API"])
def test_what_one_institution_ends_goes_on_in_another(campus, thandi, cause):
    elsewhere = Campus.found()
    joined = elsewhere.joined_by(thandi, "instructor")
    here, there = SignIns.of(campus, thandi), SignIns.of(elsewhere, joined, thandi.email)
    end, undo = CAUSES[cause]
    end(campus, thandi)
    undo(campus, thandi)
    assert (here.alive - {"session"}, there.alive) == (set(), ALL)
    # Nor does the browser that worked here go on here, though it may work elsewhere.
    assert here.session.get("/me/").status_code in (200, 302)
    assert here.session.session.get("institution") != str(campus.institution.pk)


@pytest.mark.parametrize("cause", ["ended by themself", "ended by themself through the API", "password changed"])
def test_what_a_person_ends_ends_in_every_institution(campus, thandi, cause):
    elsewhere = Campus.found()
    joined = elsewhere.joined_by(thandi, "instructor")
    here, there = SignIns.of(campus, thandi), SignIns.of(elsewhere, joined, thandi.email)
    CAUSES[cause][0](campus, thandi)
    assert (here.alive, there.alive) == (set(), set())


def test_nobody_ends_the_sign_ins_of_people_they_do_not_administer(campus, thandi):
    signed = SignIns.of(campus, thandi)
    for other in (Campus.found().token(), campus.token(campus.instructor())):
        assert Api(other).post(f"/users/{thandi.pk}/end-sign-ins").status in (403, 404)
    # Nor through a door that forgot to ask.
    for by, refusal in ((campus.actor(campus.instructor()), BeyondOwnRights), (Campus.found().admin, Missing)):
        with pytest.raises(refusal):
            end_sign_ins_here(by=by, user=thandi)
    assert signed.alive == ALL


def test_people_are_told_by_mail(campus, thandi, mailoutbox):
    before = thandi.email
    api = Api(campus.token())
    for change in ({"role": ["student"]}, {"password": NEW}, {"email": "other@example.org"}):
        assert api.put(f"/users/{thandi.pk}", change).status == 200
    api.post(f"/users/{thandi.pk}/end-sign-ins")
    run_jobs()
    assert [(one.to[0], one.subject) for one in mailoutbox] == [
        (before, "Your role was changed"),
        (before, "Your password was changed"),
        (before, "Your email was changed"),
        ("other@example.org", f"Your invitation to {campus.institution.name}"),
        ("other@example.org", "You were signed out everywhere"),
    ]


def test_people_are_told_of_what_was_done_in_their_name(campus, thandi, mailoutbox):
    """Whoever sits at their browser may be somebody else."""
    for cause in ("password changed", "ended by themself", "ended by themself through the API"):
        CAUSES[cause][0](campus, with_password(thandi))
    run_jobs()
    assert [(one.to[0], one.subject) for one in mailoutbox] == [
        (thandi.email, "Your password was changed"),
        (thandi.email, "You were signed out everywhere"),
        (thandi.email, "You were signed out everywhere"),
    ]


# --- named tokens ---------------------------------------------------------------------------------------------------
def test_a_token_is_made_by_ones_own_hand(campus, thandi):
    """A token that was stolen, or given to a program, makes no other one."""
    for token in (campus.token(thandi), make_token(by=campus.actor(thandi), name="Old")[1]):
        api = Api(token)
        asked = api.post("/v1/auth/tokens", {"name": "Next"})
        assert (asked.status, asked.body["code"], asked.fields) == (400, "password_required", ["password"])
        wrong = api.post("/v1/auth/tokens", {"name": "Next", "password": "not-the-right-one"})
        assert (wrong.status, wrong.body["code"], wrong.fields) == (400, "wrong_password", ["password"])
        assert api.post("/v1/auth/tokens", {"name": "Next", "password": PASSWORD}).status == 201
    fresh = Api().post("/v1/auth/login", {"email": thandi.email, "password": PASSWORD}).data["token"]
    assert Api(fresh).post("/v1/auth/tokens", {"name": "Next"}).status == 201
    ApiToken.objects.filter(from_sign_in=True).update(created_at="2020-01-01T00:00:00Z")
    assert Api(fresh).post("/v1/auth/tokens", {"name": "Next"}).status == 400


def test_guessing_the_password_with_a_stolen_token_is_limited(campus, thandi):
    api = Api(campus.token(thandi))
    tried = [api.post("/v1/auth/tokens", {"name": "Next", "password": "wrong-password"}).status for _time in range(6)]
    assert tried == [400] * 5 + [429]


def test_a_token_lasts_ninety_days(campus, thandi):
    made = Api(campus.token(thandi)).post("/v1/auth/tokens", {"name": "Next", "password": PASSWORD}).data
    token = ApiToken.objects.get(pk=made["_id"])
    assert round((token.expires_at - token.created_at).total_seconds() / 86400) == 90
    assert made["read_only"] is False


def test_a_token_that_ran_out_opens_nothing(campus, thandi):
    signed = SignIns.of(campus, thandi)
    assert signed.alive == ALL
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert signed.alive == {"session", "calendar"}


def test_making_and_revoking_a_token_is_in_the_history(campus, thandi):
    api = Api(campus.token(thandi))
    made = api.post("/v1/auth/tokens", {"name": "Screen", "password": PASSWORD}).data
    api.delete(f"/v1/auth/tokens/{made['_id']}")
    kept = AuditEntry.objects.filter(row_id=made["_id"]).order_by("pk")
    assert [(one.use_case, one.by_name) for one in kept] == [
        ("make_token", "Thandi Nkosi"),
        ("revoke_token", "Thandi Nkosi"),
    ]
    assert made["token"] not in str(list(AuditEntry.objects.values()))
    assert ApiToken._meta.get_field("digest").attname not in str([one.after for one in kept])


CALLS = [route for route in routes() if route.is_api]


def test_a_token_that_reads_only_is_refused_every_writing_call(campus):
    secret = make_token(by=campus.admin, name="Reads", read_only=True)[1]
    api, told = Api(secret), {}
    for route in CALLS:
        # Whoever has the key of a link may use it, and everybody may apply, token or none.
        if route.who.public or route.path in ("/api/v1/auth/login", "/api/v1/auth/new-email"):
            continue
        path = re.sub(r"{\w+}", NOBODY, route.path).removeprefix("/api")
        reply = api.call(route.method, path, {} if route.method != "GET" else None)
        told[str(route)] = (reply.status, reply.body.get("code"))
    writes = {name: answer for name, answer in told.items() if not name.startswith("GET ")}
    assert len(writes) > 80
    assert set(writes.values()) == {(403, "read_only_token")}, {
        name for name, answer in writes.items() if answer != (403, "read_only_token")
    }
    assert "read_only_token" not in {code for name, (_status, code) in told.items() if name.startswith("GET ")}
    assert api.get("/users").status == 200
    assert "reads" in str(api.get("/v1/auth/tokens").data).lower()
