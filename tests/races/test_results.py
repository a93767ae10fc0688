"""Scores saved while results are published, with and without what guards them."""

from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from muster.core.errors import Invalid
from muster.courses.models import Subject
from muster.documents.models import IssuedDocument
from muster.progression.documents import content
from muster.progression.errors import NothingToPublish
from muster.progression.models import ComponentScore, SubjectResult
from muster.progression.rules import ScoreInput, map_subject, publish_results, reopen_results, save_scores
from tests.make import Campus
from tests.races.rush import in_the_middle, refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def marked(campus):
    """A subject of a batch with a student who has 60 of 100."""
    batch = campus.batch()
    enrollment = campus.enroll(batch)
    subject = Subject.objects.create(institution=campus.institution, course=batch.course, code="S1", title="Safety")
    mapping = map_subject(by=campus.admin, batch=batch, subject=subject)
    save_scores(by=campus.admin, mapping=mapping, cells=[ScoreInput(0, enrollment.pk, "MARK", Decimal(60))])
    return mapping, enrollment


def test_ten_at_once_publish_one_version(campus):
    mapping, _enrollment = marked(campus)
    outcomes = rush([partial(publish_results, by=campus.admin, mapping=mapping)] * 10)
    assert (len(won(outcomes)), {type(one) for one in refused(outcomes)}) == (1, {NothingToPublish})
    assert SubjectResult.objects.count() == 1


def test_what_is_published_is_what_stands(campus):
    for _round in range(5):
        mapping, enrollment = marked(campus)
        cells = [ScoreInput(0, enrollment.pk, "MARK", Decimal(80))]
        outcomes = rush(
            [
                partial(publish_results, by=campus.admin, mapping=mapping),
                partial(save_scores, by=campus.admin, mapping=mapping, cells=cells),
            ]
        )
        assert {type(one) for one in refused(outcomes)} <= {Invalid}
        stands = ComponentScore.objects.get(enrollment=enrollment).score
        assert SubjectResult.objects.get(enrollment=enrollment).total == stands


def raise_score(enrollment):
    """Past the rule and its lock."""
    return ComponentScore.objects.filter(enrollment=enrollment).update(score=99, marked_at=timezone.now())


def test_without_the_lock_the_database_still_refuses_a_published_score(campus):
    mapping, enrollment = marked(campus)
    publish_results(by=campus.admin, mapping=mapping)
    assert won(rush([partial(raise_score, enrollment)] * 5)) == []


def test_control_without_the_trigger_a_published_score_changes(campus):
    mapping, enrollment = marked(campus)
    publish_results(by=campus.admin, mapping=mapping)
    names = [one for one in triggers_of("progression_componentscore") if "published_score" in one]
    with without("progression_componentscore", triggers=names):
        assert won(rush([partial(raise_score, enrollment)] * 5)) == [1] * 5


def triggers_of(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
        return [name for (name,) in cursor.fetchall()]


def said_while_it_is_corrected(campus):
    """The total on the valid transcript that was asked for while a correction from 60 to 80 was not yet committed."""
    mapping, enrollment = marked(campus)
    publish_results(by=campus.admin, mapping=mapping)
    reopen_results(by=campus.admin, mapping=mapping, reason="Sum was wrong")
    save_scores(by=campus.admin, mapping=mapping, cells=[ScoreInput(0, enrollment.pk, "MARK", Decimal(80))])
    outcomes = in_the_middle(
        partial(publish_results, by=campus.admin, mapping=mapping),
        partial(content.transcript, by=campus.admin, student=enrollment.student),
    )
    assert len(won(outcomes)) == 2
    document = IssuedDocument.objects.get(ended_at__isnull=True)
    return Decimal(document.content["semesters"][0]["subjects"][0]["total"])


def test_a_transcript_says_what_is_corrected_at_that_moment(campus):
    assert said_while_it_is_corrected(campus) == 80


def test_control_read_before_the_lock_a_valid_transcript_says_what_was(campus, monkeypatch):
    monkeypatch.setattr(content, "hold_documents", lambda by: None)
    assert said_while_it_is_corrected(campus) == 60
