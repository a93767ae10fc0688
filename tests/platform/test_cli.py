"""The `muster` program around its commands."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from muster.cli import WITHOUT_DJANGO, base, main
from muster.cli.doctor import look
from tests.platform.conftest import ROOT


def test_help_names_every_command_that_is_there_and_imports_none():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "muster.cli", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "serve " in done.stdout
    assert "django" not in done.stderr


@pytest.mark.parametrize("name", main.list_commands(click.Context(main)))
def test_every_command_explains_itself(name: str):
    done = CliRunner().invoke(main, [name, "--help"])
    assert done.exit_code == 0, done.output
    assert f"Usage: main {name}" in done.output


@pytest.mark.parametrize("name", sorted(WITHOUT_DJANGO))
def test_commands_that_set_django_up_themselves_begin_without_it(name: str):
    """As a program of its own: here Django is set up already."""
    command = [sys.executable, "-m", "muster.cli", name, "--help"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_unknown_command_is_refused():
    assert CliRunner().invoke(main, ["no-such-thing"]).exit_code == 2


@pytest.mark.django_db
def test_server_that_is_too_old_is_refused_in_words(monkeypatch: pytest.MonkeyPatch):
    assert base.refuse_old_server() >= base.OLDEST_SERVER
    monkeypatch.setattr(base, "OLDEST_SERVER", 99)
    with pytest.raises(click.ClickException, match="Muster needs PostgreSQL 99 or newer"):
        base.refuse_old_server()


@pytest.mark.parametrize(
    ("hosts", "address", "is_missing"),
    [
        (["localhost", "127.0.0.1", "[::1]"], "", False),
        (["localhost", "muster.example"], "", True),
        (["*"], "", True),
        (["muster.example"], "https://muster.example/", False),
        (["muster.example"], "https://example.org/muster/", False),
        (["muster.example"], "muster.example", True),
        (["localhost"], "ftp://muster.example/", True),
    ],
)
def test_doctor_demands_an_address_for_mails_where_others_than_this_machine_call(
    hosts: list[str], address: str, is_missing: bool, settings
):
    settings.ALLOWED_HOSTS, settings.MUSTER_URL = hosts, address
    found = next(finding for finding in look() if finding.what == "Links in emails")
    assert found.mark == ("MISSING" if is_missing else "ok")


@pytest.mark.django_db
def test_doctor_finds_the_migrations_applied(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://in.use/by-the-tests")
    findings = {finding.what: finding for finding in look()}
    assert findings["Database server"].mark == "ok"
    assert findings["Migrations"].words == "all applied"
    assert findings["Mail"].mark == "note"
