"""One good call of every route. A route without one fails a test.

The bodies are also what single bad values are put into, so they name every field that a body can have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from muster.accounts.invitations import new_email_key
from muster.accounts.models import User
from muster.allocation.rules import ask_for_cover, assign_student, propose_plan, work_out_plan
from muster.batches.models import Batch
from muster.batches.rules import make_feed
from muster.courses.models import GradingScheme, Subject
from muster.courses.resources import BANDS, COMPONENTS, SCHEMES
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
from muster.institutions.models import Membership
from muster.institutions.rules import PersonInput, RoleGrant, add_person, change_picture, make_token
from muster.notifications.models import Notification
from muster.people.notes import add_note
from muster.people.rules import add_time_off
from muster.progression.rules import ScoreInput, map_subject, publish_results, save_scores
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


def _pair(objects: Objects) -> dict[str, Any]:
    return {
        "student_id": str(objects["campus"].student().pk),
        "instructor_id": str(objects["instructor_id"]),
        "assignment_type": "tutor",
        "notes": "Two hours a week.",
    }


def _mentored(campus: Campus) -> Any:
    student = campus.student()
    assign_student(by=campus.admin, student=student, instructor=campus.instructor())
    return student.pk


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
        "required_skills": ["welding"],
        "teaching_styles": ["workshop"],
        "language": "en",
        "grading_scheme": str(objects["scheme_id"]),
        "price": 1200.5,
        "currency": "USD",
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
    return {"name": "Spring 2031", "start_date": "2031-02-01", "end_date": "2031-06-30", "school_year": 2031}


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
    "lock_register": Example(objects=lambda campus: _register(campus)),
    "unlock_register": Example(lambda o: {"reason": "Wrong day"}, objects=lambda campus: _register(campus)),
    "export_register": Example(objects=lambda campus: _register(campus)),
    "print_sign_in_sheet": Example(objects=lambda campus: _register(campus)),
    "export_cohort_register": Example(),
    "print_cohort_sign_in_sheet": Example(),
    "list_imports": Example(),
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
    "add_token": Example(lambda o: {"name": "Reports", "expires_at": "2030-01-01T00:00:00Z", "password": PASSWORD}),
    "delete_token": Example(objects=lambda campus: {"token_id": _token(campus)}),
    "list_notifications": Example(),
    "read_notification": Example(objects=lambda campus: {"notification_id": _told(campus)}),
    "read_all_notifications": Example(),
    "list_choices": Example(),
    "change_choices": Example(
        lambda o: {"choices": [{"kind": "batch_assigned", "in_app": True, "mail": False}]},
        objects=lambda campus: _teaching_too(campus),
    ),
    "list_users": Example(),
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
    "change_holiday": Example(_holiday),
    "delete_holiday": Example(),
    "list_terms": Example(),
    "add_term": Example(_term),
    "see_term": Example(),
    "change_term": Example(_term),
    "delete_term": Example(),
    "see_institution": Example(),
    "change_institution": Example(
        lambda o: {
            "name": "Here and now",
            "slug": "here-and-now",
            "kind": "college",
            "time_zone": "Europe/Lisbon",
            "contact_email": "office@example.org",
            "contact_phone": "+1 555 0102",
            "late_after_minutes": 10,
            "minimum_attendance_percent": 75,
            "register_lock_hours": 48,
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
            "catalogue_is_public": True,
            "catalogue_names_instructors": True,
            "advised_size_min": 5,
            "advised_size_max": 30,
            "max_active_batches": 6,
            "max_mentees": 20,
            "advised_hours_a_day": 4,
            "advised_break_minutes": 15,
            "last_semester": 8,
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
            "progress": 10,
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
    "update_batch": Example(lambda o: {**_batch(o), "batch_code": "EVE-2"}),
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
    "list_batch_subjects": Example(),
    "map_subject": Example(
        lambda o: {
            "subject_id": str(o["new_subject_id"]),
            "semester": 1,
            "faculty_id": str(o["campus"].instructor().pk),
            "elective": True,
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
            "elective": False,
            "override_reason": "Asked for it",
        }
    ),
    "unmap_subject": Example(),
    "assign_instructor_to_student": Example(lambda o: {**_pair(o), "replace": True}),
    "list_students_of_instructor": Example(),
    "unassign_instructor_from_student": Example(
        lambda o: {"reason": "Moved away"}, objects=lambda campus: {"student_id": _mentored(campus)}
    ),
    "list_students_with_instructors": Example(),
    "assign_instructors_to_students": Example(lambda o: {"assignments": [_pair(o)], "replace": True, "partial": True}),
    "student_distribution": Example(),
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


def _scheme_parts(campus: Campus) -> Objects:
    """A component and a grade of a scheme of their own."""
    scheme = SCHEMES.add(by=campus.admin, fields={"name": f"Projects {GradingScheme.objects.count()}"})
    component = COMPONENTS.add(by=campus.admin, within=scheme, fields={"code": "P", "name": "Project"})
    band = BANDS.add(by=campus.admin, within=scheme, fields={"grade": "P"})
    return {"component_id": component.pk, "band_id": band.pk}


def _subject_row(campus: Campus) -> Any:
    return Subject.objects.create(institution=campus.institution, course=campus.course(), code="S9", title="Subject").pk
