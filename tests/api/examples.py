"""One good call of every route. A route without one fails a test.

The bodies are also what single bad values are put into, so they name every field that a body can have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from muster.accounts.invitations import new_email_key
from muster.accounts.models import User
from muster.allocation.rules import ask_for_cover, assign_student, propose_plan, work_out_plan
from muster.assessment.models import Assessment
from muster.assessment.rules import MarkGiven, add_assessment, publish_marks, save_marks
from muster.attendance.models import Evidence
from muster.batches.models import Batch
from muster.batches.rules import make_feed
from muster.courses.models import GradingScheme, Subject
from muster.courses.resources import BANDS, COMPONENTS, SCHEMES
from muster.documents.queries import template_content
from muster.enrollments.models import Enrollment, Organisation
from muster.enrollments.rules import (
    PaymentInput,
    add_payment,
    ask_for_transfer,
    change_capacity,
    change_status,
    delete_batch,
    hold_enrollment,
    join_waitlist,
    transfer_students,
)
from muster.exchange.models import ImportRun
from muster.exchange.rules import start_import
from muster.feedback.rules import open_batch_round
from muster.institutions.models import Membership
from muster.institutions.rules import PersonInput, RoleGrant, add_person, change_picture, make_token
from muster.materials.models import Material
from muster.materials.rules import add_material, remove_material
from muster.mentoring.models import Handover, MentoringSession
from muster.mentoring.rules import (
    ask_for_another_mentor,
    ask_for_another_time,
    ask_question,
    check_in,
    schedule_sessions,
)
from muster.notifications.models import Notification
from muster.oversight.rules import ask_for_access, grant_access
from muster.people.notes import add_note
from muster.people.rules import add_time_off
from muster.progression.rules import (
    ScoreInput,
    map_subject,
    publish_results,
    roll_over,
    save_scores,
    start_rollovers,
)
from muster.reports.rules import make_report, order_report, schedule_report
from muster.saved_views.models import SavedView
from muster.saved_views.rules import remove_view, save_view
from muster.submissions.models import ExportTemplate, Submission
from muster.submissions.resources import EXPORT_TEMPLATES, TEMPLATE_COLUMNS
from muster.submissions.rules import ResourceInput, draft_submission, submit_submission
from muster.timetable.models import ClassSession
from tests.files import PDF, png
from tests.make import PASSWORD, Campus, prove_email, slot

Objects = dict[str, Any]
TIMETABLE = Path(__file__).resolve().parents[2] / "muster/exchange/tests/data/sections-summer-2026.csv"
SLOT = {"day": "Sunday", "start_time": "18:00", "end_time": "19:30"}


@dataclass(frozen=True)
class Example:
    """A call that succeeds. `body` is made from the world's objects, `objects` replaces some that the path names."""

    body: Callable[[Objects], dict[str, Any]] | None = None
    objects: Callable[[Campus], Objects] | None = None
    # Not JSON: a form with files.
    form: Callable[[Objects], dict[str, Any]] | None = None
    query: str = ""


def _batch(objects: Objects) -> dict[str, Any]:
    return {
        "batch_name": "Evenings",
        "batch_code": "EVE-1",
        "course_id": str(objects["course_id"]),
        "branch_id": str(objects["branch_id"]),
        "dept_id": str(objects["department_id"]),
        "year": 2031,
        "start_date": "2031-01-06",
        "end_date": "2031-03-28",
        "capacity": 12,
        "waitlist_capacity": 3,
        "assigned_instructor": str(objects["instructor_id"]),
        "status": "Upcoming",
        "batch_notes": "Bring a laptop.",
        "schedule": [
            {
                **SLOT,
                "room": str(objects["room_id"]),
                "subject": str(objects["subject_id"]),
                "instructor": str(objects["instructor_id"]),
            }
        ],
    }


def _year(objects: Objects) -> dict[str, Any]:
    return {
        "batch_name": "Year",
        "batch_code": "YEAR-31",
        "branch_id": str(objects["branch_id"]),
        "dept_id": str(objects["department_id"]),
        "year": 2031,
        "current_semester": 1,
        "auto_rollover": False,
        "capacity": 40,
    }


def _organisation(objects: Objects) -> dict[str, Any]:
    return {
        "name": "Harbour Works",
        "contact_name": "Cas Contact",
        "contact_email": "cas@example.org",
        "contact_phone": "+1 555 0140",
        "invoice_address": "1 Quay Street",
        "reference": "PO 77",
        "active": True,
    }


def _unused_organisation(campus: Campus) -> Any:
    return Organisation.objects.create(institution=campus.institution, name="Unused").pk


def _own_organisation(campus: Campus) -> Objects:
    """The administrator signs in for an organisation that paid for a seat."""
    works = campus.organisation(contact=campus.admin.user)
    seat = campus.enroll(
        campus.batch(), Enrollment.objects.filter(institution=campus.institution)[0].student, organisation=works
    )
    paid = PaymentInput(Decimal(60), "EUR", status="completed", organisation=works)
    return {"organisation_id": works.pk, "payment_id": add_payment(by=campus.admin, enrollment=seat, payment=paid).pk}


def _pair(objects: Objects) -> dict[str, Any]:
    return {
        "student_id": str(objects["campus"].student().pk),
        "instructor_id": str(objects["instructor_id"]),
        "assignment_type": "tutor",
        "notes": "Two hours a week.",
    }


def _own_choice(objects: Objects) -> dict[str, Any]:
    return {"mapping_id": str(objects["elective_id"]), "enrollment_id": str(objects["enrollment_id"])}


def _assessed(objects: Objects) -> dict[str, Any]:
    return {
        "title": "Essay",
        "category": "Assignments",
        "maximum": 25,
        "extra_credit": 2.5,
        "due_on": "2030-02-01",
        "weight": 2,
        "mapping_id": str(objects["mapping_id"]),
        "component": "MARK",
    }


def _unmarked(campus: Campus) -> Objects:
    """An assessment without marks, in a batch of its own."""
    batch = campus.batch()
    fields = {"title": "Quiz", "maximum": Decimal(10), "due_on": batch.start_date}
    row = add_assessment(by=campus.admin, batch=batch, category="Tests", fields=fields)
    return {"batch_id": batch.pk, "assessment_id": row.pk, "category_id": row.category_id}


def _published_marks(campus: Campus) -> Objects:
    """A mark that its student sees."""
    found = _unmarked(campus)
    row = Assessment.objects.get(pk=found["assessment_id"])
    enrollment = campus.enroll(row.batch)
    save_marks(by=campus.admin, batch=row.batch, marks=[MarkGiven(0, row.pk, enrollment.pk, Decimal(7))])
    publish_marks(by=campus.admin, assessment=row)
    return {**found, "enrollment_id": enrollment.pk}


def _mentored(campus: Campus) -> Any:
    student = campus.student()
    assign_student(by=campus.admin, student=student, instructor=campus.instructor())
    return student.pk


def _own_mentoring(campus: Campus, *, mentors: bool = False) -> Objects:
    """Whoever calls is a student too, says how it goes and asks something; or is the mentor who is asked."""
    me = campus.admin.user
    role = "instructor" if mentors else "student"
    Membership.objects.get_or_create(institution=campus.institution, user=me, role=role)
    student, mentor = (campus.student(), me) if mentors else (me, campus.instructor())
    assign_student(by=campus.admin, student=student, instructor=mentor, replace=True)
    own: dict[str, Any] = {"by": campus.actor(student), "student": student}
    said, question = check_in(**own, mood=3, progress=3), ask_question(**own, question="Which chart?")
    return {"own_student_id": student.pk, "check_in_id": said.pk, "question_id": question.pk}


def _asking_for_mentor(campus: Campus) -> Objects:
    student = User.objects.get(pk=_own_mentoring(campus)["own_student_id"])
    asked = ask_for_another_mentor(by=campus.actor(student), student=student, reason="We never find a time.")
    return {"mentor_request_id": asked.pk}


def _meeting_mentor(campus: Campus) -> Objects:
    """Whoever calls is a student who meets a mentor."""
    student = User.objects.get(pk=_own_mentoring(campus)["own_student_id"])
    [row] = schedule_sessions(by=campus.admin, student=student, starts_at=datetime.combine(date(2030, 6, 16), time(12)))
    return {"own_session_id": row.pk}


def _asking_for_time(campus: Campus) -> Objects:
    session = MentoringSession.objects.get(pk=_meeting_mentor(campus)["own_session_id"])
    student = campus.actor(session.assignment.student)
    asked = ask_for_another_time(by=student, session=session, starts_at=datetime.combine(date(2030, 6, 16), time(9)))
    return {"time_request_id": asked.pk}


def _handing_over(campus: Campus) -> Objects:
    """Whoever calls was the mentor of a student whom another one mentors now."""
    student = User.objects.get(pk=_own_mentoring(campus, mentors=True)["own_student_id"])
    assign_student(by=campus.admin, student=student, instructor=campus.instructor(), replace=True)
    return {"handover_id": Handover.objects.get(former__student=student).pk}


def _asked_access(campus: Campus, *, is_granted: bool = True) -> Objects:
    """Whoever calls is a regulator too, who asks for all registers, and is granted them."""
    Membership.objects.get_or_create(institution=campus.institution, user=campus.admin.user, role="regulator")
    by = campus.actor(campus.admin.user)
    days = {"first_date": date(2000, 1, 1), "last_date": date(2040, 1, 1)}
    asked = ask_for_access(by=by, purpose="Accreditation visit", with_evidence=True, **days)
    if is_granted:
        grant_access(by=campus.admin, request=asked, expires_at=timezone.now() + timedelta(days=9))
    evidence = Evidence.objects.filter(institution=campus.institution, record__isnull=False)[0]
    return {"access_request_id": asked.pk, "register_id": evidence.record.session_id, "evidence_id": evidence.pk}


def _waiting_access(campus: Campus) -> Objects:
    return _asked_access(campus, is_granted=False)


def _today(days: int = 0) -> str:
    return (timezone.now() + timedelta(days=days)).date().isoformat()


def _course(objects: Objects) -> dict[str, Any]:
    return {
        "course_title": "Welding",
        "code": "WELD-1",
        "description": "Joints, safety and a first certificate.",
        "individual_study": True,
        "kind": "short_course",
        "department": str(objects["department_id"]),
        "semesters": 1,
        "length_days": 90,
        "assigned_instructor": str(objects["instructor_id"]),
        "default_capacity": 12,
        "minimum_attendance_percent": 80,
        "required_skills": ["welding"],
        "teaching_styles": ["workshop"],
        "language": "en",
        "grading_scheme": str(objects["scheme_id"]),
        "price": 1200.5,
        "currency": "USD",
        "certificate_attendance_percent": 75,
        "certificate_marks_percent": 50,
        "certificate_progress_percent": 100,
        "certificate_needs_results": True,
        "certificate_needs_payment": True,
        "active": True,
    }


def _own_note(campus: Campus) -> Objects:
    note = add_note(by=campus.admin, student=campus.student(), text="Works in the afternoon.")
    return {"note_id": note.pk}


def _time_off(campus: Campus) -> Objects:
    person = campus.instructor()
    row = add_time_off(
        by=campus.admin, instructor=person, first_date=date(2030, 3, 4), last_date=date(2030, 3, 8), reason="Training"
    )
    return {"instructor_id": person.pk, "time_off_id": row.pk}


def _subject(objects: Objects) -> dict[str, Any]:
    return {
        "code": "W1",
        "title": "Safety",
        "semester": 1,
        "credits": 2.5,
        "maximum_marks": 100,
        "pass_marks": 40,
        "grading_scheme": str(objects["scheme_id"]),
    }


def _submission(objects: Objects) -> dict[str, Any]:
    return {
        "title": "January",
        "regulator_id": str(objects["regulator"].pk),
        "resources": [
            {
                "type": "TEMPLATE",
                "batch_id": str(objects["batch_id"]),
                "from": "2030-01-01",
                "to": "2030-01-31",
                "template_id": str(objects["export_template_id"]),
            }
        ],
        "replaces_id": str(objects["submission_id"]),
        "draft": False,
    }


def _submission_changes(objects: Objects) -> dict[str, Any]:
    given = _submission(objects)
    return {name: given[name] for name in ("title", "regulator_id", "resources")}


def _export_template(objects: Objects) -> dict[str, Any]:
    return {"name": "Monthly file", "row_kind": "months", "format": "csv", "has_headings": True}


def _template_column(objects: Objects) -> dict[str, Any]:
    return {
        "heading": "Form",
        "place": 9,
        "source": "fixed_text",
        "fixed_text": "A7",
        "width": 10,
        "align": "right",
        "padding": "0",
        "date_style": "%Y-%m-%d",
        "is_required": True,
        "codes": "A7 = 7",
    }


def _scheme(objects: Objects) -> dict[str, Any]:
    return {
        "name": "Workshops",
        "dept_id": str(objects["department_id"]),
        "pass_percent": 40,
        "grace_marks": 2.5,
        "decimals": 1,
        "rounding": "half_even",
        "counts_failed": True,
    }


def _component(objects: Objects) -> dict[str, Any]:
    return {"code": "INT", "name": "Internal", "place": 2, "maximum": 20, "minimum": 8, "weight": 20}


def _band(objects: Objects) -> dict[str, Any]:
    return {"grade": "B", "from_percent": 62.5, "points": 8}


def _user(objects: Objects) -> dict[str, Any]:
    return {
        "full_name": "Nadia Haddad",
        "given_name": "Nadia",
        "family_name": "Haddad",
        "email": "nadia@example.org",
        "role": ["student"],
        "memberships": [
            {"role": "student", "branch_id": str(objects["branch_id"]), "department_id": str(objects["department_id"])}
        ],
        "phone": "+1 555 0100",
        "branch_id": str(objects["branch_id"]),
        "department_id": str(objects["department_id"]),
        "password": PASSWORD,
        "student_number": "S-1001",
        "staff_number": "",
    }


def _department(objects: Objects) -> dict[str, Any]:
    return {
        "name": "Metal work",
        "short_code": "METAL",
        "hod_id": str(objects["instructor_id"]),
        "contact_email": "metal@example.org",
        "contact_phone": "+1 555 0101",
    }


def _branch(objects: Objects) -> dict[str, Any]:
    return {
        "name": "Harbour",
        "code": "HARB",
        "address": "1 Quay",
        "time_zone": "Europe/Lisbon",
        "active": True,
    }


def _room(objects: Objects) -> dict[str, Any]:
    return {"branch_id": str(objects["branch_id"]), "name": "Hall 9", "seats": 20, "active": True}


def _holiday(objects: Objects) -> dict[str, Any]:
    return {
        "name": "Founders' day",
        "start_date": "2031-05-01",
        "end_date": "2031-05-02",
        "branch_id": str(objects["branch_id"]),
    }


def _term(objects: Objects) -> dict[str, Any]:
    return {"name": "Spring 2030", "start_date": "2030-02-01", "end_date": "2030-06-30", "school_year": 2030}


def _held(campus: Campus) -> Any:
    return hold_enrollment(by=campus.admin, enrollment=campus.enroll(campus.batch())).pk


def _with_spare_seats(campus: Campus) -> Any:
    campus.institution.seat_buffer_percent = 20
    campus.institution.save(update_fields=["seat_buffer_percent"])
    return campus.batch().pk


def _full_batch(campus: Campus) -> Batch:
    batch = campus.batch(capacity=1)
    campus.enroll(batch)
    return batch


def _offered_place(campus: Campus) -> Any:
    campus.let(waitlist_mode="offer")
    batch = _full_batch(campus)
    place = join_waitlist(by=campus.admin, student=campus.student(), batch=batch)
    change_capacity(by=campus.admin, batch=batch, capacity=2)
    return place.pk


def _trial(campus: Campus) -> Any:
    return campus.enroll(campus.batch(), enrollment_type="trial").pk


def _completed_payment(campus: Campus) -> Any:
    paid = PaymentInput(Decimal(10), "EUR", status="completed")
    return add_payment(by=campus.admin, enrollment=campus.enroll(campus.batch()), payment=paid).pk


def _sibling(objects: Objects) -> Batch:
    """Another batch of the course of the part's own."""
    batch = Batch.objects.select_related("course").get(pk=objects["batch_id"])
    campus: Campus = objects["campus"]
    return campus.batch(course=batch.course)


def _left_seat(campus: Campus) -> Objects:
    """A seat that was left for another batch."""
    course = campus.course()
    batch, other = (campus.batch(course=course) for _each in range(2))
    seat = campus.enroll(batch)
    transfer_students(by=campus.admin, enrollments=[seat], to=other)
    return {"batch_id": batch.pk, "left_id": seat.pk}


def _studying(campus: Campus) -> Objects:
    """The administrator studies as well, in a batch that has a sibling."""
    me, course = campus.admin.user, campus.course()
    Membership.objects.get_or_create(institution=campus.institution, user=me, role="student")
    batch, other = (campus.batch(course=course) for _each in range(2))
    return {"own_seat_id": campus.enroll(batch, me).pk, "wanted_id": other.pk}


def _asked(campus: Campus) -> Objects:
    """A round to which the administrator is asked, who studies as well."""
    seat = Enrollment.objects.get(pk=_studying(campus)["own_seat_id"])
    row = open_batch_round(by=campus.admin, batch=seat.batch, kind="midpoint", accept_small_group=True)
    return {"round_id": row.pk}


def _batch_year(campus: Campus) -> Objects:
    """A batch year in its first semester, with a student."""
    dates = {"start_date": None, "end_date": None}
    batch = campus.batch(kind="academic", course=None, department=campus.department(), year=2031, **dates)
    return {"batch_id": batch.pk, "seat_id": campus.enroll(batch).pk}


def _rolled_over(campus: Campus) -> Objects:
    objects = _batch_year(campus)
    done = roll_over(by=campus.admin, batch=Batch.objects.get(pk=objects["batch_id"]))
    return {**objects, "rollover_id": done.pk}


def _asking(campus: Campus) -> Objects:
    """A request for a transfer, of the administrator who studies as well."""
    seat = Enrollment.objects.get(pk=_studying(campus)["own_seat_id"])
    by = campus.actor(seat.student)
    return {"transfer_request_id": ask_for_transfer(by=by, enrollment=seat, reason="The bus comes too late.").pk}


def _enrollment(objects: Objects) -> dict[str, Any]:
    return {
        "courseId": str(objects["course_id"]),
        "batchId": str(objects["open_batch_id"]),
        "enrollment_type": "batch",
        "enrollment_source": "web",
        "enrollment_date": "2026-01-05",
        "join_waitlist": False,
        "paymentDetails": {
            "amount": 100.5,
            "currency": "USD",
            "payment_method": "card",
            "payment_status": "pending",
            "transaction_id": "T-1",
            "organisation_id": str(objects["organisation_id"]),
        },
        "organisation_id": str(objects["organisation_id"]),
    }


def _question(objects: Objects) -> dict[str, Any]:
    return {
        "assigned_instructor": str(objects["instructor_id"]),
        "assistants": [str(objects["instructor_id"])],
        "branch_id": str(objects["branch_id"]),
        "course_id": str(objects["course_id"]),
        "room": str(objects["room_id"]),
        "schedule": [{"day": "Tuesday", "start_time": "09:00", "end_time": "11:00"}],
        "start_date": "2030-01-07",
        "end_date": "2030-02-28",
    }


def _mark(objects: Objects) -> dict[str, Any]:
    return {"enrolment_id": str(objects["learner_id"]), "status": "LATE", "minutes_late": 5, "notes": "Bus"}


def _register(campus: Campus) -> Objects:
    session = ClassSession.objects.filter(institution=campus.institution, notes="Register").order_by("pk")[:1].get()
    return {"session_id": session.pk}


def _past(campus: Campus, **fields: Any) -> Objects:
    """A session that is over, with a student and an instructor."""
    day = campus.admin.today() - timedelta(days=2)
    batch = campus.batch(lead=campus.instructor(), start_date=day, end_date=date(2030, 6, 28))
    campus.enroll(batch, enrollment_date=day)
    times = {"start_time": time(8), "end_time": time(9)}
    session = ClassSession.objects.create(
        institution=campus.institution, meeting_id=batch.pk, date=day, is_edited=True, **times, **fields
    )
    return {"session_id": session.pk}


def _locked(campus: Campus) -> Objects:
    return _past(campus, is_locked=True, locked_at=timezone.now(), status="held")


def _absence(objects: Objects) -> dict[str, Any]:
    return {
        "student_id": str(objects["student_id"]),
        "enrolment_id": str(objects["learner_id"]),
        "session_id": str(objects["missed_id"]),
        "first_date": "2030-01-17",
        "last_date": "2030-01-17",
        "reason": "Flu",
        "kind": "medical",
        "note": "Two days",
    }


def _note() -> SimpleUploadedFile:
    return SimpleUploadedFile("note.pdf", PDF)


def _session(objects: Objects) -> dict[str, Any]:
    return {
        "cohort_id": str(objects["cohort_id"]),
        "date": "2030-01-09",
        "start_time": "18:00",
        "end_time": "19:30",
        "session_type": "PRACTICAL",
        "subject_id": str(objects["subject_id"]),
        "instructor_id": str(objects["instructor_id"]),
        "room_id": str(objects["room_id"]),
        "location": "Workshop",
        "title": "Revision",
        "notes": "Bring a laptop.",
    }


def _link(campus: Campus) -> dict[str, Any]:
    row = add_material(by=campus.admin, to=campus.batch(), title="Video", url="https://example.org/video")
    return {"material_id": row.pk}


def _view(campus: Campus, **fields: Any) -> SavedView:
    return save_view(by=campus.admin, page="batches:list", name="Mine", **fields)


def _removed_link(campus: Campus) -> Any:
    return remove_material(by=campus.admin, material=Material.objects.get(pk=_link(campus)["material_id"])).pk


EXAMPLES: dict[str, Example] = {
    "list_sessions": Example(),
    "see_calendar": Example(),
    "list_feeds": Example(),
    "add_feed": Example(
        lambda o: {"kind": "batch", "cohort_id": str(o["cohort_id"]), "instructor_id": str(o["instructor_id"])}
    ),
    "remove_feed": Example(objects=lambda campus: {"feed_id": make_feed(by=campus.admin, kind="personal")[0].pk}),
    "generate_sessions": Example(lambda o: {"from": "2030-01-07", "to": "2030-02-07", "dry_run": True}),
    "add_class_session": Example(_session),
    "change_class_session": Example(_session, objects=lambda campus: _register(campus)),
    "cancel_class_session": Example(lambda o: {"reason": "Load shedding"}, objects=lambda campus: _register(campus)),
    "restore_class_session": Example(objects=lambda campus: _register(campus)),
    "list_missing_registers": Example(),
    "list_daily_records": Example(),
    "mark_daily": Example(
        lambda o: {"cohort_id": str(o["cohort_id"]), "date": "2026-01-08", "records": [_mark(o)]},
    ),
    "list_cohorts": Example(),
    "see_cohort": Example(),
    "open_cohort": Example(
        lambda o: {
            "name": "Autumn",
            "qualification_id": str(o["course_id"]),
            "start_date": "2031-01-06",
            "end_date": "2031-03-28",
            "capacity": 12,
            "facilitator_ids": [str(o["instructor_id"])],
        }
    ),
    "list_absences": Example(),
    "announce_absence": Example(_absence),
    "see_absence": Example(),
    "withdraw_absence": Example(),
    "add_evidence_to_absence": Example(form=lambda o: {"file": _note(), "kind": "medical", "note": "Two days"}),
    "list_evidence": Example(),
    "add_evidence": Example(form=lambda o: {"file": _note(), "kind": "medical", "note": "Two days"}),
    "download_evidence": Example(),
    "remove_evidence": Example(),
    "list_looks": Example(),
    "list_corrections": Example(),
    "decide_correction": Example(lambda o: {"decision": "approve", "reason": "Seen"}),
    "see_register": Example(objects=lambda campus: _register(campus)),
    "mark_register": Example(lambda o: {"session_id": str(o["register_id"]), "records": [_mark(o)]}),
    "mark_learners": Example(
        lambda o: {"records": [{**_mark(o), "marked_at": "2026-01-08T08:05:00Z", "only_unmarked": False}]},
        objects=lambda campus: _register(campus),
    ),
    "lock_register": Example(lambda o: {"sign": False}, objects=lambda campus: _register(campus)),
    "unlock_register": Example(lambda o: {"reason": "Wrong day"}, objects=lambda campus: _register(campus)),
    "export_register": Example(objects=lambda campus: _register(campus)),
    "print_paper_register": Example(objects=lambda campus: _register(campus)),
    "list_scans": Example(objects=lambda campus: _register(campus)),
    "add_scan": Example(form=lambda o: {"file": _note()}, objects=lambda campus: _register(campus)),
    "download_scan": Example(objects=lambda campus: _register(campus)),
    "print_sign_in_sheet": Example(objects=lambda campus: _register(campus)),
    "export_cohort_register": Example(),
    "print_cohort_sign_in_sheet": Example(),
    "list_imports": Example(),
    "list_reports": Example(),
    "order_report": Example(
        lambda o: {
            "kind": "attended_days",
            "filters": {
                "batch": str(o["batch_id"]),
                "branch": str(o["branch_id"]),
                "department": str(o["department_id"]),
                "course": str(o["course_id"]),
                "time": "last_month",
            },
            "format": "xlsx",
            "schedule": {"often": "weekly", "recipients": [str(o["campus"].admin.user.pk)]},
        }
    ),
    "read_report": Example(objects=lambda campus: _report(campus)),
    "download_report": Example(objects=lambda campus: _report(campus)),
    "delete_report": Example(objects=lambda campus: _report(campus)),
    "list_report_schedules": Example(),
    "pause_report_schedule": Example(lambda o: {"paused": True}, objects=lambda campus: _scheduled_report(campus)),
    "stop_report_schedule": Example(objects=lambda campus: _scheduled_report(campus)),
    "export_kind": Example(objects=lambda campus: {"kind": "branches"}),
    "read_import": Example(objects=lambda campus: {"run_id": _import(campus)}),
    "list_import_rows": Example(objects=lambda campus: {"run_id": _import(campus)}),
    "apply_import": Example(
        lambda o: {"only_valid": True, "confirm": None}, objects=lambda campus: {"run_id": _tried(campus)}
    ),
    "undo_import": Example(objects=lambda campus: {"run_id": _imported(campus)}),
    "list_unlock_requests": Example(query="status=pending"),
    "ask_to_unlock": Example(
        lambda o: {"session_id": str(o["session_id"]), "reason": "Row 3 was late"},
        objects=lambda campus: _locked(campus),
    ),
    "see_unlock_request": Example(),
    "decide_unlock": Example(lambda o: {"decision": "approve", "reason": "The note is in order"}),
    "remind_of_registers": Example(
        lambda o: {"session_ids": [str(o["session_id"])]}, objects=lambda campus: _past(campus)
    ),
    "start_import": Example(form=lambda o: {"kind": "sections", "file": _timetable(), "dry_run": "true"}),
    "login": Example(lambda o: {"email": o["campus"].admin.user.email, "password": PASSWORD}),
    "logout": Example(),
    "end_sign_ins": Example(),
    "me": Example(),
    "join": Example(objects=lambda campus: {"person_id": _invited(campus)}),
    "ask_for_email": Example(lambda o: {"email": "other@example.org", "password": PASSWORD, "otp": ""}),
    "confirm_email": Example(lambda o: {"key": new_email_key(o["campus"].student(), "other@example.org")}),
    "choose_default_institution": Example(lambda o: {"institution": str(o["campus"].institution.pk)}),
    "list_tokens": Example(),
    "list_security_events": Example(),
    "add_token": Example(
        lambda o: {
            "name": "Reports",
            "expires_at": "2030-01-01T00:00:00Z",
            "scopes": ["reports", "attendance"],
            # Last: too many wrong ones are counted.
            "password": PASSWORD,
        }
    ),
    "delete_token": Example(objects=lambda campus: {"token_id": _token(campus)}),
    "list_notifications": Example(),
    "read_notification": Example(objects=lambda campus: {"notification_id": _told(campus)}),
    "read_all_notifications": Example(),
    "list_choices": Example(),
    "change_choices": Example(
        lambda o: {"choices": [{"kind": "batch_assigned", "in_app": True, "mail": False}]},
        objects=lambda campus: _teaching_too(campus),
    ),
    # All on one page, also when there are many: a further page costs a count.
    "list_users": Example(query="page_size=200"),
    "add_user": Example(_user),
    "see_user": Example(),
    "change_user": Example(lambda o: {**_user(o), "active": True}),
    "deactivate_user": Example(objects=lambda campus: {"user_id": campus.student().pk}),
    "end_sign_ins_of_user": Example(objects=lambda campus: {"user_id": campus.student().pk}),
    "invite_user_again": Example(objects=lambda campus: {"user_id": campus.student().pk}),
    "see_photo": Example(objects=lambda campus: {"user_id": _photographed(campus)}),
    "change_photo": Example(form=lambda o: {"photo": SimpleUploadedFile("me.png", png(), "image/png")}),
    "remove_photo": Example(),
    "list_all_instructors": Example(),
    "list_all_students": Example(),
    "list_departments": Example(),
    "add_department": Example(_department),
    "see_department": Example(),
    "change_department": Example(_department),
    "delete_department": Example(objects=lambda campus: {"department_id": campus.department().pk}),
    "department_kpis": Example(),
    "list_branches": Example(),
    "add_branch": Example(_branch),
    "see_branch": Example(),
    "change_branch": Example(_branch),
    "delete_branch": Example(objects=lambda campus: {"branch_id": campus.branch().pk}),
    "list_rooms": Example(),
    "add_room": Example(_room),
    "see_room": Example(),
    "change_room": Example(lambda o: {"name": "Hall 9", "seats": 20, "active": True}),
    "delete_room": Example(objects=lambda campus: {"room_id": campus.room().pk}),
    "list_holidays": Example(),
    "add_holiday": Example(_holiday),
    "see_holiday": Example(),
    "change_holiday": Example(lambda o: {**_holiday(o), "start_date": "2030-03-31", "end_date": "2030-04-03"}),
    "delete_holiday": Example(),
    "list_terms": Example(),
    "add_term": Example(_term),
    "see_term": Example(),
    "change_term": Example(_term),
    "delete_term": Example(),
    "read_audit_log": Example(),
    "see_institution": Example(),
    "change_institution": Example(
        lambda o: {
            "name": "Here and now",
            "slug": "here-and-now",
            "kind": "college",
            "time_zone": "Europe/Lisbon",
            "contact_email": "office@example.org",
            "contact_phone": "+1 555 0102",
            "accreditation_number": "SETA-114/2026",
            "sign_off_statement": "I was there.",
            "late_after_minutes": 10,
            "minimum_attendance_percent": 75,
            "risk_missed_sessions": 3,
            "risk_least_sessions": 4,
            "risk_failed_subjects": 1,
            "risk_marks_percent": 40,
            "risk_contact_days": 28,
            "risk_escalate_days": 7,
            "risk_quiet_days": 14,
            "risk_letter": "Dear {student}",
            "register_lock_hours": 48,
            "enrollment_file_days": 5,
            "attendance_file_day": 7,
            "enroll_until_days": 14,
            "session_horizon_days": 90,
            "waitlist_mode": "offer",
            "waitlist_offer_hours": 24,
            "seat_buffer_percent": 5,
            "buffer_release_days": 7,
            "access_grace_days": 30,
            "access_warning_days": 5,
            "archived_disables_access": False,
            "organisations_see_attendance": True,
            "students_cancel": True,
            "cancel_until_days": 14,
            "trial_days": 7,
            "feedback_opens_by_itself": False,
            "feedback_days": 10,
            "catalogue_is_public": True,
            "catalogue_names_instructors": True,
            "advised_size_min": 5,
            "advised_size_max": 30,
            "max_active_batches": 6,
            "max_mentees": 20,
            "advised_hours_a_day": 4,
            "advised_break_minutes": 15,
            "last_semester": 8,
            "keep_evidence_days": 730,
            "keep_messages_days": 365,
            "keep_notifications_days": 180,
            "keep_imports_days": 90,
            "keep_reports_days": 60,
            "keep_looks_days": 730,
            "keep_notes_days": 365,
            "keep_applications_days": 180,
            "keep_students_days": 3650,
            "keep_security_days": 365,
            "keep_history_days": 3650,
            "second_factor_for": "nobody",
            "idle_hours": 8,
            "weight_skills": 5,
            "weight_availability": 4,
            "weight_workload": 3,
            "weight_language": 2,
            "weight_style": 1,
            "weight_rating": 0,
            "weight_familiarity": 10,
        }
    ),
    "enroll": Example(_enrollment, objects=lambda campus: {"student_id": campus.student().pk}),
    "list_enrollments": Example(),
    "see_enrollment": Example(),
    "change_enrollment": Example(
        lambda o: {
            "enrollment_type": "batch",
            "enrollment_source": "office",
            "enrollment_date": "2026-01-05",
            "access_expiry_date": "2031-01-01",
            "organisation_id": str(o["organisation_id"]),
            "reason": "A correction",
        }
    ),
    "cancel_enrollment": Example(),
    "enroll_many": Example(
        lambda o: {
            "rows": [
                {
                    "student_id": str(o["student_id"]),
                    "batchId": str(o["open_batch_id"]),
                    "enrollment_type": "corporate",
                    "enrollment_date": "2026-01-05",
                    "organisation_id": str(o["organisation_id"]),
                }
            ],
            "organisation_id": str(o["organisation_id"]),
            "enrollment_source": "office",
            "join_waitlist": True,
            "dry_run": False,
        }
    ),
    "convert_trial": Example(objects=lambda campus: {"enrollment_id": _trial(campus)}),
    "transfer_students": Example(
        lambda o: {
            "enrollment_ids": [str(o["enrollment_id"])],
            "to_batch": str(_sibling(o).pk),
            "reason": "Works mornings",
            "to_course": str(o["course_id"]),
            "join_waitlist": False,
            "partial": False,
        }
    ),
    "return_students": Example(lambda o: {"enrollment_ids": [str(o["left_id"])]}, objects=_left_seat),
    "list_transfer_requests": Example(),
    "see_transfer_request": Example(),
    "ask_for_transfer": Example(
        lambda o: {
            "enrollment_id": str(o["own_seat_id"]),
            "to_batch": str(o["wanted_id"]),
            "reason": "The bus comes too late.",
        },
        objects=_studying,
    ),
    "decide_transfer": Example(
        lambda o: {
            "decision": "approve",
            "note": "See you there.",
            "to_batch": str(_sibling(o).pk),
            "join_waitlist": False,
        }
    ),
    "withdraw_transfer": Example(objects=_asking),
    "hold_enrollment": Example(lambda o: {"reason": "Parental leave"}),
    "resume_enrollment": Example(lambda o: {"reason": "Back"}, objects=lambda campus: {"enrollment_id": _held(campus)}),
    "complete_enrollment": Example(lambda o: {"reason": "Passed early"}),
    "list_waitlist": Example(),
    "join_waitlist": Example(
        lambda o: {"student_id": str(o["campus"].student().pk), "priority": 3},
        objects=lambda campus: {"batch_id": _full_batch(campus).pk},
    ),
    "prioritize_place": Example(lambda o: {"priority": 5}),
    "leave_waitlist": Example(query="reason=Moved"),
    "accept_offer": Example(objects=lambda campus: {"place_id": _offered_place(campus)}),
    "decline_offer": Example(
        lambda o: {"reason": "Found work"}, objects=lambda campus: {"place_id": _offered_place(campus)}
    ),
    "list_organisations": Example(),
    "list_own_organisations": Example(objects=_own_organisation),
    "list_own_people": Example(objects=_own_organisation),
    "list_own_payments": Example(objects=_own_organisation),
    "print_own_receipt": Example(objects=_own_organisation),
    "export_own_people": Example(objects=_own_organisation),
    "export_own_payments": Example(objects=_own_organisation),
    "add_organisation": Example(_organisation),
    "see_organisation": Example(),
    "change_organisation": Example(_organisation),
    "delete_organisation": Example(objects=lambda campus: {"organisation_id": _unused_organisation(campus)}),
    "list_organisation_seats": Example(),
    "name_contact": Example(lambda o: {"full_name": "Cas Contact", "email": "cas@example.org"}),
    "remove_contact": Example(),
    "list_notes": Example(),
    "add_note": Example(lambda o: {"text": "Works in the afternoon."}),
    "see_note": Example(),
    "change_note": Example(lambda o: {"text": "Works in the evening."}, objects=_own_note),
    "delete_note": Example(objects=_own_note),
    "see_note_history": Example(),
    "list_views": Example(),
    "save_view": Example(
        lambda o: {
            "page": "batches:students",
            "within": str(o["batch_id"]),
            "name": "Newest",
            "query": "sort=-since",
            "is_shared": False,
            "often": "weekly",
        }
    ),
    "see_view": Example(),
    "change_view": Example(
        lambda o: {"name": "Newest", "query": "sort=-dates", "is_shared": True},
        objects=lambda campus: {"view_id": _view(campus).pk},
    ),
    "mail_view": Example(lambda o: {"often": "monthly", "recipients": []}),
    "remove_view": Example(),
    "restore_view": Example(objects=lambda campus: {"view_id": remove_view(by=campus.admin, view=_view(campus)).pk}),
    "list_materials": Example(),
    "add_material": Example(
        lambda o: {
            "title": "Recording",
            "description": "Before Tuesday",
            "url": "https://example.org/recording",
            "batch_id": str(o["batch_id"]),
            "visible_from": "2030-01-15",
        }
    ),
    "see_material": Example(),
    "change_material": Example(
        lambda o: {
            "title": "Recording",
            "description": "Before Tuesday",
            "url": "https://example.org/recording",
            "visible_from": "2030-01-15",
            "position": 1,
        },
        objects=_link,
    ),
    "remove_material": Example(),
    "restore_material": Example(objects=lambda campus: {"material_id": _removed_link(campus)}),
    "download_material": Example(),
    "list_material_views": Example(),
    "list_messages": Example(),
    "see_message": Example(),
    "send_message": Example(
        lambda o: {"student_ids": [str(o["student_id"])], "subject": "Monday", "text": "We start at nine."}
    ),
    "list_catalogue": Example(),
    "list_published_catalogue": Example(),
    "apply": Example(
        lambda o: {
            "batch_id": str(o["batch_id"]),
            "full_name": "Bea Applicant",
            "email": "bea@example.org",
            "phone": "+1 555 0123",
            "note": "After work, please.",
        }
    ),
    "list_applications": Example(),
    "decide_application": Example(lambda o: {"decision": "accept", "note": "See you on Monday."}),
    "list_payments": Example(),
    "list_all_payments": Example(),
    "print_receipt": Example(objects=lambda campus: {"payment_id": _completed_payment(campus)}),
    "add_payment": Example(
        lambda o: {
            "amount": "250.00",
            "currency": "EUR",
            "payment_method": "cash",
            "payment_status": "completed",
            "transaction_id": "R-1",
            "organisation_id": str(o["organisation_id"]),
        }
    ),
    "move_payment": Example(lambda o: {"payment_status": "completed", "transaction_id": "R-2"}),
    "list_open_batches": Example(),
    "assign_lead": Example(),
    "check_conflicts": Example(_question),
    "list_instructors": Example(),
    "see_profile": Example(),
    "change_profile": Example(
        lambda o: {
            "domain": "Welding",
            "bio": "Twenty years in the workshop.",
            "skills": [{"skill": "welding", "level": 5}],
            "languages": ["en", "pt"],
            "teaching_styles": ["practical"],
            "max_active_batches": 3,
            "max_mentees": 8,
        }
    ),
    "see_availability": Example(),
    "replace_availability": Example(
        lambda o: {"windows": [{"day": "Monday", "start_time": "08:00", "end_time": "17:00"}]}
    ),
    "list_time_off": Example(),
    "add_time_off": Example(
        lambda o: {"first_date": "2030-12-20", "last_date": "2031-01-03", "reason": "Summer break"}
    ),
    "remove_time_off": Example(lambda o: {"time_off_id": str(o["time_off_id"])}, objects=_time_off),
    "see_workload": Example(),
    "assign_instructor": Example(
        lambda o: {
            "instructor_id": str(o["campus"].instructor().pk),
            "role": "assistant",
            "from_date": "2030-02-01",
            "until_date": "2030-03-01",
            "notes": "Lab days",
            "override_reason": "Asked for it",
        }
    ),
    "end_assignment": Example(lambda o: {"assignment_id": str(o["assignment_id"]), "reason": "Done"}),
    "open_course_batch": Example(lambda o: {**_batch(o), "assistants": [str(o["campus"].instructor().pk)]}),
    "list_course_batches": Example(),
    "list_batches": Example(),
    "open_batch_year": Example(_year),
    "see_batch": Example(),
    "update_batch": Example(lambda o: {**_batch(o), "batch_code": "EVE-2", "start_date": "2030-06-03"}),
    "delete_batch": Example(objects=lambda campus: {"batch_id": campus.batch().pk}),
    "archive_batch": Example(lambda o: {"archived": True}),
    "reopen_batch": Example(
        lambda o: {"reason": "Ended by mistake"}, objects=lambda campus: {"batch_id": _closed(campus)}
    ),
    "unpin_status": Example(),
    "restore_batch": Example(objects=lambda campus: {"batch_id": _deleted(campus)}),
    "change_capacity": Example(lambda o: {"capacity": 15, "waitlist_capacity": 2, "reason": "A larger room"}),
    "preview_closing": Example(),
    "release_spare_seats": Example(
        lambda o: {"on": "2030-05-01", "reason": "Nobody repeats"},
        objects=lambda campus: {"batch_id": _with_spare_seats(campus)},
    ),
    "keep_spare_seats": Example(
        lambda o: {"until": "2030-05-01", "reason": "Two repeat"},
        objects=lambda campus: {"batch_id": _with_spare_seats(campus)},
    ),
    "list_students": Example(),
    "see_student_attendance": Example(),
    "see_student_timetable": Example(),
    "see_history": Example(),
    "list_courses": Example(),
    "add_course": Example(_course),
    "see_course": Example(),
    "change_course": Example(_course),
    "delete_course": Example(objects=lambda campus: {"course_id": campus.course().pk}),
    "list_subjects": Example(),
    "add_subject": Example(_subject),
    "see_subject": Example(),
    "change_subject": Example(_subject),
    "delete_subject": Example(objects=lambda campus: {"subject_id": _subject_row(campus)}),
    "list_submissions": Example(query="status=submitted"),
    "add_submission": Example(_submission),
    "see_submission": Example(),
    "change_submission": Example(_submission_changes, objects=lambda campus: {"submission_id": _draft(campus)}),
    "delete_submission": Example(objects=lambda campus: {"submission_id": _draft(campus)}),
    "submit_submission": Example(objects=lambda campus: {"submission_id": _draft(campus)}),
    "withdraw_submission": Example(
        lambda o: {"reason": "The wrong month."},
        objects=lambda campus: {
            "submission_id": submit_submission(by=campus.admin, submission=Submission.objects.get(pk=_draft(campus))).pk
        },
    ),
    "download_manifest": Example(),
    "download_signature": Example(),
    "download_archive": Example(),
    "download_submitted_file": Example(objects=lambda campus: {"file_name": "manifest.json"}),
    "list_submission_looks": Example(),
    "list_deadlines": Example(),
    "list_export_templates": Example(),
    "add_export_template": Example(_export_template),
    "see_export_template": Example(),
    "change_export_template": Example(_export_template),
    "delete_export_template": Example(objects=lambda campus: _unused_template(campus)),
    "list_template_columns": Example(),
    "add_template_column": Example(_template_column),
    "see_template_column": Example(),
    "change_template_column": Example(_template_column),
    "delete_template_column": Example(objects=lambda campus: _unused_template(campus)),
    "run_export_template": Example(
        lambda o: {"batch_ids": [str(o["batch_id"])], "from": "2030-01-01", "to": "2030-01-31"}
    ),
    "add_export_template_example": Example(objects=lambda campus: {"example": "enrollment"}),
    "list_schemes": Example(),
    "add_scheme": Example(_scheme),
    "see_scheme": Example(),
    "change_scheme": Example(_scheme),
    "delete_scheme": Example(),
    "list_components": Example(),
    "add_component": Example(_component),
    "see_component": Example(),
    "change_component": Example(_component),
    "delete_component": Example(objects=lambda campus: _scheme_parts(campus)),
    "list_bands": Example(),
    "add_band": Example(_band),
    "see_band": Example(),
    "change_band": Example(_band),
    "delete_band": Example(objects=lambda campus: _scheme_parts(campus)),
    "see_results": Example(query="subject=S1"),
    "save_scores": Example(
        lambda o: {
            "rows": [
                {
                    "enrollment_id": str(o["enrollment_id"]),
                    "components": {"MARK": 61.5},
                    "marked_at": "2026-01-08T08:05:00Z",
                }
            ]
        },
        query="subject=S1",
    ),
    "publish_results": Example(lambda o: {"subject_id": "S1", "attempt": 1}, objects=lambda campus: _scored(campus)),
    "reopen_results": Example(
        lambda o: {"subject_id": "S1", "attempt": 1, "reason": "A sum was wrong", "enrollment_ids": None},
        objects=lambda campus: _scored(campus, is_published=True),
    ),
    "moderate_scores": Example(
        lambda o: {
            "subject_id": "S1",
            "attempt": 1,
            "component": "MARK",
            "kind": "add",
            "amount": 2.5,
            "reason": "Question 4 was withdrawn",
        }
    ),
    "see_record": Example(),
    "print_semester_sheets": Example(query="semester=1", objects=lambda campus: _scored(campus, is_published=True)),
    "verify_document": Example(),
    "list_document_templates": Example(),
    "download_document_template": Example(objects=lambda campus: {"document_kind": "transcript"}),
    "upload_document_template": Example(
        form=lambda o: {"file": SimpleUploadedFile("t.xlsx", template_content(o["institution_id"], "transcript")[0])},
        objects=lambda campus: {"document_kind": "transcript"},
    ),
    "remove_document_template": Example(objects=lambda campus: {"document_kind": "transcript"}),
    "list_batch_subjects": Example(),
    "map_subject": Example(
        lambda o: {
            "subject_id": str(o["new_subject_id"]),
            "semester": 1,
            "faculty_id": str(o["campus"].instructor().pk),
            "elective": True,
            "seats": 20,
            "override_reason": "Asked for it",
        },
        objects=lambda campus: _in_course(campus),
    ),
    "copy_subjects": Example(lambda o: {"override_reason": "Asked for it"}, objects=lambda campus: _in_course(campus)),
    "remap_subject": Example(
        lambda o: {
            "subject_id": str(o["subject_id"]),
            "semester": 1,
            "faculty_id": str(o["campus"].instructor().pk),
            "elective": True,
            "seats": 20,
            "override_reason": "Asked for it",
        }
    ),
    "unmap_subject": Example(),
    "list_electives": Example(),
    "add_elective_group": Example(
        lambda o: {
            "name": "Open electives",
            "semester": 1,
            "choose": 2,
            "opens_on": "2030-01-07",
            "closes_on": "2030-01-18",
            "mapping_ids": [],
        },
    ),
    "change_elective_group": Example(
        lambda o: {
            "name": "Open electives",
            "semester": 1,
            "least_credits": 6.5,
            "opens_on": "2026-01-07",
            "closes_on": "2030-01-18",
            "mapping_ids": [str(o["elective_id"])],
        },
    ),
    "remove_elective_group": Example(),
    "list_choosers": Example(),
    "choose_elective": Example(_own_choice),
    "unchoose_elective": Example(_own_choice),
    "remind_to_choose": Example(),
    "list_assessments": Example(),
    "add_assessment": Example(lambda o: {**_assessed(o), "batch_id": str(o["batch_id"])}),
    "change_assessment": Example(_assessed),
    "remove_assessment": Example(objects=_unmarked),
    "list_assessment_categories": Example(),
    "weigh_categories": Example(
        lambda o: {"categories": [{"_id": str(o["category_id"]), "name": "Quizzes", "weight": 12.5}]},
        objects=_unmarked,
    ),
    "see_marks": Example(),
    "save_marks": Example(
        lambda o: {
            "rows": [
                {
                    "enrollment_id": str(o["enrollment_id"]),
                    "mark": 17.5,
                    "comment": "Well argued",
                    "marked_at": "2030-01-20T09:00:00Z",
                }
            ]
        }
    ),
    "see_marks_sheet": Example(),
    "save_marks_sheet": Example(
        lambda o: {
            "rows": [
                {
                    "enrollment_id": str(o["enrollment_id"]),
                    "components": {str(o["assessment_id"]): "absent"},
                    "marked_at": "2030-01-20T09:00:00Z",
                }
            ]
        }
    ),
    "publish_marks": Example(),
    "reopen_marks": Example(
        lambda o: {"reason": "Page 2 was missed", "enrollment_ids": [str(o["enrollment_id"])]},
        objects=_published_marks,
    ),
    "see_own_marks": Example(),
    "request_rollover": Example(
        lambda o: {
            "held_back": [{"enrollment_id": str(o["seat_id"]), "reason": "Medical leave"}],
            "note": "Results are in",
        },
        objects=_batch_year,
    ),
    "roll_over": Example(
        lambda o: {
            "decision": "approve",
            "from_semester": 1,
            "held_back": [{"enrollment_id": str(o["seat_id"]), "reason": "Medical leave"}],
            "note": "Agreed on Monday",
        },
        objects=_batch_year,
    ),
    "preview_rollover": Example(objects=_batch_year, query="held_back="),
    "list_rollovers": Example(objects=_rolled_over),
    "see_rollover": Example(objects=_rolled_over),
    "revert_rollover": Example(lambda o: {"note": "Too early"}, objects=_rolled_over),
    "roll_over_batches": Example(
        lambda o: {"batch_ids": [str(o["batch_id"])], "from_semester": 1}, objects=_batch_year
    ),
    "see_rollovers": Example(
        objects=lambda campus: {
            "rollover_run_id": start_rollovers(
                by=campus.admin, batch_ids=[_batch_year(campus)["batch_id"]], from_semester=1
            ).pk
        }
    ),
    "assign_instructor_to_student": Example(lambda o: {**_pair(o), "replace": True}),
    "list_students_of_instructor": Example(),
    "unassign_instructor_from_student": Example(
        lambda o: {"reason": "Moved away"}, objects=lambda campus: {"student_id": _mentored(campus)}
    ),
    "list_students_with_instructors": Example(),
    "list_access_requests": Example(query="status=approved&q=visit"),
    "ask_for_access": Example(
        lambda o: {
            "institution_id": str(o["institution_id"]),
            "batch_ids": [str(o["cohort_id"])],
            "from": "2030-01-07",
            "to": "2030-03-07",
            "purpose": "Accreditation visit",
            "with_evidence": True,
            "needed_until": _today(30),
        },
        objects=_asked_access,
    ),
    "get_access_request": Example(),
    "decide_access": Example(
        lambda o: {
            "decision": "approve",
            "expires_at": (timezone.now() + timedelta(days=9)).isoformat(),
            "note": "The sample",
            "batch_ids": [str(o["cohort_id"])],
            "from": _today(),
            "to": _today(),
            "with_evidence": False,
        },
        objects=_waiting_access,
    ),
    "withdraw_access_request": Example(objects=_waiting_access),
    "list_askable_batches": Example(objects=_asked_access, query="page_size=100"),
    "list_granted_registers": Example(objects=_asked_access, query="from=2000-01-01&to=2040-01-01"),
    "get_granted_register": Example(objects=_asked_access),
    "download_granted_evidence": Example(objects=_asked_access),
    "list_access_looks": Example(),
    "list_risk_flags": Example(query="reason=missed&state=all&owner=none"),
    "forecast_attendance": Example(),
    "get_risk_flag": Example(),
    "change_risk_flag": Example(
        lambda o: {"owner_id": str(o["teacher"].pk), "outcome": "agreed", "note": "Evening lessons"}
    ),
    "record_intervention": Example(
        lambda o: {
            "kind": "letter",
            "note": "By post",
            "happened_at": (timezone.now() - timedelta(hours=1)).isoformat(),
            "letter": "Dear student",
        }
    ),
    "print_letter": Example(),
    "list_mentoring_sessions": Example(),
    "schedule_mentoring": Example(
        lambda o: {
            "student_id": str(o["learner"].pk),
            "starts_at": "2030-06-16T12:30",
            "minutes": 45,
            "channel": "phone",
            "repeat_weekly_until": "2030-06-30",
            "repeat_every_weeks": 2,
        }
    ),
    "change_mentoring": Example(
        lambda o: {
            "starts_at": "2030-06-09T14:00",
            "minutes": 60,
            "channel": "online",
            "status": "planned",
            "reason": None,
            "summary": None,
            "private_notes": None,
            "goals": None,
        }
    ),
    "cancel_mentoring": Example(query="following=true"),
    "read_mentoring_notes": Example(),
    "list_feedback_rounds": Example(),
    "open_feedback_round": Example(
        lambda o: {
            "batch_id": str(o["batch_id"]),
            "student_id": None,
            "kind": "end",
            "accept_small_group": True,
            "closes_on": None,
        }
    ),
    "read_feedback_summary": Example(),
    "answer_feedback_round": Example(
        lambda o: {"content": 4, "instructor": 5, "value": 3, "comment": "Good pace."}, objects=_asked
    ),
    "remind_of_feedback": Example(),
    "list_goals": Example(),
    "agree_goal": Example(
        lambda o: {
            "student_id": str(o["learner"].pk),
            "title": "Two formula sheets a week",
            "due_on": "2030-06-20",
        }
    ),
    "change_goal": Example(lambda o: {"title": "Hand it in", "due_on": "2030-06-12", "status": "reached"}),
    "list_check_ins": Example(),
    "send_check_in": Example(
        lambda o: {"student_id": str(o["own_student_id"]), "mood": 4, "progress": 3, "comment": "Better"},
        objects=lambda campus: _own_mentoring(campus),
    ),
    "change_check_in": Example(
        lambda o: {"mood": 2, "progress": 1, "comment": "Tired"}, objects=lambda campus: _own_mentoring(campus)
    ),
    "withdraw_check_in": Example(objects=lambda campus: _own_mentoring(campus)),
    "list_questions": Example(),
    "ask_question": Example(
        lambda o: {"student_id": str(o["own_student_id"]), "question": "May I use my own data?"},
        objects=lambda campus: _own_mentoring(campus),
    ),
    "change_question": Example(
        lambda o: {"answer": "A bar chart sorted by size.", "question": None},
        objects=lambda campus: _own_mentoring(campus, mentors=True),
    ),
    "withdraw_question": Example(objects=lambda campus: _own_mentoring(campus)),
    "export_person": Example(),
    "preview_erasure": Example(),
    "erase_one_person": Example(
        lambda o: {"reason": "Asked by letter on 3 March"},
        objects=lambda campus: {"user_id": campus.student().pk},
    ),
    "see_retention": Example(),
    "list_erasures": Example(query="kind=person"),
    "list_consents": Example(),
    "add_consent": Example(lambda o: {"title": "Newsletter", "text": "We write once a month.", "audience": "everyone"}),
    "see_consent": Example(),
    "change_consent": Example(lambda o: {"title": "Photos", "text": "May we show them?", "audience": "everyone"}),
    "close_one_consent": Example(),
    "reopen_one_consent": Example(),
    "list_consent_texts": Example(),
    "list_consent_answers": Example(),
    "answer_one_consent": Example(lambda o: {"given": True, "version": 1}),
    "list_certificates": Example(query="status=valid"),
    "add_certificate": Example(
        lambda o: {
            "enrollment_id": str(o["enrollment_id"]),
            "exception_reason": "Ill for two weeks, passed orally",
            "replace": False,
        },
        objects=lambda campus: {"enrollment_id": campus.enroll(campus.batch()).pk},
    ),
    "see_certificate": Example(),
    "revoke_one_certificate": Example(lambda o: {"reason": "Issued for another course", "date": None}),
    "print_certificate": Example(),
    "download_badge": Example(),
    "list_completion": Example(),
    "list_mentor_requests": Example(),
    "ask_for_mentor": Example(
        lambda o: {"student_id": str(o["own_student_id"]), "reason": "We never find a time."},
        objects=lambda campus: _own_mentoring(campus),
    ),
    "decide_mentor_request": Example(
        lambda o: {"decision": "approve", "instructor_id": str(o["campus"].instructor().pk), "note": "As you wish"}
    ),
    "withdraw_mentor_request": Example(objects=lambda campus: _asking_for_mentor(campus)),
    "list_time_requests": Example(),
    "ask_for_another_time": Example(
        lambda o: {
            "session_id": str(o["own_session_id"]),
            "starts_at": "2030-06-16T09:00",
            "note": "I work at noon.",
        },
        objects=lambda campus: _meeting_mentor(campus),
    ),
    "decide_time_request": Example(lambda o: {"decision": "accept", "note": "As you wish"}),
    "withdraw_time_request": Example(objects=lambda campus: _asking_for_time(campus)),
    "log_mentoring_call": Example(
        lambda o: {
            "student_id": str(o["own_student_id"]),
            # At noon: a call ends on the day on which it begins, also where this is asked just before midnight.
            "starts_at": f"{timezone.now().date() - timedelta(days=2)}T12:00",
            "minutes": 12,
            "channel": "phone",
            "summary": "Found the exercises",
            "private_notes": "Tired",
        },
        objects=lambda campus: _own_mentoring(campus, mentors=True),
    ),
    "list_handovers": Example(),
    "hand_over": Example(
        lambda o: {"note": "Mornings suit them.", "notes_released": True}, objects=lambda campus: _handing_over(campus)
    ),
    "assign_instructors_to_students": Example(lambda o: {"assignments": [_pair(o)], "replace": True, "partial": True}),
    "student_distribution": Example(),
    "analyze_institution": Example(query="compare=before"),
    "analyze_branch": Example(query="from=2030-01-01&to=2030-03-31&compare=year"),
    "analyze_department": Example(),
    "analyze_batch": Example(),
    "analyze_instructor": Example(),
    "analyze_student": Example(query="compare=before"),
    "analyze_mentoring": Example(query="compare=year"),
    "see_cover": Example(query="first_date=2030-01-07&last_date=2030-01-20"),
    "ask_for_cover": Example(
        lambda o: {
            "batch_id": str(o["cover_batch_id"]),
            "first_date": "2030-01-07",
            "last_date": "2030-01-20",
            "note": "Jury duty",
            "asked_id": str(o["campus"].instructor().pk),
        },
        objects=lambda campus: _led(campus),
    ),
    "list_cover_requests": Example(),
    "see_cover_request": Example(objects=lambda campus: _covering(campus)),
    "list_substitutes": Example(objects=lambda campus: _covering(campus)),
    "fill_cover": Example(
        lambda o: {"instructor_id": str(o["campus"].instructor().pk), "override_reason": "Asked for it"},
        objects=lambda campus: _covering(campus),
    ),
    "decline_cover": Example(lambda o: {"reason": "Nobody is free"}, objects=lambda campus: _covering(campus)),
    "withdraw_cover": Example(objects=lambda campus: _covering(campus, away=campus.admin.user)),
    "answer_cover": Example(lambda o: {"can": True}, objects=lambda campus: _covering(campus, asked=campus.admin.user)),
    "suggest_instructors_for_batch": Example(),
    "suggest_instructors_for_student": Example(),
    "list_plans": Example(),
    "propose_plan": Example(
        lambda o: {
            "kind": "batches",
            "branch_id": str(o["branch_id"]),
            "department_id": str(o["department_id"]),
            "keep_to_limits": False,
            "least_score": 10,
        },
        objects=lambda campus: _unstaffed_part(campus),
    ),
    "read_plan": Example(objects=lambda campus: _plan(campus)),
    "change_plan_item": Example(
        lambda o: {"instructor_id": str(o["campus"].instructor().pk)}, objects=lambda campus: _plan(campus)
    ),
    "apply_plan": Example(
        lambda o: {"items": [str(o["item_id"])], "partial": True}, objects=lambda campus: _plan(campus)
    ),
    "recount_seats": Example(lambda o: {"dry_run": False}),
    "mend_orphans": Example(lambda o: {"dry_run": False}),
}


def _import(campus: Campus) -> Any:
    return ImportRun.objects.create(institution=campus.institution, file_name="term.csv", file_digest="0" * 64).pk


def _report(campus: Campus) -> Objects:
    """A report that was made."""
    order = order_report(by=campus.admin, kind="mentoring", filters={}, form="csv")
    make_report(order_id=order.pk)
    return {"order_id": order.pk}


def _scheduled_report(campus: Campus) -> Objects:
    return {"schedule_id": schedule_report(by=campus.admin, kind="mentoring", filters={}, often="weekly").pk}


def _imported(campus: Campus) -> Any:
    run = ImportRun(institution=campus.institution, file_name="term.csv", file_digest="0" * 64, status="done")
    run.save()
    return run.pk


def _tried(campus: Campus) -> Any:
    """A trial that may be imported."""
    content = b"number,name\nS1,Ann Lee\n"
    run = start_import(by=campus.admin, kind="students", content=content, file_name="s.csv", dry_run=True)
    ImportRun.objects.filter(pk=run.pk).update(status="done", report={"counts": {}})
    return run.pk


def _timetable() -> SimpleUploadedFile:
    lines = TIMETABLE.read_bytes().splitlines(keepends=True)
    return SimpleUploadedFile("term.csv", b"".join(lines[:4]), "text/csv")


def _photographed(campus: Campus) -> Any:
    student = campus.student()
    change_picture(by=campus.admin, of=student, picture=SimpleUploadedFile("me.png", png(), "image/png"))
    return student.pk


def _token(campus: Campus) -> Any:
    return make_token(by=campus.admin, name="Old")[0].pk


def _told(campus: Campus) -> Any:
    user = campus.admin.user
    return Notification.objects.create(
        institution=campus.institution, user=user, kind="batch_assigned", title="Told"
    ).pk


def _teaching_too(campus: Campus) -> Objects:
    """The administrator teaches as well, and so is told of batches."""
    Membership.objects.get_or_create(institution=campus.institution, user=campus.admin.user, role="instructor")
    return {}


def _led(campus: Campus, person: Any = None) -> Objects:
    """A batch with an instructor who leads it; the administrator, when named, teaches as well."""
    _teaching_too(campus)
    person = person or campus.instructor()
    batch = campus.batch(lead=person, slots=[slot(6, "19:00", "20:00")])
    return {"instructor_id": person.pk, "cover_batch_id": batch.pk}


def _unstaffed_part(campus: Campus) -> Objects:
    branch, department = campus.branch(), campus.department()
    campus.batch(branch=branch, department=department)
    return {"branch_id": branch.pk, "department_id": department.pk}


def _plan(campus: Campus) -> Objects:
    branch = campus.branch()
    campus.instructor()
    campus.batch(branch=branch, slots=[slot(7, "05:00", "06:00")])
    plan = propose_plan(by=campus.admin, kind="batches", branch=branch)
    work_out_plan(plan_id=plan.pk)
    return {"plan_id": plan.pk, "item_id": plan.items.get().pk}


def _covering(campus: Campus, *, away: Any = None, asked: Any = None) -> Objects:
    objects = _led(campus, away)
    batch = Batch.objects.get(pk=objects["cover_batch_id"])
    lead = User.objects.get(pk=objects["instructor_id"])
    days = {"first_date": date(2030, 1, 7), "last_date": date(2030, 1, 20)}
    made = ask_for_cover(by=campus.actor(lead), batch=batch, instructor=lead, asked=asked, **days)
    return {"cover_id": made.pk}


def _deleted(campus: Campus) -> Any:
    batch = campus.batch()
    delete_batch(by=campus.admin, batch=batch)
    return batch.pk


def _invited(campus: Campus) -> Any:
    """The administrator, as another institution wants them."""
    user = campus.admin.user
    assert user is not None
    prove_email(user)
    wanted = PersonInput(full_name=user.full_name, email=user.email, roles=[RoleGrant("instructor")])
    return add_person(by=Campus.found().admin, person=wanted).pk


def _closed(campus: Campus) -> Any:
    batch = campus.batch()
    change_status(by=campus.admin, batch=batch, status="Cancelled")
    return batch.pk


def _in_course(campus: Campus) -> Objects:
    """A batch whose course has a subject that it is not taught yet."""
    batch = campus.batch()
    subject = Subject.objects.create(institution=campus.institution, course=batch.course, code="S9", title="Subject")
    return {"batch_id": batch.pk, "new_subject_id": subject.pk}


def _scored(campus: Campus, *, is_published: bool = False) -> Objects:
    """A batch with a student who has a score in its subject S1."""
    batch = campus.batch()
    enrollment = campus.enroll(batch)
    subject = Subject.objects.create(institution=campus.institution, course=batch.course, code="S1", title="Subject")
    mapping = map_subject(by=campus.admin, batch=batch, subject=subject)
    save_scores(by=campus.admin, mapping=mapping, cells=[ScoreInput(0, enrollment.pk, "MARK", Decimal(70))])
    if is_published:
        publish_results(by=campus.admin, mapping=mapping)
    return {"batch_id": batch.pk}


def _draft(campus: Campus) -> Any:
    """The draft of a submission."""
    batch = campus.batch()
    item = ResourceInput("ENROLMENT_LIST", batch, date(2030, 1, 1), date(2030, 1, 31))
    return draft_submission(by=campus.admin, title="Draft", resources=[item]).pk


def _unused_template(campus: Campus) -> Objects:
    """An export template of which nothing was submitted, with a column."""
    fields = {"name": f"Unused {ExportTemplate.objects.count()}", "format": "csv"}
    template = EXPORT_TEMPLATES.add(by=campus.admin, fields=fields)
    column = TEMPLATE_COLUMNS.add(by=campus.admin, within=template, fields={"heading": "No", "source": "line"})
    return {"export_template_id": template.pk, "template_column_id": column.pk}


def _scheme_parts(campus: Campus) -> Objects:
    """A component and a grade of a scheme of their own."""
    scheme = SCHEMES.add(by=campus.admin, fields={"name": f"Projects {GradingScheme.objects.count()}"})
    component = COMPONENTS.add(by=campus.admin, within=scheme, fields={"code": "P", "name": "Project"})
    band = BANDS.add(by=campus.admin, within=scheme, fields={"grade": "P"})
    return {"component_id": component.pk, "band_id": band.pk}


def _subject_row(campus: Campus) -> Any:
    return Subject.objects.create(institution=campus.institution, course=campus.course(), code="S9", title="Subject").pk
