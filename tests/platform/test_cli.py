"""The `muster` program around its commands."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from muster.cli import base, main
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


def test_unknown_command_is_refused():
    assert CliRunner().invoke(main, ["no-such-thing"]).exit_code == 2


@pytest.mark.django_db
def test_server_that_is_too_old_is_refused_in_words(monkeypatch: pytest.MonkeyPatch):
    assert base.refuse_old_server() >= base.OLDEST_SERVER
    monkeypatch.setattr(base, "OLDEST_SERVER", 99)
    with pytest.raises(click.ClickException, match="Muster needs PostgreSQL 99 or newer"):
        base.refuse_old_server()


@pytest.mark.django_db
def test_doctor_finds_the_migrations_applied(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://in.use/by-the-tests")
    findings = {finding.what: finding for finding in look()}
    assert findings["Database server"].mark == "ok"
    assert findings["Migrations"].words == "all applied"
    assert findings["Mail"].mark == "note"
