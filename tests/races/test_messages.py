"""One form sent many times at one moment, with and without what guards it."""

from functools import partial

import pytest

from muster.core.ids import new_id
from muster.messaging.models import Message
from muster.messaging.rules import send_message
from muster.notifications.models import Notification
from tests.make import Campus
from tests.races.rush import rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = {"subject": "Monday", "text": "We start at nine."}


@pytest.fixture
def campus():
    return Campus.found()


def test_ten_clicks_at_once_send_one_message(campus):
    student, once = campus.student(), new_id()
    outcomes = rush([partial(send_message, by=campus.admin, students=[student], once=once, **WORDS)] * 10)
    assert {one.pk for one in won(outcomes)} == {Message.objects.get().pk}
    assert Notification.objects.filter(kind="message").count() == 1


def test_control_without_the_constraint_there_are_many(campus):
    stored = partial(
        Message.objects.create, institution=campus.institution, sent_by=campus.admin.user, once=new_id(), **WORDS
    )
    with without("messaging_message", constraints=["a_message_is_sent_once"]):
        assert len(won(rush([stored] * 10))) == Message.objects.count() == 10
