"""Mails that a real server takes, puts off and refuses."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.jobs import Job

from muster.institutions.rules import deactivate_person
from muster.notifications.jobs import PATIENCE, send_mail, tidy
from muster.notifications.models import Notification
from muster.notifications.rules import (
    KEPT_AFTER_READING,
    LOST_AFTER,
    MOST_TRIES,
    MailIsBeingSent,
    deliver,
    mark_read,
    notify,
    send_again,
)
from muster.notifications.tests.mail_server import mail_server
from tests.jobs import run_jobs
from tests.make import PASSWORD, Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found("Ridgeline & Sons")


@pytest.fixture
def thandi(campus):
    user = campus.instructor("Thandi <Nkosi>")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def server(settings):
    with mail_server() as told:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", told.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.MUSTER_URL = "https://muster.example/"
        yield told


@pytest.fixture
def notice(campus, thandi):
    notify(
        by=campus.admin,
        to=[thandi],
        kind="batch_assigned",
        title="You lead DA-2030",
        text="Data <Analytics>. From Monday.",
        url="/batches/",
    )
    return Notification.objects.get()


def again(notice):
    """The next run of the job; what it raises is what makes procrastinate run it once more."""
    deliver(notification_id=str(notice.pk))


def test_a_mail_arrives_once_as_text_and_html(campus, thandi, notice, server):
    assert run_jobs()[-1:] == ["notifications.send_mail"]
    again(notice)
    [(recipient, mail)] = server.arrived
    assert recipient == thandi.email
    assert mail["Subject"] == "You lead DA-2030"
    assert "Ridgeline & Sons" in mail["From"]
    assert mail["Message-ID"] == f"<{notice.pk}@localhost>"
    text, html = (mail.get_body((kind,)).get_content().replace("\r", "") for kind in ("plain", "html"))
    assert "Hello Thandi <Nkosi>," in text
    assert "You lead DA-2030\n\nData <Analytics>. From Monday." in text
    assert f"https://muster.example/notifications/{notice.pk}/" in text
    assert "https://muster.example/notifications/choices/" in text
    assert '<p class="what">You lead DA-2030</p>' in html
    assert "Data &lt;Analytics&gt;. From Monday." in html
    assert '<a href="https://muster.example/notifications/choices/" rel="nofollow">' in html
    notice.refresh_from_db()
    assert (notice.mail_status, notice.mail_attempts, notice.mail_error) == ("sent", 1, "")


def test_a_mail_that_is_put_off_is_tried_again(notice, server):
    server.to_recipients = ["451 the mailbox is busy"]
    with pytest.raises(OSError, match="busy"):
        again(notice)
    notice.refresh_from_db()
    assert (notice.mail_status, notice.mail_attempts, notice.mail_error) == ("waiting", 1, "451 the mailbox is busy")
    again(notice)
    notice.refresh_from_db()
    assert (notice.mail_status, notice.mail_attempts, notice.mail_error) == ("sent", 2, "")
    assert len(server.arrived) == 1


@pytest.mark.parametrize("answers", [{"to_recipients": ["550 no such mailbox"]}, {"to_data": ["554 no such mailbox"]}])
def test_a_mail_that_is_refused_for_good_is_not_tried_again(campus, notice, server, answers):
    for name, said in answers.items():
        setattr(server, name, said)
    again(notice)
    again(notice)
    notice.refresh_from_db()
    assert (notice.mail_status, notice.mail_attempts) == ("failed", 1)
    assert notice.mail_error.endswith("no such mailbox")
    assert server.calls == 1
    # The notification itself stands in Muster all the same.
    assert notice.in_app


def test_the_administrator_sees_what_failed_and_has_it_tried_again(campus, thandi, notice, server):
    server.to_recipients = ["550 no such mailbox"]
    again(notice)
    browser = Browser(campus)
    words = words_of(browser.get("/settings/mails/"))
    for part in ("You lead DA-2030", thandi.email, "550 no such mailbox", "1 attempt", "Resend 1 email"):
        assert part in words
    assert "no such mailbox" not in words_of(Browser(Campus.found()).get("/settings/mails/"))
    assert browser.post("/notifications/mails/send-again/").status_code == 302
    notice.refresh_from_db()
    assert (notice.mail_status, notice.mail_attempts, notice.mail_error) == ("waiting", 0, "")
    assert "1 email queued." in words_of(browser.get("/settings/mails/"))
    run_jobs()
    assert len(server.arrived) == 1
    assert send_again(by=campus.admin) == 0


def test_a_server_that_is_gone_is_asked_until_patience_ends(notice, server, settings):
    with mail_server() as gone:
        settings.EMAIL_PORT = gone.port
    for _attempt in range(MOST_TRIES - 1):
        with pytest.raises(ConnectionRefusedError):
            again(notice)
    again(notice)
    notice.refresh_from_db()
    assert (notice.mail_status, notice.mail_attempts) == ("failed", MOST_TRIES)
    assert "refused" in notice.mail_error


def test_the_job_is_repeated_with_growing_delay_and_as_often_as_the_rule_expects():
    def decided(attempts):
        job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name=send_mail.name, attempts=attempts)
        return send_mail.retry_strategy.get_retry_decision(exception=OSError(), job=job)

    assert send_mail.retry_strategy is PATIENCE
    waits = [decided(attempts).retry_at - timezone.now() for attempts in range(MOST_TRIES - 1)]
    assert waits == sorted(waits)
    assert sum(waits, timedelta()) < LOST_AFTER
    assert decided(MOST_TRIES - 1) is None


def test_a_mail_that_another_worker_is_sending_is_left_to_it(notice, server):
    worker = connection.copy()
    try:
        with worker.cursor() as other:
            other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"mail:{notice.pk}"])
        with pytest.raises(MailIsBeingSent):
            again(notice)
        with worker.cursor() as other:
            other.execute("SELECT pg_advisory_unlock_all()")
    finally:
        worker.close()
    assert server.calls == 0
    again(notice)
    assert len(server.arrived) == 1


def test_who_left_meanwhile_gets_no_mail(campus, thandi, notice, server):
    deactivate_person(by=campus.admin, user=thandi)
    again(notice)
    notice.refresh_from_db()
    assert notice.mail_status == "none"
    assert server.calls == 0


@pytest.mark.parametrize(
    ("address", "home"), [("", "http://127.0.0.1:8000"), ("https://m.example", "https://m.example")]
)
def test_the_host_that_a_request_names_never_reaches_a_mail(campus, thandi, server, settings, address, home):
    settings.MUSTER_URL = address
    settings.ALLOWED_HOSTS = ["*"]
    batch = campus.batch()
    Browser(campus).client.post(
        f"/home/batches/{batch.pk}/lead/", {"instructor": str(thandi.pk)}, headers={"host": "evil.example"}
    )
    run_jobs()
    [(_to, mail)] = server.arrived
    assert f"{home}/notifications/" in mail.get_body(("plain",)).get_content()
    assert "evil.example" not in mail.as_string()


def test_what_was_read_half_a_year_ago_is_forgotten(campus, thandi, notice):
    def stands():
        tidy(timestamp=0)
        return Notification.objects.filter(pk=notice.pk).exists()

    long_ago = timezone.now() - KEPT_AFTER_READING - timedelta(days=1)
    rows = Notification.objects.filter(pk=notice.pk)
    rows.update(created_at=long_ago, mail_status="sent")
    assert stands()
    mark_read(notification=notice)
    assert stands()
    rows.update(read_at=long_ago)
    assert not stands()


def test_a_mail_whose_job_was_lost_is_admitted(notice):
    Notification.objects.update(created_at=timezone.now() - LOST_AFTER - timedelta(hours=1))
    tidy(timestamp=0)
    notice.refresh_from_db()
    assert notice.mail_status == "failed"
