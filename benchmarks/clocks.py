"""What it costs that each class has its own clock, on a generated data set.

`python manage.py shell -c "from benchmarks.clocks import main; main()"` asks for each list as it is, with a zone that
is given instead of looked up, and with a day that is given.
"""

from __future__ import annotations

import re

from django.db import connection

from muster.accounts.models import User
from muster.attendance.permissions import registers
from muster.batches.permissions import batches
from muster.batches.queries import in_full, without_lead
from muster.batches.workload import instructors_with_load
from muster.institutions.access import Actor
from muster.people.permissions import students

ZONE, TODAY = re.compile(r"muster_zone\([^()]*\)"), re.compile(r"muster_today\('UTC'\)")


def milliseconds(sql: str, params: object) -> float:
    """The least that the database takes for it, of fifteen times: a busy machine adds to each."""
    found = []
    with connection.cursor() as cursor:
        for _each in range(15):
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}", params)
            found.append(float(re.findall(r"Execution Time: ([\d.]+)", cursor.fetchall()[-1][0])[0]))
    return min(found)


def main() -> None:
    institution = User.objects.get(email="admin1@generated-01.example").affiliations.get().institution
    people = User.objects.filter(home=institution.pk)
    found = {role: Actor.of(people.get(email__startswith=f"{role}1@"), institution) for role in ("admin", "instructor")}
    admin, teacher = found["admin"], found["instructor"]
    assert admin
    assert teacher
    asked = {
        "batches of an instructor": batches.rows(teacher),
        "students of an instructor": students.rows(teacher, "list"),
        "registers of an instructor": registers.rows(teacher, "mark"),
        "all batches with their leads": in_full(batches.rows(admin)),
        "batches without a lead": batches.rows(admin).filter(without_lead()),
        "instructors with their load": instructors_with_load(admin),
    }
    print(f"{institution.name}: {batches.rows(admin).count()} batches; milliseconds in the database")
    print(f"{'':32}{'as it is':>10}{'zone given':>12}{'day given':>11}")
    for name, rows in asked.items():
        sql, params = rows.query.sql_with_params()
        given = ZONE.sub("'UTC'", sql)
        times = [milliseconds(one, params) for one in (sql, given, TODAY.sub("CURRENT_DATE", given))]
        print(f"{name:32}{times[0]:10.2f}{times[1]:12.2f}{times[2]:11.2f}")
