"""A backup comes back whole: database, files and secret key, from a Muster that runs, encrypted or not."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import psycopg
import pytest

from muster.core.backups import BackupError, unpacked
from tests import database

ROOT = Path(__file__).resolve().parents[3]


class Place:
    """A copy of the demonstration that its commands work on."""

    def __init__(self, home, url):
        self.home, self.url = home, url
        (home / "files" / "evidence").mkdir(parents=True, exist_ok=True)
        (home / "files" / "evidence" / "note.pdf").write_bytes(b"%PDF- as it was")
        (home / "secret_key").write_text("as it was")
        (home / "badge_keys").mkdir(mode=0o700, exist_ok=True)
        (home / "badge_keys" / "first.json").write_text("{}")

    def start(self, *arguments, **more):
        return subprocess.Popen(
            [sys.executable, "-m", "muster.cli", *map(str, arguments)],
            cwd=ROOT, env=os.environ | {"MUSTER_HOME": str(self.home), "DATABASE_URL": self.url} | more,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def muster(self, *arguments, **more):
        with self.start(*arguments, **more) as command:
            words, _ = command.communicate()
        return command.returncode, words

    def execute(self, statement):
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else None

    def state(self):
        """What a restore has to bring back."""
        tables = [
            "institutions_institution",
            "enrollments_enrollment",
            "attendance_attendancerecord",
            "core_auditentry",
        ]
        rows = [self.execute(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY id)) FROM {t} t") for t in tables]  # noqa: S608
        tops = [self.home / "files", self.home / "badge_keys"]
        files = {path.name: path.read_bytes() for top in tops for path in top.rglob("*") if path.is_file()}
        return rows, files, (self.home / "secret_key").read_text()

    def spoil(self):
        self.execute("UPDATE institutions_institution SET name = 'Spoiled'")
        (self.home / "files" / "evidence" / "note.pdf").unlink()
        (self.home / "files" / "later.pdf").write_bytes(b"written after the backup")
        (self.home / "secret_key").write_text("another")
        (self.home / "badge_keys" / "first.json").unlink()


@pytest.fixture(scope="module")
def place(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        home, url = database.copied(database.demonstration())
        yield Place(home, url)
        database.drop(home)


def test_what_was_lost_and_changed_comes_back(place, tmp_path):
    before, file = place.state(), tmp_path / "all.muster"
    # Somebody is signed in all the while.
    with psycopg.connect(place.url):
        code, words = place.muster("backup", file)
    assert code == 0, words
    assert file.stat().st_mode & 0o777 == 0o600
    place.spoil()
    refused, words = place.muster("restore", file)
    assert (refused, "--replace" in words) == (1, True)
    code, words = place.muster("restore", file, "--replace")
    assert code == 0, words
    assert place.state() == before
    for name in ("files/evidence/note.pdf", "badge_keys/first.json"):
        modes = [(place.home / name).stat().st_mode & 0o777, (place.home / name).parent.stat().st_mode & 0o777]
        assert modes == [0o600, 0o700]
    assert "All " in place.muster("check")[1]
    assert sorted(path.name for path in place.home.iterdir() if path.name.startswith(".")) == []


def test_who_stays_is_counted_and_who_leaves_is_waited_for(place, tmp_path):
    before, file = place.state(), tmp_path / "all.muster"
    assert place.muster("backup", file)[0] == 0
    with psycopg.connect(place.url):
        assert place.muster("restore", file, "--replace") == (
            1, "Error: The database is in use (connections: 1). Stop Muster first.\n"
        )  # fmt: skip
    restoring = place.start("restore", file, "--replace")
    with psycopg.connect(place.url, autocommit=True) as somebody, restoring:
        counting = "SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE %s"
        its_question = f"% FROM pg_stat_activity %{somebody.info.dbname}%"
        while not somebody.execute(counting, [its_question]).rowcount:
            assert restoring.poll() is None, restoring.stdout.read()
        somebody.close()
        words, _ = restoring.communicate()
    assert restoring.returncode == 0, words
    assert place.state() == before


def test_one_of_an_older_muster_is_migrated_on_the_way(place, tmp_path):
    before, file = place.state(), tmp_path / "old.muster"
    # Before sessions were kept in the database.
    place.execute("DROP TABLE django_session")
    place.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert place.muster("backup", file)[0] == 0
    code, words = place.muster("restore", file, "--replace")
    assert code == 0, words
    assert place.execute("SELECT count(*) FROM django_session") == [(0,)]
    assert place.execute("SELECT name FROM django_migrations WHERE app = 'sessions'") == [("0001_initial",)]
    assert place.state() == before
    assert "All " in place.muster("check")[1]


def test_an_encrypted_one_opens_with_its_key_alone(place, tmp_path):
    file, key, other = tmp_path / "all.muster.age", tmp_path / "key", tmp_path / "other"
    before = place.state()
    code, words = place.muster("backup", file, "--new-key", key)
    assert code == 0, words
    assert file.read_bytes().startswith(b"age-encryption.org/")
    place.muster("backup", "--new-key", other)
    for wrong, sentence in ((None, "--key"), (other, "can't be decrypted"), (file, "no secret key")):
        with pytest.raises(BackupError, match=sentence), unpacked(file, wrong):
            pass
    place.spoil()
    assert place.muster("restore", file, "--replace", "--key", key)[0] == 0
    assert place.state() == before


def test_a_damaged_one_is_refused(place, tmp_path):
    file = tmp_path / "all.muster"
    assert place.muster("backup", file)[0] == 0
    content = file.read_bytes()
    spot = content.index(b"%PDF- as it was")
    damaged = {
        "cut off": content[: len(content) // 2],
        "without its last part": content[: content.index(b"manifest.json")],
        "changed": content[:spot] + b"%PDF- forged!!!" + content[spot + 15 :],
        "something else": b"no archive",
        "empty": b"",
    }
    for how, spoiled in damaged.items():
        file.write_bytes(spoiled)
        with pytest.raises(BackupError), unpacked(file):
            pytest.fail(how)
    file.write_bytes(content)
    with unpacked(file):
        pass


def test_one_that_leaves_its_folder_or_is_newer_is_refused(tmp_path):
    file, part = tmp_path / "all.muster", tmp_path / "part"
    manifest = {"format": 99, "muster": "9.0", "made_at": "", "migrations": [], "sha256": {}}
    part.write_text(json.dumps(manifest))
    for name, sentence in (("../../outside", "not a whole backup"), ("manifest.json", "Update Muster first")):
        with tarfile.open(file, "w") as tar:
            tar.add(part, name)
        with pytest.raises(BackupError, match=sentence), unpacked(file):
            pass


def test_nothing_is_restored_while_muster_runs(place, tmp_path):
    file, before = tmp_path / "all.muster", place.state()
    assert place.muster("backup", file)[0] == 0
    with psycopg.connect(place.url):
        code, words = place.muster("restore", file, "--replace")
    assert (code, "Stop Muster first" in words) == (1, True), words
    assert place.state() == before


def test_each_night_has_its_backup_and_the_oldest_go(place, tmp_path):
    run = (
        "from muster.cli import set_up_django; set_up_django()\nfrom muster.core.jobs import back_up\n" + "back_up(0)\n"
    )
    for night in range(3):
        (tmp_path / f"muster-2000-01-0{night + 1}-000000.muster").write_bytes(b"")
    environment = os.environ | {
        "MUSTER_HOME": str(place.home), "DATABASE_URL": place.url,
        "MUSTER_BACKUP_FOLDER": str(tmp_path), "MUSTER_BACKUPS_KEPT": "2",
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", run], cwd=ROOT, env=environment, check=True, capture_output=True)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert (len(names), names[0]) == (2, "muster-2000-01-03-000000.muster")
    _code, words = place.muster("doctor", MUSTER_BACKUP_FOLDER=str(tmp_path))
    assert f"the newest is {names[1]}" in words
