"""Queries whose SQL is made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from muster.core.compiled import Compiled

pytestmark = pytest.mark.django_db


def by_name() -> Compiled[Permission]:
    return Compiled(
        lambda codename, app: (
            Permission.objects.select_related("content_type")
            .annotate(
                alone=~Exists(Permission.objects.filter(codename=OuterRef("codename")).exclude(pk=OuterRef("pk")))
            )
            .filter(codename=codename, content_type__app_label=app)
        ),
        codename="a codename",
        app="an app",
    )


def test_rows_come_with_what_the_query_joins_and_annotates(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    permission = Permission.objects.select_related("content_type").order_by("pk").first()
    assert permission is not None
    with django_assert_num_queries(1):
        found = by_name().one(codename=permission.codename, app=permission.content_type.app_label)
        assert found == permission
        assert found.content_type == permission.content_type
        assert found.alone is True


def test_a_row_is_the_object_that_django_would_make() -> None:
    """Should fail when an upgrade of Django keeps something else in its objects."""
    asked = Compiled(lambda label: Permission.objects.filter(content_type__app_label=label).defer("name"), label="a")
    made = {permission.pk: permission for permission in asked(label="auth")}
    for permission in Permission.objects.filter(content_type__app_label="auth").defer("name"):
        compiled = made.pop(permission.pk)
        assert compiled._state.fields_cache == permission._state.fields_cache == {}
        assert vars(compiled._state) == vars(permission._state)
        state = {"_state": None}
        assert vars(compiled) | state == vars(permission) | state
        assert compiled.get_deferred_fields() == {"name"}
        assert compiled.name == permission.name
    assert made == {}


def test_rows_keep_the_order_of_the_query_where_they_are_asked_to() -> None:
    asked = Compiled(lambda label: ContentType.objects.exclude(model=label).order_by("-pk"), ordered=True, label="a")
    assert list(asked(label="b")) == list(ContentType.objects.order_by("-pk"))


def test_values_change_and_the_statement_does_not() -> None:
    asked = by_name()
    names = list(Permission.objects.values_list("codename", "content_type__app_label").order_by("pk")[:3])
    with CaptureQueriesContext(connection) as queries:
        found = [asked.one(codename=codename, app=app) for codename, app in names]
    assert [one and one.codename for one in found] == [codename for codename, _app in names]
    assert (
        len({len(query["sql"]) - len(codename + app) for query, (codename, app) in zip(queries, names, strict=True)})
        == 1
    )


def test_nothing_is_found_where_nothing_is() -> None:
    assert by_name().one(codename="no such", app="nowhere") is None


def test_a_value_is_a_value_whatever_it_says() -> None:
    assert list(by_name()(codename="' OR true --", app="%s")) == []


def test_each_thread_asks_over_its_own_connection() -> None:
    asked = Compiled(lambda label: ContentType.objects.filter(app_label=label), label="a label")
    here = len(list(asked(label="auth")))

    def elsewhere() -> int:
        try:
            return len(list(asked(label="auth")))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert [future.result() for future in [threads.submit(elsewhere) for _ in range(4)]] == [here] * 4


def test_a_value_for_which_the_query_does_not_ask_is_a_mistake() -> None:
    asked = Compiled(
        lambda label, since: ContentType.objects.filter(app_label=label), label="a label", since=datetime.now(UTC)
    )
    with pytest.raises(ValueError, match="since"):
        asked.one(label="auth", since=datetime.now(UTC))


def test_a_day_may_be_counted_from_a_sample() -> None:
    day = date(5000, 1, 1)
    asked = Compiled(lambda day: Session.objects.filter(expire_date__date__gt=day - timedelta(weeks=1)), day=day)
    kept = Session.objects.create(session_key="kept", expire_date=datetime(2030, 1, 15, 12, tzinfo=UTC))
    assert list(asked(day=date(2030, 1, 21))) == [kept]
    assert list(asked(day=date(2030, 1, 23))) == []


def test_a_value_from_the_clock_is_a_mistake() -> None:
    times = iter(datetime(2030, 1, day, tzinfo=UTC) for day in (1, 2))
    asked = Compiled(lambda key: Session.objects.filter(session_key=key, expire_date__gt=next(times)), key="a key")
    with pytest.raises(ValueError, match="something else each time"):
        asked.one(key="another")


def test_what_another_query_would_fetch_is_a_mistake() -> None:
    asked = Compiled(lambda name: Group.objects.filter(name=name).prefetch_related("permissions"), name="a name")
    with pytest.raises(ValueError, match="another query"):
        asked.one(name="teachers")


def test_conditions_that_no_row_can_meet_ask_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    asked = Compiled(lambda name: Group.objects.filter(name=name, pk__in=[]), asks_all=False, name="a name")
    with django_assert_num_queries(0):
        assert asked.one(name="teachers") is None


def test_a_constant_stands_in_the_text_and_a_value_does_not() -> None:
    asked = Compiled(lambda name: Permission.objects.filter(name=name, codename="50% off 'now'"), name="a name")
    content_type = ContentType.objects.get_for_model(Permission)
    kept = Permission.objects.create(name="Sell", codename="50% off 'now'", content_type=content_type)
    assert asked.one(name="Sell") == kept
    assert asked.one(name="50% off 'now'") is None
    plan = asked._plan
    assert plan is not None
    assert "50%% off ''now''" in plan.sql
    assert [place.name for place in plan.places] == ["name"]
