"""Messages: kept with who wrote what to whom, told once, and read by those whom they concern."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from muster.accounts.models import User
from muster.batches.errors import BatchArchived
from muster.batches.rules import archive_batch
from muster.core.database import violated_constraint
from muster.core.errors import Invalid
from muster.core.ids import new_id
from muster.enrollments.rules import cancel_enrollment, hold_enrollment
from muster.institutions.models import Affiliation, Membership, Role
from muster.messaging.models import Message, MessageRecipient
from muster.messaging.permissions import messages
from muster.messaging.queries import messages_to, recipients_of
from muster.messaging.rules import send_message
from muster.notifications.models import Notification
from muster.notifications.rules import choose
from tests.client import Api
from tests.jobs import run_jobs
from tests.make import NOBODY, Campus, prove_email
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
WORDS = {"subject": "Monday", "text": "We start at nine.\n\nBring boots."}


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


@pytest.fixture
def batch(campus):
    return campus.batch(branch=campus.branch(), department=campus.department(), lead=campus.instructor("Leila Farouk"))


def lead_of(campus, batch):
    return campus.actor(batch.instructor_assignments.get().instructor)


def test_a_batch_is_everybody_with_a_seat_each_told_once(campus, batch):
    active, held, gone = (campus.enroll(batch) for _each in range(3))
    hold_enrollment(by=campus.admin, enrollment=held)
    cancel_enrollment(by=campus.admin, enrollment=gone)
    message = send_message(by=lead_of(campus, batch), batch=batch, **WORDS)
    assert {one.pk for one in recipients_of(message)} == {active.student_id, held.student_id}
    told = Notification.objects.filter(kind="message")
    assert sorted(told.values_list("user", "title", "url")) == sorted(
        (person, "Monday", f"/messages/{message.pk}/") for person in (active.student_id, held.student_id)
    )


def test_the_mail_has_the_whole_text_and_can_be_switched_off(campus, batch):
    students = [campus.enroll(batch).student for _each in range(2)]
    for student in students:
        prove_email(student)
    choose(by=campus.actor(students[1]), choices={"message": (True, False)})
    send_message(by=lead_of(campus, batch), batch=batch, **WORDS)
    assert run_jobs() == ["notifications.send_mail"]
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([students[0].email], "Monday")
    for part in ("We start at nine.", "Bring boots.", "From Leila Farouk."):
        assert part in letter.body
    assert Notification.objects.filter(user=students[1], in_app=True).exists()


def test_the_same_form_sends_one_message(campus, batch):
    campus.enroll(batch)
    once = new_id()
    first = send_message(by=campus.admin, batch=batch, once=once, **WORDS)
    assert send_message(by=campus.admin, batch=batch, once=once, **WORDS) == first
    assert (Message.objects.count(), Notification.objects.filter(kind="message").count()) == (1, 1)
    # Somebody who goes back and writes something else sends that too.
    assert send_message(by=campus.admin, batch=batch, once=once, **{**WORDS, "text": "At ten."}).text == "At ten."
    # Somebody else's form is another one.
    assert send_message(by=lead_of(campus, batch), batch=batch, once=once, **WORDS) != first


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"text": ""}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"subject": "x" * 151}, "subject"),
    ],
)
def test_what_is_wrong_is_named(campus, batch, change, field):
    campus.enroll(batch)
    with pytest.raises(Invalid) as refused:
        send_message(by=campus.admin, batch=batch, **{**WORDS, **change})
    assert [one.field for one in refused.value.errors] == [field]


def test_nobody_to_write_to_is_refused(campus, batch):
    with pytest.raises(Invalid):
        send_message(by=campus.admin, batch=batch, **WORDS)
    left = campus.student()
    Affiliation.objects.filter(user=left).update(is_active=False)
    with pytest.raises(Invalid):
        send_message(by=campus.admin, students=[left], **WORDS)


def test_an_archived_batch_is_not_written_to(campus, batch):
    campus.enroll(batch)
    archive_batch(by=campus.admin, batch=batch)
    with pytest.raises(BatchArchived):
        send_message(by=campus.admin, batch=batch, **WORDS)


def test_what_was_sent_stays(campus, batch):
    campus.enroll(batch)
    message = send_message(by=campus.admin, batch=batch, **WORDS)
    row = MessageRecipient.objects.get()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        MessageRecipient.objects.create(institution=campus.institution, message=message, user=row.user)
    assert violated_constraint(refused.value) == "a_message_reaches_a_person_once"


def test_who_reads_what(campus, batch):
    student, other = campus.enroll(batch).student, campus.student()
    to_batch = send_message(by=lead_of(campus, batch), batch=batch, **WORDS)
    private = send_message(by=campus.admin, students=[student], **WORDS)
    readers = {
        "admin": campus.admin,
        "branch": campus.actor(campus.person(Role.BRANCH_MANAGER, branch=batch.branch)),
        "dept": campus.actor(campus.person(Role.DEPT_ADMIN, department=batch.department)),
        "lead": lead_of(campus, batch),
        "elsewhere": campus.actor(campus.person(Role.BRANCH_MANAGER, branch=campus.branch())),
        "colleague": campus.actor(campus.instructor()),
        "student": campus.actor(student),
        "other": campus.actor(other),
    }
    seen = {name: set(messages.rows(actor)) for name, actor in readers.items()}
    assert seen == {
        "admin": {to_batch, private},
        "branch": {to_batch},
        "dept": {to_batch},
        "lead": {to_batch},
        "elsewhere": set(),
        "colleague": set(),
        "student": {to_batch, private},
        "other": set(),
    }
    assert list(messages_to(readers["branch"], student.pk)) == [to_batch]


def test_a_thousand_cost_as_many_statements_as_ten(campus, django_assert_max_num_queries):
    def people(number):
        made = User.objects.bulk_create(
            User(email=f"m{new_id()}@example.org", full_name="Many", home=campus.institution.pk)
            for _each in range(number)
        )
        Affiliation.objects.bulk_create(Affiliation(institution=campus.institution, user=one) for one in made)
        return made

    for number in (10, 1000):
        many = people(number)
        with django_assert_max_num_queries(20):
            assert send_message(by=campus.admin, students=many, **WORDS).recipients.count() == number


def test_the_api_sends_lists_and_shows(campus, batch):
    student = campus.enroll(batch).student
    api = Api(campus.token(lead_of(campus, batch).user))
    sent = api.post("/messages", {"batch_id": str(batch.pk), **WORDS})
    assert (sent.status, sent.data["recipients"]) == (201, 1)
    assert [one["_id"] for one in sent.data["students"]] == [str(student.pk)]
    own = Api(campus.token(student)).get("/messages")
    assert [(one["subject"], one["recipients"]) for one in own.data] == [("Monday", None)]
    assert Api(campus.token(student)).get(f"/messages/{own.data[0]['_id']}").data["students"] == []
    assert api.get(f"/messages?student={student.pk}&batch={batch.pk}").body["total"] == 1
    assert api.get(f"/messages?student={NOBODY}").body["total"] == 0


def test_the_api_refuses_what_is_not_theirs(campus, batch):
    elsewhere = campus.batch()
    stranger = campus.student()
    api = Api(campus.token(lead_of(campus, batch).user))
    for target in ({"batch_id": str(elsewhere.pk)}, {"batch_id": "x"}, {"student_ids": [str(stranger.pk)]}, {}):
        refused = api.post("/messages", {**target, **WORDS})
        assert (refused.status, refused.fields) == (400, ["student_ids" if "student_ids" in target else "batch_id"])
    assert Api(campus.token(stranger)).post("/messages", WORDS).status == 403


def test_who_received_a_message_learns_of_nobody_else_who_did(campus):
    reader, other, nobody = (campus.student() for _each in range(3))
    message = send_message(by=campus.admin, students=[reader, other], **WORDS)
    # Teaching something else makes no difference.
    for role in (None, Role.INSTRUCTOR):
        if role:
            Membership.objects.create(institution=campus.institution, user=reader, role=role)
        api = Api(campus.token(reader))
        shown = api.get(f"/messages/{message.pk}").data
        assert (shown["recipients"], shown["students"]) == (None, [])
        totals = [api.get(f"/messages?student={one.pk}").body["total"] for one in (reader, other, nobody)]
        assert totals == [1, 0, 0]
        browser = Browser(campus, reader)
        for path in ("/messages/", f"/messages/{message.pk}/", "/messages/?export=csv"):
            page = browser.get(path)
            assert ("Monday" in words_of(page), "2 students" in words_of(page)) == (True, False)
    assert Api(campus.token()).get("/messages?student=x").fields == ["student"]
