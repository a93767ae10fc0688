"""Look the locked dependencies up where known vulnerabilities are published: pip-audit asks PyPI, npm audit asks npm.

Exit codes: 0, nothing is known; 1, something is; 2, one of the two could not be asked, so nobody knows. With
MUSTER_OFFLINE=1 nothing is asked, which is said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "run.txt"
CLEAN, VULNERABLE, UNKNOWN = 0, 1, 2
# Seconds that each of the two gets.
PATIENCE = 120


@dataclass(frozen=True)
class Answer:
    """What one of the two said: how many packages it knew about, what is wrong with them, and what it did not say."""

    audited: int = 0
    flaws: list[str] = field(default_factory=list)
    unanswered: str = ""


def main() -> int:
    """Print what is known and return the exit code."""
    if os.environ.get("MUSTER_OFFLINE", "") not in ("", "0", "false"):
        _say("WARNING: MUSTER_OFFLINE is set: known vulnerabilities were not looked up, neither Python's nor npm's.")
        return CLEAN
    pip = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", str(REQUIREMENTS)]
    answers = {
        "Python packages (pip-audit)": pip_audit_answer(_run(*pip, "--format=json", "--progress-spinner=off")),
        "npm packages (npm audit)": npm_audit_answer(_run("npm", "audit", "--json", "--package-lock-only")),
    }
    for what, answer in answers.items():
        for flaw in answer.flaws:
            _say(f"{what}: {flaw}")
        if answer.unanswered:
            _say(f"{what}: COULD NOT BE ASKED. {answer.unanswered}")
        else:
            _say(f"{what}: {answer.audited} audited, {len(answer.flaws)} known vulnerabilities.")
    if any(answer.flaws for answer in answers.values()):
        return VULNERABLE
    if any(answer.unanswered for answer in answers.values()):
        _say(
            "Whether dependencies are vulnerable is unknown. Try again later, or set MUSTER_OFFLINE=1 to go on without."
        )
        return UNKNOWN
    return CLEAN


def pip_audit_answer(said: str) -> Answer:
    """Read pip-audit's JSON. A package that PyPI does not know, as behind a mirror, is skipped there, and no answer."""
    try:
        packages: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Answer(unanswered=_last_line(said) or "PyPI did not answer.")
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    flaws = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in "
        + (", ".join(flaw["fix_versions"]) or "no version yet")
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    unanswered = f"PyPI knows nothing about {len(skipped)} of {len(packages)}, such as {skipped[0]}." if skipped else ""
    return Answer(len(packages) - len(skipped), flaws, unanswered)


def npm_audit_answer(said: str) -> Answer:
    """Read npm's JSON, which holds a message where the registry has no answer."""
    try:
        report = json.loads(said)
        found: dict[str, dict[str, Any]] = report["vulnerabilities"]
        audited = int(report["metadata"]["dependencies"]["total"])
    except (ValueError, KeyError, TypeError):
        try:
            why = str(json.loads(said)["message"])
        except (ValueError, KeyError, TypeError):
            why = _last_line(said)
        return Answer(unanswered=why or "The registry did not answer.")
    return Answer(audited, [f"{name} {flaw['range']}: {flaw['severity']}" for name, flaw in found.items()])


def _run(*command: str) -> str:
    """What a program says, or why it cannot be run."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return f"{command[0]} did not answer within {PATIENCE} seconds."
    except OSError as error:
        return f"{command[0]} can't be run: {error.strerror}."
    return done.stdout.strip() or done.stderr


def _last_line(said: str) -> str:
    return said.strip().rpartition("\n")[2][:300]


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    sys.exit(main())
