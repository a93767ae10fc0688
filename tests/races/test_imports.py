"""Imports at one moment: one trial applied twice, the same file sent twice, and an import undone while another runs."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from procrastinate.jobs import Job

from muster.allocation.jobs import make_plan
from muster.core.database import lock_word
from muster.core.history import recorded
from muster.core.ownership import as_owner
from muster.core.retries import AFTER_LOST_DATABASE
from muster.exchange import rules
from muster.exchange.jobs import carry_out_import
from muster.exchange.lists import ImportChoices, ListRow
from muster.exchange.models import ImportRun
from muster.exchange.rules.people import StudentsImport
from muster.exchange.rules.progress import no_progress
from muster.institutions.models import Affiliation
from muster.progression.jobs import roll_over_batches
from tests.make import Campus
from tests.races.rush import refused, rush, somebody_waits, won

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "number,name\n" + "".join(f"S{n},Student {n}\n" for n in range(40))


@pytest.fixture(autouse=True)
def files_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def campus():
    return Campus.found()


def tried(campus):
    asked = {"kind": "students", "content": FILE.encode(), "file_name": "s.csv", "dry_run": True}
    run = rules.start_import(by=campus.admin, **asked)
    rules.carry_out(run_id=run.pk)
    run.refresh_from_db()
    return run


def imported(campus, text=FILE):
    return rules.import_and_keep(by=campus.admin, kind="students", content=text.encode(), file_name="s.csv")


def students(campus):
    return Affiliation.objects.filter(institution=campus.institution).exclude(student_number="").count()


def test_eight_who_apply_one_trial_at_once_import_it_once(campus):
    run = tried(campus)
    outcomes = rush([partial(rules.import_tried, by=campus.admin, run=run)] * 8)
    assert len(won(outcomes)) == 8, outcomes
    (new,) = ImportRun.objects.filter(tried_as=run)
    assert {one.pk for one in outcomes} == {new.pk}
    rush([partial(rules.carry_out, run_id=new.pk)] * 4)
    assert students(campus) == 40


def copy_of(run):
    return ImportRun.objects.create(
        institution=run.institution, kind=run.kind, file_digest=run.file_digest, tried_as=run
    )


def test_without_the_lock_the_database_still_refuses_a_second_import_of_a_trial(campus):
    run = tried(campus)
    outcomes = rush([partial(copy_of, run)] * 4)
    assert len(won(outcomes)) == 1
    assert all(isinstance(one, IntegrityError) for one in outcomes if one not in won(outcomes))


def unlocked(campus, meet):
    """What an import does without its lock: everybody has looked before anybody writes."""
    cells = [{"number": f"S{n}", "full_name": f"Student {n}", "email": ""} for n in range(5)]
    rows = [ListRow(line, dict(row)) for line, row in enumerate(cells, start=2)]
    work = StudentsImport(campus.admin, rows, ImportChoices())
    with transaction.atomic(), recorded(campus.admin, "import_students"):
        work.look()
        meet.wait(timeout=60)
        work.write(no_progress)


@contextmanager
def without_index(name):
    """A control: the database without what makes numbers one of a kind."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        (definition,) = cursor.fetchone()
        cursor.execute(f'DROP INDEX "{name}"')
    try:
        yield
    finally:
        Affiliation.objects.exclude(student_number="").update(student_number="")
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(definition)


def test_without_the_lock_the_database_still_refuses_the_second_of_two_imports(campus):
    outcomes = rush([partial(unlocked, campus, Barrier(2))] * 2)
    assert [one.code for one in refused(outcomes)] == ["collision"]
    assert students(campus) == 5


def test_control_without_lock_and_constraint_everybody_comes_in_twice(campus):
    with without_index("one_student_for_each_number"):
        assert refused(rush([partial(unlocked, campus, Barrier(2))] * 2)) == []
        assert students(campus) == 10


def test_the_same_file_from_four_sides_comes_in_once(campus):
    runs = rush([partial(imported, campus)] * 4)
    assert len(won(runs)) == 4, runs
    assert sorted(run.report["counts"]["students"]["made"] for run in runs) == [0, 0, 0, 40]
    assert students(campus) == 40


def test_undoing_and_importing_at_once_follow_each_other(campus):
    """Whichever comes first, the whole file is there or none of it; never a part."""
    for _round in range(3):
        run = imported(campus)
        outcomes = rush([partial(rules.undo_import, by=campus.admin, run=run), partial(imported, campus)])
        assert len(won(outcomes)) == 2, outcomes
        run.refresh_from_db()
        assert run.undone_at is not None
        again = outcomes[1].report["counts"]["students"]["made"]
        assert students(campus) == again in (0, 40)
        if again:
            rules.undo_import(by=campus.admin, run=outcomes[1])


def test_undone_at_four_sides_it_is_undone_once(campus):
    run = imported(campus)
    outcomes = rush([partial(rules.undo_import, by=campus.admin, run=run)] * 4)
    assert len({one.undone_at for one in won(outcomes)}) == 1
    assert students(campus) == 0


def test_an_import_that_loses_its_connection_is_done_by_the_next_try(campus):
    asked = {"kind": "students", "content": FILE.encode(), "file_name": "s.csv", "dry_run": False}
    run = rules.start_import(by=campus.admin, **asked)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_word("import run", run.pk)
            working = pool.submit(rush, [partial(rules.carry_out, run_id=run.pk)])
            while not somebody_waits():
                pass
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
        [lost] = working.result()
    run.refresh_from_db()
    # It was tried again at once, and came in whole. A job that meets a database which stays away is tried later.
    assert (lost, run.status, students(campus)) == (None, ImportRun.Status.DONE, 40)
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="import")
    assert AFTER_LOST_DATABASE.get_retry_decision(exception=OperationalError("gone"), job=job)
    for task in (carry_out_import, make_plan, roll_over_batches):
        assert task.retry_strategy is AFTER_LOST_DATABASE
