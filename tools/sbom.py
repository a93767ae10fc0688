"""Write the bill of materials of a running Muster, CycloneDX, from the lock files: `sbom.py [FILE]`.

Python packages as cyclonedx-py reads them, with the licence that each installed one declares; packages of the pages and
fonts as package-lock.json pins them. What only tests need is left out.
"""

from __future__ import annotations

import base64
import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "dist" / "muster.cdx.json"


def main(file: Path) -> int:
    """Return the exit code of cyclonedx-py where it failed."""
    command = ["cyclonedx_py", "requirements", "requirements/run.txt", "--pyproject", "pyproject.toml"]
    options = ["--output-format", "JSON", "--output-reproducible"]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *command, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
        return done.returncode
    bill: dict[str, Any] = json.loads(done.stdout)
    for component in bill["components"]:
        component["bom-ref"] = component["purl"]
        # The line with its hashes, which stand below the external references too; and an index that may be another.
        component.pop("description", None)
        if licence := _declared_licence(component["name"]):
            component["licenses"] = [{"expression": licence}]
    bill["components"] += _packages_of_pages()
    bill["dependencies"] = [
        {"ref": "root-component", "dependsOn": sorted(component["bom-ref"] for component in bill["components"])}
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill, indent=1, sort_keys=True))
    sys.stderr.write(f"{len(bill['components'])} components in {file}\n")
    return 0


def _declared_licence(name: str) -> str:
    try:
        return str(importlib.metadata.metadata(name).json.get("license_expression", ""))
    except importlib.metadata.PackageNotFoundError:
        # Of another system or version of Python.
        return ""


def _packages_of_pages() -> Iterator[dict[str, Any]]:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    for place, package in lock["packages"].items():
        if not place or package.get("dev"):
            continue
        name = place.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{quote(name, safe='/')}@{package['version']}"
        algorithm, _dash, digest = package["integrity"].partition("-")
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": package["version"],
            "purl": purl,
            "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}],
            **({"licenses": [{"expression": package["license"]}]} if package.get("license") else {}),
        }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE))
