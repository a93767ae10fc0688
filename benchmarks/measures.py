"""What is measured. Each measure gives rows of the table."""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from benchmarks import ceilings
from benchmarks.apart import keeping_apart
from benchmarks.calls import enroll_call, mark_call, open_call, tap_call
from benchmarks.clients import Call, Reply, at_once, endless, in_turn, percentile
from benchmarks.counts import counting
from benchmarks.data import BATCHES, LEARNERS, MARKED_EACH, Data, Places, open_batches
from benchmarks.environment import Environment
from benchmarks.importing import importing
from benchmarks.planning import plan
from benchmarks.report import Row, part
from benchmarks.rollovers import rollovers
from benchmarks.weight import weigh
from muster.batches.models import Batch
from muster.courses.models import Course
from muster.enrollments.models import WaitlistEntry

CLIENTS = 8
# The ceiling and Muster take turns, so that whatever else the machine does weighs on both; medians are compared.
ROUNDS, SECONDS = 3, 3
SEATS = 30
RUSHES = 5


@dataclass
class Bench:
    """Where and on what is measured."""

    place: Environment
    data: Data

    def ratio(
        self,
        what: str,
        calls: Callable[[int], Iterator[Call]],
        script: str,
        *,
        expected: int = 200,
        target: float | None = None,
        clients: int = CLIENTS,
        **numbers: int,
    ) -> Row:
        """A rate over HTTP against a rate of pgbench, with the same number of clients."""
        in_turn(self.place.port, calls, clients=clients, seconds=1)
        rates: list[float] = []
        most: list[float] = []
        slowest: list[float] = []
        for _round in range(ROUNDS):
            most.append(self.place.pgbench(script, clients=clients, seconds=SECONDS, **numbers)["rate"])
            replies = in_turn(self.place.port, calls, clients=clients, seconds=SECONDS)
            must_be(replies, expected)
            rates.append(len(replies) / SECONDS)
            slowest.append(percentile(replies, 0.95))
        rate, ceiling = statistics.median(rates), statistics.median(most)
        return Row(
            what,
            f"{rate:.0f}/s",
            f"{ceiling:.0f}/s",
            part(rate / ceiling),
            f">= {part(target)}" if target else "",
            rate / ceiling >= target if target else None,
            {"rates": rates, "ceilings": most, "p95_ms": [seconds * 1000 for seconds in slowest]},
        )

    def batch_of(self, capacity: int, name: str) -> Batch:
        """A new batch of the academy, of a new course."""
        course = Course.objects.create(
            institution=self.data.academy.institution, title=name, code=f"X{random.getrandbits(40):x}"
        )
        places = Places(self.data.halls.branches, self.data.halls.departments, [], [course])
        return open_batches(self.data.academy, places, count=1, capacity=capacity, instructors=[])[0]

    def rush(self, number: int, name: str, *, waits: bool = False) -> tuple[Batch, list[Reply], float]:
        """As many students at once, each by their own token, into thirty seats; the others are told why, or wait."""
        batch = self.batch_of(SEATS, name)
        calls = [
            enroll_call(student.pk, batch.pk, {"Authorization": f"Bearer {token}"}, join_waitlist=waits)
            for student, token in zip(self.data.rushers[:number], self.data.rusher_tokens, strict=False)
        ]
        replies, seconds = at_once(self.place.port, calls)
        batch.refresh_from_db()
        seated = batch.enrollments.filter(status="active").count()
        if (seated, batch.enrolled_students) != (SEATS, SEATS):
            raise AssertionError(f"{seated} students hold {SEATS} seats; the batch says {batch.enrolled_students}.")
        left = 202 if waits else 400
        told = [json.loads(reply.body) for reply in replies if reply.status == left]
        if sum(reply.status == 201 for reply in replies) != SEATS or len(told) != number - SEATS:
            raise AssertionError(f"Not everybody was answered: {sorted({reply.status for reply in replies})}")
        if waits:
            must_be_one_line(batch, told)
        elif not all(answer["message"] for answer in told):
            raise AssertionError("Somebody was not told why.")
        return batch, replies, seconds


def must_be_one_line(batch: Batch, told: Sequence[dict[str, Any]]) -> None:
    """Each place of a line was told to one of them, and is theirs."""
    line = WaitlistEntry.objects.waiting().filter(batch=batch).values_list("pk", flat=True)
    places = {answer["data"]["position"]: answer["data"]["_id"] for answer in told}
    if places != {number: str(pk) for number, pk in enumerate(line, 1)}:
        raise AssertionError(f"{len(told)} students were told {len(places)} places in a line of {len(line)}.")


def must_be(replies: Sequence[Reply], status: int) -> None:
    """Wrong answers are quick, and would be measured as good ones."""
    for reply in replies:
        if reply.status != status:
            raise AssertionError(f"Answered {reply.status} instead of {status}: {reply.body[:500]!r}")


def enrolling(bench: Bench) -> list[Row]:
    """One student after the other, by eight clients, over many batches."""
    pairs = [(student.pk, batch.pk) for student in bench.data.newcomers for batch in bench.data.open_batches]
    # Always the same order, and no pair twice.
    random.Random(1).shuffle(pairs)
    left = iter(pairs)

    def calls(client: int) -> Iterator[Call]:
        for student, batch in left:
            yield enroll_call(student, batch, bench.data.academy.bearer)

    row = bench.ratio("enroll a student, API", calls, ceilings.ENROLL, expected=201, target=1 / 12)
    wrong = bench.place.sql(
        "SELECT count(*) FROM batches_batch b WHERE enrolled_students <> (SELECT count(*) FROM enrollments_enrollment e"
        " WHERE e.batch_id = b.id AND e.status IN ('active', 'on_hold'))"
    )[0][0]
    if wrong:
        raise AssertionError(f"{wrong} batches count other seats than they have.")
    return [row]


def rushing(bench: Bench) -> list[Row]:
    """A hundred at once into thirty seats."""
    bench.rush(100, "Warm-up")
    times, most, late = [], [], []
    for turn in range(RUSHES):
        number = 10_000 + turn
        bench.place.sql("INSERT INTO ceiling.batch VALUES (%s, %s, %s, 0)", number, number, SEATS)
        ran = bench.place.pgbench(ceilings.RUSH, clients=100, each=1, batch=number, first=1)
        # pgbench connects everybody first and then lets them go; people who press a button do both.
        most.append(ran["connecting"] + 100 / ran["rate"])
        _batch, replies, seconds = bench.rush(100, f"Rush {turn}")
        times.append(seconds)
        late.append(percentile(replies, 0.95))
    took, ceiling = statistics.median(times), statistics.median(most)
    return [
        Row(
            f"the rush: 100 at once into {SEATS} seats",
            f"{took:.3f} s, {SEATS} in",
            f"{ceiling:.3f} s",
            f"{took / ceiling:.1f}x",
            "<= 1.5x",
            took <= 1.5 * ceiling,
            {"seconds": times, "ceilings": most, "p95": late},
        )
    ]


def big_rush(bench: Bench) -> list[Row]:
    """A thousand at once into thirty seats."""
    number = len(bench.data.rushers)
    _batch, replies, seconds = bench.rush(number, "Big rush")
    late = percentile(replies, 0.95)
    return [
        Row(
            f"the big rush: {number} at once into {SEATS} seats",
            f"p95 {late:.2f} s, {SEATS} in, {number - SEATS} told why",
            target="p95 < 2 s",
            met=late < 2,
            numbers={"p50": percentile(replies, 0.5), "p95": late, "all": seconds},
        )
    ]


def waiting_rush(bench: Bench) -> list[Row]:
    """A thousand at once into thirty seats, who wait where none is left."""
    number = len(bench.data.rushers)
    bench.place.sql("INSERT INTO ceiling.batch VALUES (%s, %s, %s, 0)", 20_000, 20_000, SEATS)
    # As many as may connect.
    ran = bench.place.pgbench(ceilings.WAITING_RUSH, clients=100, each=number // 100, batch=20_000)
    ceiling = ran["connecting"] + number / ran["rate"]
    _batch, replies, seconds = bench.rush(number, "Waiting rush", waits=True)
    late = percentile(replies, 0.95)
    # What no rule can undercut: the same people are told that there is no such batch.
    asking = [
        Call("GET", "/api/batches/none", {"Authorization": f"Bearer {token}"}) for token in bench.data.rusher_tokens
    ]
    refused, _seconds = at_once(bench.place.port, asking)
    must_be(refused, 404)
    least = percentile(refused, 0.95)
    return [
        Row(
            f"the same, with a waitlist: {SEATS} in, {number - SEATS} in line",
            f"p95 {late:.2f} s; {least:.2f} s where nothing is found",
            f"{ceiling:.2f} s",
            f"{seconds / ceiling:.1f}x",
            "p95 < 2 s",
            late < 2,
            {"p50": percentile(replies, 0.5), "p95": late, "all": seconds, "ceiling": ceiling, "least": least},
        )
    ]


def listing(bench: Bench) -> list[Row]:
    """The list of 160 batches over the API."""
    college = bench.data.college
    script = ceilings.LIST.format(institution=college.institution.pk)
    api = Call("GET", "/api/batches", college.bearer)
    reply = in_turn(bench.place.port, lambda client: iter([api]), clients=1, seconds=5)[0]
    if (count := json.loads(reply.body)["count"]) != BATCHES:
        raise AssertionError(f"The list holds {count} batches.")
    return [bench.ratio(f"list of {BATCHES} batches, API", endless([api]), script, target=1 / 4.5)]


def listing_page(bench: Bench) -> list[Row]:
    """The page of batches, as a browser asks for it."""
    college = bench.data.college
    script = ceilings.LIST.format(institution=college.institution.pk)
    page = Call("GET", "/batches/", {**college.browser(), "Accept-Encoding": "gzip"})
    return [bench.ratio(f"list of {BATCHES} batches, page", endless([page]), script, target=1 / 18)]


def clashes(bench: Bench) -> list[Row]:
    """What a timetable would double-book among 500 others."""
    call = Call("POST", "/api/batches/check-conflicts", bench.data.polytechnic.bearer, bench.data.timetable)
    # One client: the time from sending to the last byte is the server's, and a little more.
    in_turn(bench.place.port, endless([call]), clients=1, seconds=1)
    replies = in_turn(bench.place.port, endless([call]), clients=1, seconds=SECONDS)
    must_be(replies, 200)
    if not json.loads(replies[0].body)["data"]["conflicts"]:
        raise AssertionError("The timetable clashes with nothing.")
    middle, late = percentile(replies, 0.5) * 1000, percentile(replies, 0.95) * 1000
    return [
        Row(
            "check-conflicts among 500 batches, API",
            f"{middle:.0f} ms, p95 {late:.0f} ms",
            target="p95 < 40 ms",
            met=late < 40,
            numbers={"p50_ms": middle, "p95_ms": late},
        )
    ]


def opening(bench: Bench) -> list[Row]:
    """Opening a batch with three slots, each in a room of its own, so that only the work is measured and no clash."""
    polytechnic, places = bench.data.polytechnic, bench.data.polytechnic_places
    left = iter(Places.rooms_of(polytechnic, places.branches[0], 3000))

    def calls(client: int) -> Iterator[Call]:
        for room in left:
            yield open_call(bench.data, room)

    return [bench.ratio("open a batch with 3 slots, API", calls, ceilings.OPEN, expected=201, clients=4)]


def planning(bench: Bench) -> list[Row]:
    """A staffing plan for 300 batches and 120 instructors, from asking until it is ready."""
    return plan(bench.place)


def marking(bench: Bench) -> list[Row]:
    """A register of forty saved over the API, by four clients, each another one; every save writes all marks."""
    school = bench.data.school
    turns = count()

    def calls(client: int) -> Iterator[Call]:
        for turn in turns:
            yield mark_call(school, turn)

    row = bench.ratio(f"save a register of {LEARNERS}, API", calls, ceilings.MARK, target=1 / 6, clients=4)
    wrong = bench.place.sql(
        "SELECT count(*) FROM (SELECT session_id FROM attendance_attendancerecord WHERE session_id IS NOT NULL"
        f" GROUP BY session_id HAVING count(*) <> {LEARNERS}) AS torn"
    )[0][0]
    if wrong:
        raise AssertionError(f"{wrong} registers are saved in part.")
    return [row]


def tapping(bench: Bench) -> list[Row]:
    """One learner marked, as the register page sends each tap."""
    school = bench.data.school

    def calls(client: int) -> Iterator[Call]:
        for turn in count():
            yield tap_call(school, turn)

    in_turn(bench.place.port, calls, clients=1, seconds=1)
    replies = in_turn(bench.place.port, calls, clients=1, seconds=SECONDS)
    must_be(replies, 200)
    middle, late = percentile(replies, 0.5) * 1000, percentile(replies, 0.95) * 1000
    return [
        Row(
            "mark one learner, API",
            f"{middle:.0f} ms, p95 {late:.0f} ms",
            target="p95 < 10 ms",
            met=late < 10,
            numbers={"p50_ms": middle, "p95_ms": late},
        )
    ]


def register_reading(bench: Bench) -> list[Row]:
    """A register of forty read over the API, and its page."""
    school = bench.data.school
    session = school.marked[MARKED_EACH - 1]
    script = ceilings.REGISTER.format(session=session.pk)
    api = Call("GET", f"/api/institution/class-sessions/{session.pk}", school.campus.bearer)
    reply = in_turn(bench.place.port, lambda client: iter([api]), clients=1, seconds=5)[0]
    if (number := len(json.loads(reply.body)["data"]["register"])) != LEARNERS:
        raise AssertionError(f"The register holds {number} learners.")
    page = Call(
        "GET",
        f"/institution/attendance/sessions/{session.pk}",
        {**school.campus.browser(), "Accept-Encoding": "gzip"},
    )
    return [
        bench.ratio(f"a register of {LEARNERS} read, API", endless([api]), script, target=1 / 2),
        bench.ratio(f"a register of {LEARNERS} read, page", endless([page]), script, target=1 / 10),
    ]


def weighing(bench: Bench) -> list[Row]:
    """What a browser fetches for the first page, and for the next one."""
    return weigh(bench.place, bench.data)


def starting(bench: Bench, seconds: float) -> list[Row]:
    """From `muster serve` on a set-up machine to the first page."""
    return [
        Row(
            "first page after the start",
            f"{seconds:.1f} s",
            target="< 4 s",
            met=seconds < 4,
            numbers={"seconds": seconds},
        )
    ]


MEASURES: dict[str, Callable[[Bench], list[Row]]] = {
    "enroll": enrolling,
    "rush": rushing,
    "big-rush": big_rush,
    "waiting-rush": waiting_rush,
    "list": listing,
    "list-page": listing_page,
    "clashes": clashes,
    "open": opening,
    "plan": planning,
    "mark": marking,
    "tap": tapping,
    "register": register_reading,
    "apart": keeping_apart,
    "counts": counting,
    "import": importing,
    "rollovers": rollovers,
    "weight": weighing,
}
