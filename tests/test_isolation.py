"""Institutions are apart in the database itself: a query without its filter sees one of them, or none.

What is tried here asks as the application's role, as everything in the tests does.
"""

import re
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.core.mail.backends.locmem import EmailBackend as LocmemBackend
from django.db import ProgrammingError, connection, connections, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from psycopg import errors, sql

import muster as muster_package
from muster.api.callers import who_calls
from muster.attendance.models import CountedMark
from muster.batches.models import Batch
from muster.cli.check import invariants
from muster.core.checks import run_checks
from muster.core.isolation import _tell_first, across_institutions, enter, nowhere, only_in
from muster.core.ownership import as_owner, hidden_tables, keep_institutions_apart, kept_tables, tables_not_apart
from muster.enrollments.rules import welcome_students
from muster.institutions.models import ApiToken, Membership, Role
from muster.messaging.rules import send_message
from muster.timetable.models import ClassSession, Teaching
from muster.web.institutions.middleware import ActorMiddleware, IsolationMiddleware
from tests.hanging import everything_of
from tests.jobs import run_jobs
from tests.make import PASSWORD, Campus, prove_email
from tests.races.rush import rush

pytestmark = pytest.mark.django_db

# Tables without a column for the institution, each with the reason.
OF_ALL = {
    "accounts_user": "a person signs in before it is known where",
    "institutions_institution": "what each is called, is asked to sign in; a page without a sign-in names it",
    "core_erasing": "who erases at the moment, which tells of nobody",
}
OF_THE_HOUSE = (
    "account_",
    "auth_",
    "core_cache",
    "django_",
    "mfa_",
    "procrastinate_",
    "socialaccount_",
    "usersessions_",
)


@pytest.fixture
def both():
    return Campus.found(), Campus.found()


def asked(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def owned_tables():
    """Every table with an institution's rows, and the column that says whose."""
    rows = asked(
        "SELECT DISTINCT ON (relname) relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid "
        "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
        "AND attname IN ('institution_id', 'owner_id') ORDER BY relname, attname"
    )
    return dict(rows)


# Where the rows of all institutions are there meanwhile, how often, and why.
ACROSS = {
    "accounts/invitations.py": (1, "a link ends with whatever it would open"),
    "batches/rules/feeds.py": (1, "a secret opens a calendar"),
    "cli/demo.py": (1, "the demonstration is made before anybody is served"),
    "documents/queries.py": (1, "a serial opens a document"),
    "web/accounts/views.py": (1, "who pays may pay in several"),
    "web/institutions/sign_in.py": (1, "who pays may pay in several"),
    "enrollments/offers.py": (1, "a signed key opens an offer"),
    "institutions/rules/founding.py": (1, "an institution is founded"),
    "institutions/rules/people.py": (1, "somebody is active as long as one institution says so"),
    "institutions/rules/tokens.py": (1, "where somebody may work is found as they sign in"),
    "institutions/security.py": (1, "what happens to a sign-in is told to each institution that it opens"),
    "institutions/sign_in.py": (5, "who somebody is, before it is known where"),
    "api/enrollments/organisations.py": (3, "who pays may pay in several"),
    "web/home/home.py": (1, "who pays may pay in several"),
    "web/organisations/lists.py": (2, "who pays may pay in several"),
    "web/organisations/pages.py": (1, "who pays may pay in several"),
    "web/institutions/profile.py": (1, "a person's tokens of all institutions are counted"),
}


# --- every table ------------------------------------------------------------------------------------------------------
def test_every_table_is_kept_apart_or_says_why_not():
    assert tables_not_apart() == []
    others = {name for (name,) in asked("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")}
    others -= owned_tables().keys()
    assert {name for name in others if not name.startswith(OF_THE_HOUSE)} == OF_ALL.keys()


def test_a_new_table_is_kept_apart_by_itself():
    with as_owner():
        asked("CREATE TABLE newcomer (id bigint, institution_id uuid NOT NULL)")
        assert [table for table, _column, _set in tables_not_apart()] == ["newcomer"]
        keep_institutions_apart()
        assert tables_not_apart() == []
        asked("DROP TABLE newcomer")


def test_check_finds_a_table_that_is_open_and_closes_it():
    (fact,) = (one for one in invariants() if str(one.fact) == "Every table keeps institutions apart")
    assert fact.contradictions() == []
    with as_owner():
        asked("ALTER TABLE batches_batch DISABLE ROW LEVEL SECURITY")
        asked("DROP POLICY one_institution_is_there ON people_staffnote")
        (finding,) = run_checks([fact], repair=True)
    assert [one.key for one in finding.contradictions] == ["batches_batch", "people_staffnote"]
    assert finding.holds
    assert finding.repaired[0] == "batches_batch: rows of one institution are shown again."


@pytest.fixture
def a_row_in_each(both):
    """A row of each institution in every table, whatever the table demands of one; and no trigger that refuses."""
    tables = owned_tables()
    with as_owner():
        asked("SET CONSTRAINTS ALL IMMEDIATE")
        asked("SET LOCAL session_replication_role = replica")
        for table, owner in tables.items():
            name = sql.Identifier(table)
            demands = asked(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'x', 'u') "
                "OR conrelid = %s::regclass AND contype = 'p' AND NOT EXISTS (SELECT FROM pg_attribute WHERE "
                "attrelid = conrelid AND attnum = ANY (conkey) AND attname = 'id')",
                table,
                table,
            )
            columns = asked(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
                "AND attnotnull AND attidentity = '' AND attname <> ALL(%s)",
                table,
                ["id", owner],
            )
            for (demand,) in demands:
                asked(
                    sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {} CASCADE").format(name, sql.Identifier(demand))
                )
            for (column,) in columns:
                asked(sql.SQL("ALTER TABLE {} ALTER {} DROP NOT NULL").format(name, sql.Identifier(column)))
            asked(sql.SQL("DELETE FROM {}").format(name))
            for campus in both:
                asked(added(table, owner), campus.institution.pk)
    return tables


def added(table, owner):
    """A statement that adds a row of an institution."""
    has_uuid = asked(
        "SELECT FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'id' AND atttypid = 'uuid'::regtype",
        table,
    )
    form = "INSERT INTO {} (id, {}) VALUES (gen_random_uuid(), %s)" if has_uuid else "INSERT INTO {} ({}) VALUES (%s)"
    return sql.SQL(form).format(sql.Identifier(table), sql.Identifier(owner))


def unwritten():
    """What the role changes in no institution."""
    read_only, added_to = kept_tables()
    return {*read_only, *added_to, *hidden_tables()} & owned_tables().keys()


def tried(statement, *values):
    """What comes of a statement, which is undone: the rows it touched, or "refused"."""
    try:
        with transaction.atomic():
            count = asked(statement, *values)
            transaction.set_rollback(True)
            return count
    except ProgrammingError as error:
        return "refused" if isinstance(error.__cause__, errors.InsufficientPrivilege) else repr(error)


def test_without_a_filter_rows_of_one_institution_are_there_in_every_table(a_row_in_each, both):
    here, there = (campus.institution.pk for campus in both)
    seen = {}
    for table, owner in a_row_in_each.items():
        every = sql.SQL("SELECT {} FROM {}").format(sql.Identifier(owner), sql.Identifier(table))
        for where, place in ((only_in(here), "here"), (only_in(there), "there"), (nowhere(), "nowhere")):
            with where, transaction.atomic():
                try:
                    seen[table, place] = [row[0] for row in asked(every)]
                except ProgrammingError:
                    transaction.set_rollback(True)
                    seen[table, place] = "refused"
    hidden = "feedback_feedbackanswer"
    wanted = {"here": [here], "there": [there], "nowhere": []}
    assert len(a_row_in_each) > 80
    refused: dict[Any, Any] = {(hidden, place): "refused" for place in wanted}
    assert {key: rows for key, rows in seen.items() if rows != wanted[key[1]]} == refused


def test_nothing_is_written_into_another_institution_in_any_table(a_row_in_each, both):
    here, there = (campus.institution.pk for campus in both)
    outcomes = {}
    with only_in(here):
        for table, owner in a_row_in_each.items():
            names = {"table": sql.Identifier(table), "owner": sql.Identifier(owner)}
            for what, form, values in (
                ("changed", "UPDATE {table} SET {owner} = {owner} WHERE {owner} = %s", [there]),
                ("deleted", "DELETE FROM {table} WHERE {owner} = %s", [there]),
                ("moved", "UPDATE {table} SET {owner} = %s", [there]),
            ):
                outcomes[table, what] = tried(sql.SQL(form).format(**names), *values)
            outcomes[table, "added"] = tried(added(table, owner), there)
    assert {key: got for key, got in outcomes.items() if got not in ("refused", 0)} == {}
    # By the policy, not for want of a right to write.
    assert {table for (table, what), got in outcomes.items() if (what, got) == ("changed", "refused")} == unwritten()


def test_the_control_reaches_all_of_it_where_all_institutions_are_there(a_row_in_each, both):
    with across_institutions("the test's control"):
        form = "UPDATE {table} SET {owner} = {owner}"
        changed = {
            table: tried(sql.SQL(form).format(table=sql.Identifier(table), owner=sql.Identifier(owner)))
            for table, owner in a_row_in_each.items()
        }
    assert {table for table, count in changed.items() if count == "refused"} == unwritten()
    assert {count for table, count in changed.items() if table not in unwritten()} == {2}


def test_what_looks_across_institutions_is_known():
    muster = Path(muster_package.__file__).parent
    found = {
        str(file.relative_to(muster)): count
        for file in muster.rglob("*.py")
        if file.name != "isolation.py" and "tests" not in file.parts
        if (count := len(re.findall(r"\bacross_institutions\(", file.read_text())))
    }
    assert found == {file: count for file, (count, _why) in ACROSS.items()}


class WhereMailsAreSent(LocmemBackend):
    """Knows whose rows were there as each mail was sent."""

    seen: ClassVar[list[str]] = []

    def send_messages(self, messages):
        self.seen.append(asked("SELECT current_setting('muster.institution')")[0][0])
        return super().send_messages(messages)


def test_a_job_about_one_row_sees_its_institution_alone(both, settings):
    settings.EMAIL_BACKEND = "tests.test_isolation.WhereMailsAreSent"
    for campus in both:
        WhereMailsAreSent.seen.clear()
        seat = campus.enroll(campus.batch())
        # Who never came in gets no mail.
        seat.student.set_password(PASSWORD)
        seat.student.signs_in = True
        seat.student.save()
        prove_email(seat.student)
        send_message(by=campus.admin, batch=seat.batch, subject="Monday", text="We start at nine.")
        with across_institutions("as the worker, whose process says nothing else"):
            run_jobs()
            welcome_students()
            run_jobs()
        assert set(WhereMailsAreSent.seen) == {str(campus.institution.pk)}


# --- what is read in other ways ---------------------------------------------------------------------------------------
def test_every_model_shows_one_institution_without_a_filter(both):
    for campus in both:
        everything_of(campus)
    compared = 0
    for model in apps.get_models():
        columns = {field.attname for field in model._meta.concrete_fields}
        if not model.__module__.startswith("muster.") or "institution_id" not in columns:
            continue
        if model._meta.db_table == "feedback_feedbackanswer":
            continue
        for campus, other in (both, both[::-1]):
            with only_in(campus.institution.pk):
                owners = set(model._base_manager.values_list("institution_id", flat=True))
                assert owners <= {campus.institution.pk}, model
                assert not model._base_manager.filter(institution_id=other.institution.pk).exists()
            compared += bool(owners)
        with nowhere():
            assert not model._base_manager.exists(), model
    assert compared > 80


def test_views_show_one_institution_without_a_filter(both):
    """A view asks as whoever reads it; one that can't, since its tables are hidden, has the condition itself."""
    for campus in both:
        everything_of(campus)
    here = both[0]
    with only_in(here.institution.pk):
        sessions = set(ClassSession.objects.values_list("pk", flat=True))
        assert {row.session_id for row in Teaching.objects.all()} <= sessions
        assert Teaching.objects.exists()
        assert {row.institution_id for row in CountedMark.objects.all()} == {here.institution.pk}
    with nowhere():
        assert not Teaching.objects.exists()
        assert not CountedMark.objects.exists()
    views = asked(
        "SELECT relname, coalesce(reloptions::text LIKE '%%security_invoker%%', FALSE), pg_get_viewdef(oid) "
        "FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('v', 'm')"
    )
    assert {name for name, asks_as_reader, _text in views if not asks_as_reader} == {"feedback_shownanswer"}
    assert all(asks_as_reader or "muster_sees" in text for _name, asks_as_reader, text in views)


def test_procedures_of_the_owner_refuse_another_institution(both):
    here, there = both
    elsewhere = there.batch()
    with only_in(here.institution.pk):
        assert tried("CALL muster_recount_seats(%s)", elsewhere.pk) == "refused"
    with only_in(there.institution.pk):
        assert tried("CALL muster_recount_seats(%s)", elsewhere.pk) != "refused"


def test_every_function_that_runs_as_the_owner_and_can_be_called_asks_whose_it_is():
    bodies = asked(
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prosecdef "
        "AND prorettype <> 'trigger'::regtype"
    )
    assert {name for name, body in bodies if "muster_must_see" not in body} == set()


# --- doors ------------------------------------------------------------------------------------------------------------
def careless(_request):
    """A page that forgot whom it is for."""
    return HttpResponse(" ".join(sorted(Batch.objects.values_list("code", flat=True))))


def streaming(_request):
    """An export that forgot it too, and asks when it is sent."""
    return StreamingHttpResponse(
        code.encode() for code in Batch.objects.order_by("code").values_list("code", flat=True)
    )


def request_of(campus, path="/", **headers):
    request = RequestFactory().get(path, **headers)
    request.user, request.session = campus.admin.user, SessionStore()
    return request


@pytest.mark.parametrize("page", [careless, streaming])
def test_a_page_that_forgets_its_filter_shows_its_own_institution(both, page):
    for campus, code in zip(both, ("HERE", "THERE"), strict=True):
        campus.batch(code=code)
    answer = IsolationMiddleware(ActorMiddleware(page))
    for campus, code in zip(both, ("HERE", "THERE"), strict=True):
        assert b"".join(answer(request_of(campus))).decode() == code
    assert Batch.objects.count() == 2


def test_a_call_that_forgets_its_filter_shows_its_own_institution(both):
    for campus, code in zip(both, ("HERE", "THERE"), strict=True):
        campus.batch(code=code)

    def call(request):
        request.actor = who_calls(request)
        return careless(request)

    for campus, code in zip(both, ("HERE", "THERE"), strict=True):
        token = campus.token(campus.admin.user)
        request = request_of(campus, "/api/batches", headers={"authorization": f"Bearer {token}"})
        assert IsolationMiddleware(call)(request).content.decode() == code


def test_whoever_is_not_signed_in_sees_nothing(both):
    both[0].batch()
    request = RequestFactory().get("/")
    assert IsolationMiddleware(careless)(request).content == b""


def test_an_institution_that_is_left_is_not_seen_any_more(both):
    """Who works in two of them sees each by itself, in the same browser."""
    here, there = both
    person = here.person(Role.ADMIN)
    there.joined_by(person, Role.ADMIN)
    here.batch(name="Welding here")
    there.batch(name="Welding there")
    browser = Client()
    browser.force_login(person)
    for campus, name in ((here, "Welding here"), (there, "Welding there"), (here, "Welding here")):
        browser.post(reverse("switch-institution"), {"institution": campus.institution.pk})
        page = browser.get("/batches/").content.decode()
        assert [word for word in ("Welding here", "Welding there") if word in page] == [name]


# --- what is told to a connection -------------------------------------------------------------------------------------
def codes():
    return sorted(Batch.objects.values_list("code", flat=True))


def test_what_is_told_in_a_transaction_ends_with_it(both):
    here, there = both
    here.batch(code="HERE")
    there.batch(code="THERE")
    with only_in(here.institution.pk):
        assert codes() == ["HERE"]
        with transaction.atomic(), across_institutions("the test's"):
            assert codes() == ["HERE", "THERE"]
            transaction.set_rollback(True)
        assert codes() == ["HERE"]
        with transaction.atomic():
            with only_in(there.institution.pk):
                assert codes() == ["THERE"]
            transaction.set_rollback(True)
        assert codes() == ["HERE"]


@pytest.mark.django_db(transaction=True)
def test_what_is_told_in_a_whole_transaction_ends_with_it(both):
    here, there = both
    here.batch(code="HERE")
    there.batch(code="THERE")
    for ends in (True, False):
        with only_in(here.institution.pk):
            assert codes() == ["HERE"]
            with transaction.atomic():
                with only_in(there.institution.pk):
                    assert codes() == ["THERE"]
                transaction.set_rollback(ends)
            assert codes() == ["HERE"]


@pytest.mark.django_db(transaction=True)
def test_what_is_told_in_a_whole_transaction_ends_with_it_though_the_next_begins_with_a_savepoint(both):
    here, there = both
    here.batch(code="HERE")
    there.batch(code="THERE")
    with transaction.atomic():
        for institution, code in ((here.institution, "HERE"), (there.institution, "THERE")):
            with only_in(institution.pk):
                assert codes() == [code]
        transaction.set_rollback(True)
    with only_in(there.institution.pk), transaction.atomic(), transaction.atomic():
        assert codes() == ["THERE"]


def test_a_thread_that_nobody_told_anything_sees_nothing_while_a_request_is_answered(both):
    """What a request enters is its own: neither the next request nor what runs beside it has it."""
    here, there = both
    with nowhere():
        enter(here.institution.pk)
        with only_in(there.institution.pk):
            assert set(Membership.objects.values_list("institution", flat=True)) == {there.institution.pk}
        assert set(Membership.objects.values_list("institution", flat=True)) == {here.institution.pk}
    assert ApiToken.objects.count() == 0
    assert Membership.objects.values("institution").distinct().count() == 2


@pytest.fixture
def one_line(db):
    """Makes connections that share a single one of a pool, as those of requests do."""
    chosen = connections["default"].settings_dict
    options = {**chosen["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 30}}
    kind = type(connections["default"])
    made = []

    def line():
        made.append(kind({**chosen, "OPTIONS": options}, alias="default"))
        return made[-1]

    yield line
    for one in made:
        one.close()
    made[0].close_pool()


def seen_by(line):
    """The institutions whose members are there on this connection, and which connection it is."""
    line.inc_thread_sharing()
    with line.cursor() as cursor:
        cursor.execute("SELECT DISTINCT institution_id, pg_backend_pid() FROM institutions_membership")
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_a_connection_carries_nothing_over_to_the_next_request(both, one_line):
    """Many requests of two institutions take turns on one connection, each sees its own."""
    places = [campus.institution.pk for campus in both]

    def request(place):
        def answer():
            with nowhere():
                if place:
                    enter(place)
                line = one_line()
                try:
                    return place, seen_by(line)
                finally:
                    line.close()

        return answer

    outcomes = rush([request(place) for _turn, place in product(range(10), [*places, None])])
    assert all([row[0] for row in rows] == ([place] if place else []) for place, rows in outcomes), outcomes
    # One connection served them all.
    assert len({row[1] for _place, rows in outcomes for row in rows}) == 1


@pytest.mark.django_db(transaction=True)
def test_the_control_carries_it_over(both, one_line):
    """Where a connection isn't told anew, the next one on it sees what the last one did."""
    here, _there = (campus.institution.pk for campus in both)
    with only_in(here):
        first = one_line()
        assert [row[0] for row in seen_by(first)] == [here]
        first.close()
    with nowhere():
        second = one_line()
        second.ensure_connection()
        second.execute_wrappers.remove(_tell_first)
        assert [row[0] for row in seen_by(second)] == [here]
