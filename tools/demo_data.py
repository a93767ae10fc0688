"""Build the demo in the home of MUSTER_HOME, with what pages show beside it, and print who and what is there as JSON.

Run by `tools.demo_server` in a process of its own.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any


def main() -> int:
    """Build and print."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django  # noqa: PLC0415

    django.setup()
    from muster.core.isolation import see_all_in_this_process  # noqa: PLC0415

    see_all_in_this_process("commands")
    from muster.cli.setup import bring_database_up_to_date, collect_static  # noqa: PLC0415
    from muster.exchange.demo import DEMO_PASSWORD, build_demo, demo_sign_ins  # noqa: PLC0415

    bring_database_up_to_date()
    collect_static()
    institution = build_demo()
    objects = _furnish(institution)
    people = {str(person.role): person.email for person in demo_sign_ins()}
    shown = {name: str(value) for name, value in objects.items()}
    json.dump({"password": DEMO_PASSWORD, "people": people, "objects": shown}, sys.stdout)
    return 0


def _furnish(institution: Any) -> dict[str, Any]:
    # Models can be imported once Django is set up.
    from django.utils import timezone  # noqa: PLC0415

    from muster.accounts.invitations import invitation_key, new_email_key  # noqa: PLC0415
    from muster.accounts.mails import kept_mails  # noqa: PLC0415
    from muster.accounts.models import User  # noqa: PLC0415
    from muster.batches.models import Batch  # noqa: PLC0415
    from muster.batches.rules import BatchInput, make_feed, open_batch  # noqa: PLC0415
    from muster.courses.models import Course, GradeBand, GradingComponent, Subject  # noqa: PLC0415
    from muster.enrollments.models import Enrollment  # noqa: PLC0415
    from muster.enrollments.rules import delete_batch  # noqa: PLC0415
    from muster.exchange.rules import carry_out, start_import  # noqa: PLC0415
    from muster.institutions.access import Actor  # noqa: PLC0415
    from muster.institutions.models import Branch, Department, Holiday, Role, Room, Term  # noqa: PLC0415
    from muster.institutions.rules import (  # noqa: PLC0415
        PersonInput,
        RoleGrant,
        add_person,
        deactivate_person,
        found_institution,
        make_token,
    )
    from muster.messaging.rules import send_message  # noqa: PLC0415
    from muster.people.notes import add_note  # noqa: PLC0415
    from muster.reports.models import ReportOrder  # noqa: PLC0415
    from muster.reports.rules import make_report, order_report, schedule_report  # noqa: PLC0415

    def user(email: str) -> User:
        return User.objects.get(email=f"{email}@ridgeline.example")

    admin = Actor.of(user("admin"), institution)
    assert admin is not None  # noqa: S101
    invited = add_person(
        by=admin,
        person=PersonInput(
            full_name="Nokuthula Gumede",
            email="nokuthula.gumede@ridgeline.example",
            roles=[RoleGrant(Role.INSTRUCTOR)],
            invite=True,
        ),
    )
    gone = add_person(
        by=admin,
        person=PersonInput(
            full_name="Gerhard Vos", email="gerhard.vos@ridgeline.example", roles=[RoleGrant(Role.INSTRUCTOR)]
        ),
    )
    deactivate_person(by=admin, user=gone)
    _send_mails()
    _tell(admin, user("instructor"))
    token, _secret = make_token(by=admin, name="Reporting")
    year = date(admin.today().year, 1, 1)
    term = Term.objects.create(
        institution=institution,
        name="First half",
        school_year=year.year,
        start_date=year,
        end_date=year + timedelta(days=180),
    )
    course = Course.objects.get(institution=institution, code="DA")
    doomed = open_batch(
        by=admin,
        fields=BatchInput(
            name="Data analytics, online",
            course=course,
            branch=Branch.objects.get(code="DUR"),
            start_date=admin.today(),
            end_date=admin.today() + timedelta(days=60),
            capacity=20,
        ),
    )
    delete_batch(by=admin, batch=doomed)
    run = start_import(by=admin, kind="sections", content=SECTIONS, file_name="sections.csv", dry_run=True)
    carry_out(run_id=run.pk)
    listed: dict[str, Any] = {
        "by": admin,
        "kind": "students",
        "content": STUDENTS.encode(),
        "file_name": "intake-jan-2027.csv",
    }
    done = start_import(**listed, dry_run=False)
    carry_out(run_id=done.pk)
    changed = listed | {"content": (STUDENTS.replace("0101", "0909") + MORE_STUDENTS).encode()}
    tried = start_import(**changed, dry_run=True)
    carry_out(run_id=tried.pk)

    ordered = order_report(by=admin, kind="institution_month", filters={"time": "last_12_weeks"})
    make_report(order_id=ordered.pk)
    waiting = order_report(by=admin, kind="instructor_performance", filters={}, form="xlsx")
    ReportOrder.objects.filter(pk=waiting.pk).update(status="running", progress=40)
    scheduled = schedule_report(by=admin, kind="institution_month", filters={}, often="monthly")
    schedule_report(by=admin, kind="mentoring", filters={"time": "last_week"}, often="weekly", form="xlsx")

    batch = Batch.objects.filter(name="Data analytics, mornings").order_by("start_date")[0]
    sessions = batch.sessions
    held = Enrollment.objects.filter(status="on_hold").first()
    student = user("student")
    mails = kept_mails(None)
    teacher = user("instructor")
    time_off = _said_by(admin, teacher)
    own_cover, asked_cover = _asking(admin, teacher, user("farid.osman"))
    plan, running_plan = _planned(admin)
    teaching = Actor.of(teacher, institution)
    assert teaching is not None  # noqa: S101
    # Another institution offers the administrator to join it, who has proved to have the email.
    head = user("admin")
    User.objects.filter(pk=head.pk).update(accepted_at=timezone.now())
    head.refresh_from_db()
    other = found_institution(
        name="Highveld Training", admin_email="head@highveld.example", admin_password=token_urlsafe()
    )
    offered = add_person(
        by=other, person=PersonInput(full_name=head.full_name, email=head.email, roles=[RoleGrant(Role.INSTRUCTOR)])
    )
    return {
        "today": admin.today().isoformat(),
        "batch_id": batch.pk,
        **_assessed(batch),
        "feed_id": make_feed(by=teaching, kind="personal")[0].pk,
        "planned_session_id": sessions.filter(status="scheduled").latest("date").pk,
        "cancelled_session_id": sessions.filter(status="cancelled").earliest("date").pk,
        **_registers(admin, batch),
        **_materials(admin, batch),
        **_saved_views(admin),
        **_submitted(admin, batch),
        "message_id": send_message(
            by=teaching, batch=batch, subject="Bring your laptop on Monday", text="We install the tools together."
        ).pk,
        "note_id": add_note(by=teaching, student=student, text="Works until six. Mornings are fine.").pk,
        "organisation_id": _organisation(admin, batch, teaching.user),
        **_alone(admin, student),
        **_graded(admin, batch, student),
        **_certified(admin, batch, student),
        **_consented(admin, student),
        "transfer_request_id": _transfer_request(institution, batch, student),
        **_application(institution, Batch.objects.get(name="Web development, evenings")),
        "open_batch_id": Batch.objects.get(name="Web development, evenings").pk,
        "next_batch_id": Batch.objects.filter(name="Data analytics, mornings").order_by("start_date")[1].pk,
        "year_batch_id": Batch.objects.get(name="Software development 2025").pk,
        "scheme_id": GradeBand.objects.get(grade="A+").scheme_id,
        "component_id": GradingComponent.objects.get(code="END").pk,
        "band_id": GradeBand.objects.get(grade="A+").pk,
        "mapping_id": Batch.objects.get(name="Software development 2025")
        .subject_mappings.earliest("semester", "pk")
        .pk,
        **_electives(admin, Batch.objects.get(name="Software development 2025")),
        **_sheets(admin, Batch.objects.get(name="Software development 2025")),
        "archived_batch_id": Batch.objects.filter(archived_at__isnull=False, kind="course")[0].pk,
        "completed_batch_id": Batch.objects.get(name="Web development, mornings").pk,
        "deleted_batch_id": doomed.pk,
        "assignment_id": batch.instructor_assignments.get(role="assistant").pk,
        "enrollment_id": batch.enrollments.get(student=student).pk,
        **_waiting(admin, course, student),
        "held_enrollment_id": held.pk if held else "",
        "course_id": course.pk,
        "open_course_id": Course.objects.get(institution=institution, code="WEB").pk,
        "subject_id": Subject.objects.filter(course=course)[0].pk,
        "student_id": student.pk,
        "instructor_id": teacher.pk,
        "figure": "new_enrollments",
        "mentoring_figure": "mentoring_held",
        **_mentored(admin, student, teacher),
        **_at_risk(admin, batch, teacher),
        **_overseen(user("regulator"), batch),
        **_asked(batch),
        "time_off_id": time_off,
        "cover_id": own_cover,
        "asked_cover_id": asked_cover,
        "plan_id": plan.pk,
        "item_id": plan.items.filter(instructor__isnull=False)[0].pk,
        "running_plan_id": running_plan.pk,
        "user_id": user("branch").pk,
        "invited_user_id": invited.pk,
        "left_user_id": gone.pk,
        "token_id": token.pk,
        "department_id": Department.objects.get(institution=institution, short_code="CMP").pk,
        "branch_id": Branch.objects.get(institution=institution, code="DUR").pk,
        "room_id": Room.objects.filter(institution=institution)[0].pk,
        "holiday_id": Holiday.objects.filter(institution=institution)[0].pk,
        "term_id": term.pk,
        "run_id": run.pk,
        "list_run_id": tried.pk,
        "order_id": ordered.pk,
        "running_order_id": waiting.pk,
        "schedule_id": scheduled.pk,
        "done_run_id": done.pk,
        "mail_key": mails[0].key if mails else "",
        "invitation_key": invitation_key(invited),
        "join_key": invitation_key(offered),
        "person_id": offered.pk,
        "new_email_key": new_email_key(user("farid.osman"), "farid@example.org"),
        "uidb36": "0",
        "used_key": "set-password",
    }


def _asked(batch: Any) -> dict[str, Any]:
    """The rounds in which the batch was asked for feedback, and is."""
    from muster.feedback.models import FeedbackRound  # noqa: PLC0415

    rounds = FeedbackRound.objects.filter(batch=batch)
    return {
        "round_id": rounds.get(closed_at__isnull=False).pk,
        "open_round_id": rounds.get(closed_at__isnull=True).pk,
    }


def _consented(admin: Any, student: Any) -> dict[str, Any]:
    """Consents that people were asked for, one of them answered, and a student who has left."""
    from muster.institutions.access import Actor  # noqa: PLC0415
    from muster.institutions.rules import PersonInput, RoleGrant, add_person  # noqa: PLC0415
    from muster.privacy.rules import answer_consent, close_consent, write_consent  # noqa: PLC0415

    text = (
        "We take photos at events and show some of them on our website and in our brochure, without names.\n\n"
        "You can take your consent back at any time. We then remove the photos from the website within a week."
    )
    photos = write_consent(by=admin, title="Photos at events", text=text, audience="students")
    partners = write_consent(
        by=admin,
        title="Sharing your contacts with employers",
        text="Employers that we know may write to you about jobs for three months after your course.",
        audience="students",
    )
    over = write_consent(by=admin, title="Newsletter of 2024", text="One email a month.", audience="everyone")
    actor = Actor.of(student, admin.institution)
    assert actor is not None  # noqa: S101
    answer_consent(by=actor, purpose=photos, given=True, version=1)
    close_consent(by=admin, purpose=over)
    left = add_person(
        by=admin,
        person=PersonInput(
            full_name="Sipho Radebe", email="sipho.radebe@ridgeline.example", roles=[RoleGrant("student")]
        ),
    )
    return {
        "consent_id": photos.pk,
        "asked_consent_id": partners.pk,
        "closed_consent_id": over.pk,
        "left_student_id": left.pk,
    }


def _mentored(admin: Any, student: Any, teacher: Any) -> dict[str, Any]:
    """What the demonstration has of the student and their mentor, a request for another one, and a handover."""
    from muster.allocation.models import IndividualAssignment  # noqa: PLC0415
    from muster.allocation.rules import assign_student  # noqa: PLC0415
    from muster.mentoring.free_times import free_days  # noqa: PLC0415
    from muster.mentoring.models import (  # noqa: PLC0415
        Handover,
        MentoringCheckIn,
        MentoringGoal,
        MentoringQuestion,
        MentoringSession,
    )
    from muster.mentoring.queries import branch_of  # noqa: PLC0415
    from muster.mentoring.rules import ask_for_another_mentor, ask_for_another_time  # noqa: PLC0415

    own = {"assignment__student": student, "assignment__instructor": teacher, "assignment__ended_at": None}
    others = IndividualAssignment.objects.current().filter(institution=admin.institution).exclude(student=student)
    one, two = others.exclude(instructor=teacher).select_related("student", "instructor").order_by("pk")[:2]
    asking = type(admin).of(one.student, admin.institution)
    wish = ask_for_another_mentor(by=asking, student=one.student, reason="We never find a time.")
    for mentor in (teacher, two.instructor):
        assign_student(by=admin, student=two.student, instructor=mentor, replace=True)
    sessions = MentoringSession.objects.filter(**own).order_by("session__date")
    ahead: Any = sessions.filter(outcome="").select_related("session", "assignment__institution").last()
    pair, day = ahead.assignment, ahead.session.date
    free = free_days(pair, branch_of(pair), day, 14, ahead.minutes, seen_by=admin, ignored=[ahead.session_id])
    wanted = next(datetime.combine(one.on, one.times[-1]) for one in free if one.times)
    by = type(admin).of(student, admin.institution)
    later = ask_for_another_time(by=by, session=ahead, starts_at=wanted, note="I work late that day.")
    return {
        "mentor_request_id": wish.pk,
        "time_request_id": later.pk,
        "handover_id": Handover.objects.get(former__student=two.student, former__instructor=teacher).pk,
        "mentoring_session_id": sessions.filter(outcome="")[0].pk,
        "held_mentoring_session_id": sessions.get(outcome="held").pk,
        "goal_id": MentoringGoal.objects.filter(**own)[0].pk,
        "check_in_id": MentoringCheckIn.objects.filter(**own)[0].pk,
        "question_id": MentoringQuestion.objects.get(answered_at=None, **own).pk,
    }


def _at_risk(admin: Any, batch: Any, teacher: Any) -> dict[str, Any]:
    """A student of the batch at risk: the teacher called, and wrote a letter."""
    from muster.risk.models import RiskFlag  # noqa: PLC0415
    from muster.risk.queries import flags_in_full  # noqa: PLC0415
    from muster.risk.rules import assign_owner, record_intervention  # noqa: PLC0415

    rows = flags_in_full(RiskFlag.objects.standing().filter(enrollment__batch=batch)).order_by("pk")
    flag = rows.first()
    if flag is None:
        seat = batch.enrollments.filter(status="active").order_by("pk")[1]
        made = {"enrollment": seat, "reasons": ["missed"], "missed": 3, "due_on": admin.today() + timedelta(days=4)}
        flag = flags_in_full(
            RiskFlag.objects.filter(pk=RiskFlag.objects.create(institution=admin.institution, **made).pk)
        ).get()
    assign_owner(by=admin, flag=flag, owner=teacher)
    actor = type(admin).of(teacher, admin.institution)
    record_intervention(by=actor, flag=flag, kind="call", note="No answer. Will try again in the evening.")
    letter = record_intervention(by=admin, flag=flag, kind="letter")
    return {"risk_flag_id": flag.pk, "letter_id": letter.pk}


def _overseen(person: Any, batch: Any) -> dict[str, Any]:
    """What the regulator was granted of the batch and opened, and what they wait for."""
    from muster.oversight.models import AccessLook, AccessRequest  # noqa: PLC0415

    asked = AccessRequest.objects.filter(asked_by=person)
    grant = asked.in_force().get(with_evidence=True, batch_links__batch=batch)
    seen = AccessLook.objects.filter(access=grant, how=AccessLook.How.PDF).get()
    return {
        "access_request_id": grant.pk,
        "waiting_access_id": asked.pending().get().pk,
        "granted_register_id": seen.session_id,
    }


def _assessed(batch: Any) -> dict[str, Any]:
    """An assessment whose marks are published, and one without marks."""
    rows = batch.assessments.order_by("due_on")
    shown = rows.filter(published_at__isnull=False).latest("due_on")
    return {
        "assessment_id": shown.pk,
        "planned_assessment_id": rows.filter(marks=None).latest("due_on").pk,
        "marked_enrollment_id": shown.marks.earliest("pk").enrollment_id,
    }


def _graded(admin: Any, batch: Any, student: Any) -> dict[str, Any]:
    """Published results of the whole batch, one of them failed, and the sheet of the student's semester."""
    from django.core.files.base import ContentFile  # noqa: PLC0415

    from muster.documents.queries import template_content  # noqa: PLC0415
    from muster.documents.rules import put_template  # noqa: PLC0415
    from muster.progression.documents import semester_sheet  # noqa: PLC0415
    from muster.progression.models import AcademicRecord  # noqa: PLC0415
    from muster.progression.queries import sheet_of  # noqa: PLC0415
    from muster.progression.rules import ScoreInput, copy_subjects, publish_results, save_scores  # noqa: PLC0415

    for place, mapping in enumerate(copy_subjects(by=admin, batch=batch)):
        sheet = sheet_of(mapping)
        cells = [
            ScoreInput(line, row.enrollment.pk, part.code, (part.maximum * (45 + (line * 7 + place * 19) % 50)) // 100)
            for line, row in enumerate(sheet.rows)
            for part in sheet.scheme.components
        ]
        save_scores(by=admin, mapping=mapping, cells=cells)
        publish_results(by=admin, mapping=mapping)
    semester = AcademicRecord.objects.filter(enrollment__student=student).latest("semester")
    issued = semester_sheet(by=admin, student=student, record_id=semester.pk)
    book, _is_own = template_content(admin.owner_id, "transcript")
    put_template(by=admin, kind="transcript", file=ContentFile(book, name="Transcript 2030.xlsx"))
    return {
        "semester_id": semester.pk,
        "serial": issued.serial,
        "unknown_serial": "000001-AAAAA-AAAAA",
        "document_kind": "transcript",
    }


def _certified(admin: Any, batch: Any, student: Any) -> dict[str, Any]:
    """A certificate of the student, and a batch that is over, most of whose students have theirs."""
    from muster.batches.models import Batch  # noqa: PLC0415
    from muster.certificates.rules import issue_certificate  # noqa: PLC0415

    seat = batch.enrollments.get(student=student)
    issued = issue_certificate(by=admin, enrollment=seat, exception_reason="Left early for a job, passed all parts")
    return {
        "certificate_id": issued.certificate.pk,
        "certificate_serial": issued.certificate.document.serial,
        "certified_batch_id": Batch.objects.get(name="Web development, mornings").pk,
    }


def _sheets(admin: Any, year: Any) -> dict[str, Any]:
    """The sheet of a subject of the running semester, nearly entered, and one that is published."""
    from decimal import Decimal  # noqa: PLC0415

    from muster.progression.grading import State  # noqa: PLC0415
    from muster.progression.queries import sheet_of  # noqa: PLC0415
    from muster.progression.rules import ScoreInput, save_scores  # noqa: PLC0415

    mappings = year.subject_mappings.order_by("semester", "subject__code")
    running = mappings.filter(semester=year.current_semester, subject_results=None)[0]
    instead = {5: State.ABSENT, 12: State.EXEMPT, 20: State.WITHHELD, 10: None, 21: None, 32: None}
    cells = [
        ScoreInput(line, row.enrollment.pk, "END", instead.get(line, Decimal(16 + line * 7 % 33)))
        for line, row in enumerate(sheet_of(running).rows)
    ]
    save_scores(by=admin, mapping=running, cells=cells)
    return {"sheet_mapping_id": running.pk, "published_mapping_id": mappings[0].pk, "attempt": "1"}


def _waiting(admin: Any, course: Any, student: Any) -> dict[str, Any]:
    """Two full batches of the course: in the one a seat is offered to the student, in the other they wait."""
    from muster.batches.rules import BatchInput, open_batch  # noqa: PLC0415
    from muster.enrollments.offers import key_of  # noqa: PLC0415
    from muster.enrollments.rules import change_capacity, enroll_student, join_waitlist  # noqa: PLC0415
    from muster.institutions.models import Branch  # noqa: PLC0415
    from muster.people.queries import people_here  # noqa: PLC0415

    students = people_here(admin, "student_number").filter(memberships__role="student", is_active=True)
    free = iter(students.exclude(enrollments__course=course).order_by("full_name", "pk").distinct())
    found = {}
    for name, ahead in (("Data analytics, Saturdays", 0), ("Data analytics, Sundays", 2)):
        batch = open_batch(
            by=admin,
            fields=BatchInput(
                name=name,
                course=course,
                branch=Branch.objects.get(code="DUR"),
                start_date=admin.today() + timedelta(days=40),
                end_date=admin.today() + timedelta(days=120),
                capacity=3,
            ),
        )
        for _seat in range(3):
            enroll_student(by=admin, student=next(free), batch=batch)
        line = [*(next(free) for _each in range(ahead)), student, *(next(free) for _each in range(3))]
        places = [join_waitlist(by=admin, student=one, batch=batch) for one in line]
        found[name] = (batch, places[ahead])
    (offering, offered), (waiting, place) = found.values()
    # Some of the seats that come are kept back.
    change_capacity(by=admin, batch=offering, capacity=6)
    offered.refresh_from_db()
    return {
        "offering_batch_id": offering.pk,
        "waiting_batch_id": waiting.pk,
        "offered_place_id": offered.pk,
        "place_id": place.pk,
        "offer_key": key_of(offered),
    }


def _tell(admin: Any, person: Any) -> None:
    """Notifications read and unread, one of whose mails did not arrive."""
    from muster.notifications.models import Notification  # noqa: PLC0415
    from muster.notifications.queries import inbox_of  # noqa: PLC0415
    from muster.notifications.rules import mark_read, notify  # noqa: PLC0415

    for title, text in (
        ("You lead DA-AUG-2026", "Data analytics, mornings. From 3 August 2026."),
        ("You stand in for WEB-SEP-2026", "Web development, evenings. From 14 September 2026 to 18 September 2026."),
        ("You no longer assist in DA-FEB-2026", "Data analytics, mornings. Naledi Mokoena has changed this."),
    ):
        notify(by=admin, to=[person], kind="batch_assigned", title=title, text=text, url="/batches/")
    _send_mails()
    actor = type(admin).of(person, admin.institution)
    oldest = inbox_of(actor).last()
    if oldest is not None:
        mark_read(notification=oldest)
        Notification.objects.filter(pk=oldest.pk).update(
            mail_status="failed", mail_attempts=1, mail_error="550 5.1.1 No such mailbox here"
        )


def _send_mails() -> None:
    """Do the jobs that wait, as the worker would."""
    from django.db import connection  # noqa: PLC0415
    from procrastinate.contrib.django import app  # noqa: PLC0415
    from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: PLC0415

    for job in ProcrastinateJob.objects.filter(status="todo").order_by("id"):
        app.tasks[job.task_name].func(**job.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])


# A small timetable: a class taught together, one that clashes with it, and a line that cannot be read.
NOTE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
)
STUDENTS = """Naam en van,E-pos,Sel,No.,Kampus,Opmerking,Name
x,naledi.m@post.example,082 555 0101,2027-0638,DUR,,Naledi Mahlangu
x,,079 555 0166,2027-0639,,By bus,Mpho Ledwaba
x,lerato.m@post.example,081 555 0102,2027-0291,DUR,,Lerato Mokgosi
"""
MORE_STUDENTS = """x,nosipho.dube@gmial,082 555 0119,2027-0644,DUR,,Nosipho Dube
x,tariq@davids.example,083 555 0162,2027-0645,Durban Pt,,Tariq Davids
x,,,2027-0645,,,Tariq Davids again
x,ayanda.mk@post.example,082 555 0101,2027-0650,DUR,,Ayanda Mkhabela
"""
SECTIONS = b"""\
year,term,subject,number,title,crn,section,type,part_of_term,days,start_time,end_time,building,room,instructors
2026,Summer,ART,101,Drawing,40001,A,Studio,S1,MW,09:00 AM,10:50 AM,Main Hall,12,I0001
2026,Summer,ART,201,Drawing again,40002,A,Studio,S1,MW,09:00 AM,10:50 AM,Main Hall,12,I0001
2026,Summer,ART,110,Colour,40003,A,Lecture,S1,MW,10:00 AM,11:50 AM,Main Hall,12,I0002
2026,Summer,MUS,120,Choir,40004,A,Lecture,S2,TR,25:00 PM,03:20 PM,Main Hall,14,I0003
2026,Summer,MUS,130,Harmony,40005,B,Lecture,S2,TR,02:00 PM,03:20 PM,Main Hall,14,I0003
"""


def _said_by(admin: Any, teacher: Any) -> Any:
    """A profile, a week and days away of the instructor; the id of the days."""
    from muster.people.rules import SkillInput, WindowInput, add_time_off, change_profile, replace_availability  # noqa: PLC0415

    change_profile(
        by=admin,
        instructor=teacher,
        changes={
            "domain": "Data science",
            "bio": "Taught mathematics for nine years before data.",
            "languages": ["English", "isiZulu"],
            "teaching_styles": ["workshop", "discussion"],
            "skills": [SkillInput("Python", 5), SkillInput("SQL", 4), SkillInput("Statistics", 3)],
        },
    )
    windows = [WindowInput(day, time(8), time(13)) for day in range(1, 6)]
    windows += [WindowInput(day, time(14), time(17, 30)) for day in (1, 2, 4)]
    replace_availability(by=admin, instructor=teacher, windows=windows)
    first = admin.today() + timedelta(days=10)
    away = add_time_off(
        by=admin, instructor=teacher, first_date=first, last_date=first + timedelta(days=6), reason="Family"
    )
    return away.pk


def _asking(admin: Any, teacher: Any, colleague: Any) -> list[Any]:
    """Cover that the teacher asks for, and cover for which the teacher is asked; their ids. Some have been rated."""
    from muster.allocation.rules import answer_cover, ask_for_cover  # noqa: PLC0415
    from muster.batches.workload import still_running  # noqa: PLC0415
    from muster.people.models import InstructorProfile  # noqa: PLC0415

    for place, row in enumerate(InstructorProfile.objects.filter(institution=admin.institution).order_by("pk")[:6]):
        row.average_rating, row.ratings = 4.8 - place * 0.3, 4 + place * 5
        row.save()
    first, made = admin.today() + timedelta(days=1), []
    for away, asked in ((teacher, colleague), (colleague, teacher)):
        held = still_running(first).filter(instructor=away, role="lead", batch__status="Active").order_by("pk")
        by = type(admin).of(away, admin.institution)
        made.append(
            ask_for_cover(
                by=by,
                batch=held[0].batch,
                instructor=away,
                first_date=first,
                last_date=first + timedelta(days=13),
                note="Jury duty",
                asked=asked,
            )
        )
    answer_cover(by=type(admin).of(colleague, admin.institution), request=made[0], can=True)
    return [one.pk for one in made]


def _planned(admin: Any) -> list[Any]:
    """A plan that is ready, and one that runs."""
    from muster.allocation.models import Plan  # noqa: PLC0415
    from muster.allocation.rules import propose_plan, work_out_plan  # noqa: PLC0415

    ready = propose_plan(by=admin, kind="batches" if _unstaffed(admin) else "students")
    work_out_plan(plan_id=ready.pk)
    running = Plan.objects.create(
        institution=admin.institution, asked_by=admin.user, status="running", stage="searching", progress=35
    )
    return [ready, running]


def _unstaffed(admin: Any) -> bool:
    from muster.allocation.planning import unstaffed_batches  # noqa: PLC0415

    return bool(unstaffed_batches(admin).exists())


def _registers(by: Any, batch: Any) -> dict[str, Any]:
    """A register that is being taken, and one that is taken and locked."""
    from muster.attendance.models import Mark  # noqa: PLC0415
    from muster.attendance.queries import register_of, sessions_in_full  # noqa: PLC0415
    from muster.attendance.rules import MarkInput, ask_to_unlock, lock_register, mark_learners  # noqa: PLC0415

    sessions = sessions_in_full(by, batch.sessions.filter(is_locked=False))
    open_, taken = sessions.filter(date__lte=by.today(), status__in=("held", "scheduled")).order_by("-date", "-pk")[:2]
    statuses = (Mark.PRESENT, Mark.PRESENT, Mark.ABSENT, Mark.PRESENT, Mark.LATE, Mark.PRESENT, Mark.EXCUSED)
    for session, share in ((taken, 1.0), (open_, 0.7)):
        # The student whose pages are looked at is the third, who is absent.
        rows = sorted(register_of(by, session).rows, key=lambda row: row.email != "student@ridgeline.example")
        rows = [*rows[1:3], rows[0], *rows[3:]]
        mark_learners(
            by=by,
            session=session,
            marks=[
                MarkInput(
                    row.enrollment_id,
                    statuses[place % len(statuses)],
                    12 if statuses[place % len(statuses)] == Mark.LATE else None,
                    "Clinic until noon" if statuses[place % len(statuses)] == Mark.EXCUSED else "",
                )
                for place, row in enumerate(rows[: round(len(rows) * share)])
            ],
        )
    lock_register(by=by, session=taken)
    teacher = type(by).of(batch.instructor_assignments.get(role="lead", until_date=None).instructor, by.institution)
    asked = ask_to_unlock(by=teacher, session=taken, reason="Two learners stood in the wrong rows.")
    found = {"register_session_id": open_.pk, "locked_session_id": taken.pk, "unlock_request_id": asked.pk}
    return {**found, **_absences(by, batch, taken)}


def _organisation(by: Any, batch: Any, contact: Any) -> Any:
    """A company that pays for three seats, and for which somebody signs in."""
    from muster.enrollments.models import Enrollment  # noqa: PLC0415
    from muster.enrollments.resources import ORGANISATIONS  # noqa: PLC0415
    from muster.enrollments.rules import (  # noqa: PLC0415
        PaymentInput,
        add_payment,
        change_enrollment,
        name_contact,
    )

    fields = {
        "name": "Umgeni Logistics",
        "contact_name": "Thandi Cele",
        "contact_email": "accounts@umgeni.example",
        "contact_phone": "031 555 0166",
        "invoice_address": "7 Maydon Road, Durban",
        "reference": "PO 4471",
    }
    row = ORGANISATIONS.add(by=by, fields=fields)
    for enrollment in Enrollment.objects.current().filter(batch=batch).order_by("pk")[:3]:
        changes = {"organisation": row, "enrollment_type": Enrollment.Type.CORPORATE}
        change_enrollment(by=by, enrollment=enrollment, changes=changes)
        paid = PaymentInput(Decimal(8000), "ZAR", "transfer", "completed", f"EFT-{enrollment.pk}", organisation=row)
        add_payment(by=by, enrollment=enrollment, payment=paid)
    name_contact(by=by, organisation=row, full_name=contact.full_name, email=contact.email)
    return row.pk


def _materials(by: Any, batch: Any) -> dict[str, Any]:
    """A material of the batch, and one that was removed."""
    from muster.materials.models import Material  # noqa: PLC0415
    from muster.materials.rules import add_material, remove_material  # noqa: PLC0415

    wrong = add_material(by=by, to=batch, title="Wrong file", url="https://example.org/wrong")
    shown = Material.objects.not_removed().filter(batch=batch).order_by("position")
    return {"removed_material_id": remove_material(by=by, material=wrong).pk, "material_id": shown[0].pk}


def _saved_views(by: Any) -> dict[str, Any]:
    """Views of the list of batches, one of them shared and emailed."""
    from muster.saved_views.rules import save_view  # noqa: PLC0415

    of_batches: dict[str, Any] = {"by": by, "page": "batches:list"}
    save_view(**of_batches, name="Without a lead", query="watch=without_lead")
    save_view(by=by, page="analytics:institution", name="Board, each month", often="monthly", is_shared=True)
    running: dict[str, Any] = {"name": "Running now", "query": "status=Active", "often": "weekly", "is_shared": True}
    return {"view_id": save_view(**of_batches, **running).pk}


def _submitted(by: Any, batch: Any) -> dict[str, Any]:
    """What was handed in of the batch besides, and a draft that a template keeps from being handed in."""
    from datetime import timedelta  # noqa: PLC0415

    from muster.institutions.models import Role  # noqa: PLC0415
    from muster.institutions.queries import colleagues  # noqa: PLC0415
    from muster.submissions.resources import TEMPLATE_COLUMNS  # noqa: PLC0415
    from muster.submissions.rules import (  # noqa: PLC0415
        ResourceInput,
        add_example_template,
        draft_submission,
        make_submission,
    )

    layout = add_example_template(by=by, key="attended-days")
    # Not everybody has a number.
    layout.columns.filter(source="student_number").update(is_required=False)
    strict = add_example_template(by=by, key="enrollment")
    column = strict.columns.get(source="line")
    TEMPLATE_COLUMNS.add(
        by=by,
        within=strict,
        fields={"heading": "Phone", "place": 12, "source": "phone", "width": 4, "is_required": True},
    )
    regulator = colleagues(by, Role.REGULATOR)[0]
    last = by.today()
    first = max(batch.start_date, last - timedelta(days=45))
    kinds = ("ATTENDANCE_REGISTER", "RESULTS")
    items = [ResourceInput(kind, batch, first, last) for kind in kinds]
    items.append(ResourceInput("TEMPLATE", batch, first, last, layout))
    sent = make_submission(by=by, title="Attendance, first month", regulator=regulator, resources=items)
    wrong = ResourceInput("TEMPLATE", batch, first, last, strict)
    draft = draft_submission(by=by, title="Enrollment file", regulator=regulator, resources=[wrong])
    return {
        "submission_id": sent.pk,
        "draft_submission_id": draft.pk,
        "submitted_from": first.isoformat(),
        "submitted_to": last.isoformat(),
        "submission_item_id": draft.resources.all()[0].pk,
        "export_template_id": layout.pk,
        "strict_template_id": strict.pk,
        "template_column_id": column.pk,
    }


def _alone(by: Any, student: Any) -> dict[str, Any]:
    """A course that the student could study without a batch, and somebody else on trial in another one."""
    from muster.accounts.models import User  # noqa: PLC0415
    from muster.courses.models import Course  # noqa: PLC0415
    from muster.enrollments.rules import enroll_student  # noqa: PLC0415
    from muster.institutions.models import Role  # noqa: PLC0415

    course = Course.objects.get(institution=by.institution, code="PM")
    tried = Course.objects.get(institution=by.institution, code="BK")
    others = User.objects.filter(memberships__role=Role.STUDENT, memberships__institution=by.institution)
    person = others.exclude(pk=student.pk).exclude(enrollments__course=tried).order_by("full_name", "pk").distinct()[0]
    trial = enroll_student(by=by, student=person, course=tried, enrollment_type="trial")
    return {"alone_course_id": course.pk, "trial_id": trial.pk}


def _electives(admin: Any, year: Any) -> dict[str, Any]:
    """Two subjects of the year's semester of which one is chosen now; some students have."""
    from muster.progression.rules import add_elective_group, choose_elective, remap_subject  # noqa: PLC0415

    offered = list(year.subject_mappings.filter(semester=year.current_semester).order_by("pk")[:2])
    days = {"opens_on": year.today() - timedelta(days=5), "closes_on": year.today() + timedelta(days=9)}
    fields = {"name": "Elective 1", "semester": year.current_semester, "choose": 1, **days}
    group = add_elective_group(by=admin, batch=year, fields=fields, mappings=offered)
    seats = list(year.enrollments.filter(status="active").order_by("pk")[:12])
    elective = remap_subject(by=admin, mapping=offered[0], changes={"seats": 12})
    for seat in seats[1:]:
        choose_elective(by=admin, enrollment=seat, mapping=elective)
    return {"group_id": group.pk, "elective_id": elective.pk, "year_enrollment_id": seats[0].pk}


def _transfer_request(institution: Any, batch: Any, student: Any) -> Any:
    """The student of the demo asks for another batch of the course."""
    from muster.enrollments.rules import ask_for_transfer  # noqa: PLC0415
    from muster.institutions.access import Actor  # noqa: PLC0415

    seat, by = batch.enrollments.get(student=student), Actor.of(student, institution)
    assert by is not None  # noqa: S101
    reason = "My new job starts at noon, so only mornings work for me."
    return ask_for_transfer(by=by, enrollment=seat, reason=reason).pk


def _application(institution: Any, batch: Any) -> dict[str, Any]:
    """Somebody without a sign-in applies for a batch of the public catalogue."""
    from muster.enrollments.rules import Applicant, apply_for_batch  # noqa: PLC0415
    from muster.institutions.access import Actor  # noqa: PLC0415

    applicant = Applicant("Zinhle Radebe", "zinhle@example.org", "031 555 0177", "I work until five, so evenings suit.")
    application = apply_for_batch(by=Actor.stranger(institution), batch=batch, applicant=applicant)
    return {"slug": institution.slug, "application_id": application.pk}


def _absences(by: Any, batch: Any, locked: Any) -> dict[str, Any]:
    """A student who says beforehand that they cannot come, and a doctor's note that came after the lock."""
    from muster.attendance.models import AttendanceRecord  # noqa: PLC0415
    from muster.attendance.rules import Upload, add_evidence, announce_absence, look_at  # noqa: PLC0415
    from muster.institutions.access import Actor  # noqa: PLC0415

    seat = batch.enrollments.select_related("student").get(student__email="student@ridgeline.example")
    student = Actor.of(seat.student, by.institution)
    teacher = Actor.of(batch.instructor_assignments.get(role="lead", until_date=None).instructor, by.institution)
    assert student is not None and teacher is not None  # noqa: S101, PT018
    said = announce_absence(
        by=student,
        student=seat.student,
        reason="Operation on my knee, then two days of rest.",
        first_date=by.today(),
        last_date=by.today() + timedelta(days=6),
        uploads=[Upload(NOTE, "Hospital letter.pdf", "official", "Page 2 has the dates")],
    )
    look_at(by=by, evidence=said.evidence[0])
    missed = AttendanceRecord.objects.filter(session=locked, status="ABSENT").select_related("enrollment", "session")
    late = add_evidence(
        by=teacher, to=missed.order_by("pk")[0], uploads=[Upload(NOTE, "Doctor's note.pdf", note="Handed in on paper")]
    )
    assert late.notice is not None and said.notice is not None  # noqa: S101, PT018
    return {
        "absence_id": said.notice.pk,
        "evidence_id": said.evidence[0].pk,
        "late_absence_id": late.notice.pk,
        "correction_id": late.corrections[0].pk,
        "record_id": AttendanceRecord.objects.filter(enrollment=seat, status="ABSENT").order_by("pk")[0].pk,
    }


if __name__ == "__main__":
    sys.exit(main())
