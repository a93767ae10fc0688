"""Code lists: what a value is called by an authority, as lines that people type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class CodeList:
    """Codes by value, compared without case; what is wrong with the lines where they could not be read."""

    codes: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""

    def __bool__(self) -> bool:
        return bool(self.codes)

    def code_of(self, value: str) -> str | None:
        """The code of a value; None where the list doesn't have it."""
        return self.codes.get(value.casefold())


def read_codes(text: str) -> CodeList:
    """The lines `value = code` as a list. Raises nothing: `refused` says which line is wrong."""
    codes: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        value, sign, code = (part.strip() for part in line.partition("="))
        if not sign or not value:
            return CodeList(refused=_("Line %(number)d: write value = code.") % {"number": number})
        if value.casefold() in codes:
            words = _("Line %(number)d: “%(value)s” already has a code.")
            return CodeList(refused=words % {"number": number, "value": value})
        codes[value.casefold()] = code
    return CodeList(codes)
