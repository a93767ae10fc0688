"""Words that scripts put numbers into."""

from __future__ import annotations

from django.utils.translation import ngettext

# A number of each plural form that languages have, by its CLDR name.
SAMPLES = {"one": 1, "two": 2, "few": 3, "many": 5, "other": 100}


def plural(one: str, many: str) -> dict[str, str]:
    """A sentence in each plural form of the language; the number stands as {n}."""
    return {form: ngettext(one, many, number) for form, number in SAMPLES.items()}
