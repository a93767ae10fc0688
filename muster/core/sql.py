"""Functions, views and triggers of the database, which stand in `<app>/sql/*.sql`, each once."""

from __future__ import annotations

from pathlib import Path

APPS = Path(__file__).resolve().parent.parent


def sql_file(app: str, name: str) -> str:
    """The statements of a file, for the migration that runs them."""
    return (APPS / app / "sql" / name).read_text(encoding="utf-8")
