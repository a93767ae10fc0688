"""Students at risk on the pages: the list, a flag, the home pages, and what students see of it."""

import pytest

from muster.enrollments.rules import cancel_enrollment
from muster.risk.models import RiskFlag
from muster.risk.rules import assign_owner, record_intervention
from muster.risk.tests.make import RiskClass
from tests.make import Campus
from tests.pages import Browser, words_of
from tests.test_counted_links import counted

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return RiskClass()


def shown(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200
    return [row.enrollment.student.full_name for row in answer.context["listing"].table.data.data]


def test_the_list_says_who_why_and_whose_task_and_is_narrowed(room):
    flag = room.flagged("AAA")
    other = room.enroll("Ada Byron")
    room.mark("PPAA", other)
    room.keep()
    assign_owner(by=room.campus.admin, flag=flag, owner=room.lead)
    browser = Browser(room.campus)
    page = words_of(browser.get("/risk/"))
    for words in (
        "Sipho Ndaba",
        "Absent 3 times in a row",
        "Naledi Mokoena",
        "No owner",
        "Attendance 50%, 75% required",
    ):
        assert words in page
    assert set(shown(browser, "/risk/")) == {"Sipho Ndaba", "Ada Byron"}
    assert shown(browser, "/risk/?owner=none") == ["Ada Byron"]
    assert shown(browser, "/risk/?reason=missed") == ["Sipho Ndaba"]
    assert shown(browser, f"/risk/?owner={room.lead.pk}&batch={room.batch.pk}") == ["Sipho Ndaba"]
    cancel_enrollment(by=room.campus.admin, enrollment=other)
    assert shown(browser, "/risk/") == ["Sipho Ndaba"]
    assert shown(browser, "/risk/?state=closed") == ["Ada Byron"]
    exported = b"".join(browser.get("/risk/?export=csv")).decode()
    assert "Sipho Ndaba" in exported
    assert "Absent 3 times in a row" in exported


def test_a_flag_tells_the_forecast_the_log_and_the_next_step_and_prints_its_letter(room):
    flag, admin = room.flagged("AAPA"), room.campus.admin
    browser = Browser(room.campus)
    path = f"/risk/{flag.pk}/"
    assert "No one has been in touch yet." in words_of(browser.get(path))
    assert "Write letter" not in words_of(browser.get(path))
    refused = browser.get(f"{path}letter/")
    assert refused.status_code == 302
    sent = browser.post(f"{path}contact/", {"kind": "call", "note": "Works at night", "happened_at": ""})
    assert sent.status_code == 302
    saved = browser.post(f"{path}letter/", {"letter": "Dear Sipho"})
    assert saved.status_code == 302
    page = words_of(browser.get(path))
    for words in ("Attendance 25%, 75% required", "Works at night", "Dear Sipho", "Contact by"):
        assert words in page
    letter = flag.interventions.get(kind="letter")
    pdf = browser.get(f"/risk/letters/{letter.pk}/")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert admin.user.full_name in page


def test_home_and_other_pages_lead_to_the_flag(room):
    flag = room.flagged()
    manager, lead = Browser(room.campus), Browser(room.campus, room.lead)
    assert "1 student at risk has no owner" in words_of(manager.get("/"))
    for browser, path in (
        (manager, "/"),
        (lead, "/"),
        (manager, f"/batches/{room.batch.pk}/students/"),
        (lead, f"/students/{room.seat.student_id}/"),
    ):
        assert f'href="/risk/{flag.pk}/"' in browser.get(path).content.decode(), path
    assert shown_people(manager, "/students/?risk=yes") == ["Sipho Ndaba"]
    assert "Sipho Ndaba" not in shown_people(manager, "/students/?risk=no")


def shown_people(browser, path):
    return [one.full_name for one in browser.get(path).context["listing"].table.data.data]


def test_students_see_what_can_still_be_reached_and_nothing_of_the_flag(room):
    flag = room.flagged()
    student = Browser(room.campus, room.seat.student)
    assert student.get("/risk/").status_code == 403
    assert student.get(f"/risk/{flag.pk}/").status_code == 403
    page = student.get(f"/students/{room.seat.student_id}/").content.decode()
    assert "/risk/" not in page
    assert "At risk" not in page


def test_an_owner_of_another_batch_sees_this_student_and_no_other(room):
    flag = room.flagged()
    other = room.enroll("Ada Byron")
    room.mark("AAA", other)
    room.keep()
    counsellor = room.campus.instructor("Yusuf Adeyemi")
    browser = Browser(room.campus, counsellor)
    assert shown(browser, "/risk/") == []
    assign_owner(by=room.campus.admin, flag=flag, owner=counsellor)
    assert shown(browser, "/risk/") == ["Sipho Ndaba"]
    assert browser.get(f"/risk/{RiskFlag.objects.get(enrollment=other).pk}/").status_code == 404
    elsewhere = Browser(Campus.found("Elsewhere"))
    assert elsewhere.get(f"/risk/{flag.pk}/").status_code == 404


def test_a_branch_manager_sees_the_students_of_the_own_branch(room):
    flag, branch = room.flagged(), room.campus.branch()
    manager = room.campus.person("branch-manager", branch=branch)
    assert shown(Browser(room.campus, manager), "/risk/") == []
    here = RiskClass(room.campus, branch=branch)
    record_intervention(by=room.campus.admin, flag=flag, kind="call", note="x")
    here.flagged()
    assert shown(Browser(room.campus, manager), "/risk/") == ["Sipho Ndaba"]


def test_numbers_open_exactly_their_rows(room):
    room.flagged()
    other = room.enroll("Ada Byron")
    room.mark("AAA", other)
    room.keep()
    batch = f"/batches/{room.batch.pk}/"
    for user, path, url in (
        (None, "/", "/risk/"),
        (room.lead, "/", "/risk/"),
        (room.lead, batch, f"/risk/?batch={room.batch.pk}"),
    ):
        found = counted(Browser(room.campus, user).client, path)
        assert {said for (address, _words), said in found.items() if address == url} == {(2, 2)}, path
