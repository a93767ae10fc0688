"""The functions of an app, written in `<app>/sql/*.sql`, and the step of a migration that installs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Hangs functions on tables that are there already, so it comes after all others.
LAST = "triggers.sql"


def sql_files(app_label: str) -> list[Path]:
    """The app's files in the order in which they run: by name, what hangs functions on tables last."""
    folder = Path(apps.get_app_config(app_label).path, "sql")
    return sorted(folder.glob("*.sql"), key=lambda file: (file.name == LAST, file.name))


class InstallFunctions(Operation):
    """Run the app's SQL files. The last step of its first migration: by then its tables stand, and those of the apps below.

    A function of a file may call those of files before it and of apps below; PostgreSQL looks into its body at once.
    """

    reduces_to_sql = True
    reversible = False

    def __init__(self, app: str) -> None:
        self.app = app

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models do not know of functions."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for file in sql_files(self.app):
            schema_editor.execute(file.read_text(encoding="utf-8"), params=None)

    def describe(self) -> str:
        return f"Install the functions of {self.app}"

    def deconstruct(self) -> Any:
        return self.__class__.__name__, [self.app], {}
