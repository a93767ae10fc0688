"""What is done with the students of a batch, from its page."""

import pytest

from muster.accounts.models import User
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import change_status, hold_enrollment
from muster.institutions.models import Affiliation, Role
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def browser(campus):
    return Browser(campus)


def enroll(browser, batch, *students, listed="", **how):
    """The form of enrolling, sent."""
    sent = {"student": [one.pk for one in students], "listed": listed, "enrollment_type": "batch", **how}
    return browser.post(f"/batches/{batch.pk}/students/enroll/", sent)


# --- enrolling ------------------------------------------------------------------------------------------------------
def test_students_are_found_by_name_number_or_e_mail(campus, browser):
    batch, zola = campus.batch(), campus.student("Zola Budd")
    Affiliation.objects.filter(user=zola).update(student_number="S-777")
    campus.student("Somebody Else")
    for words in ("zol bud", "S-777", zola.email):
        found = browser.get(
            f"/batches/{batch.pk}/students/enroll/", {"q": words}, **HTMX, **{"HX-Target": "found-students"}
        )
        assert "Zola Budd" in words_of(found)
        assert "Somebody Else" not in words_of(found)
        assert b"<form" not in found.content
    nobody = browser.get(f"/batches/{batch.pk}/students/enroll/", {"q": "nobody\x00"})
    assert "No students match “nobody”" in words_of(nobody)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ZOE", ["Zoë 50%_A"]),
        ("%", ["Zoë 50%_A"]),
        ("_", ["Zoë 50%_A"]),
        ("5%A", []),
        ("zo\u202eë\x00", ["Zoë 50%_A"]),
        ("x" * 10_000, []),
        ("zoe " * 2_500, ["Zoë 50%_A"]),
    ],
)
def test_students_are_found_by_whatever_is_typed(campus, browser, words, found):
    batch = campus.batch()
    campus.student("Zoë 50%_A")
    campus.student("Somebody Else")
    answer = browser.get(f"/batches/{batch.pk}/students/enroll/", {"q": words})
    assert answer.status_code == 200
    assert [one for one in ("Zoë 50%_A", "Somebody Else") if one in words_of(answer)] == found
    assert len(answer.context["words"]) <= 200


def test_no_more_students_are_found_than_can_be_looked_through(campus, browser):
    batch = campus.batch()
    for number in range(11):
        campus.student(f"Anna {number:02}")
    for words, shown, more in (("anna", 10, "Refine your search."), ("", 5, "Search by name.")):
        answer = browser.get(f"/batches/{batch.pk}/students/enroll/", {"q": words})
        assert (len(answer.context["found"]["rows"]), f"There are more. {more}" in words_of(answer)) == (shown, True)


def test_those_who_are_enrolled_in_the_course_are_shown_and_cannot_be_ticked(campus, browser):
    course = campus.course()
    batch, student = campus.batch(course=course), campus.student("Zola Budd")
    campus.enroll(campus.batch(course=course), student)
    found = browser.get(f"/batches/{batch.pk}/students/enroll/?q=Zola")
    assert "already enrolled" in words_of(found)
    assert f'id="s-{student.pk}" disabled' in found.content.decode()


def test_ticked_students_are_enrolled(campus, browser):
    batch, students = campus.batch(), [campus.student(), campus.student()]
    answer = enroll(browser, batch, *students, enrollment_type="scholarship")
    assert answer["Location"] == f"/batches/{batch.pk}/students/"
    assert "2 students enrolled." in words_of(browser.get(answer["Location"]))
    assert set(Enrollment.objects.values_list("student_id", "enrollment_type")) == {
        (one.pk, "scholarship") for one in students
    }


def test_a_pasted_list_has_an_outcome_for_each_line(campus, browser):
    batch, by_mail, by_number, already = campus.batch(), campus.student("A"), campus.student("B"), campus.student("C")
    Affiliation.objects.filter(user=by_number).update(student_number="S-1")
    campus.enroll(batch, already)
    listed = f"{by_mail.email.upper()}\nS-1, {already.email}\nnobody@example.org;{by_mail.email}"
    answer = enroll(browser, batch, listed=listed)
    assert answer.status_code == 400
    assert [(one["who"], one["why"]) for one in answer.context["outcomes"]] == [
        ("A", ""),
        ("B", ""),
        ("C", "C is already enrolled in this course. Cancel or transfer that enrollment instead."),
        ("nobody@example.org", "No student here has this email or number."),
    ]
    # What was refused stays to be put right; what went well is not asked again.
    assert answer.context["form"]["listed"].value() == f"{already.email}\nnobody@example.org"
    assert "2 students enrolled, 2 refused" in words_of(answer)


@pytest.mark.parametrize("listed", ["ZOLA@EXAMPLE.ORG", "s-1a", "\u200bS-1A\u200e", "\ufeffs-1\u00ada"])
def test_a_pasted_email_or_number_is_found_in_whatever_case(campus, browser, listed):
    batch, student = campus.batch(), campus.student()
    User.objects.filter(pk=student.pk).update(email="zola@example.org")
    Affiliation.objects.filter(user=student).update(student_number="S-1a")
    assert enroll(browser, batch, listed=listed).status_code == 302
    assert list(batch.enrollments.values_list("student", flat=True)) == [student.pk]


def test_a_pasted_number_that_two_have_but_for_its_case_is_that_of_neither(campus, browser):
    batch, students = campus.batch(), [campus.student(), campus.student()]
    for student, number in zip(students, ("ab1", "AB1"), strict=True):
        Affiliation.objects.filter(user=student).update(student_number=number)
    answer = enroll(browser, batch, listed="aB1")
    assert answer.status_code == 400
    assert "differ from aB1 only in upper and lower case" in words_of(answer)
    assert enroll(browser, batch, listed="AB1").status_code == 302
    assert list(batch.enrollments.values_list("student", flat=True)) == [students[1].pk]


def test_a_pasted_list_is_read_as_it_looks_and_each_person_once(campus, browser):
    batch, student = campus.batch(), campus.student("A")
    listed = f"\u202e{student.email}\u200b\u2028{student.email.upper()}\r\n\ufeff"
    assert enroll(browser, batch, listed=listed).status_code == 302
    assert list(batch.enrollments.values_list("student", flat=True)) == [student.pk]


@pytest.mark.parametrize("listed", ["a\x00b", "a\n" * 100_000, "\n".join(f"s{number}" for number in range(1_000))])
def test_a_list_that_is_none_is_refused_at_its_field(campus, browser, listed):
    answer = enroll(browser, campus.batch(), listed=listed)
    assert answer.status_code == 400
    assert "listed" in answer.context["form"].errors


def test_seats_run_out_in_the_order_of_the_list(campus, browser):
    batch, students = campus.batch(capacity=2), [campus.student() for _number in range(4)]
    answer = enroll(browser, batch, listed="\n".join(one.email for one in students))
    whys = [one["why"] for one in answer.context["outcomes"]]
    assert [bool(why) for why in whys] == [False, False, True, True]
    assert "Batch has reached maximum capacity" in whys[3]
    batch.refresh_from_db()
    assert batch.enrolled_students == 2


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "listed"),
        ({"listed": "x" * 40_001}, "listed"),
        ({"listed": "\n".join(f"s{number}" for number in range(201))}, "listed"),
        ({"listed": "a@b.example", "enrollment_type": "royal"}, "enrollment_type"),
        ({"listed": "a@b.example", "enrollment_date": "soon"}, "enrollment_date"),
        ({"student": "nonsense"}, "listed"),
    ],
)
def test_a_refused_list_names_its_field_and_keeps_what_was_typed(campus, browser, sent, field):
    batch = campus.batch()
    answer = browser.post(f"/batches/{batch.pk}/students/enroll/", {"enrollment_type": "batch", **sent})
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert Enrollment.objects.count() == 0


def test_an_enrollment_in_the_future_is_refused_for_each(campus, browser):
    batch, student = campus.batch(), campus.student()
    answer = enroll(browser, batch, student, enrollment_date="2029-01-01")
    assert "The enrollment date can't be in the future." in words_of(answer)
    assert f'id="s-{student.pk}" checked' in answer.content.decode()


def test_strangers_and_people_of_other_institutions_are_not_enrolled(campus, browser):
    stranger, batch = Campus.found().student(), campus.batch()
    answer = enroll(browser, batch, stranger, listed=stranger.email)
    assert [bool(one["why"]) for one in answer.context["outcomes"]] == [True, True]
    assert stranger.full_name not in words_of(answer)
    assert stranger.full_name not in words_of(browser.get(f"/batches/{batch.pk}/students/enroll/?q=Student"))


def test_a_branch_manager_enrolls_those_of_the_branch(campus):
    branch = campus.branch()
    batch, known = campus.batch(branch=branch), campus.student("Known Here")
    campus.enroll(campus.batch(branch=branch), known)
    unknown = campus.student("Unknown There")
    browser = Browser(campus, campus.person(Role.BRANCH_MANAGER, branch=branch))
    answer = enroll(browser, batch, known, unknown)
    assert [(one["who"], not one["why"]) for one in answer.context["outcomes"]] == [
        ("Known Here", True),
        ("Someone", False),
    ]
    assert enroll(browser, campus.batch(branch=campus.branch()), known).status_code == 404


def test_a_batch_that_is_over_takes_nobody(campus, browser):
    batch = campus.batch(status="Completed")
    answer = enroll(browser, batch, campus.student())
    assert "is completed, so it does not accept enrollments" in words_of(answer)


# --- holding, resuming, cancelling ----------------------------------------------------------------------------------
def test_an_enrollment_is_held_resumed_and_cancelled(campus, browser):
    enrollment = campus.enroll(campus.batch(), campus.student("Zola Budd"))
    roster = f"/batches/{enrollment.batch_id}/students/"
    steps = [("hold", "on_hold", "Ill"), ("resume", "active", ""), ("cancel", "cancelled", "Moved away")]
    for action, status, reason in steps:
        path = f"/enrollments/{enrollment.pk}/{action}/"
        assert "Zola Budd" in words_of(browser.get(path))
        assert browser.post(path, {"reason": reason})["Location"] == roster
        enrollment.refresh_from_db()
        assert enrollment.status == status
    assert "Moved away" in words_of(browser.get(f"{roster}?cancelled=only"))
    assert browser.get(roster).context["listing"].shown == 0


def test_a_refused_action_is_answered_beside_what_was_tried(campus, browser):
    enrollment = campus.enroll(campus.batch())
    hold_enrollment(by=campus.admin, enrollment=enrollment)
    change_status(by=campus.admin, batch=enrollment.batch, status="Active")
    change_status(by=campus.admin, batch=enrollment.batch, status="Completed")
    answer = browser.post(f"/enrollments/{enrollment.pk}/cancel/", {"reason": "Keep these words"})
    assert answer.status_code == 400
    assert "This enrollment is completed, so it can't be cancelled." in words_of(answer)
    assert "Keep these words" in answer.content.decode()
    for action in ("hold", "resume"):
        assert browser.post(f"/enrollments/{enrollment.pk}/{action}/").status_code == 400


@pytest.mark.parametrize("reason", ["x" * 301, "a\x00b"])
def test_a_reason_that_cannot_be_kept_is_refused(campus, browser, reason):
    enrollment = campus.enroll(campus.batch())
    answer = browser.post(f"/enrollments/{enrollment.pk}/cancel/", {"reason": reason})
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["reason"])


def test_a_student_cancels_their_own_enrollment_alone(campus):
    student = campus.student()
    own, other = campus.enroll(campus.batch(), student), campus.enroll(campus.batch())
    browser = Browser(campus, student)
    assert browser.post(f"/enrollments/{own.pk}/cancel/")["Location"] == f"/batches/{own.batch_id}/"
    assert browser.post(f"/enrollments/{other.pk}/cancel/").status_code == 404
    assert browser.post(f"/enrollments/{own.pk}/hold/").status_code == 403


# --- capacity, status, deleting -------------------------------------------------------------------------------------
def test_capacity_is_changed_with_a_reason_and_never_below_the_seats_held(campus, browser):
    batch = campus.batch(capacity=3, code="DA-1")
    campus.enroll(batch)
    campus.enroll(batch)
    path = f"/batches/{batch.pk}/capacity/"
    assert "2 seats are taken, so capacity can't be lower." in words_of(browser.get(path))
    low = browser.post(path, {"capacity": 1, "reason": "Small room"})
    assert low.status_code == 400
    assert "DA-1 has 2 seats taken, so its capacity cannot be 1." in words_of(low)
    assert low.context["form"]["reason"].value() == "Small room"
    batch.refresh_from_db()
    good = browser.post(path, {"capacity": 5, "reason": "Bigger room", "version": batch.version})
    assert good["Location"] == f"/batches/{batch.pk}/"
    stale = browser.post(path, {"capacity": 6, "version": batch.version})
    assert "Someone changed this since you opened it." in words_of(stale)


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"capacity": ""}, "capacity", "Batch capacity is required"),
        ({"capacity": "0"}, "capacity", "Batch capacity must be at least 1"),
        ({"capacity": "-4"}, "capacity", "Batch capacity must be at least 1"),
        ({"capacity": "many"}, "capacity", "Enter a whole number."),
        (
            {"capacity": "99999999999999"},
            "capacity",
            "This is more seats than a batch can have. Enter a smaller number.",
        ),
        ({"capacity": "5", "waitlist_capacity": "-1"}, "waitlist_capacity", "Enter a smaller waitlist capacity."),
        ({"capacity": "5", "reason": "x" * 301}, "reason", "at most 300 characters"),
    ],
)
def test_a_capacity_that_cannot_be_is_refused_at_its_field(campus, browser, sent, field, sentence):
    answer = browser.post(f"/batches/{campus.batch().pk}/capacity/", sent)
    assert answer.status_code == 400
    assert sentence in " ".join(answer.context["form"].errors[field])


def test_a_status_says_in_numbers_what_it_does(campus, browser):
    batch = campus.batch(code="DA-1")
    campus.enroll(batch)
    path = f"/batches/{batch.pk}/status/"
    assert "Cancelled: cancels 1 enrollment" in words_of(browser.get(path))
    assert browser.post(path, {"status": "Completed"}).status_code == 400
    assert browser.post(path, {}).status_code == 400
    assert browser.post(path, {"status": "Cancelled"}).status_code == 302
    assert "Reopen" in words_of(browser.get(path))


def test_a_batch_with_students_is_deleted_only_together_with_their_enrollments(campus, browser):
    batch = campus.batch(code="DA-1")
    enrollment = campus.enroll(batch)
    path = f"/batches/{batch.pk}/delete/"
    assert "1 student is enrolled." in words_of(browser.get(path))
    refused = browser.post(path)
    assert refused.status_code == 400
    assert "Select the box to cancel their enrollments" in words_of(refused)
    assert browser.post(path, {"enrollments": "on"})["Location"] == "/batches/"
    assert "DA-1 deleted." in words_of(browser.get("/batches/"))
    enrollment.refresh_from_db()
    assert enrollment.status == "cancelled"
