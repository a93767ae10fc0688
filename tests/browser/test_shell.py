"""What only a browser shows of the frame: the palette, the bar of selected rows, and Undo."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.asking import asked, asked_batch
from tests.make import PASSWORD, Campus

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_the_palette_is_worked_by_keys_alone_and_read_out(campus: Campus, seat_of) -> None:
    student = campus.student("Zola Learner")
    seat = seat_of()
    seat.sign_in(campus.admin.user.email)
    tab = seat.tab
    tab.keyboard.press("Control+k")
    box = tab.get_by_role("combobox", name="Find a batch, person, page or action")
    expect(box).to_be_focused()
    expect(tab.get_by_role("option", name="New batch")).to_be_visible()
    box.fill("new cohort")
    expect(tab.locator("#found")).to_contain_text("“cohort” is called batch here.")
    first = tab.get_by_role("option").first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(first.get_attribute("id")))
    box.fill("learner zola")
    expect(tab.get_by_role("option", name="Zola Learner")).to_have_attribute("aria-selected", "true")
    assert seat.violations() == []
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/students/{student.pk}/")
    tab.keyboard.press("/")
    expect(box).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.locator("#palette")).to_be_hidden()
    assert not seat.complaints


def test_the_palette_is_a_page_without_scripts(campus: Campus, seat_of) -> None:
    seat = seat_of(java_script_enabled=False)
    seat.sign_in(campus.admin.user.email)
    seat.tab.get_by_role("link", name="Find or do").click()
    expect(seat.tab.get_by_role("heading", name="Search")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_selected_rows_are_acted_on_from_the_bar_and_undone(campus: Campus, seat_of, width: int) -> None:
    batch = campus.batch()
    rows = [campus.enroll(batch, campus.student(f"Learner {letter}")) for letter in "ABC"]
    seat = seat_of(viewport={"width": width, "height": 860})
    seat.sign_in(campus.admin.user.email)
    seat.go(f"/batches/{batch.pk}/students/")
    tab, bar = seat.tab, seat.tab.locator("#bulk")
    expect(bar).to_be_hidden()
    for name in ("Learner A", "Learner C"):
        tab.get_by_role("checkbox", name=f"Select {name}").check()
    expect(bar).to_contain_text("2 of 3 selected")
    assert seat.violations() == []
    bar.get_by_role("button", name="Hold 2").click()
    tab.get_by_role("dialog").get_by_role("button", name="Hold 2 students").click()
    expect(tab.locator("#toasts")).to_contain_text("2 students put on hold.")
    assert sorted(batch.enrollments.values_list("student__full_name", "status")) == [
        ("Learner A", "on_hold"),
        ("Learner B", "active"),
        ("Learner C", "on_hold"),
    ]
    tab.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(tab.locator("#toasts")).to_contain_text("2 students resumed.")
    assert list(batch.enrollments.values_list("status", flat=True)) == ["active"] * len(rows)
    assert not seat.complaints


def test_an_error_goes_when_its_field_is_mended(campus: Campus, seat_of) -> None:
    seat = seat_of()
    seat.sign_in(campus.admin.user.email)
    seat.go("/settings/terms/new/")
    tab = seat.tab
    tab.locator("main form[method=post] [type=submit]").last.click()
    summary = tab.locator("[data-errors]")
    expect(summary).to_be_focused()
    number = tab.locator(".field.is-refused").count()
    assert number > 1
    expect(summary.get_by_role("heading")).to_have_text(f"Fix {number} fields")
    # Each is said once: beside its field.
    assert [tab.locator("main").get_by_text("This field is required.").count()] == [number]
    for left in range(number - 1, 0, -1):
        refused = tab.locator(".field.is-refused").first
        field = refused.locator("input, select, textarea").first
        field.fill("2030-01-07" if field.get_attribute("type") == "date" else "First")
        expect(tab.locator(".field.is-refused")).to_have_count(left)
        words = f"Fix {left} fields" if left > 1 else "Fix 1 field"
        expect(summary.get_by_role("heading")).to_have_text(words)
    last = tab.locator(".field.is-refused input").first
    last.fill("2030-02-07" if last.get_attribute("type") == "date" else "First")
    expect(summary).to_have_count(0)
    assert seat.violations() == []


def test_a_question_is_asked_for_until_it_is_answered(campus: Campus, seat_of) -> None:
    row = asked_batch(campus, 5)
    student = asked(row)[0]
    student.set_password(PASSWORD)
    student.save()
    seat = seat_of()
    seat.sign_in(student.email)
    seat.go(f"/feedback/{row.pk}/answer/")
    tab = seat.tab
    tab.get_by_role("button", name="Send answer").click()
    refused, lines = tab.locator(".question.is-refused"), tab.locator("[data-errors] li")
    number = refused.count()
    assert (number > 1, lines.count()) == (True, number)
    refused.first.get_by_role("radio").first.check(force=True)
    expect(refused).to_have_count(number - 1)
    expect(lines).to_have_count(number - 1)
    expect(tab.locator("main .field-error")).to_have_count(number - 1)


def test_filters_fold_away_where_the_page_is_narrow(campus: Campus, seat_of) -> None:
    for _each in range(2):
        campus.batch(branch=campus.branch())
    seat = seat_of(viewport={"width": 880, "height": 860})
    seat.sign_in(campus.admin.user.email)
    seat.go("/batches/")
    fold, filters = seat.tab.locator("[data-fold]"), seat.tab.locator(".folds").first
    expect(filters).to_be_hidden()
    fold.click()
    expect(filters).to_be_visible()
    fold.click()
    expect(filters).to_be_hidden()
    seat.tab.set_viewport_size({"width": 1280, "height": 860})
    expect(fold).to_be_hidden()
    expect(filters).to_be_visible()
    assert not seat.complaints
