"""`makemigrations`, whose first migration of an app follows core's and ends with installing the app's functions."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import makemigrations
from django.db.migrations import Migration

from muster.core.sql import InstallFunctions, sql_files


class Command(makemigrations.Command):
    def write_migration_files(self, changes: dict[str, list[Migration]], *args: Any, **kwargs: Any) -> None:
        for app_label, (first, *later) in changes.items():
            if not getattr(first, "initial", False):
                continue
            if app_label != "core":
                # Functions of core may be called by any table.
                first.dependencies = [("core", "0001_initial"), *first.dependencies]
            if sql_files(app_label):
                (later or [first])[-1].operations.append(InstallFunctions(app_label))
        super().write_migration_files(changes, *args, **kwargs)
