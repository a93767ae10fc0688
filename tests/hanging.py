"""What hangs on a batch: every table that does, found from the models, and a batch with a row in each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from psycopg import sql

from muster.allocation.models import CoverRequest, Plan, PlanItem
from muster.assessment.models import Assessment, AssessmentCategory, AssessmentMark
from muster.attendance.models import (
    AbsenceNotice,
    AttendanceRecord,
    CorrectionRequest,
    Evidence,
    EvidenceLook,
    LowAttendance,
    RegisterChase,
    RegisterScan,
    RegisterSignature,
    UnlockRequest,
)
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, mark_learners
from muster.batches.models import Batch, SubjectFaculty
from muster.batches.rules import make_feed
from muster.certificates.rules import issue_certificate
from muster.core.ids import new_id
from muster.core.ownership import as_owner, without_triggers
from muster.courses.models import Subject
from muster.enrollments.models import Application, Payment
from muster.enrollments.rules import ask_for_transfer, join_waitlist
from muster.exchange.models import ImportedBatch
from muster.feedback.rules import open_batch_round
from muster.institutions.models import Role
from muster.materials.rules import add_material, open_material
from muster.messaging.rules import send_message
from muster.oversight.rules import ask_for_access, record_denied_look
from muster.progression.models import (
    AcademicRecord,
    ComponentScore,
    ElectiveChoice,
    ElectiveGroup,
    HeldBack,
    RolloverRequest,
    ScoreModeration,
    SubjectMapping,
    SubjectResult,
)
from muster.risk.models import Intervention, RiskFlag
from muster.submissions.rules import ResourceInput, draft_submission
from muster.timetable.models import ClassSession, Meeting
from tests.asking import answer
from tests.make import Campus, slot


def hanging_models() -> Iterator[tuple[type[models.Model], str]]:
    """Each table that a chain of foreign keys leads to a batch, or to its meeting, with the shortest chain."""
    reached: dict[type[models.Model], str] = {Batch: "pk", Meeting: "pk"}
    for parent in (waiting := [Batch, Meeting]):
        before = "" if reached[parent] == "pk" else f"__{reached[parent]}"
        for model in apps.get_models():
            ways = [one for one in model._meta.concrete_fields if one.remote_field and one.remote_field.model is parent]
            # A student and their mentor have a meeting of their own, which is no batch's.
            if ways and model not in reached and model._meta.app_label != "mentoring":
                reached[model] = f"{ways[0].name}{before}"
                waiting.append(model)
    yield from ((model, chain) for model, chain in reached.items() if model._meta.managed)


def row_of(model: type[models.Model], chain: str, batch: Batch) -> Any:
    """The row of the table that hangs on the batch. A batch's own meeting has its id."""
    with as_owner():
        return model._base_manager.filter(**{chain: batch.pk}).values_list("pk", flat=True).first()


def everything_of(campus: Campus) -> Batch:
    """A batch with a row in every table that hangs on one."""
    here: dict[str, Any] = {"institution": campus.institution}
    today, now = timezone.localdate(), timezone.now()
    teacher = campus.instructor()
    batch = campus.batch(
        lead=teacher,
        capacity=2,
        start_date=today - timedelta(days=9),
        end_date=today + timedelta(days=60),
        slots=[slot(today.isoweekday(), "08:00", "10:00")],
    )
    seat, other = (campus.enroll(batch, enrollment_date=batch.start_date) for _each in range(2))
    join_waitlist(by=campus.admin, student=campus.student(), batch=batch)
    Payment.objects.create(enrollment=seat, amount=10, currency="EUR", **here)
    Application.objects.create(batch=batch, full_name="Ada", email="ada@example.org", **here)
    ask_for_transfer(by=campus.actor(seat.student), enrollment=seat, reason="The bus comes too late.")
    send_message(by=campus.admin, batch=batch, subject="Monday", text="We start at nine.")
    material = add_material(by=campus.admin, to=batch, title="Video", url="https://example.org/video")
    open_material(by=campus.actor(seat.student), material=material)
    make_feed(by=campus.admin, kind="batch", batch=batch)
    ImportedBatch.objects.create(batch=batch, key="S1", **here)

    open_one, locked = (
        ClassSession.objects.create(
            meeting_id=batch.pk, date=today, is_edited=True, is_locked=is_locked, locked_at=now if is_locked else None,
            status="held", **here,
        )
        for is_locked in (False, True)
    )  # fmt: skip
    session = sessions_in_full(campus.admin).get(pk=open_one.pk)
    mark_learners(by=campus.admin, session=session, marks=[MarkInput(seat.pk, "ABSENT")])
    record = AttendanceRecord.objects.get(session=open_one)
    notice = AbsenceNotice.objects.create(
        student=seat.student, enrollment=seat, first_date=today, last_date=today, reason="Flu", **here
    )
    evidence = Evidence.objects.create(
        record=record,
        file="evidence/note.pdf",
        file_name="note.pdf",
        file_size=1,
        file_digest="0" * 64,
        media_type="application/pdf",
        **here,
    )
    EvidenceLook.objects.create(evidence=evidence, **here)
    regulator = campus.person(Role.REGULATOR)
    days = {"first_date": today, "last_date": today}
    ask_for_access(by=campus.actor(regulator), batches=[batch], purpose="Visit", **days)
    record_denied_look(by=campus.actor(regulator), session_id=open_one.pk)
    CorrectionRequest.objects.create(enrollment=seat, session=locked, notice=notice, **here)
    with as_owner():
        ClassSession.objects.filter(pk=locked.pk).update(locked_by=teacher)
    RegisterSignature.objects.create(
        session=locked, signed_by=teacher, name="Teacher", statement="It is so.", signed_at=now, **here
    )
    scanned = {"file": "scans/sheet.pdf", "file_name": "sheet.pdf", "file_size": 1, "file_digest": "0" * 64}
    RegisterScan.objects.create(session=locked, media_type="application/pdf", **scanned, **here)
    UnlockRequest.objects.create(session=locked, reason="Row 3 was late", **here)
    RegisterChase.objects.create(session=open_one, **here)
    LowAttendance.objects.create(enrollment=seat, **here)

    subject = Subject.objects.create(course=batch.course, code="S1", title="Safety", **here)
    mapping = SubjectMapping.objects.create(batch=batch, subject=subject, semester=1, **here)
    ComponentScore.objects.create(enrollment=seat, mapping=mapping, component="MARK", score=50, marked_at=now, **here)
    ScoreModeration.objects.create(mapping=mapping, component="MARK", kind="add", amount=1, reason="Hard", **here)
    SubjectResult.objects.create(
        enrollment=other, mapping=mapping, verdict="passed", worth=1, earned=1, counts=True, **here
    )
    AcademicRecord.objects.create(enrollment=seat, semester=1, **here)
    category = AssessmentCategory.objects.create(batch=batch, name="Tests", weight=100, **here)
    assessment = Assessment.objects.create(
        batch=batch, category=category, title="Test 1", maximum=20, due_on=today, **here
    )
    AssessmentMark.objects.create(assessment=assessment, enrollment=seat, score=15, marked_at=now, **here)
    group = ElectiveGroup.objects.create(
        batch=batch, semester=1, name="Open", choose=1, opens_on=today, closes_on=today, **here
    )
    open_to_choose = Subject.objects.create(course=batch.course, code="S2", title="Drawing", **here)
    elective = SubjectMapping.objects.create(
        batch=batch, subject=open_to_choose, semester=1, is_elective=True, group=group, **here
    )
    ElectiveChoice.objects.create(enrollment=other, mapping=elective, **here)
    # Batch years alone have faculty and rollovers; this batch stands for all kinds.
    with as_owner():
        SubjectFaculty.objects.create(batch=batch, subject=subject, instructor=teacher, from_date=today, **here)
    with without_triggers("progression.RolloverRequest:rollover_starts_from_now"):
        rollover = RolloverRequest.objects.create(batch=batch, from_semester=1, to_semester=2, **here)
    HeldBack.objects.create(request=rollover, enrollment=seat, reason="Medical leave", **here)
    asked = open_batch_round(by=campus.admin, batch=batch, kind="end", accept_small_group=True)
    answer(campus, asked, [4])
    CoverRequest.objects.create(batch=batch, instructor=teacher, first_date=today, last_date=today, **here)
    plan = Plan.objects.create(asked_by=campus.admin.user, status="ready", wanted=1, staffed=1, **here)
    PlanItem.objects.create(plan=plan, batch=batch, instructor=teacher, score=50, **here)
    flag = RiskFlag.objects.create(enrollment=seat, reasons=["missed"], missed=3, due_on=today, **here)
    Intervention.objects.create(flag=flag, kind="call", note="No answer", happened_at=now, **here)
    issue_certificate(by=campus.admin, enrollment=seat, exception_reason="Early")
    draft_submission(
        by=campus.admin, title="List", resources=[ResourceInput("ENROLMENT_LIST", batch, batch.start_date, today)]
    )
    return batch


# What an update changes where the row as it is would do for every trigger but one.
CHANGES = {
    "enrollments_enrollment": ("status", sql.Literal("cancelled")),
    "batches_batch": ("name", sql.Literal("x")),
    "timetable_meeting": ("name", sql.Literal("x")),
    # Closing it is allowed, and each of the batch's rounds closes when it is archived.
    "feedback_feedbackround": ("reminded_on", sql.Literal("2019-01-01")),
}
# What a copy of a row does not share with it, where the batch is looked at after the statement.
COPIES: dict[str, dict[str, sql.Composable]] = {
    "timetable_classsession": {
        "date": sql.Literal("2019-01-01"),
        "is_locked": sql.Literal(False),
        "locked_at": sql.SQL("NULL"),
        "status": sql.Literal("scheduled"),
        "slot_id": sql.SQL("NULL"),
        "is_edited": sql.Literal(True),
    },
    "timetable_scheduleslot": {"start_time": sql.Literal("18:00"), "end_time": sql.Literal("19:00")},
    "messaging_messagerecipient": {"user_id": sql.SQL("(SELECT student_id FROM enrollments_waitlistentry LIMIT 1)")},
    "attendance_attendancerecord": {
        "enrollment_id": sql.SQL("(SELECT enrollment_id FROM progression_subjectresult LIMIT 1)")
    },
}


def raw(deed: str, model: type[models.Model], pk: Any) -> sql.Composed:
    """A statement about a row, as a program sends it that knows no rule: INSERT of a copy, UPDATE or DELETE."""
    table, key = model._meta.db_table, sql.Identifier(model._meta.pk.column)
    where = sql.SQL("FROM {} WHERE {} = {}").format(sql.Identifier(table), key, sql.Literal(pk))
    if deed == "DELETE":
        return sql.SQL("DELETE {}").format(where)
    if deed == "UPDATE":
        name, value = CHANGES.get(table, (model._meta.pk.column, key))
        return sql.SQL("UPDATE {} SET {} = {} WHERE {} = {}").format(
            *map(sql.Identifier, (table, name)), value, key, sql.Literal(pk)
        )
    columns = [one for one in model._meta.concrete_fields if not one.generated and not one.db_returning]
    other: dict[str | None, sql.Composable] = dict(COPIES.get(table, {}).items())
    if model._meta.pk.get_internal_type() == "UUIDField":
        other = {str(model._meta.pk.column): sql.Literal(new_id()), **other}
    names = [sql.Identifier(one.column) for one in columns]
    values = [other.get(one.column, sql.Identifier(one.column)) for one in columns]
    return sql.SQL("INSERT INTO {} ({}) SELECT {} {}").format(
        sql.Identifier(table), sql.SQL(", ").join(names), sql.SQL(", ").join(values), where
    )
