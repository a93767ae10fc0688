"""From the register and from the batch to paper: what the buttons bring down is a file that can be read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from muster.attendance.tests.test_register_files import Class

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def room(campus):
    return Class(campus)


def brought(seat, press) -> Path:
    """The file that pressing brings down."""
    with seat.tab.expect_download() as told:
        press()
    return Path(told.value.path())


def words(file: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(file).pages)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_sheets_of_a_batch_are_brought_down(room, seat_of, scripts):
    seat = seat_of(java_script_enabled=scripts, accept_downloads=True)
    seat.sign_in(room.campus.admin.user.email)
    seat.go(f"/institution/attendance/cohorts/{room.batch.pk}/sheets/")
    tab = seat.tab
    tab.get_by_label("From").fill("2019-01-07")
    tab.get_by_label("To", exact=True).fill("2019-01-31")
    assert "Chen Zungu" in words(brought(seat, tab.get_by_role("button", name="Print PDF").click))
    assert brought(seat, tab.get_by_role("button", name="XLSX").click).read_bytes().startswith(b"PK")
    tab.get_by_label("Day").fill("2019-01-09")
    assert "Sign-in sheet" in words(brought(seat, tab.get_by_role("button", name="Print sign-in sheet").click))
    assert not seat.complaints


def test_what_cannot_be_printed_is_said_beside_the_field(room, seat_of):
    seat = seat_of()
    seat.sign_in(room.campus.admin.user.email)
    seat.go(f"/institution/attendance/cohorts/{room.batch.pk}/sheets/")
    tab = seat.tab
    tab.get_by_label("From").fill("2019-02-07")
    tab.get_by_label("To", exact=True).fill("2019-01-31")
    tab.get_by_role("button", name="Print PDF").click()
    assert tab.locator(".field-error").inner_text().strip() == "The last day is before the first."
    assert tab.get_by_label("From").input_value() == "2019-02-07"
    tab.get_by_label("Day").fill(str(date(2019, 6, 3)))
    tab.get_by_role("button", name="Print sign-in sheet").click()
    assert "has no sessions from 3 Jun 2019 to 9 Jun 2019" in tab.locator("[role=alert]").inner_text()
    for theme in ("light", "dark"):
        tab.emulate_media(color_scheme=theme)
        assert seat.violations() == []
