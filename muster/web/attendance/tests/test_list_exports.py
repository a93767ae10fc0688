"""Every list of attendance comes as CSV and as a workbook, to those who see it."""

import csv
import io
from datetime import date

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from muster.attendance.tests.test_register_files import Class, mark
from muster.batches.models import Batch
from tests.make import Campus

pytestmark = pytest.mark.django_db

LISTS = {
    "/institution/attendance/cohorts": "attendance",
    "/institution/attendance/cohorts/{batch}": "registers-",
    "/institution/attendance?date=2019-01-09": "daily-records",
    "/institution/attendance/not-taken": "registers-not-taken",
    "/absences/": "absences",
}


@pytest.fixture
def room():
    room = Class(Campus.found())
    # What the names of files and worksheets mean something else by.
    Batch.objects.filter(pk=room.batch.pk).update(code="=P/Y:[7]*?")
    mark(room.sessions[0], room.enrollments[0], "PRESENT")
    mark(None, room.enrollments[1], "ABSENT", on=date(2019, 1, 9))
    return room


def address(path, room, kind):
    path = path.format(batch=room.batch.pk)
    return f"{path}{'&' if '?' in path else '?'}export={kind}"


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_exported(room, path):
    client = Client()
    client.force_login(room.campus.admin.user)
    plain = client.get(address(path, room, "csv"))
    assert plain.status_code == 200
    assert LISTS[path] in plain.headers["Content-Disposition"]
    told = list(csv.reader(io.StringIO(b"".join(plain.streaming_content).decode("utf-8-sig"))))
    assert told[0]
    assert all(not cell.startswith("=") for line in told for cell in line)
    book = client.get(address(path, room, "xlsx"))
    assert book.status_code == 200
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(book.streaming_content))).get_sheet_by_index(0)
    assert sheet.to_python()[0] == told[0]
    assert len(sheet.to_python()) == len(told)


@pytest.mark.parametrize("path", LISTS)
def test_a_student_exports_nothing_of_others(room, path):
    client = Client()
    client.force_login(room.enrollments[2].student)
    reply = client.get(address(path, room, "csv"))
    if reply.status_code == 200:
        text = b"".join(reply.streaming_content).decode() if reply.streaming else reply.content.decode()
        assert "Anna Dube" not in text
        assert "Bongani Zulu" not in text
    else:
        assert reply.status_code in (403, 404)
