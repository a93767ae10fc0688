"""Processes beside the parent."""

import subprocess
import sys

from muster.cli.children import Backoff, end_group

# Somebody who starts another one in the same group.
FAMILY = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(flush=True)
time.sleep(600)
"""


def test_nobody_of_a_group_runs_once_it_was_ended():
    leader = subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, process_group=0)
    assert leader.stdout
    leader.stdout.readline()
    assert len(running(leader.pid)) == 2
    end_group(leader)
    assert not running(leader.pid)
    leader.stdout.close()


def test_waits_grow_with_each_quick_failure_up_to_a_bound_and_shrink_after_a_good_while():
    backoff = Backoff()
    waits = [backoff.seconds(lasted=1) for _ in range(10)]
    assert waits[:4] == [0.2, 0.4, 0.8, 1.6]
    assert waits[-1] == Backoff.LONGEST
    assert [backoff.seconds(lasted=3600), backoff.seconds(lasted=1)] == [0.2, 0.4]


def running(group: int) -> set[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in listed.splitlines())
    return {int(pid) for pid, its_group, state in rows if int(its_group) == group and state[0] not in "ZX"}
