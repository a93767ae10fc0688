"""`python -m muster.cli` is `muster`."""

from muster.cli import main

main(prog_name="muster")
