"""What a rule may refuse with. One handler turns these into the API's failure shape and the page's sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field, in words for the person who filled it in."""

    field: str
    message: str


class DomainError(Exception):
    """A refusal: what happened and what to do next.

    `code` is the machine word of the API, `errors` name the fields. `facts` go out as `data`; those that cost something
    come as a function, which is called once, and only if somebody looks. A refusal that always says the same declares
    its `sentence`, whose `%(words)s` are given when it is raised, and mostly its code and field too.
    """

    status = 400
    sentence: ClassVar[Any] = ""
    default_code = "refused"
    default_field = ""

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        facts: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
        errors: Sequence[FieldError] = (),
        field: str = "",
        **words: object,
    ) -> None:
        self.message = message or str(self.sentence) % words
        super().__init__(self.message)
        self.code = code or self.default_code
        self._facts = facts
        field = field or self.default_field
        self.errors = [*errors] or ([FieldError(field, self.message)] if field else [])

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


class HasNul(Invalid):
    """The text has a character that PostgreSQL cannot keep."""

    sentence = gettext_lazy("The text contains a NUL character. Remove it and try again.")
    default_code = "nul"

    @classmethod
    def at(cls, field: str, value: object) -> list[FieldError]:
        """What is wrong with the field where its text, or one in its list, has a NUL; else nothing."""
        return [FieldError(field, str(cls.sentence))] if cls.is_in(value) else []

    @classmethod
    def is_in(cls, value: object) -> bool:
        """Whether the text, or one in the list, has a NUL."""
        if isinstance(value, list | tuple):
            return any(map(cls.is_in, value))
        return isinstance(value, str) and "\x00" in value


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
    sentence = gettext_lazy("You don't have permission to do this. Ask your institution's administrator.")
    default_code = "forbidden"


class Missing(DomainError):
    """There is no such object, or none that this person may see."""

    status = 404
    sentence = gettext_lazy("This doesn't exist, or you don't have access to it.")
    default_code = "missing"


class Stale(DomainError):
    """Somebody else changed the object since it was read."""

    status = 412
    sentence = gettext_lazy("Someone changed this since you opened it. Reload it and make your change again.")
    default_code = "stale"
