"""Nobody gets into an institution, and nobody is pulled into one, but by their own doing."""

from __future__ import annotations

import re

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client

from muster.accounts.errors import SignInFirst
from muster.accounts.invitations import invitation_key, new_email_key, password_links
from muster.accounts.models import User
from muster.accounts.rules import join_institution
from muster.batches.rules import feed_behind, make_feed
from muster.core.errors import DomainError
from muster.institutions.models import Affiliation, ApiToken
from muster.institutions.rules import PersonInput, RoleGrant, add_person, found_institution, start_in
from tests.client import Api
from tests.jobs import run_jobs
from tests.make import PASSWORD, Campus, prove_email

pytestmark = pytest.mark.django_db
GIVEN, CHOSEN = "given-by-somebody", "chosen-by-the-owner"
TWICE = {"password1": CHOSEN, "password2": CHOSEN}


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


@pytest.fixture
def home():
    return Campus.found("Home College")


@pytest.fixture
def away():
    return Campus.found("Away Academy")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def sign_in(email, password, **rest):
    return Api().post("/v1/auth/login", {"email": email, "password": password, **rest})


def add_by_api(campus, **rest):
    body = {"full_name": "As Typed", "phone": "000", "role": ["admin"], **rest}
    return Api(campus.token()).post("/users", body)


def add_by_page(campus, **rest):
    return signed_in(campus.admin.user).post(
        "/settings/users/new/", {"full_name": "As Typed", "phone": "000", "role": ["admin"], **rest}
    )


def person_of(campus, email):
    return User.objects.get(home=campus.institution.pk, email=email)


def link_in(mail):
    return re.search(r"https?://[^/]+(/\S+)", mail.body)[1]


def without(data, *names):
    return {name: value for name, value in data.items() if name not in names}


# --- what the institution that adds somebody learns -----------------------------------------------------------------
@pytest.mark.parametrize("password", [None, GIVEN])
def test_adding_a_known_email_is_answered_as_adding_an_unknown_one(home, away, password):
    known = home.student("Zola Dlamini")
    User.objects.filter(pk=known.pk).update(phone="082 555")
    rest = {"password": password} if password else {}
    answers = [add_by_api(away, email=email, **rest) for email in (known.email, "unknown@example.org")]
    own = ("_id", "email", "createdAt", "updatedAt")
    assert [(one.status, one.message, without(one.data, *own)) for one in answers] == [
        (201, "User created successfully", without(answers[1].data, *own))
    ] * 2
    assert answers[0].data["_id"] != str(known.pk)
    listed = Api(away.token()).get("/users").data
    assert {(one["full_name"], one["phone"]) for one in listed} == {
        ("As Typed", "000"),
        (away.admin.user.full_name, ""),
    }
    # Both can be enrolled, told of in the history and changed alike.
    api = Api(away.token())
    for one in answers:
        path = f"/users/{one.data['_id']}"
        changed = api.put(path, {"full_name": "Changed", "phone": "1", "password": "another-decent-one"})
        assert (changed.status, changed.data["full_name"]) == (200, "Changed")
        assert api.post(f"{path}/invitation").status == 200
        assert api.delete(path).status == 200
        assert api.put(path, {"active": True}).status == 200
        history = signed_in(away.admin.user).get(f"/settings/users/{one.data['_id']}/").content.decode()
        assert "Zola" not in history
    known.refresh_from_db()
    assert (known.full_name, known.phone, known.is_active) == ("Zola Dlamini", "082 555", True)


def test_adding_a_known_email_on_the_page_shows_nothing_of_the_person(home, away):
    known = home.student("Zola Dlamini")
    for email in (known.email, "unknown@example.org"):
        answer = add_by_page(away, email=email)
        assert (answer.status_code, answer["Location"]) == (302, "/settings/users/")
    page = signed_in(away.admin.user).get("/settings/users/").content.decode()
    assert page.count("As Typed") >= 2
    assert "Zola" not in page


def test_changing_an_email_to_a_known_one_is_answered_as_to_an_unknown_one(home, away, mailoutbox):
    known = home.student()
    api = Api(away.token())
    answers = [
        api.put(f"/users/{away.student('S').pk}", {"email": email}) for email in (known.email, "new@example.org")
    ]
    own = ("_id", "email", "createdAt", "updatedAt")
    assert [one.status for one in answers] == [200, 200]
    assert without(answers[0].data, *own) == without(answers[1].data, *own)
    run_jobs()
    assert [mail.subject for mail in mailoutbox] == ["Your invitation to Away Academy"] * 2


def test_an_email_is_one_persons_in_each_institution(home):
    known = home.student()
    assert add_by_api(home, email=known.email.upper()).body["code"] == "email_taken"
    other = home.student()
    assert Api(home.token()).put(f"/users/{other.pk}", {"email": known.email}).body["code"] == "email_taken"


# --- what it can do with that ---------------------------------------------------------------------------------------
def test_who_was_invited_elsewhere_is_not_entered_by_naming_their_email(home, away):
    """The way in that was open: invited as administrator of one, given a password by another."""
    add_by_page(home, email="zola@example.org")
    assert add_by_api(away, email="zola@example.org", password=GIVEN).status == 201
    assert sign_in("zola@example.org", GIVEN).status == 401
    there = person_of(away, "zola@example.org")
    for change in ({"password": "another-decent-one"}, {"email": "mine@example.org"}):
        assert Api(away.token()).put(f"/users/{there.pk}", change).status == 200
    signed = sign_in("mine@example.org", "another-decent-one")
    assert [place["name"] for place in signed.data["user"]["institutions"]] == ["Away Academy"]


@pytest.mark.parametrize("kind", ["invitation", "reset"])
def test_the_mails_page_shows_no_link(home, settings, tmp_path, kind):
    settings.EMAIL_BACKEND = "muster.accounts.mail_files.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mails"
    if kind == "invitation":
        add_by_page(home, email="zola@example.org")
    else:
        Client().post("/accounts/password/reset/", {"email": home.admin.user.email})
    run_jobs()
    for reader in (home.admin.user, User.objects.create_superuser("root@example.org", full_name="Root")):
        client = signed_in(reader)
        [mail] = client.get("/settings/mails/").context["mails"]
        shown = client.get(f"/settings/mails/{mail.key}/").content.decode()
        assert "(link not shown)" in shown
        assert not re.search(r"/accounts/(invitation|password|new-email)/\w", shown)


def test_until_they_accept_nothing_is_granted(home, away):
    zola = home.instructor()
    User.objects.filter(pk=zola.pk).update(password=away.admin.user.password)
    prove_email(zola)
    add_by_api(away, email=zola.email)
    signed = sign_in(zola.email, PASSWORD).data["user"]
    assert [place["name"] for place in signed["institutions"]] == ["Home College"]
    assert sign_in(zola.email, PASSWORD, institution=str(away.institution.pk)).status == 403
    client = signed_in(zola)
    assert client.post("/switch-institution/", {"institution": str(away.institution.pk)}).status_code == 404
    assert client.get("/me/").status_code == 200


def test_the_home_institution_goes_on_administering(home, away):
    zola = home.instructor()
    add_by_api(away, email=zola.email, role=["student"])
    api = Api(home.token())
    changes = {"full_name": "Z", "phone": "1", "email": "z@example.org", "staff_number": "7", "role": ["student"]}
    for field, value in changes.items():
        assert api.put(f"/users/{zola.pk}", {field: value}).status == 200
    assert api.put(f"/users/{zola.pk}", {"password": "another-decent-one"}).status == 200
    assert api.delete(f"/users/{zola.pk}").status == 200


# --- accepting ------------------------------------------------------------------------------------------------------
def test_who_has_a_sign_in_accepts_with_it(home, away, mailoutbox):
    zola = home.student("Zola Dlamini")
    User.objects.filter(pk=zola.pk).update(password=home.admin.user.password)
    prove_email(zola)
    add_by_page(away, email=zola.email)
    run_jobs()
    path = link_in(mailoutbox[-1])
    stranger = Client()
    asked = stranger.get(path)
    assert (asked.status_code, asked["Cache-Control"]) == (200, "private, no-store")
    assert "Sign in to accept" in asked.content.decode()
    assert stranger.post(path, TWICE)["Location"] == f"/accounts/login/?next={path}"
    # Somebody else who sits there is signed out first, and joins nothing.
    assert signed_in(away.admin.user).post(path)["Location"] == f"/accounts/login/?next={path}"
    came = stranger.post(f"/accounts/login/?next={path}", {"login": zola.email, "password": PASSWORD})
    assert came["Location"] == path
    assert "Join Away Academy" in stranger.get(path).content.decode()
    assert stranger.post(path)["Location"] == "/"
    assert stranger.get("/settings/users/").status_code == 200
    assert sign_in(zola.email, PASSWORD).data["user"]["institution"]["name"] == "Home College"
    assert Client().get(path).status_code == 410
    joined = person_of(away, zola.email)
    assert (joined.account, joined.full_name, joined.signs_in) == (zola, "As Typed", False)


def test_who_is_signed_in_accepts_without_the_link(home, away):
    zola = home.student()
    prove_email(zola)
    add_by_api(away, email=zola.email)
    client = signed_in(zola)
    assert "Away Academy" in client.get("/me/").content.decode()
    path = f"/me/join/{person_of(away, zola.email).pk}/"
    assert "Join Away Academy?" in client.get(path).content.decode()
    assert client.post(path)["Location"] == "/"
    assert client.get("/settings/users/").status_code == 200
    assert client.get(path).status_code == 404


def test_nobody_accepts_for_another(home, away):
    zola, other = home.student(), home.student()
    for one in (zola, other):
        prove_email(one)
    add_by_api(away, email=zola.email)
    path = f"/me/join/{person_of(away, zola.email).pk}/"
    assert signed_in(other).post(path).status_code == 404
    assert "Away Academy" not in signed_in(other).get("/me/").content.decode()
    assert signed_in(away.admin.user).post(path).status_code == 404


def test_the_rule_lets_nobody_join_for_another_whoever_calls_it(home, away):
    zola, other = home.student(), home.student()
    for one in (zola, other):
        prove_email(one)
    add_by_api(away, email=zola.email)
    waiting = person_of(away, zola.email)
    for by in (other, away.admin.user, waiting):
        with pytest.raises(SignInFirst):
            join_institution(person=waiting, by=by)
    assert person_of(away, zola.email).account is None


def test_who_never_proved_the_email_accepts_by_the_link_alone(home, away):
    """Whoever gave the password could sit there."""
    zola = person_of(home, add_by_api(home, email="zola@example.org", password=GIVEN).data["email"])
    add_by_api(away, email=zola.email)
    waiting = person_of(away, zola.email)
    client = signed_in(zola)
    assert "Away Academy" not in client.get("/me/").content.decode()
    assert client.post(f"/me/join/{waiting.pk}/").status_code == 404


def test_a_password_that_somebody_gave_is_void_once_the_owner_accepts_elsewhere(home, away, mailoutbox):
    """An administrator who made the account knows its password, and could hold sessions and tokens of it."""
    add_by_api(home, email="zola@example.org", password=GIVEN)
    zola = person_of(home, "zola@example.org")
    token, spy = sign_in(zola.email, GIVEN).data["token"], Client()
    spy.post("/accounts/login/", {"login": zola.email, "password": GIVEN})
    named = home.token(zola)
    _feed, calendar = make_feed(by=home.actor(zola), kind="personal")
    add_by_api(away, email=zola.email, role=["admin"])
    run_jobs()
    assert sign_in(zola.email, GIVEN).status == 200  # Until the owner does something, nothing changes.
    browser = Client()
    browser.post(link_in(mailoutbox[-1]), TWICE)
    assert sign_in(zola.email, GIVEN).status == 401
    assert [Api(one).get("/v1/auth/me").status for one in (token, named)] == [401, 401]
    assert spy.get("/me/").status_code == 302
    assert feed_behind(calendar) is None
    both = sign_in(zola.email, CHOSEN).data["user"]["institutions"]
    assert [place["name"] for place in both] == ["Away Academy", "Home College"]
    # Nor can it be given anew, or the account be led away.
    for change in ({"password": GIVEN}, {"email": "mine@example.org"}):
        assert Api(home.token()).put(f"/users/{zola.pk}", change).body["code"] == "not_theirs_alone"


def test_a_second_factor_that_may_be_somebody_elses_does_not_come_along(home, away):

    add_by_api(home, email="zola@example.org", password=GIVEN)
    zola = person_of(home, "zola@example.org")
    TOTP.activate(zola, generate_totp_secret())
    add_by_api(away, email=zola.email)
    Client().post(f"/accounts/invitation/{invitation_key(person_of(away, zola.email))}/", TWICE)
    signed = sign_in(zola.email, CHOSEN).data["user"]
    assert [place["name"] for place in signed["institutions"]] == ["Away Academy"]


def test_a_password_given_later_has_to_be_proved_anew(home, away):
    zola = home.student()
    prove_email(zola)
    Api(home.token()).put(f"/users/{zola.pk}", {"password": GIVEN})
    add_by_api(away, email=zola.email)
    assert "Away Academy" not in signed_in(User.objects.get(pk=zola.pk)).get("/me/").content.decode()


def test_who_was_deactivated_at_home_is_free_to_come_elsewhere(home, away):
    zola = home.student()
    prove_email(zola)
    Api(home.token()).delete(f"/users/{zola.pk}")
    add_by_api(away, email=zola.email)
    Client().post(f"/accounts/invitation/{invitation_key(person_of(away, zola.email))}/", TWICE)
    opened = [place["name"] for place in sign_in(zola.email, CHOSEN).data["user"]["institutions"]]
    assert opened == ["Away Academy"]
    assert Api(home.token()).get(f"/users/{zola.pk}").data["active"] is False
    Api(home.token()).put(f"/users/{zola.pk}", {"active": True})
    opened = [place["name"] for place in sign_in(zola.email, CHOSEN).data["user"]["institutions"]]
    assert opened == ["Away Academy", "Home College"]


# --- links ----------------------------------------------------------------------------------------------------------
def join(campus, user):
    """As whoever is signed in and proved their email before: nothing of the person themself changes."""
    offered = add_person(by=campus.admin, person=PersonInput(user.full_name, user.email, [RoleGrant("student")]))
    return join_institution(person=offered, by=user)


def leave_and_come_back(campus, user):
    api = Api(campus.token())
    assert [api.delete(f"/users/{user.pk}").status, api.put(f"/users/{user.pk}", {"active": True}).status] == [200, 200]


LINKS = {
    "invitation": lambda user: f"/accounts/invitation/{invitation_key(user)}/",
    "reset": lambda user: f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{password_links.make_token(user)}/",
    "new email": lambda user: f"/accounts/new-email/{new_email_key(user, 'new@example.org')}/",
}
# What happens to somebody of one institution, who has joined a second one, and is offered a third.
CHANGES = {
    "joined one more": lambda home, away, zola, there: join(Campus.found(), zola),
    "deactivated at home": lambda home, away, zola, there: leave_and_come_back(home, zola),
    "deactivated elsewhere": lambda home, away, zola, there: leave_and_come_back(away, there),
    "sign-ins ended elsewhere": lambda home, away, zola, there: Api(away.token()).post(
        f"/users/{there.pk}/end-sign-ins"
    ),
    "email taken": lambda home, away, zola, there: Client().post(
        f"/accounts/new-email/{new_email_key(zola, 'other@example.org')}/"
    ),
    "signed in": lambda home, away, zola, there: signed_in(zola),
}
# Of somebody who has joined no other: an administrator gives them another email or password.
CHANGES_AT_HOME = {
    "joined another": lambda home, away, zola: join(away, zola),
    "another email": lambda home, away, zola: Api(home.token()).put(f"/users/{zola.pk}", {"email": "o@example.org"}),
    "password given": lambda home, away, zola: Api(home.token()).put(f"/users/{zola.pk}", {"password": GIVEN}),
    "deactivated": lambda home, away, zola: leave_and_come_back(home, zola),
    "sign-ins ended": lambda home, away, zola: Api(home.token()).post(f"/users/{zola.pk}/end-sign-ins"),
}


@pytest.mark.parametrize("change", [*CHANGES, *CHANGES_AT_HOME])
def test_links_end_with_any_change_of_what_they_open(home, away, change):
    """Each by itself: the person proved their email before, so that nothing else of them changes beside it."""
    zola = home.student()
    prove_email(zola)
    there = [join(away, zola)] if change in CHANGES else []
    paths = {kind: link(User.objects.get(pk=zola.pk)) for kind, link in LINKS.items()}
    answers = {kind: Client().get(path, follow=True).content.decode() for kind, path in paths.items()}
    assert {kind for kind, page in answers.items() if "no longer works" in page} == set()
    (CHANGES | CHANGES_AT_HOME)[change](home, away, zola, *there)
    answers = {kind: Client().get(path, follow=True).content.decode() for kind, path in paths.items()}
    assert {kind for kind, page in answers.items() if "no longer works" not in page} == set()


def test_a_forgotten_password_is_asked_of_who_signs_in(home, away, mailoutbox):
    zola = home.student("Zola")
    prove_email(zola)
    add_by_api(away, email=zola.email)
    run_jobs()
    mailoutbox.clear()
    Client().post("/accounts/password/reset/", {"email": zola.email})
    run_jobs()
    [mail] = mailoutbox
    browser = Client()
    page = browser.get(link_in(mail), follow=True)
    browser.post(page.redirect_chain[-1][0], TWICE)
    signed = sign_in(zola.email, CHOSEN).data["user"]
    assert [place["name"] for place in signed["institutions"]] == ["Home College"]


# --- one's own ------------------------------------------------------------------------------------------------------
def test_people_change_their_own_email_by_a_link_to_the_new_one(home, away, mailoutbox):
    zola = home.student()
    User.objects.filter(pk=zola.pk).update(password=home.admin.user.password)
    joined = away.joined_by(zola)
    client = Client()
    client.post("/accounts/login/", {"login": zola.email, "password": PASSWORD})
    client.post("/institution-choice/", {})
    asked = client.get("/me/email/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked["Location"], {"password": PASSWORD})
    assert client.post("/me/email/", {"email": "New@example.org"}).status_code == 302
    run_jobs()
    assert mailoutbox[-1].to == ["new@example.org"]
    path, before = link_in(mailoutbox[-1]), zola.email
    assert "new@example.org" in Client().get(path).content.decode()
    assert Client().post(path).status_code == 302
    assert Client().get(path).status_code == 410
    for one in (zola, joined):
        one.refresh_from_db()
        assert one.email == "new@example.org"
    run_jobs()
    assert (mailoutbox[-1].to, mailoutbox[-1].subject) == ([before], "Your email was changed")
    assert sign_in("new@example.org", PASSWORD).status == 200
    assert sign_in(before, PASSWORD).status == 401


def test_an_email_that_signs_in_elsewhere_is_taken_by_nobody(home, away):

    zola, other = home.student(), away.student()
    response = Client().post(f"/accounts/new-email/{new_email_key(zola, other.email)}/")
    assert (response.status_code, "already have another sign-in" in response.content.decode()) == (400, True)


def test_where_one_starts_is_remembered(home, away):
    zola = home.student()
    User.objects.filter(pk=zola.pk).update(password=home.admin.user.password)
    away.joined_by(zola, "instructor")
    typed = {"login": zola.email, "password": PASSWORD}
    client = Client()
    assert client.post("/accounts/login/", typed)["Location"].startswith("/institution-choice/")
    client.post("/switch-institution/", {"institution": str(away.institution.pk), "asked": "1", "always": "1"})
    again = Client()
    assert again.post("/accounts/login/", typed)["Location"] == "/"
    again.get("/")
    assert again.session["institution"] == str(away.institution.pk)
    assert sign_in(zola.email, PASSWORD).data["user"]["institution"]["name"] == "Away Academy"
    # Switching from the menu is for now.
    again.post("/switch-institution/", {"institution": str(home.institution.pk)})
    assert sign_in(zola.email, PASSWORD).data["user"]["institution"]["name"] == "Away Academy"
    with pytest.raises(DomainError):
        start_in(user=zola, institution=Campus.found().institution)


# --- founding -------------------------------------------------------------------------------------------------------
def test_the_operator_makes_somebody_administrator_of_a_further_institution(home):
    zola = home.student()
    User.objects.filter(pk=zola.pk).update(password=home.admin.user.password)
    prove_email(zola)
    admin = found_institution(name="Third", admin_email=zola.email, admin_password="another-decent-one")
    assert admin.user.account == zola
    assert sign_in(zola.email, PASSWORD, institution="third").data["user"]["role"] == ["admin"]


def test_the_operator_trusts_no_password_that_an_institution_gave(home):
    add_by_api(home, email="zola@example.org", password=GIVEN)
    found_institution(name="Third", admin_email="zola@example.org", admin_password="another-decent-one")
    assert sign_in("zola@example.org", GIVEN, institution="third").status == 401
    assert sign_in("zola@example.org", "another-decent-one", institution="third").status == 200


# --- the database ---------------------------------------------------------------------------------------------------
def test_a_person_belongs_to_no_second_institution(home, away):

    zola = home.student()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS affiliation_is_with_the_home IMMEDIATE")
    with pytest.raises(IntegrityError, match="affiliation_is_with_the_home"), transaction.atomic():
        Affiliation.objects.create(institution=away.institution, user=zola)


def test_an_email_signs_in_one_person(home, away):

    zola = home.student()
    waiting = add_person(by=away.admin, person=PersonInput("Zola", zola.email, [RoleGrant("student")]))
    with pytest.raises(IntegrityError, match="one_sign_in_for_each_email"), transaction.atomic():
        User.objects.filter(pk=waiting.pk).update(signs_in=True)


def test_tokens_of_before_do_not_outlive_the_joining(home, away):
    zola = home.student()
    waiting = add_person(by=away.admin, person=PersonInput("Zola", zola.email, [RoleGrant("student")]))
    token = away.token(waiting)
    prove_email(zola)
    signed_in(zola).post(f"/me/join/{waiting.pk}/")
    assert Api(token).get("/v1/auth/me").status == 401
    assert not ApiToken.objects.filter(user=waiting).exists()
