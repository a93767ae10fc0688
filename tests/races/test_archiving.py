"""A batch is archived while what hangs on it is written, by statements that know no rule: neither passes the other."""

from contextlib import contextmanager
from functools import partial

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from muster.batches.models import Batch
from muster.core.database import violated_constraint
from muster.core.ownership import as_owner, kept_tables
from muster.core.sql import sql_files
from muster.enrollments.models import Enrollment
from tests.hanging import everything_of, hanging_models, raw, row_of
from tests.make import Campus
from tests.races.rush import in_the_middle, rush
from tests.test_archived import ARCHIVED, FREE, NEVER

pytestmark = pytest.mark.django_db(transaction=True)

# Written while the batch is archived as in `tests.test_archived`, and by no trigger that others write.
READ_ONLY, ADDED_TO = kept_tables()


@pytest.fixture
def batch():
    return everything_of(Campus.found())


def archive(batch, at="now"):
    """Without a rule, and without its lock."""
    Batch.objects.filter(pk=batch.pk).update(archived_at=timezone.now() if at else None)


def send(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def writes(batch):
    """A statement for each table that hangs on the batch: a copy where rows stay as they are, else a change."""
    for model, chain in hanging_models():
        table = model._meta.db_table
        if table in READ_ONLY or table in FREE or model is Batch or (table, "UPDATE") in NEVER:
            continue
        copied = table in ADDED_TO or (table, "UPDATE") in FREE
        yield table, raw("INSERT" if copied else "UPDATE", model, row_of(model, chain, batch))


def slipped(batch):
    """Which tables were written although the batch was archived meanwhile; it is open again afterwards."""
    found = {}
    for table, statement in writes(batch):
        archived, written = in_the_middle(partial(archive, batch), partial(send, statement))
        assert archived is None, archived
        if not isinstance(written, IntegrityError) or violated_constraint(written) not in ARCHIVED:
            found[table] = written
        archive(batch, at=None)
    return found


def test_what_hangs_on_a_batch_waits_for_its_archiving_and_is_refused(batch):
    assert slipped(batch) == {}


@contextmanager
def written_otherwise(app, name, before, after):
    """A control: the functions of a file with a part of them written otherwise."""
    (file,) = (one for one in sql_files(app) if one.name == name)
    text = file.read_text(encoding="utf-8")
    assert before in text
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(text.replace(before, after))
    try:
        yield
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(text)


def test_control_with_the_question_below_the_lock_they_slip_in(batch):
    """A condition on the rows is asked before they are held, of what they were then."""
    asked_of_what_is_held = "FOR SHARE\n        ) AS held;"
    asked_before = "FOR SHARE\n        ) AS held WHERE archived_at IS NOT NULL;"
    with written_otherwise("batches", "archive.sql", asked_of_what_is_held, asked_before):
        assert {"enrollments_application", "progression_subjectmapping"} <= set(slipped(batch))


def ended_at_once(batch, seats):
    """How many of the seats that are ended by plain statements at one moment met a deadlock."""
    Enrollment.objects.filter(batch=batch).update(status="active")
    end = [partial(Enrollment.objects.filter(pk=seat.pk).update, status="on_hold") for seat in seats]
    return sum(isinstance(outcome, OperationalError) for outcome in rush(end))


def test_many_who_count_seats_at_once_do_not_lock_each_other_out():
    campus = Campus.found()
    batch = campus.batch(capacity=8)
    seats = [campus.enroll(batch) for _each in range(8)]
    assert [ended_at_once(batch, seats) for _round in range(5)] == [0] * 5


def test_control_in_share_mode_they_do():
    campus = Campus.found()
    batch = campus.batch(capacity=8)
    seats = [campus.enroll(batch) for _each in range(8)]
    with written_otherwise("batches", "archive.sql", "FOR NO KEY UPDATE", "FOR SHARE"):
        assert any(ended_at_once(batch, seats) for _round in range(20))
