"""What further stands in each part of the world: one of everything that somebody may be tried on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from muster.accounts.models import User
from muster.allocation.models import Plan, PlanItem
from muster.allocation.rules import ask_for_cover, assign_student
from muster.assessment.rules import MarkGiven, add_assessment, save_marks
from muster.attendance.models import (
    AbsenceNotice,
    AttendanceRecord,
    CorrectionRequest,
    Evidence,
    RegisterScan,
    UnlockRequest,
)
from muster.batches.models import Batch
from muster.batches.rules import make_feed
from muster.certificates.badges import certificate_badge, public_keys
from muster.certificates.rules import issue_certificate
from muster.core.files import keep
from muster.courses.models import Subject
from muster.courses.resources import BANDS, COMPONENTS, SCHEMES
from muster.documents.rules import DocumentDraft, issue_documents
from muster.enrollments.models import Enrollment, Organisation
from muster.enrollments.rules import Applicant, apply_for_batch, ask_for_transfer, join_waitlist
from muster.exchange.models import ImportRun
from muster.feedback.rules import open_batch_round
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.institutions.rules import change_picture
from muster.materials.rules import SentFile, add_material, remove_material
from muster.mentoring.models import Handover
from muster.mentoring.rules import (
    agree_goal,
    ask_for_another_mentor,
    ask_for_another_time,
    ask_question,
    check_in,
    schedule_sessions,
)
from muster.messaging.rules import send_message
from muster.notifications.models import Notification
from muster.notifications.rules import quietly
from muster.oversight.models import AccessRequest
from muster.oversight.rules import ask_for_access, grant_access
from muster.people.notes import add_note
from muster.privacy.rules import answer_consent, write_consent
from muster.progression.models import AcademicRecord
from muster.progression.rules import add_elective_group, map_subject, request_rollover, start_rollovers
from muster.reports.rules import make_report, order_report, schedule_report
from muster.risk.models import RiskFlag
from muster.risk.rules import record_intervention
from muster.saved_views.rules import remove_view, save_view
from muster.submissions.resources import EXPORT_TEMPLATES, TEMPLATE_COLUMNS
from muster.submissions.rules import ResourceInput, make_submission
from muster.timetable.models import ClassSession
from tests.files import PDF, png
from tests.make import Campus, slot

DAYS = {"first_date": date(2030, 2, 1), "last_date": date(2030, 2, 28)}


def assigned(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The learner of the part has its teacher as mentor."""
    assign_student(by=campus.admin, student=found["learner"], instructor=found["teacher"])
    return {}


def mentored(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The learner of the part meets their mentor, agreed on something, says how it goes and asks something."""
    who: dict[str, Any] = {"by": campus.actor(found["teacher"]), "student": found["learner"]}
    [row] = schedule_sessions(**who, starts_at=datetime.combine(date(2030, 6, 9), time(12)))
    goal = agree_goal(**who, title="Hand in the exercise", due_on=date(2030, 6, 10))
    own: dict[str, Any] = {**who, "by": campus.actor(found["learner"])}
    other = campus.student()
    assign_student(by=campus.admin, student=other, instructor=found["teacher"])
    assign_student(by=campus.admin, student=other, instructor=campus.instructor(), replace=True)
    handover = Handover.objects.get(former__student=other)
    wish = ask_for_another_mentor(**own, reason="We never find a time.")
    later = ask_for_another_time(by=own["by"], session=row, starts_at=datetime.combine(date(2030, 6, 9), time(14)))
    said = check_in(**own, mood=4, progress=2)
    question = ask_question(**own, question="Which chart for shares of a whole?")
    return {
        "class_session_id": row.session_id,
        "mentoring_session_id": row.pk,
        "goal_id": goal.pk,
        "check_in_id": said.pk,
        "question_id": question.pk,
        "mentor_request_id": wish.pk,
        "time_request_id": later.pk,
        "handover_id": handover.pk,
    }


def met(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The batch of the part has a session without a booking."""
    batch = campus.batch(
        course=campus.course(department=found["department"]),
        branch=found["branch"],
        department=found["department"],
        lead=found["teacher"],
    )
    enrollment = campus.enroll(batch, found["learner"])
    session = ClassSession.objects.create(
        institution=campus.institution, meeting_id=batch.pk, date=batch.today(), is_edited=True, notes="Register"
    )
    feed, _secret = make_feed(by=campus.actor(found["teacher"]), kind="personal")
    return {"feed_id": feed.pk, "register_id": session.pk, "cohort_id": batch.pk, "learner_id": enrollment.pk}


def certified(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The student of the part has a certificate."""
    seat = Enrollment.objects.get(pk=found["enrollment_id"])
    issued = issue_certificate(by=campus.admin, enrollment=seat, exception_reason="Early")
    certificate_badge(issued.certificate)
    return {"certificate_id": issued.certificate.pk, "key_id": public_keys()[0]["kid"]}


def consenting(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """Everybody is asked for their consent, and the learner of the part gave it."""
    title = f"Photos of {found['department'].short_code}"
    purpose = write_consent(by=campus.admin, title=title, text="May we?", audience="everyone")
    answer_consent(by=campus.actor(found["learner"]), purpose=purpose, given=True, version=1)
    return {"consent_id": purpose.pk}


def noted(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The teacher of the part noted something about its learner."""
    note = add_note(by=campus.actor(found["teacher"]), student=found["learner"], text="Works in the afternoon.")
    return {"note_id": note.pk}


def asked(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The teacher asks for cover in the part's batch, and is asked in another's."""
    teacher, colleague = found["teacher"], campus.instructor()
    own = ask_for_cover(by=campus.actor(teacher), batch=batch_of(found), instructor=teacher, **DAYS)
    other = campus.batch(
        lead=colleague, branch=found["branch"], department=found["department"], slots=[slot(7, "06:00", "07:00")]
    )
    wanted = ask_for_cover(by=campus.actor(colleague), batch=other, instructor=colleague, asked=teacher, **DAYS)
    return {"cover_id": own.pk, "asked_cover_id": wanted.pk}


def batch_of(found: dict[str, Any]) -> Any:
    """The batch that the teacher leads."""
    return found["teacher"].instructor_assignments.select_related("batch").get(batch=found["batch_id"]).batch


def excused(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """A learner who was absent from one session of the part's batch, with a file, and from a locked one."""
    here: dict[str, Any] = {"institution": campus.institution}
    taught: dict[str, Any] = {**here, "meeting_id": found["cohort_id"], "is_edited": True, "notes": "Evidence"}
    today = Batch.objects.get(pk=found["cohort_id"]).today()
    session = ClassSession.objects.create(date=today, **taught)
    record = AttendanceRecord.objects.create(
        enrollment_id=found["learner_id"],
        session=session,
        record_date=session.date,
        status="ABSENT",
        marked_at=timezone.now(),
        **here,
    )
    notice = AbsenceNotice.objects.create(
        student=found["learner"],
        first_date=date(2030, 1, 22),
        last_date=date(2030, 1, 25),
        reason="Flu",
        announced_by=found["learner"],
        **here,
    )
    row = Evidence.objects.create(
        record=record,
        file=keep("evidence", PDF),
        file_name="note.pdf",
        file_size=len(PDF),
        file_digest="0" * 64,
        media_type="application/pdf",
        uploaded_by=found["learner"],
        **here,
    )
    scan = RegisterScan.objects.create(
        session_id=found["register_id"],
        file=keep("scans", PDF),
        file_name="sheet.pdf",
        file_size=len(PDF),
        file_digest="0" * 64,
        media_type="application/pdf",
        **here,
    )
    locked = ClassSession.objects.create(date=today, is_locked=True, locked_at=timezone.now(), status="held", **taught)
    asked = CorrectionRequest.objects.create(
        enrollment_id=found["learner_id"], session=locked, notice=notice, asked_by=found["learner"], **here
    )
    unlock = UnlockRequest.objects.create(session=locked, reason="Row 3 was late", asked_by=found["teacher"], **here)
    return {
        "unlock_request_id": unlock.pk,
        "record_id": record.pk,
        "missed_id": session.pk,
        "absence_id": notice.pk,
        "evidence_id": row.pk,
        "scan_id": scan.pk,
        "correction_id": asked.pk,
    }


def achieved(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """A semester of the learner in the part's batch, and the sheet that was handed out of it."""
    semester = AcademicRecord.objects.create(
        institution=campus.institution, enrollment_id=found["enrollment_id"], semester=1, status="passed"
    )
    says = {"student": {"full_name": "Learner", "number": ""}, "semesters": []}
    draft = DocumentDraft("semester_sheet", found["learner"], [semester.pk], [], says)
    [sheet] = issue_documents(by=campus.admin, drafts=[draft])
    return {"semester_id": semester.pk, "serial": sheet.serial}


def import_run(campus: Campus, _objects: dict[str, Any]) -> dict[str, Any]:
    """A trial that came to its end; its file is gone."""
    run = ImportRun.objects.create(
        institution=campus.institution, by=campus.admin.user, file_name="sections.csv", dry_run=True, status="done"
    )
    return {"run_id": run.pk}


def reported(campus: Campus, _objects: dict[str, Any]) -> dict[str, Any]:
    """A report that the administrator ordered, and one that is mailed."""
    order = order_report(by=campus.admin, kind="mentoring", filters={}, form="csv")
    make_report(order_id=order.pk)
    schedule = schedule_report(by=campus.admin, kind="mentoring", filters={}, often="weekly")
    return {"order_id": order.pk, "schedule_id": schedule.pk}


def told(campus: Campus, objects: dict[str, Any]) -> dict[str, Any]:
    """Something told to the student of this part."""
    row = Notification.objects.create(
        institution=campus.institution, user=objects["learner"], kind="batch_assigned", title="Told"
    )
    return {"notification_id": row.pk}


def logos(campus: Campus, objects: dict[str, Any]) -> dict[str, Any]:
    """A logo for the institution and for its department."""
    for of in (campus.institution, objects["department"]):
        change_picture(by=campus.admin, of=of, picture=ContentFile(png(), name="logo.png"))
    return {}


def planned(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """A plan for the part alone, with one proposal."""
    plan = Plan.objects.create(
        institution=campus.institution,
        asked_by=campus.admin.user,
        branch=found["branch"],
        department=found["department"],
        status="ready",
        wanted=1,
        staffed=1,
    )
    item = PlanItem.objects.create(
        institution=campus.institution, plan=plan, batch_id=found["batch_id"], instructor=found["teacher"], score=50
    )
    return {"plan_id": plan.pk, "item_id": item.pk}


def waited(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The learner waits for a full batch of the part."""
    batch = campus.batch(
        course=campus.course(department=found["department"]),
        branch=found["branch"],
        department=found["department"],
        lead=found["teacher"],
        capacity=1,
    )
    # Who is a student of the institution anyway has the seat: lists of people stay short.
    others = User.objects.filter(memberships__institution=campus.institution, memberships__role="student")
    campus.enroll(batch, others.exclude(pk=found["learner"].pk).order_by("-pk").first())
    place = join_waitlist(by=campus.admin, student=found["learner"], batch=batch)
    return {"place_id": place.pk}


def published(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The institution publishes its catalogue, and somebody applies for the part's batch."""
    campus.institution.catalogue_is_public = True
    campus.institution.save(update_fields=["catalogue_is_public"])
    applicant = Applicant("Ada Applicant", "applicant@example.org", "+1 555 0199", "Mornings suit me best.")
    stranger = Actor.stranger(campus.institution)
    row = apply_for_batch(by=stranger, batch=Batch.objects.get(pk=found["batch_id"]), applicant=applicant)
    return {"slug": campus.institution.slug, "application_id": row.pk}


def written(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The teacher of the part has written to its batch."""
    batch = Batch.objects.get(pk=found["batch_id"])
    message = send_message(by=campus.actor(found["teacher"]), batch=batch, subject="Monday", text="We start at nine.")
    return {"message_id": message.pk}


def supplied(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The batch of the part has a handout, and had a link."""
    who = campus.actor(found["teacher"])
    row = add_material(by=who, to=batch_of(found), file=SentFile(PDF, "Handout.pdf"))
    link = add_material(by=who, to=batch_of(found), title="Video", url="https://example.org/video")
    return {"material_id": row.pk, "removed_material_id": remove_material(by=who, material=link).pk}


def viewed(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The teacher of the part shares a view with all staff, and had another."""
    who = campus.actor(found["teacher"])
    row = save_view(by=who, page="batches:list", name="Running", query="status=Active", is_shared=True, often="weekly")
    other = save_view(by=who, page="batches:list", name="Waiting", query="status=Upcoming")
    return {"view_id": row.pk, "removed_view_id": remove_view(by=who, view=other).pk}


def graded(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """A grading scheme of the department, with a component and a grade."""
    name = f"Scheme of {found['department'].short_code}"
    scheme = SCHEMES.add(by=campus.admin, fields={"name": name, "department": found["department"]})
    component = COMPONENTS.add(by=campus.admin, within=scheme, fields={"code": "END", "name": "End-term"})
    band = BANDS.add(by=campus.admin, within=scheme, fields={"grade": "A"})
    return {"scheme_id": scheme.pk, "component_id": component.pk, "band_id": band.pk}


def taught(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The batch of the part is taught a subject by its teacher."""
    subject = Subject.objects.get(pk=found["subject_id"])
    batch, here = batch_of(found), {"institution": campus.institution, "course": subject.course}
    row = map_subject(by=campus.admin, batch=batch, subject=subject, instructor=found["teacher"])
    # And an elective, from which its learners choose now.
    other = Subject.objects.create(code="E1", title="Elective", semester=row.semester, **here)
    elective = map_subject(by=campus.admin, batch=batch, subject=other, is_elective=True)
    days = {"opens_on": batch.today(), "closes_on": batch.today()}
    fields = {"name": "Electives", "semester": elective.semester, "choose": 1, **days}
    group = add_elective_group(by=campus.admin, batch=batch, fields=fields, mappings=[elective])
    # And an assessment in which its learner has a mark.
    fields = {"title": "Test", "maximum": Decimal(20), "due_on": batch.start_date}
    test = add_assessment(by=campus.admin, batch=batch, category="Tests", fields=fields)
    mark = MarkGiven(0, test.pk, found["enrollment_id"], Decimal(15))
    save_marks(by=campus.admin, batch=batch, marks=[mark])
    return {"mapping_id": row.pk, "elective_id": elective.pk, "group_id": group.pk, "assessment_id": test.pk}


def paid_for(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """An organisation that pays for the learner's seat."""
    row = Organisation.objects.create(institution=campus.institution, name=f"Works {found['department'].short_code}")
    Enrollment.objects.filter(pk=found["enrollment_id"]).update(organisation=row)
    return {"organisation_id": row.pk}


def asking(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The learner asks to leave the part's batch."""
    seat = Enrollment.objects.get(pk=found["enrollment_id"])
    row = ask_for_transfer(by=campus.actor(found["learner"]), enrollment=seat, reason="The bus comes too late.")
    return {"transfer_request_id": row.pk}


def rolled(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The batch year of the part asks for its next semester, and was among many."""
    batch = Batch.objects.get(pk=found["year_batch_id"])
    row = request_rollover(by=campus.admin, batch=batch)
    run = start_rollovers(by=campus.admin, batch_ids=[batch.pk], from_semester=1)
    return {"rollover_id": row.pk, "rollover_run_id": run.pk}


def opened(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The batch of the part is asked for feedback, its learner among them."""
    batch = Batch.objects.get(pk=found["cohort_id"])
    with quietly():
        row = open_batch_round(by=campus.admin, batch=batch, kind="midpoint", accept_small_group=True)
    return {"round_id": row.pk}


# Each is given the part's house and what stands in it so far, and says what it adds.
def at_risk(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The learner of the part is at risk, was called, and got a letter."""
    seat = Enrollment.objects.select_related("batch").get(pk=found["learner_id"])
    flag = RiskFlag.objects.create(
        institution=campus.institution,
        enrollment=seat,
        reasons=["attendance", "missed"],
        percent=60,
        minimum=75,
        missed=3,
        due_on=seat.batch.today(),
    )
    record_intervention(by=campus.admin, flag=flag, kind="call", note="No answer")
    letter = record_intervention(by=campus.admin, flag=flag, kind="letter", letter="Dear student")
    return {"risk_flag_id": flag.pk, "letter_id": letter.pk}


def grant_all(found: dict[str, Any], regulator: User | None) -> AccessRequest:
    """A regulator sees the registers of the batch in which the learner of the part is marked, with evidence."""
    campus: Campus = found["campus"]
    person = regulator or campus.person(Role.REGULATOR)
    today = campus.admin.today()
    with quietly():
        asked = ask_for_access(
            by=campus.actor(person),
            batches=[Batch.objects.get(pk=found["cohort_id"])],
            first_date=today - timedelta(days=9),
            last_date=today + timedelta(days=9),
            purpose="Accreditation visit",
            with_evidence=True,
        )
        return grant_access(by=campus.admin, request=asked, expires_at=timezone.now() + timedelta(days=30))


def handed_in(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """Something was submitted to a regulator of the part, laid out by a template."""
    fields = {"name": f"Layout of {found['department'].short_code}", "format": "csv"}
    template = EXPORT_TEMPLATES.add(by=campus.admin, fields=fields)
    column = {"heading": "Student", "source": "full_name"}
    added = TEMPLATE_COLUMNS.add(by=campus.admin, within=template, fields=column)
    batch = batch_of(found)
    regulator = campus.person(Role.REGULATOR)
    item = ResourceInput("TEMPLATE", batch, date(2030, 1, 1), date(2030, 1, 31), template)
    row = make_submission(by=campus.admin, title="January", regulator=regulator, resources=[item])
    return {
        "regulator": regulator,
        "submission_id": row.pk,
        "submission_item_id": row.resources.all()[0].pk,
        "export_template_id": template.pk,
        "template_column_id": added.pk,
    }


FURTHER = (
    assigned,
    mentored,
    achieved,
    certified,
    consenting,
    noted,
    met,
    asked,
    excused,
    import_run,
    reported,
    told,
    logos,
    planned,
    waited,
    published,
    written,
    supplied,
    viewed,
    graded,
    taught,
    paid_for,
    asking,
    rolled,
    at_risk,
    opened,
    handed_in,
)
