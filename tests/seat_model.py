"""Seats as a child would keep them: two batches of one course with chairs and a line each. Each action says whether it
may be done, and does it. What the product does must come to the same (`test_seat_properties`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SEATED, IN_LINE = ("active", "on_hold"), ("waiting", "offered")
# Who asks: somebody of the staff, or the student.
By = Literal["staff", "self"]


@dataclass
class Chairs:
    """A batch: how many chairs, who has one, and who stands in line with what number."""

    capacity: int
    most_waiting: int
    status: str = "Upcoming"
    # Whether the seats kept back were given to everybody.
    is_released: bool = False
    # The last thing that was with each student, by their number.
    seats: dict[int, str] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    # Priority and time of joining, by which the line goes.
    numbers: dict[int, tuple[int, int]] = field(default_factory=dict)
    # Whose offer has lasted too long.
    late: set[int] = field(default_factory=set)
    # Who had a seat when the batch ended, and as what, in the order in which they took it.
    ended: dict[int, str] = field(default_factory=dict)
    # The number of their last seat here.
    taken: dict[int, int] = field(default_factory=dict)

    def has(self, who: int) -> bool:
        return self.seats.get(who) in SEATED

    def awaits(self, who: int) -> bool:
        return self.places.get(who) in IN_LINE

    def offers_to(self, who: int) -> bool:
        """Whether a seat is held for them and may still be taken."""
        return self.places.get(who) == "offered" and who not in self.late

    @property
    def is_over(self) -> bool:
        return self.status in ("Completed", "Cancelled")

    @property
    def enrolled(self) -> int:
        return sum(map(self.has, self.seats))

    @property
    def offered(self) -> int:
        return sum(place == "offered" for place in self.places.values())

    @property
    def free(self) -> int:
        return self.capacity - self.enrolled - self.offered

    @property
    def line(self) -> list[int]:
        waiting = [who for who, place in self.places.items() if place == "waiting"]
        return sorted(waiting, key=self.numbers.__getitem__)


class Seats:
    """Two batches, and what the institution has set."""

    def __init__(self, mode: str, students: int, capacity: int = 1, most_waiting: int = 3) -> None:
        self.mode, self.students = mode, students
        self.batches = [Chairs(capacity, most_waiting) for _each in range(2)]
        # The part of the seats that only staff gives, and whether students still may take any.
        self.buffer, self.is_open = 0, True
        self.clock = 0
        # Which seat became which by a move.
        self.moves: dict[int, int] = {}

    # --- questions ---------------------------------------------------------------------------------------------------
    def left_for_students(self, at: int) -> int:
        batch = self.batches[at]
        return max(batch.free - (0 if batch.is_released else self.spare(at)), 0)

    def spare(self, at: int) -> int:
        """The seats that are kept back until they are released; a part of a seat is a whole one."""
        return -(-self.batches[at].capacity * self.buffer // 100)

    def left_for(self, by: By, at: int) -> int:
        return max(self.batches[at].free, 0) if by == "staff" else self.left_for_students(at)

    def for_the_line(self, at: int) -> int:
        """The seats that go to those who wait before anybody else."""
        return self.left_for_students(at) if self.is_open and not self.batches[at].is_over else 0

    def is_seated(self, who: int) -> bool:
        return any(batch.has(who) for batch in self.batches)

    @property
    def is_settled(self) -> bool:
        """Whether nobody waits for a seat that they could have."""
        return not any(batch.line and self.for_the_line(at) for at, batch in enumerate(self.batches))

    # --- what happens by itself --------------------------------------------------------------------------------------
    def _fill(self, at: int) -> None:
        """Give the free seats to the line, in order; and so on in the batches that are left for it."""
        todo = [at]
        while todo:
            here = todo.pop(0)
            batch = self.batches[here]
            for who in batch.line[: self.for_the_line(here)]:
                if self.mode == "offer":
                    batch.places[who] = "offered"
                    batch.late.discard(who)
                else:
                    todo += self._seat(who, here)

    def _seat(self, who: int, at: int, status: str = "active") -> list[int]:
        """Turn a place into a seat, which ends one in the other batch; the batches where one freed."""
        batch = self.batches[at]
        if who in batch.places:
            batch.places[who] = "accepted"
        left = [other for other, one in enumerate(self.batches) if other != at and one.has(who)]
        for other in left:
            self.moves[self.batches[other].taken[who]] = self.clock + 1
            self._change(who, other, "cancelled")
        self._change(who, at, status, is_new=True)
        return left

    def _change(self, who: int, at: int, status: str, *, is_new: bool = False) -> None:
        batch = self.batches[at]
        if is_new:
            self.clock += 1
            batch.taken[who] = self.clock
        if is_new or batch.seats[who] != status:
            # What the end of the batch had ended is not brought back any more.
            batch.ended.pop(who, None)
        batch.seats[who] = status

    def minute(self) -> bool:
        """What the job does each minute."""
        for at, batch in enumerate(self.batches):
            if due := {who for who in batch.late if batch.places[who] == "offered"}:
                batch.places.update(dict.fromkeys(due, "expired"))
                self._fill(at)
            batch.late.clear()
        for at in [at for at, batch in enumerate(self.batches) if batch.line and self.for_the_line(at)]:
            self._fill(at)
        return True

    def days_pass(self) -> bool:
        """Nobody answered the offers that there are."""
        for batch in self.batches:
            batch.late = {who for who, place in batch.places.items() if place == "offered"}
        return True

    # --- what people do ----------------------------------------------------------------------------------------------
    def enroll(self, who: int, at: int, by: By = "staff") -> bool:
        batch = self.batches[at]
        if batch.is_over or self.is_seated(who) or (by == "self" and not self.is_open):
            return False
        left, awaited = self.left_for(by, at), self.for_the_line(at) > 0
        if batch.awaits(who):
            is_next = batch.places[who] == "waiting" and (batch.line[0] == who or not awaited)
            if not (batch.offers_to(who) or (is_next and left)):
                return False
        elif not left or (batch.line and awaited):
            return False
        self._seat(who, at)
        return True

    def join(self, who: int, at: int) -> bool:
        batch = self.batches[at]
        if batch.is_over or not self.is_open or batch.has(who) or batch.awaits(who):
            return False
        if (self.left_for_students(at) and not batch.line) or len(batch.line) >= batch.most_waiting:
            return False
        self.clock += 1
        batch.places[who], batch.numbers[who] = "waiting", (0, self.clock)
        return True

    def prioritize(self, who: int, at: int, priority: int) -> bool:
        batch = self.batches[at]
        if batch.places.get(who) != "waiting":
            return False
        batch.numbers[who] = (-priority, batch.numbers[who][1])
        return True

    def leave(self, who: int, at: int) -> bool:
        batch = self.batches[at]
        if batch.awaits(who):
            batch.places[who] = "cancelled"
            self._fill(at)
        return batch.places.get(who) == "cancelled"

    def accept(self, who: int, at: int) -> bool:
        batch = self.batches[at]
        if not batch.offers_to(who):
            return batch.places.get(who) == "accepted"
        for left in self._seat(who, at):
            self._fill(left)
        return True

    def decline(self, who: int, at: int) -> bool:
        batch = self.batches[at]
        if batch.places.get(who) == "offered":
            batch.places[who] = "declined"
            self._fill(at)
        return batch.places.get(who) == "declined"

    def cancel(self, who: int, at: int) -> bool:
        batch = self.batches[at]
        if batch.has(who):
            self._change(who, at, "cancelled")
            self._fill(at)
        return batch.seats.get(who) == "cancelled"

    def hold(self, who: int, at: int, status: str = "on_hold") -> bool:
        if not self.batches[at].has(who):
            return False
        self._change(who, at, status)
        return True

    def resume(self, who: int, at: int) -> bool:
        if self.batches[at].seats.get(who) in ("completed", "cancelled"):
            return self.correct(who, at, "active")
        return self.hold(who, at, "active")

    def complete(self, who: int, at: int) -> bool:
        batch = self.batches[at]
        if batch.has(who):
            self._change(who, at, "completed")
            self._fill(at)
        return batch.seats.get(who) == "completed"

    def correct(self, who: int, at: int, status: str) -> bool:
        """Give the last enrollment another status: complete it, or undo its end."""
        batch = self.batches[at]
        if who not in batch.seats:
            return False
        if status in SEATED and not batch.has(who):
            others = [one for one in batch.line if one != who]
            if batch.is_over or self.is_seated(who) or batch.awaits(who) or batch.free <= 0:
                return False
            if others and self.for_the_line(at):
                return False
            # The seat is theirs again, wherever they had moved from it.
            self.moves.pop(batch.taken[who], None)
        self._change(who, at, status)
        if status not in SEATED:
            self._fill(at)
        return True

    def _left_over(self, at: int) -> tuple[list[int], int]:
        """To whom in line the next seats belong, and how many are left beside theirs."""
        batch = self.batches[at]
        first = batch.line[: self.for_the_line(at)]
        return first, max(batch.free - len(first), 0)

    def transfer(self, who: int, at: int, or_wait: bool) -> bool:
        """Move somebody from the other batch, who stays on hold where they are."""
        batch, other = self.batches[at], self.batches[1 - at]
        if batch.is_over or not other.has(who):
            return False
        first, left = self._left_over(at)
        if who in first or batch.offers_to(who) or left:
            for freed in self._seat(who, at, other.seats[who]):
                self._fill(freed)
            return True
        if not or_wait:
            return False
        if not batch.awaits(who):
            if not self.is_open or len(batch.line) >= batch.most_waiting:
                return False
            self.clock += 1
            batch.places[who], batch.numbers[who] = "waiting", (0, self.clock)
        return True

    def bring_back(self, who: int, at: int) -> bool:
        """Undo the move of somebody to the other batch."""
        batch, other = self.batches[at], self.batches[1 - at]
        new = self.moves.get(batch.taken.get(who, 0))
        if new is None or new != other.taken.get(who) or not other.has(who):
            return False
        if batch.is_over or batch.awaits(who) or not self._left_over(at)[1]:
            return False
        del self.moves[batch.taken[who]]
        status = other.seats[who]
        self._change(who, other_at := 1 - at, "cancelled")
        self._change(who, at, status)
        self._fill(other_at)
        return True

    def resize(self, at: int, capacity: int) -> bool:
        batch = self.batches[at]
        if capacity < max(batch.enrolled + batch.offered, 1):
            return False
        batch.capacity = capacity
        self._fill(at)
        return True

    def release(self, at: int) -> bool:
        batch = self.batches[at]
        if batch.is_over or not self.spare(at) or batch.is_released:
            return False
        batch.is_released = True
        self._fill(at)
        return True

    def keep_again(self, at: int) -> bool:
        batch = self.batches[at]
        if batch.is_over or not self.spare(at) or batch.free <= 0:
            return False
        batch.is_released = False
        self._fill(at)
        return True

    def keep_back(self, percent: int) -> bool:
        self.buffer = percent
        return True

    def let_students_enroll(self, is_open: bool) -> bool:
        self.is_open = is_open
        return True

    def end(self, at: int, status: str) -> bool:
        """Complete or cancel the batch, and with it its enrollments; nobody waits for it any more."""
        batch = self.batches[at]
        if batch.status == status:
            return True
        if batch.is_over or (status == "Completed" and batch.status == "Upcoming"):
            return False
        batch.status = status
        seated = {who: batch.seats[who] for who in batch.seats if batch.has(who)}
        batch.seats.update(dict.fromkeys(seated, status.lower()))
        batch.ended |= seated
        batch.places.update({who: "cancelled" for who in batch.places if batch.awaits(who)})
        return True

    def begin(self, at: int) -> bool:
        batch = self.batches[at]
        if batch.is_over:
            return False
        batch.status = "Active"
        return True

    def reopen(self, at: int) -> bool:
        """Open the batch again; its students come back in the order in which they had come, as far as seats go."""
        batch = self.batches[at]
        if not batch.is_over:
            return False
        batch.status = "Upcoming"
        coming = sorted((who for who in batch.ended if not self.is_seated(who)), key=batch.taken.__getitem__)[
            : max(batch.free, 0)
        ]
        for who in coming:
            batch.seats[who] = batch.ended[who]
        # Whoever finds no seat stays out, also when the batch ends and opens once more.
        batch.ended.clear()
        return True
