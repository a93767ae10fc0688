"""Background jobs survive the death of their worker."""

import asyncio

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from muster.core.jobs import SECONDS_WITHOUT_HEARTBEAT, retry_stalled_jobs


@pytest.mark.django_db(transaction=True)
def test_job_whose_worker_was_killed_is_given_back():
    job = app.configure_task("muster.core.jobs.forget_finished_jobs", allow_unknown=False).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
            [SECONDS_WITHOUT_HEARTBEAT + 1],
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [cursor.fetchone()[0], job]
        )
    asyncio.run(retry_stalled_jobs.func(None, 0))
    assert ProcrastinateJob.objects.get(pk=job).status == "todo"


@pytest.mark.django_db(transaction=True)
def test_job_whose_worker_lives_is_left_to_it():
    job = app.configure_task("muster.core.jobs.forget_finished_jobs", allow_unknown=False).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [cursor.fetchone()[0], job]
        )
    asyncio.run(retry_stalled_jobs.func(None, 0))
    assert ProcrastinateJob.objects.get(pk=job).status == "doing"
