"""Invitations and forgotten passwords, from the mail to being signed in."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import signing
from django.core.cache import cache
from django.test import Client

from muster.accounts.invitations import INVITATION_LASTS, invitation_key, invited_user
from muster.accounts.jobs import send_invitation
from muster.accounts.models import User
from muster.accounts.rules import accept_invitation
from muster.core.errors import DomainError
from muster.institutions.rules import PersonInput, RoleGrant, add_person
from tests.jobs import run_jobs
from tests.make import Campus

pytestmark = pytest.mark.django_db
CHOSEN = {"password1": "a-decent-password", "password2": "a-decent-password"}


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


@pytest.fixture
def campus():
    return Campus.found("Ridgeline & Sons")


@pytest.fixture
def naledi(campus):
    plan = PersonInput(
        full_name="Naledi <Mokoena>", email="naledi@example.org", roles=[RoleGrant("student")], invite=True
    )
    return add_person(by=campus.admin, person=plan)


def path_in(mail):
    return re.search(r"https?://[^/]+(/\S+)", mail.body)[1]


def test_the_mail_is_in_the_institutions_name_as_text_and_html(campus, naledi, mailoutbox):
    run_jobs()
    [mail] = mailoutbox
    assert mail.from_email == '"Ridgeline & Sons" <muster@localhost>' or mail.from_email.startswith(
        "Ridgeline & Sons <"
    )
    assert mail.subject == "Your invitation to Ridgeline & Sons"
    assert mail.body.startswith("Hello Naledi <Mokoena>,\n")
    assert f"{campus.admin.user.full_name} has added you to Ridgeline & Sons." in mail.body
    assert "http://127.0.0.1:8000/accounts/invitation/" in mail.body
    html, kind = mail.alternatives[0]
    assert kind == "text/html"
    assert "Hello Naledi &lt;Mokoena&gt;," in html
    assert mail.extra_headers["X-Muster-Institution"] == str(campus.institution.pk)


def test_a_job_carries_no_secret(naledi):
    with pytest.MonkeyPatch.context():
        keys = set(send_invitation.func.__kwdefaults__ or {}) | {"user_id", "place", "site"}
    assert keys == {"user_id", "place", "site", "invited_by"}


def test_the_link_leads_in_once(naledi, mailoutbox):
    run_jobs()
    path = path_in(mailoutbox[0])
    browser = Client()
    assert "Welcome, Naledi" in browser.get(path).content.decode()
    response = browser.post(path, CHOSEN)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert browser.get("/me/").status_code == 200
    assert User.objects.get(pk=naledi.pk).check_password("a-decent-password")
    again = Client().get(path)
    assert (again.status_code, "no longer works" in again.content.decode()) == (410, True)
    assert Client().post(path, CHOSEN).status_code == 410


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "This field is required."),
        ({"password1": "a-decent-password", "password2": "another"}, "Enter the same password twice."),
        ({"password1": "short", "password2": "short"}, "at least 10 characters"),
        ({"password1": "naledi@example.org", "password2": "naledi@example.org"}, "too similar"),
    ],
)
def test_a_password_that_will_not_do_is_refused_and_the_link_stays_good(naledi, typed, told):
    path = f"/accounts/invitation/{invitation_key(naledi)}/"
    response = Client().post(path, typed)
    assert (response.status_code, told in response.content.decode()) == (400, True)
    assert Client().get(path).status_code == 200


def test_a_link_is_over_after_seven_days(naledi, monkeypatch):
    key = invitation_key(naledi)
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + (INVITATION_LASTS - timedelta(minutes=1)).total_seconds())
    assert invited_user(key) == naledi
    monkeypatch.setattr(signing.time, "time", lambda: now + (INVITATION_LASTS + timedelta(minutes=1)).total_seconds())
    assert invited_user(key) is None


@pytest.mark.parametrize(
    "spoil", [lambda key: key + "x", lambda key: key[1:], lambda key: "nonsense", lambda key: "a:b:c"]
)
def test_a_forged_link_is_over(naledi, spoil):
    assert Client().get(f"/accounts/invitation/{spoil(invitation_key(naledi))}/").status_code == 410


def test_a_deactivated_person_is_not_invited_any_more(naledi, mailoutbox):
    key = invitation_key(naledi)
    User.objects.filter(pk=naledi.pk).update(is_active=False)
    run_jobs()
    assert mailoutbox == []
    with pytest.raises(DomainError):
        accept_invitation(key=key, password="a-decent-password")


def test_somebody_else_at_the_browser_leaves_first(campus, naledi):
    browser = Client()
    browser.force_login(campus.admin.user)
    browser.post(f"/accounts/invitation/{invitation_key(naledi)}/", CHOSEN)
    assert browser.session["_auth_user_id"] == str(naledi.pk)


def test_a_forgotten_password_is_replaced_by_a_link(campus, mailoutbox):
    user = campus.admin.user
    response = Client().post("/accounts/password/reset/", {"email": user.email.upper()})
    assert response.status_code == 302
    assert run_jobs() == ["accounts.send_password_link"]
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([user.email], "Choose a new password")
    browser = Client()
    page = browser.get(path_in(mail), follow=True)
    new = {"password1": "a-brand-new-secret", "password2": "a-brand-new-secret"}
    assert browser.post(page.redirect_chain[-1][0], new).status_code == 302
    user.refresh_from_db()
    assert user.check_password("a-brand-new-secret")
    assert "no longer works" in Client().get(path_in(mail), follow=True).content.decode()
    assert [run_jobs(), mailoutbox[1].subject] == [["accounts.send_notice"], "Your password was changed"]


def test_whoever_names_another_host_gets_no_link_to_it_into_a_mail(campus, settings, mailoutbox):
    settings.ALLOWED_HOSTS, settings.MUSTER_URL = ["*"], "https://muster.example/"
    there = {"host": "evil.example", "x-forwarded-host": "evil.example"}
    stranger, admin = Client(headers=there), Client(headers=there)
    admin.force_login(campus.admin.user)
    stranger.post("/accounts/password/reset/", {"email": campus.admin.user.email})
    admin.post("/settings/users/new/", {"full_name": "New", "email": "new@example.org", "role": ["student"]})
    run_jobs()
    links = [re.search(r"https?://\S+/", mail.body)[0] for mail in mailoutbox]
    assert len(links) == 2
    assert {link.split("/accounts/")[0] for link in links} == {"https://muster.example"}
    assert "evil.example" not in "".join(str(mail.message()) for mail in mailoutbox)


def test_a_stranger_asking_for_a_password_is_answered_alike_and_not_written_to(campus, mailoutbox):
    known = Client().post("/accounts/password/reset/", {"email": campus.admin.user.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [[campus.admin.user.email]]


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/abc:def/"])
def test_nobody_gives_themself_another_address(campus, path):
    browser = Client()
    browser.force_login(campus.admin.user)
    assert browser.get(path)["Location"] == "/me/"
    assert browser.post(path, {"email": "other@example.org", "action_add": ""})["Location"] == "/me/"
    assert not EmailAddress.objects.filter(email="other@example.org").exists()


def test_nobody_signs_up(campus):
    response = Client().post("/accounts/signup/", {"email": "new@example.org", "password1": "a-decent-password"})
    assert "Accounts are by invitation only" in response.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()
