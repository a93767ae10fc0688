"""Staffing plans in the background."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from muster.allocation import rules
from muster.allocation.rules.proposing import JOB


@app.task(name=JOB)
def make_plan(*, plan_id: str) -> None:
    """Work out a plan. Bears being run again after its worker died."""
    rules.work_out_plan(plan_id=UUID(plan_id))
