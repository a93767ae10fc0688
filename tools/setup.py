"""Set a checkout up: virtual environment, locked dependencies, the `muster` program, third-party front-end files.

Run by make with any Python from 3.11 on, so nothing outside the standard library is used.
`run` installs what a running Muster needs, `dev` also what checking and testing it needs.
Stamps named by the content of the lock files make a second run a matter of milliseconds.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def main(kind: str) -> int:
    """Bring the checkout up to date. Return 0, or the exit code of the step that failed."""
    if sys.version_info < OLDEST:
        return _fail(
            f"Muster needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12"
        )
    if not _works(PYTHON):
        _say("Making the virtual environment in .venv ...")
        shutil.rmtree(VENV, ignore_errors=True)
        if _run(sys.executable, "-m", "venv", str(VENV)):
            return _fail("The virtual environment could not be made. On Debian: apt-get install python3-venv")
    if not _is_installed(kind):
        _say(f"Installing the locked dependencies of requirements/{kind}.txt; the first time takes a minute or two ...")
        requirements = str(ROOT / "requirements" / f"{kind}.txt")
        pip = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")
        failed = _run(str(PYTHON), *pip, "--require-hashes", "-r", requirements)
        if failed:
            return _fail("The dependencies could not be installed; pip says why above.", failed)
        _stamp(kind).write_text(_fingerprint(kind))
    _link()
    return _run(str(PYTHON), str(ROOT / "tools" / "vendor.py"))


def _is_installed(kind: str) -> bool:
    # What checks Muster includes what runs it.
    return any(
        _stamp(have).exists() and _stamp(have).read_text() == _fingerprint(have)
        for have in (("run", "dev") if kind == "run" else ("dev",))
    )


def _stamp(kind: str) -> Path:
    return VENV / f".installed-{kind}"


def _fingerprint(kind: str) -> str:
    wanted = hashlib.sha256()
    for name in ("run", "dev") if kind == "dev" else ("run",):
        wanted.update((ROOT / "requirements" / f"{name}.txt").read_bytes())
    return wanted.hexdigest()


def _works(python: Path) -> bool:
    return python.exists() and not subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode


def _link() -> None:
    """Make the checkout importable and put `muster` beside Python: an editable install without a build."""
    for packages in VENV.glob("lib/python*/site-packages"):
        _write(packages / "muster-checkout.pth", f"{ROOT}\n")
    program = VENV / "bin" / "muster"
    _write(program, '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -m muster.cli "$@"\n')
    program.chmod(0o755)


def _write(file: Path, text: str) -> None:
    if not file.exists() or file.read_text() != text:
        file.write_text(text)


def _run(*command: str) -> int:
    # Whatever environment make was called in must not leak into this one.
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _fail(words: str, code: int = 1) -> int:
    _say(words)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
