"""What happens to batches, enrollments and waitlists by itself; answers to applications."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from muster.core.database import sum_each
from muster.core.isolation import only_in
from muster.enrollments import rules
from muster.enrollments.models import WaitlistEntry
from muster.enrollments.rules import (
    advance_statuses,
    announce_ends_of_access,
    expire_enrollments,
    fill_all_seats,
    lapse_offers,
    welcome_students,
)
from muster.enrollments.rules.applications import ANSWER
from muster.institutions.access import Actor
from muster.institutions.models import Institution

log = structlog.get_logger(__name__)


# Hourly, since it is a new day at another hour in every time zone; where nothing is due, it costs two statements.
@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="advance_statuses", pass_context=False)
def advance_all_statuses(timestamp: int) -> None:
    """Move every institution's batches on whose dates have come, each by its own clock."""
    for institution in Institution.objects.all():
        with only_in(institution.pk):
            if moved := advance_statuses(by=Actor.system(institution)):
                log.info("batches_advanced", institution=institution.slug, batches=moved)


@app.periodic(cron="10 * * * *")
@app.task(queueing_lock="expire_enrollments", pass_context=False)
def expire_all_enrollments(timestamp: int) -> None:
    """End the enrollments of every institution whose last day of access is over, and announce those to come."""
    for institution in Institution.objects.all():
        with only_in(institution.pk):
            by = Actor.system(institution)
            ended, told = expire_enrollments(by=by), announce_ends_of_access(by=by)
            if ended or told:
                log.info("enrollments_expired", institution=institution.slug, enrollments=ended, announced=told)


# What a seat is offered until has minutes, and a seat that freed by a setting should not stay empty for long.
@app.periodic(cron="* * * * *")
@app.task(queueing_lock="move_waitlists", pass_context=False)
def move_all_waitlists(timestamp: int) -> None:
    """End the offers whose time is up, and give free seats to those who wait, wherever somebody does.

    A batch that can't be moved keeps none of the others back; the job fails when all are done.
    """
    line = WaitlistEntry.objects.current().filter(institution=OuterRef("pk"))
    moves = [
        (use_case, institution)
        for institution in Institution.objects.filter(Exists(line))
        for use_case in (lapse_offers, fill_all_seats)
    ]

    def move(one: tuple[Callable[..., int], Institution]) -> int:
        use_case, institution = one
        with only_in(institution.pk):
            if moved := use_case(institution=institution):
                log.info("waitlists_moved", institution=institution.slug, use_case=use_case.__name__, seats=moved)
            return moved

    sum_each(moves, move)


@app.task(name=ANSWER, retry=RetryStrategy(max_attempts=7, exponential_wait=6))
def answer_application(*, application_id: str) -> None:
    """Tell an applicant by mail what was decided."""
    rules.answer_application(application_id=application_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="welcome_students", pass_context=False)
def welcome_new_students(timestamp: int) -> None:
    """Welcome those who were enrolled in the last minute."""
    with translation.override(settings.LANGUAGE_CODE):
        if welcomed := welcome_students():
            log.info("students_welcomed", students=welcomed)
