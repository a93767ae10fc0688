"""What becomes of a page that is asked for by the wrong person, or refused by a rule."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from muster.core.errors import Conflict, FieldError, Forbidden, Invalid, Missing, Stale
from muster.core.permissions import ANYONE, SIGNED_IN
from muster.web.ui import shell
from muster.web.ui.pages import (
    bad_request,
    csrf_failure,
    forbidden,
    form_refused,
    not_found,
    own_path,
    page,
    server_error,
    wants_fragment,
)

ZONE = ZoneInfo("Africa/Johannesburg")


@pytest.fixture(autouse=True)
def nothing_around_the_page(monkeypatch):
    """A frame without what the apps put around it: core knows none of them."""
    monkeypatch.setattr(shell, "frame", shell.PageFrame())


@dataclass
class Person:
    full_name: str = "Thandeka Mabaso"
    is_authenticated: bool = True


@dataclass
class Doer:
    roles: frozenset[str] = frozenset({"teacher"})
    zone: ZoneInfo = ZONE


class OnlyTeachers:
    def may(self, actor: Doer) -> bool:
        return "teacher" in actor.roles


def asked(path: str = "/batches/?page=2", user=None, actor=None, **headers: str) -> HttpRequest:
    request = RequestFactory().get(path, headers=headers)
    request.user = user or AnonymousUser()
    request.actor = actor
    request.htmx = HtmxDetails(request)
    return request


def opened(permission, request: HttpRequest, error: Exception | None = None) -> HttpResponse:
    @page(permission)
    def view(request: HttpRequest) -> HttpResponse:
        if error:
            raise error
        return HttpResponse("the page")

    assert view.permission is permission
    return view(request)


def test_signed_out_leads_to_the_sign_in_and_back():
    response = opened(OnlyTeachers(), asked())
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/batches/%3Fpage%3D2")


def test_signed_out_fragment_sends_the_whole_window_to_the_sign_in():
    response = opened(SIGNED_IN, asked(HX_Request="true"))
    assert response["HX-Redirect"] == "/accounts/login/?next=/batches/%3Fpage%3D2"


@pytest.mark.parametrize(
    ("permission", "user", "actor", "status"),
    [
        (ANYONE, None, None, 200),
        (SIGNED_IN, Person(), None, 200),
        (OnlyTeachers(), Person(), Doer(), 200),
        (OnlyTeachers(), Person(), Doer(frozenset({"cook"})), 403),
        (OnlyTeachers(), Person(), None, 403),
    ],
)
def test_page_opens_to_those_who_may(permission, user, actor, status):
    assert opened(permission, asked(user=user, actor=actor)).status_code == status


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Invalid("This day is a holiday."), 400),
        (Conflict("Batch PY-07 is full (30 of 30)."), 400),
        (Forbidden("Only the lead may lock it."), 403),
        (Missing("There is no such batch."), 404),
        (Stale("Somebody changed it."), 412),
    ],
)
def test_uncaught_refusal_becomes_a_page_with_its_sentence(error, status):
    response = opened(SIGNED_IN, asked(user=Person(), actor=Doer()), error)
    assert response.status_code == status
    assert error.message in response.content.decode()


def test_uncaught_refusal_of_a_fragment_becomes_a_toast():
    response = opened(SIGNED_IN, asked(user=Person(), actor=Doer(), HX_Request="true"), Conflict("It is full."))
    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (400, "#toasts", "beforeend")
    assert "It is full." in response.content.decode()
    assert "<html" not in response.content.decode()


def test_way_back_stays_on_our_own_pages():
    own = opened(SIGNED_IN, asked(user=Person(), Referer="http://testserver/batches/"), Conflict("Full."))
    foreign = opened(SIGNED_IN, asked(user=Person(), Referer="http://elsewhere/"), Conflict("Full."))
    assert 'href="http://testserver/batches/"' in own.content.decode()
    assert "elsewhere" not in foreign.content.decode()


def test_page_runs_in_the_zone_of_the_institution():
    @page(SIGNED_IN)
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(timezone.get_current_timezone_name())

    assert view(asked(user=Person(), actor=Doer())).content == b"Africa/Johannesburg"
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_nul_that_comes_as_far_as_the_database_is_the_fault_of_who_asked():
    @page(SIGNED_IN)
    def view(request: HttpRequest) -> HttpResponse:
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")

    assert view(asked("/batches/?q=a%00b", user=Person(), actor=Doer())).status_code == 400
    with pytest.raises(DataError):
        view(asked("/batches/?q=ab", user=Person(), actor=Doer()))


@pytest.mark.parametrize("url", ["https://else.example/", "//else.example", "batches", "/batches/?q=\x00", ""])
def test_a_way_back_that_is_none_of_this_site_is_passed_over(url):
    assert own_path(asked(), url) == ""
    assert own_path(asked(), "/batches/?q=a") == "/batches/?q=a"


def test_pages_of_the_signed_in_are_not_kept_by_browsers():
    assert opened(SIGNED_IN, asked(user=Person())).headers["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in opened(ANYONE, asked()).headers


class SlotForm(forms.Form):
    first = forms.CharField(initial="", required=False)


def test_refusal_stands_beside_its_field_and_the_rest_above():
    form = SlotForm({"first": "typed"})
    form_refused(form, Invalid.fields([FieldError("first", "A holiday."), FieldError("room", "No such room.")]))
    assert form.errors == {"first": ["A holiday."], "__all__": ["No such room."]}
    assert form["first"].value() == "typed"


def test_refusal_without_fields_stands_above():
    form = SlotForm({})
    form_refused(form, Conflict("It is full."))
    assert form.non_field_errors() == ["It is full."]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda request: bad_request(request), 400),
        (lambda request: forbidden(request, PermissionError("no")), 403),
        (lambda request: csrf_failure(request), 403),
        (lambda request: not_found(request, Http404({"path": "secret-route", "tried": []})), 404),
        (lambda request: server_error(request), 500),
    ],
)
def test_trouble_has_a_page_that_tells_no_secrets(answer, status):
    response = answer(asked())
    assert response.status_code == status
    assert response.content.decode().startswith("<!doctype html>")
    assert "secret-route" not in response.content.decode()


def test_fragment_is_for_htmx_and_not_for_its_history():
    plain = asked()
    fragment = asked(HX_Request="true", HX_Target="region")
    history = asked(HX_Request="true", HX_Target="region", HX_History_Restore_Request="true")
    other = asked(HX_Request="true", HX_Target="elsewhere")
    assert [wants_fragment(request, "region") for request in (plain, fragment, history, other)] == [
        False,
        True,
        False,
        False,
    ]
