"""Statements that are prepared once for a connection."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from muster.core.history import TOLD, history_facts, recorded
from muster.core.isolation import only_in
from muster.core.ownership import as_owner
from muster.core.prepared import one_message, prepared_cursor

pytestmark = pytest.mark.django_db


SAID = TOLD + " SELECT current_setting('muster.context')::jsonb FROM told"  # noqa: S608


def ask(sql: str, *values: object) -> object:
    with prepared_cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def test_a_statement_is_prepared_when_it_comes_first() -> None:
    for number in range(3):
        assert ask("SELECT %s + 1 AS a_number_for_this_test", number) == number + 1
    assert ask("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", "%a_number_for_this_test") == 1


def prepared_so_far() -> object:
    return ask("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%one that is kept%%'")


def test_a_refusal_costs_no_statement() -> None:
    ask("SELECT 'one that is kept'")
    kept = prepared_so_far()
    with pytest.raises(DataError), transaction.atomic():
        ask("SELECT 1 / %s", 0)
    assert prepared_so_far() == kept


def test_a_changed_table_is_asked_anew() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE counted AS SELECT 1 AS number")
        assert ask("SELECT * FROM counted") == 1
        cursor.execute("ALTER TABLE counted ALTER number TYPE text USING 'one'")
        assert ask("SELECT * FROM counted") == "one"
        cursor.execute("DROP TABLE counted")


def test_values_come_as_django_reads_them() -> None:
    assert ask("""SELECT '{"a": [1, null]}'::jsonb""") == '{"a": [1, null]}'
    assert ask("""SELECT ARRAY['{"a": 1}']::jsonb[]""") == ['{"a": 1}']
    moment = ask("SELECT '2030-01-15 08:00+02'::timestamptz")
    assert moment.isoformat() == "2030-01-15T06:00:00+00:00"
    assert ask("SELECT %s::uuid", UUID(int=7)) == UUID(int=7)
    assert ask("SELECT %s::text[]", ["a", None]) == ["a", None]


def test_a_failed_statement_is_django_s_error_and_leaves_the_connection_good() -> None:
    with pytest.raises(DataError), transaction.atomic():
        ask("SELECT 1 / %s", 0)
    assert ask("SELECT 1 / %s", 1) == 1


def both(*values: object) -> list[object]:
    with prepared_cursor() as one, prepared_cursor() as other:
        with one_message():
            one.execute("SELECT 6 / %s", values[:1])
            other.execute("SELECT 6 / %s", values[1:])
        return [one.fetchone()[0], other.fetchone()[0]]


def test_statements_of_one_message_are_answered_each() -> None:
    assert both(2, 3) == [3, 2]


@pytest.mark.parametrize("values", [(0, 1), (1, 0)])
def test_one_that_fails_in_a_message_is_django_s_error_and_leaves_the_connection_good(values: tuple[int, int]) -> None:
    with pytest.raises(DataError, match="division by zero"), transaction.atomic():
        both(*values)
    assert both(1, 2) == [6, 3]


def test_a_message_is_told_first_whose_rows_are_there() -> None:
    said = "SELECT current_setting('muster.institution') WHERE %s"
    with only_in(UUID(int=3)), prepared_cursor() as cursor:
        with one_message():
            cursor.execute(said, [True])
        assert cursor.fetchone()[0] == str(UUID(int=3))


def test_the_words_of_a_statement_are_kept_for_who_counts_them() -> None:
    with CaptureQueriesContext(connection) as asked:
        ask("SELECT %s::int", 41)
    assert [query["sql"] for query in asked] == ["SELECT 41::int"]


class Somebody:
    history_name = "Ada"
    history_id = "17"


def test_history_is_told_who_acts_by_the_statement_itself() -> None:
    with recorded(Somebody(), "tried", reason="to see") as context:
        said = ask(SAID, history_facts(context))
    assert '"by_name": "Ada"' in str(said)
    assert '"reason": "to see"' in str(said)
