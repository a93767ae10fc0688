"""What only a browser shows of batch years: the switch that saves at once, and the question before a promotion."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from muster.batches.models import Batch
from tests.make import Campus

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def _year(campus: Campus) -> Batch:
    department = campus.department(name="Commerce")
    course = campus.course(department=department, semesters=4)
    plan = {"department": department, "course": course, "year": 2030, "start_date": None, "end_date": None}
    batch = campus.batch(kind="academic", code="COM-2030", **plan)
    campus.enroll(batch)
    return batch


@pytest.mark.parametrize("width", [1280, 360])
def test_the_switch_saves_at_once_and_keeps_the_focus(campus: Campus, seat_of, width: int) -> None:
    batch = _year(campus)
    seat = seat_of(viewport={"width": width, "height": 860})
    seat.sign_in(campus.admin.user.email)
    seat.go(f"/departments/{batch.department_id}/")
    tab = seat.tab
    auto = tab.get_by_role("switch", name="Auto-rollover of COM-2030")
    expect(auto).to_have_attribute("aria-checked", "false")
    auto.focus()
    tab.keyboard.press("Space")
    expect(auto).to_have_attribute("aria-checked", "true")
    expect(auto).to_be_focused()
    expect(tab.locator("#switch-saved")).to_contain_text("Saved")
    expect(tab.locator("#toasts")).to_contain_text("COM-2030 will request promotion automatically")
    assert seat.violations() == []
    batch.refresh_from_db()
    assert batch.auto_rollover
    tab.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(tab.locator("#toasts")).to_contain_text("COM-2030 will only be promoted manually.")
    tab.wait_for_url(f"**/departments/{batch.department_id}/")
    expect(auto).to_have_attribute("aria-checked", "false")
    tab.get_by_role("switch", name="Archive COM-2030").click()
    expect(tab.locator("#toasts")).to_contain_text("COM-2030 archived. 1 current enrollment is frozen.")
    assert not seat.complaints


def test_the_switch_needs_no_script(campus: Campus, seat_of) -> None:
    batch = _year(campus)
    seat = seat_of(java_script_enabled=False)
    seat.sign_in(campus.admin.user.email)
    seat.go("/batches/?kind=academic")
    auto = seat.tab.get_by_role("switch", name="Auto-rollover of COM-2030")
    auto.click()
    expect(auto).to_have_attribute("aria-checked", "true")
    batch.refresh_from_db()
    assert batch.auto_rollover


def test_a_batch_year_is_promoted_from_its_department(campus: Campus, seat_of) -> None:
    batch = _year(campus)
    seat = seat_of()
    seat.sign_in(campus.admin.user.email)
    seat.go(f"/departments/{batch.department_id}/")
    tab = seat.tab
    tab.get_by_role("link", name="Roll over to 2").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_contain_text("Are you sure you want to promote this batch to the next semester?")
    expect(dialog).to_contain_text("1 student moves")
    assert seat.violations() == []
    dialog.get_by_role("button", name="Promote 1 student").click()
    expect(tab.locator("#toasts")).to_contain_text("COM-2030 is in semester 2 now. 1 student moved.")
    tab.wait_for_url(f"**/departments/{batch.department_id}/")
    tab.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(tab.locator("#toasts")).to_contain_text("COM-2030 is in semester 1 again.")
    assert not seat.complaints
