"""The weekly availability by keys alone, by mouse, and by touch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from tools.browser import signed_in
from tools.demo_server import DemoServer

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(stage: DemoServer, browser: Browser) -> Iterator[Tab]:
    """The instructor's own week, with nothing painted."""
    context = signed_in(browser, stage, "instructor")
    tab = context.new_page()
    tab.goto(address(stage))
    tab.evaluate("""() => {
        for (const box of document.querySelectorAll('#avail input[type=time]')) box.value = "";
        document.querySelector("#avail").requestSubmit();
    }""")
    tab.wait_for_url(lambda url: "availability" not in url)
    tab.goto(address(stage))
    yield tab
    context.close()


def address(stage: DemoServer) -> str:
    return f"/instructors/{stage.objects['instructor_id']}/availability/"


def windows(tab: Tab) -> list[str]:
    """What would be sent."""
    found: list[str] = tab.evaluate("""() => [...document.querySelectorAll("#avail .windows [data-window]")]
        .map(row => [...row.querySelectorAll("select, input")].map(box => box.value))
        .filter(([_day, start]) => start).map(values => values.join(" "))""")
    return found


def test_a_week_is_painted_and_saved_by_keys_alone(tab: Tab, stage: DemoServer) -> None:
    for _press in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.closest('.avail') !== null"):
            break
    assert tab.evaluate("document.activeElement.dataset.k") == "18", "the grid is one tab stop, Monday 09:00"
    tab.keyboard.press("Space")
    assert windows(tab) == ["1 09:00 09:30"]
    for _press in range(3):
        tab.keyboard.press("Shift+ArrowDown")
    assert windows(tab) == ["1 09:00 11:00"]
    tab.keyboard.press("Shift+ArrowRight")
    assert windows(tab) == ["1 09:00 11:00", "2 09:00 11:00"]
    assert tab.locator("#avail-said").inner_text() == "Monday–Tuesday 09:00 to 11:00: available"
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Space")
    assert windows(tab) == ["1 09:00 11:00", "2 09:00 10:00", "2 10:30 11:00"]
    label = tab.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label == "Tue 10:00, not available"
    # One more Tab leaves the grid; Enter in the form's button saves.
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.closest('.avail') === null")
    for _press in range(60):
        if tab.evaluate("document.activeElement.matches('#avail .form-end [type=submit]')"):
            break
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_url(lambda url: "availability" not in url)
    tab.goto(address(stage))
    assert windows(tab) == ["1 09:00 11:00", "2 09:00 10:00", "2 10:30 11:00"]


def test_a_mouse_paints_and_erases_by_dragging(tab: Tab) -> None:
    def drag(from_: tuple[int, int], to: tuple[int, int]) -> None:
        for place, act in ((from_, tab.mouse.down), (to, tab.mouse.up)):
            cell = tab.locator(f'.avail td[data-d="{place[0]}"][data-k="{place[1]}"]')
            cell.scroll_into_view_if_needed()
            box = cell.bounding_box()
            assert box is not None
            tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
            act()

    drag((1, 18), (3, 23))
    assert windows(tab) == ["1 09:00 12:00", "2 09:00 12:00", "3 09:00 12:00"]
    drag((2, 19), (3, 20))
    assert windows(tab) == [
        "1 09:00 12:00",
        "2 09:00 09:30",
        "2 10:30 12:00",
        "3 09:00 09:30",
        "3 10:30 12:00",
    ]


def test_a_tap_turns_one_cell_and_a_finger_that_rests_first_paints(
    stage: DemoServer, browser: Browser, tab: Tab
) -> None:
    context = browser.new_context(
        base_url=stage.address,
        storage_state=tab.context.storage_state(),
        has_touch=True,
        viewport={"width": 360, "height": 740},
    )
    phone = context.new_page()
    phone.goto(address(stage))
    cell = phone.locator('.avail td[data-d="5"][data-k="20"]')
    cell.tap()
    assert windows(phone) == ["5 10:00 10:30"]
    cell.tap()
    assert windows(phone) == []
    finger = context.new_cdp_session(phone)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    box = cell.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch("touchStart", (x, y))
    phone.locator('.avail td[data-d="5"][data-k="20"][aria-selected="true"]').wait_for()
    for step in range(1, 4):
        touch("touchMove", (x, y + step * box["height"]))
    touch("touchEnd")
    assert windows(phone) == ["5 10:00 12:00"]
    context.close()
