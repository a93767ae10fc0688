"""How large a generated data set is, and who shares it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# Weeks of history behind today, and weeks ahead in which the last batches begin; how long each lasts.
WEEKS_BEHIND, WEEKS_AHEAD, WEEKS_EACH = 100, 4, 20
SESSIONS_A_WEEK = 3
# On average; some classes are ten smaller, some ten larger.
CLASS_SIZE = 52


@dataclass(frozen=True)
class Place:
    """What one institution has."""

    number: int
    batches: int
    students: int

    @property
    def name(self) -> str:
        return f"Institute {self.number:02d}" if self.number > 1 else "Grand Institute"

    @property
    def slug(self) -> str:
        return f"generated-{self.number:02d}"

    @property
    def instructors(self) -> int:
        """As many rooms too. With fewer than a tenth of the batches somebody would teach two at one time."""
        return max(6, self.batches * 4 // 25)

    @property
    def courses(self) -> int:
        return max(6, self.batches // 8)


@dataclass(frozen=True)
class DataScale:
    """All of a data set. The first institution holds a quarter of it, the others share the rest."""

    institutions: int
    batches: int
    students: int

    @property
    def sessions(self) -> int:
        """About so many: holidays take some."""
        return self.batches * WEEKS_EACH * SESSIONS_A_WEEK

    def places(self) -> Iterator[Place]:
        """The institutions, the large one first."""
        others = self.institutions - 1
        yield Place(1, self.batches // 4, self.students // 4)
        for number in range(others):
            yield Place(
                number + 2,
                *(
                    (whole - whole // 4) * (number + 1) // others - (whole - whole // 4) * number // others
                    for whole in (self.batches, self.students)
                ),
            )


SCALES = {
    "small": DataScale(institutions=4, batches=40, students=1_000),
    "medium": DataScale(institutions=10, batches=400, students=10_000),
    "large": DataScale(institutions=20, batches=2_000, students=50_000),
}
