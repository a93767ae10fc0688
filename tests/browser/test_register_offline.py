"""Registers without a connection: marked, closed, opened again, sent once; and what is refused is kept."""

import re

import pytest
from playwright.sync_api import expect

from muster.attendance.models import MarkEntry
from tests.browser.conftest import PATIENCE
from tests.browser.test_register import School, expect_saved, mark_of, row
from tests.make import PASSWORD
from tests.platform.serving import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def school(campus):
    return School(campus, 8)


def kept(seat, school):
    """The worker is at work and has kept the register, and where one lands without a connection."""
    script = """async (paths) => {
        await navigator.serviceWorker.ready;
        for (const name of await caches.keys()) {
            if (!name.startsWith("muster-pages-")) continue;
            const cache = await caches.open(name);
            const found = await Promise.all(paths.map((path) => cache.match(path)));
            if (found.every(Boolean)) return true;
        }
        return false;
    }"""
    until(seat, script, True, [school.path, "/institution/attendance/offline/"])


def until(seat, script, wanted, argument=None):
    """What the page answers comes to be this."""
    for _ in range(PATIENCE // 100):
        if seat.tab.evaluate(script, argument) == wanted:
            return
        seat.tab.wait_for_timeout(100)
    assert seat.tab.evaluate(script, argument) == wanted


def cut(line, tab):
    """Out of reach: for the page, for its worker, and as the browser tells it."""
    line.cut()
    tab.context.set_offline(True)


def mend(line, tab):
    line.mend()
    tab.context.set_offline(False)


def queue_of(tab):
    return tab.evaluate(
        "musterStore.marks.of(JSON.parse(document.querySelector('#register-config').textContent).owner)"
    )


def test_marks_made_offline_arrive_once_after_the_browser_was_closed(school, browser_of, line):
    with browser_of() as seat:
        seat.sign_in(school.naledi.email)
        seat.go(school.path)
        tab = seat.tab
        tab.keyboard.press("p")
        expect_saved(tab)
        kept(seat, school)
        cut(line, tab)
        for key in "ale":
            tab.keyboard.press(key)
        tab.keyboard.press("Shift+P")
        expect(tab.locator(".save")).to_contain_text("7 kept")
        expect(tab.locator("#reg-notes")).to_contain_text("Offline. Keep marking. 7 marks are saved on this device")
        expect(tab.locator("[data-tray] .count")).to_have_text("7")
        assert school.lines() == 1
    with browser_of() as seat:
        # The browser believes in a connection, and nobody answers.
        tab = seat.tab
        seat.go(school.path)
        expect(tab.locator(".unsent")).to_have_count(7)
        shown = {f"Learner {n:02}": mark_of(tab, f"Learner {n:02}") for n in range(1, 9)}
        assert shown == {
            # Saved after the page was kept: the browser knows it all the same.
            "Learner 01": "PRESENT",
            "Learner 02": "ABSENT",
            "Learner 03": "LATE",
            "Learner 04": "EXCUSED",
            **{f"Learner {n:02}": "PRESENT" for n in range(5, 9)},
        }
        # A mark that is made over before it left is one mark.
        row(tab, "Learner 08").locator("input[value=ABSENT]").check()
        shown["Learner 08"] = "ABSENT"
        expect(tab.locator(".save")).to_contain_text("7 kept")
        # Pages that are not kept lead to what is.
        seat.go("/batches/")
        expect(tab.get_by_role("heading", level=1)).to_have_text("Saved on this device")
        expect(tab.locator("#kept-marks")).to_contain_text("Learner 08")
        tab.locator("#kept-pages a").first.click()
        expect(tab.locator(".unsent")).to_have_count(7)
        mend(line, tab)
        expect_saved(tab)
        assert school.marks() == shown
        assert school.lines() == 8
        assert queue_of(tab) == []
        seat.go(school.path)
        assert {name: mark_of(tab, name) for name in shown} == shown


def test_what_waited_is_sent_from_any_page_after_opening_again(school, browser_of, line):
    with browser_of() as seat:
        seat.sign_in(school.naledi.email)
        seat.go(school.path)
        kept(seat, school)
        cut(line, seat.tab)
        seat.tab.keyboard.press("Shift+P")
        expect(seat.tab.locator(".save")).to_contain_text("8 kept")
    line.mend()
    with browser_of() as seat:
        seat.go("/batches/")
        # The tray is hidden before the page has looked, too.
        eventually(lambda: school.lines() == 8)
        expect(seat.tab.locator("[data-tray]")).to_be_hidden()
        assert set(school.marks().values()) == {"PRESENT"}


def test_an_answer_that_is_lost_does_not_mark_twice(school, seat_of):
    seat = seat_of(service_workers="block")
    seat.sign_in(school.naledi.email)
    seat.go(school.path)
    tab = seat.tab
    lost = []

    def lose(route):
        # The server takes the marks, and the connection breaks before it can say so.
        route.fetch()
        lost.append(1)
        route.abort()

    tab.route("**/records", lose, times=2)
    for key in "pal":
        tab.keyboard.press(key)
    expect_saved(tab)
    assert lost == [1, 1]
    assert school.lines() == 3
    assert school.marks() == {"Learner 01": "PRESENT", "Learner 02": "ABSENT", "Learner 03": "LATE"}


def test_a_register_locked_meanwhile_refuses_and_keeps_what_was_typed(school, browser_of, line):
    with browser_of() as seat:
        seat.sign_in(school.naledi.email)
        seat.go(school.path)
        tab = seat.tab
        kept(seat, school)
        cut(line, tab)
        for key in "pa":
            tab.keyboard.press(key)
        expect(tab.locator(".save")).to_contain_text("2 kept")
        school.lock()
        mend(line, tab)
        notes = tab.locator("#reg-notes")
        expect(notes).to_contain_text("2 marks were refused. Register is locked")
        expect(notes).to_contain_text("Learner 02 Absent")
        expect(tab.locator(".save")).to_contain_text("2 refused")
        assert school.marks() == {}
        assert seat.violations() == []
        # They outlive the page, and can be taken along.
        seat.go(school.path)
        expect(notes).to_contain_text("Locked by")
        expect(notes).to_contain_text("2 marks were refused")
        with tab.expect_download() as download:
            tab.get_by_role("button", name="Download").click()
        text = download.value.path().read_text("utf-8-sig")
        assert re.search(r'"Learner 02","Absent","","","20', text)
        expect(tab.locator("[data-tray] .count")).to_have_text("2")
        tab.locator("[data-tray]").click()
        expect(tab.locator("#kept-marks")).to_contain_text("Register is locked")
        assert seat.violations() == []
        # Unlocked, they can be sent once more.
        school.unlock()
        tab.get_by_role("button", name="Send again").click()
        expect(tab.locator("#kept-marks section")).to_have_count(0)
        assert school.marks() == {"Learner 01": "PRESENT", "Learner 02": "ABSENT"}
        assert school.lines() == 2


def test_a_shared_browser_never_mixes_people(school, browser_of, line):
    other = school.campus.instructor("Sipho Dube")
    school.give_password(other)
    with browser_of() as seat:
        seat.sign_in(school.naledi.email)
        seat.go(school.path)
        tab = seat.tab
        kept(seat, school)
        cut(line, tab)
        tab.keyboard.press("p")
        expect(tab.locator(".save")).to_contain_text("1 kept")
        # Her session ends, as by a password change, and a colleague signs in at the same browser.
        tab.context.clear_cookies()
        mend(line, tab)
        expect(tab.locator("#reg-notes")).to_contain_text("You're signed out")
        seat.sign_in(other.email)
        seat.go("/institution/attendance/offline/")
        expect(tab.get_by_text("Someone else's marks are also waiting on this device")).to_be_visible()
        expect(tab.locator("#kept-marks section")).to_have_count(0)
        assert MarkEntry.objects.count() == 0
        cut(line, tab)
        seat.go(school.path)
        expect(tab.get_by_role("heading", level=1)).to_have_text("Saved on this device")
        expect(tab.locator("body")).not_to_contain_text("Learner 01")
        mend(line, tab)
        # When she is back, her mark goes out in her name.
        tab.context.clear_cookies()
        seat.sign_in(school.naledi.email)
        seat.go("/batches/")
        eventually(MarkEntry.objects.exists)
        expect(tab.locator("[data-tray]")).to_be_hidden()
        assert list(MarkEntry.objects.values_list("marked_by", "status")) == [(school.naledi.pk, "PRESENT")]


def test_signing_out_warns_of_marks_and_leaves_nothing_behind(school, browser_of, line):
    with browser_of() as seat:
        seat.sign_in(school.naledi.email)
        seat.go(school.path)
        tab = seat.tab
        kept(seat, school)
        # The server answers pages and takes no marks for now, neither from the page nor from its worker.
        line.refusing = b"/records HTTP/"
        tab.keyboard.press("p")
        expect(tab.locator(".save")).to_contain_text("1 kept")
        menu = tab.get_by_role("button", name="Account menu")
        menu.click()
        tab.get_by_role("button", name="Sign out").click()
        dialog = tab.get_by_role("dialog")
        expect(dialog).to_contain_text("haven't been sent: 1")
        assert seat.violations() == []
        dialog.get_by_role("button", name="Stay").click()
        menu.click()
        tab.get_by_role("button", name="Sign out").click()
        dialog.get_by_role("button", name="Sign out and discard marks").click()
        tab.wait_for_url("**/accounts/login/**")
        left = """async () => {
            const open = indexedDB.open("muster-registers");
            const database = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
            const count = (store) => new Promise((resolve) => {
                const asked = database.transaction(store).objectStore(store).count();
                asked.onsuccess = () => resolve(asked.result);
            });
            const pages = (await caches.keys()).filter((name) => name.startsWith("muster-pages-"));
            return [await count("marks"), await count("known"), pages.length];
        }"""
        assert tab.evaluate(left) == [0, 0, 0]


def test_a_register_is_kept_from_its_first_opening_on(school, browser_of, line):
    with browser_of() as seat:
        # The first page of this browser is a register, and one of somebody who teaches nothing today.
        seat.go(f"/accounts/login/?next={school.path}")
        seat.tab.locator("[name=login]").fill(school.campus.admin.user.email)
        seat.tab.locator("[name=password]").fill(PASSWORD)
        seat.tab.locator("main [type=submit]").first.click()
        seat.tab.wait_for_url(f"**{school.path}")
        kept(seat, school)
        cut(line, seat.tab)
        seat.go(school.path)
        expect(seat.tab.locator(".learner")).to_have_count(8)


def test_an_upgrade_replaces_what_was_kept(school, browser_of, line, monkeypatch):
    with browser_of() as seat:
        seat.sign_in(school.naledi.email)
        seat.go(school.path)
        kept(seat, school)
        before = seat.tab.evaluate("caches.keys()")
        monkeypatch.setattr("muster.web.attendance.offline.static_build", lambda: "another")
        seat.tab.evaluate("navigator.serviceWorker.ready.then((one) => one.update())")
        names = """async () => (await caches.keys()).map((name) => name.replace(/-[0-9a-f.-]{70,}$/, "")).sort()"""
        until(seat, names, ["muster-pages-another", "muster-shell-another"])
        assert seat.tab.evaluate("caches.keys()") != before
        # The page that was kept came along, in its new form.
        cut(line, seat.tab)
        seat.go(school.path)
        expect(seat.tab.locator(".learner")).to_have_count(8)


@pytest.mark.django_db
def test_the_worker_is_for_everybody_and_keeps_no_names(client, school):
    answer = client.get("/register-worker.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert client.get("/institution/attendance/offline/me/").json() == {"owner": ""}
    assert client.login(email=school.naledi.email, password=PASSWORD)
    me = client.get("/institution/attendance/offline/me/").json()
    assert me["owner"] == f"{school.naledi.pk}.{school.campus.institution.pk}"
    assert me["registers"] == [school.path]
    assert "Muster-Keep" not in client.get("/batches/").headers
    assert client.get(school.path)["Muster-Keep"] == me["owner"]
