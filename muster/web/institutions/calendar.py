"""Settings: holidays and academic terms."""

from muster.institutions import resources
from muster.web.institutions.branches import SETTINGS
from muster.web.ui.resources import Pages

HOLIDAYS = Pages(resources.HOLIDAYS, SETTINGS, route="settings:holiday-", list_route="settings:holidays", icon="cal")
TERMS = Pages(resources.TERMS, SETTINGS, route="settings:term-", list_route="settings:terms", icon="plan")
