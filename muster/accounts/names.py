"""Given and family names, as they are guessed from a name in full. Whoever knows better corrects them."""

from __future__ import annotations

# What belongs to the family name that follows, however it is written: "van der Merwe", "bin Omar", "de la Cruz".
PARTICLES = frozenset(
    (
        "af", "al", "am", "auf", "av", "bin", "binti", "d", "da", "das", "de", "del", "della", "den", "der",
        "des", "di", "do", "dos", "du", "e", "el", "ibn", "la", "las", "le", "les", "los", "ten", "ter",
        "und", "van", "vom", "von", "y", "zu", "zum", "zur",
    )
)  # fmt: skip


def guess_names(full_name: str) -> tuple[str, str]:
    """The given and the family name: "Mokoena, Naledi" says which is which; otherwise the last word is the family name,
    with the particles before it. A single name is a given name."""
    before, comma, after = full_name.partition(",")
    if comma and before.strip() and after.strip():
        return after.strip(), before.strip()
    words = full_name.split()
    if len(words) < 2:
        return full_name.strip(), ""
    first = len(words) - 1
    while first > 1 and words[first - 1].casefold() in PARTICLES:
        first -= 1
    return " ".join(words[:first]), " ".join(words[first:])
