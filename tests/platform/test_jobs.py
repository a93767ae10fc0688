"""Background jobs survive the death of their worker."""

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

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
