"""The real timetable comes in whole, holds every rule, and stays as it is when it comes again."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import TestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.accounts.models import User
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import change_batch
from muster.cli.check import invariants
from muster.core.checks import run_checks
from muster.core.errors import DomainError
from muster.core.ownership import hidden_tables
from muster.core.spreadsheets import csv_lines
from muster.courses.models import Course
from muster.exchange.errors import ImportFileRefused
from muster.exchange.exports import export_of
from muster.exchange.rules import import_file
from muster.exchange.tests.sample_files import REAL_FILE, as_csv, row
from muster.institutions.models import Affiliation, Department, Membership, Role, Room
from muster.timetable.models import Booking, Meeting, ScheduleSlot
from tests.make import Campus, slot


def brought(campus: Campus, *rows: dict[str, Any], **options: Any) -> Any:
    """The lines imported; the report."""
    return import_file(by=campus.admin, kind="sections", content=as_csv(*rows), **options)


def everything() -> dict[str, int]:
    """How many rows every table of ours has, histories included."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("muster.")]
    seen = [model for model in ours if model._meta.db_table not in hidden_tables()]
    return {model._meta.label: model._default_manager.count() for model in seen}


def broken() -> list[str]:
    """The rules that do not hold, with what contradicts them."""
    return [f"{finding.fact}: {one.words}" for finding in run_checks(invariants()) for one in finding.left]


class RealFile(TestCase):
    """One import of the real file, looked at from many sides."""

    campus: Campus
    tried: dict[str, Any]
    report: dict[str, Any]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.campus = Campus.found()
        content, by = REAL_FILE.read_bytes(), cls.campus.admin
        before = everything()
        cls.tried = import_file(by=by, kind="sections", content=content, dry_run=True).as_json()
        assert everything() == before
        cls.report = import_file(by=by, kind="sections", content=content).as_json()

    def test_it_gives_237_courses_and_357_batches(self) -> None:
        mine = {"institution": self.campus.institution}
        assert Course.objects.filter(**mine).count() == 237
        assert Batch.objects.filter(**mine).count() == 357
        assert Department.objects.filter(**mine).count() == 68
        assert Room.objects.filter(**mine).count() == 57
        assert Affiliation.objects.filter(**mine).exclude(staff_number="").count() == 254
        made = {kind: count["made"] for kind, count in self.report["counts"].items()}
        assert made == {
            "branches": 1,
            "departments": 68,
            "courses": 237,
            "rooms": 57,
            "instructors": 254,
            "batches": 357,
            "slots": 803,
            "leads": 310,
            "assistants": 66,
            "shared_meetings": 55,
        }
        assert self.report["problems"] == []

    def test_the_report_tells_what_was_made(self) -> None:
        roles = Counter(InstructorAssignment.objects.values_list("role", flat=True))
        assert roles == {"lead": 310, "assistant": 66}
        assert ScheduleSlot.objects.count() == 803
        assert Meeting.objects.filter(is_shared=True).count() == len(self.report["shared_meetings"]) == 55
        assert Batch.objects.filter(meetings__is_shared=True).distinct().count() == 128

    def test_it_goes_out_as_it_came_in(self) -> None:
        other, file = Campus.found(), as_exported(self.campus)
        report = import_file(by=other.admin, kind="sections", content=file).as_json()
        assert (report["problems"], report["refusals"]) == ([], [])
        assert report["counts"]["batches"]["made"] == 357
        assert as_exported(other) == file
        again = import_file(by=self.campus.admin, kind="sections", content=file, dry_run=True).as_json()
        assert again.get("rows", []) == []
        assert {kind: count["made"] for kind, count in again["counts"].items() if count["made"]} == {}

    def test_a_dry_run_gives_the_same_report(self) -> None:
        assert self.tried == self.report

    def test_every_rule_holds(self) -> None:
        assert broken() == []
        assert Booking.objects.count() > 5_000

    def test_importing_again_changes_nothing(self) -> None:
        before = everything()
        again = import_file(by=self.campus.admin, kind="sections", content=REAL_FILE.read_bytes()).as_json()
        assert everything() == before
        assert {kind: count["made"] for kind, count in again["counts"].items()} == dict.fromkeys(again["counts"], 0)
        assert again["counts"]["batches"]["unchanged"] == 357
        assert again["counts"]["shared_meetings"]["unchanged"] == 55
        assert (again["refusals"], again["problems"], again["warnings"]) == ([], [], [])

    def test_importing_again_leaves_what_people_changed(self) -> None:
        batch = Batch.objects.get(code="CS-374-AL1-42186-SU26")
        change_batch(by=self.campus.admin, batch=batch, changes={"code": "ALGO", "name": "Algorithms"})
        again = import_file(by=self.campus.admin, kind="sections", content=REAL_FILE.read_bytes())
        count = again.counts["batches"]
        assert (count.made, count.unchanged, count.kept, count.skipped) == (0, 356, 1, 0)
        stays = "The batch stays as it is here."
        assert [one for row in again.rows for one in row["changes"]] == [
            {
                "field": "name",
                "before": "Algorithms",
                "after": "Introduction to Algorithms & Models of Computation, AL1",
                "kept": stays,
            },
            {"field": "code", "before": "ALGO", "after": "CS-374-AL1-42186-SU26", "kept": stays},
        ]
        assert Batch.objects.get(pk=batch.pk).name == "Algorithms"

    def test_every_refusal_names_both_sides(self) -> None:
        refusals = self.report["refusals"]
        codes = set(Batch.objects.values_list("code", flat=True))
        assert Counter(refusal["kind"] for refusal in refusals) == {"room": 4, "instructor": 26}
        for refusal in refusals:
            assert {refusal["section"], refusal["other"]} <= codes
            for part in ("section", "other", "who"):
                assert refusal[part] in refusal["message"]
            assert refusal["asked"]
            assert refusal["taken"]

    def test_what_clashes_is_left_out_and_the_rest_is_there(self) -> None:
        turkish = Batch.objects.get(code="TURK-201-A1-34950-SU26")
        assert not turkish.instructor_assignments.exists()
        assert turkish.slots.filter(room__name="Literatures, Cultures, & Ling 1030").count() == 10
        anatomy = Batch.objects.get(code="BSE-636-A-40267-SU26")
        assert anatomy.slots.filter(room__isnull=True).count() == 8
        assert [one.instructor.full_name for one in anatomy.instructor_assignments.leads()] == ["I0016"]

    def test_cross_listed_sections_meet_as_one(self) -> None:
        meeting = Meeting.objects.get(name="CS-374-AL1 + CS-374-OL1 + ECE-374-AL1 + ECE-374-OL1")
        slots = meeting.slots.values_list("weekday", "room__name")
        assert sorted(slots) == [(2, "Electrical & Computer Eng Bldg 2015"), (4, "Electrical & Computer Eng Bldg 2015")]
        bookings = Booking.objects.filter(meeting=meeting)
        # Twelve weeks, two days, once for the room and once for the one who leads all four.
        assert bookings.filter(instructor__isnull=True).count() == bookings.filter(room__isnull=True).count() == 24
        leads = InstructorAssignment.objects.leads().filter(batch__meetings=meeting)
        assert [lead.instructor.full_name for lead in leads] == ["I0034"] * 4

    def test_batches_are_pinned_capped_and_dated(self) -> None:
        assert set(Batch.objects.values_list("capacity", "status_pinned")) == {(30, True)}
        batch = Batch.objects.get(code="CS-374-AL1-42186-SU26")
        assert (batch.start_date, batch.end_date) == (date(2026, 5, 18), date(2026, 8, 7))
        assert batch.name == "Introduction to Algorithms & Models of Computation, AL1"
        assert (batch.department.short_code, batch.branch.code) == ("CS", "MAIN")
        # Whatever the day of the import, they book: Upcoming or Active.
        assert set(Batch.objects.values_list("status", flat=True)) <= {"Upcoming", "Active"}

    def test_instructors_have_no_way_in_yet_and_get_no_mail(self) -> None:
        person = User.objects.get(full_name="I0034")
        assert person.email == f"i0034@{self.campus.institution.slug}.import.invalid"
        assert not person.has_usable_password()
        assert [m.role for m in Membership.objects.filter(user=person)] == [Role.INSTRUCTOR]


@pytest.mark.django_db
class TestParts:
    """What the real file does not show."""

    def test_two_institutions_import_the_same_file_apart(self, campus):
        other = Campus.found()
        for each in (campus, other):
            assert brought(each, row("1", instructors="I1")).counts["instructors"].made == 1
        assert User.objects.filter(full_name="I1").count() == 2

    def test_a_code_that_a_hand_made_batch_has_is_listed(self, campus):
        campus.batch(code="cs-101-a-1-su26")
        report = brought(campus, row("1"), row("2"))
        assert (report.counts["batches"].made, report.counts["batches"].skipped) == (1, 1)
        assert [problem["crn"] for problem in report.problems] == ["1"]

    def test_a_clash_with_a_hand_made_batch_names_it(self, campus):
        brought(campus, row("1", building="Hall", room="1", instructors="I1"))
        imported = Batch.objects.get(code="CS-101-A-1-SU26")
        lead, room = imported.instructor_assignments.get().instructor, imported.slots.first().room
        campus.batch(
            code="MINE",
            lead=lead,
            start_date=date(2026, 6, 15),
            end_date=date(2026, 6, 30),
            status="Active",
            slots=[slot(2, "09:00", "10:00", room=room)],
        )
        report = brought(campus, row("2", section="B", days="T", building="Hall", room="1", instructors="I1"))
        assert {(refusal.kind, refusal.other) for refusal in report.refusals} == {
            ("room", "MINE"),
            ("instructor", "MINE"),
        }
        batch = Batch.objects.get(code="CS-101-B-2-SU26")
        assert [one.room for one in batch.slots.all()] == [None]
        assert not batch.instructor_assignments.exists()

    def test_a_section_that_comes_later_joins_the_meeting_of_the_others(self, campus):
        first = [row("1", instructors="I1"), row("2", section="B", instructors="I1")]
        brought(campus, *first)
        report = brought(campus, *first, row("3", section="C", instructors="I1"))
        assert report.refusals == []
        assert Meeting.objects.get(is_shared=True).batches.count() == 3
        assert Batch.objects.get(code="CS-101-C-3-SU26").instructor_assignments.get().role == "lead"
        assert broken() == []

    def test_a_section_that_comes_later_than_a_lone_one_clashes_with_it(self, campus):
        brought(campus, row("1", building="Hall", room="1", instructors="I1"))
        report = brought(
            campus,
            row("1", building="Hall", room="1", instructors="I1"),
            row("2", section="B", building="Hall", room="1", instructors="I1"),
        )
        assert [(refusal.kind, refusal.section) for refusal in report.refusals] == [
            ("instructor", "CS-101-B-2-SU26"),
            ("room", "CS-101-B-2-SU26"),
        ]
        assert broken() == []

    def test_somebody_with_the_staff_number_who_does_not_teach_is_left_out(self, campus):
        student = campus.student()
        Affiliation.objects.filter(user=student).update(staff_number="I1")
        report = brought(campus, row("1", instructors="I1;I2"))
        assert (report.counts["leads"].made, report.counts["assistants"].made) == (0, 1)
        assert "I1 wasn't assigned to anything" in report.warnings[0]

    def test_statuses_follow_the_dates_and_stay(self, campus, monkeypatch):
        monkeypatch.setattr(Batch, "today", lambda _batch: date(2026, 6, 20))
        brought(campus, row("1", instructors="I1"), row("2", part_of_term="S2B", instructors="I2"), row("3", days="F"))
        assert dict(Batch.objects.values_list("code", "status")) == {
            "CS-101-A-1-SU26": "Active",
            "CS-101-A-2-SU26": "Upcoming",
            # Nobody leads it.
            "CS-101-A-3-SU26": "Upcoming",
        }

    def test_an_import_that_fails_half_way_leaves_nothing(self, campus):
        before = everything()

        def stop(done: int, total: int) -> None:
            if done == 2:
                raise DomainError("stop")

        with pytest.raises(DomainError), transaction.atomic():
            brought(campus, row("1"), row("2", days="F"), row("3", days="T"), progress=stop)
        assert everything() == before

    def test_progress_is_told_to_the_end(self, campus):
        told: list[tuple[int, int]] = []
        brought(
            campus,
            row("1", instructors="I1"),
            row("2", days="F"),
            progress=lambda done, total: told.append((done, total)),
        )
        assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


FEW = as_csv(
    row("1", building="Hall", room="1", instructors="I1"),
    row("2", section="B", instructors="I1;I2"),
    row("2", section="B", days="F", instructors="I1"),
    row("3", section="C", days="MWF", building="Hall", room="1", instructors="I2"),
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.tuples(
            st.integers(100, len(FEW) - 1),
            st.integers(0, 12),
            st.sampled_from(
                [b"", b",", b"\n", b'"', b";", b"I2", b"S2A", b"\xc3\x9f", b"\xff", b"09", b"R", b"Hall,1"]
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_damaged_file_is_imported_by_whole_lines_or_not_at_all(campus, edits):
    content = bytearray(FEW)
    for place, length, splinter in edits:
        content[place : place + length] = splinter
    before = everything()
    with transaction.atomic():
        try:
            report = import_file(by=campus.admin, kind="sections", content=bytes(content))
        except ImportFileRefused:
            assert everything() == before
        else:
            assert Batch.objects.count() == report.counts["batches"].made
            assert ScheduleSlot.objects.count() == report.counts["slots"].made
            assert (
                InstructorAssignment.objects.count() == report.counts["leads"].made + report.counts["assistants"].made
            )
            assert broken() == []
        transaction.set_rollback(True)


# --- and out again ----------------------------------------------------------------------------------------------------
def as_exported(campus: Campus) -> bytes:
    return "".join(csv_lines(export_of("sections", campus.admin).lines())).encode()


@pytest.mark.django_db
def test_dates_of_no_part_of_term_are_not_taken_for_one(campus: Campus) -> None:
    brought(campus, row("1"), row("2"))
    batch = Batch.objects.get(code__contains="-1-")
    change_batch(by=campus.admin, batch=batch, changes={"end_date": date(2026, 8, 1)})
    report = import_file(by=Campus.found().admin, kind="sections", content=as_exported(campus)).as_json()
    assert [problem["crn"] for problem in report["problems"]] == ["1"]
    assert report["counts"]["batches"]["made"] == 1


@pytest.mark.django_db
def test_an_instructors_code_is_the_same_persons_in_whatever_case(campus: Campus) -> None:
    people = {number: campus.instructor(number) for number in ("ab1", "AB1", "Cd2")}
    for number, person in people.items():
        Affiliation.objects.filter(user=person).update(staff_number=number)
    lines = [
        row("1", instructors="AB1;aB1;cD2", days="M"),
        row("2", instructors="ab1", days="T"),
        row("3", instructors="new1;CD2;New1", days="W"),
        row("4", instructors="NEW1", days="R"),
    ]
    report = brought(campus, *lines)
    assert {
        (one.batch.code.split("-")[3], one.role, one.instructor.full_name) for one in InstructorAssignment.objects.all()
    } == {
        ("1", "lead", "AB1"),
        ("1", "assistant", "Cd2"),
        ("2", "lead", "ab1"),
        ("3", "lead", "new1"),
        ("3", "assistant", "Cd2"),
        ("4", "lead", "new1"),
    }
    assert (report.counts["instructors"].made, report.counts["instructors"].unchanged) == (1, 3)
    words = "Several people's numbers differ from aB1 only in upper and lower case. Write it as it is here."
    assert [one for one in report.warnings if "aB1" in one] == [f"aB1 wasn't assigned to anything: {words}"]
    again = brought(campus, *lines)
    assert (again.rows, again.counts["batches"].unchanged, again.counts["instructors"].made) == ([], 4, 0)
