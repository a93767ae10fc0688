"""The pages of oversight: a regulator asks, an administrator decides, and both see who looked."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.formats import date_format
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from muster.attendance.queries import sessions_in_full
from muster.attendance.register_files import register_sheet
from muster.attendance.rules import lock_register
from muster.oversight.models import AccessLook, AccessRequest
from muster.oversight.queries import granted_register
from muster.oversight.tests.make import Inspected
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Inspected()


@pytest.fixture
def admin(place):
    return Browser(place.campus)


@pytest.fixture
def regulator(place):
    return Browser(place.campus, place.regulator)


def asked_for(place, **fields):
    return {
        "from": place.day(0).isoformat(),
        "to": place.day(9).isoformat(),
        "purpose": "Accreditation visit",
        **fields,
    }


def test_from_asking_to_reading(place, admin, regulator):
    batch = place.batch("ECD")
    seat = place.seat(batch, "Aisha Dlamini")
    session = place.session(batch, 5, seat)
    home = words_of(regulator.get("/"))
    assert "You can't see any registers yet" in home
    # Their codes and names, to ask for.
    assert "ECD, Batch ECD" in words_of(regulator.get("/oversight/"))
    done = regulator.post("/oversight/requests/new/", asked_for(place, batch_ids=[str(batch.pk)]))
    assert done.status_code == 302
    one = AccessRequest.objects.get()
    assert "Waiting for an answer" in words_of(regulator.get("/"))
    # Counted in the navigation, and decided from the inbox or from here.
    inbox = words_of(admin.get("/requests/"))
    assert "1 request needs your decision" in inbox
    assert "Lindiwe Radebe asks to see the registers of ECD" in inbox
    overview = words_of(admin.get("/oversight/"))
    assert "1 access request to decide" in overview
    assert "Grant 1 register" in overview
    form = words_of(admin.get(f"/oversight/requests/{one.pk}/grant/"))
    assert "ECD, 1 register, 1 student" in form
    end = (place.today + timedelta(days=20)).isoformat()
    given = asked_for(place, batch_ids=[str(batch.pk)], expires_at=end, note="")
    done = admin.post(f"/oversight/requests/{one.pk}/grant/", given)
    assert done.status_code == 302
    assert "You can see 1 register" in words_of(regulator.get("/oversight/"))
    page = words_of(regulator.get(f"/oversight/registers/{session.pk}/"))
    assert "Aisha Dlamini" in page
    assert "1 of 1 marked" in page
    for kind in ("pdf", "xlsx", "csv"):
        assert regulator.get(f"/oversight/registers/{session.pk}/export/?format={kind}").status_code == 200
    assert regulator.get(f"/oversight/registers/{session.pk}/export/?format=doc").status_code == 400
    assert AccessLook.objects.count() == 4
    shown = words_of(admin.get("/oversight/"))
    assert "Saved as PDF" in shown
    for browser in (admin, regulator):
        assert "Saved as XLSX" in words_of(browser.get("/oversight/looks/"))
        assert "Saved as CSV" in browser.get(f"/oversight/requests/{one.pk}/").content.decode() or browser is regulator
    longer = {"expires_at": (place.today + timedelta(days=50)).isoformat(), "note": "The visit was moved"}
    assert "has access until" in words_of(admin.get(f"/oversight/requests/{one.pk}/extend/"))
    assert "Choose a time after" in words_of(
        admin.post(f"/oversight/requests/{one.pk}/extend/", longer | {"expires_at": end})
    )
    assert admin.post(f"/oversight/requests/{one.pk}/extend/", longer).status_code == 302
    assert "51 days left" in words_of(regulator.get("/oversight/"))
    assert "The visit was moved" in words_of(regulator.get(f"/oversight/requests/{one.pk}/"))
    done = admin.post(f"/oversight/requests/{one.pk}/revoke/", {"note": "The visit is over"})
    assert done.status_code == 302
    assert "The visit is over" in words_of(regulator.get("/oversight/"))
    assert regulator.get(f"/oversight/registers/{session.pk}/").status_code == 404
    assert "Denied" in words_of(admin.get("/oversight/"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"batch_ids": []}, "Choose at least one batch"),
        ({"purpose": ""}, "This field is required."),
        ({"to": "2020-01-01"}, "before the first"),
        ({"from": "soon"}, "valid date"),
        ({"batch_ids": ["nothing"]}, "nothing"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_kept(place, regulator, fields, sentence):
    batch = place.batch("ECD")
    typed = asked_for(place, batch_ids=[str(batch.pk)], purpose="Typed before") | fields
    answer = regulator.post("/oversight/requests/new/", typed)
    assert answer.status_code == 400
    assert sentence in words_of(answer)
    assert not AccessRequest.objects.exists()


def test_decided_already_is_said(place, admin):
    granted, rejected = place.grant(), place.ask()
    end = (place.today + timedelta(days=20)).isoformat()
    answer = admin.post(f"/oversight/requests/{granted.pk}/grant/", asked_for(place, expires_at=end, note=""))
    assert answer.status_code == 400
    assert "already been decided" in words_of(answer)
    assert admin.post(f"/oversight/requests/{rejected.pk}/reject/", {"note": ""}).status_code == 400
    assert admin.post(f"/oversight/requests/{rejected.pk}/reject/", {"note": "Too early"}).status_code == 302
    assert admin.post(f"/oversight/requests/{rejected.pk}/revoke/", {"note": "No"}).status_code == 400


def test_withdrawn_and_asked_again(place, regulator):
    one = place.ask(purpose="To be had again")
    assert "To be had again" in regulator.get(f"/oversight/requests/new/?again={one.pk}").content.decode()
    assert regulator.post(f"/oversight/requests/{one.pk}/withdraw/").status_code == 302
    assert not AccessRequest.objects.exists()
    assert regulator.get("/oversight/requests/new/?again=nothing").status_code == 200


def test_an_institution_with_nothing_is_told_what_belongs_there(admin, regulator):
    assert "No access requests to decide" in words_of(admin.get("/oversight/"))
    assert "No looks yet" in words_of(admin.get("/oversight/looks/"))
    assert "No access requests yet" in words_of(admin.get("/oversight/requests/"))
    assert "No registers to see" in words_of(regulator.get("/oversight/registers/"))


def test_evidence_stands_below_a_register_where_it_is_granted(place, regulator):
    batch = place.batch("ECD")
    seat = place.seat(batch, "Aisha Dlamini")
    session = place.session(batch, 5, seat)
    file = place.evidence(session, seat)
    place.grant(batch)
    assert "Evidence files" not in words_of(regulator.get(f"/oversight/registers/{session.pk}/"))
    place.grant(batch, with_evidence=True)
    assert file.file_name in words_of(regulator.get(f"/oversight/registers/{session.pk}/"))
    answer = regulator.get(f"/oversight/registers/{session.pk}/evidence/{file.pk}/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 a note"
    assert "attachment" in answer["Content-Disposition"]


def test_a_locked_register_is_saved_with_its_signature(place, regulator):
    teacher = place.campus.instructor("Thandi Zulu")
    batch = place.batch("ECD", lead=teacher)
    session = place.session(batch, 5, place.seat(batch, "Aisha Dlamini"))
    by = place.campus.actor(teacher)
    lock_register(by=by, session=sessions_in_full(by).get(pk=session.pk), sign=True)
    place.grant(batch)
    for kind in ("pdf", "xlsx", "csv"):
        assert regulator.get(f"/oversight/registers/{session.pk}/export/?format={kind}").status_code == 200
    [note] = register_sheet(place.by, granted_register(place.by, session.pk).session).heading.notes
    assert note.startswith("Signed on")
    assert "Thandi Zulu" in note


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "csv"])
def test_a_file_says_on_every_page_or_line_who_was_given_it_and_by_which_grant(place, regulator, kind):
    batch = place.batch("ECD", capacity=80)
    for number in range(80):
        seat = place.seat(batch, f"Student {number:02}")
    session = place.session(batch, 5, seat)
    grant = place.grant(batch)
    reply = regulator.get(f"/oversight/registers/{session.pk}/export/?format={kind}")
    content = b"".join(reply) if reply.streaming else reply.content
    if kind == "pdf":
        parts = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]
        assert len(parts) > 1
    elif kind == "xlsx":
        [sheet] = [CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)]
        parts = [" ".join(map(str, line)) for line in sheet.to_python()[1:]]
    else:
        parts = content.decode("utf-8-sig").splitlines()[1:]
    assert parts
    for words in (place.regulator.full_name, grant.reference, place.campus.institution.name):
        assert all(words in part for part in parts), (words, parts[:2])


def test_submissions_are_a_tab_of_oversight(place, admin, regulator):
    for browser in (admin, regulator):
        for path in ("/oversight/", "/oversight/submissions/"):
            page = browser.get(path)
            assert [tab.url for tab in page.context["tabs"]].count("/oversight/submissions/") == 1
            content = page.content.decode()
            navigation = content.split('aria-label="Main"')[1].split("</nav>")[0]
            assert "/oversight/submissions/" not in navigation
        assert page.context["nav"] == "oversight"


def test_the_audit_log_tells_each_look_filters_saves_and_opens_it(place, admin, regulator):
    one, two = place.batch("ECD"), place.batch("BK")
    seat = place.seat(one, "Aisha Dlamini")
    session, denied = place.session(one, 5, seat), place.session(two, 5)
    grant = place.grant(one, with_evidence=True)
    file = place.evidence(session, seat)
    assert regulator.get(f"/oversight/registers/{session.pk}/").status_code == 200
    assert regulator.get(f"/oversight/registers/{session.pk}/export/?format=xlsx").status_code == 200
    assert regulator.get(f"/oversight/registers/{session.pk}/evidence/{file.pk}/").status_code == 200
    assert regulator.get(f"/oversight/requests/{grant.pk}/export/?format=csv").status_code == 200
    assert regulator.get(f"/oversight/registers/{denied.pk}/").status_code == 404
    day = date_format(session.date, "j F Y")
    said = (
        f"Lindiwe Radebe opened the register of ECD, {day} · Accreditation visit 2030/114",
        f"Lindiwe Radebe saved the register of ECD, {day} as XLSX",
        "Evidence opened: Register of ECD",
        f"File opened: {file.file_name}",
        "Lindiwe Radebe saved 1 register of ECD as CSV",
        f"Lindiwe Radebe was denied the register of BK, {day}",
    )
    for narrowing in ({"kind": "looked"}, {"what": "accesslook"}, {"who": str(place.regulator.pk), "kind": "looked"}):
        page = words_of(admin.get("/settings/audit/", narrowing))
        assert [words for words in said if words not in page] == [], narrowing
        assert "Private data 5" in page
    assert said[0] in words_of(admin.get("/settings/audit/", {"q": "accreditation visit", "kind": "looked"}))
    html = admin.get("/settings/audit/", {"what": "accesslook"}).content.decode()
    for where in (session, denied):
        address = reverse("attendance:register", args=[where.pk])
        assert f'href="{address}"' in html
        assert admin.get(address).status_code == 200
    assert f'href="/oversight/requests/{grant.pk}/"' in html
    saved = b"".join(admin.get("/settings/audit/", {"what": "accesslook", "export": "csv"})).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(saved)))
    assert {row["Who"] for row in rows} == {"Lindiwe Radebe"}
    # As many, and the same words, as on the page of looks.
    on_looks = words_of(admin.get("/oversight/looks/"))
    assert len(rows) - 1 == AccessLook.objects.count() == 5
    assert "5 looks" in on_looks
    for row in rows:
        what = row["Change"].partition(": ")[2]
        assert what in on_looks or row["Change"].startswith("File opened")
