"""Install Debian packages that tests need, where there is a Debian and we may.

Usage: system.py PROGRAM PACKAGE: make sure of the program, or say what to install.
"""

import os
import shutil
import subprocess
import sys


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


def main(program: str, package: str) -> int:
    """Return 0 when the program is there in the end."""
    if shutil.which(program) or (install(package) and shutil.which(program)):
        return 0
    sys.stderr.write(f"{program} is not there, and could not be installed. On Debian: apt-get install {package}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
