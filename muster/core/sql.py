"""An app's SQL: functions in `<app>/sql/*.sql`, installed by its first migration; what triggers do in `sql/bodies/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

MUSTER = Path(__file__).resolve().parent.parent
# Hangs functions on tables that are there already, so it comes after all others.
LAST = "triggers.sql"


def sql_files(app: str) -> list[Path]:
    """The app's functions in the order in which they are installed: by name, what hangs them on tables last."""
    return sorted((MUSTER / app / "sql").glob("*.sql"), key=lambda file: (file.name == LAST, file.name))


class InstallFunctions(Operation):
    """Run the app's SQL files. The last step of its first migration: its tables stand by then, and the apps below.

    A function may call those of files before it and of apps below; PostgreSQL looks into its body at once.
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


class Body(str):
    """What a trigger does: the PL/pgSQL block in `<app>/sql/bodies/<name>.sql`.

    A migration keeps the name, so that the text stands once; the trigger's hash, which it keeps too, tells of a change.
    """

    __slots__ = ("app", "name")
    app: str
    name: str

    def __new__(cls, app: str, name: str) -> Body:
        body = super().__new__(cls, (MUSTER / app / "sql" / "bodies" / f"{name}.sql").read_text(encoding="utf-8"))
        body.app, body.name = app, name
        return body

    def __str__(self) -> str:
        # pgtrigger asks for the plain text of all it is told, and would forget where this one stands.
        return self

    def deconstruct(self) -> tuple[str, list[str], dict[str, str]]:
        return f"{Body.__module__}.{Body.__qualname__}", [self.app, self.name], {}
