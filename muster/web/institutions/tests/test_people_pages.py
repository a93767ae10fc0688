"""The pages of people: users, tokens, mails, the first run, and what is one's own."""

import os
import stat
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal import auth as codes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.institutions.models import Affiliation, ApiToken, Institution, Membership
from muster.institutions.rules import PersonInput, RoleGrant, add_person, found_first_institution
from tests.jobs import run_jobs
from tests.make import PASSWORD, Campus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def browser(campus):
    return signed_in(campus.admin.user)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def text(response):
    return response.content.decode()


FOUNDING = {
    "institution": "Ridgeline Institute",
    "time_zone": "Africa/Johannesburg",
    "full_name": "Lerato Khumalo",
    "email": "lerato@example.org",
    "password": "a-decent-password",
}


class TestFirstRun:
    def test_an_empty_installation_is_set_up_and_signed_in(self):
        client = Client()
        assert client.get("/", follow=True).redirect_chain[-1][0] in ("/first-run/", "/accounts/login/?next=/")
        assert "Institution name" in text(client.get("/first-run/"))
        response = client.post("/first-run/", FOUNDING)
        assert (response.status_code, response["Location"]) == (302, "/")
        institution = Institution.objects.get()
        assert (institution.name, institution.time_zone) == ("Ridgeline Institute", "Africa/Johannesburg")
        assert Membership.objects.get().role == "admin"
        assert client.session["institution"] == str(institution.pk)
        assert client.get("/me/").status_code == 200

    def test_it_works_once(self, campus):
        for response in (Client().get("/first-run/"), Client().post("/first-run/", FOUNDING)):
            assert (response.status_code, response["Location"]) == (302, "/")
        assert Institution.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"institution": ""}, "This field is required."),
            ({"institution": "x" * 151}, "at most 150 characters"),
            ({"institution": "a\x00b"}, "Null characters are not allowed."),
            ({"time_zone": "Mars/Olympus"}, "Select a valid choice."),
            ({"full_name": " "}, "This field is required."),
            ({"email": "nobody"}, "Enter a valid email address."),
            ({"password": "short"}, "at least 10 characters"),
            ({"password": "lerato@example.org"}, "too similar"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, wrong, told):
        response = Client().post("/first-run/", {**FOUNDING, **wrong})
        assert (response.status_code, told in text(response)) == (400, True)
        assert not Institution.objects.exists()

    def test_demo_data_comes_for_who_asks_for_it(self):
        assert "demo data" in text(Client().get("/first-run/"))
        Client().post("/first-run/", {**FOUNDING, "demo": "on"})
        institution = Institution.objects.get()
        assert (institution.name, Batch.objects.filter(institution=institution).exists()) == (
            "Ridgeline Institute",
            True,
        )

    @pytest.mark.django_db(transaction=True)
    def test_of_two_who_set_up_at_once_one_is_sent_on(self):
        barrier, codes = threading.Barrier(2), []

        def found(name):
            barrier.wait()
            try:
                found_first_institution(
                    name=name,
                    time_zone="UTC",
                    admin_name="A",
                    admin_email=f"{name}@example.org",
                    admin_password="a-decent-password",
                )
                codes.append("founded")
            except Exception as error:
                codes.append(getattr(error, "code", error))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=found, args=[name]) for name in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(codes) == ["first_run_over", "founded"]
        assert Institution.objects.count() == 1


class TestUsers:
    def test_a_person_is_invited_changed_deactivated_and_brought_back(self, campus, browser, mailoutbox):
        branch = campus.branch()
        typed = {
            "full_name": "Naledi Mokoena",
            "email": "naledi@example.org",
            "role": ["instructor", "student"],
            "branch_id": str(branch.pk),
        }
        assert browser.post("/settings/users/new/", typed).status_code == 302
        assert run_jobs() == ["accounts.send_invitation"]
        person = User.objects.get(email="naledi@example.org")
        path = f"/settings/users/{person.pk}/"
        assert 'value="Naledi Mokoena"' in text(browser.get(path))
        changed = browser.post(path, {**typed, "role": ["student"], "branch_id": "", "phone": "082"})
        assert changed.status_code == 302
        assert [(m.role, m.branch) for m in Membership.objects.filter(user=person)] == [("student", None)]
        assert "lose access to" in text(browser.get(f"{path}deactivate/"))
        assert browser.post(f"{path}deactivate/").status_code == 302
        assert not Affiliation.objects.get(user=person).is_active
        assert browser.post(f"{path}reactivate/").status_code == 302
        assert Affiliation.objects.get(user=person).is_active
        assert browser.post(f"{path}invitation/").status_code == 302
        assert run_jobs() == ["accounts.send_invitation"]

    def test_refusals_stand_beside_their_fields_and_keep_what_was_typed(self, campus, browser):
        typed = {"full_name": "", "email": "x", "role": ["branch-manager"], "phone": "1" * 41}
        response = browser.post("/settings/users/new/", typed)
        assert response.status_code == 400
        assert {"full_name", "email", "phone"} <= set(response.context["form"].errors)
        typed |= {"full_name": "N", "email": campus.admin.user.email, "phone": "1"}
        response = browser.post("/settings/users/new/", typed)
        assert set(response.context["form"].errors) == {"branch_id"}
        typed["role"] = ["student"]
        response = browser.post("/settings/users/new/", typed)
        assert set(response.context["form"].errors) == {"email"}
        response = browser.post("/settings/users/new/", {**typed, "branch_id": str(Campus.found().branch().pk)})
        assert "branch_id" in response.context["form"].errors
        own = f"/settings/users/{campus.admin.user.pk}/"
        response = browser.post(own, {"full_name": "A", "email": campus.admin.user.email, "role": ["student"]})
        assert set(response.context["form"].errors) == {"role"}
        response = browser.post(f"{own}deactivate/")
        assert (response.status_code, "last administrator" in text(response)) == (400, True)

    def test_a_person_in_several_branches_keeps_them_when_only_the_name_changes(self, campus, browser):
        first, second = campus.branch(), campus.branch()
        person = campus.person("branch-manager", branch=first)
        Membership.objects.create(
            institution=campus.institution, user=person, role="branch-manager", branch=second, created_by=None
        )
        page = browser.get(f"/settings/users/{person.pk}/")
        typed = {**page.context["form"].initial, "full_name": "Somebody Else"}
        typed = {name: value for name, value in typed.items() if value is not None}
        assert browser.post(f"/settings/users/{person.pk}/", typed).status_code == 302
        assert {m.branch for m in Membership.objects.filter(user=person)} == {first, second}

    def test_the_list_counts_what_is_held_here_alone(self, campus, browser):
        elsewhere = Campus.found()
        shared = campus.instructor("Farid Osman")
        elsewhere.joined_by(shared)
        campus.student("Naledi Mokoena")
        page = browser.get("/settings/users/")
        roles = next(facet for facet in page.context["listing"].facets if facet.name == "role")
        assert {option.value: option.count for option in roles.options} == {"admin": 1, "instructor": 1, "student": 1}
        narrowed = text(browser.get("/settings/users/?role=student"))
        assert "Naledi Mokoena" in narrowed
        assert "Farid Osman" not in narrowed

    def test_the_list_costs_the_same_at_one_row_and_at_many(self, campus, browser):
        browser.get("/settings/users/")
        with CaptureQueriesContext(connection) as few:
            browser.get("/settings/users/")
        for _number in range(20):
            campus.student()
        with CaptureQueriesContext(connection) as many:
            browser.get("/settings/users/")
        assert len(many) == len(few) <= 12, [query["sql"] for query in many]

    def test_managers_read_the_list_and_change_no_instructor(self, campus):
        manager = signed_in(campus.person("branch-manager", branch=campus.branch()))
        person = campus.instructor("Farid Osman")
        page = text(manager.get("/settings/users/"))
        assert "Farid Osman" in page
        assert f"/settings/users/{person.pk}/" not in page
        assert manager.get(f"/settings/users/{person.pk}/").status_code == 403

    def test_the_list_is_exported(self, campus, browser):
        campus.student("=HYPERLINK")
        response = browser.get("/settings/users/?export=csv")
        rows = response.getvalue().decode()
        assert "'=HYPERLINK" in rows


class TestTokens:
    @pytest.fixture(autouse=True)
    def _has_just_typed_the_password(self, browser):
        asked = browser.post("/settings/tokens/", {"name": "Too early"})
        assert asked["Location"] == "/accounts/reauthenticate/?next=%2Fsettings%2Ftokens%2F"
        browser.get("/settings/tokens/")
        browser.session.pop("account_reauthentication_state", None)
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})

    def test_a_token_lasts_ninety_days_unless_told_otherwise(self, campus, browser):
        day = (campus.admin.now() + timedelta(days=90)).date()
        assert browser.get("/settings/tokens/").context["form"].initial["expires_at"] == day

    def test_a_token_is_shown_once_and_revoked(self, campus, browser):
        made = browser.post("/settings/tokens/", {"name": "Screen", "expires_at": "2035-01-31"})
        token = ApiToken.objects.get(name="Screen")
        secret = made.context["secret"]
        assert secret in text(made)
        assert secret not in text(browser.get("/settings/tokens/"))
        assert token.expires_at.isoformat() == "2035-01-31T23:59:59.999999+00:00"
        path = f"/settings/tokens/{token.pk}/revoke/"
        assert "You can&#x27;t undo this." in text(browser.get(path))
        assert browser.post(path).status_code == 302
        assert not ApiToken.objects.filter(name="Screen").exists()

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"name": "a\x00b"}, "name"),
            ({"name": "x", "expires_at": "soon"}, "expires_at"),
            ({"name": "x", "expires_at": "2001-01-01"}, "expires_at"),
            ({"name": "x", "expires_at": "9999-12-31"}, "expires_at"),
            ({"name": "x", "expires_at": ""}, "expires_at"),
        ],
    )
    def test_a_token_that_makes_no_sense_is_refused_at_its_field(self, browser, typed, field):
        response = browser.post("/settings/tokens/", {"expires_at": "2030-01-31", **typed})
        assert (response.status_code, list(response.context["form"].errors)) == (400, [field])


class TestMails:
    @pytest.fixture(autouse=True)
    def _mails_are_files(self, settings, tmp_path):
        settings.EMAIL_BACKEND = "muster.accounts.mail_files.EmailBackend"
        settings.EMAIL_FILE_PATH = tmp_path / "mails"
        settings.MUSTER_URL = "https://muster.example/"

    def test_mails_are_read_as_text_newest_first(self, campus, browser):
        for name in ("First <b>Person</b>", "Second"):
            add_person(
                by=campus.admin,
                person=PersonInput(
                    full_name=name, email=f"{len(name)}@example.org", roles=[RoleGrant("student")], invite=True
                ),
            )
            assert "1 email queued." in text(browser.get("/settings/mails/"))
            run_jobs()
        page = browser.get("/settings/mails/")
        assert [mail.to for mail in page.context["mails"]] == ["6@example.org", "19@example.org"]
        mail = text(browser.get(f"/settings/mails/{page.context['mails'][1].key}/"))
        assert "Hello First &lt;b&gt;Person&lt;/b&gt;," in mail
        assert "muster.example" not in mail
        assert "(link not shown)" in mail

    def test_each_mail_is_a_private_file_that_mail_programs_open(self, settings):
        folder = settings.EMAIL_FILE_PATH
        old = os.umask(0)
        for subject in ("First", "Second – ü"):
            EmailMessage(subject, "Line\n" + "x" * 1200, to=["a@example.org"]).send()
        os.umask(old)
        files = sorted(folder.iterdir())
        parsed = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        assert [mail["Subject"] for mail in parsed] == ["First", "Second – ü"]
        assert [file.suffix for file in files] == [".eml", ".eml"]
        assert all(line.endswith(b"\r\n") for line in files[0].read_bytes().splitlines(keepends=True)[:-1])
        assert [stat.S_IMODE(place.stat().st_mode) for place in (folder, *files)] == [0o700, 0o600, 0o600]

    def test_another_institutions_mails_are_not_there(self, campus, browser):
        elsewhere = Campus.found()
        for at in (campus, elsewhere):
            add_person(
                by=at.admin,
                person=PersonInput(
                    full_name="N", email=f"{at.institution.slug}@example.org", roles=[RoleGrant("student")], invite=True
                ),
            )
        EmailMessage("Unmarked", "Of nobody", to=["root@example.org"]).send()
        run_jobs()
        mine = browser.get("/settings/mails/").context["mails"]
        assert [mail.to for mail in mine] == [f"{campus.institution.slug}@example.org"]
        theirs = signed_in(elsewhere.admin.user).get("/settings/mails/").context["mails"]
        assert browser.get(f"/settings/mails/{theirs[0].key}/").status_code == 404
        assert browser.get("/settings/mails/..%2f..%2fsecret_key/").status_code == 404
        root = signed_in(User.objects.create_superuser("root@example.org", full_name="Root"))
        assert len(root.get("/settings/mails/").context["mails"]) == 3

    def test_a_link_for_somebody_of_two_institutions_is_for_neither_to_read(self, campus, browser):
        elsewhere = Campus.found()
        shared = campus.instructor()
        elsewhere.joined_by(shared)
        Client().post("/accounts/password/reset/", {"email": shared.email})
        run_jobs()
        assert browser.get("/settings/mails/").context["mails"] == []


class TestOwn:
    def test_name_and_phone_are_changed(self, campus):
        student = campus.student()
        client = signed_in(student)
        assert client.post("/me/", {"full_name": "New Name", "phone": "082"}).status_code == 302
        student.refresh_from_db()
        assert (student.full_name, student.phone) == ("New Name", "082")

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"full_name": ""}, "full_name"),
            ({"full_name": "x" * 151}, "full_name"),
            ({"full_name": "N", "phone": "1" * 41}, "phone"),
            ({"full_name": "a\x00b"}, "full_name"),
        ],
    )
    def test_bad_input_is_refused_at_its_field(self, browser, typed, field):
        response = browser.post("/me/", typed)
        assert (response.status_code, list(response.context["form"].errors)) == (400, [field])

    def test_one_signs_out_everywhere_else(self, campus):
        here, there = Client(), Client()
        for client in (here, there):
            client.post("/accounts/login/", {"login": campus.admin.user.email, "password": PASSWORD})
        assert "Signed out of 1 other browser." in text(here.get("/me/sessions/end/"))
        assert here.post("/me/sessions/end/").status_code == 302
        assert there.get("/me/").status_code == 302
        assert here.get("/me/").status_code == 200

    def test_the_institution_is_chosen_after_signing_in_and_switched(self, campus):
        elsewhere = Campus.found("Aardvark College")
        user = campus.admin.user
        elsewhere.joined_by(user)
        client = Client()
        response = client.post("/accounts/login/?next=/me/", {"login": user.email, "password": PASSWORD})
        assert response["Location"] == "/institution-choice/?next=%2Fme%2F"
        page = client.get(response["Location"])
        assert "Aardvark College" in text(page)
        chosen = client.post("/switch-institution/", {"institution": str(campus.institution.pk), "next": "/me/"})
        assert chosen["Location"] == "/me/"
        assert client.get("/settings/users/").status_code == 200
        # Both stand in the menu of every page; whoever works here alone has no such menu.
        assert "/switch-institution/" in (menu := client.get("/settings/").content.decode())
        assert "Aardvark College" in menu
        client.force_login(campus.instructor())
        assert "/switch-institution/" not in client.get("/settings/").content.decode()
        client.force_login(user)
        client.post("/switch-institution/", {"institution": str(elsewhere.institution.pk)})
        assert client.get("/settings/users/").status_code == 403
        evil = client.post(
            "/switch-institution/", {"institution": str(campus.institution.pk), "next": "https://evil.example/"}
        )
        assert evil["Location"] == "/"
        stranger = Campus.found().institution.pk
        for institution in (stranger, "nonsense", ""):
            assert client.post("/switch-institution/", {"institution": str(institution)}).status_code == 404

    def test_who_works_in_one_institution_is_not_asked(self, campus):
        response = Client().post("/accounts/login/?next=/me/", {"login": campus.admin.user.email, "password": PASSWORD})
        assert response["Location"] == "/me/"

    def test_two_step_sign_in_is_turned_on_and_asked_for(self, campus, monkeypatch):
        # The clock of the codes stands still, so that none runs out in between.
        step = [60_000_000]
        monkeypatch.setattr(codes, "time", SimpleNamespace(time=lambda: step[0] * 30))
        client = Client()
        client.post("/accounts/login/", {"login": campus.admin.user.email, "password": PASSWORD})
        assert client.get("/accounts/2fa/").status_code == 200
        asked = client.get("/accounts/2fa/totp/activate/")
        assert asked["Location"].startswith("/accounts/reauthenticate/")
        client.post(asked["Location"], {"password": PASSWORD})
        assert client.get("/accounts/2fa/totp/activate/").status_code == 200
        secret = client.session["mfa.totp.secret"]
        code = format_hotp_value(hotp_value(secret, 60_000_000))
        assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
        assert "Recovery" in text(client.get("/accounts/2fa/recovery-codes/"))
        again = Client()
        first = again.post("/accounts/login/", {"login": campus.admin.user.email, "password": PASSWORD})
        assert first["Location"] == "/accounts/2fa/authenticate/"
        assert again.get("/me/").status_code == 302
        # The code that set it up is used up.
        assert again.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
        step[0] += 1
        code = format_hotp_value(hotp_value(secret, step[0]))
        assert again.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        assert again.get("/me/").status_code == 200
