"""Certificates of one enrollment, asked for by many at one moment; and a batch that is archived at that moment."""

from functools import partial

import pytest
from django.db import IntegrityError

from muster.batches.rules import archive_batch
from muster.certificates.models import Certificate
from muster.certificates.rules import issue_certificate
from muster.core.database import violated_constraint
from muster.documents.rules import DocumentDraft, issue_documents
from muster.enrollments.rules import complete_enrollment
from tests.make import Campus
from tests.races.rush import in_the_middle, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def seat(campus):
    return complete_enrollment(by=campus.admin, enrollment=campus.enroll(campus.batch()))


def test_eight_ask_at_once_and_all_get_the_same_certificate(campus, seat):
    outcomes = rush([partial(issue_certificate, by=campus.admin, enrollment=seat)] * 8)
    assert len({one.certificate.pk for one in won(outcomes)}) == 1, outcomes
    assert [one.is_new for one in won(outcomes)].count(True) == 1
    assert Certificate.objects.count() == 1


def written_twice(campus, seat):
    """Two documents that are valid beside each other are written as certificates, without the rule and its locks."""
    drafts = [DocumentDraft("certificate", seat.student, [name], (), {"says": name}) for name in ("one", "two")]
    documents = issue_documents(by=campus.admin, drafts=drafts)
    first, second = (
        partial(Certificate.objects.create, institution=campus.institution, enrollment=seat, document=one)
        for one in documents
    )
    return in_the_middle(first, second)


def test_without_the_locks_the_database_still_keeps_one(campus, seat):
    made, refused = written_twice(campus, seat)
    assert isinstance(made, Certificate)
    assert isinstance(refused, IntegrityError)
    assert violated_constraint(refused) == "one_valid_certificate_of_an_enrollment"


def test_control_without_the_trigger_there_are_two(campus, seat):
    trigger = next(one for one in Certificate._meta.triggers if one.name == "certificate_fits")
    with without("certificates_certificate", triggers=[trigger.get_pgid(Certificate)]):
        assert len(won(written_twice(campus, seat))) == 2


def test_no_certificate_slips_into_a_batch_that_is_archived(campus, seat):
    archive = partial(archive_batch, by=campus.admin, batch=seat.batch)
    _archived, refused = in_the_middle(archive, partial(issue_certificate, by=campus.admin, enrollment=seat))
    assert "is archived" in str(refused)
    assert not Certificate.objects.exists()
