"""Search, within what a person may see."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muster.institutions.models import Role
from muster.web.home.finding import found_by
from tests.make import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return House.found()


def titles(actor, text, most=20):
    return {group.key: [hit.title for hit in group.hits] for group in found_by(actor, text, most=most)}


def asked(user, query, **headers):
    client = Client()
    client.force_login(user)
    return client.get("/search/", {"q": query}, headers=headers)


def test_every_kind_is_found(house):
    department = house.department(name="Zebra studies")
    course = house.course(title="Zebra course", department=department)
    house.batch(name="Zebra batch", course=course)
    house.student("Zebra Student")
    house.instructor("Zebra Teacher")
    assert titles(house.admin, "zebra") == {
        "batches": ["Zebra batch"],
        "students": ["Zebra Student"],
        "instructors": ["Zebra Teacher"],
        "courses": ["Zebra course"],
        "departments": ["Zebra studies"],
    }


def test_every_word_must_occur_and_names_that_begin_so_come_first(house):
    for name in ("Amy Dube", "Dube Amy", "Amy Zulu"):
        house.student(name)
    assert titles(house.admin, "dube amy")["students"] == ["Dube Amy", "Amy Dube"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "%%%", "a%b"])
def test_wildcards_are_letters_like_any_other(house, text):
    house.student("Plain Name")
    assert "students" not in titles(house.admin, text)


def test_a_percent_sign_is_found_where_there_is_one(house):
    house.batch(name="50% off")
    house.batch(name="500 off")
    assert titles(house.admin, "50%")["batches"] == ["50% off"]


@pytest.mark.parametrize("text", ["", " ", "\x00", "a\x00b", "x" * 5000, "w " * 900])
def test_odd_words_are_no_fault(house, text):
    assert asked(house.admin.user, text).status_code == 200


def test_branch_manager_finds_no_learner_of_another_branch(house):
    mine, other = house.branch(), house.branch()
    house.enroll(house.batch(name="Same here", branch=mine), house.student("Same Mine"))
    house.enroll(house.batch(name="Same there", branch=other), house.student("Same Theirs"))
    manager = house.actor(house.person(Role.BRANCH_MANAGER, branch=mine))
    assert titles(manager, "same") == {"batches": ["Same here"], "students": ["Same Mine"]}


def test_nothing_of_another_institution_is_found(house):
    other = House.found()
    other.batch(name="Zebra batch")
    other.student("Zebra Student")
    other.instructor("Zebra Teacher")
    assert titles(house.admin, "zebra") == {}


def test_instructor_finds_only_own_batches_and_their_students(house):
    me = house.instructor("Me")
    house.enroll(house.batch(name="Same mine", lead=me), house.student("Same Student"))
    house.enroll(house.batch(name="Same other"), house.student("Same Stranger"))
    assert titles(house.actor(me), "same") == {"batches": ["Same mine"], "students": ["Same Student"]}


def test_students_find_no_people(house):
    me = house.student("Same Me")
    batch = house.batch(name="Same batch", lead=house.instructor("Same Teacher"))
    house.enroll(batch, me)
    house.enroll(batch, house.student("Same Other"))
    assert titles(house.actor(me), "same") == {"batches": ["Same batch"]}


def test_regulators_find_nothing(house):
    house.batch(name="Zebra batch")
    assert titles(house.actor(house.person(Role.REGULATOR)), "zebra") == {}


def test_deleted_batches_are_not_found(house):
    batch = house.batch(name="Zebra batch")
    type(batch).objects.filter(pk=batch.pk).update(deleted_at="2030-01-01T00:00Z")
    assert titles(house.admin, "zebra") == {}


def test_people_are_found_by_number_and_email(house):
    student = house.student("Some Body")
    student.affiliations.update(student_number="R-77")
    assert titles(house.admin, "r-77")["students"] == ["Some Body"]
    assert titles(house.admin, student.email)["students"] == ["Some Body"]


def test_pages_are_found_by_their_name(house):
    assert 'href="/students/"' in asked(house.admin.user, "stud").content.decode()


def test_nothing_found_says_so(house):
    shown = asked(house.admin.user, "xyzzy<b>").content.decode()
    assert "No results for “xyzzy&lt;b&gt;”" in shown


def test_nothing_asked_says_what_can_be_found(house):
    assert "Search batches, students, instructors" in asked(house.admin.user, "").content.decode()


def test_suggestions_are_a_fragment(house):
    house.student("Zebra Student")
    shown = asked(house.admin.user, "zebra", hx_request="true", hx_target="found").content.decode()
    assert 'role="option"' in shown
    assert "<html" not in shown


def test_the_number_of_statements_is_constant(house):
    client = Client()
    client.force_login(house.admin.user)

    def statements():
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/search/?q=same").status_code == 200
        return len(seen)

    statements()
    none = statements()
    department = house.department(name="Same department")
    for number in range(30):
        course = house.course(title=f"Same course {number}", department=department)
        house.batch(name=f"Same batch {number}", course=course)
        house.student(f"Same Student {number}")
        house.instructor(f"Same Teacher {number}")
    assert statements() == none
    assert none <= 12
