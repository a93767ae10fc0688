"""Sections of a catalogue become departments, courses, rooms, instructors and batches with their weekly slots."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import time
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.batches.clashes import Clash
from muster.batches.errors import ScheduleConflict
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.queries import in_full
from muster.batches.rules import BatchInput, SlotInput, assign_instructor, join_meeting, open_batch, share_meeting
from muster.core.database import atomic, lock_word
from muster.core.errors import DomainError
from muster.core.history import recorded
from muster.courses.models import Course
from muster.exchange.lists import ListRow, RowChange
from muster.exchange.models import ImportedBatch
from muster.exchange.report import Refusal, Report, hours_in_words
from muster.exchange.rules.progress import Progress, no_progress
from muster.exchange.sections import Section, SharedMeetingInput, SkippedLine, Unit, units_of
from muster.exchange.sections.reading import WeeklyTime
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, Branch, Department, Membership, Role, Room
from muster.institutions.numbers import AmbiguousNumber, ByNumber, has_number
from muster.institutions.rules import PersonInput, RoleGrant, add_person
from muster.timetable.models import Meeting

M = TypeVar("M", bound=Model)
CAPACITY = 30
# The catalogue knows no branches: all its rooms are of one, made by the first import.
BRANCH_CODE, BRANCH_NAME = "MAIN", "Main campus"


@atomic
def import_sections(
    *, by: Actor, sections: Sequence[Section], problems: Sequence[SkippedLine] = (), progress: Progress = no_progress
) -> Report:
    """Bring the sections in, all or none, but for the parts that clash: those are left out and reported.

    A section that was imported before stays as people have made it since; so importing again changes nothing. Batches
    get 30 seats and a pinned status: Upcoming before their first day or without a lead, else Active, so that they keep
    their rooms and instructors booked until a person completes them. The first instructor named leads, the others
    assist. Sections that are one meeting share it (`sections.meetings` has the rule).

    Holds a lock on the institution's imports; `progress` is told how many steps of how many are done.
    """
    lock_word("import", by.institution.pk)
    work = _SectionsImport(by, Report(problems=[asdict(problem) for problem in problems]))
    known = ImportedBatch.objects.filter(institution=by.institution, key__in=[section.key for section in sections])
    work.batches = {row.key: row.batch for row in known.select_related("batch__course")}
    work.before = frozenset(work.batches)
    sections = work.with_known_people(work.with_free_codes(sections))
    people = list(dict.fromkeys(code for section in sections for code in section.instructors))
    # A person, a section and its assistants take about as long as each other.
    done, total = 0, len(people) + 2 * len(sections)

    def step(number: int = 1) -> None:
        nonlocal done
        done += number
        progress(done, total)

    work.prepare(sections)
    for code in people:
        work.find_or_add(code)
        step()
    work.compare(sections)
    for unit in units_of(sections):
        work.bring_in(unit)
        step(len(unit.sections))
    # Who assists comes last: somebody who leads a section is never lost to one where they only help.
    for section in sections:
        work.assign_assistants(section)
        step()
    work.look_back(sections)
    # What would be refused at the end of the transaction is refused here, in a dry run too.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return work.report


@dataclass
class _SectionsImport:
    """One import under way: what it found and made so far, by the names in the file."""

    by: Actor
    report: Report
    branch: Branch | None = None
    departments: dict[str, Department] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    # Everybody with one of the staff numbers, who of them teaches, and who is assigned in the end.
    here: ByNumber[User] = field(default_factory=lambda: ByNumber(()))
    teaching: frozenset[UUID] = frozenset()
    people: dict[str, User] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    before: frozenset[str] = frozenset()

    # --- what batches stand on -------------------------------------------------------------------------------------
    def prepare(self, sections: Sequence[Section]) -> None:
        """Find or make departments, courses and rooms, each kind with as few statements as it takes."""
        with recorded(self.by, "import_sections"):
            self._departments(sections)
            self._courses(sections)
            self._branch(needed=any(section.key not in self.before for section in sections))
            self._rooms(sections)

    def _departments(self, sections: Sequence[Section]) -> None:
        institution = self.by.institution
        wanted = {
            section.subject: Department(institution=institution, name=section.subject, short_code=section.subject)
            for section in sections
        }
        rows = Department.objects.filter(institution=institution)
        self.departments = self._found_or_made("departments", rows, "short_code", wanted)

    def _courses(self, sections: Sequence[Section]) -> None:
        first = {section.course_code: section for section in reversed(sections)}
        wanted = {
            code: Course(
                institution=self.by.institution,
                title=section.title,
                code=code,
                department=self.departments[section.subject],
                default_capacity=CAPACITY,
            )
            for code, section in reversed(first.items())
        }
        rows = Course.objects.filter(institution=self.by.institution).select_related("department")
        self.courses = self._found_or_made("courses", rows, "code", wanted)

    def _branch(self, *, needed: bool) -> None:
        self.branch = Branch.objects.filter(institution=self.by.institution, code__iexact=BRANCH_CODE).first()
        if self.branch is not None:
            self.report.unchanged("branches")
        elif needed:
            self.branch = Branch.objects.create(institution=self.by.institution, name=BRANCH_NAME, code=BRANCH_CODE)
            self.report.made("branches")
            self.report.keep("branches", [self.branch])

    def _rooms(self, sections: Sequence[Section]) -> None:
        meetings = [meeting for section in reversed(sections) for meeting in section.meetings]
        names = {meeting.room.upper(): meeting.room for meeting in meetings if meeting.room}
        if self.branch is None:
            return
        wanted = {
            key: Room(institution=self.by.institution, branch=self.branch, name=names[key]) for key in sorted(names)
        }
        self.rooms = self._found_or_made("rooms", Room.objects.filter(branch=self.branch), "name", wanted)

    def _found_or_made(self, kind: str, rows: QuerySet[M], name: str, wanted: Mapping[str, M]) -> dict[str, M]:
        """The rows wanted, by their names in capitals: those that are there, and the others as they were given."""
        found = {getattr(row, name).upper(): row for row in rows}
        found = {key: row for key, row in found.items() if key in wanted}
        new = {key: row for key, row in wanted.items() if key not in found}
        self.report.unchanged(kind, len(found))
        self.report.made(kind, len(new))
        self.report.keep(kind, new.values())
        rows.model._default_manager.bulk_create(new.values())
        return found | new

    def with_known_people(self, sections: Sequence[Section]) -> list[Section]:
        """The sections, with each of their people under one spelling of the code, the first in the file."""
        codes = {code for section in sections for code in section.instructors}
        rows = Affiliation.objects.filter(has_number("staff_number", codes), institution=self.by.institution)
        self.here = ByNumber((row.staff_number, row.user) for row in rows.select_related("user"))
        self.teaching = frozenset(
            Membership.objects.filter(
                institution=self.by.institution, role=Role.INSTRUCTOR, user__is_active=True
            ).values_list("user_id", flat=True)
        )
        first: dict[object, str] = {}

        def spelt(code: str) -> str:
            try:
                return first.setdefault(self.here.find(code) or code.lower(), code)
            except AmbiguousNumber:
                return code

        return [
            replace(section, instructors=list(dict.fromkeys(map(spelt, section.instructors)))) for section in sections
        ]

    def find_or_add(self, code: str) -> None:
        """The instructor known by this staff number; a new one gets no invitation, since a code has no address."""
        try:
            user = self.here.find(code)
        except AmbiguousNumber as refusal:
            return self._leave_out(code, refusal.message)
        if user is not None:
            if user.pk in self.teaching:
                self.people[code] = user
                self.report.unchanged("instructors")
            else:
                self._leave_out(code, _("has this staff number but is not an active instructor"))
            return None
        plan = PersonInput(
            full_name=code,
            email=address_of(code, self.by.institution.slug),
            roles=[RoleGrant(Role.INSTRUCTOR)],
            staff_number=code,
        )
        try:
            self.people[code] = add_person(by=self.by, person=plan)
        except DomainError as refusal:
            self._leave_out(code, refusal.message)
        else:
            self.report.made("instructors")
            self.report.keep("instructors", [self.people[code]])

    def _leave_out(self, code: str, reason: str) -> None:
        self.report.skipped("instructors")
        self.report.warnings.append(
            _("%(code)s wasn't assigned to anything: %(reason)s") % {"code": code, "reason": reason}
        )

    # --- batches ----------------------------------------------------------------------------------------------------
    def with_free_codes(self, sections: Sequence[Section]) -> list[Section]:
        """The sections without those whose code somebody gave to another batch; they are listed."""
        new = {section.code for section in sections if section.key not in self.before}
        rows = Batch.objects.existing().filter(institution=self.by.institution)
        taken = {code.upper() for code in rows.values_list("code", flat=True)} & new
        free: list[Section] = []
        for section in sections:
            if section.key in self.before or section.code not in taken:
                free.append(section)
                taken.add(section.code)
                continue
            self.report.skipped("batches")
            message = _("Another batch already uses the code %(code)s.") % {"code": section.code}
            self.report.problems.append({"line": section.line, "crn": section.crn, "message": message})
        return free

    def compare(self, sections: Sequence[Section]) -> None:
        """Tell what of batches that were imported before differs from the file. It stays as it is here.

        What one side does not have is no difference: clashing rooms and people were left out.
        """
        old = [section for section in sections if section.key in self.before]
        keys = [self.batches[section.key].pk for section in old]
        batches: dict[UUID, Any] = {batch.pk: batch for batch in in_full(Batch.objects.filter(pk__in=keys))}
        for section in old:
            row = ListRow(section.line, {"name": _name_of(section), "code": section.code})
            row.differs(list(self._differences(section, batches[self.batches[section.key].pk])))
            if row.changes:
                self.report.kept("batches")
                self.report.rows.append(row.as_json())
            else:
                self.report.unchanged("batches")

    def _differences(self, section: Section, batch: Any) -> Iterator[RowChange]:
        lead = self.people.get(section.lead)
        first, last = section.dates
        week = [slot for meeting in section.meetings for slot in self._slots([meeting])]
        hours = hours_in_words((slot.weekday, slot.start_time, slot.end_time) for slot in week)
        stored = hours_in_words(
            (slot["weekday"], time.fromisoformat(slot["start_time"]), time.fromisoformat(slot["end_time"]))
            for slot in batch.week
        )
        for name, before, after in (
            ("name", batch.name, _name_of(section)),
            ("code", batch.code, section.code),
            ("start_date", str(batch.start_date or ""), str(first)),
            ("end_date", str(batch.end_date or ""), str(last)),
            ("slots", ", ".join(stored), ", ".join(hours)),
            ("lead", batch.lead["full_name"] if batch.lead else "", lead.full_name if lead else ""),
        ):
            if before and after and before != after:
                yield RowChange(name, before, after, _("The batch stays as it is here."))

    def bring_in(self, unit: Unit) -> None:
        """Open the batches of a unit that are not there yet, let them meet together, and give them their leads."""
        new = [section for section in unit.sections if section.key not in self.before]
        joins = self._settle(unit)
        for section in new:
            self._open(section, unit)
        for plan in unit.shared:
            self._share(plan, joins.get(plan.name))
        for section in new if unit.shared else []:
            self._assign(section, section.lead, InstructorAssignment.Role.LEAD)

    def _settle(self, unit: Unit) -> dict[str, Meeting]:
        """Look at plans some of whose sections were imported before: theirs is the meeting that the others join.

        Where those have no such meeting they keep theirs as their own, and the plan shrinks to the new sections.
        """
        joins: dict[str, Meeting] = {}
        plans: list[SharedMeetingInput] = []
        for plan in unit.shared:
            old = [section for section in plan.sections if section.key in self.before]
            new = tuple(section for section in plan.sections if section.key not in self.before)
            meeting = self._meeting_of(old, plan) if old and new else None
            if meeting is not None:
                joins[plan.name] = meeting
            if meeting is not None or not old or not new:
                plans.append(plan)
            elif len(new) > 1:
                plans.append(replace(plan, sections=new))
        unit.shared = plans
        return joins

    def _meeting_of(self, old: Sequence[Section], plan: SharedMeetingInput) -> Meeting | None:
        """The meeting that the sections imported before share at the plan's times."""
        wanted = {(day, meeting.start, meeting.end) for meeting in plan.meetings for day in meeting.days}
        batches = [self.batches[section.key] for section in old]
        for meeting in Meeting.objects.filter(is_shared=True, batches__in=batches).distinct().order_by("created_at"):
            if set(meeting.slots.values_list("weekday", "start_time", "end_time")) == wanted:
                return meeting
        return None

    def _open(self, section: Section, unit: Unit) -> None:
        """Open the batch of a section, without the rooms and the lead that clash.

        In a unit that shares, the lead comes after the shared meeting is there: it books them once for all.
        """
        first, last = section.dates
        plan = BatchInput(
            name=_name_of(section),
            code=section.code,
            course=self.courses[section.course_code],
            branch=self.branch,
            start_date=first,
            end_date=last,
            capacity=CAPACITY,
            status=self._status_of(section),
            lead=None if unit.shared else self.people.get(section.lead),
            slots=self._slots(unit.own_meetings(section)),
        )
        batch: Batch | None = None
        while batch is None:
            try:
                batch = open_batch(by=self.by, fields=plan)
            except ScheduleConflict as conflict:
                # Every round drops a room or the lead, so there is an end of it.
                self._note(section, conflict.clashes)
                slots = _without_rooms(plan.slots, conflict.clashes)
                busy = any(clash.kind == "instructor" for clash in conflict.clashes)
                plan = replace(plan, slots=slots, lead=None if busy else plan.lead)
        self.batches[section.key] = batch
        ImportedBatch.objects.create(institution=self.by.institution, key=section.key, batch=batch)
        self.report.made("batches")
        self.report.keep("batches", [batch])
        self.report.made("slots", len(plan.slots))
        self.report.made("leads", 1 if plan.lead else 0)

    def _share(self, plan: SharedMeetingInput, meeting: Meeting | None) -> None:
        """Let the batches of the plan meet together, or those that are new join the meeting of the others."""
        batches = [self.batches[section.key] for section in plan.sections]
        new = [section for section in plan.sections if section.key not in self.before]
        if meeting is not None:
            for section in new:
                join_meeting(by=self.by, meeting=meeting, batch=self.batches[section.key])
        if meeting is not None or not new:
            self.report.unchanged("shared_meetings")
            return
        slots = self._slots(plan.meetings)
        while True:
            try:
                share_meeting(by=self.by, name=plan.name, batches=batches, slots=slots)
            except ScheduleConflict as conflict:
                for section in plan.sections:
                    self._note(section, conflict.clashes)
                slots = _without_rooms(slots, conflict.clashes)
            else:
                break
        self.report.made("shared_meetings")
        self.report.made("slots", len(slots))
        self.report.shared_meetings.append(
            {
                "name": plan.name,
                "batches": [section.code for section in plan.sections],
                "slots": hours_in_words(
                    (day, meeting.start, meeting.end) for meeting in plan.meetings for day in meeting.days
                ),
                "room": next((slot.room.name for slot in slots if slot.room), ""),
            }
        )

    def assign_assistants(self, section: Section) -> None:
        """Give a new batch its further instructors."""
        for code in [] if section.key in self.before else section.instructors[1:]:
            self._assign(section, code, InstructorAssignment.Role.ASSISTANT)

    def _assign(self, section: Section, code: str, role: str) -> None:
        person = self.people.get(code)
        if person is None:
            return
        try:
            assign_instructor(
                by=self.by,
                batch=self.batches[section.key],
                instructor=person,
                role=role,
                from_date=min(self.batches[section.key].today(), section.dates[0]),
            )
        except ScheduleConflict as conflict:
            self._note(section, conflict.clashes)
        else:
            self.report.made("leads" if role == InstructorAssignment.Role.LEAD else "assistants")

    def _slots(self, meetings: Iterable[WeeklyTime]) -> list[SlotInput]:
        return [
            SlotInput(day, meeting.start, meeting.end, self.rooms.get(meeting.room.upper()))
            for meeting in meetings
            for day in meeting.days
        ]

    def _status_of(self, section: Section) -> str:
        """Pinned, and never Completed: a batch that is over books nobody, and its timetable would prove nothing."""
        draft = Batch(
            institution=self.by.institution, branch=self.branch, kind=Batch.Kind.COURSE, start_date=section.dates[0]
        )
        return draft.status_on(draft.today(), has_lead=section.lead in self.people)

    # --- the report -------------------------------------------------------------------------------------------------
    def _note(self, section: Section, clashes: Iterable[Clash]) -> None:
        """List what is left out of the section: one refusal for each person or room and section in the way."""
        found: dict[tuple[str, str, str], list[Clash]] = defaultdict(list)
        for clash in clashes:
            found[clash.kind, clash.who, clash.batch_code].append(clash)
        self.report.refusals += [
            Refusal(
                kind=kind,
                who=who,
                section=section.code,
                section_title=section.title,
                other=other,
                other_title=group[0].batch_name,
                asked=hours_in_words((clash.asked.weekday, clash.asked.start, clash.asked.end) for clash in group),
                taken=hours_in_words((clash.booked.weekday, clash.booked.start, clash.booked.end) for clash in group),
                first_date=min(clash.first for clash in group).isoformat(),
                last_date=max(clash.last for clash in group).isoformat(),
            )
            for (kind, who, other), group in found.items()
        ]

    def look_back(self, sections: Sequence[Section]) -> None:
        """What a person should know of the whole."""
        new = [section for section in sections if section.key not in self.before]
        over = sum(section.dates[1] < self.batches[section.key].today() for section in new)
        past = ngettext(
            "%(count)d batch is past its last day. It keeps its room and instructors booked until it's completed.",
            "%(count)d batches are past their last day. They keep their rooms and instructors booked until they're "
            "completed.",
            over,
        )
        roomless = sum(not any(meeting.room for meeting in section.meetings) for section in new)
        self.report.warnings += [
            words % {"count": count}
            for words, count in (
                (past, over),
                (_("%(count)d sections have no instructor."), sum(not section.instructors for section in new)),
                (_("%(count)d sections have no room."), roomless),
            )
            if count
        ]


def _without_rooms(slots: Sequence[SlotInput], clashes: Iterable[Clash]) -> list[SlotInput]:
    taken = {clash.index for clash in clashes if clash.kind == "room"}
    return [replace(slot, room=None) if index in taken else slot for index, slot in enumerate(slots)]


def _name_of(section: Section) -> str:
    """The title and what tells the sections of a course apart, within the 150 characters of a name."""
    label = section.label or section.crn
    return f"{section.title[: 148 - len(label)]}, {label}"


def address_of(code: str, place: str) -> str:
    """An address for somebody known by a code alone. Nothing is ever delivered to .invalid (RFC 2606).

    The institution is part of it: the same code means somebody else in another.
    """
    local = code.lower()
    if not re.fullmatch(r"[a-z0-9]{1,40}", local):
        local = sha256(code.encode()).hexdigest()[:24]
    return f"{local}@{place}.import.invalid"
