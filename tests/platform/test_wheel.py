"""An installed Muster: the built wheel in an environment of its own, with nothing of the checkout in reach."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
import requests

from muster.exchange.demo import DEMO_PASSWORD
from tests.platform.conftest import ROOT, end_now, folder_open_to_all
from tests.platform.serving import Served

pytestmark = pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="About the embedded server's serve.")

SOURCES = ("config", "muster", "requirements", "pyproject.toml")
# Stylesheets, scripts and icons of a page.
ASSET = re.compile(r"""(?:href|src)="(/static/[^"#]+)""")


def run(*command: str | Path, where: Path) -> str:
    """What the command said, with nothing of our own environment that could lead it to the checkout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO"))}
    done = subprocess.run([*map(str, command)], cwd=where, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with folder_open_to_all() as folder:
        yield folder


@pytest.fixture(scope="module")
def python(folder: Path) -> Path:
    """The interpreter of an environment that holds the wheel; what others made it takes from the checkout's."""
    sources = folder / "sources"
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, sources / name)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, sources, where=folder)
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", where=folder)
    python = folder / "venv" / "bin" / "python"
    run(*pip, "--python", python, "install", "--no-deps", *folder.glob("*.whl"), where=folder)
    # A folder named by a path file is looked into, but path files within are not: none leads back to the checkout.
    [packages] = folder.glob("venv/lib/python*/site-packages")
    (packages / "others.pth").write_text(str(Path(django.__file__).parents[1]))
    return python


def test_wheel_brings_all_of_muster_and_nothing_of_its_tests(python: Path, folder: Path):
    asked = "import config, muster, sys; print(config.__file__, muster.__file__, *sys.path)"
    config, muster, *paths = run(python, "-c", asked, where=folder).split()
    assert Path(config).is_relative_to(folder)
    assert Path(muster).is_relative_to(folder)
    assert str(ROOT) not in paths
    installed = {str(file.relative_to(Path(muster).parent)) for file in Path(muster).parent.rglob("*")}
    ours = {
        str(file.relative_to(ROOT / "muster"))
        for file in (ROOT / "muster").rglob("*")
        if not {"tests", "__pycache__"} & set(file.parts) and file.name != ".stamp"
    }
    assert {file for file in installed if "__pycache__" not in file} == ours
    assert any(file.startswith("vendor/fonts/") for file in installed)


def test_installed_muster_serves_the_demonstration_with_its_styles(python: Path, folder: Path):
    program = python.with_name("muster")
    served = Served(folder / "home", "--demo", "--workers=1", program=[str(program)], where=folder)
    try:
        served.wait_until_ready()
        site, person = f"http://127.0.0.1:{served.port}", requests.Session()
        page = person.get(f"{site}/accounts/login/", timeout=30)
        assert page.status_code == 200
        form = {"login": "admin@ridgeline.example", "password": DEMO_PASSWORD}
        form["csrfmiddlewaretoken"] = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
        home = person.post(f"{site}/accounts/login/", form, headers={"Referer": site}, timeout=30)
        assert (home.status_code, home.url) == (200, f"{site}/")
        calendar = person.get(f"{site}/institution/attendance/calendar", timeout=30)
        assets = {asset for text in (page.text, home.text, calendar.text) for asset in ASSET.findall(text)}
        kinds = {asset.rpartition(".")[2] for asset in assets}
        assert kinds >= {"css", "js", "svg"}
        assert {asset for asset in assets if person.get(site + asset, timeout=30).status_code != 200} == set()
        style = next(asset for asset in assets if asset.endswith(".css"))
        sheet = person.get(site + style, headers={"Accept-Encoding": "gzip, br"}, timeout=30)
        assert sheet.headers["Content-Type"].startswith("text/css")
        assert (sheet.headers["Content-Encoding"], "{" in sheet.text) == ("br", True)
        served.process.send_signal(signal.SIGTERM)
        assert served.end() == 0
    finally:
        end_now(served.process)
        served.log.close()
