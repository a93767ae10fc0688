"""A draft that is handed in twice at one moment, and one that changes at that moment."""

from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError

from muster.core.database import violated_constraint
from muster.institutions.models import Role
from muster.notifications.models import Notification
from muster.submissions.errors import AlreadySubmitted
from muster.submissions.models import SubmissionResource
from muster.submissions.rules import ResourceInput, change_draft, draft_submission, submit_submission
from tests.make import Campus
from tests.races.rush import in_the_middle, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus(settings, tmp_path):
    settings.MUSTER_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return Campus.found()


@pytest.fixture
def item(campus):
    return ResourceInput("ENROLMENT_LIST", campus.batch(), date(2030, 1, 1), date(2030, 1, 31))


@pytest.fixture
def draft(campus, item):
    regulator = campus.person(Role.REGULATOR)
    return draft_submission(by=campus.admin, title="January", regulator=regulator, resources=[item])


def test_eight_hand_in_at_once_and_one_does(campus, draft):
    outcomes = rush([partial(submit_submission, by=campus.admin, submission=draft)] * 8)
    assert len(won(outcomes)) == 1, outcomes
    assert all(isinstance(one, AlreadySubmitted) for one in outcomes if one not in won(outcomes)), outcomes
    assert Notification.objects.filter(kind="submission").count() == 1


def test_an_item_that_is_added_meanwhile_waits_and_is_refused(campus, draft, item):
    hand_in = partial(submit_submission, by=campus.admin, submission=draft)
    _sent, refused = in_the_middle(
        hand_in, partial(change_draft, by=campus.admin, submission=draft, changes={}, more=[item])
    )
    assert isinstance(refused, AlreadySubmitted)
    assert draft.resources.count() == 1


def added_meanwhile(campus, draft):
    """A row is written beside the rule, without its lock, while the draft is handed in."""
    row = draft.resources.all()[0]
    row.pk, row.place, row._state.adding = None, 2, True
    copy = {one.attname: getattr(row, one.attname) for one in SubmissionResource._meta.concrete_fields[1:]}
    write = partial(SubmissionResource.objects.create, **{**copy, "place": 2})
    return in_the_middle(partial(submit_submission, by=campus.admin, submission=draft), write)


def test_without_the_rule_the_database_still_refuses_it(campus, draft):
    _sent, refused = added_meanwhile(campus, draft)
    assert isinstance(refused, IntegrityError)
    assert violated_constraint(refused) == "submitted_files_stay"


def test_control_without_the_trigger_it_slips_in(campus, draft):
    trigger = next(one for one in SubmissionResource._meta.triggers if one.name == "submitted_files_stay")
    with without("submissions_submissionresource", triggers=[trigger.get_pgid(SubmissionResource)]):
        assert len(won(added_meanwhile(campus, draft))) == 2
