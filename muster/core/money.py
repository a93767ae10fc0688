"""Money in words."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format


def money(amount: Decimal | int, currency: str) -> str:
    """A sum as it is written everywhere."""
    return f"{number_format(amount, 2, force_grouping=True)} {currency}"
