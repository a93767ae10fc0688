"""Triggers: as whom they run, those that refuse with a name that a rule can explain, and those that call a function.

What a trigger writes, nobody else may: it runs as the owner of the tables, by a path of names that nobody can change.
Only a guard, which asks who is writing, runs as whoever does.
"""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from pgtrigger import compiler

AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp"
# Whoever writes is not the owner of the table: the application, or somebody in its name.
NOT_THE_OWNER = """NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')"""

# Whoever writes is neither a trigger nor a routine of the owner that says that it derives (`SET muster.derives`).
NOT_DERIVED = f"""({NOT_THE_OWNER}
    OR pg_trigger_depth() = 1 AND coalesce(current_setting('muster.derives', TRUE), '') <> 'yes')"""


# While the owner erases, what was kept stays as it was counted, and nothing is refused. The setting alone opens nothing:
# `muster_is_erasing` asks for a row that nobody but the owner can write.
UNLESS_ERASING = """IF current_setting('muster.erasing', TRUE) = 'yes' AND muster_is_erasing() THEN
                        RETURN coalesce(NEW, OLD);
                    END IF;"""


def refusal(name: str, reason: str) -> str:
    """PL/pgSQL that raises a check violation named as a constraint would be."""
    return f"RAISE EXCEPTION '{reason}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"


class TriggerSql(compiler.UpsertTriggerSql):
    """A trigger with its function. `pgtrigger.ignore` reaches neither: whoever can set a variable could ignore rules."""

    security = AS_OWNER

    def get_template(self) -> str:
        return f"""
            CREATE OR REPLACE FUNCTION {{pgid}}() RETURNS trigger LANGUAGE plpgsql {self.security} AS $$
                {{declare}}
                BEGIN
                    {UNLESS_ERASING}
                    {{func}}
                END;
            $$;
            DROP TRIGGER IF EXISTS {{pgid}} ON {{table}};
            CREATE {{constraint}} TRIGGER {{pgid}} {{when}} {{operation}} ON {{table}} {{timing}} {{referencing}}
            FOR EACH {{level}} {{condition}} EXECUTE FUNCTION {{execute}};
            COMMENT ON TRIGGER {{pgid}} ON {{table}} IS '{{hash}}';
        """


class GuardSql(TriggerSql):
    """Of a trigger that runs as whoever writes."""

    security = ""


class CallSql(TriggerSql):
    """A trigger without a function of its own: it calls one of `sql/`."""

    def __init__(self, *, func: str = "", **parts: Any) -> None:
        super().__init__(func=func, **parts)

    def get_defaults(self, pgid: str) -> dict[str, str]:
        return super().get_defaults(pgid) | {"func": ""}

    def get_template(self) -> str:
        whole = super().get_template()
        return whole[whole.index("DROP TRIGGER") :]


class Trigger(pgtrigger.Trigger):
    """A trigger that runs as the owner of the tables."""

    sql: type[TriggerSql] = TriggerSql

    def compile(self, model: models.Model) -> compiler.Trigger:
        parts: dict[str, Any] = {
            "declare": self.render_declare(model),
            "constraint": "CONSTRAINT" if self.timing else "",
            "timing": f"DEFERRABLE INITIALLY {self.timing}" if self.timing else "",
            "referencing": self.referencing or "",
            "level": self.level,
            "condition": self.render_condition(model),
            "execute": self.render_execute(model),
        }
        return compiler.Trigger(
            name=self.name,
            sql=self.sql(
                pgid=self.get_pgid(model),
                func=self.render_func(model),
                table=model._meta.db_table,
                when=self.when,
                operation=self.operation,
                **parts,
            ),
        )


class GuardTrigger(Trigger):
    """A trigger that runs as whoever writes, and can ask whether that is the owner."""

    sql = GuardSql


class Call(Trigger):
    """A trigger that calls a function shared by many tables, with arguments."""

    sql = CallSql

    def __init__(self, function: str, *arguments: str, **parts: Any) -> None:
        super().__init__(func="-", **parts)
        self.call = f"{function}({', '.join(map(repr, arguments))})"

    def render_func(self, model: models.Model) -> str:
        return ""

    def render_execute(self, model: models.Model) -> str:
        return self.call


def refusing_trigger(
    name: str,
    *,
    when: str,
    reason: str,
    operation: pgtrigger.Operation,
    declare: list[tuple[str, str]] | None = None,
    first: str = "",
    refused_as: str = "",
) -> Trigger:
    """A BEFORE row trigger that runs `first`, then refuses the row when the condition `when` holds."""
    return Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        declare=declare,
        func=f"""
            {first}
            IF {when} THEN
                {refusal(refused_as or name, reason)}
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


def derived(name: str, *columns: str, refused_as: str, reason: str) -> GuardTrigger:
    """Columns that triggers keep: nobody sets them by hand, neither the application nor, by a plain statement, the owner.

    A routine of the owner that derives them outside of triggers says so (`SET muster.derives`).
    """
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return GuardTrigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf(*columns),
        condition=pgtrigger.Condition(f"ROW({new}) IS DISTINCT FROM ROW({old})"),
        func=f"""
            IF {NOT_DERIVED} THEN
                {refusal(refused_as, reason)}
            END IF;
            RETURN NEW;
        """,
    )
