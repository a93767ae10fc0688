"""Names of files: what a person gave them, without what a computer could mistake."""

from __future__ import annotations

import re
import unicodedata

MOST_NAME = 100
ENDING = re.compile(r"\.[^\W\d_][^\W_]{0,4}$")
# What file systems and shells read as something else than a name.
AWKWARD = re.compile(r'[<>:"|?*\\/]')


def clean_name(given: str, ending: str) -> str:
    """The name with the ending of what is in the file, at most `MOST_NAME` long; "file" where nothing is left of it.

    Paths, control and direction characters and leading dots go, and so does an ending that says something else.
    """
    name = re.split(r"[\\/]", unicodedata.normalize("NFC", given))[-1]
    name = "".join(" " if char.isspace() else char for char in name if char.isspace() or _is_visible(char))
    name = " ".join(AWKWARD.sub("-", name).split()).rstrip(". ")
    stem = ENDING.sub("", name)
    stem = stem.removesuffix(f".{ending}").strip(". ")[: MOST_NAME - len(ending) - 1].strip(". ")
    return f"{stem or 'file'}.{ending}"


def _is_visible(char: str) -> bool:
    # Controls, formats (such as the turning of the direction), lone surrogates, private and unassigned ones.
    return not unicodedata.category(char).startswith("C")
