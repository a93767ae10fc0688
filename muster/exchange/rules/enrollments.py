"""Lists of enrollments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.core.permissions import as_id
from muster.courses.models import Course
from muster.enrollments.models import Enrollment, Organisation
from muster.enrollments.permissions import organisations
from muster.enrollments.rules import change_enrollment, enroll_student
from muster.exchange.lists import ListRow, RowChange, RowOutcome
from muster.exchange.rules.batches import courses_by_name
from muster.exchange.rules.lists import ListImport, RowRefused, day_of, edited_by_hand, in_parts
from muster.exchange.rules.progress import Progress
from muster.institutions.models import STUDENT_ROLES, Affiliation, Membership
from muster.institutions.numbers import AmbiguousNumber, ByNumber, has_number

ARCHIVED = gettext_lazy("The batch %(code)s is archived.")
# What goes with a status.
ENDED = ("completed_at", "cancelled_at")


class EnrollmentsImport(ListImport):
    """Enrollments: a student, found by id, number or email, in a batch by its code, or in a course."""

    kind = "enrollments"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "batchId": "batch",
        "courseId": "course",
        "student": "number",
        "enrollment_type": "enrollment_type",
        "organisation_id": "organisation",
        "enrollment_date": "enrollment_date",
        "status": "status",
    }

    def look(self) -> None:
        self.students: dict[int, User] = {}
        self.batches: dict[int, Batch] = {}
        self.courses: dict[int, Course] = {}
        self.payers: dict[int, Organisation] = {}
        self.stored: dict[int, Enrollment] = {}
        self.values: dict[int, dict[str, Any]] = {}
        self.course = courses_by_name(self.by)
        said: dict[tuple[UUID, UUID | None], int] = {}
        for part in in_parts(self.of(RowOutcome.NEW)):
            self._find(part)
            self._find_stored(part)
            for row in part:
                if row.outcome == RowOutcome.NEW:
                    self._say_once(row, said)
            self._compare([row for row in part if row.outcome == RowOutcome.NEW and row.line in self.stored])

    def here(self) -> int:
        return Enrollment.objects.current().filter(institution=self.by.institution).count()

    def _find(self, part: Sequence[ListRow]) -> None:
        """The students, the places and the payers that the rows name, in five statements."""
        place = self.by.institution
        people, numbers = self._people(part)
        payers = {one.name.casefold(): one for one in organisations.rows(self.by)}
        codes = {row.cells["batch"].lower() for row in part if row.cells.get("batch")}
        rows = Batch.objects.existing().filter(institution=place).annotate(lower=Lower("code")).filter(lower__in=codes)
        batches = {batch.code.lower(): batch for batch in rows.select_related("course")}
        for row in part:
            self.values[row.line] = {}
            if row.outcome != RowOutcome.NEW:
                continue
            cells = row.cells
            self._find_student(row, people, numbers)
            if cells.get("batch"):
                batch = batches.get(cells["batch"].lower())
                if batch is None:
                    row.wrong("batch", _("The batch %(code)s doesn't exist.") % {"code": cells["batch"][:40]})
                elif batch.is_archived:
                    row.wrong("batch", str(ARCHIVED) % {"code": batch.code})
                else:
                    self.batches[row.line] = batch
            try:
                if cells.get("course") and not cells.get("batch"):
                    self.courses[row.line] = self.course.find(cells["course"])
            except RowRefused as refusal:
                row.wrong("course", str(refusal))
            if not (cells.get("batch") or cells.get("course") or cells.get("id")):
                row.wrong("batch", _("Enter a batch code or a course."))
            self._understand(row)
            if cells.get("organisation"):
                self._find_payer(row, payers)

    def _find_payer(self, row: ListRow, payers: Mapping[str, Organisation]) -> None:
        payer = payers.get(row.cells["organisation"].casefold())
        if payer is None:
            words = _("No organization is called %(name)s.")
            row.wrong("organisation", words % {"name": row.cells["organisation"][:60]})
        else:
            self.payers[row.line] = payer

    def _understand(self, row: ListRow) -> None:
        values, cells = self.values[row.line], row.cells
        try:
            if cells.get("enrollment_date"):
                values["enrollment_date"] = day_of(cells["enrollment_date"])
        except RowRefused as refusal:
            row.wrong("enrollment_date", str(refusal))
        for name, choices in (("enrollment_type", Enrollment.Type), ("status", Enrollment.Status)):
            if text := cells.get(name, "").casefold():
                known = {**{words.casefold(): value for value, words in choices.choices}}
                known |= {value.casefold(): value for value in choices.values}
                if text in known:
                    values[name] = str(known[text])
                else:
                    words = ", ".join(choices.values)
                    row.wrong(name, _("Choose one of these: %(known)s.") % {"known": words})

    def _people(self, part: Sequence[ListRow]) -> tuple[dict[tuple[str, str], User], ByNumber[User]]:
        place = self.by.institution
        learns = Membership.objects.filter(institution=place, role__in=STUDENT_ROLES).values("user_id")
        here = Affiliation.objects.filter(institution=place, user__in=learns).select_related("user")
        numbers = {row.cells["number"] for row in part if row.cells.get("number")}
        ids = {key for row in part if (key := as_id(row.cells.get("student_id", "")))}
        emails = {row.cells["email"].lower() for row in part if row.cells.get("email")}
        named = here.filter(has_number("student_number", numbers))
        found = {("student_id", str(one.user_id)): one.user for one in here.filter(user__in=ids)}
        addressed = here.annotate(address=Lower("user__email")).filter(address__in=emails)
        found |= {("email", one.user.email.lower()): one.user for one in addressed}
        return found, ByNumber((one.student_number, one.user) for one in named)

    def _find_student(self, row: ListRow, people: Mapping[tuple[str, str], User], numbers: ByNumber[User]) -> None:
        """By id, then by number, then by email; an id or number that nobody has is wrong, whatever else is there."""
        for name in ("student_id", "number", "email"):
            if text := row.cells.get(name, ""):
                try:
                    student = numbers.find(text) if name == "number" else people.get((name, text.lower()))
                except AmbiguousNumber as refusal:
                    row.wrong(name, refusal.message)
                    return
                if student is None:
                    row.wrong(name, _("No student has this."))
                else:
                    self.students[row.line] = student
                return
        if not row.cells.get("id"):
            row.wrong("number", _("Enter a student number or an email."))

    def _find_stored(self, part: Sequence[ListRow]) -> None:
        """The enrollments that are here: the one of an id, else the latest of the student in that place."""
        place = self.by.institution
        rows = Enrollment.objects.filter(institution=place).select_related("batch", "course", "student")
        ids = {key for row in part if (key := as_id(row.cells.get("id", "")))}
        by_id = {one.pk: one for one in rows.filter(pk__in=ids)}
        students = {self.students[row.line].pk for row in part if row.line in self.students}
        latest: dict[tuple[Any, Any], Enrollment] = {}
        for one in rows.filter(student__in=students).order_by("created_at", "pk"):
            latest[one.student_id, one.batch_id or one.course_id] = one
        for row in part:
            if row.outcome != RowOutcome.NEW:
                continue
            if row.cells.get("id"):
                key = as_id(row.cells["id"])
                if key is None or key not in by_id:
                    row.wrong("id", _("No enrollment has this id."))
                    continue
                self.stored[row.line] = by_id[key]
                continue
            where = self.batches.get(row.line) or self.courses[row.line]
            if (student := self.students.get(row.line)) and (student.pk, where.pk) in latest:
                self.stored[row.line] = latest[student.pk, where.pk]

    def _say_once(self, row: ListRow, said: dict[tuple[UUID, UUID | None], int]) -> None:
        if row.line in self.stored:
            stored = self.stored[row.line]
            key = (stored.student_id, stored.batch_id or stored.course_id)
        else:
            where: Batch | Course = self.batches.get(row.line) or self.courses[row.line]
            key = (self.students[row.line].pk, where.pk)
        if key in said:
            row.skip("", _("The same as line %(line)d.") % {"line": said[key]})
        said.setdefault(key, row.line)

    def _compare(self, rows: Sequence[ListRow]) -> None:
        differing: list[tuple[ListRow, Enrollment, list[RowChange]]] = []
        for row in rows:
            stored = self.stored[row.line]
            changes = [
                RowChange(name, str(before), str(value))
                for name, value in self.values[row.line].items()
                if (before := getattr(stored, name)) != value
            ]
            payer = self.payers.get(row.line)
            if payer is not None and payer.pk != stored.organisation_id:
                row.wrong("organisation", _("This enrollment is already here. Correct who pays on the student's page."))
                continue
            row.outcome = RowOutcome.SAME
            if changes:
                differing.append((row, stored, changes))
        by_hand = edited_by_hand({stored.pk for _row, stored, _changes in differing}) if differing else frozenset()
        for row, stored, changes in differing:
            row.differs([self.keep_back(change, edited=(stored.pk, change.field) in by_hand) for change in changes])

    def write(self, progress: Progress) -> None:
        self.each(self.of(RowOutcome.NEW, RowOutcome.CHANGED), progress, self._write)

    def _write(self, row: ListRow) -> None:
        values = self.values[row.line]
        if row.outcome == RowOutcome.CHANGED:
            stored = self.stored[row.line]
            takes = {name: values[name] for name in row.takes}
            told = {name: [str(getattr(stored, name)), str(value)] for name, value in takes.items()}
            ended = {name: getattr(stored, name) for name in ENDED}
            changed = change_enrollment(by=self.by, enrollment=stored, changes=takes)
            told |= {
                name: [before and str(before), (after := getattr(changed, name)) and str(after)]
                for name, before in ended.items()
            }
            self.changed.append((Enrollment._meta.label, str(stored.pk), told))
            return
        enrollment = self._enroll(row, values)
        self.report.keep(self.kind, [enrollment])

    def _enroll(self, row: ListRow, values: Mapping[str, Any]) -> Enrollment:
        batch = self.batches.get(row.line)
        enrollment = enroll_student(
            by=self.by,
            student=self.students[row.line],
            batch=batch,
            course=self.courses.get(row.line) if batch is None else None,
            enrollment_type=values.get("enrollment_type"),
            enrollment_date=values.get("enrollment_date"),
            source="import",
            organisation=self.payers.get(row.line),
        )
        status = values.get("status", Enrollment.Status.ACTIVE)
        if status != Enrollment.Status.ACTIVE:
            enrollment = change_enrollment(by=self.by, enrollment=enrollment, changes={"status": status})
        return enrollment
