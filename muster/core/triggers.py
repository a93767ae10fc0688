"""Triggers that refuse: an IntegrityError with a name, so that a rule can explain it. Triggers that call a function."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from pgtrigger import compiler


def refusal(name: str, reason: str) -> str:
    """PL/pgSQL that raises a check violation named as a constraint would be."""
    return f"RAISE EXCEPTION '{reason}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"


def refusing_trigger(
    name: str,
    *,
    when: str,
    reason: str,
    operation: pgtrigger.Operation,
    declare: list[tuple[str, str]] | None = None,
    first: str = "",
) -> pgtrigger.Trigger:
    """A BEFORE row trigger that runs `first`, then refuses the row when the condition `when` holds."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        declare=declare,
        func=f"""
            {first}
            IF {when} THEN
                {refusal(name, reason)}
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


class CallSql(compiler.UpsertTriggerSql):
    """A trigger without a function of its own: it calls one of `sql/`."""

    def __init__(self, *, func: str = "", **parts: Any) -> None:
        super().__init__(func=func, **parts)

    def get_defaults(self, pgid: str) -> dict[str, str]:
        return super().get_defaults(pgid) | {"func": ""}

    def get_template(self) -> str:
        return """
            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE TRIGGER {pgid} {when} {operation} ON {table}
            FOR EACH {level} {condition} EXECUTE FUNCTION {execute};
            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Call(pgtrigger.Trigger):
    """A trigger that calls a function shared by many tables, with arguments. `pgtrigger.ignore` does not reach it."""

    def __init__(self, function: str, *arguments: str, **parts: Any) -> None:
        super().__init__(**parts)
        self.execute = f"{function}({', '.join(map(repr, arguments))})"

    def compile(self, model: models.Model) -> compiler.Trigger:
        return compiler.Trigger(
            name=self.name,
            sql=CallSql(
                pgid=self.get_pgid(model),
                table=model._meta.db_table,
                when=self.when,
                operation=self.operation,
                level=self.level,
                condition=self.render_condition(model),
                execute=self.execute,
            ),
        )
