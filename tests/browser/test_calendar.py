"""Sessions dragged to another hour in the calendar: moved, refused, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from muster.batches.models import Batch
from muster.timetable.models import ClassSession
from tests.browser.conftest import Seat
from tests.make import Campus, slot

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)
CALENDAR = "/institution/attendance/calendar"


@pytest.fixture
def monday(campus: Campus) -> Any:
    today = campus.admin.today()
    return today + DAY * (7 - today.weekday())


@pytest.fixture
def session(campus: Campus, monday: Any) -> ClassSession:
    """Monday 10:00 to 12:00; the instructor teaches another batch on Wednesday at that time."""
    farid = campus.instructor("Farid Osman")
    dates = {"start_date": monday, "end_date": monday + DAY * 6, "lead": farid}
    for name, day in (("Welding", 3), ("Python", 1)):
        place = {"branch": campus.branch(), "department": campus.department()}
        batch = campus.batch(
            name=name, code=f"{name[:2].upper()}-1", slots=[slot(day, "10:00", "12:00")], **place, **dates
        )
    return batch.sessions.get()


def week(seat: Seat, campus: Campus, monday: Any) -> None:
    assert campus.admin.user is not None
    seat.sign_in(campus.admin.user.email)
    seat.go(f"{CALENDAR}?view=week&date={monday:%Y-%m-%d}")
    expect(seat.tab.locator(".cal .ev")).to_have_count(2)


def drag(seat: Seat, days: int, hours: float) -> None:
    """Take the session of PY-1 so many days to the right and hours down."""
    tab = seat.tab
    event = tab.locator(".cal .ev", has_text="PY-1")
    event.scroll_into_view_if_needed()
    box = event.bounding_box()
    columns = [tab.locator(".cal [role=columnheader]", has_text=name).bounding_box() for name in ("Mon", "Tue")]
    assert box is not None
    assert columns[0] is not None
    assert columns[1] is not None
    # A little less than the whole way, so that a pixel more or less stays in the same quarter of an hour.
    across, down = columns[1]["x"] - columns[0]["x"], box["height"] / 2 * 0.95
    x, y = box["x"] + box["width"] / 2, box["y"] + 3
    tab.mouse.move(x, y)
    tab.mouse.down()
    for step in range(1, 11):
        tab.mouse.move(x + across * days * step / 10, y + down * hours * step / 10)
    tab.mouse.up()


def test_session_is_dragged_to_another_hour_and_back_again(
    seat_of: Callable[..., Seat], campus: Campus, session: ClassSession, monday: Any
) -> None:
    place = seat_of()
    week(place, campus, monday)
    drag(place, 1, 1)
    toast = place.tab.locator(".toast-m")
    expect(toast).to_contain_text("moved to Tue")
    session.refresh_from_db()
    assert (session.date, session.start_time, session.end_time) == (monday + DAY, time(11), time(13))
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("moved back")
    session.refresh_from_db()
    assert (session.date, session.start_time, session.is_edited) == (monday, time(10), False)
    assert place.complaints == []


def test_session_that_would_double_book_goes_back(
    seat_of: Callable[..., Seat], campus: Campus, session: ClassSession, monday: Any
) -> None:
    place = seat_of()
    week(place, campus, monday)
    drag(place, 2, 0.5)
    expect(place.tab.locator(".toast-m")).to_contain_text("Schedule conflict: Farid Osman teaches Welding")
    session.refresh_from_db()
    assert (session.date, session.start_time) == (monday, time(10))
    event, head = (
        place.tab.locator(".cal .ev", has_text="PY-1"),
        place.tab.locator(".cal [role=columnheader]", has_text="Mon"),
    )
    expect(event).to_contain_text("10:00")
    there, column = event.bounding_box(), head.bounding_box()
    assert there is not None
    assert column is not None
    assert abs(there["x"] - column["x"]) < 12


def test_filters_and_views_stand_in_the_address(
    seat_of: Callable[..., Seat], campus: Campus, session: ClassSession, monday: Any
) -> None:
    place = seat_of()
    week(place, campus, monday)
    tab, batch = place.tab, Batch.objects.get(code="PY-1")
    tab.locator("#f-cohort").select_option(str(session.meeting_id))
    expect(tab.locator(".cal .ev")).to_have_count(1)
    tab.get_by_role("link", name="Month").click()
    expect(tab.locator("[data-title]")).to_have_text(f"{monday:%B %Y}")
    assert f"cohort_id={session.meeting_id}" in tab.url
    assert "view=month" in tab.url
    tab.reload()
    expect(tab.locator(".cal .ev")).to_have_count(1)
    for name, row in (("branch_id", batch.branch), ("dept", batch.department)):
        place.go(f"{CALENDAR}?view=week&date={monday:%Y-%m-%d}")
        expect(tab.locator(".cal .ev")).to_have_count(2)
        tab.locator(f"#f-{name}").select_option(str(row.pk))
        expect(tab.locator(".cal .ev")).to_have_count(1)


def test_session_opens_with_what_can_be_done(
    seat_of: Callable[..., Seat], campus: Campus, session: ClassSession, monday: Any
) -> None:
    place = seat_of()
    week(place, campus, monday)
    place.tab.locator(".cal .ev", has_text="PY-1").click()
    dialog = place.tab.locator("#dlg-event")
    for words in ("10:00 – 12:00", "Farid Osman"):
        expect(dialog).to_contain_text(words)
    dialog.get_by_role("link", name="Cancel session").click()
    sheet = place.tab.locator("#dlg-sheet")
    sheet.locator("[name=reason]").fill("Strike")
    sheet.get_by_role("button", name="Cancel session").click()
    expect(place.tab.locator(".toast-m")).to_contain_text("cancelled")
    session.refresh_from_db()
    assert (session.status, session.cancel_reason) == ("cancelled", "Strike")
    place.go(f"{CALENDAR}?view=week&date={monday:%Y-%m-%d}")
    event = place.tab.locator(".cal .ev", has_text="PY-1")
    expect(event).to_contain_text("Cancelled")
    # Beside the word a line through the name, and of no other session.
    expect(event.locator(".ev-title")).to_have_css("text-decoration-line", "line-through")
    other = place.tab.locator(".cal .ev", has_text="WE-1")
    expect(other.locator(".ev-title")).to_have_css("text-decoration-line", "none")
    expect(other).not_to_contain_text("Cancelled")


def test_week_and_list_of_a_phone_open_at_today(campus: Campus, seat_of: Callable[..., Seat]) -> None:
    assert campus.admin.user is not None
    today = campus.admin.today()
    hours = [slot(day, f"{hour:02d}:00", f"{hour:02d}:45") for day in range(1, 8) for hour in range(7, 19)]
    campus.batch(start_date=today - DAY * 6, end_date=today, slots=hours)
    seat = seat_of(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    seat.sign_in(campus.admin.user.email)
    seat.go(f"{CALENDAR}?view=week")
    column = seat.tab.locator(".cal [role=columnheader][aria-current=date]")
    expect(column).to_be_in_viewport(ratio=0.9)
    # The week is scrolled within its frame, not with the page.
    assert seat.tab.evaluate("document.documentElement.scrollWidth") == 360
    first, heads = today - DAY * today.weekday(), seat.tab.locator(".cal [role=columnheader][data-date]")
    for step, monday in (("next", first + DAY * 7), ("prev", first), ("prev", first - DAY * 7), ("today", first)):
        seat.tab.locator(f"[data-step={step}]").click()
        expect(heads.first).to_have_attribute("data-date", f"{monday}")
    expect(column).to_be_in_viewport(ratio=0.9)
    seat.go(CALENDAR)
    day = seat.tab.locator(f"#calendar [data-date='{today}']").first
    expect(day).to_be_in_viewport()
    expect(day).to_have_text(f"{today:%A} {today.day} {today:%B}")
    assert seat.complaints == []


def test_without_a_script_the_buttons_of_the_calendar_lead_to_today(
    campus: Campus, seat_of: Callable[..., Seat]
) -> None:
    assert campus.admin.user is not None
    today = campus.admin.today()
    campus.batch(
        start_date=today - DAY * 10,
        end_date=today + DAY * 10,
        slots=[slot(day, f"{hour:02d}:00", f"{hour:02d}:45") for day in range(1, 8) for hour in range(7, 13)],
    )
    seat = seat_of(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    seat.sign_in(campus.admin.user.email)
    seat.go(f"{CALENDAR}?view=list")
    seat.tab.locator("[data-step=today]").click()
    expect(seat.tab.get_by_role("heading", name=f"{today:%A} {today.day}", exact=False)).to_be_in_viewport()


def test_a_week_of_many_sessions_at_once_can_be_read(seat_of: Callable[..., Seat], campus: Campus, monday: Any) -> None:
    dates = {"start_date": monday, "end_date": monday + DAY * 6}
    for number in range(6):
        campus.batch(name=f"Welding {number}", code=f"WE-{number}", slots=[slot(2, "10:00", "12:00")], **dates)
    place = seat_of(viewport={"width": 1280, "height": 860})
    assert campus.admin.user is not None
    place.sign_in(campus.admin.user.email)
    place.go(f"{CALENDAR}?view=week&date={monday:%Y-%m-%d}")
    events = place.tab.locator(".cal .ev")
    expect(events.first).to_be_visible()
    more = place.tab.locator(".cal .ev-more")
    expect(more).to_be_visible()
    boxes = [one.bounding_box() for one in (*events.all(), *more.all())]
    # None lies on another nor under "+3", each has room for a word, and what has none is one click away.
    for number, one in enumerate(boxes):
        assert one is not None
        assert one["width"] >= (40 if number < events.count() else 24)
        for other in boxes[:number]:
            assert other is not None
            apart = one["x"] >= other["x"] + other["width"] - 1 or other["x"] >= one["x"] + one["width"] - 1
            assert apart or one["y"] >= other["y"] + other["height"] - 1
    # All of them stay within their day.
    day = place.tab.locator(f".cal [role=columnheader][data-date='{monday + DAY}']").bounding_box()
    assert day is not None
    assert all(
        one and day["x"] - 1 <= one["x"] and one["x"] + one["width"] <= day["x"] + day["width"] + 1 for one in boxes
    )
    hidden = 6 - events.count()
    assert hidden
    expect(more).to_have_text(f"+{hidden}")
    expect(place.tab.locator("[data-legend]")).to_contain_text("WE-0")
