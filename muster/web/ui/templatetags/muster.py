"""`{% load muster %}`: the widgets as tags. docs/design.md shows each with an example."""

from django import template

from muster.core.numbers import group_digits
from muster.web.ui import widgets
from muster.web.ui.undo import undo_of

register = template.Library()
for name in ("button", "control", "crumbs", "dialog_link", "icon", "last_five", "letter", "person", "pill"):
    register.simple_tag(getattr(widgets, name))
for name in ("date_range", "local_date", "score", "seats", "share"):
    register.simple_tag(getattr(widgets, name))
register.filter("grouped", group_digits)
register.filter(undo_of)
register.filter(widgets.percent)
register.filter(widgets.underlined)
register.simple_tag(takes_context=True)(widgets.local_time)
for name in ("card", "dialog", "empty", "menu", "note"):
    register.simple_block_tag(getattr(widgets, name))
for name in ("error_summary", "facts", "marks_key", "phases", "tabs"):
    register.inclusion_tag(f"components/{name}.html")(getattr(widgets, name))
register.inclusion_tag("crispy/field.html")(widgets.field)
