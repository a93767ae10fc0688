"""Submissions: frozen when they are handed in, verified by a stranger, opened by whom they are addressed to."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from psycopg import sql

from muster.certificates.badges import rotate_keys
from muster.core.audit import history_of
from muster.core.audit_log import LogFilter, log_of
from muster.core.database import violated_constraint
from muster.core.errors import Invalid
from muster.institutions.models import Role
from muster.notifications.models import Notification
from muster.submissions.errors import AlreadySubmitted, NothingToSubmit, NotInForce
from muster.submissions.manifest import COMMANDS, archive_of, is_genuine, is_unchanged
from muster.submissions.models import Submission, SubmissionLook
from muster.submissions.rules import (
    change_draft,
    delete_draft,
    draft_submission,
    open_submission,
    remove_resource,
    submit_submission,
    sweep_files,
    withdraw_submission,
)
from muster.submissions.tests.make import JANUARY, Reporting
from tests.make import Campus

GUIDE = Path(__file__).parents[3] / "docs" / "submissions.md"


def content_of(submission: Submission, name: str) -> str:
    content: bytes = default_storage.open(submission.resources.get(file_name=name).file).read()
    return content.decode("utf-8-sig")


# --- handing in ---------------------------------------------------------------------------------------------------
def test_handing_in_writes_a_file_for_each_item_with_its_checksum(place: Reporting) -> None:
    submission = place.submitted()
    assert submission.status == "submitted"
    rows = list(submission.resources.all())
    assert [one.file_name for one in rows] == [
        "registers-da-jan-2030-2030-01-01-2030-01-31.csv",
        "enrollment-da-jan-2030-2030-01-01-2030-01-31.csv",
    ]
    for one in rows:
        content = default_storage.open(one.file).read()
        assert (one.file_size, one.file_digest) == (len(content), hashlib.sha256(content).hexdigest())
    assert [one.row_count for one in rows] == [2, 1]


def test_the_registers_hold_every_mark_of_the_days_and_no_contacts(place: Reporting) -> None:
    text = content_of(place.submitted(), "registers-da-jan-2030-2030-01-01-2030-01-31.csv")
    assert [line.split(",")[0:2] for line in text.splitlines()[1:]] == [
        ["DA-JAN-2030", "2030-01-08"],
        ["DA-JAN-2030", "2030-01-09"],
    ]
    assert "@example.org" not in text


def test_the_manifest_lists_what_was_written_and_names_its_key(place: Reporting) -> None:
    submission = place.submitted()
    told = json.loads(submission.manifest)
    assert told["submission"]["title"] == "Attendance, January"
    assert told["regulator"] == "Lindiwe Radebe"
    assert [(one["type"], one["batch"]["code"], one["from"], one["to"], one["rows"]) for one in told["files"]] == [
        ("ATTENDANCE_REGISTER", "DA-JAN-2030", "2030-01-01", "2030-01-31", 2),
        ("ENROLMENT_LIST", "DA-JAN-2030", "2030-01-01", "2030-01-31", 1),
    ]
    assert told["signature"]["key"].endswith(f"/badges/keys/{submission.key_id}/key.pem")
    assert is_genuine(submission)


def test_a_rotated_key_still_verifies_what_it_signed(place: Reporting) -> None:
    before = place.submitted()
    rotate_keys()
    after = place.submitted(title="Again")
    assert before.key_id != after.key_id
    assert is_genuine(before)
    assert is_genuine(after)


def test_two_items_of_the_same_kind_have_names_of_their_own(place: Reporting) -> None:
    submission = place.submitted(place.item(), place.item())
    assert [one.file_name for one in submission.resources.all()] == [
        "registers-da-jan-2030-2030-01-01-2030-01-31.csv",
        "registers-da-jan-2030-2030-01-01-2030-01-31-2.csv",
    ]


def test_nothing_is_handed_in_without_an_item(place: Reporting) -> None:
    draft = draft_submission(by=place.campus.admin, title="Empty")
    with pytest.raises(NothingToSubmit):
        submit_submission(by=place.campus.admin, submission=draft)


def test_what_fails_leaves_a_draft_and_no_file(place: Reporting, home: Path) -> None:
    template = place.template({"source": "phone", "width": 10, "is_required": True})
    draft = place.draft(place.item(), place.item("TEMPLATE", template=template))
    with pytest.raises(Invalid):
        submit_submission(by=place.campus.admin, submission=draft)
    draft.refresh_from_db()
    assert draft.is_draft
    assert [path for path in (home / "files").rglob("*") if path.is_file()] == []


def test_a_person_who_is_no_regulator_here_gets_none(place: Reporting) -> None:
    with pytest.raises(Invalid) as refused:
        place.draft(regulator=place.campus.instructor())
    assert [one.field for one in refused.value.errors] == ["regulator_id"]


def test_days_the_wrong_way_round_are_named_at_their_item(place: Reporting) -> None:
    with pytest.raises(Invalid) as refused:
        place.draft(place.item(), place.item(from_date=JANUARY[1], to_date=JANUARY[0]))
    assert [one.field for one in refused.value.errors] == ["resources.1.to"]


# --- verified by a stranger ---------------------------------------------------------------------------------------
def commands() -> list[str]:
    return re.findall(r"```sh\n(.*?)\n```", GUIDE.read_text(), re.DOTALL)


def unpacked(submission: Submission, folder: Path) -> None:
    zipfile.ZipFile(io.BytesIO(archive_of(submission, list(submission.resources.all())))).extractall(folder)


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=30)


def test_the_page_says_the_documented_commands() -> None:
    assert list(COMMANDS) == commands()


@pytest.fixture
def stranger(place: Reporting, tmp_path: Path) -> Path:
    """The folder of somebody who has the files, and the key from its public address."""
    submission = place.submitted()
    folder = tmp_path / "stranger"
    unpacked(submission, folder)
    address = subprocess.run(
        ["bash", "-c", re.search(r'"\$\((.*)\)"', commands()[0])[1]],
        cwd=folder, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    (folder / "institution.pem").write_bytes(Client().get("/" + address.split("/", 3)[3]).content)
    return folder


needs_tools = pytest.mark.skipif(not shutil.which("openssl"), reason="There is no openssl here")


@needs_tools
def test_a_stranger_verifies_it_by_the_documented_commands(stranger: Path) -> None:
    _fetch, *verify = commands()
    done = [run(command, stranger) for command in verify]
    assert [one.returncode for one in done] == [0, 0], done
    assert done[0].stdout.strip() == "Verified OK"
    assert [line.partition(": ")[2] for line in done[1].stdout.splitlines()] == ["OK", "OK"]


@needs_tools
def test_the_documented_commands_find_a_changed_file_and_a_changed_manifest(stranger: Path) -> None:
    _fetch, signature, checksums = commands()
    file = next(stranger.glob("registers-*.csv"))
    file.write_text(file.read_text().replace("Absent", "Present"))
    assert run(signature, stranger).returncode == 0
    assert run(checksums, stranger).returncode != 0
    manifest = stranger / "manifest.json"
    new = hashlib.sha256(file.read_bytes()).hexdigest()
    old = next(line[:64] for line in json.loads(manifest.read_text())["checksums"] if line.endswith(file.name))
    manifest.write_text(manifest.read_text().replace(old, new))
    assert run(checksums, stranger).returncode == 0
    assert run(signature, stranger).returncode != 0


@needs_tools
@pytest.mark.skipif(not shutil.which("curl"), reason="There is no curl here")
@pytest.mark.django_db(transaction=True)
def test_the_key_is_fetched_by_the_documented_command(live_server: Any, settings: Any, tmp_path: Path) -> None:
    settings.MUSTER_URL = f"{live_server.url}/"
    unpacked(Reporting().submitted(), tmp_path / "stranger")
    done = [run(command, tmp_path / "stranger") for command in commands()]
    assert [one.returncode for one in done] == [0, 0, 0], done


# --- what stays ---------------------------------------------------------------------------------------------------
SUBMISSION, ITEM = "submissions_submission", "submissions_submissionresource"


def refused_as(deed: str, table: str, pk: Any = None, **values: Any) -> str:
    """By which constraint a plain statement is refused, or what the database says instead."""
    changes = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value)) for name, value in values.items()
    )
    parts = {
        "UPDATE": sql.SQL("UPDATE {} SET {} WHERE id = {}").format(sql.Identifier(table), changes, sql.Literal(pk)),
        "DELETE": sql.SQL("DELETE FROM {} WHERE id = {}").format(sql.Identifier(table), sql.Literal(pk)),
    }
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(parts[deed])
    return violated_constraint(refused.value) or str(refused.value).partition("\n")[0]


def test_the_database_keeps_what_was_submitted(place: Reporting) -> None:
    submission = place.submitted()
    pk, own = submission.pk, submission.resources.all()[0].pk
    assert refused_as("UPDATE", SUBMISSION, pk, title="x") == "submitted_stays"
    assert refused_as("UPDATE", SUBMISSION, pk, manifest="x") == "submitted_stays"
    assert refused_as("UPDATE", SUBMISSION, pk, status="draft") == "submission_never_goes_back"
    assert refused_as("DELETE", SUBMISSION, pk) == "submitted_stays"
    assert refused_as("UPDATE", ITEM, own, file_digest="0" * 64) == "submitted_files_stay"
    assert refused_as("UPDATE", ITEM, own, to_date="2031-01-01") == "submitted_files_stay"
    assert refused_as("DELETE", ITEM, own) == "submitted_files_stay"
    other = place.draft().resources.all()[0].pk
    assert refused_as("UPDATE", ITEM, other, submission_id=pk, place=9) == "submitted_files_stay"


def test_the_database_submits_no_draft_without_files(place: Reporting) -> None:
    signed = {"submitted_at": "2030-02-01", "manifest": "x", "signature": "x", "key_id": "x"}
    pk = place.draft().pk
    assert refused_as("UPDATE", SUBMISSION, pk, status="submitted", **signed) == "submission_has_all_files"


def test_looks_are_only_added_to(place: Reporting) -> None:
    open_submission(by=place.campus.actor(place.regulator), submission=place.submitted())
    look = SubmissionLook.objects.get()
    assert refused_as("DELETE", "submissions_submissionlook", look.pk).startswith("permission denied")


def test_rules_refuse_to_change_what_was_submitted(place: Reporting) -> None:
    submission, by = place.submitted(), place.campus.admin
    with pytest.raises(AlreadySubmitted):
        change_draft(by=by, submission=submission, changes={"title": "x"})
    with pytest.raises(AlreadySubmitted):
        remove_resource(by=by, resource=submission.resources.all()[0])
    with pytest.raises(AlreadySubmitted):
        delete_draft(by=by, submission=submission)
    with pytest.raises(AlreadySubmitted):
        submit_submission(by=by, submission=submission)


def test_records_that_change_later_change_no_file(place: Reporting) -> None:
    submission = place.submitted()
    place.mark(JANUARY[1], "LATE")
    assert all(is_unchanged(one) for one in submission.resources.all())
    assert content_of(submission, submission.resources.all()[0].file_name).count("DA-JAN-2030") == 2


def test_a_file_that_was_changed_on_the_disk_is_seen(place: Reporting) -> None:
    item = place.submitted().resources.all()[0]
    Path(default_storage.path(item.file)).write_text("x")
    assert not is_unchanged(item)
    default_storage.delete(item.file)
    assert not is_unchanged(item)


# --- drafts -------------------------------------------------------------------------------------------------------
def test_a_draft_is_changed_and_deleted(place: Reporting) -> None:
    draft, by = place.draft(), place.campus.admin
    change_draft(
        by=by, submission=draft, changes={"title": "February", "regulator": None}, more=[place.item("RESULTS")]
    )
    draft.refresh_from_db()
    assert (draft.title, draft.regulator) == ("February", None)
    assert [one.type for one in draft.resources.all()] == ["ATTENDANCE_REGISTER", "ENROLMENT_LIST", "RESULTS"]
    remove_resource(by=by, resource=draft.resources.all()[0])
    change_draft(by=by, submission=draft, changes={}, more=[place.item()])
    assert [one.type for one in draft.resources.all()] == ["ENROLMENT_LIST", "RESULTS", "ATTENDANCE_REGISTER"]
    delete_draft(by=by, submission=draft)
    assert not Submission.objects.exists()


# --- withdrawn, replaced ------------------------------------------------------------------------------------------
def test_it_is_withdrawn_with_a_reason_and_the_regulator_is_told(place: Reporting) -> None:
    submission, by = place.submitted(), place.campus.admin
    with pytest.raises(Invalid):
        withdraw_submission(by=by, submission=submission, reason=" \u200b")
    withdrawn = withdraw_submission(by=by, submission=submission, reason="Wrong month.")
    assert (withdrawn.status, withdrawn.withdrawal_reason) == ("withdrawn", "Wrong month.")
    told = Notification.objects.filter(user=place.regulator, kind="submission").order_by("created_at")
    assert [one.title.partition(" ")[2].partition("“")[0].split()[-1] for one in told] == ["submitted", "withdrew"]
    with pytest.raises(NotInForce):
        withdraw_submission(by=by, submission=submission, reason="Again.")


def test_a_new_one_replaces_another_when_it_is_handed_in(place: Reporting) -> None:
    first = place.submitted()
    draft = place.draft(title="Corrected", replaces=first)
    first.refresh_from_db()
    assert first.status == "submitted"
    second = submit_submission(by=place.campus.admin, submission=draft)
    first.refresh_from_db()
    assert first.status == "replaced"
    assert json.loads(second.manifest)["submission"]["replaces"] == str(first.pk)
    with pytest.raises(NotInForce):
        place.draft(replaces=first)


# --- opened -------------------------------------------------------------------------------------------------------
def test_the_regulator_who_opens_it_has_received_it_and_each_opening_is_kept(place: Reporting) -> None:
    submission = place.submitted()
    reader = place.campus.actor(place.regulator)
    open_submission(by=place.campus.admin, submission=submission)
    open_submission(by=reader, submission=submission)
    open_submission(by=reader, submission=submission, file_name="manifest.json")
    submission.refresh_from_db()
    assert submission.status == "received"
    assert submission.received_at
    looks = SubmissionLook.objects.order_by("pk").values_list("looked_by", "file_name")
    assert list(looks) == [(place.regulator.pk, ""), (place.regulator.pk, "manifest.json")]
    entries = log_of(LogFilter(place.campus.institution.pk, kind="looked")).entries
    told = [(entry.by_name, [line.text for line in entry.lines if line.sign == "look"]) for entry in entries]
    assert told == [
        (place.regulator.full_name, ["File opened: manifest.json"]),
        (place.regulator.full_name, ["Submission opened"]),
    ]
    assert submission.title in {about.name for entry in entries for about in entry.about}


def test_the_history_tells_each_step(place: Reporting) -> None:
    submission = place.submitted()
    open_submission(by=place.campus.actor(place.regulator), submission=submission)
    withdraw_submission(by=place.campus.admin, submission=submission, reason="Wrong month.")
    told = [line.text for entry in history_of(submission).entries for line in entry.lines]
    assert told[0] == "Withdrawn"
    assert "Received" in told
    assert any(text.startswith("Frozen: registers-") for text in told)


def test_files_that_no_submission_names_are_swept_after_a_day(place: Reporting, home: Path) -> None:
    submission = place.submitted()
    kept = {default_storage.path(one.file) for one in submission.resources.all()}
    lost = home / "files" / "submissions" / "ab" / "lost"
    lost.parent.mkdir(exist_ok=True)
    lost.write_text("x")
    old = timezone.now().timestamp() - 3 * 24 * 3600
    for path in [*kept, lost]:
        os.utime(path, (old, old))
    assert sweep_files() == 1
    assert {str(path) for path in (home / "files" / "submissions").rglob("*") if path.is_file()} == kept


def test_another_institutions_regulator_is_not_chosen(place: Reporting) -> None:
    other = Campus.found().person(Role.REGULATOR)
    with pytest.raises(Invalid):
        place.draft(regulator=other)
