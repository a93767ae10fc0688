"""The job that sells Muster, by hand: sign in, open a staffed and scheduled batch, fill it."""

from datetime import date

import pytest
from playwright.sync_api import expect

from muster.batches.models import Batch
from muster.institutions.models import Holiday
from tests.make import slot

pytestmark = pytest.mark.browser

MONDAY, TUESDAY, WEDNESDAY = 1, 2, 3


@pytest.fixture
def college(campus):
    """A branch with a room, a course, and Farid, who teaches on Tuesday evenings."""
    campus.college_branch = campus.branch(name="Durban Point")
    campus.room(campus.college_branch, name="Room 2.01", seats=18)
    campus.course(title="Python foundations", code="PY", default_capacity=2, length_days=60)
    farid, _leila = campus.instructor("Farid Osman"), campus.instructor("Leila Farouk")
    campus.batch(
        name="Bookkeeping, evenings",
        code="BK-2030",
        lead=farid,
        start_date=date(2030, 1, 1),
        end_date=date(2030, 2, 12),
        slots=[slot(TUESDAY, "17:30", "19:30")],
    )
    Holiday.objects.create(
        institution=campus.institution, name="Staff day", start_date="2030-02-21", end_date="2030-02-21"
    )
    for name in ("Amahle Dlamini", "Bongani Khumalo", "Chloe Naidoo", "David Smith"):
        campus.student(name)
    return campus


def cell(tab, day, clock):
    """A half hour of the grid."""
    hours, minutes = clock.split(":")
    return tab.locator(f'.week td[data-d="{day}"][data-k="{int(hours) * 2 + int(minutes) // 30}"]')


def week_of(tab):
    """The typed rows of the week: day, start and end."""
    rows = tab.locator("#slots [data-slot]")
    return [
        tuple(rows.nth(n).locator(f'[name$=".{name}"]').input_value() for name in ("day", "start_time", "end_time"))
        for n in range(rows.count())
    ]


def choose_lead(tab, name):
    option = tab.locator("#id_assigned_instructor option", has_text=name)
    tab.get_by_label("Lead").select_option(option.get_attribute("value"))


def test_a_batch_is_opened_around_a_conflict_filled_and_one_student_leaves(college, seat_of):
    seat = seat_of()
    tab = seat.tab
    seat.sign_in(college.admin.user.email)
    seat.go("/batches/")
    tab.get_by_role("link", name="New batch").first.click()

    # What can be known is proposed.
    tab.get_by_label("Course").select_option(label="Python foundations")
    tab.get_by_label("First day").fill("2030-01-07")
    expect(tab.get_by_label("Name")).to_have_value("Python foundations, January 2030")
    expect(tab.get_by_label("Code")).to_have_value("PY-JAN-2030")
    expect(tab.get_by_label("Last day")).to_have_value("2030-03-07")
    expect(tab.get_by_label("Seats", exact=True)).to_have_value("2")

    # Two evenings, painted; Tuesday is not free for Farid.
    cell(tab, TUESDAY, "18:00").hover()
    tab.mouse.down()
    cell(tab, TUESDAY, "19:30").hover()
    tab.mouse.up()
    cell(tab, 4, "18:00").hover()
    tab.mouse.down()
    cell(tab, 4, "19:30").hover()
    tab.mouse.up()
    assert week_of(tab) == [("Tuesday", "18:00", "20:00"), ("Thursday", "18:00", "20:00")]
    choose_lead(tab, "Farid Osman")
    clash = tab.locator("#clash")
    expect(clash).to_contain_text("Farid Osman teaches Tuesday 17:30 to 19:30 in Bookkeeping, evenings (BK-2030)")
    expect(clash).to_contain_text("until 12 February: 6 sessions would conflict")
    expect(cell(tab, TUESDAY, "18:00")).to_have_attribute("data-s", "clash")
    expect(tab.locator("#save-msg")).to_have_text("Fix 1 double booking")
    assert seat.violations() == []

    # Saving leads to the conflict, and one click solves it.
    tab.get_by_role("button", name="Create batch").click()
    expect(clash).to_be_focused()
    clash.get_by_role("button", name="Tue 19:30–21:30").click()
    expect(clash).to_have_count(0)
    assert week_of(tab) == [("Tuesday", "19:30", "21:30"), ("Thursday", "18:00", "20:00")]
    expect(tab.locator("#save-msg")).to_have_text("17 sessions, no conflicts")
    expect(tab.locator("#check")).to_contain_text("1 date skipped: Staff day (21 Feb)")
    assert seat.violations() == []
    tab.get_by_role("button", name="Create batch").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Python foundations, January 2030")
    batch = Batch.objects.get(code="PY-JAN-2030")
    assert [str(one) for one in batch.slots.all()] == ["Tuesday 19:30 to 21:30", "Thursday 18:00 to 20:00"]

    # Two seats are filled; the third student is told why not.
    seat.go(f"/batches/{batch.pk}/students/")
    tab.get_by_role("link", name="Enroll students").first.click()
    dialog = tab.get_by_role("dialog")
    for name in ("Amahle Dlamini", "Bongani Khumalo"):
        dialog.get_by_label(name).check()
    # Who is picked stays so while others are looked for.
    dialog.get_by_role("searchbox").fill("Chloe")
    expect(dialog.locator("input[checked]")).to_have_count(2)
    dialog.get_by_label("Chloe Naidoo").check()
    dialog.get_by_role("button", name="Enroll 3 students").click()
    expect(dialog).to_contain_text("2 students enrolled, 1 refused")
    expect(dialog).to_contain_text("Batch has reached maximum capacity")
    seat.go(f"/batches/{batch.pk}/")
    expect(tab.locator(".seats").first).to_contain_text("2 / 2")

    # One leaves, and the seat is free for another.
    seat.go(f"/batches/{batch.pk}/students/")
    tab.get_by_role("button", name="Actions for").first.click()
    tab.locator("main table").get_by_role("link", name="Cancel").click()
    tab.get_by_role("dialog").locator("footer [type=submit]").click()
    expect(tab.get_by_role("dialog")).to_have_count(0)
    seat.go(f"/batches/{batch.pk}/")
    expect(tab.locator(".seats").first).to_contain_text("1 / 2")
    batch.refresh_from_db()
    assert batch.enrolled_students == 1
    assert seat.complaints == []


def test_the_week_is_painted_with_the_keyboard_alone(college, seat_of):
    seat = seat_of()
    tab = seat.tab
    seat.sign_in(college.admin.user.email)
    seat.go("/batches/new/")
    cells = tab.locator('.week td[tabindex="0"]')
    expect(cells).to_have_count(1)
    cells.focus()
    expect(cell(tab, MONDAY, "09:00")).to_be_focused()

    # Space begins, Shift and the arrows extend, over hours and over days, and back again.
    tab.keyboard.press("Space")
    for _half in range(3):
        tab.keyboard.press("Shift+ArrowDown")
    assert week_of(tab) == [("Monday", "09:00", "11:00")]
    tab.keyboard.press("Shift+ArrowRight")
    tab.keyboard.press("Shift+ArrowRight")
    tab.keyboard.press("Shift+ArrowLeft")
    assert week_of(tab) == [("Monday", "09:00", "11:00"), ("Tuesday", "09:00", "11:00")]
    expect(tab.locator("#week-said")).to_contain_text("Wednesday 09:00 to 11:00 removed")

    # A cell in the middle that is erased leaves two slots; Delete takes a slot away.
    tab.keyboard.press("ArrowUp")
    expect(cell(tab, TUESDAY, "10:00")).to_be_focused()
    tab.keyboard.press("Space")
    assert week_of(tab)[1:] == [("Tuesday", "09:00", "10:00"), ("Tuesday", "10:30", "11:00")]
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Delete")
    assert week_of(tab)[1:] == [("Tuesday", "09:00", "10:00")]
    expect(cell(tab, TUESDAY, "09:00")).to_have_attribute("aria-selected", "true")
    expect(cell(tab, TUESDAY, "09:00")).to_have_attribute("aria-label", "Tue 09:00, 09:00–10:00, chosen")
    tab.keyboard.press("Home")
    expect(cell(tab, MONDAY, "10:30")).to_be_focused()
    assert seat.complaints == []


def test_typing_and_painting_are_one_truth(college, seat_of):
    seat = seat_of()
    tab = seat.tab
    seat.sign_in(college.admin.user.email)
    seat.go("/batches/new/")
    tab.get_by_label("Start").fill("930")
    tab.get_by_label("End", exact=True).fill("11.15")
    tab.get_by_label("End", exact=True).press("Tab")
    assert week_of(tab) == [("Monday", "09:30", "11:15")]
    for clock, chosen in (("09:00", "false"), ("09:30", "true"), ("11:00", "true"), ("11:30", "false")):
        expect(cell(tab, MONDAY, clock)).to_have_attribute("aria-selected", chosen)
    # A start that moves takes its end along; early hours make the picture grow.
    tab.get_by_label("Start").fill("5:30")
    tab.get_by_label("Start").press("Tab")
    assert week_of(tab) == [("Monday", "05:30", "07:15")]
    expect(cell(tab, MONDAY, "05:30")).to_have_attribute("aria-selected", "true")
    # The next slot is the likeliest one.
    tab.get_by_role("button", name="Add slot").click()
    assert week_of(tab)[1] == ("Tuesday", "05:30", "07:15")
    tab.get_by_role("button", name="Remove slot 1").click()
    assert week_of(tab) == [("Tuesday", "05:30", "07:15")]
    expect(tab.get_by_role("button", name="Remove slot 1")).to_be_focused()
    assert seat.complaints == []


def test_leaving_asks_only_when_something_was_typed(college, seat_of):
    seat = seat_of()
    tab = seat.tab
    asked = []

    def answer(dialog):
        asked.append(dialog.type)
        dialog.accept()

    tab.on("dialog", answer)
    seat.sign_in(college.admin.user.email)
    seat.go("/batches/new/")
    seat.go("/batches/")
    assert asked == []
    seat.go("/batches/new/")
    tab.get_by_label("Name").fill("Python")
    seat.go("/batches/")
    assert asked == ["beforeunload"]


def test_control_and_enter_save(college, seat_of):
    seat = seat_of()
    seat.sign_in(college.admin.user.email)
    batch = college.batch(name="Old name")
    seat.go(f"/batches/{batch.pk}/edit/")
    seat.tab.get_by_label("Name").fill("New name")
    seat.tab.get_by_label("Name").press("Control+Enter")
    expect(seat.tab.get_by_role("heading", level=1)).to_contain_text("New name")
    assert seat.complaints == []


def test_on_a_phone_typing_leads(college, seat_of):
    seat = seat_of(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    tab = seat.tab
    seat.sign_in(college.admin.user.email)
    seat.go("/batches/new/")
    expect(tab.locator(".week")).to_be_hidden()
    tab.get_by_label("Course").select_option(label="Python foundations")
    tab.get_by_label("First day").fill("2030-01-07")
    tab.get_by_label("Day", exact=True).select_option("Wednesday")
    tab.get_by_label("Start").fill("18")
    tab.get_by_label("End", exact=True).fill("20")
    choose_lead(tab, "Farid Osman")
    expect(tab.locator("#save-msg")).to_have_text("9 sessions, no conflicts")
    tab.locator(".week-fold summary").click()
    expect(cell(tab, WEDNESDAY, "18:00")).to_have_attribute("aria-selected", "true")
    expect(cell(tab, TUESDAY, "18:00")).to_have_attribute("data-s", "busy")
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    assert seat.violations() == []
    tab.get_by_role("button", name="Create batch").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Python foundations, January 2030")
    assert seat.complaints == []


def test_the_whole_form_works_without_scripts(college, seat_of):
    seat = seat_of(java_script_enabled=False)
    tab = seat.tab
    seat.sign_in(college.admin.user.email)
    seat.go("/batches/new/")
    tab.get_by_label("Course").select_option(label="Python foundations")
    tab.get_by_label("Name").fill("Python by hand")
    tab.get_by_label("First day").fill("2030-01-07")
    tab.get_by_label("Last day").fill("2030-03-07")
    tab.get_by_label("Seats", exact=True).fill("12")
    tab.get_by_label("Day", exact=True).select_option("Tuesday")
    tab.get_by_label("Start").fill("18")
    tab.get_by_label("End", exact=True).fill("20")
    choose_lead(tab, "Farid Osman")
    tab.get_by_role("button", name="Add slot").click()
    expect(tab.get_by_label("Day", exact=True)).to_have_count(2)
    tab.get_by_role("button", name="Remove slot 2").click()
    expect(tab.get_by_label("Day", exact=True)).to_have_count(1)
    # Enter in a field saves; it never presses one of the buttons that change a row.
    tab.get_by_label("Seats", exact=True).press("Enter")
    expect(tab.locator("#clash")).to_contain_text("Farid Osman teaches Tuesday 17:30 to 19:30")
    expect(cell(tab, TUESDAY, "18:00")).to_have_attribute("data-s", "clash")
    tab.get_by_role("button", name="Wed 18:00–20:00").click()
    expect(tab.get_by_label("Day", exact=True)).to_have_value("Wednesday")
    expect(tab.get_by_label("Name")).to_have_value("Python by hand")
    tab.get_by_role("button", name="Create batch").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Python by hand")
