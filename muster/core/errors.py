"""What a rule may refuse with. One handler turns these into the API's failure shape and the page's sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field, in words for the person who filled it in."""

    field: str
    message: str


class DomainError(Exception):
    """A refusal: what happened and what to do next.

    `code` is the machine word of the API, `errors` name the fields. `facts` go out as `data`; those that cost something
    come as a function, which is called once, and only if somebody looks.
    """

    status = 400
    default_code = "refused"
    default_message: Any = ""

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        facts: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
        errors: Sequence[FieldError] = (),
        field: str = "",
    ) -> None:
        self.message = message = message or str(self.default_message)
        super().__init__(message)
        self.code = code or self.default_code
        self._facts = facts
        self.errors = [*errors] or ([FieldError(field, message)] if field else [])

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What a program may need to know of the refusal."""
        return dict((self._facts() if callable(self._facts) else self._facts) or {})


class Invalid(DomainError):
    """Input that cannot be taken; `errors` names every field."""

    default_code = "invalid"

    @classmethod
    def fields(cls, errors: Sequence[FieldError]) -> Invalid:
        """One refusal for several fields; its sentence is the first field's."""
        return cls(errors[0].message, errors=errors)


class AlreadyTaken(Invalid):
    """Another row has the name or code that should be one of a kind."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message, field=field, code="taken")


class Conflict(DomainError):
    """Input that is well formed but breaks a rule in the present state."""

    default_code = "conflict"


class Forbidden(DomainError):
    """The person is known, and may not do this."""

    status = 403
    default_code = "forbidden"
    default_message = _("You don't have permission to do this. Ask your institution's administrator.")


class Missing(DomainError):
    """There is no such object, or none that this person may see."""

    status = 404
    default_code = "missing"
    default_message = _("This doesn't exist, or you don't have access to it.")


class Stale(DomainError):
    """Somebody else changed the object since it was read."""

    status = 412
    default_code = "stale"
    default_message = _("Someone changed this since you opened it. Reload it and make your change again.")
