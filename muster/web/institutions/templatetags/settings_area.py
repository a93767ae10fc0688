"""`{% load settings_area %}`: the sub-navigation of the settings."""

from __future__ import annotations

from django import template
from django.template import Context

from muster.web.institutions.settings_area import ShownEntry, entries_for

register = template.Library()


@register.simple_tag(takes_context=True)
def settings_entries(context: Context) -> list[ShownEntry]:
    """The entries that the reader of this page may open."""
    return entries_for(context["request"])
