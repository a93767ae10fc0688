"""The audit: one table that the database writes, with who acted, and what reads it."""

import ast
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.batches.models import Batch
from muster.core import audit
from muster.core.errors import Invalid
from muster.core.history import TRACKED, recorded
from muster.core.models import AuditEntry
from muster.core.resources import Resource
from muster.exchange.lists import LISTS
from muster.institutions.models import Holiday, Room
from muster.institutions.resources import ROOMS
from tests.make import Campus

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def campus():
    return Campus.found()


def entries(row):
    return list(AuditEntry.objects.filter(row_id=row.pk).order_by("pk"))


# --- what is kept -----------------------------------------------------------------------------------------------------
def test_a_row_is_kept_whole_when_it_comes_or_goes_and_by_its_changed_columns_in_between(campus):
    room = campus.room(name="Lab 1")
    pk, institution = room.pk, room.institution
    ROOMS.change(by=campus.admin, row=room, changes={"name": "Lab 2"})
    ROOMS.remove(by=campus.admin, row=room)
    came, changed, went = AuditEntry.objects.filter(row_id=pk).order_by("pk")
    assert (came.table_name, came.owner_id, came.before) == ("institutions_room", institution.pk, None)
    assert (came.after["name"], came.after["branch_id"]) == ("Lab 1", str(room.branch_id))
    assert (changed.before, changed.after) == ({"name": "Lab 1"}, {"name": "Lab 2"})
    assert (went.before, went.after) == (came.after | {"name": "Lab 2"}, None)
    assert [entry.use_case for entry in (changed, went)] == ["change_room", "delete_room"]
    assert {entry.by_id for entry in (changed, went)} == {campus.admin.user.pk}


def test_counters_versions_and_clocks_are_not_kept(campus):
    batch = campus.batch()
    before = len(entries(batch))
    campus.enroll(batch)
    batch.refresh_from_db()
    assert batch.enrolled_students == 1
    Batch.objects.filter(pk=batch.pk).update(version=batch.version + 1, updated_at=timezone.now())
    assert len(entries(batch)) == before
    assert not {"id", "updated_at", "version", "enrolled_students"} & set(entries(batch)[0].after)


def test_passwords_are_in_no_history(campus):
    user = campus.admin.user
    user.set_password("another one")
    user.save()
    told = AuditEntry.objects.filter(row_id=user.pk)
    assert not [one for one in told if "password" in {**(one.before or {}), **(one.after or {})}]


def test_every_tracked_table_calls_the_one_function():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE tgfoid = 'muster_audit'::regproc AND tgenabled = 'O' GROUP BY relname"
        )
        assert dict(cursor.fetchall()) == {model._meta.db_table: 2 for model in TRACKED}


# --- who acted --------------------------------------------------------------------------------------------------------
def rename(room, name):
    Room.objects.filter(pk=room.pk).update(name=name)


def acted(room):
    return [entry.use_case for entry in entries(room)][1:]


def test_who_acts_is_told_once_with_the_first_statement_that_writes(campus):
    room = campus.room()
    with CaptureQueriesContext(connection) as statements, recorded(campus.admin, "moving"):
        assert Room.objects.filter(pk=room.pk).exists()
        rename(room, "B")
        rename(room, "C")
    assert ["set_config" in one["sql"] for one in statements] == [False, True, False]
    assert acted(room) == ["moving", "moving"]


def test_who_acts_is_told_again_after_a_savepoint_took_it_back(campus):
    room = campus.room()
    with recorded(campus.admin, "moving"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Room.objects.filter(pk=room.pk).update(branch=None)
        rename(room, "B")
    assert acted(room) == ["moving"]


def test_within_another_use_case_the_inner_one_is_told_and_then_the_outer_again(campus):
    room = campus.room()
    with recorded(campus.admin, "moving", reason="A flood"):
        rename(room, "B")
        with recorded(campus.admin, "painting", colour="green"):
            rename(room, "C")
        rename(room, "D")
    assert acted(room) == ["moving", "painting", "moving"]
    facts = [entry.facts for entry in entries(room)][1:]
    assert facts == [{"reason": "A flood"}, {"reason": "A flood", "colour": "green"}, {"reason": "A flood"}]
    assert len({entry.request for entry in entries(room)[1:]}) == 1


@pytest.mark.parametrize(
    ("typed", "kept"), [(" A\u202e flood\r\nat e\u0301ight\u200b", "A flood\nat éight"), ("\u200b", None)]
)
def test_a_reason_is_kept_as_it_is_read(campus, typed, kept):
    room = campus.room()
    with recorded(campus.admin, "moving", reason=typed):
        rename(room, "B")
    assert entries(room)[-1].facts.get("reason") == kept


@pytest.mark.parametrize("fact", [{"reason": "A\x00flood"}, {"names": ["A", "B\x00"]}])
def test_a_fact_with_a_nul_is_refused_at_its_field_before_anything_is_written(campus, fact):
    room = campus.room()
    with pytest.raises(Invalid, match="NUL") as refused, recorded(campus.admin, "moving", **fact):
        rename(room, "B")
    assert [one.field for one in refused.value.errors] == list(fact)
    assert acted(room) == []


@pytest.mark.django_db(transaction=True)
def test_who_acts_is_told_in_each_transaction_and_forgotten_with_it(campus):
    room = campus.room()
    with recorded(campus.admin, "moving"):
        rename(room, "B")
        rename(room, "C")
        for name in "DE":
            with transaction.atomic():
                rename(room, name)
        with transaction.atomic():
            rename(room, "F")
            transaction.set_rollback(True)
        with transaction.atomic():
            rename(room, "G")
    rename(room, "H")
    assert acted(room) == [*["moving"] * 5, ""]
    assert [entry.by_name for entry in entries(room)][-1] == ""


def test_many_rows_in_one_call_are_all_of_the_use_case(campus):
    with recorded(campus.admin, "closing"), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO institutions_holiday (id, created_at, updated_at, institution_id, name, start_date, end_date)"
            " VALUES (gen_random_uuid(), now(), now(), %s, %s, '2031-01-01', '2031-01-02')",
            [(campus.institution.pk, name) for name in ("Fair", "Feast")],
        )
    told = AuditEntry.objects.filter(table_name=Holiday._meta.db_table)
    assert [entry.use_case for entry in told] == ["closing", "closing"]


# --- reading ----------------------------------------------------------------------------------------------------------
def test_a_table_of_which_nothing_is_said_is_told_column_by_column(campus):
    room = ROOMS.add(by=campus.admin, fields={"branch": campus.branch(name="Umhlanga"), "name": "Lab 1"})
    other = campus.branch(name="Durban")
    ROOMS.change(by=campus.admin, row=room, changes={"branch": other, "seats": 20})
    first, last = audit.history_of(room).entries[::-1]
    assert (first.title, [line.text for line in first.lines]) == ("added a room", ["Room added: Lab 1"])
    assert sorted(line.text for line in last.lines) == ["Branch: Umhlanga → Durban", "Seats: none → 20"]


def test_every_use_case_has_words():
    used = {f"{verb}_{one.noun}" for verb in ("add", "change", "delete") for one in Resource.every}
    for file in (ROOT / "muster").rglob("*.py"):
        if "tests" in file.parts:
            continue
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "recorded" and len(call.args) > 1:
                used |= {one.value for one in ast.walk(call.args[1]) if isinstance(one, ast.Constant)}
    # What is done to plain nouns is called by their declarations.
    used -= {"add_", "change_", "delete_", "import_"}
    used |= {f"import_{kind}" for kind in LISTS}
    used |= {f"{deed}_{one.noun}" for one in Resource.every for deed in ("add", "change", "delete")}
    assert len(used) > 40
    assert used - set(audit._use_cases) == set()
