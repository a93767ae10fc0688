"""Known to every template: `date` keeps day, month and year on one line."""

from django import template

from muster.web.ui.widgets import date_in_words

register = template.Library()
register.filter("date", date_in_words, expects_localtime=True, is_safe=False)
