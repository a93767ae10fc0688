"""Every action that has a reverse is taken back by the Undo in its toast."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from muster.accounts.models import User
from muster.allocation.models import CoverRequest, IndividualAssignment
from muster.allocation.rules import ask_for_cover, assign_student, deactivate_person
from muster.assessment.models import Assessment, AssessmentCategory, AssessmentMark
from muster.assessment.rules import add_assessment
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
from muster.materials.models import Material
from muster.materials.rules import add_material, remove_material
from muster.mentoring.models import (
    Handover,
    MentoringCheckIn,
    MentoringGoal,
    MentoringQuestion,
    MentoringSession,
    MentoringTimeRequest,
    MentorRequest,
)
from muster.mentoring.rules import agree_goal, answer_question, ask_question, check_in, hand_over, schedule_sessions
from muster.people.models import TimeOff
from muster.people.rules import add_time_off
from muster.progression.models import ElectiveChoice, ElectiveGroup, RolloverRequest, SubjectMapping
from muster.progression.rules import add_elective_group, choose_elective, map_subject
from muster.progression.tests.test_rollover import College
from muster.risk.models import RiskFlag
from muster.risk.rules import close_flag
from muster.saved_views.models import SavedView
from muster.saved_views.rules import remove_view, save_view
from muster.timetable.models import ClassSession
from muster.web.ui.resources import ResourceForm
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
LINK = "https://example.org/video"


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
                "batch__code", "subject__code", "semester", "instructor__email", "is_elective", "group__name", "seats"
            )
        ),
        "groups": sorted(
            ElectiveGroup.objects.filter(**here).values_list("name", "semester", "choose", "opens_on", "closes_on")
        ),
        "choices": sorted(
            ElectiveChoice.objects.filter(**here).values_list("enrollment__student__email", "mapping__subject__code")
        ),
        "assessments": sorted(
            Assessment.objects.filter(**here).values_list(
                "title", "category__name", "maximum", "extra_credit", "weight", "due_on", "mapping", "component"
            )
        ),
        "weights": sorted(AssessmentCategory.objects.filter(**here).values_list("name", "weight")),
        "comments": sorted(AssessmentMark.objects.filter(**here).exclude(comment="").values_list("comment")),
        "materials": list(
            Material.objects.filter(**here).not_removed().order_by("position").values_list("title", "description")
        ),
        "views": sorted(SavedView.objects.not_removed().filter(**here).values_list("name", "query", "is_shared")),
        "away": sorted(TimeOff.objects.filter(**here).values_list("first_date", "last_date", "reason")),
        "mentors": sorted(
            IndividualAssignment.objects.filter(ended_at=None, **here).values_list(
                "student__email", "instructor__email", "assignment_type"
            )
        ),
        # What is dropped says no more than what was never agreed.
        "goals": sorted(
            MentoringGoal.objects.filter(**here).exclude(status="dropped").values_list("title", "due_on", "status"),
            key=str,
        ),
        "check-ins": sorted(MentoringCheckIn.objects.filter(**here).values_list("mood", "progress", "comment")),
        "questions": sorted(MentoringQuestion.objects.filter(**here).values_list("question", "answer")),
        "handovers": sorted(
            Handover.objects.filter(**here).exclude(written_at=None).values_list("note", "notes_released")
        ),
        "other times": MentoringTimeRequest.objects.filter(status="pending", **here).count(),
        "other mentors": MentorRequest.objects.filter(status="pending", **here).count(),
        "cover": sorted(
            CoverRequest.objects.filter(status="open", **here).values_list(
                "batch__code", "instructor__email", "first_date", "last_date", "asked__email"
            )
        ),
        "branches": list(Branch.objects.filter(**here).order_by("pk").values("name", "address", "is_active")),
        "settings": Institution.objects.values().get(pk=campus.institution.pk) | {"updated_at": None, "logo": None},
        "risk": sorted(
            RiskFlag.objects.filter(**here).values_list(
                "enrollment__student__email", "owner__email", "outcome", "closing_note"
            ),
            key=str,
        ),
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

    def materials(self) -> list[Material]:
        """Two links of the batch."""
        return [add_material(by=self.campus.admin, to=self.batch, title=title, url=LINK) for title in "AB"]

    def view(self) -> SavedView:
        """A view of the administrator."""
        return save_view(by=self.campus.admin, page="batches:list", name="Running", query="status=active")

    def removed(self) -> Material:
        """The first of two, removed."""
        return remove_material(by=self.campus.admin, material=self.materials()[0])

    def ask_for_cover(self) -> CoverRequest:
        """The lead is away on the day of the first session, and the colleague is asked."""
        days = {"first_date": self.session.date, "last_date": self.session.date}
        by = self.campus.actor(self.lead)
        return ask_for_cover(by=by, batch=self.batch, instructor=self.lead, asked=self.colleague, **days)

    def noon(self, **fields: str) -> dict[str, str]:
        """What schedules half an hour of mentoring tomorrow."""
        day = self.tomorrow.isoformat()
        return {"date": day, "start_time": "12:30", "minutes": "30", "channel": "phone", **fields}

    def paired(self) -> MentoringSession:
        """The lead meets the student whom they tutor."""
        noon = datetime.combine(self.tomorrow, time(12, 30))
        return schedule_sessions(by=self.campus.admin, student=self.classmate, starts_at=noon)[0]

    def flag(self) -> RiskFlag:
        """The student of the batch is at risk."""
        row = {"enrollment": self.enrollment, "reasons": ["missed"], "missed": 3, "due_on": self.today}
        return RiskFlag.objects.create(institution=self.campus.institution, **row)

    def closed_flag(self) -> RiskFlag:
        return close_flag(by=self.campus.admin, flag=self.flag(), outcome="agreed", note="Evening lessons")

    def goal(self) -> MentoringGoal:
        return agree_goal(by=self.campus.admin, student=self.classmate, title="Hand it in", due_on=self.tomorrow)

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

    def group_fields(self, mapping: SubjectMapping) -> dict[str, Any]:
        days = {"opens_on": self.today.isoformat(), "closes_on": self.tomorrow.isoformat()}
        return {"name": "Electives", "semester": "1", "choose": "1", "subjects": [str(mapping.pk)], **days}

    def group(self) -> ElectiveGroup:
        """The batch offers an elective."""
        days = {"opens_on": self.today, "closes_on": self.tomorrow}
        fields = {"name": "Electives", "semester": 1, "choose": 1, **days}
        return add_elective_group(by=self.campus.admin, batch=self.batch, fields=fields, mappings=[self.mapped()])

    assessment_fields: ClassVar = {
        "title": "Test",
        "category": "Tests",
        "due_on": "2030-02-01",
        "maximum": "20",
        "extra_credit": "2",
        "weight": "1",
    }

    def begun(self) -> Stage:
        """The batch has its categories."""
        self.assessment_url("edit")
        return self

    def assessment_url(self, what: str) -> str:
        """A page of an assessment of the batch that has no marks, or a comment only."""
        given = {"title": "Test", "maximum": Decimal(20), "due_on": self.batch.start_date}
        row = add_assessment(by=self.campus.admin, batch=self.batch, category="Tests", fields=given)
        return self.url(f"marks/{row.pk}/{what}/")

    def chosen(self) -> ElectiveGroup:
        group = self.group()
        choose_elective(by=self.campus.admin, enrollment=self.enrollment, mapping=group.mappings.get())
        return group

    def choice_url(self, what: str, group: ElectiveGroup) -> str:
        return self.url(f"electives/students/{self.enrollment.pk}/{group.mappings.get().pk}/{what}/")

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
    "schedule_mentoring": lambda on: (f"/mentoring/{on.classmate.pk}/schedule/", on.noon()),
    "schedule_mentoring, every week": lambda on: (
        f"/mentoring/{on.classmate.pk}/schedule/",
        on.noon(repeat_weekly_until=(on.tomorrow + timedelta(weeks=3)).isoformat()),
    ),
    "move_mentoring": lambda on: (f"/mentoring/sessions/{on.paired().pk}/move/", on.noon(start_time="14:00")),
    "cancel_mentoring": lambda on: (f"/mentoring/sessions/{on.paired().pk}/cancel/", {"reason": "Ill"}),
    "assign_risk_owner": lambda on: (f"/risk/{on.flag().pk}/owner/", {"owner_id": str(on.lead.pk)}),
    "assign_risk_owner, those selected": lambda on: (
        f"/risk/assign/?pick={on.flag().pk}",
        {"owner_id": str(on.lead.pk)},
    ),
    "close_risk_flag": lambda on: (f"/risk/{on.flag().pk}/close/", {"outcome": "back", "note": "Came every day"}),
    "reopen_risk_flag": lambda on: (f"/risk/{on.closed_flag().pk}/reopen/", {}),
    "agree_goal": lambda on: (f"/mentoring/{on.classmate.pk}/goals/new/", {"title": "Hand it in", "due_on": ""}),
    "change_goal": lambda on: (
        f"/mentoring/goals/{on.goal().pk}/edit/",
        {"title": "Hand it in early", "due_on": "2030-06-10", "status": "reached"},
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
    "add_assessment": lambda on: (on.begun().url("marks/new/"), on.assessment_fields | {"title": "Essay"}),
    "change_assessment": lambda on: (on.assessment_url("edit"), on.assessment_fields | {"title": "Test 1"}),
    "remove_assessment": lambda on: (on.assessment_url("remove"), {}),
    "weigh_categories": lambda on: (
        on.begun().url("marks/weights/"),
        {"name_0": "Work", "weight_0": "60", "name_1": "Tests", "weight_1": "10", "name_2": "Exam", "weight_2": "30"},
    ),
    "save_marks": lambda on: (
        on.assessment_url(f"students/{on.enrollment.pk}/comment"),
        {"comment": "Well argued"},
    ),
    "add_elective_group": lambda on: (on.url("electives/new/"), on.group_fields(on.mapped())),
    "change_elective_group": lambda on: (
        on.url(f"electives/{on.group().pk}/edit/"),
        on.group_fields(on.mapping) | {"name": "Open electives", "choose": "2"},
    ),
    "remove_elective_group": lambda on: (on.url(f"electives/{on.group().pk}/remove/"), {}),
    "choose_elective": lambda on: (on.choice_url("choose", on.group()), {}),
    "withdraw_choice": lambda on: (on.choice_url("withdraw", on.chosen()), {}),
    "add_material": lambda on: (on.url("materials/new/"), {"title": "Video", "url": LINK, "to": "batch"}),
    "change_material": lambda on: (
        f"/materials/{on.materials()[0].pk}/edit/",
        {"title": "Slides", "description": "Before Monday", "url": LINK, "position": "2"},
    ),
    "remove_material": lambda on: (f"/materials/{on.materials()[0].pk}/remove/", {}),
    "restore_material": lambda on: (f"/materials/{on.removed().pk}/restore/", {}),
    "save_view": lambda on: (
        "/views/new/?page=batches%3Alist&query=status%3Dactive",
        {"name": "Running", "is_shared": "on", "often": "weekly"},
    ),
    "change_view": lambda on: (f"/views/{on.view().pk}/edit/", {"name": "Current", "is_shared": "on"}),
    "remove_view": lambda on: (f"/views/{on.view().pk}/delete/", {}),
    "restore_view": lambda on: (f"/views/{remove_view(by=on.campus.admin, view=on.view()).pk}/restore/", {}),
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


def test_a_student_who_left_by_mistake_has_the_same_seat_again_and_owes_nothing_anew(campus: Campus) -> None:
    seat = campus.enroll(campus.batch(course=campus.course(price=100, currency="EUR")))
    add_payment(by=campus.admin, enrollment=seat, payment=PaymentInput(Decimal(100), "EUR", status="completed"))
    browser = Browser(campus, seat.student)
    undo = offered(browser, browser.post(f"/enrollments/{seat.pk}/cancel/", {"reason": "Mistake"})["Location"])
    assert undo is not None
    back = browser.post(*undo)
    assert (back.status_code, f"You're back in {seat.batch.code}." in words_of(browser.get(back["Location"]))) == (
        302,
        True,
    )
    again = Enrollment.objects.get(student=seat.student)
    assert (again.pk, again.status) == (seat.pk, "active")
    assert [(balance.paid, balance.open) for balance in balances_of(again)] == [(Decimal(100), Decimal(0))]


def test_a_student_comes_back_only_where_they_could_enroll(campus: Campus) -> None:
    batch = campus.batch(capacity=2)
    seat, held = campus.enroll(batch), campus.enroll(batch)
    hold_enrollment(by=campus.admin, enrollment=held)
    asked = Browser(campus, held.student).post(f"/enrollments/{held.pk}/resume/")
    assert (asked.status_code, "Only your institution can resume this enrollment." in words_of(asked)) == (400, True)
    browser = Browser(campus, seat.student)
    browser.post(f"/enrollments/{seat.pk}/cancel/")
    campus.enroll(batch)
    asked = browser.post(f"/enrollments/{seat.pk}/resume/")
    assert (asked.status_code, "maximum capacity" in words_of(asked)) == (400, True)
    # Somebody else's is not theirs to find.
    assert browser.post(f"/enrollments/{held.pk}/resume/").status_code == 404


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


def test_a_promotion_is_taken_back_and_so_is_a_request_for_one(campus: Campus) -> None:
    college, browser = College(campus), Browser(campus)
    for asked, after in (("?ask=1", "rejected"), ("", "reverted")):
        done = browser.post(f"/batches/{college.batch.pk}/roll-over/{asked}", {"from_semester": "1"})
        assert done.status_code == 302, words_of(done)
        undo = offered(browser, done["Location"])
        assert undo is not None
        assert browser.post(*undo).status_code == 302
        assert RolloverRequest.objects.filter(batch=college.batch).latest("created_at").status == after
        assert college.semester() == 1


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


def test_what_a_student_and_their_mentor_say_is_taken_back(campus: Campus) -> None:
    on = Stage(campus)
    student = on.classmate
    own: dict[str, Any] = {"by": campus.actor(student), "student": student}
    said, asked = check_in(**own, mood=2, progress=1), ask_question(**own, question="Why?")
    former = campus.student()
    for mentor in (on.lead, on.colleague):
        assign_student(by=campus.admin, student=former, instructor=mentor, replace=True)
    handover = Handover.objects.get(former__student=former)
    hand_over(by=campus.actor(on.lead), handover=handover, note="", notes_released=False)
    answered = answer_question(
        by=campus.actor(on.lead), question=ask_question(**own, question="Which?"), answer="A bar chart."
    )
    feeling = {"mood": "4", "progress": "5", "comment": "Better"}
    meets = on.paired()
    later = {"date": on.tomorrow.isoformat(), "start_time": "15:00", "note": "I work at noon."}
    of_student, of_mentor = Browser(campus, student), Browser(campus, on.lead)
    for browser, path, fields in (
        (of_student, f"/mentoring/{student.pk}/check-ins/new/", feeling),
        (of_mentor, f"/mentoring/{student.pk}/check-ins/new/", feeling),
        (of_student, f"/mentoring/check-ins/{said.pk}/edit/", feeling),
        (of_student, f"/mentoring/{student.pk}/questions/new/", {"question": "How?"}),
        (of_student, f"/mentoring/questions/{asked.pk}/edit/", {"question": "Why not?"}),
        (of_mentor, f"/mentoring/questions/{answered.pk}/answer/", {"answer": "A sorted bar chart."}),
        (of_mentor, f"/mentoring/handovers/{handover.pk}/", {"note": "Mornings", "notes_released": "on"}),
        (of_student, f"/mentoring/{student.pk}/another-mentor/", {"reason": "We never find a time."}),
        (of_student, f"/mentoring/sessions/{meets.pk}/another-time/", later),
    ):
        before = state_of(campus)
        undo = offered(browser, browser.post(path, fields)["Location"])
        assert undo is not None, path
        assert state_of(campus) != before, path
        assert browser.post(*undo).status_code == 302
        assert state_of(campus) == before, path


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
