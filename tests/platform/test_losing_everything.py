"""To lose everything and come back, by the commands of docs/operations.md, as they stand there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.platform.conftest import ROOT, ask, end_now, folder_open_to_all
from tests.platform.serving import Served, eventually

pytestmark = pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="About the embedded server's data.")

[BLOCK] = re.findall(
    r"To lose everything and come back.*?```\n(.*?)```", (ROOT / "docs" / "operations.md").read_text(), re.DOTALL
)
# What is said beside a command is a comment to the shell too.
COMMANDS = [line for line in BLOCK.splitlines() if not line.lstrip().startswith("#")]
EMAIL, PASSWORD = "ada@ridgeline.example", "A long one to come back with"
FIRST = f".venv/bin/muster create-admin --institution Ridgeline --email {EMAIL} --password '{PASSWORD}'"


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A folder that looks like a checkout, whose program is this one."""
    with folder_open_to_all() as folder:
        program = folder / ".venv" / "bin" / "muster"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m muster.cli "$@"\n')
        program.chmod(0o755)
        yield folder


def run(command: str, checkout: Path) -> str:
    """What the command says, typed in the checkout."""
    own = {"HOME": str(checkout), "MUSTER_HOME": str(checkout / "var"), "PYTHONPATH": str(ROOT)}
    words = ["bash", "-ec", command]
    done = subprocess.run(words, cwd=checkout, env=os.environ | own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_the_documented_commands_bring_everything_back(checkout: Path) -> None:
    assert [command.split()[:2] for command in COMMANDS] == [
        [".venv/bin/muster", "backup"],
        ["rm", "-rf"],
        [".venv/bin/muster", "restore"],
        ["make", "run"],
        [".venv/bin/muster", "check"],
    ]
    backup, lose, restore, _serve, check = COMMANDS
    before = Served(checkout / "var", "--workers=1")
    after = None
    try:
        before.wait_until_ready()
        run(FIRST, checkout)
        held = rows_of(before)
        assert all(held.values())
        run(backup, checkout)
        before.process.send_signal(signal.SIGINT)
        assert before.end() == 0
        run(lose, checkout)
        assert not (checkout / "var").exists()
        run(restore, checkout)
        after = Served(checkout / "var", "--workers=1")
        after.wait_until_ready()
        assert "hold" in run(check, checkout)
        assert rows_of(after) == held
        signs_in(after)
    finally:
        for served in filter(None, (before, after)):
            end_now(served.process)
            served.log.close()


SAME = {
    "people": "SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM accounts_user AS t",
    "institutions": "SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM institutions_institution AS t",
    "history": "SELECT md5(string_agg(after::text, '' ORDER BY id)) FROM core_auditentry"
    " WHERE table_name = 'institutions_institution'",
}


def rows_of(served: Served) -> dict[str, object]:
    """Who and what is there, and what the history tells of it."""
    return {name: ask(served.server, statement) for name, statement in SAME.items()}


def signs_in(served: Served) -> None:
    """The administrator is known as before."""
    sent = {"email": EMAIL, "password": PASSWORD}
    eventually(lambda: requests.post(f"{served.url}/api/v1/auth/login", json=sent, timeout=30).status_code == 200)
