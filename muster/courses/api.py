"""The API of courses and subjects."""

from muster.core.api import Door

router = Door()
