"""Advice on the number of seats: a scale with what is advised, what is asked, and what the room holds."""

from __future__ import annotations

from dataclasses import dataclass

from muster.enrollments.opening import spare_of
from muster.institutions.models import Institution

# Beyond this a scale says nothing any more.
MOST_DRAWN = 10_000
LEFT, RIGHT = 3.0, 97.0


@dataclass
class Scale:
    """Places on the scale are percentages of its width."""

    house: Institution
    asked: int | None
    room: int | None

    def __post_init__(self) -> None:
        self.capacity = self.asked if self.asked is not None and 0 < self.asked <= MOST_DRAWN else None
        self.low, self.high = max(1, self.house.advised_size_min), self.house.advised_size_max
        self.top = max(self.high + 7, (self.capacity or 0) + 3, (self.room or 0) + 3)
        if self.capacity and self.room:
            # Room for two labels side by side.
            self.top = max(self.top, round(1.25 * max(self.capacity, self.room)))

    def at(self, number: int) -> float:
        """Where a number of seats lies."""
        return round(LEFT + (RIGHT - LEFT) * (number - 1) / (self.top - 1), 2)

    @property
    def capacity_at(self) -> float | None:
        return self.at(self.capacity) if self.capacity else None

    @property
    def room_at(self) -> float | None:
        return self.at(self.room) if self.room else None

    @property
    def band(self) -> dict[str, float]:
        """The advised sizes."""
        first, last = self.at(self.low), self.at(self.high)
        return {"at": first, "width": round(last - first, 2), "middle": round((first + last) / 2, 2)}

    @property
    def capacity_anchor(self) -> str:
        return self._anchor(self.capacity_at, self.room_at, first=True)

    @property
    def room_anchor(self) -> str:
        return self._anchor(self.room_at, self.capacity_at, first=False)

    @staticmethod
    def _anchor(here: float | None, other: float | None, *, first: bool) -> str:
        """To which side a label goes, so that two neighbours do not cover each other."""
        if here is None:
            return "middle"
        if other is not None and abs(here - other) < 24:
            before = here < other or (here == other and first)
            return "end" if before and here > 10 else "start" if not before and here < 85 else "middle"
        return "start" if here < 10 else "end" if here > 90 else "middle"

    @property
    def marks(self) -> list[tuple[int, float]]:
        """The numbers below the line, none too close to another; the important ones stay."""
        wanted = [1, self.low, self.high, self.top, *([self.room] if self.room else []), (self.low + self.high) // 2]
        wanted += [self.low // 2, (self.high + self.top) // 2]
        kept: list[int] = []
        for number in wanted:
            if number > 0 and all(abs(self.at(number) - self.at(other)) >= 7 for other in kept):
                kept.append(number)
        return [(number, self.at(number)) for number in sorted(kept)]

    @property
    def exceeds_room(self) -> bool:
        return self.room is not None and self.asked is not None and self.asked > self.room

    @property
    def spare(self) -> int:
        """The seats that the institution's setting keeps spare, rounded up."""
        return spare_of(self.capacity, self.house)

    @property
    def to_fill(self) -> int:
        return (self.capacity or 0) - self.spare

    @property
    def advised_spare(self) -> tuple[int, int]:
        """Ten to twenty percent of the seats, rounded up."""
        seats = self.capacity or 0
        return -(-seats // 10), -(-seats // 5)
