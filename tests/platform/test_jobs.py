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
    job = app.configure_task("muster.core.jobs.forget_finished_jobs", allow_unknown=False).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
            [silence],
        )
        [worker] = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, job])
    async_to_sync(retry_stalled_jobs.func)(timestamp=0)
    assert ProcrastinateJob.objects.get(pk=job).status == status
