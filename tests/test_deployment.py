"""What operators copy: units, proxies, the image and the bill of materials say what is there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from muster.cli import Muster

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
DOCS = (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_are_units(unit: Path, tmp_path: Path):
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("There is no systemd here.")
    # Neither the program nor the user is on this machine.
    text = re.sub(r"^ExecStart=.*", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE)
    tried = tmp_path / unit.name
    tried.write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.MULTILINE))
    done = subprocess.run([analyze, "verify", str(tried)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_commands_of_units_and_image_are_commands_with_these_options():
    words = [re.findall(r"^ExecStart=\S+/muster (.*)", unit.read_text(), re.MULTILINE)[0].split() for unit in UNITS]
    words.append(json.loads(re.findall(r"^CMD (.*)", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)[-1])[1:])
    for name, *options in words:
        group = Muster("muster")
        command = group.get_command(click.Context(group), name)
        assert command is not None, name
        known = {option for parameter in command.params for option in parameter.opts}
        assert {option.partition("=")[0] for option in options} <= known, name


def test_the_image_copies_what_is_there_and_runs_as_nobody_special():
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    steps = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    known = ["FROM", "WORKDIR", "COPY", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD"]
    assert {step[0] for step in steps} <= set(known)
    for step in steps:
        if step[0] == "COPY" and not step[1].startswith("--from"):
            assert (ROOT / step[1]).exists(), step
    assert [step[1] for step in steps if step[0] == "USER"] == ["muster"]
    # What is fetched into a checkout isn't taken along.
    assert {".venv", "var", "node_modules", "muster/vendor"} <= set((ROOT / ".dockerignore").read_text().splitlines())


def test_every_file_to_copy_and_every_variable_is_in_the_docs():
    for file in DEPLOY.iterdir():
        assert f"deploy/{file.name}" in DOCS, file.name
    settings = (ROOT / "config" / "settings.py").read_text() + (ROOT / "config" / "logs.py").read_text()
    for variable in re.findall(r'"(MUSTER_[A-Z_]+)"', settings):
        assert f"`{variable}`" in DOCS or f"{variable}=" in DOCS, variable


def test_the_bill_of_materials_is_one(tmp_path: Path):
    file = tmp_path / "muster.cdx.json"
    subprocess.run([sys.executable, "tools/sbom.py", str(file)], cwd=ROOT, check=True, capture_output=True)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read_text()) is None
    found = {component["purl"].partition("@")[0]: component for component in json.loads(file.read_text())["components"]}
    assert found["pkg:pypi/django"]["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert found["pkg:npm/fullcalendar"]["hashes"]
    # Only what runs is in it.
    assert {"pkg:pypi/pytest", "pkg:npm/axe-core"}.isdisjoint(found)
