"""The one gate for text from outside: forms, bodies of the API, cells of imports, arguments of commands.

Text is in NFC, without control characters, without characters of no width and those that turn the direction of what
follows, and without blanks around it. What nobody sees is taken out; a line break is a blank where one line is meant.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models

# Spaces and joiners of no width, marks and overrides of direction, invisible operators, fillers, the byte order mark.
INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
# NUL stays, to be refused: it says that this was no text. So do tabs and breaks, which are blanks.
UNSEEN = re.compile(f"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f{INVISIBLE}\ufff9-\ufffb\U000e0000-\U000e007f]")
BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029\v\f]")
BLANKS = re.compile(r" *[\t\n][\t\n ]*")


def clean_lines(text: str) -> str:
    """The text with its line breaks, all written one way."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return BREAKS.sub("\n", UNSEEN.sub("", unicodedata.normalize("NFC", text))).strip()


def clean_line(text: str) -> str:
    """The text on one line."""
    text = clean_lines(text)
    return text if text.isprintable() else BLANKS.sub(" ", text).strip()


class _Gate:
    """Lets text into a column only clean, by whatever way it is written or compared."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)  # type: ignore[misc]
        return self.cleaned(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = super().pre_save(model_instance, add)  # type: ignore[misc]
        if isinstance(value, str):
            value = self.cleaned(value)
            setattr(model_instance, self.attname, value)  # type: ignore[attr-defined]
        return value

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)  # type: ignore[misc]
        return self.cleaned(value) if isinstance(value, str) else value

    def deconstruct(self) -> Any:
        # What reaches the database is as of its parent: a migration needs no gate.
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, f"django.db.models.{type(self).__mro__[2].__name__}", args, kwargs

    def cleaned(self, text: str) -> str:
        raise NotImplementedError


if TYPE_CHECKING:
    # What the type checker knows of them is all it needs to know.
    Line = ShortLines = models.CharField
    Lines = models.TextField
else:

    class Line(_Gate, models.CharField):
        """Text on one line."""

        def cleaned(self, text: str) -> str:
            return clean_line(text)

    class ShortLines(_Gate, models.CharField):
        """Text of limited length that may have several lines: notes, reasons."""

        def cleaned(self, text: str) -> str:
            return clean_lines(text)

    class Lines(_Gate, models.TextField):
        """Text that may have several lines."""

        def cleaned(self, text: str) -> str:
            return clean_lines(text)


def is_one_line(field: str, name: str) -> models.CheckConstraint:
    """The database's own word that the field holds something, and all on one line: feeds and mails rely on it."""
    says, breaks = {f"{field}__regex": r"\S"}, {f"{field}__regex": r"[\x01-\x1f\x7f\u2028\u2029]"}
    return models.CheckConstraint(condition=models.Q(**says) & ~models.Q(**breaks), name=name)
