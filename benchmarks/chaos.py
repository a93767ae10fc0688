"""`make chaos`: kill parts of a served Muster at random under load, and count what was promised and isn't there.

Writers keep a journal of every write that was acknowledged. Whoever gets no answer repeats the call with the same
Idempotency-Key until there is one, as programs do. The processes killed are those of the `muster serve` started here,
found by their parents; a supervisor, as systemd is one, starts that again when it ends itself.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import requests

from muster.core.postgres import EmbeddedPostgresError, EmbeddedServer, processes
from tools.demo_server import free_port

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var" / "chaos.json"
# Seconds: the site must be back within, on a machine as busy as may be, and what waits in the background may not
# grow less for. How long it took is told.
PATIENCE, DONE_WITHIN = 300.0, 300.0
# So long every call is answered, then the site is back.
CALM = 3.0
DISK = "700m"
# Each round uses up some newcomers: those two who enroll them ask for three a second each.
CLASSES, LEARNERS, NEWCOMERS = 4, 20, 50
IMPORTED = 20
STATUSES = ("PRESENT", "ABSENT", "LATE", "EXCUSED")
CHECKED_EVERY = 10


# --- what the load works on -----------------------------------------------------------------------------------------


def furnish(rounds: int) -> dict[str, Any]:
    """Make the data in the home of the environment; told to the parent as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415

    django.setup()
    from muster.core.isolation import see_all_in_this_process  # noqa: PLC0415

    see_all_in_this_process("what is tried is made and looked at")
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415

    from benchmarks.data import Places, enroll_all, founded, open_batches, people  # noqa: PLC0415
    from muster.accounts.models import User  # noqa: PLC0415
    from muster.cli.setup import bring_database_up_to_date, collect_static  # noqa: PLC0415
    from muster.core.postgres import ensure_running  # noqa: PLC0415
    from muster.enrollments.models import Enrollment  # noqa: PLC0415
    from muster.institutions.models import Role  # noqa: PLC0415
    from muster.timetable.models import ClassSession  # noqa: PLC0415

    ensure_running()
    bring_database_up_to_date()
    collect_static()
    campus = founded("Chaos")
    places = Places.of(campus, rooms=1, courses=CLASSES * 2)
    batches = open_batches(campus, places, count=CLASSES * 2, capacity=100_000, instructors=[])
    taught, wanted = batches[:CLASSES], batches[CLASSES:]
    students = people(campus, Role.STUDENT, CLASSES * LEARNERS, "student")
    newcomers = people(campus, Role.STUDENT, NEWCOMERS * (rounds + 2), "newcomer")
    # Who never came in gets no email.
    User.objects.filter(memberships__role=Role.STUDENT).update(password=make_password("correct-horse-battery"))
    registers = []
    for number, batch in enumerate(taught):
        enroll_all(batch, students[number * LEARNERS : (number + 1) * LEARNERS])
        session = ClassSession.objects.create(
            institution=campus.institution, meeting_id=batch.pk, date=campus.admin.today(), is_edited=True
        )
        learners = Enrollment.objects.filter(batch=batch).values_list("pk", flat=True)
        registers.append({"session": str(session.pk), "learners": [str(one) for one in learners]})
    return {
        "token": campus.token,
        "wanted": [{"course": str(one.course_id), "batch": str(one.pk)} for one in wanted],
        "registers": registers,
        "students": [str(one.pk) for one in students],
        "newcomers": [str(one.pk) for one in newcomers],
    }


# --- what is served, and who keeps it running -----------------------------------------------------------------------


class Site:
    """`muster serve` with a home of its own, started again whenever it ends, as a supervisor does."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self.restarts = home, free_port(), -1
        self.server = EmbeddedServer(home)
        self.log = (home.parent / "serve.log").open("ab")
        self.environment = {
            **os.environ,
            "MUSTER_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
        }
        self.environment.pop("DATABASE_URL", None)
        self.ending = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def supervise(self) -> None:
        """Keep it running until `end`."""
        while not self.ending:
            self.restarts += 1
            command = [sys.executable, "-m", "muster.cli", "serve", f"--port={self.port}", "--workers=2"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log, process_group=0
            )
            self.process.wait()
            time.sleep(1)

    def end(self) -> None:
        self.ending = True
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(60)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement, once the database answers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with psycopg.connect(
                    host=str(self.server.places.socket), user="muster", dbname="muster", autocommit=True
                ) as connection:
                    return connection.execute(statement, values or None).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def victims(self) -> dict[str, list[int]]:
        """What may be killed now, all of it below the process that was started here."""
        parts: dict[str, list[int]] = {"serve": [self.process.pid]}
        for child in children_of(self.process.pid):
            words = command_of(child)
            parts.setdefault("web" if b"web" in words else "jobs" if b"worker" in words else "other", []).append(child)
        parts["web worker"] = [pid for web in parts.get("web", []) for pid in children_of(web)]
        if (postmaster := processes.recorded_pid(self.server.places.data)) and processes.serves(
            postmaster, self.server.places.data
        ):
            parts["PostgreSQL"] = [postmaster]
            of_postgres = {pid: command_of(pid) for pid in children_of(postmaster)}
            parts["backend"] = [pid for pid, words in of_postgres.items() if b"[local]" in words]
            parts["writer"] = [pid for pid, words in of_postgres.items() if b"writer" in words or b"checkp" in words]
        parts.pop("other", None)
        return {name: pids for name, pids in parts.items() if pids}


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


# --- the load ---------------------------------------------------------------------------------------------------------


@dataclass
class Journal:
    """What was acknowledged, and when; kept outside of what is killed."""

    enrolled: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    marks: dict[tuple[str, str], str] = field(default_factory=dict)
    # What was last sent for each mark, acknowledged or not.
    sent: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    # Imports by the number that its students share.
    imports: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    # When calls that were answered began, the newest last, and when the last call that was not came back.
    begun: list[float] = field(default_factory=list)
    failed_at: float = 0.0


class Load:
    """Writers and readers, each in a thread, until `stop`."""

    def __init__(self, site: Site, data: dict[str, Any]) -> None:
        self.site, self.data, self.journal = site, data, Journal()
        self.stopping = threading.Event()
        # Each thread has connections of its own.
        self.own = threading.local()
        newcomers: list[str] = data["newcomers"]
        jobs: list[Callable[[], None]] = [
            lambda: self.enroll(newcomers[0::2], data["wanted"]),
            lambda: self.enroll(newcomers[1::2], data["wanted"]),
            lambda: self.mark(data["registers"][0::2]),
            lambda: self.mark(data["registers"][1::2]),
            self.tell,
            self.bring_in,
            self.read,
        ]
        self.threads = [threading.Thread(target=job, daemon=True) for job in jobs]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Everybody gets the answer they wait for."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(PATIENCE)

    def call(self, method: str, path: str, body: Any = None, data: Any = None, kind: str = "") -> bool:
        """Call until there is an answer, and return whether it was a yes."""
        headers = {"Authorization": f"Bearer {self.data['token']}"}
        if not hasattr(self.own, "session"):
            self.own.session = requests.Session()
        if method == "POST":
            headers["Idempotency-Key"] = uuid4().hex
        if kind:
            headers["Content-Type"] = kind
        while True:
            begun = time.monotonic()
            try:
                answer = self.own.session.request(
                    method, self.site.address + path, json=body, headers=headers, timeout=30, data=data
                )
            except requests.RequestException:
                self.journal.answers["none"] += 1
                self.journal.failed_at = time.monotonic()
            else:
                self.journal.answers[str(answer.status_code)] += 1
                if answer.status_code < 300:
                    self.journal.begun.append(begun)
                    return True
                if answer.status_code >= 500:
                    self.journal.failed_at = time.monotonic()
                else:
                    self.journal.refused.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
                    return False
            if self.stopping.is_set() and time.monotonic() - begun > PATIENCE:
                return False
            # Whoever tries again without a pause takes the processors from what is starting.
            time.sleep(0.3)

    def enroll(self, newcomers: list[str], wanted: list[dict[str, str]]) -> None:
        for number, student in enumerate(newcomers):
            if self.stopping.is_set():
                return
            place = wanted[number % len(wanted)]
            body = {"courseId": place["course"], "batchId": place["batch"], "enrollment_type": "batch"}
            if self.call("POST", f"/api/enrollments/students/{student}/enroll", body):
                self.journal.enrolled[student] = place["batch"]
            self.stopping.wait(0.3)

    def mark(self, registers: list[dict[str, Any]]) -> None:
        dice = random.Random(registers[0]["session"])
        while not self.stopping.is_set():
            register = dice.choice(registers)
            chosen = {learner: dice.choice(STATUSES) for learner in dice.sample(register["learners"], 5)}
            records = [
                {"enrolment_id": learner, "status": status, **({"minutes_late": 5} if status == "LATE" else {})}
                for learner, status in chosen.items()
            ]
            body = {"session_id": register["session"], "records": records}
            for learner, status in chosen.items():
                self.journal.sent[register["session"], learner] = (uuid4().hex, status)
            if self.call("POST", "/api/institution/attendance/mark", body):
                for learner, status in chosen.items():
                    self.journal.marks[register["session"], learner] = status
            self.stopping.wait(0.2)

    def tell(self) -> None:
        while not self.stopping.is_set():
            subject, student = f"News {uuid4().hex}", random.choice(self.data["students"])
            body = {"student_ids": [student], "subject": subject, "text": "We start at nine."}
            if self.call("POST", "/api/messages", body):
                self.journal.told[subject] = student
            self.stopping.wait(0.5)

    def bring_in(self) -> None:
        """Import some students, in the background."""
        while not self.stopping.is_set():
            word = uuid4().hex[:12]
            lines = "".join(f"{word}-{number},Student {word} {number}\n" for number in range(IMPORTED))
            file = {"file": (f"{word}.csv", f"number,name\n{lines}".encode())}
            # Put together once: a repeat has to be the same, byte by byte.
            form = requests.Request("POST", self.site.address, data={"kind": "students"}, files=file).prepare()
            if self.call("POST", "/api/imports", data=form.body, kind=form.headers["Content-Type"]):
                self.journal.imports.append(word)
            self.stopping.wait(5)

    def read(self) -> None:
        while not self.stopping.is_set():
            self.call("GET", "/api/batches")
            self.stopping.wait(0.2)


# --- what must hold -------------------------------------------------------------------------------------------------


def broken_promises(site: Site, journal: Journal) -> list[str]:
    """Acknowledged writes that are not there exactly once."""
    enrolled, told, marks = dict(journal.enrolled), dict(journal.told), dict(journal.marks)
    sent = dict(journal.sent)
    wrong = []
    found = Counter(
        (str(student), str(batch))
        for student, batch in site.ask(
            "SELECT student_id, batch_id FROM enrollments_enrollment WHERE status = 'active'"
        )
    )
    wrong += [f"enrollment of {one}" for one in enrolled.items() if found[one] != 1]
    messages = Counter(subject for (subject,) in site.ask("SELECT subject FROM messaging_message"))
    wrong += [f"message {subject}" for subject in told if messages[subject] != 1]
    stored = {
        (str(session), str(learner)): status
        for session, learner, status in site.ask(
            "SELECT session_id, enrollment_id, status FROM attendance_attendancerecord"
        )
    }
    # What was sent again while we looked is looked at next time; what is under way may be there or not.
    for key, status in marks.items():
        if sent[key] == journal.sent[key] and stored.get(key) not in (status, sent[key][1]):
            wrong.append(f"mark {key}: {stored.get(key)} instead of {status}, sent {sent[key][1]}")
    return wrong


def unfinished(site: Site) -> int:
    """Jobs that are due, and what the job of each minute has yet to tell."""
    [(jobs,)] = site.ask(
        "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name !~ '^builtin'"
        " AND COALESCE(scheduled_at, now()) <= now()"
    )
    [(welcomes,)] = site.ask("SELECT count(*) FROM enrollments_enrollment WHERE welcome_due")
    [(imports,)] = site.ask("SELECT count(*) FROM exchange_importrun WHERE status IN ('waiting', 'running')")
    [(mails,)] = site.ask("SELECT count(*) FROM notifications_notification WHERE mail_status = 'waiting'")
    return int(jobs) + int(welcomes) + int(imports) + int(mails)


def effects(site: Site, journal: Journal) -> tuple[list[str], dict[str, int]]:
    """What jobs did too rarely or too often, and how many mails went out."""
    wrong = []
    welcomes = Counter(
        str(user) for (user,) in site.ask("SELECT user_id FROM notifications_notification WHERE kind = 'welcome'")
    )
    wrong += [f"{welcomes[one]} welcomes of {one}" for one in journal.enrolled if welcomes[one] != 1]
    told = Counter(
        title for (title,) in site.ask("SELECT title FROM notifications_notification WHERE kind <> 'welcome'")
    )
    wrong += [f"{told[one]} notifications of {one}" for one in journal.told if told[one] != 1]
    states = dict(
        site.ask("SELECT mail_status, count(*) FROM notifications_notification WHERE mail_status <> 'none' GROUP BY 1")
    )
    wrong += [f"{states[state]} emails {state}" for state in ("waiting", "failed") if states.get(state)]
    wrong += [
        f"{count} emails wait, and their jobs are {job} after {attempts} attempts"
        for count, job, attempts in site.ask(
            "SELECT count(*), COALESCE(job.status::text, 'not there'), job.attempts"
            " FROM notifications_notification mail"
            " LEFT JOIN procrastinate_jobs job ON job.args->>'notification_id' = mail.id::text"
            " WHERE mail.mail_status = 'waiting' GROUP BY 2, 3"
        )
    ]
    files = Counter(
        str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in (site.home / "mails").glob("*.eml")
    )
    if len(files) != states.get("sent", 0):
        wrong.append(f"{states.get('sent', 0)} emails are sent, and {len(files)} were written")
    made = Counter(
        str(number).partition("-")[0]
        for (number,) in site.ask("SELECT student_number FROM institutions_affiliation WHERE student_number <> ''")
    )
    wrong += [f"{made[word]} students of import {word}" for word in journal.imports if made[word] != IMPORTED]
    states_of_imports = dict(site.ask("SELECT status, count(*) FROM exchange_importrun GROUP BY 1"))
    wrong += [f"{count} imports {state}" for state, count in states_of_imports.items() if state != "done"]
    # What runs every minute is done by the next one.
    failed = site.ask(
        "SELECT task_name, count(*) FROM procrastinate_jobs"
        " WHERE status = 'failed' AND args->'timestamp' IS NULL GROUP BY 1"
    )
    wrong += [f"{count} jobs {name} failed for good" for name, count in failed]
    return wrong, {"sent": len(files), "repeated": sum(count - 1 for count in files.values())}


def check(site: Site) -> list[str]:
    """What `muster check` finds."""
    done = site.run("-m", "muster.cli", "check")
    return [] if not done.returncode else [f"muster check: {done.stdout[-2000:]}{done.stderr[-1000:]}"]


# --- rounds ---------------------------------------------------------------------------------------------------------


@dataclass
class Chaos:
    """Rounds of killing, and what they came to."""

    site: Site
    load: Load
    dice: random.Random
    wrong: list[str] = field(default_factory=list)
    back: dict[str, list[float]] = field(default_factory=dict)
    last: str = ""

    def note(self, wrong: list[str]) -> None:
        """Keep what is wrong, and say it as it happens."""
        self.wrong += wrong
        for words in wrong[:5]:
            say(f"WRONG {words}")

    def round(self, name: str = "") -> None:
        """Kill something, wait until the site is back, and look whether all that was promised is there."""
        time.sleep(self.dice.uniform(0.3, 2))
        victims = self.site.victims()
        name = name or self.dice.choice(sorted(victims))
        pid = self.dice.choice(victims[name])
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.until_back(name)

    def fill_disk(self) -> None:
        """Leave no byte for a while."""
        ballast = self.site.home / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 1024 * 1024)
        # The last bytes too, which a megabyte was too large for.
        with suppress(OSError), (self.site.home / "ballast-rest").open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        # What is allocated already may be written for a while.
        full_at = time.monotonic()
        while self.load.journal.failed_at < full_at and time.monotonic() - full_at < PATIENCE:
            time.sleep(0.1)
        if self.load.journal.failed_at < full_at:
            self.note(["nothing failed while the disk was full"])
        time.sleep(5)
        ballast.unlink()
        (self.site.home / "ballast-rest").unlink()
        self.until_back("disk full")

    def until_back(self, name: str) -> None:
        """Wait until all calls have been answered for a while, and note when the last one was not."""
        hurt, journal = time.monotonic(), self.load.journal
        while True:
            now = time.monotonic()
            if now - hurt > PATIENCE:
                self.last = name
                self.note([f"not back {PATIENCE:.0f} s after: {name}"])
                return
            # A call of after that was answered, however long a busy machine took for it.
            quiet_since = max(hurt, journal.failed_at)
            is_answering = any(begun > quiet_since for begun in journal.begun[-50:])
            if is_answering and now - quiet_since > CALM:
                break
            time.sleep(0.02)
        failing = round(max(0.0, journal.failed_at - hurt), 2)
        self.back.setdefault(name, []).append(failing)
        self.last = f"{name}, failing for {failing} s, {time.monotonic() - hurt:.0f} s in all"
        self.note(broken_promises(self.site, journal))


@contextmanager
def small_disk() -> Iterator[tuple[Path, bool]]:
    """A folder on a small file system of its own, where we may mount one, and whether it is."""
    folder = Path(tempfile.mkdtemp(prefix="muster-chaos-", dir="/tmp"))
    folder.chmod(0o755)
    home = folder / "home"
    home.mkdir(mode=0o755)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "muster-chaos", str(home)]
    is_small = os.geteuid() == 0 and not subprocess.run(mount, capture_output=True, check=False).returncode
    try:
        yield home, is_small
    finally:
        if is_small:
            subprocess.run(["umount", "-l", str(home)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Return 1 when something that was promised is not there."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--kill", default="", help="What to kill in each round, with commas, instead of at random.")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument(
        "--home", type=Path, help="A data folder with its tables, instead of a new one on a small disk."
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--furnish", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    victims = asked.kill.split(",") if asked.kill else [""] * asked.rounds
    rounds = len(victims)
    if asked.furnish:
        print(json.dumps(furnish(rounds)))
        return 0
    say(f"{rounds} rounds, seed {asked.seed}")
    begun = time.monotonic()
    with nullcontext((asked.home, False)) if asked.home else small_disk() as (home, is_small):
        site = Site(home)
        made = site.run("-m", "benchmarks.chaos", "--furnish", f"--rounds={rounds}")
        if made.returncode:
            say(made.stderr[-3000:])
            return 1
        supervisor = threading.Thread(target=site.supervise, daemon=True)
        supervisor.start()
        load = Load(site, json.loads(made.stdout.splitlines()[-1]))
        chaos = Chaos(site, load, random.Random(asked.seed))
        load.start()
        try:
            chaos.until_back("start")
            done = 0
            # Ctrl-C ends the killing, and what was promised is counted all the same.
            with suppress(KeyboardInterrupt):
                for done, victim in enumerate(victims, 1):
                    if is_small and done == (rounds + 1) // 4 + 1:
                        chaos.fill_disk()
                    chaos.round(victim)
                    say(f"round {done}: {chaos.last}")
                    if done % CHECKED_EVERY == 0:
                        say(f"{len(load.journal.begun)} calls answered, {len(chaos.wrong)} wrong")
                        chaos.note(check(site))
            load.stop()
            say("Everything is sent; waiting for what is done in the background.")
            left, since = unfinished(site), time.monotonic()
            while left and time.monotonic() - since < DONE_WITHIN:
                # What failed often, or fails now because its connection was killed, would wait for hours.
                site.ask("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' RETURNING id")
                time.sleep(1)
                if (now := unfinished(site)) < left:
                    left, since = now, time.monotonic()
            chaos.wrong += broken_promises(site, load.journal)
            late, mails = effects(site, load.journal)
            chaos.wrong += late + check(site) + [f"refused: {one}" for one in load.journal.refused]
            database = site.ask("SHOW server_version")[0][0]
        finally:
            site.end()
            supervisor.join(30)
            with suppress(EmbeddedPostgresError, OSError):
                site.server.start()
                site.server.stop()
            if chaos.wrong:
                asked.results.parent.mkdir(exist_ok=True)
                shutil.copy(home.parent / "serve.log", asked.results.with_suffix(".log"))
        facts = {"rounds": done, "disk was full": is_small, "PostgreSQL": database, "seed": asked.seed}
        asked.results.parent.mkdir(exist_ok=True)
        asked.results.write_text(json.dumps(report(chaos, mails, facts, begun), indent=1))
    return 1 if chaos.wrong else 0


def report(chaos: Chaos, mails: dict[str, int], facts: dict[str, Any], begun: float) -> dict[str, Any]:
    """Print what came of it, and return it."""
    journal = chaos.load.journal
    acknowledged = {
        "enrollments": len(journal.enrolled),
        "messages": len(journal.told),
        "marks": len(journal.marks),
        "imports": len(journal.imports),
    }
    numbers = {
        **facts,
        "seconds": round(time.monotonic() - begun),
        "answers": dict(journal.answers),
        "acknowledged": acknowledged,
        "emails": mails,
        "started again by the supervisor": chaos.site.restarts,
        "seconds until back": chaos.back,
        "wrong": chaos.wrong,
    }
    print(f"{'killed':12} {'times':>5} {'failing for, median':>19} {'longest':>8}")
    for name, seconds in sorted(chaos.back.items()):
        print(f"{name:12} {len(seconds):>5} {statistics.median(seconds):>17.1f} s {max(seconds):>6.1f} s")
    for name, value in numbers.items():
        if name not in ("seconds until back", "wrong"):
            print(f"{name}: {value}")
    for words in chaos.wrong[:20]:
        print(f"WRONG {words}")
    print(f"{len(chaos.wrong)} of what was promised is wrong.")
    return numbers


def say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
