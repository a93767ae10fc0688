"""Bounds of a field's values: said by the model, told by the rules, and shown by forms."""

from __future__ import annotations

from typing import Any

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


def between(least: int, most: int, words: Any = "") -> list[BaseValidator]:
    """The validators of a number from the least to the most."""
    message: Any = format_lazy(words or _("Enter a number from {least} to {most}."), least=least, most=most)
    return [MinValueValidator(least, message), MaxValueValidator(most, message)]


def bounds_of(field: models.Field[Any, Any]) -> tuple[Any, Any]:
    """The least and greatest number that a field takes; None is no bound."""
    limits: dict[str, list[Any]] = {"min_value": [], "max_value": []}
    for validator in field.validators:
        limits.get(getattr(validator, "code", ""), []).append(getattr(validator, "limit_value", None))
    return max(limits["min_value"], default=None), min(limits["max_value"], default=None)
