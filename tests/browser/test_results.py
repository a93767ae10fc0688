"""The results sheet by hand: a whole class by keys, pasted from a spreadsheet, without a connection, on a phone."""

import re
import time as clock
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from muster.courses.models import Subject
from muster.courses.resources import BANDS, COMPONENTS, SCHEMES
from muster.institutions.models import Affiliation
from muster.progression.grading import State
from muster.progression.models import ComponentScore
from muster.progression.queries import sheet_of
from muster.progression.rules import ScoreInput, map_subject, publish_results, save_scores
from tests.make import PASSWORD

pytestmark = pytest.mark.browser

PARTS = (("IN1", 15, 0), ("IN2", 15, 0), ("LAB", 20, 8), ("PRO", 10, 0), ("END", 40, 16))
# Of 300 scores: typed one by one, and pasted.
MOST_SECONDS, MOST_SECONDS_PASTED = 120, 10
PASTE = """(text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""


class Graded:
    """A class whose instructor enters five components, graded with one decimal, rounded half to even."""

    def __init__(self, campus, learners, parts=PARTS):
        self.campus, self.parts = campus, parts
        fields = {"name": "Ten points", "decimals": 1, "rounding": "half_even"}
        scheme = SCHEMES.add(by=campus.admin, fields=fields)
        for place, (code, most, least) in enumerate(parts, 1):
            marks = {"maximum": Decimal(most), "minimum": Decimal(least), "weight": Decimal(most) + place}
            COMPONENTS.add(by=campus.admin, within=scheme, fields={"code": code, "name": code, "place": place, **marks})
        for grade, percent in (("A", 80), ("B", 65), ("C", 50), ("F", 0)):
            fields = {"grade": grade, "from_percent": Decimal(percent), "points": Decimal(percent // 10)}
            BANDS.add(by=campus.admin, within=scheme, fields=fields)
        self.ada = campus.instructor("Ada Ford")
        self.ada.set_password(PASSWORD)
        self.ada.save()
        course = campus.course(semesters=2, grading_scheme=scheme)
        batch = campus.batch(course=course, lead=self.ada, capacity=80)
        self.enrollments = [campus.enroll(batch, campus.student(f"Learner {n:02}")) for n in range(1, learners + 1)]
        for number, one in enumerate(self.enrollments, 1):
            Affiliation.objects.filter(user=one.student).update(student_number=f"2030-{number:03}")
        subject = Subject.objects.create(
            institution=campus.institution, course=course, code="S1", title="Databases", credits=4
        )
        self.mapping = map_subject(by=campus.admin, batch=batch, subject=subject, instructor=self.ada)
        self.path = f"/batches/{batch.pk}/subjects/{self.mapping.pk}/results/"

    def save(self, *cells, **more):
        """Somebody enters scores, from elsewhere."""
        rows = [
            ScoreInput(0, self.enrollments[place].pk, code, Decimal(value) if isinstance(value, int) else value, **more)
            for place, code, value in cells
        ]
        save_scores(by=self.campus.admin, mapping=self.mapping, cells=rows)

    def fill(self):
        """The first five: two pass, one fails, one is absent, of one a score is missing."""
        for place, share in enumerate((80, 66, 40, 70, 60)):
            self.save(*((place, code, most * share // 100) for code, most, _least in self.parts))
        self.save((3, "END", State.ABSENT), (4, "END", None))

    def stands(self):
        rows = ComponentScore.objects.select_related("enrollment__student")
        return {
            (row.enrollment.student.full_name, row.component): row.state if row.score is None else row.score
            for row in rows
            if row.state != State.BLANK
        }

    def worked_out(self):
        """Total and grade of each as the server has them."""
        return {
            row.enrollment.student.full_name: (
                "–" if row.outcome.total is None else f"{row.outcome.total.normalize():f}",
                row.outcome.grade,
            )
            for row in sheet_of(self.mapping).rows
        }


@pytest.fixture
def graded_of(campus):
    return lambda learners, **more: Graded(campus, learners, **more)


@pytest.fixture
def graded(graded_of):
    return graded_of(6)


def row(tab, name):
    return tab.locator(".scoresheet tbody tr", has_text=name)


def cell(tab, name, code):
    return row(tab, name).locator(f"td[data-k='{code}']")


def field(tab, name, code):
    return cell(tab, name, code).locator("input")


def opened(seat, graded, path=""):
    seat.sign_in(graded.ada.email)
    seat.go(graded.path + path)
    return seat.tab


def expect_saved(tab):
    expect(tab.locator(".save")).to_have_attribute("data-s", "saved", timeout=30_000)
    expect(tab.locator(".unsent")).to_have_count(0)
    expect(tab.locator("tr[data-waits]")).to_have_count(0)


def shown(tab):
    """Total and grade of each as the page shows them."""
    found = tab.locator(".scoresheet tbody tr").evaluate_all(
        """rows => rows.map(row => [row.dataset.name, row.querySelector(".tot").textContent,
            row.querySelector(".grade")?.textContent ?? ""])"""
    )
    return {name: (total, grade) for name, total, grade in found}


def wanted(learners):
    """A score for each cell: all different sums, some with decimals, some below what must be reached."""
    return {
        (f"Learner {n:02}", code): Decimal((n * 7 + place * 3) % (2 * most + 1)) / 2
        for n in range(1, learners + 1)
        for place, (code, most, _least) in enumerate(PARTS)
    }


def test_sixty_learners_by_five_components_are_entered_by_keys(graded_of, seat_of):
    graded, scores = graded_of(60), wanted(60)
    seat = seat_of()
    tab = opened(seat, graded)
    # On a desk the first missing score has the focus.
    expect(field(tab, "Learner 01", "IN1")).to_be_focused()
    sent = []
    tab.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    begun = clock.monotonic()
    for place, (code, _most, _least) in enumerate(PARTS):
        if place:
            field(tab, "Learner 01", code).focus()
        for n in range(1, 61):
            tab.keyboard.type(f"{scores[f'Learner {n:02}', code].normalize():f}")
            tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    expect_saved(tab)
    assert clock.monotonic() - begun < MOST_SECONDS
    assert graded.stands() == scores
    assert ComponentScore.objects.count() == 300
    assert len(sent) < 300
    # What the page shows is what the server works out, whatever the rounding.
    assert shown(tab) == graded.worked_out()
    expect(tab.locator("[data-done]")).to_have_text("60")
    expect(tab.locator("#results-figures")).to_contain_text("60 of 60 have a result")
    assert seat.complaints == []


def test_a_whole_block_is_pasted_and_confirmed(graded_of, seat_of):
    graded, scores = graded_of(60), wanted(60)
    seat = seat_of()
    tab = opened(seat, graded)
    lines = [
        "\t".join(f"{scores[f'Learner {n:02}', code].normalize():f}" for code, _most, _least in PARTS)
        for n in range(1, 61)
    ]
    begun = clock.monotonic()
    tab.evaluate(PASTE, "\r\n".join(lines) + "\r\n")
    expect(tab.locator("[data-paste=new]")).to_have_count(300)
    assert ComponentScore.objects.count() == 0
    tab.get_by_role("button", name="Save 300 scores").click()
    expect_saved(tab)
    assert clock.monotonic() - begun < MOST_SECONDS_PASTED
    assert graded.stands() == scores
    assert ComponentScore.objects.count() == 300
    assert shown(tab) == graded.worked_out()
    assert seat.complaints == []


def test_a_pasted_block_says_what_it_would_do_before_it_does_it(graded, seat_of):
    graded.fill()
    before = graded.stands()
    tab = opened(seat_of(), graded)
    field(tab, "Learner 01", "LAB").focus()
    # The same, a change, one that is too much, a gap, a new one in the row without any.
    tab.evaluate(PASTE, "16\n15\n21\n\n12\n9")
    notes = tab.locator("#reg-notes")
    expect(notes).to_contain_text("Pasted 6 scores")
    expect(notes).to_contain_text("1 new, 1 changed, 3 the same. Nothing is saved yet.")
    expect(notes).to_contain_text("1 can't be used: 21, over 20.")
    expect(cell(tab, "Learner 02", "LAB").locator("s.old")).to_have_text("13")
    expect(cell(tab, "Learner 06", "LAB").locator(".old")).to_have_text("new")
    tab.keyboard.press("Escape")
    expect(tab.locator("[data-paste]")).to_have_count(0)
    expect(field(tab, "Learner 02", "LAB")).to_have_value("13")
    assert graded.stands() == before
    field(tab, "Learner 01", "LAB").focus()
    tab.evaluate(PASTE, "16\n15\n21\n\n12\n9")
    tab.get_by_role("button", name="Save 2 scores").click()
    expect_saved(tab)
    assert graded.stands() == {**before, ("Learner 02", "LAB"): 15, ("Learner 06", "LAB"): 9}
    # All of it is one step to undo.
    tab.keyboard.press("Control+z")
    expect_saved(tab)
    assert graded.stands() == before


def test_pasted_rows_are_matched_by_student_number(graded, seat_of):
    tab = opened(seat_of(), graded)
    block = "Number\tInternal 1\tInternal 2\n2030-004\t4\t5\n2030-999\t1\t1\nlearner 02\t2\tab"
    tab.evaluate(PASTE, block)
    notes = tab.locator("#reg-notes")
    expect(notes).to_contain_text("Matched by student number or name.")
    expect(notes).to_contain_text("1 row matches no student: 2030-999.")
    expect(cell(tab, "Learner 04", "IN2")).to_have_attribute("data-paste", "new")
    # Either way may be meant.
    tab.get_by_role("button", name="Fill from the selected cell instead").click()
    expect(tab.get_by_role("button", name="Match by student number")).to_be_visible()
    tab.get_by_role("button", name="Match by student number").click()
    tab.get_by_role("button", name="Save 4 scores").click()
    expect_saved(tab)
    assert graded.stands() == {
        ("Learner 04", "IN1"): 4,
        ("Learner 04", "IN2"): 5,
        ("Learner 02", "IN1"): 2,
        ("Learner 02", "IN2"): State.ABSENT,
    }


def test_letters_put_states_and_arrows_move(graded, seat_of):
    tab = opened(seat_of(), graded)
    for key in ("a", "e", "w", "ArrowRight", "ArrowUp"):
        tab.keyboard.press(key)
    expect(field(tab, "Learner 03", "IN2")).to_be_focused()
    tab.keyboard.type("7,5")
    tab.keyboard.press("Enter")
    expect_saved(tab)
    assert graded.stands() == {
        ("Learner 01", "IN1"): State.ABSENT,
        ("Learner 02", "IN1"): State.EXEMPT,
        ("Learner 03", "IN1"): State.WITHHELD,
        ("Learner 03", "IN2"): Decimal("7.5"),
    }
    expect(field(tab, "Learner 01", "IN1")).to_have_value("AB")
    expect(row(tab, "Learner 03").locator(".why")).to_have_text("withheld")
    field(tab, "Learner 01", "IN1").focus()
    tab.keyboard.press("Delete")
    tab.keyboard.press("u")
    expect(field(tab, "Learner 01", "IN2")).to_be_focused()
    tab.keyboard.type("9")
    tab.keyboard.press("Escape")
    expect(field(tab, "Learner 01", "IN2")).to_have_value("")
    expect_saved(tab)
    assert ("Learner 01", "IN1") not in graded.stands()
    assert ("Learner 01", "IN2") not in graded.stands()


def test_a_score_over_the_maximum_stays_says_so_and_is_not_sent(graded, seat_of):
    graded.fill()
    before = graded.stands()
    tab = opened(seat_of(), graded)
    field(tab, "Learner 01", "IN1").focus()
    tab.keyboard.type("16")
    tab.keyboard.press("Enter")
    expect(field(tab, "Learner 01", "IN1")).to_have_value("16")
    expect(field(tab, "Learner 01", "IN1")).to_have_attribute("aria-invalid", "true")
    expect(row(tab, "Learner 01").locator(".why")).to_have_text("over 15")
    tab.keyboard.type("1")
    tab.keyboard.press("Enter")
    expect_saved(tab)
    assert graded.stands() == {**before, ("Learner 02", "IN1"): 1}
    # A score below what must be reached has its arrow, and the row its reason.
    field(tab, "Learner 02", "LAB").focus()
    tab.keyboard.type("7")
    tab.keyboard.press("Enter")
    expect_saved(tab)
    expect(cell(tab, "Learner 02", "LAB").locator(".lowmark")).to_have_count(1)
    expect(row(tab, "Learner 02").locator(".why")).to_have_text("below min")
    expect(row(tab, "Learner 02").locator(".grade")).to_have_text("F")


def test_scores_wait_without_a_connection_and_arrive_once(graded, seat_of):
    seat = seat_of()
    tab = opened(seat, graded)
    tab.context.set_offline(True)
    for text in ("9", "10", "11"):
        tab.keyboard.type(text)
        tab.keyboard.press("Enter")
    expect(tab.locator(".save")).to_contain_text("3 kept")
    expect(tab.locator("#reg-notes")).to_contain_text("Offline. Keep typing. 3 scores are saved on this device")
    expect(tab.locator(".unsent")).to_have_count(3)
    expect(row(tab, "Learner 01").locator(".tot")).to_have_text("…")
    assert graded.stands() == {}
    tab.context.set_offline(False)
    expect_saved(tab)
    scores = {("Learner 01", "IN1"): 9, ("Learner 02", "IN1"): 10, ("Learner 03", "IN1"): 11}
    assert graded.stands() == scores
    assert seat.complaints == []
    # What waits leaves from any page.
    tab.context.set_offline(True)
    tab.keyboard.type("12")
    tab.keyboard.press("Enter")
    expect(tab.locator(".save")).to_contain_text("1 kept")
    tab.context.set_offline(False)
    seat.go("/results/")
    expect(tab.locator("[data-tray]")).to_be_hidden()
    tab.wait_for_function(
        "() => musterStore.marks.of(document.querySelector('[data-tray]').dataset.owner).then(all => !all.length)"
    )
    assert graded.stands() == {**scores, ("Learner 04", "IN1"): 12}


def test_the_newer_of_two_scores_stands_and_is_told(graded, seat_of):
    tab = opened(seat_of(), graded)
    tab.context.set_offline(True)
    tab.keyboard.type("9")
    tab.keyboard.press("Enter")
    expect(tab.locator(".save")).to_contain_text("1 kept")
    graded.save((0, "IN1", 4), (1, "END", 30))
    tab.context.set_offline(False)
    expect_saved(tab)
    expect(field(tab, "Learner 01", "IN1")).to_have_value("4")
    expect(field(tab, "Learner 02", "END")).to_have_value("30")
    expect(tab.locator("#toasts")).to_contain_text("a newer score, 4, was entered elsewhere and was kept")


def test_published_rows_are_read_only_until_they_are_corrected(graded, seat_of):
    graded.fill()
    seat = seat_of()
    tab = opened(seat, graded)
    tab.locator("[data-publish]:visible").click()
    expect(tab.locator("dialog[open]")).to_contain_text("2 students passed.")
    tab.get_by_role("button", name="Publish 4 results").click()
    expect(tab.locator("tr[data-locked]")).to_have_count(4)
    expect(field(tab, "Learner 01", "IN1")).not_to_be_editable()
    expect(field(tab, "Learner 05", "END")).to_be_focused()
    tab.get_by_role("link", name="Correct a score").click()
    tab.locator("[name=student]").select_option("Learner 01")
    tab.locator("[name=reason]").fill("A sum was wrong")
    tab.get_by_role("button", name="Open for correction").click()
    expect(tab.locator("tr[data-locked]")).to_have_count(3)
    field(tab, "Learner 01", "IN1").fill("15")
    tab.keyboard.press("Enter")
    expect_saved(tab)
    expect(tab.locator("[data-publish-text]:visible")).to_have_text("Publish 1 of 6")
    assert seat.complaints == []


def test_what_is_published_elsewhere_closes_here(graded, seat_of):
    graded.fill()
    tab = opened(seat_of(), graded)
    publish_results(by=graded.campus.admin, mapping=graded.mapping)
    field(tab, "Learner 06", "IN1").fill("5")
    tab.keyboard.press("Enter")
    expect(tab.locator("tr[data-locked]")).to_have_count(4)
    expect(field(tab, "Learner 01", "IN1")).not_to_be_editable()
    expect_saved(tab)


def test_a_phone_shows_one_student_at_a_time(graded, seat_of):
    graded.fill()
    seat = seat_of(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    tab = opened(seat, graded)
    visible = tab.locator(".scoresheet tbody tr:visible")
    expect(visible).to_have_count(1)
    # The first whose score is missing.
    expect(visible).to_contain_text("Learner 05")
    box = field(tab, "Learner 05", "END").bounding_box()
    assert box is not None
    assert box["height"] >= 48
    tab.locator("[data-put=EX]").tap()
    expect(field(tab, "Learner 05", "END")).to_have_value("EX")
    tab.locator("[data-step='1']").tap()
    expect(visible).to_contain_text("Learner 06")
    field(tab, "Learner 06", "IN1").fill("8")
    tab.locator("[data-step='-1']").tap()
    expect_saved(tab)
    assert graded.stands()["Learner 05", "END"] == State.EXEMPT
    assert graded.stands()["Learner 06", "IN1"] == 8
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert seat.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_sheet_is_accessible_in_every_state(graded, seat_of, theme, width):
    graded.fill()
    publish_results(by=graded.campus.admin, mapping=graded.mapping)
    seat = seat_of(color_scheme=theme, viewport={"width": width, "height": 800})
    tab = opened(seat, graded)
    tab.locator("tr:not([data-locked]):visible td[data-k=IN2] input").first.focus()
    tab.keyboard.type("99")
    tab.keyboard.press("Tab")
    expect(tab.locator("[aria-invalid=true]")).to_have_count(1)
    assert seat.violations() == []
    tab.evaluate(PASTE, "3\t1\n99\t2")
    expect(tab.locator(".pastebar")).to_be_visible()
    assert seat.violations() == []


def test_without_scripts_the_sheet_is_a_plain_form(graded, seat_of):
    seat = seat_of(java_script_enabled=False)
    tab = opened(seat, graded)
    field(tab, "Learner 01", "IN1").fill("9,5")
    field(tab, "Learner 02", "IN1").fill("ab")
    tab.get_by_role("button", name=re.compile("^Save$")).click()
    expect(tab.get_by_text("2 scores saved.")).to_be_visible()
    assert graded.stands() == {("Learner 01", "IN1"): Decimal("9.5"), ("Learner 02", "IN1"): State.ABSENT}
