"""What is stored goes through every migration of registers as it is."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from muster.attendance.models import AttendanceRecord, BatchTally
from muster.attendance.proof import PROOFS
from muster.attendance.tests.test_marking import Class
from muster.core.proof import look
from tests.make import House

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = ("attendance", "0001_initial")


def go(*targets):
    """Migrate to these, whether that is back or forth."""
    MigrationExecutor(connection).migrate(list(targets))


def rows():
    """Every record with every column."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(r) FROM attendance_attendancerecord AS r ORDER BY id")
        return [row for (row,) in cursor.fetchall()]


def test_registers_and_daily_records_of_the_first_version_come_through_unchanged():
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes("attendance")
    room = Class(House.found(), 4)
    go(FIRST)
    try:
        room.mark(room.row(0, "ABSENT"), room.row(1, "LATE", minutes_late=9, notes="Bus"), room.row(2, "EXCUSED"))
        for number, status in enumerate(("PRESENT", "ABSENT", "LATE", None)):
            AttendanceRecord.objects.create(
                institution=room.batch.institution,
                enrollment=room.enrollments[number],
                record_date="2024-03-04",
                status=status,
                marked_at=timezone.now(),
            )
        before = rows()
        assert len(before) == 8
    finally:
        go(*latest)
    assert rows() == before
    tally = BatchTally.objects.get()
    assert (tally.present, tally.absent, tally.late, tally.excused) == (1, 1, 1, 1)
    assert [str(finding.fact) for finding in look(PROOFS) if not finding.holds] == []
