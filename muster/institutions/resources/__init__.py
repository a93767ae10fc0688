"""The plain nouns of an institution, each declared once: its places, its units and its calendars."""

from muster.institutions.resources.calendars import HOLIDAYS, TERMS
from muster.institutions.resources.fields import INACTIVE, zone_choices
from muster.institutions.resources.institution import INSTITUTION
from muster.institutions.resources.places import BRANCHES, DEPARTMENTS, ROOMS
