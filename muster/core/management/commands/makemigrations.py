"""`makemigrations`, whose first migration of an app follows core's and ends with installing the app's functions."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from django.core.management.commands import makemigrations
from django.db.migrations.operations import AddConstraint, AddField, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.optimizer import MigrationOptimizer
from pgtrigger.migrations import AddTrigger

from muster.core.sql import InstallFunctions, sql_files


class Command(makemigrations.Command):
    def write_migration_files(self, changes: dict[str, list[Any]], *args: Any, **kwargs: Any) -> None:
        for app_label, (first, *later) in changes.items():
            if not getattr(first, "initial", False):
                continue
            if app_label != "core":
                # Functions of core may be called by any table.
                first.dependencies.insert(0, ("core", "0001_initial"))
            for migration in (first, *later):
                migration.operations = _made_whole(migration.operations, app_label)
            if sql_files(app_label):
                (later or [first])[-1].operations.append(InstallFunctions(app_label))
        super().write_migration_files(changes, *args, **kwargs)


def _made_whole(operations: list[Operation], app_label: str) -> list[Operation]:
    """Tables made with all their columns, constraints and triggers at once, those first that others refer to.

    Django would add them one by one, and render a table's model and all it is related to anew for each.
    """
    models = {one.name_lower: one for one in operations if isinstance(one, CreateModel)}
    fields = [AddField(model.name, *field) for model in models.values() for field in model.fields]
    fields += [one for one in operations if isinstance(one, AddField)]
    needs: dict[str, set[str]] = {name: set() for name in models}
    for one in fields:
        if not one.field.many_to_many:
            name = one.model_name_lower
            needs[name] |= {other for other in models if other != name and one.references_model(other, app_label)}
    for model in models.values():
        # A relation by way of a table waits for that table, which refers to this one.
        model.fields = [(name, field) for name, field in model.fields if not field.many_to_many]
    in_order = [
        *(models[name] for name in TopologicalSorter(needs).static_order()),
        *(one for one in operations if isinstance(one, AddField) and not one.field.many_to_many),
        *(one for one in fields if one.field.many_to_many),
        *(one for one in operations if not isinstance(one, CreateModel | AddField | AddTrigger)),
    ]
    tables = MigrationOptimizer().optimize(in_order, app_label)
    made = {one.name_lower: one.options for one in tables if isinstance(one, CreateModel)}
    for step in [*tables, *(one for one in operations if isinstance(one, AddTrigger))]:
        if isinstance(step, AddTrigger):
            made[step.model_name].setdefault("triggers", []).append(step.trigger)
        elif isinstance(step, AddConstraint):
            made[step.model_name.lower()].setdefault("constraints", []).append(step.constraint)
    return [step for step in tables if not isinstance(step, AddConstraint)]
