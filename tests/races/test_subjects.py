"""One subject mapped many times at one moment, and while its batch is archived, with and without what guards it."""

from functools import partial

import pytest

from muster.batches.rules import archive_batch
from muster.courses.models import Subject
from muster.progression.errors import MappedAlready
from muster.progression.models import SubjectMapping
from muster.progression.rules import map_subject
from tests.make import Campus
from tests.races.rush import refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def one_subject(campus):
    batch = campus.batch()
    subject = Subject.objects.create(institution=campus.institution, course=batch.course, code="S1", title="Safety")
    return batch, subject


def insert(batch, subject):
    """Past the rule and its lock."""
    return SubjectMapping.objects.create(institution_id=batch.institution_id, batch=batch, subject=subject, semester=1)


def test_ten_at_once_map_a_subject_once(campus):
    batch, subject = one_subject(campus)
    outcomes = rush([partial(map_subject, by=campus.admin, batch=batch, subject=subject)] * 10)
    assert (len(won(outcomes)), {type(one) for one in refused(outcomes)}) == (1, {MappedAlready})


def test_without_the_lock_the_database_still_maps_it_once(campus):
    batch, subject = one_subject(campus)
    assert len(won(rush([partial(insert, batch, subject)] * 10))) == 1


def test_control_without_the_constraint_it_is_mapped_often(campus):
    batch, subject = one_subject(campus)
    with without("progression_subjectmapping", constraints=["a_batch_is_taught_a_subject_once"]):
        rush([partial(insert, batch, subject)] * 10)
        assert SubjectMapping.objects.count() > 1


def test_archiving_and_mapping_never_pass_each_other(campus):
    for _round in range(5):
        batch, subject = one_subject(campus)
        rush([partial(archive_batch, by=campus.admin, batch=batch), partial(insert, batch, subject)])
        batch.refresh_from_db()
        mapping = SubjectMapping.objects.filter(batch=batch).first()
        assert mapping is None or mapping.created_at < batch.archived_at
