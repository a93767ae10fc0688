"""Nothing of an archived batch changes, by whatever statement or call: every table that hangs on one, every route."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import TestCase
from django.utils import timezone

from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.core.database import violated_constraint
from muster.core.ownership import kept_tables
from tests.access.world import World
from tests.api.described import operations
from tests.api.examples import EXAMPLES
from tests.api.test_answers import good_call
from tests.hanging import everything_of, hanging_models, raw, row_of
from tests.make import Campus

ARCHIVED = {"archived_batch_does_not_change", "archived_meeting_does_not_change"}
DEEDS = ("INSERT", "UPDATE", "DELETE")

# What may be written all the same, and why.
FREE = {
    "batches_calendarfeed": "A link is somebody's own, to see by; it can be revoked whatever it shows",
    "allocation_planitem": "A proposal says nothing of the batch before it is applied, which is refused",
    "exchange_importedbatch": "By which name a batch came says nothing of it",
    ("batches_batch", "INSERT"): "It is another batch",
    ("timetable_meeting", "INSERT"): "It is another meeting",
    ("certificates_certificate", "UPDATE"): "Its time alone changes, when it is revoked, which stays possible",
    "materials_materialview": "Who reads what an archived batch was taught with counts as before",
    "oversight_accessbatch": "Regulators ask for archived batches too, which changes nothing of them",
    "submissions_submissionresource": "A copy for an authority changes nothing of the batch",
    "oversight_accesslook": "Who looked at registers, or tried to, is kept of archived batches too",
    "attendance_evidencelook": "Who looked at evidence is kept of archived batches too",
}
# What is refused of every batch, archived or not, before anything else is asked.
NEVER = {
    ("attendance_attendancerecord", "DELETE"): "record_is_cleared_and_never_deleted",
    ("attendance_evidence", "DELETE"): "evidence_is_removed_and_never_deleted",
}


def refused_by(deed, model, pk):
    """Which constraint refused the statement, or what else became of it; nothing of it stays."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(raw(deed, model, pk))
            number = cursor.rowcount
            transaction.set_rollback(True)
            return f"done with {number}"
    except DatabaseError as error:
        return violated_constraint(error) or str(error).partition("\n")[0]


@pytest.fixture
def campus(db):
    return Campus.found()


@pytest.fixture
def batch(campus):
    return everything_of(campus)


def rows_of(batch):
    """A row of each table that hangs on the batch."""
    rows = {model: row_of(model, chain, batch) for model, chain in hanging_models()}
    assert {model._meta.db_table for model, pk in rows.items() if pk is None} == set()
    return rows


def outcomes(rows):
    """Of each table and deed, what became of it."""
    return {(model._meta.db_table, deed): refused_by(deed, model, pk) for model, pk in rows.items() for deed in DEEDS}


def is_right(table, deed, outcome):
    read_only, added_to = kept_tables()
    if table in read_only or (table in added_to and deed != "INSERT"):
        return outcome.startswith("permission denied")
    if table in FREE or (table, deed) in FREE:
        return outcome not in ARCHIVED
    return outcome in ({NEVER[table, deed]} if (table, deed) in NEVER else ARCHIVED)


def test_no_statement_of_the_application_changes_what_hangs_on_an_archived_batch(campus, batch):
    rows = rows_of(batch)
    archive_batch(by=campus.admin, batch=batch)
    found = outcomes(rows).items()
    wrong = {(table, deed): said for (table, deed), said in found if not is_right(table, deed, said)}
    assert not wrong, "\n".join(map(str, wrong.items()))


def test_the_control_meets_no_such_refusal_while_the_batch_is_open(batch):
    assert [what for what, outcome in outcomes(rows_of(batch)).items() if outcome in ARCHIVED] == []


# --- every route of the API -------------------------------------------------------------------------------------------
class Written:
    """The tables that hang on a batch and are written meanwhile, by PostgreSQL's own count."""

    def __init__(self) -> None:
        self.tables = {model._meta.db_table for model, _chain in hanging_models()} - set(FREE)

    def counted(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables "
                "WHERE relname = ANY (%s)",
                [sorted(self.tables)],
            )
            return dict(cursor.fetchall())

    def __enter__(self):
        self.before = self.counted()

    def __exit__(self, *_error):
        self.found = {name for name, number in self.counted().items() if number > self.before.get(name, 0)}


@contextmanager
def all_archived(institution):
    Batch.objects.filter(institution=institution, archived_at=None, deleted_at=None).update(archived_at=timezone.now())
    yield


# What writes to something of a batch and is answered otherwise where all batches are archived, and why.
OTHERWISE = {
    **dict.fromkeys(
        ("change_branch", "change_institution", "change_holiday", "delete_holiday"),
        "Only batches that run follow",
    ),
    **dict.fromkeys(("open_cohort", "open_course_batch", "open_batch_year"), "It makes a batch of its own"),
    "apply": "A stranger is not told why the batch takes no one",
    "remind_of_registers": "Nobody is asked for registers of an archived batch",
    **dict.fromkeys(("add_evidence_to_absence", "withdraw_absence"), "An absence from all batches is of none"),
    "apply_plan": "The plan is overtaken, and says which batch is archived",
    "archive_batch": "It is archived already",
    "revoke_one_certificate": "A certificate is revoked whatever became of its batch",
    "restore_batch": "A deleted batch is restored before it is archived",
    **dict.fromkeys(
        (
            "schedule_mentoring",
            "change_mentoring",
            "cancel_mentoring",
            "log_mentoring_call",
            "decide_mentor_request",
            "decide_time_request",
        ),
        "A student and their mentor meet in no batch",
    ),
    "send_message": "A message to chosen students is of no batch",
}


class Calls(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.world = World.built()

    def answer(self, name, method, path, around):
        with transaction.atomic():
            answer = good_call(self.world, EXAMPLES[name], method, path, around=around)
            transaction.set_rollback(True)
        return f"{answer.status_code} {answer.content.decode()}"

    def test_every_call_that_writes_to_something_of_a_batch_is_told_that_it_is_archived(self):
        told, writing = {}, set()
        for method, path, operation in operations():
            name = operation["operationId"]
            if method == "GET":
                continue
            written = Written()
            self.answer(name, method, path, written)
            if written.found:
                writing.add(name)
                said = self.answer(name, method, path, all_archived(self.world.campus.institution))
                if not (said.startswith("400") and "is archived" in said):
                    told[name] = f"{said[:300]} {sorted(written.found)}"
        wrong = [f"{name}: {answer}" for name, answer in told.items() if name not in OTHERWISE]
        self.assertFalse(wrong, "\n".join(wrong))
        self.assertEqual(set(OTHERWISE) - set(told), set())
        self.assertGreater(len(writing), 60)
