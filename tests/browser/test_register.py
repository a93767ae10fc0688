"""The register by hand: a whole class by keyboard and by touch, undone, searched, shared between two people."""

import re
import time as clock
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import expect

from muster.attendance.models import AttendanceRecord, Evidence, MarkEntry
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, lock_register, mark_learners, unlock_register
from muster.timetable.models import ClassSession
from muster.web.attendance.offline import FRAME, REGISTER
from tests.files import png
from tests.make import PASSWORD

pytestmark = pytest.mark.browser

MOST_SECONDS = 15


class School:
    """An instructor, a class, and a session of it that goes on now."""

    def __init__(self, campus, learners):
        self.campus = campus
        today = campus.at_noon().admin.today()
        self.naledi = campus.instructor("Naledi Mokoena")
        self.give_password(self.naledi)
        self.batch = campus.batch(
            name="Data analytics, mornings",
            code="DA-AUG",
            lead=self.naledi,
            capacity=60,
            start_date=today - timedelta(days=7),
            end_date=today + timedelta(days=30),
        )
        self.enrollments = [
            campus.enroll(self.batch, campus.student(f"Learner {n:02}")) for n in range(1, learners + 1)
        ]
        self.session = ClassSession.objects.create(
            institution=campus.institution,
            meeting_id=self.batch.pk,
            date=today,
            start_time=time(0, 0),
            end_time=time(23, 59),
            title="Cleaning messy data",
            is_edited=True,
        )
        self.path = f"/institution/attendance/sessions/{self.session.pk}"

    @staticmethod
    def give_password(user):
        user.set_password(PASSWORD)
        user.save()

    def marks(self):
        """Names and marks, as they stand."""
        rows = AttendanceRecord.objects.filter(session=self.session, status__isnull=False)
        return {row.enrollment.student.full_name: row.status for row in rows.select_related("enrollment__student")}

    def lines(self):
        """How many marks the log has."""
        return MarkEntry.objects.filter(session_id=self.session.pk).count()

    def mark(self, user, place, status, **rest):
        """Somebody marks one learner, from elsewhere."""
        actor = self.campus.actor(user)
        session = sessions_in_full(actor).get(pk=self.session.pk)
        plan = MarkInput(self.enrollments[place].pk, status, **rest)
        return mark_learners(by=actor, session=session, marks=[plan])

    def lock(self):
        actor = self.campus.admin
        lock_register(by=actor, session=sessions_in_full(actor).get(pk=self.session.pk))

    def unlock(self):
        actor = self.campus.admin
        session = sessions_in_full(actor).get(pk=self.session.pk)
        unlock_register(by=actor, session=session, reason="Marks came late")


@pytest.fixture
def school_of(campus):
    return lambda learners: School(campus, learners)


@pytest.fixture
def school(school_of):
    return school_of(6)


def row(tab, name):
    return tab.locator(".learner", has_text=name)


def mark_of(tab, name):
    """The mark that the page shows of this learner."""
    checked = row(tab, name).locator(".mk input:checked")
    return checked.get_attribute("value") if checked.count() else None


def opened(seat, school, user=None):
    seat.sign_in((user or school.naledi).email)
    seat.go(school.path)
    return seat.tab


def expect_saved(tab):
    # What did not arrive at once is sent again after growing pauses.
    expect(tab.locator(".save")).to_have_attribute("data-s", "saved", timeout=30_000)
    expect(tab.locator(".unsent")).to_have_count(0)


def test_forty_learners_are_marked_by_keyboard(school_of, seat_of):
    school = school_of(40)
    seat = seat_of()
    tab = opened(seat, school)
    # On a desk the first learner without a mark has the focus.
    expect(row(tab, "Learner 01").locator("input").nth(1)).to_be_focused()
    sent = []
    tab.on("request", lambda request: sent.append(request.url) if request.method == "PATCH" else None)
    keys = "PPPPAPPPPLPPPPEPPPPP" * 2
    begun = clock.monotonic()
    for key in keys:
        tab.keyboard.press(key)
    expect_saved(tab)
    assert clock.monotonic() - begun < MOST_SECONDS
    words = {"P": "PRESENT", "A": "ABSENT", "L": "LATE", "E": "EXCUSED"}
    assert school.marks() == {f"Learner {n:02}": words[key] for n, key in enumerate(keys, 1)}
    assert school.lines() == 40
    assert len(sent) < 40
    expect(tab.locator("[data-total=P]")).to_have_text("34")
    expect(tab.locator("[data-total='']")).to_have_text("0")
    # The job has moved on: the solid button is the lock now.
    expect(tab.locator("[data-lock]")).to_have_class(re.compile("btn-primary"))
    assert seat.complaints == []


def test_forty_learners_are_marked_by_touch_on_a_phone(school_of, seat_of):
    school = school_of(40)
    seat = seat_of(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    tab = opened(seat, school)
    begun = clock.monotonic()
    tab.locator("[data-all]").tap()
    for n in (3, 9, 17, 22, 31):
        row(tab, f"Learner {n:02}").locator('.mk[data-m="A"]').tap()
    for n in (5, 28):
        row(tab, f"Learner {n:02}").locator('.mk[data-m="L"]').tap()
    expect_saved(tab)
    assert clock.monotonic() - begun < MOST_SECONDS
    marks = school.marks()
    assert len(marks) == 40
    assert [name for name, status in marks.items() if status == "ABSENT"] == [
        f"Learner {n:02}" for n in (3, 9, 17, 22, 31)
    ]
    # Each tap is a mark, and each mark one line: those that were over before they left are none.
    assert 40 <= school.lines() <= 47
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    assert seat.violations() == []
    assert seat.complaints == []


def test_each_of_forty_learners_is_tapped_once(school_of, seat_of):
    school = school_of(40)
    seat = seat_of(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    tab = opened(seat, school)
    targets = tab.locator('.mk[data-m="P"]')
    box = targets.first.bounding_box()
    assert (box["width"], box["height"]) == (44, 44)
    begun = clock.monotonic()
    for n in range(40):
        targets.nth(n).tap()
    expect_saved(tab)
    assert clock.monotonic() - begun < MOST_SECONDS
    assert set(school.marks().values()) == {"PRESENT"}
    assert school.lines() == 40
    assert seat.complaints == []


def test_the_register_is_worked_with_the_keyboard_alone(school, seat_of):
    seat = seat_of()
    tab = opened(seat, school)
    press = tab.keyboard.press
    press("l")
    press("m")
    late = row(tab, "Learner 01").locator(".mins")
    expect(late).to_be_focused()
    tab.keyboard.type("12")
    press("Enter")
    press("4")
    expect(row(tab, "Learner 04").locator("input[value=PRESENT]")).to_be_focused()
    press("ArrowRight")
    assert mark_of(tab, "Learner 04") == "ABSENT"
    press("k")
    press("e")
    press("u")
    expect(row(tab, "Learner 05").locator("input[value=PRESENT]")).to_be_focused()
    press("n")
    note = tab.get_by_role("dialog").get_by_label("Note")
    expect(note).to_be_focused()
    tab.keyboard.type("Clinic until noon")
    press("Enter")
    expect(tab.get_by_role("dialog")).to_contain_text("Choose a mark first")
    tab.get_by_role("dialog").get_by_label("Excused").check()
    # Whoever leaves the sheet in a hurry loses no note.
    press("Escape")
    expect(row(tab, "Learner 05")).to_contain_text("Clinic until noon")
    press("Delete")
    assert mark_of(tab, "Learner 05") is None
    press("Control+z")
    expect(row(tab, "Learner 05")).to_contain_text("Clinic until noon")
    press("Shift+P")
    assert mark_of(tab, "Learner 02") == mark_of(tab, "Learner 06") == "PRESENT"
    # A mark-all is one step.
    press("Control+z")
    assert mark_of(tab, "Learner 02") is None
    expect_saved(tab)
    marks = {place: school.marks().get(f"Learner {place:02}") for place in range(1, 7)}
    assert marks == {1: "LATE", 2: None, 3: "EXCUSED", 4: "ABSENT", 5: "EXCUSED", 6: None}
    record = AttendanceRecord.objects.get(enrollment=school.enrollments[0])
    assert record.minutes_late == 12
    assert AttendanceRecord.objects.get(enrollment=school.enrollments[4]).notes == "Clinic until noon"
    expect(tab.locator("#reg-said")).to_have_text("Undone for 2 students.")
    assert seat.complaints == []


def test_search_filter_and_order_find_a_learner(school, seat_of):
    seat = seat_of()
    tab = opened(seat, school)
    tab.keyboard.press("p")
    shown = tab.locator(".learner:not([hidden])")
    tab.get_by_label("Find a student").fill("lear 05")
    expect(shown).to_have_count(1)
    tab.get_by_role("button", name="Show all").click()
    expect(shown).to_have_count(6)
    tab.locator('[data-filter=""]').click()
    expect(shown).to_have_count(5)
    # A row that is marked while the filter holds does not jump away.
    shown.first.locator('.mk[data-m="A"] input').check()
    expect(shown).to_have_count(5)
    tab.locator('[data-filter=""]').click()
    tab.get_by_label("Order", exact=True).select_option("unmarked")
    expect(shown.first).to_contain_text("Learner 03")
    expect_saved(tab)
    assert seat.violations() == []


def test_the_newer_of_two_marks_stands_on_both_pages(school, seat_of):
    here = seat_of()
    tab = opened(here, school)
    here.tab.context.set_offline(True)
    tab.keyboard.press("p")
    expect(tab.locator(".save")).to_contain_text("1 kept")
    # Meanwhile the administrator marks the same learner, later.
    school.mark(school.campus.admin.user, 0, "ABSENT")
    here.tab.context.set_offline(False)
    expect_saved(tab)
    expect(row(tab, "Learner 01")).to_contain_text("marked Absent later")
    assert mark_of(tab, "Learner 01") == "ABSENT"
    assert school.marks() == {"Learner 01": "ABSENT"}
    assert sorted(MarkEntry.objects.values_list("status", "stood")) == [("ABSENT", True), ("PRESENT", False)]


def test_the_rest_gives_way_to_what_a_colleague_marked(school, seat_of):
    seat = seat_of()
    tab = opened(seat, school)
    school.mark(school.campus.admin.user, 2, "ABSENT")
    tab.keyboard.press("Shift+P")
    expect_saved(tab)
    assert mark_of(tab, "Learner 03") == "ABSENT"
    assert sorted(school.marks().values()) == ["ABSENT", *["PRESENT"] * 5]
    # Undoing takes back what this page marked, and nothing else.
    tab.keyboard.press("Control+z")
    expect(tab.locator("[data-total='']")).to_have_text("5")
    expect_saved(tab)
    assert school.marks() == {"Learner 03": "ABSENT"}


def test_what_others_do_is_seen_without_loading_the_page(school, seat_of):
    seat = seat_of()
    tab = opened(seat, school)
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    school.mark(school.campus.admin.user, 1, "ABSENT", notes="Called in")
    tab.evaluate(look)
    expect(row(tab, "Learner 02")).to_contain_text("Called in")
    assert mark_of(tab, "Learner 02") == "ABSENT"
    expect(tab.locator("[data-total=A]")).to_have_text("1")
    school.campus.enroll(school.batch, school.campus.student("Learner 99"))
    tab.evaluate(look)
    expect(tab.locator("#reg-notes")).to_contain_text("1 student has joined this batch")
    school.lock()
    tab.evaluate(look)
    expect(tab.locator("#reg-notes")).to_contain_text("Locked by")
    expect(tab.locator(".learner .mk")).to_have_count(0)
    assert seat.complaints == []


def test_locking_is_said_in_numbers_and_unlocking_needs_a_reason(school, seat_of):
    seat = seat_of()
    tab = opened(seat, school)
    tab.keyboard.press("Shift+P")
    expect_saved(tab)
    tab.locator("[data-lock]").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_contain_text("6 marks can no longer be changed.")
    assert seat.violations() == []
    dialog.get_by_role("button", name="Lock register").click()
    expect(tab.locator("#reg-notes")).to_contain_text("Locked by Naledi Mokoena")
    expect(tab.locator(".mk")).to_have_count(4)  # those of the sheet, which says what was noted
    expect(row(tab, "Learner 01")).to_contain_text("Present")
    assert seat.violations() == []
    admin = seat_of()
    admin.sign_in(school.campus.admin.user.email)
    admin.go(school.path)
    admin.tab.get_by_role("link", name="Unlock").click()
    admin.tab.get_by_role("dialog").get_by_role("button", name="Unlock register").click()
    expect(admin.tab.get_by_role("dialog")).to_contain_text("required")
    admin.tab.get_by_label("What needs correcting?").fill("Wrong class")
    admin.tab.get_by_role("dialog").get_by_role("button", name="Unlock register").click()
    expect(admin.tab.locator('.learner .mk[data-m="P"]')).to_have_count(6)


def test_evidence_is_sent_from_the_sheet(school, seat_of, tmp_path):
    note = tmp_path / "clinic-note.png"
    note.write_bytes(png())
    seat = seat_of()
    tab = opened(seat, school)
    for name, status in (("Learner 01", "Excused"), ("Learner 02", None)):
        row(tab, name).locator(".who").click()
        dialog = tab.get_by_role("dialog")
        if status:
            dialog.get_by_label(status).check()
        dialog.locator("input[type=file]").set_input_files(note)
        expect(dialog).to_contain_text("clinic-note.png")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_be_hidden()
        expect(row(tab, name).get_by_role("link", name="clinic-note.png")).to_be_visible()
    # Where there is no mark yet, the file hangs on an absence, and the register proposes what follows from it.
    seat.go(school.path)
    expect(row(tab, "Learner 02")).to_contain_text("Absence reported")
    row(tab, "Learner 02").get_by_role("button", name="Mark excused").click()
    expect_saved(tab)
    assert school.marks() == {"Learner 01": "EXCUSED", "Learner 02": "EXCUSED"}
    # What is no picture and no PDF is refused in the sheet, and the mark stands.
    note.write_bytes(b"MZ not a picture")
    row(tab, "Learner 03").locator(".who").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("Absent").check()
    dialog.locator("input[type=file]").set_input_files(note)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("[data-wrong]")).to_be_visible()
    assert school.marks()["Learner 03"] == "ABSENT"
    assert Evidence.objects.count() == 2


def test_the_register_works_without_scripts(school, seat_of):
    seat = seat_of(java_script_enabled=False)
    tab = opened(seat, school)
    row(tab, "Learner 02").locator("input[value=ABSENT]").check(force=True)
    row(tab, "Learner 03").locator("input[value=LATE]").check(force=True)
    row(tab, "Learner 03").locator(".mins").fill("7")
    row(tab, "Learner 02").get_by_label("Note").fill("Called in")
    tab.get_by_role("button", name="Save").click()
    assert school.marks() == {"Learner 02": "ABSENT", "Learner 03": "LATE"}
    # A colleague's mark made since is not touched by what the form showed before.
    school.mark(school.campus.admin.user, 3, "EXCUSED")
    tab.get_by_role("button", name="Mark remaining").click()
    assert school.marks() == {
        "Learner 01": "PRESENT",
        "Learner 02": "ABSENT",
        "Learner 03": "LATE",
        "Learner 04": "EXCUSED",
        "Learner 05": "PRESENT",
        "Learner 06": "PRESENT",
    }
    row(tab, "Learner 01").locator('.mk input[value=""]').check(force=True)
    tab.get_by_role("button", name="Save").click()
    assert "Learner 01" not in school.marks()
    record = AttendanceRecord.objects.get(enrollment=school.enrollments[1])
    assert (record.notes, record.marked_by) == ("Called in", school.naledi)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_register_is_clean_in_both_themes(school, seat_of, theme, width):
    seat = seat_of(viewport={"width": width, "height": 800}, color_scheme=theme)
    tab = opened(seat, school)
    for key in "PALE":
        tab.keyboard.press(key)
    row(tab, "Learner 06").locator(".who").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    assert seat.violations() == []
    tab.keyboard.press("Escape")
    expect_saved(tab)
    assert seat.violations() == []
    tab.context.set_offline(True)
    # The note that says so moves the rows.
    expect(tab.locator(".save")).to_have_attribute("data-s", "offline")
    tab.locator(".learner").last.locator('.mk[data-m="A"] input').check()
    expect(tab.locator(".save")).to_contain_text("1")
    tab.evaluate("document.activeElement.blur()")
    assert seat.violations() == []


@pytest.mark.django_db
def test_everything_the_kept_pages_load_is_kept_with_them(school):
    client = Client()
    client.force_login(school.naledi)
    needed = set()
    for path in (school.path, "/institution/attendance/offline/"):
        page = client.get(path).content.decode()
        needed |= set(re.findall(r'(?:src|href)="/static/([^"#]+)', page))
    seen: set[str] = set()
    while needed - seen:
        name = (needed - seen).pop()
        seen.add(name)
        if name.startswith("js/"):
            text = Path(finders.find(name)).read_text()
            folder = name.rpartition("/")[0]
            needed |= {f"{folder}/{other}" for other in re.findall(r'(?:from|import) "\./([^"]+)"', text)}
    assert seen - {*FRAME, *REGISTER} == set()
