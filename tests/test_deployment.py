"""What operators copy: units, proxies, the image and the bill of materials say what is there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
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


def test_the_image_needs_only_what_it_is_built_from_and_its_steps_agree():
    """What a builder would find out, said without one."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    steps = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    of = {name: [rest for step, rest in steps if step == name] for name, _rest in steps}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    # The Python that the dependencies are locked for, and no other in the image that is left.
    pythons = {image.split()[0] for image in of["FROM"]}
    [tag] = {image.partition(":")[2] for image in pythons}
    assert f"--python-version {tag.partition('-')[0]} " in (ROOT / "Makefile").read_text()
    assert tag.startswith(project["project"]["requires-python"].removeprefix(">="))
    # Each program it runs of the checkout is there, and is not left out of what is sent to the builder.
    left_out = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    named = {word for rest in of["RUN"] for word in re.findall(r"(?<![\w/.])(?:tools|requirements)/[\w./]+", rest)}
    named |= {source for rest in of["COPY"] if not rest.startswith("--from") for source in rest.split()[:-1]}
    assert {"tools/setup.py", "requirements/run.txt"} <= named
    needed = {*named, *project["tool"]["setuptools"]["dynamic"]["dependencies"]["file"], "package-lock.json"}
    for file in sorted(needed - {"."}):
        assert (ROOT / file).is_file(), file
        assert not any(Path(file).match(pattern) or file.startswith(f"{pattern}/") for pattern in left_out), file
    # What the first part makes is where the second looks for it; what it fetches is packed.
    [made] = re.findall(r"--wheel-dir (\S+)", text)
    [taken] = [rest.split() for rest in of["COPY"] if rest.startswith("--from")]
    assert taken[0] == f"--from={of['FROM'][0].split()[-1]}"
    assert taken[1].rstrip("/") == made
    assert f"{taken[2]}*.whl" in text
    assert "vendor/**/*" in project["tool"]["setuptools"]["package-data"]["muster"]
    # Its data lie in its volume, which belongs to whoever runs it; it listens where the probe and the docs say.
    [home] = re.findall(r"MUSTER_HOME=(\S+)", text)
    assert of["VOLUME"] == [home]
    assert f"--home-dir {home} " in text
    assert f"muster:{home}" in DOCS
    [port] = of["EXPOSE"]
    assert json.loads(of["CMD"][-1])[-1] == f"--port={port}"
    assert f"http://127.0.0.1:{port}/healthz" in of["HEALTHCHECK"][0]
    assert f"-p {port}:{port}" in DOCS
    # The probe is a program: it ends with 0 where it is answered, and otherwise does not.
    probe = json.loads(of["HEALTHCHECK"][0].partition("CMD ")[2])
    unanswered = [word.replace(port, "9") for word in probe[1:]]
    assert subprocess.run([sys.executable, *unanswered], capture_output=True, check=False).returncode == 1
    assert project["project"]["scripts"][json.loads(of["CMD"][-1])[0]]


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
