"""The last two administrators who leave at one moment, past every rule."""

from contextlib import ExitStack
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from muster.accounts.models import User
from muster.institutions.models import Affiliation, Membership
from tests.make import Campus
from tests.races.rush import rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)
GUARDS = {
    "institutions_membership": "last_administrator_keeps_the_role",
    "institutions_affiliation": "last_administrator_stays",
    "accounts_user": "last_administrator_can_sign_in",
}


@pytest.fixture
def campus():
    return Campus.found()


def loses_the_role(campus, person):
    Membership.objects.filter(institution=campus.institution, user=person, role="admin").delete()


def gets_another_role(campus, person):
    Membership.objects.filter(institution=campus.institution, user=person, role="admin").update(role="instructor")


def leaves_the_institution(campus, person):
    Affiliation.objects.filter(institution=campus.institution, user=person).update(is_active=False)


def loses_the_account(campus, person):
    User.objects.filter(pk=person.pk).update(is_active=False)


WAYS = [loses_the_role, gets_another_role, leaves_the_institution, loses_the_account]


def administrators(campus):
    return Membership.objects.filter(
        institution=campus.institution,
        role="admin",
        user__is_active=True,
        user__affiliations__institution=campus.institution,
        user__affiliations__is_active=True,
    ).count()


def both_leave(campus, way, other_way):
    return rush([partial(way, campus, campus.admin.user), partial(other_way, campus, campus.person("admin"))])


@pytest.mark.parametrize("other_way", WAYS)
@pytest.mark.parametrize("way", WAYS)
def test_of_the_last_two_administrators_one_stays_whatever_they_leave_by(campus, way, other_way):
    outcomes = both_leave(campus, way, other_way)
    assert [type(one) for one in outcomes if isinstance(one, Exception)] == [IntegrityError]
    assert administrators(campus) == 1


@pytest.mark.parametrize("way", WAYS)
def test_control_without_the_triggers_nobody_is_left(campus, way):
    with ExitStack() as stack:
        for table, name in GUARDS.items():
            stack.enter_context(without(table, triggers=[name]))
        assert len(won(both_leave(campus, way, way))) == 2
        assert administrators(campus) == 0


@pytest.mark.parametrize("way", WAYS)
def test_an_administrator_may_leave_when_another_came_first(campus, way):
    with transaction.atomic():
        campus.person("admin")
        way(campus, campus.admin.user)
    assert administrators(campus) == 1


def test_two_administrators_are_exchanged_in_any_order_when_asked_at_the_end(campus):
    person = campus.instructor()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS last_administrator_keeps_the_role DEFERRED")
        loses_the_role(campus, campus.admin.user)
        Membership.objects.create(institution=campus.institution, user=person, role="admin")
    assert administrators(campus) == 1


def test_who_administers_nothing_any_more_is_not_held(campus):
    gone = campus.person("admin")
    leaves_the_institution(campus, gone)
    loses_the_role(campus, gone)
    loses_the_account(campus, gone)
    assert administrators(campus) == 1
