"""How far an import is: told how many steps of how many are done."""

from collections.abc import Callable

Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Nobody looks."""
