"""Everything about a person: what the archive holds, what erasing leaves, over all tables there are."""

from __future__ import annotations

import io
import json
import zipfile
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone
from psycopg import sql

from muster.accounts.models import User
from muster.allocation.rules import assign_student
from muster.assessment.models import AssessmentMark
from muster.attendance.models import AttendanceRecord, Evidence
from muster.attendance.queries.student import attendance_of
from muster.batches.rules import archive_batch
from muster.certificates.models import Certificate
from muster.certificates.rules import issue_certificate
from muster.core.audit import history_of
from muster.core.audit_log import LogFilter, log_of
from muster.core.models import AuditEntry
from muster.core.ownership import as_owner, hidden_tables
from muster.documents.models import IssuedDocument
from muster.documents.queries import document_with
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import cancel_enrollment
from muster.institutions.rules import PersonChange, change_person
from muster.mentoring.models import MentoringGoal, MentoringQuestion
from muster.messaging.rules import send_message
from muster.people.notes import add_note, delete_note
from muster.privacy.models import ArchiveLook, Erasure
from muster.privacy.personal import HELD, LEFT_OUT, NEVER
from muster.privacy.queries import PERSON, erase, erasure_preview
from muster.privacy.rules import answer_consent, erase_person, take_archive, write_consent
from tests.hanging import everything_of
from tests.make import Campus, prove_email

pytestmark = pytest.mark.django_db

NAME, PHONE = "Zanele Quxomo", "+27 82 555 0199"
HELD_MODELS = {one.model for one in HELD}
TEXTS = (models.TextField, models.JSONField, models.FileField, ArrayField)
# Columns with text of a person's tables that are not blanked, and why.
KEPT = {
    "documents.IssuedDocument.content": "what was certified, so that it can be verified",
    "documents.IssuedDocument.ending_reason": "shown to whoever verifies the document",
    "enrollments.Payment.transaction_id": "accounts, which the law keeps",
    "enrollments.Payment.payer": "accounts, which the law keeps",
    "enrollments.Organisation.name": "a company",
    "enrollments.Organisation.invoice_address": "a company",
    "enrollments.Organisation.reference": "a company",
    "people.InstructorProfile.domain": "what is taught",
    "people.InstructorSkill.skill": "what is taught",
    "progression.ComponentScore.component": "a code",
    "progression.SubjectResult.grade": "a grade",
    "progression.SubjectResult.basis": "scores behind a result",
    "privacy.Erasure.reason": "why somebody was erased; their name is taken out",
    "privacy.Erasure.counts": "numbers",
    "attendance.Evidence.media_type": "a code",
    "attendance.EvidenceLook.request_id": "of whoever looked; the log tells from where",
    "attendance.MarkEntry.context": "who marked, by their new name",
    "attendance.UnlockRequest.reason": "about a register",
    "attendance.UnlockRequest.decision_reason": "about a register",
    "documents.IssuedDocument.about": "ids",
    "documents.IssuedDocument.code": "the serial, by which it is verified",
    "documents.IssuedDocument.kind": "a code",
    "documents.IssuedDocument.series": "ids",
    "enrollments.Enrollment.source": "a code",
    "enrollments.Enrollment.status_before_end": "a code",
    "enrollments.Payment.currency": "accounts, which the law keeps",
    "enrollments.Payment.method": "accounts, which the law keeps",
    "people.InstructorProfile.languages": "what is taught",
    "people.InstructorProfile.teaching_styles": "what is taught",
    "risk.RiskFlag.reasons": "codes",
}


def label(field: Any) -> str:
    return f"{field.model._meta.label}.{field.name}"


# --- the archive ------------------------------------------------------------------------------------------------------
def personal_references() -> list[Any]:
    """Every foreign key to a person, or to a row that is a person's."""
    targets = HELD_MODELS | {User}
    # Somebody's own rows; a person's message or purpose is not theirs alone.
    return [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.remote_field and field.remote_field.model in targets
    ]


def followed(field: Any) -> bool:
    steps = {
        "attendance.EvidenceLook.evidence",
        "mentoring.NoteLook.session",
        "risk.Intervention.flag",
    }
    return label(field) in steps or any(
        one.model is field.model and any(path.split("__")[0] == field.name for path in one.paths) for one in HELD
    )


def test_every_table_of_a_person_is_in_the_archive_or_left_out_for_a_reason():
    missing = [
        label(field)
        for field in personal_references()
        if not (field.name.endswith("_by") or followed(field) or label(field) in LEFT_OUT)
    ]
    assert missing == []


def test_nothing_is_left_out_that_is_not_there():
    assert sorted(set(LEFT_OUT) - {label(field) for field in personal_references()}) == []


def test_every_text_of_a_persons_tables_is_erased_or_kept_for_a_reason():
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, erased, deletes FROM muster_erasable() WHERE kind = 'person'")
        erased: dict[str, set[str]] = defaultdict(set)
        for table, columns, deletes in cursor.fetchall():
            erased[table] |= set() if deletes else set(columns)
        cursor.execute("SELECT table_name FROM muster_erasable() WHERE kind = 'person' AND deletes")
        gone = {table for (table,) in cursor.fetchall()}
    plain = []
    for model in HELD_MODELS:
        table = model._meta.db_table
        if table in gone:
            continue
        for field in model._meta.local_concrete_fields:
            is_text = isinstance(field, TEXTS) or (isinstance(field, models.CharField) and not field.choices)
            if is_text and field.name not in erased.get(table, ()) and field.name not in NEVER:
                plain.append(label(field))
    assert sorted(set(plain) - set(KEPT)) == []


def unpacked(download: Any) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(b"".join(download.content))) as archive:
        return {
            name: json.loads(archive.read(name)) if name.endswith(".json") else archive.read(name)
            for name in archive.namelist()
        }


@pytest.fixture
def campus():
    return Campus.found("Erasing College")


@pytest.fixture
def learner(campus):
    """A student with something in most tables, all of it naming them."""
    batch = everything_of(campus)
    seat = Enrollment.objects.get(batch=batch, student__in=User.objects.filter(absence_notices__isnull=False))
    person = change_person(
        by=campus.admin, user=seat.student, change=PersonChange(full_name=NAME, phone=PHONE, student_number="ZQ-77")
    )
    mentor = campus.instructor()
    pair = assign_student(by=campus.admin, student=person, instructor=mentor).assignment
    here = {"institution": campus.institution}
    MentoringGoal.objects.create(assignment=pair, title=f"{NAME} reads more", **here)
    MentoringQuestion.objects.create(assignment=pair, question=f"It is {NAME}, may I ask?", **here)
    add_note(by=campus.admin, student=person, text=f"{NAME} was here. Call {PHONE}.")
    delete_note(by=campus.admin, note=add_note(by=campus.admin, student=person, text=f"No, {person.email}"))
    send_message(by=campus.admin, students=[person], subject="Hello", text=f"Dear {NAME}")
    send_message(by=campus.admin, batch=batch, subject=f"About {NAME}", text=f"Welcome {NAME.upper()}!")
    batch.notes = f"{NAME} sits in front"
    batch.save(update_fields=["notes"])
    purpose = write_consent(by=campus.admin, title="Photos", text="May we?", audience="students")
    answer_consent(by=campus.actor(person), purpose=purpose, given=True, version=1)
    return person


def test_the_archive_holds_everything_of_a_person_and_nothing_of_others(campus, learner):
    other = Enrollment.objects.exclude(student=learner).first().student
    found = unpacked(take_archive(by=campus.admin, person=learner))
    assert found["person.json"][0]["full_name"] == NAME
    assert found["attendance.json"][0]["status"] == "ABSENT"
    assert found["notes.json"][0]["text"].startswith(NAME)
    assert found["consents.json"][0]["text__purpose__title"] == "Photos"
    assert any(name.startswith("files/certificates/") for name in found)
    told = json.dumps({name: text for name, text in found.items() if name.endswith(".json")})
    assert other.full_name not in told
    assert other.email not in told
    assert ArchiveLook.objects.get(person=learner).looked_by == campus.admin.user
    [look] = log_of(LogFilter(campus.institution.pk, what="archivelook")).entries
    assert (look.title, look.by_id) == (f"took the archive of {NAME}", str(campus.admin.user.pk))
    assert str(learner.pk) in {about.pk for about in look.about}


def test_a_student_takes_their_own_without_what_is_for_staff(campus, learner):
    found = unpacked(take_archive(by=campus.actor(learner), person=learner))
    assert {"notes.json", "risk-flags.json", "scores.json"}.isdisjoint(found)
    assert "marks.json" not in found
    assert "enrollments.json" in found


# --- erasing ----------------------------------------------------------------------------------------------------------
def dump() -> dict[str, str]:
    """Every row of the database as text, by table."""
    with as_owner(), connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            rows = sql.SQL("SELECT string_agg(one::text, chr(10)) FROM {} AS one")
            cursor.execute(rows.format(sql.Identifier(table)))
            found[table] = (cursor.fetchone()[0] or "").lower()
    return found


def figures(campus: Campus) -> dict[str, Any]:
    """What is counted, by table and by what pages show."""
    with as_owner():
        counts = {
            model._meta.label: model._default_manager.count()
            for model in (Enrollment, AttendanceRecord, AssessmentMark, IssuedDocument, MentoringGoal, User)
        }
        marks = list(AttendanceRecord.objects.order_by("pk").values_list("status", "minutes_late", "marked_at"))
        scores = list(AssessmentMark.objects.order_by("pk").values_list("score", "state"))
        seats = list(Enrollment.objects.order_by("pk").values_list("status", "batch", "completed_at", "cancelled_at"))
    rates = [
        one.projection
        for person in User.objects.filter(enrollments__isnull=False).order_by("pk")
        for one in attendance_of(campus.admin, person)
    ]
    return {"counts": counts, "marks": marks, "scores": scores, "seats": seats, "rates": rates}


def test_nothing_in_the_database_names_an_erased_person(campus, learner):
    email = learner.email
    paper = Certificate.objects.filter(enrollment__student=learner)[0]
    issue_certificate(by=campus.admin, enrollment=paper.enrollment, exception_reason="Moves away", replace=True)
    for seat in Enrollment.objects.filter(student=learner, status="active"):
        cancel_enrollment(by=campus.admin, enrollment=seat, reason=f"{NAME} moves away")
    archive_batch(by=campus.admin, batch=Enrollment.objects.filter(student=learner).first().batch)
    before = figures(campus)
    erased = erase_person(by=campus.admin, person=learner, reason=f"{NAME} asked on Monday")
    assert figures(campus) == before
    learner.refresh_from_db()
    assert learner.full_name == erased.called == f"Erased student {learner.pk.hex[-4:]}"
    assert not learner.is_active
    found = dump()
    # The certificate says whose it is.
    assert NAME.lower() in found.pop("documents_issueddocument")
    for word in (NAME, email, PHONE, "ZQ-77"):
        assert [table for table, rows in found.items() if word.lower() in rows] == [], word


def test_the_history_of_an_erased_person_can_still_be_read(campus, learner):
    seat = Enrollment.objects.get(student=learner, status="active")
    cancel_enrollment(by=campus.admin, enrollment=seat)
    erased = erase_person(by=campus.admin, person=learner, reason="Asked")
    for row in (learner, seat, seat.batch):
        told = history_of(row)
        assert told.total > 0
    assert any(one.title.endswith("erased a person") or "erased" in one.title for one in history_of(learner).entries)
    run = Erasure.objects.get(person=learner)
    assert (run.by, run.reason, run.counts) == (campus.admin.user, "Asked", dict(erased.counts))


def test_a_certificate_stays_verifiable_with_the_name_on_it(campus, learner):
    document = IssuedDocument.objects.get(holder=learner)
    said = document.content
    cancel_enrollment(by=campus.admin, enrollment=Enrollment.objects.get(student=learner, status="active"))
    erase_person(by=campus.admin, person=learner, reason="Asked")
    found = document_with(document.serial)
    assert found is not None
    assert found.content == said


def test_the_preview_counts_what_is_erased(campus, learner):
    cancel_enrollment(by=campus.admin, enrollment=Enrollment.objects.get(student=learner, status="active"))
    before = erasure_preview(campus.admin, learner)
    assert before.is_possible
    assert before.counts["evidence"] == 1
    assert before.kept["attendance"] == 1
    done = erase_person(by=campus.admin, person=learner, reason="Asked")
    # Deactivating them ends sign-ins and the mentoring, and adds to the history.
    other = {"sign_ins", "history", "messages", "mentoring"}
    assert {what: count for what, count in done.counts.items() if what not in other} == {
        what: count for what, count in before.counts.items() if what not in other
    }


def test_a_namesake_keeps_their_name(campus, learner):
    namesake = campus.student(NAME)
    add_note(by=campus.admin, student=namesake, text=f"{NAME} is another one")
    cancel_enrollment(by=campus.admin, enrollment=Enrollment.objects.get(student=learner, status="active"))
    erase_person(by=campus.admin, person=learner, reason="Asked")
    namesake.refresh_from_db()
    assert namesake.full_name == NAME
    assert namesake.staff_notes.get().text == f"{NAME} is another one"


def test_another_institution_keeps_its_person_and_their_sign_in(campus):
    person = campus.student(NAME)
    person.set_password("long-enough-password")
    person.save()
    prove_email(person)
    elsewhere = Campus.found()
    joined = elsewhere.joined_by(person)
    third = Campus.found().joined_by(person)
    email, password = person.email, person.password
    erase_person(by=campus.admin, person=person, reason="Asked")
    joined.refresh_from_db()
    third.refresh_from_db()
    assert (joined.full_name, joined.email, joined.signs_in, joined.password) == (NAME, email, True, password)
    assert (joined.account, third.account) == (None, joined)
    assert joined.is_active
    person.refresh_from_db()
    assert (person.email, person.signs_in, person.has_usable_password()) == ("", False, False)


# --- the function of the owner ----------------------------------------------------------------------------------------
def test_the_setting_alone_opens_nothing(campus, learner):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('muster.erasing', 'yes', TRUE)")
        with pytest.raises(Exception, match="permission denied"):
            cursor.execute("INSERT INTO core_erasing (id) VALUES (pg_current_xact_id()::text::bigint)")


def test_what_comes_after_erasing_is_kept_again(campus, learner):
    before = AuditEntry.objects.count()
    erase(by=campus.admin, kind="notifications", until=timezone.now() + timedelta(days=1))
    assert AuditEntry.objects.count() == before + 1
    campus.student("Somebody New")
    assert AuditEntry.objects.filter(table_name="accounts_user", after__full_name="Somebody New").exists()


def test_the_database_erases_nobody_who_is_active(campus, learner):
    with pytest.raises(Exception, match="Only who was deactivated is erased"):
        erase(by=campus.admin, kind=PERSON, person=learner.pk, called="Nobody")


def test_hidden_tables_are_part_of_the_dump():
    assert set(hidden_tables()) <= set(dump())


def test_evidence_goes_with_its_file(campus, learner):
    cancel_enrollment(by=campus.admin, enrollment=Enrollment.objects.get(student=learner, status="active"))
    erase_person(by=campus.admin, person=learner, reason="Asked")
    one = Evidence.objects.get()
    assert (one.file.name, one.file_name, one.removed_at is None) == ("", "[erased]", False)
