"""Every action that has a reverse is taken back by the Undo in its toast."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from muster.accounts.models import User
from muster.allocation.models import CoverRequest, IndividualAssignment
from muster.allocation.rules import ask_for_cover, assign_student, deactivate_person
from muster.attendance.models import AbsenceNotice
from muster.attendance.tests.test_register_files import Class
from muster.batches.models import Batch, InstructorAssignment
from muster.core.audit import use_cases
from muster.core.models import AuditEntry
from muster.core.resources import Resource
from muster.courses.models import Course, Subject
from muster.enrollments.balances import balances_of
from muster.enrollments.models import Enrollment, Organisation, TransferRequest
from muster.enrollments.rules import PaymentInput, add_payment, change_capacity, hold_enrollment, release_spare_seats
from muster.institutions.models import Affiliation, Branch, Institution
from muster.people.models import TimeOff
from muster.people.rules import add_time_off
from muster.progression.models import SubjectMapping
from muster.progression.rules import map_subject
from muster.timetable.models import ClassSession
from muster.web.ui.resources import ResourceForm
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found("Ridgeline Institute")


def offered(browser: Browser, address: str) -> tuple[str, dict[str, list[str]]] | None:
    """What the Undo in the toast of a page would send, and where."""
    toast = r'<div class="toast-m".*?</p>\s*<form method="post" action="([^"]*)">(.*?)</form>'
    form = re.search(toast, browser.get(address).content.decode(), re.DOTALL)
    if form is None:
        return None
    sends: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[2]):
        sends.setdefault(name, []).append(html.unescape(value))
    return html.unescape(form[1]), sends


def state_of(campus: Campus) -> dict[str, Any]:
    """What the actions below change."""
    here = {"institution": campus.institution}
    today = campus.admin.today()
    return {
        "batches": list(
            Batch.objects.filter(**here)
            .order_by("code")
            .values_list(
                "code",
                "archived_at",
                "deleted_at",
                "capacity",
                "waitlist_capacity",
                "status",
                "status_pinned",
                "buffer_released_on",
            )
        ),
        "seats": sorted(
            Enrollment.objects.filter(status__in=["active", "on_hold"], **here).values_list(
                "student__email", "status", "batch__code"
            )
        ),
        "leads": sorted(
            InstructorAssignment.objects.filter(**here).on(today).values_list("instructor__email", "role", "until_date")
        ),
        "sessions": sorted(
            ClassSession.objects.filter(**here).taking_place().values_list("date", "start_time", "status")
        ),
        "subjects": sorted(
            SubjectMapping.objects.filter(**here).values_list(
                "batch__code", "subject__code", "semester", "instructor__email", "is_elective"
            )
        ),
        "away": sorted(TimeOff.objects.filter(**here).values_list("first_date", "last_date", "reason")),
        "mentors": sorted(
            IndividualAssignment.objects.filter(ended_at=None, **here).values_list(
                "student__email", "instructor__email", "assignment_type"
            )
        ),
        "cover": sorted(
            CoverRequest.objects.filter(status="open", **here).values_list(
                "batch__code", "instructor__email", "first_date", "last_date", "asked__email"
            )
        ),
        "branches": list(Branch.objects.filter(**here).order_by("pk").values("name", "address", "is_active")),
        "settings": Institution.objects.values().get(pk=campus.institution.pk) | {"updated_at": None, "logo": None},
        "people": sorted(Affiliation.objects.filter(**here).values_list("user__email", "is_active")),
    }


class Stage:
    """A batch that meets tomorrow, with a student, a lead, and a colleague who is free."""

    def __init__(self, campus: Campus) -> None:
        self.campus, self.today = campus, campus.admin.today()
        self.lead, self.colleague = campus.instructor(), campus.instructor()
        self.tomorrow = self.today + timedelta(days=1)
        self.batch = campus.batch(
            capacity=10, lead=self.lead, slots=[slot(self.tomorrow.isoweekday(), "09:00", "10:00")]
        )
        self.enrollment = campus.enroll(self.batch)
        self.learner, self.classmate = campus.student(), campus.student()
        assign_student(by=campus.admin, student=self.classmate, instructor=self.lead, assignment_type="tutor")
        self.branch = campus.branch()
        self.session = ClassSession.objects.filter(meeting_id=self.batch.pk).earliest("date")

    def ask_for_cover(self) -> CoverRequest:
        """The lead is away on the day of the first session, and the colleague is asked."""
        days = {"first_date": self.session.date, "last_date": self.session.date}
        by = self.campus.actor(self.lead)
        return ask_for_cover(by=by, batch=self.batch, instructor=self.lead, asked=self.colleague, **days)

    def held(self) -> Enrollment:
        return hold_enrollment(by=self.campus.admin, enrollment=self.enrollment)

    def with_spare_seats(self) -> Stage:
        Institution.objects.filter(pk=self.campus.institution.pk).update(seat_buffer_percent=20)
        self.campus.institution.refresh_from_db()
        return self

    def released(self) -> Stage:
        release_spare_seats(by=self.with_spare_seats().campus.admin, batch=self.batch)
        return self

    def gone(self) -> User:
        deactivate_person(by=self.campus.admin, user=self.colleague)
        return self.colleague

    def subject(self) -> Subject:
        course = self.batch.course
        Course.objects.filter(pk=course.pk).update(semesters=2)
        return Subject.objects.create(institution=self.campus.institution, course=course, code="S1", title="Safety")

    def mapped(self) -> SubjectMapping:
        """The batch is taught a subject by its lead."""
        fields = {"batch": self.batch, "subject": self.subject(), "instructor": self.lead}
        self.mapping = map_subject(by=self.campus.admin, **fields)
        return self.mapping

    def fields_of(self, path: str) -> dict[str, Any]:
        """What the form of a page would send as it stands."""
        form: ResourceForm = Browser(self.campus).get(path).context["form"]
        return dict(form.as_it_was())

    def url(self, rest: str = "") -> str:
        return f"/batches/{self.batch.pk}/{rest}"


Act = Callable[[Stage], tuple[str, dict[str, Any]]]
# By the use case that the action is, and what is special about it.
ACTS: dict[str, Act] = {
    "archive_batch": lambda on: (on.url("archive/"), {}),
    "delete_batch": lambda on: (f"/batches/{on.campus.batch().pk}/delete/", {}),
    "change_capacity": lambda on: (on.url("capacity/"), {"capacity": "12"}),
    "release_spare_seats": lambda on: (on.with_spare_seats().url("release-spare-seats/"), {}),
    "keep_spare_seats": lambda on: (on.released().url("keep-spare-seats/"), {}),
    "change_status": lambda on: (on.url("status/"), {"status": "Cancelled"}),
    "move_status": lambda on: (on.url("status/"), {"status": "Active"}),
    "hold_enrollment": lambda on: (f"/enrollments/{on.enrollment.pk}/hold/", {"reason": "Ill"}),
    "complete_enrollment": lambda on: (f"/enrollments/{on.enrollment.pk}/complete/", {"reason": "Passed"}),
    "complete_enrollment, those selected": lambda on: (f"/enrollments/complete/?pick={on.enrollment.pk}", {}),
    "cancel_enrollment": lambda on: (f"/enrollments/{on.enrollment.pk}/cancel/", {"reason": "Left"}),
    "transfer_students": lambda on: (
        f"/enrollments/transfer/?pick={on.enrollment.pk}",
        {"to_batch": str(on.campus.batch(course=on.batch.course).pk), "reason": "Works mornings"},
    ),
    "assign_lead": lambda on: (
        on.url("instructors/assign/"),
        {"role": "lead", "instructor_id": str(on.colleague.pk), "override_reason": "x"},
    ),
    "assign_instructor": lambda on: (
        on.url("instructors/assign/"),
        {"role": "assistant", "instructor_id": str(on.colleague.pk), "override_reason": "x"},
    ),
    "end_assignment": lambda on: (
        on.url(f"instructors/{on.batch.instructor_assignments.get().pk}/end/"),
        {"reason": "Moves"},
    ),
    "cancel_session": lambda on: (f"/sessions/{on.session.pk}/cancel/", {}),
    "add_session": lambda on: (
        on.url("sessions/new/"),
        {"date": on.tomorrow.isoformat(), "start_time": "14:00", "end_time": "15:00", "session_type": "THEORY"},
    ),
    "change_session": lambda on: (
        f"/sessions/{on.session.pk}/change/",
        {"date": on.tomorrow.isoformat(), "start_time": "15:00", "end_time": "16:00", "session_type": "THEORY"},
    ),
    "enroll_student": lambda on: (
        on.url("students/enroll/"),
        {"student": str(on.learner.pk), "enrollment_type": "batch"},
    ),
    "enroll_student, from a list": lambda on: (
        on.url("students/enroll/"),
        {"listed": f"{on.learner.email}\n{on.classmate.email}", "enrollment_type": "batch"},
    ),
    "enroll_student, on the student's page": lambda on: (
        f"/students/{on.learner.pk}/enroll/",
        {"batchId": str(on.batch.pk), "enrollment_type": "batch"},
    ),
    "enroll_student, those selected": lambda on: (
        f"/enrollments/new/?pick={on.learner.pk}&pick={on.classmate.pk}",
        {"batchId": str(on.batch.pk), "enrollment_type": "batch"},
    ),
    "hold_enrollment, those selected": lambda on: (f"/enrollments/hold/?pick={on.enrollment.pk}", {"reason": "Ill"}),
    "cancel_enrollment, those selected": lambda on: (
        f"/enrollments/cancel/?pick={on.enrollment.pk}",
        {"reason": "Left"},
    ),
    "assign_student": lambda on: (
        "/mentoring/assign/",
        {
            "pick": [str(on.learner.pk), str(on.classmate.pk)],
            "instructor_id": str(on.colleague.pk),
            "assignment_type": "mentor",
            "replace": "on",
        },
    ),
    "fill_cover": lambda on: (
        f"/cover/{on.ask_for_cover().pk}/fill/?next=/requests/",
        {"instructor_id": str(on.colleague.pk), "override_reason": "x"},
    ),
    "decline_cover": lambda on: (f"/cover/{on.ask_for_cover().pk}/decline/?next=/requests/", {"reason": "No one"}),
    "change_branch": lambda on: (
        f"/settings/branches/{on.branch.pk}/edit/",
        {**on.fields_of(f"/settings/branches/{on.branch.pk}/edit/"), "name": "Harbour"},
    ),
    "change_institution": lambda on: (
        "/settings/suggestions/",
        {**on.fields_of("/settings/suggestions/"), "weight_skills": "7"},
    ),
    "map_subject": lambda on: (
        on.url("subjects/new/"),
        {"subject_id": str(on.subject().pk), "semester": "1", "faculty_id": str(on.lead.pk)},
    ),
    "remap_subject": lambda on: (
        on.url(f"subjects/{on.mapped().pk}/edit/"),
        {"subject_id": str(on.mapping.subject_id), "semester": "2", "elective": "on"},
    ),
    "unmap_subject": lambda on: (on.url(f"subjects/{on.mapped().pk}/remove/"), {}),
    "add_time_off": lambda on: (
        f"/instructors/{on.lead.pk}/time-off/",
        {"first_date": on.today.isoformat(), "last_date": on.tomorrow.isoformat(), "reason": "Leave"},
    ),
    "resume_enrollment": lambda on: (f"/enrollments/{on.held().pk}/resume/", {}),
    "reactivate_person": lambda on: (f"/settings/users/{on.gone().pk}/reactivate/", {}),
    "deactivate_person": lambda on: (f"/settings/users/{on.colleague.pk}/deactivate/", {}),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_an_action_did_is_undone(campus: Campus, act: str) -> None:
    on, browser = Stage(campus), Browser(campus)
    path, fields = ACTS[act](on)
    before, known = state_of(campus), list(AuditEntry.objects.values_list("pk", flat=True))
    done = browser.post(path, fields)
    assert done.status_code == 302, words_of(done)
    assert state_of(campus) != before
    assert act.partition(",")[0] in AuditEntry.objects.exclude(pk__in=known).values_list("use_case", flat=True)
    undo = offered(browser, done["Location"])
    assert undo is not None, "no Undo"
    undone = browser.post(*undo)
    assert (undone.status_code, undone.headers.get("Location")) == (302, done["Location"]), words_of(undone)
    assert state_of(campus) == before
    # Taking back is not taken back in turn, or one would go round in circles.
    assert offered(browser, undone["Location"]) is None


@pytest.mark.parametrize("act", ["change_branch", "change_institution"])
def test_what_somebody_changed_since_is_not_overwritten(campus: Campus, act: str) -> None:
    on, browser = Stage(campus), Browser(campus)
    path, fields = ACTS[act](on)
    undo = offered(browser, browser.post(path, fields)["Location"])
    assert undo is not None
    field, value = ("code", "HARBOUR") if act == "change_branch" else ("weight_skills", "5")
    Browser(campus).post(path, {**fields, **on.fields_of(path), field: value})
    before = on.fields_of(path)
    refused = browser.post(*undo)
    assert "was changed again since, so this can't be undone." in words_of(browser.get(refused["Location"]))
    assert on.fields_of(path) == before
    assert before[field] == value
    # A forged moment is none.
    assert browser.post(path, {**before, "unchanged_since": "soon"}).status_code == 302


def test_seats_that_are_given_back_are_paid_by_who_paid_for_them(campus: Campus) -> None:
    payer = Organisation.objects.create(institution=campus.institution, name="Harbour Works")
    batch, browser = campus.batch(), Browser(campus)
    picks = "&".join(f"pick={campus.enroll(batch, organisation=payer).pk}" for _each in range(2))
    undo = offered(browser, browser.post(f"/enrollments/cancel/?{picks}")["Location"])
    assert undo is not None
    assert browser.post(*undo).status_code == 302
    seats = Enrollment.objects.holding_seats().filter(batch=batch)
    assert list(seats.values_list("organisation", "enrollment_type")) == [(payer.pk, "corporate")] * 2


def test_a_seat_that_is_given_back_is_the_same_with_its_trial_and_its_payments(campus: Campus) -> None:
    campus.let(trial_days=10)
    browser, seat = Browser(campus), campus.enroll(campus.batch(), enrollment_type="trial")
    add_payment(by=campus.admin, enrollment=seat, payment=PaymentInput(Decimal(20), "EUR", status="completed"))
    undo = offered(browser, browser.post(f"/enrollments/{seat.pk}/cancel/", {"reason": "Mistake"})["Location"])
    assert undo is not None
    assert browser.post(*undo).status_code == 302
    again = Enrollment.objects.get(student=seat.student)
    assert (again.pk, again.status, again.enrollment_type) == (seat.pk, "active", "trial")
    assert [balance.paid for balance in balances_of(again)] == [20]


def test_students_take_back_no_seat_that_somebody_else_pays_for(campus: Campus) -> None:
    payer = Organisation.objects.create(institution=campus.institution, name="Harbour Works")
    enrollment = campus.enroll(campus.batch(), organisation=payer)
    browser = Browser(campus, enrollment.student)
    done = browser.post(f"/enrollments/{enrollment.pk}/cancel/", {"reason": "Moving"})
    assert (done.status_code, offered(browser, done["Location"])) == (302, None)


# What has a reverse by its name: the verb, and the verbs that take it back.
REVERSES = {
    "add": ("remove",),
    "announce": ("withdraw",),
    "archive": ("unarchive",),
    "assign": ("unassign",),
    "cancel": ("restore",),
    "complete": ("resume",),
    "deactivate": ("reactivate",),
    "delete": ("restore",),
    "hold": ("resume",),
    "keep": ("release",),
    "lock": ("unlock",),
    "reactivate": ("deactivate",),
    "release": ("keep",),
    "remove": ("add",),
    "resume": ("hold",),
    "transfer": ("return",),
    "unarchive": ("archive",),
    "unassign": ("assign",),
    "unlock": ("lock",),
}
# Tested below, since more than the state above tells what they did.
BELOW = {
    "announce_absence",
    "lock_register",
    "remove_time_off",
    "unarchive_batch",
    "unassign_student",
    "unlock_register",
}
# A file that is removed is gone, and adding one shows it in its place with its own button.
NO_WAY_BACK = {"add_evidence", "remove_evidence"}


def test_every_use_case_that_has_a_reverse_is_undone() -> None:
    """Plain nouns are tried by `test_resources`."""
    known = set(use_cases())
    nouns = {one.noun for one in Resource.every}
    reversible = {
        one
        for one in known
        for verb, _line, noun in [one.partition("_")]
        if noun not in nouns and any(f"{back}_{noun}" in known for back in REVERSES.get(verb, ()))
    }
    tried = {act.partition(",")[0] for act in ACTS} | BELOW | NO_WAY_BACK
    assert reversible - tried == set()
    assert tried - known == set()


def test_a_register_is_locked_and_unlocked_again(campus: Campus) -> None:
    session, browser = Class(campus).sessions[0], Browser(campus)

    def press(action: str, **fields: str) -> None:
        """Do it, and press its Undo."""
        session.refresh_from_db()
        before = session.is_locked
        done = browser.post(f"/institution/attendance/sessions/{session.pk}/{action}/", fields)
        undo = offered(browser, done["Location"])
        assert undo is not None
        assert browser.post(*undo).status_code == 302
        session.refresh_from_db()
        assert session.is_locked is before

    press("lock")
    browser.get(browser.post(f"/institution/attendance/sessions/{session.pk}/lock/")["Location"])
    press("unlock", reason="Wrong row")


def test_a_reported_absence_is_withdrawn(campus: Campus) -> None:
    today, every_day = campus.admin.today(), [slot(day, "09:00", "10:00") for day in range(1, 8)]
    batch = campus.batch(
        start_date=today, end_date=today + timedelta(days=30), lead=campus.instructor(), slots=every_day
    )
    browser = Browser(campus, campus.enroll(batch).student)
    tomorrow = today + timedelta(days=1)
    fields = {"first_date": tomorrow.isoformat(), "reason": "Fever", "kind": "medical"}
    done = browser.post("/absences/new/", fields)
    assert done.status_code == 302, words_of(done)
    undo = offered(browser, done["Location"])
    assert undo is not None
    assert browser.post(*undo).status_code == 302
    assert AbsenceNotice.objects.get(institution=campus.institution).status == "withdrawn"


def test_a_request_for_a_transfer_is_withdrawn(campus: Campus) -> None:
    enrollment = campus.enroll(campus.batch())
    browser = Browser(campus, enrollment.student)
    done = browser.post(f"/enrollments/{enrollment.pk}/ask-transfer/", {"reason": "Works mornings"})
    assert done.status_code == 302, words_of(done)
    undo = offered(browser, done["Location"])
    assert undo is not None
    assert browser.post(*undo).status_code == 302
    assert TransferRequest.objects.get(enrollment=enrollment).status == "withdrawn"


def test_a_transfer_is_not_undone_once_the_seat_went_to_the_waitlist(campus: Campus) -> None:
    on, browser = Stage(campus), Browser(campus)
    other = campus.batch(course=on.batch.course)
    done = browser.post(f"/enrollments/transfer/?pick={on.enrollment.pk}", {"to_batch": str(other.pk)})
    undo = offered(browser, done["Location"])
    assert undo is not None
    change_capacity(by=campus.admin, batch=on.batch, capacity=1)
    campus.enroll(on.batch)
    refused = browser.post(*undo)
    assert refused.status_code == 400
    assert f"{on.batch.code} has no seat left" in words_of(refused)


def test_an_unarchived_batch_is_archived_again(campus: Campus) -> None:
    on, browser = Stage(campus), Browser(campus)
    browser.get(browser.post(on.url("archive/"))["Location"])
    before = state_of(campus)
    done = browser.post(on.url("unarchive/"))
    undo = offered(browser, done["Location"])
    assert undo is not None
    browser.post(*undo)
    assert [row[:3:2] for row in state_of(campus)["batches"]] == [row[:3:2] for row in before["batches"]]
    on.batch.refresh_from_db()
    assert on.batch.archived_at is not None


def test_removed_time_off_comes_back(campus: Campus) -> None:
    on, browser = Stage(campus), Browser(campus)
    row = add_time_off(by=campus.admin, instructor=on.lead, first_date=on.today, last_date=on.tomorrow, reason="Leave")
    before = state_of(campus)
    done = browser.post(f"/instructors/{on.lead.pk}/time-off/{row.pk}/remove/")
    undo = offered(browser, done["Location"])
    assert undo is not None
    browser.post(*undo)
    assert state_of(campus) == before


def test_a_student_keeps_the_mentor_they_had(campus: Campus) -> None:
    on, browser = Stage(campus), Browser(campus)
    student = on.enrollment.student
    assign_student(by=campus.admin, student=student, instructor=on.lead)
    for path, fields in (
        (f"/mentoring/{student.pk}/end/", {}),
        (f"/mentoring/{student.pk}/assign/", {"instructor_id": str(on.colleague.pk), "assignment_type": "tutor"}),
    ):
        done = browser.post(path, fields)
        undo = offered(browser, done["Location"])
        assert undo is not None, path
        assert browser.post(*undo).status_code == 302
        [now] = student.individual_assignments.filter(ended_at=None)
        assert (now.instructor, now.assignment_type) == (on.lead, "mentor")


def test_who_may_not_take_it_back_is_offered_no_undo(campus: Campus) -> None:
    department = campus.department()
    batch = campus.batch(course=campus.course(department=department), department=department)
    browser = Browser(campus, campus.person("dept-admin", department=department))
    done = browser.post(f"/batches/{batch.pk}/archive/")
    assert done.status_code == 302
    assert offered(browser, done["Location"]) is None


def test_undo_leads_to_pages_of_ours_alone(campus: Campus) -> None:
    on, browser = Stage(campus), Browser(campus)
    browser.post(f"/enrollments/{on.enrollment.pk}/hold/")
    done = browser.post(
        f"/enrollments/{on.enrollment.pk}/resume/", {"undoes": "1", "next": "https://elsewhere.example/"}
    )
    assert done["Location"] == on.url("students/")
