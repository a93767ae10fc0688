"""Erasing, periods and consent, as the rules see them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from muster.accounts.models import User
from muster.attendance.models import Evidence, EvidenceLook
from muster.cli import main
from muster.core.errors import Forbidden, Invalid
from muster.core.models import AuditEntry
from muster.enrollments.models import Application
from muster.enrollments.rules import cancel_enrollment, join_waitlist
from muster.exchange.models import ImportRun
from muster.institutions.access import Actor
from muster.institutions.errors import LastAdministrator
from muster.institutions.models import Membership, SecurityEvent
from muster.institutions.resources import INSTITUTION
from muster.institutions.rules import make_token
from muster.messaging.models import Message, MessageRecipient
from muster.notifications.models import Notification
from muster.people.models import StaffNote
from muster.privacy.errors import (
    AlreadyErased,
    AnotherVersion,
    ConsentClosed,
    ErasedWithoutReason,
    NotErasedYet,
    NotYourself,
    PurposeTaken,
)
from muster.privacy.models import ConsentAnswer, ConsentText, Erasure
from muster.privacy.queries import answers_of, consents_waiting, retention_preview, students_who_left
from muster.privacy.rules import (
    answer_consent,
    close_consent,
    erase_person,
    reopen_consent,
    run_all_retention,
    run_retention,
    write_consent,
)
from tests.make import Campus
from tests.periods import everything_a_hundred_days_old, logs_of_four_years_ago

pytestmark = pytest.mark.django_db


def founded_without_periods():
    """An institution that keeps report files for good too, which have a period from the start."""
    return Campus.found().let(keep_reports_days=None)


@pytest.fixture
def campus():
    return founded_without_periods()


# --- erasing ----------------------------------------------------------------------------------------------------------
def test_nobody_is_erased_who_still_holds_something(campus):
    student, teacher, head = campus.student("Ada One"), campus.instructor("Ben Two"), campus.instructor("Cy Three")
    batch = campus.batch(lead=teacher)
    seat = campus.enroll(batch, student)
    full, _seats = campus.full_batch()
    join_waitlist(by=campus.admin, student=student, batch=full)
    campus.department(hod=head)
    for person, held in ((student, {"enrollments": 1, "waitlists": 1}), (teacher, {"teaching": 1})):
        with pytest.raises(NotErasedYet) as refused:
            erase_person(by=campus.admin, person=person, reason="Asked")
        assert refused.value.facts == held
    with pytest.raises(NotErasedYet, match="heads 1 department"):
        erase_person(by=campus.admin, person=head, reason="Asked")
    cancel_enrollment(by=campus.admin, enrollment=seat)
    student.refresh_from_db()
    assert student.full_name == "Ada One"


def test_erasing_wants_a_reason_and_happens_once(campus):
    person = campus.student()
    with pytest.raises(ErasedWithoutReason):
        erase_person(by=campus.admin, person=person, reason="  ")
    with pytest.raises(Invalid, match="500 characters"):
        erase_person(by=campus.admin, person=person, reason="x" * 501)
    erase_person(by=campus.admin, person=person, reason="Asked")
    with pytest.raises(AlreadyErased):
        erase_person(by=campus.admin, person=person, reason="Again")
    assert Erasure.objects.count() == 1


def test_nobody_erases_themself_and_an_administrator_stays(campus):
    with pytest.raises(NotYourself):
        erase_person(by=campus.admin, person=campus.admin.user, reason="Asked")
    other = campus.person("admin")
    Membership.objects.filter(user=campus.admin.user).delete()
    with pytest.raises(LastAdministrator):
        erase_person(by=campus.admin, person=other, reason="Asked")


def test_the_sign_ins_of_an_erased_person_end(campus):
    person = campus.student()
    make_token(by=campus.actor(person), name="Mine")
    erase_person(by=campus.admin, person=person, reason="Asked")
    assert not person.api_tokens.exists()
    assert User.objects.sign_in_of(person.email) is None


def test_somebody_new_may_have_the_email_of_an_erased_person(campus):
    person = campus.student("Ada One")
    erase_person(by=campus.admin, person=person, reason="Asked")
    again = campus.student("Ada One")
    User.objects.filter(pk=again.pk).update(email=person.email)
    assert again.full_name == "Ada One"


# --- periods ----------------------------------------------------------------------------------------------------------
def periods(**days):
    kinds = ("evidence", "messages", "notifications", "imports", "looks", "notes", "applications", "students")
    return {f"keep_{kind}_days": days.get(kind) for kind in kinds}


def test_without_periods_everything_is_kept(campus):
    everything_a_hundred_days_old(campus)
    assert {one.days for one in retention_preview(campus.admin)} == {None}
    assert run_retention(by=campus.admin) == {}
    assert not Erasure.objects.exists()


def test_a_run_erases_what_its_preview_counted(campus):
    everything_a_hundred_days_old(campus)
    file = Evidence.objects.get().file.name
    campus.let(**periods(evidence=60, messages=60, notifications=60, imports=60, looks=60, notes=60, applications=60))
    due = {one.kind: one.total for one in retention_preview(campus.admin) if one.days}
    assert due == dict.fromkeys(due, 1)
    assert run_retention(by=campus.admin) == due
    evidence, message, application = Evidence.objects.get(), Message.objects.get(), Application.objects.get()
    assert (evidence.file.name, evidence.file_name, evidence.removed_at is None) == ("", "[erased]", False)
    assert (message.subject, message.text) == ("[erased]", "[erased]")
    assert MessageRecipient.objects.count() == 1
    assert (application.full_name, application.email, application.status) == ("[erased]", "[erased]", "rejected")
    assert ImportRun.objects.get().rows == []
    assert not StaffNote.objects.exists()
    assert not EvidenceLook.objects.exists()
    assert not Notification.objects.filter(institution=campus.institution).exists()
    assert default_storage.exists(file)
    assert {one.kind for one in Erasure.objects.all()} == set(due)
    # The second run finds nothing, and leaves nothing behind.
    assert sum(run_retention(by=campus.admin).values()) == 0
    assert Erasure.objects.count() == len(due)


def test_the_logs_lose_what_is_old_and_tell_that_they_did(campus):
    logs_of_four_years_ago(campus)
    other = founded_without_periods()
    logs_of_four_years_ago(other)
    before = AuditEntry.objects.filter(owner_id=other.institution.pk).count()
    campus.let(keep_security_days=180, keep_history_days=1095)
    assert {one.kind: one.total for one in retention_preview(campus.admin) if one.days} == {"security": 1, "history": 1}
    assert run_retention(by=campus.admin) == {"security": 1, "history": 1}
    assert not SecurityEvent.objects.filter(institution=campus.institution).exists()
    assert SecurityEvent.objects.get().institution == other.institution
    assert AuditEntry.objects.filter(owner_id=other.institution.pk).count() == before
    assert {one.kind for one in Erasure.objects.filter(institution=campus.institution)} == {"security", "history"}
    # Nobody else gets past the triggers, also while these stand.
    with pytest.raises(IntegrityError), transaction.atomic():
        SecurityEvent.objects.all().delete()


@pytest.mark.parametrize(("setting", "days"), [("keep_security_days", 179), ("keep_history_days", 1094)])
def test_logs_are_kept_for_as_long_as_they_are_needed(campus, setting, days):
    with pytest.raises(Invalid) as refused:
        INSTITUTION.change(by=campus.admin, row=campus.institution, changes={setting: days})
    assert [one.field for one in refused.value.errors] == [setting]


def test_what_is_younger_stays(campus):
    everything_a_hundred_days_old(campus)
    campus.let(**periods(evidence=200, messages=200, notes=200, students=200))
    assert sum(run_retention(by=campus.admin).values()) == 0


def test_another_institution_is_not_touched(campus):
    other = founded_without_periods()
    everything_a_hundred_days_old(other)
    campus.let(**periods(evidence=60, messages=60, notes=60, students=60))
    assert run_all_retention() == 0
    assert StaffNote.objects.count() == 1


def test_students_who_left_are_erased_one_by_one(campus):
    person = everything_a_hundred_days_old(campus)
    staying = campus.enroll(campus.batch()).student
    campus.let(**periods(students=60))
    assert list(students_who_left(campus.admin, 60)) == [person]
    assert run_retention(by=Actor.system(campus.institution))["students"] == 1
    person.refresh_from_db()
    staying.refresh_from_db()
    assert person.full_name.startswith("Erased student")
    assert not staying.full_name.startswith("Erased")
    assert Erasure.objects.get(person=person).by is None
    assert not students_who_left(campus.admin, 60).exists()


def test_the_command_says_what_it_would_do_and_does_it(campus):
    everything_a_hundred_days_old(campus)
    campus.let(**periods(notes=60))
    slug = ["--institution", campus.institution.slug]
    said = CliRunner().invoke(main, ["retention", "--dry-run", *slug])
    assert said.output == f"{campus.institution.name}: would erase: notes 1\n"
    assert StaffNote.objects.exists()
    said = CliRunner().invoke(main, ["retention", *slug])
    assert said.output == f"{campus.institution.name}: erased: notes 1\n"
    assert not StaffNote.objects.exists()
    assert CliRunner().invoke(main, ["retention", "--institution", "nowhere"]).exit_code == 1


def test_the_application_writes_no_erasure_by_itself(campus):
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("INSERT INTO privacy_erasure SELECT * FROM privacy_erasure")


# --- consent ----------------------------------------------------------------------------------------------------------
def photos(campus, **other):
    return write_consent(by=campus.admin, **{"title": "Photos", "text": "May we?", "audience": "students", **other})


def test_a_changed_text_is_a_new_version_that_everybody_is_asked_anew(campus):
    student = campus.actor(campus.student())
    purpose = photos(campus)
    assert consents_waiting(student) == 1
    answer_consent(by=student, purpose=purpose, given=True, version=1)
    assert consents_waiting(student) == 0
    # The same text is no new version.
    photos(campus, purpose=purpose, title="Photos and films")
    assert consents_waiting(student) == 0
    photos(campus, purpose=purpose, text="May we, for ten years?")
    assert consents_waiting(student) == 1
    with pytest.raises(AnotherVersion):
        answer_consent(by=student, purpose=purpose, given=True, version=1)
    answer_consent(by=student, purpose=purpose, given=True, version=2)
    assert list(ConsentText.objects.values_list("version", flat=True)) == [2, 1]
    assert [one.text.version for one in answers_of(purpose)] == [2]


def test_who_says_no_is_not_asked_again_and_consent_is_withdrawn(campus):
    student = campus.actor(campus.student())
    purpose = photos(campus)
    answer_consent(by=student, purpose=purpose, given=False, version=1)
    photos(campus, purpose=purpose, text="Another")
    assert consents_waiting(student) == 0
    answer_consent(by=student, purpose=purpose, given=True, version=2)
    answer_consent(by=student, purpose=purpose, given=True, version=2)
    answer_consent(by=student, purpose=purpose, given=False, version=2)
    assert [one.given for one in ConsentAnswer.objects.order_by("pk")] == [False, True, False]
    assert [one.given for one in answers_of(purpose)] == [False]


def test_each_is_asked_what_is_theirs(campus):
    photos(campus)
    photos(campus, title="Pay slips", audience="staff")
    photos(campus, title="Newsletter", audience="everyone")
    asked = {
        role: consents_waiting(campus.actor(campus.person(role)))
        for role in ("student", "instructor", "admin", "regulator")
    }
    assert asked == {"student": 2, "instructor": 2, "admin": 2, "regulator": 0}


def test_a_closed_consent_is_asked_of_nobody(campus):
    student = campus.actor(campus.student())
    purpose = close_consent(by=campus.admin, purpose=photos(campus))
    assert consents_waiting(student) == 0
    with pytest.raises(ConsentClosed):
        answer_consent(by=student, purpose=purpose, given=True, version=1)
    with pytest.raises(ConsentClosed):
        photos(campus, purpose=purpose)
    reopen_consent(by=campus.admin, purpose=purpose)
    assert consents_waiting(student) == 1


def test_what_is_wrong_with_a_consent_is_said_at_its_field(campus):
    with pytest.raises(Invalid) as refused:
        photos(campus, title=" ", text="x" * 4001, audience="nobody")
    assert [one.field for one in refused.value.errors] == ["title", "text", "audience"]
    photos(campus)
    with pytest.raises(PurposeTaken):
        photos(campus, title="photos")


def test_jobs_consent_to_nothing(campus):
    purpose = photos(campus)
    with pytest.raises(Forbidden):
        answer_consent(by=Actor.system(campus.institution), purpose=purpose, given=True, version=1)


def test_texts_and_answers_stay_as_they_are(campus):
    student = campus.actor(campus.student())
    answer_consent(by=student, purpose=photos(campus), given=True, version=1)
    for table in ("privacy_consenttext", "privacy_consentanswer", "privacy_archivelook"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'UPDATE, DELETE')", [table])
            assert cursor.fetchone() == (False,), table
