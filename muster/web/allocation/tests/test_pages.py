"""The pages of individual assignments."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import assign_student, unassign_student
from muster.people.rules import change_profile
from tests.make import NOBODY, Campus
from tests.pages import Browser, lines_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def browser(campus):
    return Browser(campus)


def current(student):
    return IndividualAssignment.objects.current().filter(student=student).first()


def test_the_unassigned_stand_first(campus, browser):
    adam, zoe, john = campus.student("Adam Early"), campus.student("Zoe Late"), campus.instructor("John Smith")
    assign_student(by=campus.admin, student=adam, instructor=john)
    said = words_of(browser.get("/mentoring/"))
    assert "1 student without a mentor" in said
    assert said.index("Zoe Late") < said.index("Adam Early")
    assert zoe.full_name not in words_of(browser.get(f"/mentoring/?instructor={john.pk}"))
    alone = words_of(browser.get("/mentoring/?instructor=none"))
    assert "Zoe Late" in alone
    assert "Adam Early" not in alone


def test_the_list_is_narrowed_by_department_branch_batch_and_type(campus, browser):
    branch, department = campus.branch(), campus.department()
    batch = campus.batch(branch=branch, department=department, course=campus.course(department=department))
    inside, outside = campus.student("Inside One"), campus.student("Outside One")
    campus.enroll(batch, inside)
    assign_student(by=campus.admin, student=inside, instructor=campus.instructor(), assignment_type="tutor")
    for query in (f"department={department.pk}", f"branch={branch.pk}", f"batch={batch.pk}", "type=tutor", "q=Inside"):
        said = words_of(browser.get(f"/mentoring/?{query}"))
        assert inside.full_name in said, query
        assert outside.full_name not in said, query


def test_the_list_costs_the_same_at_two_students_and_at_many(campus, browser):
    batch, john = campus.batch(capacity=50), campus.instructor()

    def add(number):
        for _each in range(number):
            student = campus.student()
            campus.enroll(batch, student)
            assign_student(by=campus.admin, student=student, instructor=john)

    def cost(path):
        with CaptureQueriesContext(connection) as spent:
            assert browser.get(path).status_code == 200
        return len(spent)

    add(2)
    student = campus.student()
    paths = ["/mentoring/", f"/mentoring/{student.pk}/assign/"]
    for path in paths:
        cost(path)
    few = [cost(path) for path in paths]
    add(10)
    for _each in range(5):
        campus.instructor()
    assert [cost(path) for path in paths] == few


def test_who_teaches_the_student_already_is_offered_first(campus, browser):
    lead, idle = campus.instructor("Zara Lead"), campus.instructor("Anna Idle")
    student = campus.student()
    campus.enroll(campus.batch(code="DA-1", lead=lead), student)
    page = browser.get(f"/mentoring/{student.pk}/assign/").content.decode()
    options = re.findall(r"<option[^>]*>([^<]+)</option>", page)
    assert options[0] == "Zara Lead, 73 of 100, teaches them in DA-1, 0 of 10 students"
    assert options[1] == f"{idle.full_name}, 55 of 100, 0 of 10 students"


def test_an_instructor_is_assigned_changed_and_ended_by_page(campus, browser):
    student, first, second = campus.student("Jane"), campus.instructor("Ann"), campus.instructor("Ben")
    url = f"/mentoring/{student.pk}/assign/"
    answer = browser.post(url, {"instructor_id": first.pk, "assignment_type": "mentor", "notes": "Goals"})
    assert answer.status_code == 302
    assert current(student).instructor == first
    assert "Ann is the current mentor. That assignment will end" in words_of(browser.get(url))
    browser.post(url, {"instructor_id": second.pk, "assignment_type": "tutor", "notes": ""})
    assert (current(student).instructor, current(student).assignment_type) == (second, "tutor")
    assert browser.post(f"/mentoring/{student.pk}/end/", {"reason": "Moved"}).status_code == 302
    assert current(student) is None
    said = words_of(browser.get(f"/mentoring/{student.pk}/"))
    assert "No mentor assigned." in said
    assert "Ann" in said
    assert "Replaced" in said
    assert "Moved" in said
    assert "Goals" in said


def test_a_refusal_stands_beside_its_field(campus, browser):
    student, ann = campus.student(), campus.instructor()
    assign_student(by=campus.admin, student=student, instructor=ann)
    url = f"/mentoring/{student.pk}/assign/"
    answer = browser.post(url, {"instructor_id": ann.pk, "assignment_type": "mentor", "notes": ""})
    assert answer.status_code == 400
    assert "This instructor is already assigned to this student" in words_of(answer)
    for bad in (
        {"instructor_id": "nobody", "assignment_type": "mentor"},
        {"instructor_id": ann.pk, "assignment_type": "friend"},
        {"instructor_id": ann.pk, "assignment_type": "tutor", "notes": "x" * 2001},
        {"instructor_id": ann.pk, "assignment_type": "tutor", "notes": "a\x00b"},
        {},
    ):
        assert browser.post(url, bad).status_code == 400
    assert browser.post(f"/mentoring/{student.pk}/end/", {"reason": "x" * 301}).status_code == 400
    unassign_student(by=campus.admin, student=student)
    assert browser.post(f"/mentoring/{student.pk}/end/", {"reason": ""}).status_code == 400


def test_many_are_assigned_at_once(campus, browser):
    people, ann = [campus.student() for _each in range(3)], campus.instructor("Ann")
    picked = [str(one.pk) for one in people]
    assert "Assign 3 students" in words_of(browser.get("/mentoring/assign/", {"pick": picked}))
    assign_student(by=campus.admin, student=people[0], instructor=campus.instructor("Ben"))
    form = {"pick": picked, "instructor_id": ann.pk, "assignment_type": "advisor", "notes": ""}
    answer = browser.post("/mentoring/assign/", form)
    assert answer.status_code == 400
    said = words_of(answer)
    assert "Ann is assigned to 2 students." in said
    assert "Ben is already assigned to" in said
    answer = browser.post("/mentoring/assign/", {**form, "pick": picked[:1], "replace": "on"})
    assert answer.status_code == 302
    assert {current(one).instructor for one in people} == {ann}


def test_nobody_picked_leads_back_to_the_list(campus, browser):
    for data in ({}, {"pick": ["nobody"]}, {"pick": [str(Campus.found().student().pk)]}):
        assert browser.get("/mentoring/assign/", data)["Location"] == "/mentoring/"


def test_an_instructor_sees_own_students_and_may_not_assign(campus):
    john, ann, jane, adam = campus.instructor(), campus.instructor(), campus.student("Jane"), campus.student("Adam")
    assign_student(by=campus.admin, student=jane, instructor=ann, notes="Only for Ann")
    assign_student(by=campus.admin, student=jane, instructor=john, replace=True, notes="For John")
    browser = Browser(campus, john)
    said = words_of(browser.get("/mentoring/"))
    assert "1 student is assigned to you" in said
    assert adam.full_name not in said
    one = words_of(browser.get(f"/mentoring/{jane.pk}/"))
    assert "For John" in one
    assert "Only for Ann" not in one


def test_a_student_sees_who_it_is_but_no_notes(campus):
    jane = campus.student("Jane")
    assign_student(by=campus.admin, student=jane, instructor=campus.instructor("John Smith"), notes="Weak in algebra")
    said = words_of(Browser(campus, jane).get(f"/mentoring/{jane.pk}/"))
    assert "John Smith" in said
    assert "algebra" not in said


def test_the_export_is_the_list(campus, browser):
    jane, zoe, adam = campus.student("Jane Dube"), campus.student("Zoe Late"), campus.student("Adam Early")
    batch = campus.batch()
    campus.enroll(batch, jane)
    john = campus.instructor("John Smith")
    assign_student(by=campus.admin, student=jane, instructor=john, assignment_type="tutor")
    headings, *lines = lines_of(browser.get("/mentoring/?export=csv"))
    found = [dict(zip(headings, line, strict=True)) for line in lines]
    said = [(one["Student"], one["id"], one["Current batches"], one["Instructor"], one["Type"]) for one in found]
    assert said == [
        ("Adam Early", str(adam.pk), "", "", "Unassigned"),
        ("Zoe Late", str(zoe.pk), "", "", "Unassigned"),
        ("Jane Dube", str(jane.pk), batch.code, "John Smith", "Tutor"),
    ]
    narrowed = lines_of(browser.get(f"/mentoring/?export=csv&instructor={john.pk}"))
    assert narrowed == [headings, lines[2]]


# --- suggestions ------------------------------------------------------------------------------------------------------
def test_a_suggested_instructor_is_assigned_with_one_click(campus, browser):
    john, student = campus.instructor("John Smith"), campus.student("Jane Doe")
    address = f"/mentoring/{student.pk}/"
    assert "John Smith" in words_of(browser.get(address))
    assert "Suggested instructors" in words_of(browser.get(f"{address}assign/"))
    clicked = browser.post(f"{address}assign/", {"assignment_type": "mentor", "instead": str(john.pk)})
    assert clicked.status_code == 302
    assert current(student).instructor == john
    assert "Suggested instructors" not in words_of(browser.get(address))


def test_who_is_at_the_limit_is_not_suggested_and_may_be_chosen(campus, browser):
    john, student = campus.instructor("John Smith"), campus.student("Jane Doe")
    change_profile(by=campus.admin, instructor=john, changes={"max_mentees": 0})
    page = browser.get(f"/mentoring/{student.pk}/assign/").content.decode()
    assert "John Smith, has reached their limit: 0 of 0 students" in page
    assert "Suggested instructors" not in page
    body = {"assignment_type": "mentor", "instructor_id": str(john.pk)}
    assert browser.post(f"/mentoring/{student.pk}/assign/", body).status_code == 302


def test_mentors_are_suggested_for_all_shown_and_assigned_as_ticked(campus, browser):
    john, batch = campus.instructor("John Smith"), campus.batch()
    change_profile(by=campus.admin, instructor=john, changes={"max_mentees": 2})
    inside = [campus.student(f"Inside {name}") for name in ("One", "Two", "Three")]
    for student in inside:
        campus.enroll(batch, student)
    campus.student("Outside Four")
    address = f"/mentoring/suggested/?batch={batch.pk}"
    assert address in browser.get(f"/mentoring/?batch={batch.pk}").content.decode()
    said = words_of(browser.get(address))
    assert "Mentors suggested for 2 students" in said
    assert ["Outside Four" in said, "No instructor available for Inside Two" in said] == [False, True]
    sent = browser.post(address, {"pick": [f"{inside[0].pk}:{john.pk}"]})
    assert (sent.status_code, sent["Location"]) == (302, "/mentoring/")
    assert [current(student) is not None for student in inside] == [True, False, False]
    again = browser.post(address, {"pick": [f"{inside[0].pk}:{john.pk}"]})
    assert again.status_code == 400


@pytest.mark.parametrize("pick", ["", "x", ":", "a:b:c", "\x00:\x00", f"{NOBODY}:{NOBODY}"])
def test_ticks_that_name_nobody_are_refused(campus, browser, pick):
    campus.student()
    assert browser.post("/mentoring/suggested/", {"pick": pick}).status_code == 400


def test_suggesting_for_all_costs_the_same_at_one_and_at_many(campus, browser):
    batch = campus.batch(capacity=50)
    counts = []
    for number in (1, 9):
        for _each in range(number):
            campus.enroll(batch)
            campus.instructor()
        browser.get("/mentoring/suggested/")
        with CaptureQueriesContext(connection) as spent:
            assert browser.get("/mentoring/suggested/").status_code == 200
        counts.append(len(spent))
    assert counts[0] == counts[1]


def test_the_list_has_one_solid_button_however_many_have_no_mentor(campus, browser):
    for _each in range(3):
        campus.student()
    page = browser.get("/mentoring/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert re.findall(r'class="btn btn-primary"[^>]*>.*?(?:</svg>)?([^<]+)</a>', main) == ["Suggest for all listed"]
    # In the rows, words without a frame.
    rows = main[main.index("<tbody") : main.index("</tbody>")]
    assert len(re.findall(r">Assign<", rows)) == 3
    assert set(re.findall(r'class="([^"]*btn[^"]*)"', rows)) == {"btn btn-quiet"}
