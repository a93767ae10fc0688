"""Triggers that refuse: an IntegrityError with a name, so that a rule can explain it."""

from __future__ import annotations

import pgtrigger


def refusal(name: str, reason: str) -> str:
    """PL/pgSQL that raises a check violation named as a constraint would be."""
    return f"RAISE EXCEPTION '{reason}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"


def refusing(
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
