"""Search, within what a person may see."""

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from muster.institutions.models import Role
from muster.web.home.commands import actions_of, pages_of
from muster.web.home.search import found_by
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


def titles(actor, text, most=20):
    return {group.key: [hit.title for hit in group.hits] for group in found_by(actor, text, most=most)}


def asked(user, query, **headers):
    client = Client()
    client.force_login(user)
    return client.get("/search/", {"q": query}, headers=headers)


def test_every_kind_is_found(campus):
    department = campus.department(name="Zebra studies")
    course = campus.course(title="Zebra course", department=department)
    campus.batch(name="Zebra batch", course=course)
    campus.student("Zebra Student")
    campus.instructor("Zebra Teacher")
    assert titles(campus.admin, "zebra") == {
        "batches": ["Zebra batch"],
        "students": ["Zebra Student"],
        "instructors": ["Zebra Teacher"],
        "courses": ["Zebra course"],
        "departments": ["Zebra studies"],
    }


def test_every_word_must_occur_and_names_that_begin_so_come_first(campus):
    for name in ("Amy Dube", "Dube Amy", "Amy Zulu"):
        campus.student(name)
    assert titles(campus.admin, "dube amy")["students"] == ["Dube Amy", "Amy Dube"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "%%%", "a%b"])
def test_wildcards_are_letters_like_any_other(campus, text):
    campus.student("Plain Name")
    assert "students" not in titles(campus.admin, text)


def test_a_percent_sign_is_found_where_there_is_one(campus):
    campus.batch(name="50% off")
    campus.batch(name="500 off")
    assert titles(campus.admin, "50%")["batches"] == ["50% off"]


@pytest.mark.parametrize("text", ["", " ", "\x00", "a\x00b", "x" * 5000, "w " * 900])
def test_odd_words_are_no_fault(campus, text):
    assert asked(campus.admin.user, text).status_code == 200


def test_branch_manager_finds_no_learner_of_another_branch(campus):
    mine, other = campus.branch(), campus.branch()
    campus.enroll(campus.batch(name="Same here", branch=mine), campus.student("Same Mine"))
    campus.enroll(campus.batch(name="Same there", branch=other), campus.student("Same Theirs"))
    manager = campus.actor(campus.person(Role.BRANCH_MANAGER, branch=mine))
    assert titles(manager, "same") == {"batches": ["Same here"], "students": ["Same Mine"]}


def test_nothing_of_another_institution_is_found(campus):
    other = Campus.found()
    other.batch(name="Zebra batch")
    other.student("Zebra Student")
    other.instructor("Zebra Teacher")
    assert titles(campus.admin, "zebra") == {}


def test_instructor_finds_only_own_batches_and_their_students(campus):
    me = campus.instructor("Me")
    campus.enroll(campus.batch(name="Same mine", lead=me), campus.student("Same Student"))
    campus.enroll(campus.batch(name="Same other"), campus.student("Same Stranger"))
    assert titles(campus.actor(me), "same") == {"batches": ["Same mine"], "students": ["Same Student"]}


def test_students_find_no_people(campus):
    me = campus.student("Same Me")
    batch = campus.batch(name="Same batch", lead=campus.instructor("Same Teacher"))
    campus.enroll(batch, me)
    campus.enroll(batch, campus.student("Same Other"))
    assert titles(campus.actor(me), "same") == {"batches": ["Same batch"]}


def test_regulators_find_nothing(campus):
    campus.batch(name="Zebra batch")
    assert titles(campus.actor(campus.person(Role.REGULATOR)), "zebra") == {}


def test_deleted_batches_are_not_found(campus):
    batch = campus.batch(name="Zebra batch")
    type(batch).objects.filter(pk=batch.pk).update(deleted_at="2030-01-01T00:00Z")
    assert titles(campus.admin, "zebra") == {}


def test_people_are_found_by_number_and_email(campus):
    student = campus.student("Some Body")
    student.affiliations.update(student_number="R-77")
    assert titles(campus.admin, "r-77")["students"] == ["Some Body"]
    assert titles(campus.admin, student.email)["students"] == ["Some Body"]


def test_pages_are_found_by_their_name(campus):
    assert 'href="/students/"' in asked(campus.admin.user, "stud").content.decode()


def palette(user, query=""):
    return asked(user, query, hx_request="true", hx_target="found").content.decode()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("new cohort", ">New</mark> batch"),
        ("intake", "is called <b>batch</b>"),
        ("trainers", 'href="/instructors/"'),
        ("learner", 'href="/students/"'),
        ("campus", 'href="/settings/branches/"'),
        ("upload", 'href="/settings/imports/"'),
        ("timetable", 'href="/institution/attendance/calendar"'),
        ("create holiday", "/settings/holidays/new/"),
    ],
)
def test_actions_and_pages_are_found_by_other_words_too(campus, typed, found):
    assert found in palette(campus.admin.user, typed)


def test_another_word_for_a_kind_looks_among_its_rows(campus):
    campus.batch(name="Data analytics")
    campus.student("Data Learner")
    shown = palette(campus.admin.user, "class data")
    assert "<mark>Data</mark> analytics" in shown
    assert "Data Learner" not in shown


def test_the_palette_begins_with_what_may_be_done_and_offers_nobody_more(campus):
    assert [path in palette(campus.admin.user) for path in ("/batches/new/", "/settings/users/new/")] == [True, True]
    student = palette(campus.student())
    assert [path in student for path in ("/batches/new/", "/settings/users/new/", "/absences/new/")] == [
        False,
        False,
        True,
    ]


def test_every_action_and_page_of_the_palette_opens(campus):
    for person in (campus.admin.user, campus.instructor(), campus.student(), campus.person(Role.REGULATOR)):
        client = Client()
        client.force_login(person)
        request = RequestFactory().get("/")
        request.user, request.actor = person, campus.actor(person)
        commands = [*actions_of(request.actor), *pages_of(request, request.actor)]
        closed = [str(one.label) for one in commands if client.get(one.url).status_code not in (200, 302)]
        assert closed == []


def test_nothing_found_says_so(campus):
    shown = asked(campus.admin.user, "xyzzy<b>").content.decode()
    assert "No results for “xyzzy&lt;b&gt;”" in shown


def test_nothing_asked_says_what_can_be_found(campus):
    assert "Search batches, students, instructors" in asked(campus.admin.user, "").content.decode()


def test_suggestions_are_a_fragment(campus):
    campus.student("Zebra Student")
    shown = asked(campus.admin.user, "zebra", hx_request="true", hx_target="found").content.decode()
    assert 'role="option"' in shown
    assert "<html" not in shown


def test_the_number_of_statements_is_constant(campus):
    client = Client()
    client.force_login(campus.admin.user)

    def statements():
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/search/?q=same").status_code == 200
        return len(seen)

    statements()
    none = statements()
    department = campus.department(name="Same department")
    for number in range(30):
        course = campus.course(title=f"Same course {number}", department=department)
        campus.batch(name=f"Same batch {number}", course=course)
        campus.student(f"Same Student {number}")
        campus.instructor(f"Same Teacher {number}")
    assert statements() == none
    assert none <= 12
