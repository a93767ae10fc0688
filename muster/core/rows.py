"""One row as rules handle it: locked, changed field by field, deleted where nothing refers to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _

from muster.core.errors import Conflict, HasNul, Missing
from muster.core.references import InUse, references_to
from muster.core.text import clean_lines

M = TypeVar("M", bound=models.Model)

FOREIGN_KEY_VIOLATION = "23503"


def lock_row(row: M, *, for_delete: bool = False) -> M:
    """The row as it now stands, locked until the transaction ends. Raises Missing when it is gone."""
    rows = type(row)._default_manager.select_for_update(of=("self",), no_key=not for_delete)
    now = rows.filter(pk=row.pk).first()
    if now is None:
        raise Missing
    return now


def set_value(row: models.Model, field: models.Field[Any, Any], value: Any) -> str:
    """Set one field; the answer is what is wrong with the value, or nothing."""
    if isinstance(value, str):
        value = clean_lines(value)
    if value is None and not field.null and field.empty_strings_allowed:
        value = ""
    if HasNul.is_in(value):
        return str(HasNul.sentence)
    if value in (None, "") and not field.blank:
        return _("This is required.")
    if field.choices and value not in {key for key, _word in field.flatchoices}:
        return _("Choose one of %(known)s.") % {"known": ", ".join(str(key) for key, _word in field.flatchoices)}
    try:
        setattr(row, field.name, field.clean(value, row))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def delete_row(row: models.Model, *, instead: Any, also: Sequence[str] = ()) -> None:
    """Delete a locked row that nothing refers to. Raises InUse with the numbers and the way out, `instead`.

    What is referred to at the same moment is found by the database, whose checks are asked at once and not at the end
    of the transaction.
    """
    if found := references_to(row, also=also):
        raise InUse(row, found, instead)
    try:
        with transaction.atomic():
            row.delete()
            _ask_constraints()
    except IntegrityError as error:
        protected = isinstance(error, (models.ProtectedError, models.RestrictedError))
        if not protected and not _is_about_a_reference(error):
            raise
        raise InUse(row, references_to(row, also=also), instead) from error


@contextmanager
def all_that_it_refers_to_is_there() -> Iterator[None]:
    """Write a row whose references may be gone by now. Raises Conflict where one of them is."""
    try:
        with transaction.atomic():
            yield
            _ask_constraints()
    except (IntegrityError, ObjectDoesNotExist) as error:
        if isinstance(error, IntegrityError) and not _is_about_a_reference(error):
            raise
        raise Conflict(_("Something it belonged to is gone, so it can't be restored. Add it again.")) from error


def _ask_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _is_about_a_reference(error: IntegrityError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == FOREIGN_KEY_VIOLATION
