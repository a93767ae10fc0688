"""Lists through every door: pages, API and command line do the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from muster.cli import main
from muster.exchange.lists import LISTS
from muster.exchange.models import ColumnMapping, ImportRun
from muster.institutions.models import Affiliation
from muster.web.exchange.views import ABOUT
from tests.client import Api
from tests.jobs import run_jobs
from tests.make import Campus
from tests.pages import words_of

pytestmark = pytest.mark.django_db
STUDENTS = "Number;Name;Email;Contact\nS1;Naledi Mokoena;naledi@example.org;082 555 0101\nS2;;bad;\n"


def numbers(campus: Campus) -> list[str]:
    rows = Affiliation.objects.filter(institution=campus.institution).exclude(student_number="")
    return list(rows.order_by("student_number").values_list("student_number", flat=True))


def sent(api: Api, form: dict[str, str], text: str) -> Any:
    file = SimpleUploadedFile("file.csv", text.encode())
    return api.client.post("/api/imports", {**form, "file": file}, headers=api.headers)


def pasted(browser: Client, text: str = STUDENTS, kind: str = "students") -> ImportRun:
    answer = browser.post("/settings/imports/", {"kind": kind, "pasted": text})
    assert answer.status_code == 302, answer.content.decode()
    run_jobs()
    return ImportRun.objects.order_by("-created_at")[0]


def test_pasted_rows_are_checked_mapped_imported_and_undone(campus, browser):
    run = pasted(browser)
    url = reverse("import", args=[run.pk])
    page = browser.get(url).content.decode()
    assert "1 of 2 rows needs you" in page
    assert "Enter an email address, such as name@example.org." in page
    assert "Import 1 student" in page
    assert "Naledi Mokoena" not in browser.get(url, {"show": "wrong"}).content.decode()
    columns = {f"column-{n}": name for n, name in enumerate(("number", "full_name", "email", ""))}
    assert browser.post(reverse("import-again", args=[run.pk]), columns).status_code == 302
    run_jobs()
    run.refresh_from_db()
    assert [column["field"] for column in run.report["columns"]] == list(columns.values())
    refused = browser.post(reverse("import-tried", args=[run.pk]), {"rows": "all"})
    assert refused.status_code == 400
    assert "1 row is wrong, so nothing was imported." in refused.content.decode()
    assert browser.post(reverse("import-tried", args=[run.pk]), {"rows": "valid"}).status_code == 302
    run_jobs()
    assert numbers(campus) == ["S1"]
    assert ColumnMapping.objects.get().columns == {
        "number": "number", "name": "full_name", "email": "email", "contact": ""
    }  # fmt: skip
    done = ImportRun.objects.get(tried_as=run)
    page = browser.get(reverse("import", args=[done.pk])).content.decode()
    assert "1 student imported" in page
    assert browser.get(reverse("import-undo", args=[done.pk])).status_code == 200
    assert browser.post(reverse("import-undo", args=[done.pk])).status_code == 302
    assert numbers(campus) == []


@pytest.mark.parametrize("sent", [{}, {"pasted": " \u200b\n"}])
def test_an_import_of_nothing_is_refused_in_words(browser, sent):
    answer = browser.post("/settings/imports/", {"kind": "students", **sent})
    assert (answer.status_code, answer.context["form"].errors) == (400, {"file": ["Choose a file, or paste rows."]})


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("a\x00b", "Null characters are not allowed."),
        ("full_name\n", "The file has no lines below the header row."),
        ('"', "The file can't be read from line 1."),
        (";;;\n;;;", "The file is empty."),
    ],
)
def test_pasted_rows_that_are_none_are_refused_in_words(browser, rows, words):
    answer = browser.post("/settings/imports/", {"kind": "students", "pasted": rows})
    assert answer.status_code == 400
    assert words in words_of(answer)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("rows", "some", "Select a valid choice. some is not one of the available choices."),
        ("confirm", "many", "Enter a whole number."),
    ],
)
def test_a_preview_is_imported_in_one_of_the_ways_offered(campus, browser, field, value, words):
    run = pasted(browser)
    answer = browser.post(reverse("import-tried", args=[run.pk]), {field: value})
    assert answer.status_code == 400
    assert words in words_of(answer)
    assert numbers(campus) == []


@pytest.mark.parametrize("asked", [{"show": "nonsense"}, {"parts": "many"}, {"parts": "9" * 5_000}, {"parts": "-1"}])
def test_a_made_up_part_of_the_rows_shows_all_of_them_from_the_first(browser, asked):
    run = pasted(browser)
    answer = browser.get(reverse("import", args=[run.pk]), asked)
    assert (answer.status_code, len(answer.context["rows"]), answer.context["show"]) == (200, 2, "")


def test_results_come_back_as_a_file_that_can_be_put_right(browser):
    run = pasted(browser)
    answer = browser.get(reverse("import-results", args=[run.pk]), {"show": "wrong"})
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[0] == "Line,Result,Reason,Student number,Full name,Email"
    assert lines[1].startswith('3,Wrong,"Full name: Enter a name. Email: Enter an email address')
    assert lines[1].endswith(",S2,,bad")
    assert b"".join(browser.get(reverse("import-results", args=[run.pk]), {"format": "xlsx"}))[:2] == b"PK"


def test_every_kind_says_what_it_takes_and_has_templates_that_can_be_read_again(browser):
    page = browser.get("/settings/imports/").content.decode()
    shown = Path("muster/web/static/css/imports.css").read_text(encoding="utf-8")
    for kind in ImportRun.Kind.values:
        assert f'data-kind="{kind}"' in page
        assert [escape(str(words)) in page for words in ABOUT[ImportRun.Kind(kind)]] == [True, True]
        # Of all of them the chosen one is shown.
        assert f'form:has(option[value="{kind}"]:checked) .about-kind[data-kind="{kind}"]' in shown
        for form in ("csv", "xlsx"):
            assert f"{reverse('import-template', args=[kind])}?format={form}" in page
    for kind in LISTS:
        content = b"".join(browser.get(reverse("import-template", args=[kind]), {"format": "xlsx"}))
        file = SimpleUploadedFile("template.xlsx", content)
        assert browser.post("/settings/imports/", {"kind": kind, "file": file}).status_code == 302
        run_jobs()
        run = ImportRun.objects.order_by("-created_at")[0]
        assert {column["how"] for column in run.report["columns"]} == {"heading"}, kind
        assert len(run.rows) == 1
    assert browser.get(reverse("import-template", args=["nothing"])).status_code == 404


def test_changes_beyond_the_limit_are_confirmed_on_the_page_and_over_the_api(campus, browser):
    campus.institution.import_change_rows = campus.institution.import_change_percent = 0
    campus.institution.save()
    first = pasted(browser)
    browser.post(reverse("import-tried", args=[first.pk]))
    run_jobs()
    run = pasted(browser, STUDENTS.replace("0101", "0202"))
    assert "Yes, change 1 row." in browser.get(reverse("import", args=[run.pk])).content.decode()
    url = reverse("import-tried", args=[run.pk])
    refused = browser.post(url)
    assert (refused.status_code, "Confirm it with this number." in refused.content.decode()) == (400, True)
    api = Api(campus.token())
    answer = api.post(f"/imports/{run.pk}/apply", {"confirm": 7})
    assert (answer.status, answer.fields) == (400, ["confirm"])
    assert api.post(f"/imports/{run.pk}/apply", {"confirm": 1}).status == 200
    assert run_jobs() == ["muster.exchange.jobs.carry_out_import"]
    assert ImportRun.objects.get(tried_as=run).status == "done"


def test_api_imports_with_a_mapping_and_tells_each_row(campus):
    api = Api(campus.token())
    form = {"kind": "students", "mapping": json.dumps({"Contact": "phone"}), "dry_run": "true"}
    answer = sent(api, form, STUDENTS)
    assert answer.status_code == 201, answer.json()
    run_jobs()
    url = f"/imports/{answer.json()['data']['_id']}"
    assert api.get(url).data["report"]["counts"]["students"]["made"] == 1
    rows = api.get(f"{url}/rows").data
    assert rows[0] == {"line": 2, "outcome": "new", "field": "", "message": ""}
    assert rows[1] == {"line": 3, "outcome": "wrong", "field": "full_name", "message": "Enter a name."}
    assert numbers(campus) == []
    assert api.post(f"{url}/apply", {"only_valid": False}).fields == ["only_valid"]
    assert api.post(f"{url}/apply", {}).status == 200
    run_jobs()
    assert numbers(campus) == ["S1"]
    refused = sent(api, form | {"mapping": "["}, STUDENTS)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "mapping")


def test_command_does_the_same(campus, tmp_path, monkeypatch):
    monkeypatch.setattr("muster.cli.import_file.bring_database_up_to_date", lambda: None)
    file = tmp_path / "students.csv"
    file.write_text(STUDENTS)

    def muster(*words: str) -> Any:
        place = ["--institution", campus.institution.slug]
        return CliRunner().invoke(main, ["import", "students", str(file), *place, *words])

    dry = muster("--dry-run", "--map", "Contact=")
    assert (dry.exit_code, "Line 3, wrong: Full name: Enter a name." in dry.output) == (0, True), dry.output
    assert "1 row is wrong" in muster("--all-or-none").output
    assert numbers(campus) == []
    done = muster("--map", "Contact=phone")
    assert done.exit_code == 0, done.output
    assert numbers(campus) == ["S1"]
    assert "Write HEADING=FIELD" in muster("--map", "Contact").output


def test_managers_see_their_own_imports_and_the_kind_that_is_theirs(campus):
    manager = campus.person("dept-admin", department=campus.department())
    browser = Client()
    browser.force_login(manager)
    page = browser.get("/settings/imports/").content.decode()
    assert 'data-kind="students"' in page
    assert 'data-kind="batches"' not in page
    assert browser.post("/settings/imports/", {"kind": "batches", "pasted": "code\nx\n"}).status_code == 400
    own = pasted(browser)
    other = Client()
    other.force_login(campus.admin.user)
    theirs = pasted(other)
    assert browser.get(reverse("import", args=[own.pk])).status_code == 200
    assert browser.get(reverse("import", args=[theirs.pk])).status_code == 404
    api = Api(campus.token(manager))
    assert [run["_id"] for run in api.get("/imports").data] == [str(own.pk)]
    assert sent(api, {"kind": "batches"}, "code\nx\n").status_code == 403
