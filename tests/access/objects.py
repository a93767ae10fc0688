"""What further stands in each part of the world: one of everything that somebody may be tried on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from muster.accounts.models import User
from muster.allocation.models import Plan, PlanItem
from muster.allocation.rules import ask_for_cover, assign_student
from muster.attendance.models import AbsenceNotice, AttendanceRecord, CorrectionRequest, Evidence, UnlockRequest
from muster.batches.models import Batch
from muster.batches.rules import make_feed
from muster.core.files import keep
from muster.courses.models import Subject
from muster.courses.resources import BANDS, COMPONENTS, SCHEMES
from muster.enrollments.models import Enrollment, Organisation
from muster.enrollments.rules import Applicant, apply_for_batch, ask_for_transfer, join_waitlist
from muster.exchange.models import ImportRun
from muster.institutions.access import Actor
from muster.institutions.rules import change_picture
from muster.messaging.rules import send_message
from muster.notifications.models import Notification
from muster.people.notes import add_note
from muster.progression.rules import map_subject
from muster.timetable.models import ClassSession
from tests.files import PDF, png
from tests.make import Campus, slot

DAYS = {"first_date": date(2030, 2, 1), "last_date": date(2030, 2, 28)}


def assigned(campus: Campus, found: dict[str, Any]) -> dict[str, Any]:
    """The learner of the part has its teacher as mentor."""
    assign_student(by=campus.admin, student=found["learner"], instructor=found["teacher"])
    return {}


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
        "correction_id": asked.pk,
    }


def import_run(campus: Campus, _objects: dict[str, Any]) -> dict[str, Any]:
    """A trial that came to its end; its file is gone."""
    run = ImportRun.objects.create(
        institution=campus.institution, by=campus.admin.user, file_name="sections.csv", dry_run=True, status="done"
    )
    return {"run_id": run.pk}


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
    row = map_subject(by=campus.admin, batch=batch_of(found), subject=subject, instructor=found["teacher"])
    return {"mapping_id": row.pk}


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


# Each is given the part's house and what stands in it so far, and says what it adds.
FURTHER = (
    assigned,
    noted,
    met,
    asked,
    excused,
    import_run,
    told,
    logos,
    planned,
    waited,
    published,
    written,
    graded,
    taught,
    paid_for,
    asking,
)
