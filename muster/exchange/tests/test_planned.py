"""The real timetable with its instructors taken away is staffed anew, and nobody is needed in two places."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import TestCase

from muster.allocation.models import Plan
from muster.allocation.planning import greedy_answer, inputs_for_batches, optimal_answer, unstaffed_batches
from muster.allocation.rules import apply_plan, propose_plan
from muster.allocation.rules import proposing as proposing_module
from muster.batches.models import InstructorAssignment
from muster.core.ownership import as_owner
from muster.exchange.rules import import_file
from muster.exchange.sections.terms import TERMS
from muster.exchange.tests.sample_files import REAL_FILE
from tests.jobs import run_jobs
from tests.make import Campus


def booked_twice() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM timetable_booking AS a JOIN timetable_booking AS b ON a.id < b.id "
            "AND a.instructor_id = b.instructor_id AND a.period && b.period"
        )
        return int(cursor.fetchone()[0])


class RealTimetable(TestCase):
    """357 batches without anybody, and the 254 people who taught them."""

    campus: Campus

    @classmethod
    def setUpTestData(cls) -> None:
        cls.campus = Campus.found()
        # Nobody is looked for where all is over: the same days of a year to come with the same calendar.
        parts = {
            part: tuple(day.replace(year=2037) for day in days) for part, days in TERMS["2026", "SUMMER"][1].items()
        }
        cls.enterClassContext(pytest.MonkeyPatch.context()).setitem(TERMS, ("2037", "SUMMER"), ("SU37", parts))
        content = REAL_FILE.read_bytes().replace(b"2026,Summer", b"2037,Summer")
        import_file(by=cls.campus.admin, kind="sections", content=content)
        InstructorAssignment.objects.all().delete()
        with as_owner(), connection.cursor() as cursor:
            # Else every statement is planned for the empty tables that these were.
            cursor.execute("ANALYZE")

    def planned(self) -> Plan:
        plan = propose_plan(by=self.campus.admin, kind="batches")
        run_jobs()
        plan.refresh_from_db()
        gap = "not known" if plan.gap is None else f"{plan.gap:.2%}"
        sys.stdout.write(
            f"{plan.get_solver_display()}: {plan.staffed} of {plan.wanted}, score {plan.objective}, gap {gap}\n"
        )
        return plan

    def staffed_whole(self) -> Plan:
        by = self.campus.admin
        situation = inputs_for_batches(by, unstaffed_batches(by))
        # At no moment more batches meet than there are people, and nobody is at a limit: whatever can be, is staffed.
        possible = len(situation.wanted) - len(situation.overlaps.itself)
        assert max(clique.bit_count() for clique in situation.overlaps.cliques) < len(situation.people) == 254
        plan = self.planned()
        assert (plan.wanted, plan.staffed) == (357, possible)
        done = apply_plan(by=by, plan=plan)
        assert (len(done.applied), done.refused) == (possible, {})
        assert booked_twice() == 0
        assert unstaffed_batches(by).count() == 357 - possible
        return plan

    def test_every_batch_that_can_be_staffed_is_and_it_is_proved(self) -> None:
        assert self.staffed_whole().gap == 0

    def test_without_the_solver_as_many_are_staffed(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(proposing_module, "solver_is_here", lambda: False)
            assert self.staffed_whole().solver == "greedy"

    def test_where_each_takes_one_batch_everybody_has_one(self) -> None:
        self.campus.institution.max_active_batches = 1
        self.campus.institution.save()
        by = self.campus.admin
        problem = inputs_for_batches(by, unstaffed_batches(by)).problem()
        near = greedy_answer(problem)
        best: Any = optimal_answer(problem, near)
        for answer in (near, best):
            assert problem.broken(answer.chosen) == []
            held = Counter(person for person in answer.chosen if person >= 0)
            assert (len(held), set(held.values())) == (254, {1})
        assert best.staffed_bound == 254
