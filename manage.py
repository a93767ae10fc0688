#!/usr/bin/env python
"""Django's own commands, for developers; people use `muster`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from muster.core.isolation import see_all_in_this_process
    from muster.core.postgres import ensure_running

    see_all_in_this_process("developers look at what they like")
    ensure_running()
    execute_from_command_line(sys.argv)
