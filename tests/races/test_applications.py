"""The same application at one moment, sent and decided, with and without what guards it."""

from functools import partial

import pytest
from django.db import IntegrityError, connection

from muster.accounts.models import User
from muster.core.database import violated_constraint
from muster.core.ownership import as_owner
from muster.enrollments.errors import ApplicationDecided
from muster.enrollments.models import Application, Enrollment
from muster.enrollments.rules import Applicant, accept_application, apply_for_batch
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from tests.make import Campus
from tests.races.rush import refused, rush, won

pytestmark = pytest.mark.django_db(transaction=True)
ADA = Applicant("Ada Byron", "ada@example.org")
ONE = "one_waiting_application_for_each_email"


@pytest.fixture
def campus():
    campus = Campus.found()
    Institution.objects.filter(pk=campus.institution.pk).update(catalogue_is_public=True)
    return campus


def sent(campus, batch):
    return apply_for_batch(by=Actor.stranger(campus.institution), batch=batch, applicant=ADA)


def by_raw_sql(batch):
    """What a program that knows no rule would do."""
    return Application.objects.create(
        institution_id=batch.institution_id, batch=batch, full_name="Ada", email="ada@example.org"
    )


def test_ten_clicks_at_once_are_one_application(campus):
    batch = campus.batch()
    outcomes = rush([partial(sent, campus, batch)] * 10)
    assert {one.pk for one in won(outcomes)} == {Application.objects.get().pk}
    assert len(won(outcomes)) == 10


def test_the_database_refuses_the_second(campus):
    batch = campus.batch()
    outcomes = rush([partial(by_raw_sql, batch)] * 10)
    assert len(won(outcomes)) == Application.objects.count() == 1
    assert {violated_constraint(one) for one in outcomes if isinstance(one, IntegrityError)} == {ONE}


def test_control_without_the_constraint_there_are_many(campus):
    batch = campus.batch()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [ONE])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {ONE}")
    try:
        rush([partial(by_raw_sql, batch)] * 10)
        assert Application.objects.count() == 10
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE enrollments_application")
            cursor.execute(definition)


def test_two_who_accept_at_once_enroll_one_student(campus):
    application = sent(campus, campus.batch())
    outcomes = rush([partial(accept_application, by=campus.admin, application=application)] * 5)
    assert len(won(outcomes)) == 1
    assert {type(one) for one in refused(outcomes)} == {ApplicationDecided}
    assert Enrollment.objects.count() == User.objects.filter(email="ada@example.org").count() == 1
