"""Views in the morning's mail: when, what it says, and to whom no more."""

from datetime import timedelta

import pytest
from django.core import mail

from muster.batches.models import InstructorAssignment
from muster.core.errors import Forbidden, Invalid
from muster.core.mailing_days import Mailed
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, Membership, Role
from muster.notifications.models import Notification
from muster.notifications.rules import choose, deliver
from muster.saved_views import rules
from muster.saved_views.models import ViewMailing
from muster.saved_views.notices import MAILED_VIEW
from muster.saved_views.rules import mail_view, mail_views, remove_view, restore_view, save_view
from tests.make import PASSWORD, Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(monkeypatch):
    monkeypatch.setattr(rules, "MORNING", 0)
    campus = Campus.found("Ridgeline Institute")
    campus.batch(code="A"), campus.batch(code="B")
    return campus


@pytest.fixture
def view(campus):
    return save_view(by=campus.admin, page="batches:list", name="All of them", is_shared=True, often="daily")


@pytest.fixture
def instructor(campus):
    user = campus.instructor()
    # Who has never come in gets no mail.
    user.set_password(PASSWORD)
    user.save()
    return campus.actor(user)


def days_ago(campus, number):
    ViewMailing.objects.update(mailed_on=campus.admin.today() - timedelta(days=number))


def titles():
    return sorted(Notification.objects.values_list("title", "user__email"))


def test_it_is_mailed_from_the_next_due_morning_on_and_once_each(campus, view):
    assert mail_views(by=Actor.system(campus.institution)) == 0
    days_ago(campus, 1)
    system = Actor.system(campus.institution)
    assert [mail_views(by=system), mail_views(by=system)] == [1, 0]
    assert titles() == [("All of them: 2 batches", campus.admin.user.email)]


def test_nothing_is_mailed_before_the_morning(campus, view, monkeypatch):
    days_ago(campus, 1)
    monkeypatch.setattr(rules, "MORNING", 24)
    assert mail_views(by=Actor.system(campus.institution)) == 0
    assert titles() == []


def test_mornings_that_were_missed_are_made_up_for_once(campus, view):
    for often in (Mailed.DAILY, Mailed.WEEKLY, Mailed.MONTHLY):
        mail_view(by=campus.admin, view=view, often=often)
        days_ago(campus, 70)
        system = Actor.system(campus.institution)
        assert [mail_views(by=system), mail_views(by=system)] == [1, 0]


def test_each_reader_is_told_of_what_they_may_see(campus, view, instructor):
    mail_view(by=instructor, view=view, often="weekly")
    days_ago(campus, 8)
    assert mail_views(by=Actor.system(campus.institution)) == 2
    assert dict(map(reversed, titles())) == {
        campus.admin.user.email: "All of them: 2 batches",
        instructor.user.email: "All of them: 0 batches",
    }


def test_the_mail_has_a_link_to_open_and_one_to_stop(campus, view):
    days_ago(campus, 1)
    mail_views(by=Actor.system(campus.institution))
    notice = Notification.objects.get()
    deliver(notification_id=str(notice.pk))
    [letter] = mail.outbox
    stop = f"/views/{view.pk}/mail/?often=never"
    assert f"/notifications/{notice.pk}/" in letter.body
    assert notice.url == f"/views/{view.pk}/"
    assert stop in letter.body
    assert letter.extra_headers["List-Unsubscribe"].endswith(f"{stop}>")
    assert "Sign in to open the rows" in letter.body


def test_figures_are_mailed_without_a_count(campus):
    save_view(by=campus.admin, page="analytics:institution", name="Board", query="compare=none", often="monthly")
    days_ago(campus, 40)
    assert mail_views(by=Actor.system(campus.institution)) == 1
    assert titles() == [("Board: the figures of today", campus.admin.user.email)]


def lose_the_role(campus, view, actor):
    Membership.objects.filter(user=actor.user).delete()
    Membership.objects.create(institution=campus.institution, user=actor.user, role=Role.STUDENT)


def leave(campus, view, actor):
    Affiliation.objects.filter(user=actor.user).update(is_active=False)


def close_the_account(campus, view, actor):
    actor.user.is_active = False
    actor.user.save()


def lose_the_view(campus, view, actor):
    remove_view(by=campus.admin, view=view)


def stop(campus, view, actor):
    mail_view(by=actor, view=view, often=Mailed.NEVER)


def want_no_such_mails(campus, view, actor):
    choose(by=actor, choices={MAILED_VIEW: (False, False)})


@pytest.mark.parametrize("happens", [lose_the_role, leave, close_the_account, lose_the_view, stop, want_no_such_mails])
def test_whoever_may_not_see_it_any_more_or_does_not_want_it_gets_nothing(campus, instructor, happens):
    view = save_view(by=campus.admin, page="students:list", name="Students", is_shared=True)
    mail_view(by=instructor, view=view, often="daily")
    happens(campus, view, instructor)
    days_ago(campus, 1)
    assert mail_views(by=Actor.system(campus.institution)) == 0
    assert titles() == []


def test_a_list_of_a_batch_that_somebody_no_longer_reaches_is_not_mailed(campus):
    user = campus.instructor()
    batch = campus.batch(lead=user)
    actor = campus.actor(user)
    save_view(by=actor, page="batches:students", within=batch.pk, name="Mine", often="daily")
    InstructorAssignment.objects.filter(batch=batch).delete()
    days_ago(campus, 1)
    assert mail_views(by=Actor.system(campus.institution)) == 0


def test_a_view_that_was_removed_and_restored_is_mailed_again(campus, view):
    remove_view(by=campus.admin, view=view)
    restore_view(by=campus.admin, view=view)
    days_ago(campus, 1)
    assert mail_views(by=Actor.system(campus.institution)) == 1


def test_a_shared_view_is_mailed_to_others_each_with_what_they_see(campus, view, instructor):
    """The colleague keeps what they chose themselves, sees their own rows alone, and stops it without anybody."""
    mail_view(by=campus.admin, view=view, often="weekly", to=[instructor.user])
    mail_view(by=campus.admin, view=view, often="daily", to=[instructor.user])
    assert dict(ViewMailing.objects.values_list("user", "often")) == {
        campus.admin.user.pk: "daily",
        instructor.user.pk: "weekly",
    }
    batch = campus.batch(code="C")
    InstructorAssignment.objects.create(
        institution=campus.institution,
        batch=batch,
        instructor=instructor.user,
        role="assistant",
        from_date="2020-01-01",
    )
    days_ago(campus, 8)
    assert mail_views(by=Actor.system(campus.institution)) == 2
    assert titles() == [
        ("All of them: 1 batch", instructor.user.email),
        ("All of them: 3 batches", campus.admin.user.email),
    ]
    mail_view(by=instructor, view=view, often="never")
    assert [one.user_id for one in ViewMailing.objects.all()] == [campus.admin.user.pk]


def test_who_may_not_have_it_is_named_and_nobody_is_written_down(campus, view, instructor):
    own = save_view(by=campus.admin, page="batches:list", name="My own")
    audit = save_view(by=campus.admin, page="audit", name="Everything", is_shared=True)
    student, colleague = campus.student("Ann"), campus.instructor("Ben")
    ViewMailing.objects.all().delete()
    for row, often, to, field, words in (
        (view, "daily", [student], "recipients", "Ann can't open this list"),
        (view, "daily", [campus.admin.user], "recipients", "or is you"),
        (view, "never", [instructor.user], "often", "Choose daily, weekly or monthly."),
        (own, "daily", [instructor.user], "recipients", "Share the view with all staff"),
        (audit, "daily", [colleague], "recipients", "Ben can't open this list"),
        (view, "daily", [instructor.user] * 21, "recipients", "Choose 20 people or fewer."),
    ):
        with pytest.raises(Invalid) as refused:
            mail_view(by=campus.admin, view=row, often=often, to=to)
        assert (refused.value.errors[0].field, words in refused.value.message) == (field, True), words
    with pytest.raises(Forbidden):
        mail_view(by=instructor, view=view, often="daily", to=[colleague])
    assert not ViewMailing.objects.exists()
