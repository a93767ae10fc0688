"""What answers tell browsers to hold to: policies, reports of what broke them, and cookies of this host alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.core.cache import caches
from django.test import Client

from muster.accounts.limits import MOST_REPORTS
from muster.web.accounts.reports import MOST_AT_ONCE, MOST_BYTES
from tests.make import Campus
from tests.platform.conftest import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_reported():
    caches["memory"].clear()


def report(body, content_type="application/csp-report"):
    return Client(enforce_csrf_checks=True).generic("POST", "/csp-reports/", body, content_type=content_type)


OF_OLD = {"csp-report": {"violated-directive": "img-src", "blocked-uri": "https://ads.example/a/b/c?who=1"}}
OF_TODAY = {
    "type": "csp-violation",
    "body": {
        "effectiveDirective": "script-src-elem",
        "blockedURL": "inline",
        "documentURL": "https://muster.example/accounts/invitation/secret-key/?q=Thandi",
        "lineNumber": 12,
    },
}


def violations(caplog):
    return [record.msg for record in caplog.records if "csp_violation" in str(record.msg)]


def test_pages_and_api_name_what_no_page_needs_and_where_reports_go():
    campus = Campus.found()
    for answer in (
        Client().get("/accounts/login/"),
        Client().get("/api/courses"),
        Client(headers={"Authorization": f"Bearer {campus.token()}"}).get("/api/courses"),
    ):
        assert "camera=()" in answer["Permissions-Policy"]
        assert "publickey-credentials-get=(self)" in answer["Permissions-Policy"]
        assert answer["Reporting-Endpoints"] == 'csp="/csp-reports/"'
        assert {"report-uri /csp-reports/", "report-to csp"} <= {*answer["Content-Security-Policy"].split("; ")}


def test_a_report_becomes_a_line_of_the_log_without_what_addresses_carry(caplog):
    assert report(json.dumps(OF_OLD)).status_code == 204
    assert report(json.dumps([OF_TODAY]), "application/reports+json").status_code == 204
    first, second = violations(caplog)
    assert (first["directive"], first["blocked"]) == ("img-src", "https://ads.example/a/b")
    assert (second["directive"], second["blocked"], second["line"]) == ("script-src-elem", "inline", "12")
    assert second["page"] == "https://muster.example/accounts/invitation"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b"null", b"\xff", b'"x"', b"[" * 9000, b'{"csp-report": 3}', b'[{"type": "other"}]'],
)
def test_what_is_no_report_is_refused(body, caplog):
    assert report(body).status_code == 400
    assert not violations(caplog)


def test_reports_are_bounded_in_size_and_number(caplog):
    assert report(b" " * (MOST_BYTES + 1)).status_code == 413
    assert report(json.dumps([OF_TODAY] * (MOST_AT_ONCE + 5))).status_code == 204
    assert len(violations(caplog)) == MOST_AT_ONCE
    answers = [report(b"{}").status_code for _ in range(MOST_REPORTS)]
    assert (answers[0], answers[-1]) == (400, 429)
    assert Client().get("/csp-reports/").status_code == 405


COOKIES = """
import django
django.setup()
from django.conf import settings
from muster.web.ui.messages import MessageCookie
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, MessageCookie.cookie_name,
      settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS)
"""


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "sessionid csrftoken messages False False 0"),
        ({"MUSTER_HTTPS": "true"}, "__Host-sessionid __Host-csrftoken __Host-messages True True 31536000"),
        (
            {"MUSTER_URL": "https://muster.example.org/"},
            "__Host-sessionid __Host-csrftoken __Host-messages True True 31536000",
        ),
    ],
)
def test_by_https_cookies_are_of_this_host_alone(environment, told, tmp_path):
    found = subprocess.run(
        [sys.executable, "-c", COOKIES],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")},
            "MUSTER_HOME": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == told


def test_cookies_are_out_of_reach_of_scripts():
    campus = Campus.found()
    browser = Client()
    browser.force_login(campus.admin.user)
    cookie = browser.get("/accounts/password/change/").cookies["csrftoken"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
