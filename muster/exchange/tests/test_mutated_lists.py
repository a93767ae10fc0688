"""Damaged files of every kind of list are refused, or imported as far as they say; never by half.

`MUTATIONS=10000 pytest muster/exchange/tests/test_mutated_lists.py` tries more of them.
"""

from __future__ import annotations

import os
import random
from importlib import import_module

import pytest
from django.db import transaction

from muster.batches.models import Batch
from muster.core.cell.reading import Parsed
from muster.core.errors import DomainError
from muster.enrollments.models import Enrollment
from muster.exchange.files import read_table
from muster.exchange.lists import ImportChoices, RowOutcome
from muster.exchange.models import ImportRun
from muster.exchange.rules.batches import BatchesImport
from muster.exchange.rules.enrollments import EnrollmentsImport
from muster.exchange.rules.lists import ListImport, import_list
from muster.exchange.rules.people import InstructorsImport, StudentsImport
from muster.exchange.tests.sample_files import as_ods
from muster.institutions.models import Affiliation, Membership
from muster.notifications.rules import quietly
from tests.make import Campus

pytestmark = pytest.mark.django_db
MUTATIONS = int(os.environ.get("MUTATIONS", "400"))
ROWS: dict[type[ListImport], list[list[str]]] = {
    StudentsImport: [
        ["Number", "Name", "Email", "Phone", "Branch"],
        ["S1", "Naledi Mokoena", "naledi@example.org", "+27 82 555 0101", "DBN"],
        ["S7", "Zoë van der Merwe", "", "082 555 0102", ""],
        ["S8", "José", "jose@example.org", "", "Durban"],
    ],
    InstructorsImport: [
        ["Staff number", "Given name", "Surname", "Email"],
        ["T1", "Lerato", "Khumalo", "lerato@example.org"],
        ["T2", "Sam", "", "sam@example.org"],
    ],
    BatchesImport: [
        ["Code", "Name", "Course", "First day", "Last day", "Capacity", "Weekly times"],
        ["DA-1", "Data one", "DA", "2030-01-07", "2030-06-28", "12", "Mon 09:00-10:30; Wed 09:00-10:30"],
        ["DA-2", "Data two", "DA", "2030-01-07", "2030-06-28", "12", ""],
    ],
    EnrollmentsImport: [
        ["Batch code", "Student number", "Type", "Status", "Enrolled on"],
        ["OPEN", "S1", "batch", "active", "2026-01-05"],
        ["OPEN", "S2", "scholarship", "on_hold", ""],
    ],
}
SPLINTERS = (b"\0", b'"', b",", b"\n", b"\xff", b"\xef\xbb\xbf", b";", b"'", b"=1+1", b"\xe2\x80\xae", b"9" * 300)


def parse_here(module: str, content: bytes) -> Parsed:
    """What a cell does, in this process: that it is another one makes no difference to what comes of the file."""
    found: Parsed = import_module(module).parse(content)
    return found


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content with one to four changes: bytes gone, doubled, turned around, or something between them."""
    data = bytearray(content)
    for _each in range(chance.randint(1, 4)):
        place = chance.randrange(len(data))
        end = min(len(data), place + chance.choice((1, 1, 2, 8, 40)))
        kind = chance.randrange(5)
        if kind == 0:
            del data[place:end]
        elif kind == 1:
            data[place:end] = data[place:end] * 2
        elif kind == 2:
            data[place:end] = data[place:end][::-1]
        elif kind == 3:
            data[place:place] = chance.choice(SPLINTERS)
        else:
            data[place] = chance.randrange(256)
        if not data:
            return b" "
    return bytes(data)


def counts(campus: Campus) -> dict[str, int]:
    here = {"institution": campus.institution}
    return {
        "affiliations": Affiliation.objects.filter(**here).count(),
        "memberships": Membership.objects.filter(**here).count(),
        "batches": Batch.objects.filter(**here).count(),
        "enrollments": Enrollment.objects.filter(**here).count(),
    }


GROWS = {
    "students": {"affiliations", "memberships"},
    "instructors": {"affiliations", "memberships"},
    "batches": {"batches"},
    "enrollments": {"enrollments"},
}


def test_mutated_files_neither_crash_nor_half_import():
    campus = Campus.found()
    campus.branch(code="DBN", name="Durban")
    campus.batch(code="OPEN")
    campus.course(code="DA", title="Data")
    for number in ("S1", "S2"):
        Affiliation.objects.filter(user=campus.student()).update(student_number=number)
    before, chance, came_in = counts(campus), random.Random(20270107), 0
    files = [
        (work, content)
        for work, rows in ROWS.items()
        for content in ("\n".join(",".join(row) for row in rows).encode(), as_ods(*rows))
    ]
    for turn in range(MUTATIONS):
        work, content = files[turn % len(files)]
        with transaction.atomic(), quietly():
            try:
                table = read_table(mutated(content, chance), parse=parse_here)
                choices = ImportChoices(only_valid=turn % 3 > 0)
                report = import_list(by=campus.admin, work_of=work, table=table, choices=choices)
            except DomainError:
                assert counts(campus) == before
            else:
                made = report.counts[work.kind].made
                expected = {name: n + made * (name in GROWS[work.kind]) for name, n in before.items()}
                assert counts(campus) == expected
                assert made == sum(row["outcome"] == RowOutcome.NEW for row in report.rows)
                came_in += made > 0
            transaction.set_rollback(True)
    assert came_in > MUTATIONS // 20
    assert counts(campus) == before
    assert not ImportRun.objects.exists()
