"""The API of instructor and student profiles."""

from muster.core.api import Door

router = Door()
