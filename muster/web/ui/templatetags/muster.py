"""`{% load muster %}`: the widgets as tags. docs/design.md shows each with an example."""

from django import template

from muster.web.ui.widgets import (
    button,
    card,
    control,
    crumbs,
    date_range,
    dialog,
    dialog_link,
    empty,
    error_summary,
    facts,
    field,
    icon,
    last_five,
    letter,
    local_date,
    local_time,
    marks_key,
    menu,
    note,
    person,
    phases,
    pill,
    score,
    seats,
    tabs,
)

register = template.Library()
TAGS = (
    button,
    control,
    crumbs,
    date_range,
    dialog_link,
    icon,
    last_five,
    letter,
    local_date,
    person,
    pill,
    score,
    seats,
)
for widget in TAGS:
    register.simple_tag(widget)
register.simple_tag(takes_context=True)(local_time)
for block in (card, dialog, empty, menu, note):
    register.simple_block_tag(block)
for part in (error_summary, facts, marks_key, phases, tabs):
    register.inclusion_tag(f"components/{part.__name__}.html")(part)
register.inclusion_tag("crispy/field.html")(field)
