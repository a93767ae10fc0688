"""Who is told what, and what is written for it."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from muster.core.errors import Invalid
from muster.institutions.rules import deactivate_person
from muster.notifications.kinds import NotificationKind, kinds_for, register_kind
from muster.notifications.models import Notification
from muster.notifications.queries import choices_of, inbox_of, unread_of
from muster.notifications.rules import choose, mark_all_read, mark_read, notify, quietly
from tests.make import PASSWORD, Campus

pytestmark = pytest.mark.django_db
KIND = "batch_assigned"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def thandi(campus):
    return with_password(campus.instructor("Thandi Nkosi"))


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def told(campus, *people, **more):
    return notify(by=campus.admin, to=people, kind=KIND, title="You lead X", **more)


def mail_jobs():
    return ProcrastinateJob.objects.filter(task_name="notifications.send_mail")


def test_a_notification_is_shown_and_waits_to_be_mailed(campus, thandi):
    assert told(campus, thandi, text="From Monday.", url="/batches/") == 1
    [row] = inbox_of(campus.actor(thandi))
    assert (row.title, row.text, row.url, row.read_at) == ("You lead X", "From Monday.", "/batches/", None)
    assert row.mail_status == "waiting"
    [job] = mail_jobs()
    # What is told, and to whom, is read when the mail is made: a job holds neither.
    assert job.args == {"notification_id": str(row.pk)}


def test_what_is_taken_back_was_never_told(campus, thandi):
    with transaction.atomic():
        told(campus, thandi)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert not mail_jobs().exists()


def test_nobody_is_told_of_what_they_did_themselves(campus):
    assert told(campus, campus.admin.user) == 0


def test_nobody_is_told_twice_of_one_thing(campus, thandi):
    assert told(campus, thandi, thandi) == 1


def test_who_left_or_is_of_another_institution_is_not_told(campus, thandi):
    stranger = Campus.found().instructor()
    deactivate_person(by=campus.admin, user=thandi)
    assert told(campus, thandi, stranger) == 0


def test_who_has_no_password_yet_gets_no_mail(campus):
    newcomer = campus.instructor()
    told(campus, newcomer)
    assert Notification.objects.get(user=newcomer).mail_status == "none"
    assert not mail_jobs().exists()


def test_each_person_is_told_the_way_they_chose(campus, thandi):
    only_mail, only_here, neither = (with_password(campus.instructor()) for _ in range(3))
    for person, ways in ((only_mail, (False, True)), (only_here, (True, False)), (neither, (False, False))):
        choose(by=campus.actor(person), choices={KIND: ways})
    assert told(campus, thandi, only_mail, only_here, neither) == 3
    rows = {row.user_id: (row.in_app, row.mail_status) for row in Notification.objects.all()}
    assert rows == {
        thandi.pk: (True, "waiting"),
        only_mail.pk: (False, "waiting"),
        only_here.pk: (True, "none"),
    }
    assert not inbox_of(campus.actor(only_mail)).exists()


def test_a_choice_holds_in_its_own_institution_alone(campus, thandi):
    choose(by=campus.actor(thandi), choices={KIND: (False, False)})
    colleague = Campus.found()
    assert {chosen.in_app for chosen in choices_of(campus.actor(thandi)) if chosen.kind.key == KIND} == {False}
    other = colleague.instructor()
    assert {chosen.in_app for chosen in choices_of(colleague.actor(other)) if chosen.kind.key == KIND} == {True}


def test_choosing_again_replaces_the_choice(campus, thandi):
    actor = campus.actor(thandi)
    choose(by=actor, choices={KIND: (False, False)})
    choose(by=actor, choices={KIND: (True, False)})
    assert {(c.in_app, c.mail) for c in choices_of(actor) if c.kind.key == KIND} == {(True, False)}


def test_a_kind_for_other_roles_cannot_be_chosen(campus):
    student = campus.actor(campus.student())
    with pytest.raises(Invalid) as refused:
        choose(by=student, choices={KIND: (True, True)})
    assert refused.value.errors[0].field == KIND


def test_an_unknown_kind_is_a_mistake_of_the_program(campus, thandi):
    with pytest.raises(KeyError):
        notify(by=campus.admin, to=[thandi], kind="moon_landing", title="X")


def test_a_link_leads_nowhere_else(campus, thandi):
    for url in ("https://elsewhere.example/", "//elsewhere.example/", "batches/"):
        with pytest.raises(ValueError, match=url):
            told(campus, thandi, url=url)


def test_nothing_is_told_quietly(campus, thandi):
    with quietly():
        assert told(campus, thandi) == 0
    assert told(campus, thandi) == 1


def test_telling_many_costs_as_much_as_telling_one(campus):
    people = [with_password(campus.instructor()) for _ in range(12)]
    counts = []
    for some in (people[:1], people):
        with CaptureQueriesContext(connection) as statements:
            told(campus, *some)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_reading_is_noted_once(campus, thandi):
    told(campus, thandi)
    told(campus, thandi)
    actor = campus.actor(thandi)
    first = inbox_of(actor).last()
    read_at = mark_read(notification=first).read_at
    assert mark_read(notification=Notification.objects.get(pk=first.pk)).read_at == read_at
    assert unread_of(actor) == 1
    assert mark_all_read(by=actor) == 1
    assert mark_all_read(by=actor) == 0
    assert unread_of(actor) == 0


def test_kinds_are_offered_by_role(monkeypatch):
    # Declared for this test alone: others ask what is offered to whom.
    monkeypatch.setattr("muster.notifications.kinds._kinds", {})
    kind = NotificationKind("for_tests", "For tests", frozenset({"regulator"}))
    register_kind(kind)
    assert kind in kinds_for({"regulator", "student"})
    assert kind not in kinds_for({"student"})
