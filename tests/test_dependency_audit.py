"""The audit of dependencies says what it knows, and never that all is well when it does not know."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.audit import Answer, npm_audit_answer, pip_audit_answer

ROOT = Path(__file__).resolve().parents[1]
NOWHERE = "http://127.0.0.1:9"
FLAW = {"id": "PYSEC-1", "fix_versions": ["2.0"]}


@pytest.mark.parametrize(
    ("packages", "answer"),
    [
        ([{"name": "a", "version": "1.0", "vulns": []}], Answer(1)),
        ([{"name": "a", "version": "1.0", "vulns": [FLAW]}], Answer(1, ["a 1.0: PYSEC-1, mended in 2.0"])),
        # What pip-audit itself takes for a clean bill: "No known vulnerabilities found".
        (
            [
                {"name": "a", "version": "1.0", "vulns": []},
                {"name": "b", "skip_reason": "Dependency not found on PyPI"},
            ],
            Answer(1, [], "PyPI knows nothing about 1 of 2, such as b."),
        ),
    ],
)
def test_packages_that_pypi_does_not_know_are_not_called_clean(packages, answer):
    assert pip_audit_answer(json.dumps({"dependencies": packages, "fixes": []})) == answer


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 9}}}, Answer(9)),
        (
            {
                "vulnerabilities": {"left-pad": {"range": "<1.3", "severity": "high"}},
                "metadata": {"dependencies": {"total": 9}},
            },
            Answer(9, ["left-pad <1.3: high"]),
        ),
        ({"message": "405 Method Not Allowed", "statusCode": 405}, Answer(unanswered="405 Method Not Allowed")),
    ],
)
def test_a_registry_that_refuses_is_no_clean_bill(said, answer):
    assert npm_audit_answer(json.dumps(said)) == answer


@pytest.mark.skipif(not shutil.which("make"), reason="There is no make here.")
def test_what_is_checked_before_a_release_asks_for_known_weaknesses():
    told = subprocess.run(["make", "-n", "check"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "tools/audit.py" in told.stdout


def audited(**environment: str) -> subprocess.CompletedProcess[str]:
    """The audit as `make` runs it, where nobody answers."""
    nowhere = {"HTTPS_PROXY": NOWHERE, "npm_config_registry": NOWHERE, "npm_config_fetch_retries": "0"}
    return subprocess.run(
        [sys.executable, "tools/audit.py"],
        cwd=ROOT,
        env={**os.environ, **nowhere, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_network_the_audit_fails_unless_told_to_leave_it_out():
    done = audited(MUSTER_OFFLINE="")
    assert done.returncode == 2, done.stderr
    assert "Python packages (pip-audit): COULD NOT BE ASKED." in done.stderr
    assert "npm packages (npm audit): COULD NOT BE ASKED." in done.stderr
    done = audited(MUSTER_OFFLINE="1")
    assert (done.returncode, done.stderr.startswith("WARNING: MUSTER_OFFLINE is set")) == (0, True)


def test_a_known_weakness_fails_the_audit(tmp_path: Path):
    report = {
        "vulnerabilities": {"left-pad": {"range": "<1.3", "severity": "high"}},
        "metadata": {"dependencies": {"total": 9}},
    }
    npm = tmp_path / "npm"
    npm.write_text(f"#!/bin/sh\necho '{json.dumps(report)}'\n")
    npm.chmod(0o755)
    done = audited(MUSTER_OFFLINE="", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (done.returncode, "npm packages (npm audit): left-pad <1.3: high" in done.stderr) == (1, True), done.stderr
