"""Look the locked dependencies up in the database of known vulnerabilities; without a network, say so and pass."""

import json
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements" / "run.txt"


def main() -> int:
    """Return 1 when a dependency is known to be vulnerable."""
    command = ["-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", str(REQUIREMENTS), "--format=json"]
    try:
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=120, check=False)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        sys.stderr.write("The database of vulnerabilities could not be asked; nothing was audited.\n")
        return 0
    found = [(package, flaw) for package in packages for flaw in package.get("vulns", [])]
    for package, flaw in found:
        mended = ", ".join(flaw["fix_versions"]) or "no version yet"
        sys.stderr.write(f"{package['name']} {package['version']}: {flaw['id']}, mended in {mended}\n")
    sys.stderr.write(f"Audited {len(packages)} packages, {len(found)} known vulnerabilities.\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
