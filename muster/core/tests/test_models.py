"""What every table has."""

from __future__ import annotations

from django.apps import apps
from django.db import models
from django.utils import translation

from muster.core.models import Row


def test_the_word_of_a_choice_is_the_one_that_django_says() -> None:
    """Should fail when an upgrade of Django finds the words of choices in another way."""
    rows = [model for model in apps.get_models() if issubclass(model, Row)]
    fields = [field for model in rows for field in model._meta.concrete_fields if field.choices]
    assert len(fields) > 20
    for field in fields:
        for value in [*(key for key, _word in field.flatchoices), "none of them", None]:
            row = field.model(**{field.attname: value})
            own = getattr(row, f"get_{field.name}_display")()
            assert own == models.Model._get_FIELD_display(row, field)


def test_the_word_of_a_choice_is_in_the_language_of_who_reads_it() -> None:
    monday = apps.get_model("timetable", "ScheduleSlot")(weekday=1)
    words = []
    for language in ("en", "fr"):
        with translation.override(language):
            words.append(monday.get_weekday_display())
    # Django itself knows the days in French.
    assert words == ["Monday", "lundi"]
