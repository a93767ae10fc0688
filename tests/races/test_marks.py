"""Two people who mark at once, and who publishes meanwhile: with and without what keeps one from the other."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.utils import timezone

from muster.assessment.errors import NothingNewToPublish
from muster.assessment.models import AssessmentMark
from muster.assessment.rules import MarkGiven, publish_marks, save_marks
from muster.assessment.tests.test_marks import Marked
from muster.core.errors import Invalid
from muster.notifications.models import Notification
from muster.progression.rules import ScoreOutcome
from tests.races.rush import in_the_middle, refused, rush, without, won
from tests.races.test_results import triggers_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room():
    return Marked()


def typed(room, score, minutes_ago):
    """What somebody typed so long ago, as it arrives now."""
    said = timezone.now() - timedelta(minutes=minutes_ago)
    given = [MarkGiven(0, room.test.pk, room.ann.pk, Decimal(score), said_at=said)]
    return partial(save_marks, by=room.admin, batch=room.batch, marks=given)


def score_of(room):
    return AssessmentMark.objects.get(assessment=room.test, enrollment=room.ann).score


def test_of_two_who_mark_at_once_the_newest_stands(room):
    newest, older = in_the_middle(typed(room, 15, 1), typed(room, 9, 5))
    assert (newest[1], older[1], score_of(room)) == ([ScoreOutcome.SAVED], [ScoreOutcome.OVERTAKEN], 15)


def test_control_who_looked_before_and_writes_past_the_rule_overwrites_the_newest(room):
    mark = AssessmentMark(
        institution=room.campus.institution,
        assessment=room.test,
        enrollment=room.ann,
        score=9,
        marked_at=timezone.now(),
    )
    keys = {"update_conflicts": True, "unique_fields": ["assessment", "enrollment"], "update_fields": ["score"]}
    in_the_middle(typed(room, 15, 1), partial(AssessmentMark.objects.bulk_create, [mark], **keys))
    assert score_of(room) == 9


def test_a_mark_that_is_being_published_is_not_changed(room):
    room.mark(room.test, 15)
    publish = partial(publish_marks, by=room.admin, assessment=room.test)
    _made, late = in_the_middle(publish, typed(room, 16, 0))
    assert (type(late), score_of(room)) == (Invalid, 15)


def raise_mark(room):
    """Past the rule and its lock."""
    return AssessmentMark.objects.filter(enrollment=room.ann).update(score=16)


def test_control_without_the_trigger_it_changes(room):
    room.mark(room.test, 15)
    publish = partial(publish_marks, by=room.admin, assessment=room.test)
    names = [one for one in triggers_of("assessment_assessmentmark") if "published_mark" in one]
    with without("assessment_assessmentmark", triggers=names):
        in_the_middle(publish, partial(raise_mark, room))
        assert score_of(room) == 16


def test_students_are_told_once_however_many_publish(room):
    room.mark(room.test, 15)
    outcomes = rush([partial(publish_marks, by=room.admin, assessment=room.test)] * 5)
    assert (len(won(outcomes)), {type(one) for one in refused(outcomes)}) == (1, {NothingNewToPublish})
    assert Notification.objects.filter(user=room.ann.student).count() == 1
