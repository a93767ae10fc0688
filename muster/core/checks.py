"""Proving facts on the stored data: what `muster check` is made of.

A proof asks the database for everything that contradicts one fact, in one set-based query, and may know how to heal it.
Each app keeps the proofs of its own rules in its `proof.py`; those that hold for every app are here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pgtrigger
from django.apps import apps
from django.db import Error, connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.constraints import SameOwner
from muster.core.history import Doer, recorded
from muster.core.ownership import hidden_tables, keep_institutions_apart, tables_not_apart

Words = str | Promise


@dataclass(frozen=True)
class Contradiction:
    """One thing that contradicts a fact: of which owner, what a repair needs to find it, and in words."""

    owner_id: UUID | None
    key: Any
    words: str


# Heals what can be healed and says what it did, one sentence each.
Repair = Callable[[Sequence[Contradiction]], Iterable[str]]


@dataclass(frozen=True)
class Invariant:
    """A fact, and a query for what contradicts it: rows of owner, key and words.

    The query may narrow itself to one owner by `%(owner)s`, which is NULL for all of them.
    """

    fact: Words
    query: str
    repair: Repair | None = None

    def contradictions(self, owner: UUID | None = None) -> list[Contradiction]:
        """Everything stored that contradicts the fact."""
        with connection.cursor() as cursor:
            cursor.execute(self.query, {"owner": owner})
            return [Contradiction(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class CodeInvariant:
    """A fact that no query can ask for: what models declare, held against the catalogue; rows, held against files."""

    fact: Words
    find: Callable[[], list[Contradiction]]
    repair: Repair | None = None

    def contradictions(self, owner: UUID | None = None) -> list[Contradiction]:
        """Everything that contradicts the fact, where one owner is named about nobody else's rows."""
        return [one for one in self.find() if owner is None or one.owner_id in (None, owner)]


AnyInvariant = Invariant | CodeInvariant


@dataclass(frozen=True)
class CheckResult:
    """What became of one proof: the contradictions, what was repaired, and what is left after that."""

    fact: Words
    contradictions: Sequence[Contradiction]
    repaired: Sequence[str] = ()
    left: Sequence[Contradiction] = ()

    @property
    def holds(self) -> bool:
        return not self.left


def run_checks(
    proofs: Iterable[AnyInvariant], *, owner: UUID | None = None, repair: bool = False, by: Doer | None = None
) -> Iterator[CheckResult]:
    """Prove the facts one after the other; with `repair` heal what can be healed and look again.

    `by` is who repairs, as the history names them: Muster itself when nobody is given.
    """
    for proof in proofs:
        found = proof.contradictions(owner)
        if not found or not repair or proof.repair is None:
            yield CheckResult(proof.fact, found, left=found)
            continue
        with transaction.atomic(), recorded(by or _Upkeep(), "repair"):
            done = list(proof.repair(found))
        yield CheckResult(proof.fact, found, done, proof.contradictions(owner))


@dataclass(frozen=True)
class _Upkeep:
    """Who repairs."""

    history_name: str = "Muster"
    history_id: str | None = None


@contextmanager
def attempt_repair() -> Iterator[None]:
    """A savepoint for one of many repairs; the database's refusal of it stays without effect, and so it is left."""
    try:
        with transaction.atomic():
            yield
    except Error:
        return


# --- what the models declare is what the database keeps ---------------------------------------------------------------
@dataclass(frozen=True)
class MadeByMigration:
    """A constraint or trigger that no model declares."""

    table: str
    name: str


def declared_constraints(*beside: MadeByMigration) -> CodeInvariant:
    """Every constraint that a model declares is in the database, valid and enforced; `beside` are more of them."""

    def find() -> list[Contradiction]:
        stored = _stored_constraints()
        wanted = [
            (model._meta.db_table, constraint.name, (model, constraint))
            for model in our_models()
            for constraint in model._meta.constraints
        ] + [(one.table, one.name, None) for one in beside]
        found = []
        for table, name, key in wanted:
            state = stored.get((table, name))
            if not state:
                words = _("is not valid") if state is False else _("is missing")
                found.append(Contradiction(None, (table, name, key), f"{table}: {name} {words}"))
        return found

    return CodeInvariant(
        gettext_lazy("Every declared constraint is in the database and valid"), find, _put_back_constraints
    )


def declared_triggers(*beside: MadeByMigration) -> CodeInvariant:
    """Every trigger that a model declares is installed as declared and enabled, those of the history among them."""

    def find() -> list[Contradiction]:
        stored = _stored_triggers()
        found = []
        for model, trigger in pgtrigger.registered():
            table, name = model._meta.db_table, trigger.get_pgid(model)
            digest, enabled = stored.get((table, name), ("", False))
            if digest != trigger.compile(model).hash:
                words = _("is missing") if (table, name) not in stored else _("differs from what the code declares")
            elif not enabled:
                words = _("is disabled")
            else:
                continue
            found.append(Contradiction(None, (table, name, (model, trigger)), f"{table}: {trigger.name} {words}"))
        for one in beside:
            if not stored.get((one.table, one.name), ("", False))[1]:
                words = _("is disabled") if (one.table, one.name) in stored else _("is missing")
                found.append(Contradiction(None, (one.table, one.name, None), f"{one.table}: {one.name} {words}"))
        return found

    return CodeInvariant(gettext_lazy("Every declared trigger is installed and enabled"), find, _put_back_triggers)


def institutions_kept_apart() -> CodeInvariant:
    """Every table with an owner shows the application the rows of one institution alone."""

    def find() -> list[Contradiction]:
        words = _("%(table)s: rows of all institutions are shown")
        return [Contradiction(None, table, words % {"table": table}) for table, *_column in tables_not_apart()]

    def put_back(found: Sequence[Contradiction]) -> Iterator[str]:
        keep_institutions_apart()
        for one in found:
            yield _("%(table)s: rows of one institution are shown again.") % {"table": one.key}

    return CodeInvariant(gettext_lazy("Every table keeps institutions apart"), find, put_back)


def references_within_owner() -> Invariant:
    """No row references a row of another owner: every composite foreign key asked anew, in one query."""
    parts = [
        _strays(model, constraint)
        for model in our_models()
        for constraint in model._meta.constraints
        # What the application can't read it can't ask either.
        if isinstance(constraint, SameOwner) and model._meta.db_table not in hidden_tables()
    ]
    return Invariant(gettext_lazy("No row refers to a row of another institution"), "\nUNION ALL\n".join(parts))


def our_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and model._meta.app_config.name.startswith("muster.")
    ]


def _strays(model: type[models.Model], constraint: SameOwner) -> str:
    owner, column = (model._meta.get_field(name).column for name in (constraint.owner, constraint.field))  # type: ignore[union-attr]
    target = constraint.referenced_model()._meta.db_table
    their_owner, their_key = constraint.to_columns
    table, ours = model._meta.db_table, model._meta.pk.column
    # Names of our own tables and columns, none of them from outside.
    return f"""
        SELECT ours."{owner}", ours."{ours}"::text, '{table}.{column} ' || ours."{ours}" || ' -> ' || ours."{column}"
        FROM "{table}" AS ours
        WHERE ours."{column}" IS NOT NULL AND (%(owner)s::uuid IS NULL OR ours."{owner}" = %(owner)s::uuid)
        AND NOT EXISTS (
            SELECT FROM "{target}" AS theirs
            WHERE theirs."{their_key}" = ours."{column}" AND theirs."{their_owner}" = ours."{owner}"
        )
    """  # noqa: S608


def _stored_constraints() -> dict[tuple[str, str], bool]:
    """Table and name of every constraint and unique index, and whether it is valid."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT conrelid::regclass::text, conname,
                   convalidated AND coalesce((to_jsonb(pg_constraint) ->> 'conenforced')::boolean, TRUE)
            FROM pg_constraint WHERE conrelid <> 0
            UNION ALL
            SELECT indrelid::regclass::text, indexrelid::regclass::text, indisvalid AND indisunique
            FROM pg_index WHERE indisunique
            """
        )
        return {(table.strip('"'), name.strip('"')): valid for table, name, valid in cursor.fetchall()}


def _stored_triggers() -> dict[tuple[str, str], tuple[str, bool]]:
    """Table and name of every trigger: the digest that pgtrigger left on it, and whether it is enabled."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tgrelid::regclass::text, tgname, coalesce(obj_description(oid, 'pg_trigger'), ''),
                   tgenabled IN ('O', 'A')
            FROM pg_trigger WHERE NOT tgisinternal
            """
        )
        return {(table.strip('"'), name): (digest, enabled) for table, name, digest, enabled in cursor.fetchall()}


def _put_back_constraints(found: Sequence[Contradiction]) -> Iterator[str]:
    stored = _stored_constraints()
    for contradiction in found:
        table, name, declared = contradiction.key
        with attempt_repair():
            if (table, name) in stored:
                with connection.cursor() as cursor:
                    cursor.execute(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{name}"')
            elif declared is not None:
                with connection.schema_editor() as editor:
                    editor.add_constraint(*declared)
            else:
                continue
            yield _("%(table)s: restored %(name)s.") % {"table": table, "name": name}


def _put_back_triggers(found: Sequence[Contradiction]) -> Iterator[str]:
    stored = _stored_triggers()
    for contradiction in found:
        table, name, declared = contradiction.key
        if declared is not None:
            model, trigger = declared
            trigger.install(model)
            trigger.enable(model)
        elif (table, name) in stored:
            with connection.cursor() as cursor:
                cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER "{name}"')
        else:
            continue
        yield _("%(table)s: restored %(name)s.") % {"table": table, "name": name}
