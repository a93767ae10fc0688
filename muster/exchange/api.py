"""The API of imports."""

from muster.core.api import Door

router = Door()
