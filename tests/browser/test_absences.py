"""A student on a phone: announces an absence with a photo of the doctor's note, and sees that it arrived."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from muster.attendance.models import AbsenceNotice
from muster.timetable.models import ClassSession
from tests.files import PDF, PLACE, photo
from tests.make import PASSWORD, Campus

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def test_an_absence_is_announced_from_a_phone_and_a_file_added(campus: Campus, seat_of: Any) -> None:
    today = timezone.localdate()
    batch = campus.batch(name="Welding", start_date=today - timedelta(days=9), end_date=today + timedelta(days=30))
    student = campus.enroll(batch).student
    student.set_password(PASSWORD)
    student.save()
    ClassSession.objects.create(institution=campus.institution, meeting_id=batch.pk, date=today, is_edited=True)
    seat = seat_of(**PHONE)
    seat.sign_in(student.email)
    seat.go("/attendance/mine/")
    assert seat.violations() == []
    tab = seat.tab
    tab.get_by_role("link", name="Report an absence").tap()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Flu")
    # The camera of a phone gives the file to its own field.
    dialog.locator("[name=photo]").set_input_files({"name": "IMG_1.JPG", "mimeType": "image/jpeg", "buffer": photo()})
    assert seat.violations() == []
    dialog.get_by_role("button", name="Report absence").tap()
    tab.wait_for_url("**/absences/*/")
    notice = AbsenceNotice.objects.get()
    assert (notice.student, notice.reason, notice.first_date) == (student, "Flu", today)
    assert tab.get_by_text("IMG_1.jpg").count() == 1
    tab.get_by_role("link", name="Add evidence").tap()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("button", name="Send").tap()
    # What is refused stays open with its reason.
    dialog.get_by_text("Choose a file.").first.wait_for()
    dialog.locator("[name=file]").set_input_files({"name": "letter.pdf", "mimeType": "application/pdf", "buffer": PDF})
    dialog.get_by_role("button", name="Send").tap()
    tab.get_by_role("link", name="letter.pdf").wait_for()
    assert sorted(notice.evidence.values_list("file_name", flat=True)) == ["IMG_1.jpg", "letter.pdf"]
    assert seat.violations() == []
    with tab.expect_download() as download:
        tab.get_by_role("link", name="IMG_1.jpg").tap()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xff\xd8")
    assert PLACE not in content
    assert notice.evidence.get(file_name="IMG_1.jpg").looks.count() == 1
    assert seat.complaints == []
