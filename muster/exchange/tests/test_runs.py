"""Imports from the settings page and over the API: tried first, carried out in the background, kept with a report."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.batches.models import Batch
from muster.cli import main
from muster.cli.check import invariants
from muster.core.checks import run_checks
from muster.exchange import rules
from muster.exchange.models import ImportRun
from muster.exchange.rules.runs import FILES_ARE_KEPT_FOR
from muster.exchange.tests.sample_files import as_csv, as_workbook, row
from muster.institutions.models import Membership
from tests.files import spreadsheet_bomb
from tests.jobs import run_jobs
from tests.make import Campus

pytestmark = pytest.mark.django_db
FILE = as_csv(row("1", building="Hall", room="1", instructors="I1"), row("2", section="B", days="F"))


def upload(content: bytes = FILE, name: str = "sections.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def tried(campus: Campus, content: bytes = FILE) -> ImportRun:
    """A run that tried the file."""
    run = rules.start_import(by=campus.admin, kind="sections", content=content, file_name="sections.csv", dry_run=True)
    run_jobs()
    run.refresh_from_db()
    return run


# --- runs -----------------------------------------------------------------------------------------------------------
def test_trial_changes_nothing_and_is_then_imported(campus, django_capture_on_commit_callbacks):
    run = tried(campus)
    assert (run.status, run.progress, run.report["counts"]["batches"]["made"]) == ("done", 100, 2)
    assert not Batch.objects.exists()
    new = rules.import_tried(by=campus.admin, run=run)
    with django_capture_on_commit_callbacks(execute=True):
        assert run_jobs() == ["muster.exchange.jobs.carry_out_import"]
    new.refresh_from_db()
    assert (new.status, new.dry_run, new.tried_as_id, new.report) == ("done", False, run.pk, run.report)
    assert Batch.objects.count() == 2
    # What has been imported is not kept a second time.
    run.refresh_from_db()
    assert (run.file.name, new.file.name) == ("", "")


def test_clicking_twice_imports_once(campus):
    run = tried(campus)
    assert rules.import_tried(by=campus.admin, run=run) == rules.import_tried(by=campus.admin, run=run)
    assert ImportRun.objects.count() == 2


def test_job_that_comes_again_changes_nothing(campus):
    run = rules.start_import(by=campus.admin, kind="sections", content=FILE, file_name="x.csv", dry_run=False)
    for _again in range(2):
        rules.carry_out(run_id=run.pk)
    run.refresh_from_db()
    assert run.report["counts"]["batches"] == {"made": 2, "changed": 0, "unchanged": 0, "kept": 0, "skipped": 0}


def test_run_whose_file_is_gone_is_refused_in_words(campus):
    run = rules.start_import(by=campus.admin, kind="sections", content=FILE, file_name="x.csv", dry_run=True)
    run.file.storage.delete(run.file.name)
    run_jobs()
    run.refresh_from_db()
    assert (run.status, run.refusal) == ("refused", "The file is no longer available. Upload it again.")


def test_run_of_somebody_who_is_no_administrator_any_more_is_refused(campus):
    campus.person("admin")
    run = rules.start_import(by=campus.admin, kind="sections", content=FILE, file_name="x.csv", dry_run=False)
    Membership.objects.filter(user=campus.admin.user).update(role="student")
    run_jobs()
    run.refresh_from_db()
    assert run.status == "refused"
    assert not Batch.objects.exists()


def test_files_that_nobody_imports_are_removed_after_a_week(campus, django_capture_on_commit_callbacks):
    old, new = tried(campus), tried(campus)
    ImportRun.objects.filter(pk=old.pk).update(created_at=timezone.now() - FILES_ARE_KEPT_FOR - timedelta(minutes=1))
    path = Path(old.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        assert rules.forget_files() == 1
    assert not path.exists()
    assert Path(new.file.path).exists()


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_import_is_still_open(campus, monkeypatch):
    monkeypatch.setattr(rules.runs, "SECONDS_BETWEEN_TELLINGS", 0)
    run = rules.start_import(by=campus.admin, kind="sections", content=FILE, file_name="x.csv", dry_run=False)
    seen: list[tuple[str, int]] = []
    tell = rules.runs._tell

    def telling(on: Any, run_id: Any, **facts: Any) -> None:
        tell(on, run_id, **facts)
        with on.cursor() as cursor:
            cursor.execute("SELECT status, progress FROM exchange_importrun WHERE id = %s", [run_id])
            seen.append(cursor.fetchone())

    monkeypatch.setattr(rules.runs, "_tell", telling)
    rules.carry_out(run_id=run.pk)
    assert seen == [("running", percent) for percent in (0, 20, 40, 60, 80, 99)]
    run.refresh_from_db()
    assert (run.status, run.progress) == ("done", 100)


@pytest.mark.django_db(transaction=True)
def test_unforeseen_error_changes_nothing_and_is_shown_as_ours(campus, monkeypatch):
    def broken(**_options: Any) -> None:
        raise ZeroDivisionError

    run = rules.start_import(by=campus.admin, kind="sections", content=FILE, file_name="x.csv", dry_run=False)
    monkeypatch.setattr(rules.runs, "import_sections", broken)
    with pytest.raises(ZeroDivisionError):
        rules.carry_out(run_id=run.pk)
    run.refresh_from_db()
    assert (run.status, run.refusal) == ("failed", "")
    assert not Batch.objects.exists()


# --- pages ----------------------------------------------------------------------------------------------------------
def test_page_tries_shows_and_imports(campus, browser, django_capture_on_commit_callbacks):
    answer = browser.post("/settings/imports/", {"kind": "sections", "file": upload()})
    run = ImportRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/settings/imports/{run.pk}/")
    waiting = browser.get(answer["Location"]).content.decode()
    assert 'hx-trigger="every 1s"' in waiting
    run_jobs()
    page = browser.get(answer["Location"]).content.decode()
    assert "every 1s" not in page
    assert "Import 2 batches" in page
    begun = browser.post(f"/settings/imports/{run.pk}/import/")
    assert begun.status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        run_jobs()
    assert Batch.objects.count() == 2
    assert "Import 2 batches" not in browser.get(begun["Location"]).content.decode()


def test_fragment_is_the_run_alone(campus, browser):
    run = tried(campus)
    part = browser.get(f"/settings/imports/{run.pk}/", headers={"HX-Request": "true", "HX-Target": "run"})
    assert part.content.decode().lstrip().startswith('<div id="run"')
    assert "HX-Target" in part["Vary"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"kind": "sections"}, "Choose a file, or paste rows."),
        ({"kind": "sections", "file": b""}, "The file is empty."),
        ({"kind": "sections", "file": b"a,b\n1,2\n"}, "columns year, term"),
        (
            {"kind": "sections", "file": spreadsheet_bomb()},
            "is an archive, not an XLSX or ODS workbook. Upload CSV",
        ),
        ({"kind": "sections", "file": FILE.splitlines()[0]}, "no lines below the header row"),
        ({"kind": "nothing", "file": FILE}, "nothing is not one of the available choices"),
    ],
)
def test_refused_upload_says_why_beside_its_field(browser, data, words):
    if "file" in data:
        data = {**data, "file": upload(data["file"])}
    answer = browser.post("/settings/imports/", data)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not ImportRun.objects.exists()
    assert [str(one.fact) for one in run_checks(invariants()) if not one.holds] == []


def test_list_costs_the_same_however_long(campus, browser):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert browser.get("/settings/imports/").status_code == 200
        return len(counted)

    tried(campus)
    # The first page of a browser also starts its session.
    statements()
    one = statements()
    for _more in range(4):
        tried(campus)
    assert statements() == one <= 12


def test_nothing_to_import_a_second_time(campus, browser, django_capture_on_commit_callbacks):
    run = tried(campus)
    rules.import_tried(by=campus.admin, run=run)
    with django_capture_on_commit_callbacks(execute=True):
        run_jobs()
    again = tried(campus)
    page = browser.get(f"/settings/imports/{again.pk}/").content.decode()
    assert "the file has nothing to import" in page


@pytest.mark.parametrize("by", ["page", "api"])
def test_a_cell_that_is_killed_is_a_refusal_in_words_at_either_door(campus, browser, by, monkeypatch, tmp_path):
    # Whatever it is asked for, it dies of it.
    monkeypatch.setattr("muster.core.cell.process.COMMAND", ("/bin/sh", "-c", "kill -9 $$"))
    words = "Reading the file was stopped unexpectedly. Save it as CSV, or split it into smaller files."
    if by == "page":
        answer = browser.post("/settings/imports/", {"kind": "sections", "file": upload()})
        assert (answer.status_code, words in answer.content.decode()) == (400, True)
    else:
        status, body = sent(campus, kind="sections", file=upload())
        assert (status, body["errors"]) == (400, [{"field": "file", "message": words}])
    assert not ImportRun.objects.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_cell_that_is_killed_in_the_background_leaves_a_refused_run_and_nothing_imported(campus, monkeypatch):
    run = rules.start_import(by=campus.admin, kind="sections", content=FILE, file_name="x.csv", dry_run=False)
    monkeypatch.setattr("muster.core.cell.process.COMMAND", ("/bin/sh", "-c", "kill -9 $$"))
    run_jobs()
    run.refresh_from_db()
    assert (run.status, run.refusal.partition(".")[0]) == ("refused", "Reading the file was stopped unexpectedly")
    assert not Batch.objects.exists()


# --- API ------------------------------------------------------------------------------------------------------------
def sent(campus: Campus, **fields: Any) -> tuple[int, dict[str, Any]]:
    answer = Client().post("/api/imports", fields, headers={"Authorization": f"Bearer {campus.token()}"})
    return answer.status_code, json.loads(answer.content)


def test_api_starts_follows_and_lists_imports(campus, django_capture_on_commit_callbacks):
    status, body = sent(campus, kind="sections", file=upload(as_workbook(row("1")), "sections.xlsx"), dry_run="false")
    assert status == 201
    data = body["data"]
    assert (data["status"], data["dry_run"], data["file_name"], data["report"]) == (
        "waiting",
        False,
        "sections.xlsx",
        {},
    )
    with django_capture_on_commit_callbacks(execute=True):
        run_jobs()
    client, headers = Client(), {"Authorization": f"Bearer {campus.token()}"}
    read = json.loads(client.get(f"/api/imports/{data['_id']}", headers=headers).content)["data"]
    assert (read["status"], read["progress"], read["report"]["counts"]["batches"]["made"]) == ("done", 100, 1)
    listed = json.loads(client.get("/api/imports", headers=headers).content)
    assert (listed["total"], listed["data"][0]["_id"]) == (1, data["_id"])
    assert "report" not in listed["data"][0]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, ["kind", "file"]),
        ({"kind": "sections"}, ["file"]),
        ({"kind": "nothing", "file": FILE}, ["kind"]),
        ({"kind": "sec\0tions", "file": FILE}, ["kind"]),
        ({"kind": "sections", "file": b"\0"}, ["file"]),
        ({"kind": "sections", "file": b"PK\x03\x04"}, ["file"]),
        ({"kind": "sections", "file": "text"}, ["file"]),
        ({"kind": "sections", "file": FILE, "dry_run": "perhaps"}, ["dry_run"]),
    ],
)
def test_api_names_the_field_that_is_wrong(campus, fields, wrong):
    if isinstance(fields.get("file"), bytes):
        fields = {**fields, "file": upload(fields["file"])}
    status, body = sent(campus, **fields)
    assert (status, [one["field"] for one in body["errors"]]) == (400, wrong)


def test_api_repeat_with_a_key_starts_one_import(campus):
    headers = {"Authorization": f"Bearer {campus.token()}", "Idempotency-Key": "once"}
    answers = [
        Client().post("/api/imports", {"kind": "sections", "file": upload()}, headers=headers).content for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert ImportRun.objects.count() == 1


def test_names_of_files_are_harmless(campus):
    sent(campus, kind="sections", file=upload(FILE, "..\\..\\" + "x" * 200 + ".csv"))
    run = ImportRun.objects.get()
    assert len(run.file_name) == 150
    assert run.file.name == f"imports/{run.pk}"


# --- command line ---------------------------------------------------------------------------------------------------
@pytest.fixture
def muster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The program, on the tests' database."""
    monkeypatch.setenv("DATABASE_URL", "postgres://in.use/by-the-tests")
    (tmp_path / "sections.csv").write_bytes(FILE)

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, [word.replace("FILE", str(tmp_path / "sections.csv")) for word in words])

    return run


def test_command_imports_and_tells(campus, muster):
    slug = campus.institution.slug
    dry = muster("import", "sections", "FILE", "--institution", slug, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "nothing was changed" in dry.output
    assert (Batch.objects.count(), ImportRun.objects.count()) == (0, 0)
    real = muster("import", "sections", "FILE", "--institution", slug)
    assert real.exit_code == 0, real.output
    assert [line.split() for line in real.output.splitlines() if line.startswith("Batches")] == [
        ["Batches", "2", "0", "0", "0", "0"]
    ]
    assert (Batch.objects.count(), ImportRun.objects.get().status) == (2, "done")
    checked = muster("check")
    assert checked.exit_code == 0, checked.output
    assert "rules hold" in checked.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sections", "FILE", "--institution", "nowhere"), "The institution 'nowhere' doesn't exist"),
        (("nothing", "FILE", "--institution", "x"), "is not one of 'students'"),
        (("sections", "no-such-file", "--institution", "x"), "does not exist"),
    ],
)
def test_command_says_what_is_wrong(muster, words, said):
    done = muster("import", *words)
    assert done.exit_code != 0
    assert said in done.output


def test_command_refuses_a_file_in_words(campus, muster, tmp_path):
    (tmp_path / "sections.csv").write_bytes(b"a,b\n")
    done = muster("import", "sections", "FILE", "--institution", campus.institution.slug)
    assert done.exit_code == 1
    assert "Error: The columns year, term" in done.output


@pytest.mark.parametrize(("kind", "made"), [("sections", "batches"), ("register", "daily_records")])
def test_the_template_of_a_kind_is_a_file_that_the_import_reads(campus, browser, kind, made):
    shown = browser.get("/settings/imports/").content.decode()
    template = f"/settings/imports/templates/{kind}/?format=csv"
    assert f'href="{template}"' in shown
    content = b"".join(browser.get(template).streaming_content)
    run = rules.start_import(by=campus.admin, kind=kind, content=content, file_name=f"{kind}.csv", dry_run=True)
    run_jobs()
    run.refresh_from_db()
    assert (run.status, made in run.report["counts"]) == ("done", True), run.report
    assert browser.get("/settings/imports/templates/other/?format=csv").status_code == 404
