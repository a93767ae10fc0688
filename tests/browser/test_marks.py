"""The marks sheet by hand: the scripts of the results sheet, on its own columns."""

import pytest
from playwright.sync_api import expect

from muster.assessment.models import AssessmentMark
from muster.assessment.tests.test_marks import Marked
from muster.progression.grading import State
from tests.browser.test_results import PASTE, cell, expect_saved, field, row
from tests.make import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def room(campus):
    room = Marked()
    room.teacher.set_password(PASSWORD)
    room.teacher.save()
    return room


def stands(room):
    marks = AssessmentMark.objects.filter(assessment=room.essay).select_related("enrollment__student")
    return {one.enrollment.student.given_name: one.cell for one in marks}


def test_marks_are_typed_and_pasted_with_extra_credit_and_published_ones_stay(room, seat_of):
    room.mark(room.essay, State.BLANK, State.BLANK, 7)
    room.mark(room.test, 15)
    room.show(room.test)
    seat = seat_of()
    seat.sign_in(room.teacher.email)
    seat.go(f"/batches/{room.batch.pk}/marks/sheet/")
    tab, essay, test = seat.tab, str(room.essay.pk), str(room.test.pk)
    expect(field(tab, "Ann", test)).not_to_be_editable()
    expect(row(tab, "Ann").locator(".tot")).to_have_text("75")
    field(tab, "Ann", essay).focus()
    # Up to two beyond the maximum of ten, and no more.
    tab.keyboard.type("12,5")
    tab.keyboard.press("Enter")
    expect(field(tab, "Ann", essay)).to_have_attribute("aria-invalid", "true")
    field(tab, "Ann", essay).focus()
    tab.keyboard.type("12")
    tab.keyboard.press("Enter")
    tab.keyboard.press("a")
    expect_saved(tab)
    assert stands(room) == {"Ann": 12, "Ben": State.ABSENT, "Cat": 7}
    field(tab, "Ann", essay).focus()
    tab.evaluate(PASTE, "11.5\n12.01\n8")
    expect(tab.locator("#reg-notes")).to_contain_text("1 can't be used")
    expect(cell(tab, "Ann", essay).locator("s.old")).to_have_text("12")
    tab.get_by_role("button", name="Save 2").click()
    expect_saved(tab)
    assert {name: str(mark) for name, mark in stands(room).items()} == {"Ann": "11.50", "Ben": "absent", "Cat": "8.00"}
    assert seat.complaints == []
