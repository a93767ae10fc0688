"""Background jobs that keep the others going."""

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from muster.core.backups import write_scheduled_backup
from muster.core.models import RememberedAnswer

log = structlog.get_logger(__name__)

# A living worker says so every ten seconds.
SECONDS_WITHOUT_HEARTBEAT = 60
HOURS_TO_KEEP_FINISHED_JOBS = 24 * 30


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs")
async def retry_stalled_jobs(timestamp: int) -> None:
    """Give back the jobs whose worker was killed. Every job must bear being run again.

    Of those that are never put in twice, such as what is done each minute, the next one may wait already: it does all
    that is due, and the lost one is over.
    """
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SECONDS_WITHOUT_HEARTBEAT):
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            assert job.id is not None  # noqa: S101 - for the types
            await app.job_manager.finish_job_by_id_async(job_id=job.id, status=Status.ABORTED, delete_job=False)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget_finished_jobs")
async def forget_finished_jobs(timestamp: int) -> None:
    """Remove finished jobs after a month; failed ones stay until somebody looked at them."""
    await app.job_manager.delete_old_jobs(nb_hours=HOURS_TO_KEEP_FINISHED_JOBS)


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="forget_answers")
def forget_answers(timestamp: int) -> None:
    """Remove the answers whose repeats are no longer given them."""
    RememberedAnswer.objects.filter(created_at__lt=timezone.now() - RememberedAnswer.KEPT_FOR).delete()


@app.periodic(cron="7 2 * * *")
@app.task(queueing_lock="back_up")
def back_up(timestamp: int) -> None:
    """Write the backup of the night, where a folder for them is named."""
    if file := write_scheduled_backup():
        log.info("backed_up", file=str(file), bytes=file.stat().st_size)
