"""Install Debian packages that tests need, where there is a Debian and we may.

Usage: system.py NEED PACKAGE ...: make sure of each program or font (a file such as DejaVuSans.ttf), or say what to
install.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

FONTS = Path("/usr/share/fonts")


def install(package: str) -> bool:
    """Install the package with apt-get as root or through sudo that asks nothing. Return whether it worked."""
    if not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        prefix = []
    elif (
        shutil.which("sudo") and not subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    ):
        prefix = ["sudo", "-n"]
    else:
        return False
    sys.stderr.write(f"Installing {package} ...\n")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
    command = [*apt, "install", "--no-install-recommends", package]
    if not subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        return True
    # The package lists may be old, or not there at all in a fresh container.
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, check=False)
    return not subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode


def is_there(need: str) -> bool:
    """Whether the program, or the font, can be used."""
    return any(FONTS.rglob(need)) if need.endswith(".ttf") else shutil.which(need) is not None


def main(*needs: str) -> int:
    """Return 0 when everything is there in the end."""
    for need, package in zip(needs[::2], needs[1::2], strict=True):
        if not (is_there(need) or (install(package) and is_there(need))):
            sys.stderr.write(f"{need} is not there, and could not be installed. On Debian: apt-get install {package}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
