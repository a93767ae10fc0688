"""Pages of submissions: made, handed in, opened by the regulator, due on Home and on the batch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from muster.institutions.models import Role
from muster.submissions.models import ExportTemplate, Submission, SubmissionLook
from muster.submissions.tests.make import JANUARY, Reporting
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
LIST, TEMPLATES = "/oversight/submissions/", "/oversight/export-templates/"


@pytest.fixture
def place(settings: LazySettings, tmp_path: Any) -> Reporting:
    settings.MUSTER_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return Reporting()


@pytest.fixture
def admin(place: Reporting) -> Browser:
    return Browser(place.campus, place.campus.admin.user)


@pytest.fixture
def reader(place: Reporting) -> Browser:
    return Browser(place.campus, place.regulator)


def url(submission: Submission, rest: str = "") -> str:
    return f"{LIST}{submission.pk}/{rest}"


def test_a_submission_is_drafted_and_handed_in(place: Reporting, admin: Browser) -> None:
    form = {
        "title": "January",
        "regulator": str(place.regulator.pk),
        "what": ["ATTENDANCE_REGISTER", "RESULTS"],
        "batch": [str(place.batch.pk)],
        "first": "2030-01-01",
        "last": "2030-01-31",
    }
    answer = admin.post(f"{LIST}new/", form)
    draft = Submission.objects.get()
    assert answer.url == url(draft)
    assert "Files to write" in words_of(admin.get(url(draft)))
    asked = words_of(admin.get(url(draft, "submit/")))
    assert "2 files are written as the records are now" in asked
    assert "Lindiwe Radebe is notified." in asked
    admin.post(url(draft, "submit/"))
    said = words_of(admin.get(url(draft)))
    assert said.count("Matches") == 2
    assert "Signature valid" in said
    assert "registers-da-jan-2030-2030-01-01-2030-01-31.csv" in said


def test_wrong_input_is_named_at_its_field(admin: Browser) -> None:
    said = words_of(admin.post(f"{LIST}new/", {"title": " ", "first": "2030-02-01", "last": "2030-01-01"}))
    assert said.count("The last day must not be before the first day.") >= 1
    assert said.count("This field is required.") >= 3


def test_a_link_fills_in_the_form_and_nonsense_in_it_is_left_out(place: Reporting, admin: Browser) -> None:
    query = f"title=Attendance&batch={place.batch.pk}&what=RESULTS&from=2030-01-01&to=x"
    answer = admin.get(f"{LIST}new/?{query}")
    html = answer.content.decode()
    assert 'value="Attendance"' in html
    assert 'value="2030-01-01"' in html
    assert admin.get(f"{LIST}new/?batch=x&replaces=x&to=99").status_code == 200


def test_rows_that_cannot_be_written_are_named_where_it_is_submitted(place: Reporting, admin: Browser) -> None:
    template = place.template({"source": "phone", "heading": "Phone", "width": 5, "is_required": True}, name="List")
    draft = place.draft(place.item("TEMPLATE", template=template))
    answer = admin.post(url(draft, "submit/"))
    assert answer.status_code == 400
    said = words_of(answer)
    assert "List: 1 value can't be written, so there is no file." in said
    assert "Ada Byron Phone This is required, and it's missing." in said


def test_the_regulator_opens_and_downloads_it_and_each_opening_is_told(
    place: Reporting, admin: Browser, reader: Browser
) -> None:
    submission, _draft = place.submitted(), place.draft(title="Later")
    assert "Later" not in words_of(reader.get(LIST))
    assert "Attendance, January" in words_of(reader.get(LIST))
    page = words_of(reader.get(url(submission)))
    assert "Received" in page
    assert "History" not in page
    name = submission.resources.all()[0].file_name
    for path in (f"files/{name}", "files/manifest.json", "files/manifest.json.sig", "archive/"):
        answer = reader.get(url(submission, path))
        assert b"".join(answer.streaming_content)
        assert answer.headers["Cache-Control"] == "private, no-store"
    opened = list(SubmissionLook.objects.order_by("pk").values_list("file_name", flat=True))
    assert opened == ["", name, "manifest.json", "manifest.json.sig", "attendance-january.zip"]
    assert "Opened by the regulator" in words_of(admin.get(url(submission)))
    assert reader.get(url(submission, "files/none.csv")).status_code == 404
    assert reader.get(url(submission, "withdraw/")).status_code == 403


def test_nobody_else_of_another_role_or_institution_sees_it(place: Reporting) -> None:
    submission = place.submitted()
    other = place.campus.person(Role.REGULATOR)
    assert Browser(place.campus, other).get(url(submission)).status_code == 404
    assert Browser(place.campus, place.campus.instructor()).get(url(submission)).status_code == 403
    elsewhere = Reporting()
    assert Browser(elsewhere.campus, elsewhere.campus.admin.user).get(url(submission)).status_code == 404
    assert Browser(elsewhere.campus, elsewhere.regulator).get(url(submission)).status_code == 404


def test_it_is_withdrawn_and_replaced(place: Reporting, admin: Browser, reader: Browser) -> None:
    first = place.submitted()
    assert 'value="Attendance, January"' in admin.get(f"{LIST}new/?replaces={first.pk}").content.decode()
    second = place.submitted(title="Corrected", replaces=first)
    assert "Replaced by Corrected" in words_of(reader.get(url(first)))
    admin.post(url(second, "withdraw/"), {"reason": "The wrong month."})
    assert "It no longer counts. The wrong month." in words_of(reader.get(url(second)))


def test_a_draft_gains_and_loses_files_and_is_deleted(place: Reporting, admin: Browser) -> None:
    draft = place.draft(place.item())
    more = {"what": ["RESULTS"], "batch": [str(place.batch.pk)], "first": "2030-01-01", "last": "2030-01-31"}
    admin.post(url(draft, "items/"), more)
    assert draft.resources.count() == 2
    admin.post(url(draft, f"contents/{draft.resources.all()[0].pk}/remove/"))
    assert [one.type for one in draft.resources.all()] == ["RESULTS"]
    admin.post(url(draft, "edit/"), {"title": "Results", "regulator": ""})
    draft.refresh_from_db()
    assert (draft.title, draft.regulator) == ("Results", None)
    admin.post(url(draft, "delete/"))
    assert not Submission.objects.exists()


def test_what_is_due_stands_on_home_on_the_batch_and_above_the_list(place: Reporting, admin: Browser) -> None:
    place.campus.let(enrollment_file_days=5)
    today = place.campus.admin.today()
    batch = place.campus.batch(code="NOW", start_date=today - timedelta(days=7), end_date=today + timedelta(days=60))
    place.campus.enroll(batch)
    assert "1 submission is late" in words_of(admin.get("/"))
    assert "Enrollment list, NOW: 2 days late." in words_of(admin.get("/"))
    assert "2 days late. Was due" in words_of(admin.get(f"/batches/{batch.pk}/"))
    assert "1 submission is late" in words_of(admin.get(LIST))
    place.submitted(place.item("ENROLMENT_LIST", batch=batch, from_date=today, to_date=today))
    for page in ("/", f"/batches/{batch.pk}/", LIST):
        assert "2 days late" not in words_of(admin.get(page))


# --- export templates ---------------------------------------------------------------------------------------------
def test_an_example_is_added_with_one_click_and_offered_no_more(place: Reporting, admin: Browser) -> None:
    assert "Examples to begin with" in words_of(admin.get(TEMPLATES))
    admin.post(f"{TEMPLATES}examples/enrollment/")
    admin.post(f"{TEMPLATES}examples/attended-days/")
    assert ExportTemplate.objects.count() == 2
    assert "Examples to begin with" not in words_of(admin.get(TEMPLATES))
    assert admin.post(f"{TEMPLATES}examples/none/").status_code == 404


def test_a_run_shows_the_rows_and_then_the_file(place: Reporting, admin: Browser) -> None:
    template = place.template({"source": "full_name", "heading": "Name", "width": 12}, name="Names")
    run = f"{TEMPLATES}{template.pk}/run/"
    assert admin.get(run).status_code == 200
    query = f"?batch={place.batch.pk}&first={JANUARY[0]}&last={JANUARY[1]}"
    assert "1 row, nothing missing" in words_of(admin.get(run + query))
    answer = admin.get(f"{run}{query}&download=1")
    assert b"".join(answer.streaming_content) == b"Ada Byron   \r\n"
    assert "names-da-jan-2030-2030-01-01-2030-01-31.txt" in answer.headers["Content-Disposition"]


def test_a_run_that_is_refused_names_every_value(place: Reporting, admin: Browser) -> None:
    template = place.template({"source": "full_name", "heading": "Name", "width": 4}, name="Names")
    query = f"?batch={place.batch.pk}&first={JANUARY[0]}&last={JANUARY[1]}"
    for more in ("", "&download=1"):
        said = words_of(admin.get(f"{TEMPLATES}{template.pk}/run/{query}{more}"))
        assert "1 value can't be written" in said
        assert "1 Ada Byron Name “Ada Byron” is longer than 4 characters." in said
    wrong = f"?batch={place.batch.pk}&first={JANUARY[1]}&last={JANUARY[0]}"
    answer = admin.get(f"{TEMPLATES}{template.pk}/run/{wrong}")
    assert answer.status_code == 200
    assert "The last day must not be before the first day." in words_of(answer)
    empty = place.template(format="csv")
    assert "This template has no columns yet." in words_of(admin.get(f"{TEMPLATES}{empty.pk}/run/{query}"))


def test_a_template_says_what_each_column_holds(place: Reporting, admin: Browser) -> None:
    template = place.template(
        {"source": "line", "heading": "No", "width": 4, "align": "right", "padding": "0", "is_required": True}
    )
    said = words_of(admin.get(f"{TEMPLATES}{template.pk}/"))
    assert "1. No Line number · width 4 · right filled with “0” · required" in said
