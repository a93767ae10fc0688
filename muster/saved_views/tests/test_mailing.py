"""Views in the morning's mail: when, what it says, to whom no more."""

from datetime import UTC, date, datetime

import pytest

from muster.accounts.rules import join_institution
from muster.institutions.models import Affiliation
from muster.notifications.models import Notification
from muster.notifications.rules import choose
from muster.saved_views import lists
from muster.saved_views.models import ViewMailing
from muster.saved_views.rules import mail_view, mail_views, remove_view, save_view
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found().let(time_zone="Africa/Johannesburg")


@pytest.fixture
def view(campus):
    campus.batch()
    return save_view(by=campus.admin, page="batches:list", name="Full", query="sort=name", often="daily", is_shared=True)


def since(day):
    ViewMailing.objects.update(mailed_on=day)


@pytest.fixture
def at(campus, settings):
    """Mail what is due as if it were then."""
    raise NotImplementedError
