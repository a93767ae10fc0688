"""Background jobs survive the death of their worker, and those that they put in are there with what they are for."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection, transaction
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException

from muster.cli.worker import WorkerConnector, _work
from muster.core.jobs import SECONDS_WITHOUT_HEARTBEAT, retry_stalled_jobs


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("silence", "status"), [(SECONDS_WITHOUT_HEARTBEAT + 1, "todo"), (SECONDS_WITHOUT_HEARTBEAT - 30, "doing")]
)
def test_only_a_job_whose_worker_is_silent_is_given_back(silence: int, status: str):
    job = put_in("muster.core.jobs.forget_finished_jobs")
    taken_by_worker(job, silence)
    async_to_sync(retry_stalled_jobs.func)(timestamp=0)
    assert ProcrastinateJob.objects.get(pk=job).status == status


@pytest.mark.django_db(transaction=True)
def test_a_lost_job_whose_next_one_waits_is_over_and_keeps_none_of_the_others_back():
    lost, other = put_in("muster.core.jobs.forget_answers"), put_in("muster.core.jobs.back_up")
    for job in (lost, other):
        taken_by_worker(job, SECONDS_WITHOUT_HEARTBEAT + 1)
    waiting = put_in("muster.core.jobs.forget_answers")
    async_to_sync(retry_stalled_jobs.func)(timestamp=0)
    found = dict(ProcrastinateJob.objects.values_list("pk", "status"))
    assert (found[lost], found[other], found[waiting]) == ("aborted", "todo", "todo")
    async_to_sync(retry_stalled_jobs.func)(timestamp=0)
    assert dict(ProcrastinateJob.objects.values_list("pk", "status")) == found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("is_workers_own", "left"), [(True, 0), (False, 1)])
def test_what_a_job_puts_in_is_part_of_what_it_writes(is_workers_own: bool, left: int):
    own = WorkerConnector(app.connector.get_sync_connector())
    # The control: the connector of the library puts it in at once, whatever becomes of the rest.
    async_to_sync(while_working)(own if is_workers_own else PsycopgConnector(kwargs=connector_params()), put_in_in_vain)
    assert ProcrastinateJob.objects.count() == left


async def while_working(connector: PsycopgConnector, job: Callable[[], None]) -> None:
    """Do this as the worker runs a job: in a thread, the connector in the place of the web's."""
    with app.replace_connector(connector) as working:
        async with working.open_async():
            await sync_to_async(job, thread_sensitive=False)()


def put_in_in_vain() -> None:
    with transaction.atomic():
        put_in("muster.core.jobs.forget_answers")
        transaction.set_rollback(True)
    connection.close()


def put_in(name: str) -> int:
    """A job as it is put in each time: not beside one that waits."""
    return app.tasks[name].defer(timestamp=0)


def taken_by_worker(job: int, silence: int) -> None:
    """A worker began it that has said nothing for so many seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
            [silence],
        )
        [worker] = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, job])


class AppWithoutDatabase(App):
    """Is asked to end once it works, and hears of the lost database alone, as one does who waits for a connection."""

    begun = 0

    @contextmanager
    def replace_connector(self, connector: object) -> Iterator[App]:
        yield self

    async def open_async(self, *_args: object) -> None: ...  # type: ignore[override]

    async def close_async(self) -> None: ...

    async def run_worker_async(self, **_options: object) -> None:
        self.begun += 1
        assert self.begun == 1, "The jobs begin anew though they were asked to end."
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ConnectorException from None


def test_who_is_asked_to_end_while_the_database_is_away_does_not_begin_anew():
    asyncio.run(_work(AppWithoutDatabase(connector=app.connector), 1))
