"""The catalogue as students, staff and strangers see it, and applying without a sign-in."""

from datetime import timedelta

import pytest
from django.core.cache import cache, caches
from django.test import Client

from muster.accounts import limits
from muster.enrollments.models import Application, Enrollment
from muster.institutions.models import Institution
from tests.client import Api
from tests.make import NOBODY, Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
ADA = {"full_name": "Ada Byron", "email": "Ada@Example.org", "phone": "555 0101", "note": "After work."}


@pytest.fixture
def campus():
    caches["memory"].clear()
    cache.clear()
    return Campus.found("Ridgeline Institute")


@pytest.fixture
def batch(campus):
    course = campus.course(title="Welding", description="Joints and safety.", price="4800.00", currency="ZAR")
    times = [slot(2, "18:00", "20:00"), slot(4, "18:00", "20:00")]
    teacher = campus.instructor("Leila Farouk")
    return campus.batch(course=course, name="Welding, evenings", slots=times, lead=teacher, capacity=10)


def publish(campus, **settings):
    Institution.objects.filter(pk=campus.institution.pk).update(catalogue_is_public=True, **settings)
    campus.institution.refresh_from_db()


def public(campus, rest=""):
    return f"/catalogue/{campus.institution.slug}/{rest}"


def test_a_card_tells_times_dates_price_instructor_and_seats(campus, batch):
    campus.enroll(batch)
    said = words_of(Browser(campus, campus.student()).get("/catalogue/"))
    assert "1 batch is open for enrollment" in said
    for part in ("Welding, evenings", "Tue Thu 18:00", "7 Jan – 28 Jun 2030", "Leila Farouk", "4,800.00 ZAR"):
        assert part in said
    assert "9 of 10 seats left" in said


def test_students_enroll_from_a_card_and_see_what_clashes(campus, batch):
    other = campus.batch(name="Choir", slots=[slot(2, "19:00", "21:00")])
    student = campus.student()
    campus.enroll(other, student)
    page = Browser(campus, student).get("/catalogue/")
    assert f'href="/batches/{batch.pk}/enroll/"' in page.content.decode()
    assert "At the same time as Choir" in words_of(page)
    assert f'href="/batches/{batch.pk}/"' in Browser(campus).get("/catalogue/").content.decode()


def test_filters_and_search_narrow_the_cards(campus, batch):
    course = campus.course(title="Baking", department=campus.department(name="Food"), required_skills=["patience"])
    campus.batch(course=course, name="Baking, Saturdays", slots=[slot(6, "09:00", "12:00")], capacity=1)
    browser = Browser(campus, campus.student())

    def names(query):
        said = words_of(browser.get(f"/catalogue/?{query}", HX_Request="true", HX_Target="list-region"))
        return [name for name in ("Welding, evenings", "Baking, Saturdays") if name in said]

    assert names("q=patience") == names("times=weekends") == names(f"field={course.department_id}")
    assert names("q=patience") == ["Baking, Saturdays"]
    assert names("times=evenings") == ["Welding, evenings"]
    assert names("starts=1&seats=free") == ["Welding, evenings", "Baking, Saturdays"]
    assert names("seats=full") == names("q=nothing") == []


def test_an_empty_catalogue_says_so(campus):
    assert "No batches are open for enrollment" in words_of(Browser(campus).get("/catalogue/"))


def test_nothing_is_public_unless_the_institution_publishes_it(campus, batch):
    pages = ("", f"courses/{batch.course_id}/", f"batches/{batch.pk}/apply/")
    assert [Client().get(public(campus, rest)).status_code for rest in pages] == [404, 404, 404]
    assert Api().get(f"/catalogue/{campus.institution.slug}").status == 404
    publish(campus)
    assert [Client().get(public(campus, rest)).status_code for rest in pages] == [200, 200, 200]
    assert Client().get(f"/catalogue/{campus.institution.slug}/courses/{NOBODY}/").status_code == 404


def test_strangers_are_told_who_teaches_only_if_the_institution_says_so(campus, batch):
    publish(campus, catalogue_names_instructors=False)
    pages = ("", f"courses/{batch.course_id}/", f"batches/{batch.pk}/apply/", "?export=csv", "?q=Farouk")

    def all_said():
        return [words_of(Client().get(public(campus, rest))) for rest in pages]

    assert not any("Leila Farouk" in said for said in all_said())
    assert Api().get(f"/catalogue/{campus.institution.slug}").body["data"][0]["instructor"] is None
    publish(campus, catalogue_names_instructors=True)
    assert ["Leila Farouk" in said for said in all_said()[:3]] == [True, True, True]
    assert Api().get(f"/catalogue/{campus.institution.slug}").body["data"][0]["instructor"] == "Leila Farouk"


def test_public_pages_may_be_kept_and_found_and_forms_may_not(campus, batch):
    publish(campus)
    for rest in ("", f"courses/{batch.course_id}/"):
        page = Client().get(public(campus, rest))
        assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("public, max-age=60", "index, follow")
        assert not page.cookies
    form = Client().get(public(campus, f"batches/{batch.pk}/apply/"))
    assert (form["Cache-Control"], form["X-Robots-Tag"]) == ("private, no-store", "noindex")
    assert "Disallow: /\n" in Client().get("/robots.txt").content.decode()


def test_too_many_looks_are_refused(campus, monkeypatch):
    publish(campus)
    monkeypatch.setattr(limits, "MOST_LOOKS", 2)
    assert [Client().get(public(campus)).status_code for _each in range(3)] == [200, 200, 429]
    assert Api().get(f"/catalogue/{campus.institution.slug}").status == 429


def test_a_stranger_applies_and_the_managers_find_it_in_requests(campus, batch):
    publish(campus)
    client = Client()
    address = public(campus, f"batches/{batch.pk}/apply/")
    sent = client.post(address, {**ADA, "website": ""})
    assert sent["Location"] == f"{address}?sent=1"
    assert "will answer you by email" in words_of(client.get(sent["Location"]))
    row = Application.objects.get()
    assert (row.full_name, row.email, row.phone) == ("Ada Byron", "ada@example.org", "555 0101")
    assert row.note == "After work."
    said = words_of(Browser(campus).get("/requests/"))
    assert "Ada Byron applies for Welding, evenings" in said
    told = Api(campus.token()).get("/notifications").body["data"]
    assert [one["title"] for one in told] == [f"Ada Byron applied for {batch.code}"]


def test_a_program_that_fills_in_everything_is_answered_and_forgotten(campus, batch):
    publish(campus)
    address = public(campus, f"batches/{batch.pk}/apply/")
    assert Client().post(address, {**ADA, "website": "x"}).status_code == 302
    assert not Application.objects.exists()


def test_wrong_fields_are_named_and_what_was_typed_stays(campus, batch):
    publish(campus)
    page = Client().post(public(campus, f"batches/{batch.pk}/apply/"), {**ADA, "email": "nowhere"})
    assert page.status_code == 400
    assert "Ada Byron" in page.content.decode()
    body = {"batch_id": str(batch.pk), "full_name": " ", "email": "nowhere"}
    refused = Api().post(f"/catalogue/{campus.institution.slug}/applications", body)
    assert (refused.status, refused.fields) == (400, ["full_name", "email"])
    for wrong in (NOBODY, "x"):
        refused = Api().post(f"/catalogue/{campus.institution.slug}/applications", {**ADA, "batch_id": wrong})
        assert (refused.status, refused.fields) == (400, ["batch_id"])


def test_applying_is_limited_for_each_email(campus, batch):
    publish(campus)
    address = public(campus, f"batches/{batch.pk}/apply/")
    answers = [Client().post(address, ADA).status_code for _each in range(6)]
    assert answers == [302, 302, 302, 302, 302, 429]
    assert Application.objects.count() == 1


def test_accepting_in_requests_enrolls_and_rejecting_needs_a_note(campus, batch):
    publish(campus)
    for email in ("ada@example.org", "bea@example.org"):
        Client().post(public(campus, f"batches/{batch.pk}/apply/"), {**ADA, "email": email})
    ada, bea = Application.objects.order_by("email")
    browser = Browser(campus)
    assert "10 of 10 seats are free." in words_of(browser.get(f"/applications/{ada.pk}/?next=/requests/"))
    done = browser.post(f"/applications/{ada.pk}/", {"decision": "accept", "note": "Welcome"})
    assert done["Location"] == "/requests/"
    assert Enrollment.objects.get(batch=batch).student.email == "ada@example.org"
    assert browser.post(f"/applications/{bea.pk}/", {"decision": "reject", "note": ""}).status_code == 400
    assert browser.post(f"/applications/{bea.pk}/", {"decision": "reject", "note": "Full soon"}).status_code == 302
    assert "Rejected by" in words_of(browser.get(f"/applications/{bea.pk}/"))


def test_a_large_catalogue_costs_as_much_as_a_small_one(campus, batch, django_assert_num_queries):
    publish(campus)
    course = campus.course()
    for number in range(30):
        campus.batch(course=course, name=f"Group {number}", start_date=batch.start_date + timedelta(days=number))
    with django_assert_num_queries(4):
        said = words_of(Client().get(public(campus)))
    assert "31 batches are open for enrollment" in said
    assert "Page 1 of 2" in said


def test_the_published_list_can_be_asked_for_what_changed(campus, batch):
    publish(campus)
    path = f"/catalogue/{campus.institution.slug}?updated_since="
    for caller in (Api(), Api(Campus.found().token())):
        assert [row["_id"] for row in caller.get(f"{path}2020-01-01T00:00:00Z").data] == [str(batch.pk)]
        assert caller.get(f"{path}2099-01-01T00:00:00Z").data == []
