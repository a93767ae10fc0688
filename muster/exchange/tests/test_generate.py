"""A generated data set follows from its seed, and stays away from what is there already."""

from __future__ import annotations

from datetime import date

import pytest
from click.testing import CliRunner
from django.db import connection, transaction

from muster.attendance.models import AttendanceRecord
from muster.batches.models import Batch
from muster.cli import main
from muster.core.errors import Conflict
from muster.exchange.generate import SCALES, DataScale, generate
from muster.exchange.generate.scales import CLASS_SIZE
from muster.institutions.models import Institution
from tests.make import Campus

pytestmark = pytest.mark.django_db
TINY = DataScale(institutions=3, batches=12, students=240)
DAY = date(2026, 3, 2)


def digest() -> str:
    """Of everything that people see, whatever the database numbers by itself."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT md5(string_agg(line, ' ' ORDER BY line)) FROM (
                SELECT concat_ws(' ', id, session_id, enrollment_id, status, marked_at) AS line
                FROM attendance_attendancerecord
                UNION ALL SELECT concat_ws(' ', id, date, status, room_id) FROM timetable_classsession
                UNION ALL SELECT concat_ws(' ', id, full_name, email, password) FROM accounts_user
                UNION ALL SELECT concat_ws(' ', id, student_id, batch_id, status) FROM enrollments_enrollment
            ) AS lines
        """)
        return str(cursor.fetchone()[0])


def test_a_seed_makes_the_same_data_on_the_same_day():
    digests = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            generate(TINY, seed=seed, today=DAY)
            assert AttendanceRecord.objects.count() > 20_000
            sizes = [model.objects.count() for model in (Institution, Batch)]
            assert sizes == [TINY.institutions, TINY.batches]
            digests.append(digest())
            transaction.set_rollback(True)
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("scale", "institutions", "marks"), [("small", 4, 100_000), ("medium", 10, 1_000_000), ("large", 20, 5_000_000)]
)
def test_the_sizes_are_those_that_the_help_names(scale, institutions, marks):
    size = SCALES[scale]
    assert len(list(size.places())) == institutions
    # Holidays take some, and what is still ahead has none.
    assert size.sessions * CLASS_SIZE == pytest.approx(marks * 1.248)
    assert size.students == size.batches * 25


def test_a_database_with_institutions_is_left_alone_unless_told():
    campus = Campus.found()
    with pytest.raises(Conflict):
        generate(TINY, today=DAY)
    assert list(Institution.objects.all()) == [campus.institution]
    generate(TINY, today=DAY, beside_others=True)
    assert Institution.objects.count() == 4


def test_the_command_says_why_it_refuses():
    Campus.found()
    refused = CliRunner().invoke(main, ["generate", "--scale", "small"])
    assert refused.exit_code == 1
    assert "already has institutions" in refused.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scale", "huge"], "'huge' is not one of 'small', 'medium', 'large'"),
        ([], "Missing option '--scale'"),
        (["--scale", "small", "--seed", "much"], "'much' is not a valid integer"),
    ],
)
def test_a_wrong_size_is_told_in_words(arguments, words):
    refused = CliRunner().invoke(main, ["generate", *arguments])
    assert refused.exit_code == 2
    assert words in refused.output


@pytest.mark.parametrize("name", SCALES)
def test_the_first_institution_holds_a_quarter(name):
    scale = SCALES[name]
    first, *others = scale.places()
    assert (first.batches, first.students) == (scale.batches // 4, scale.students // 4)
    assert first.batches + sum(place.batches for place in others) == scale.batches
    assert first.students + sum(place.students for place in others) == scale.students
    # An instructor has one batch in each of ten patterns of the week.
    assert all(place.instructors * 10 >= place.batches for place in (first, *others))
