"""The pages of a plain noun, made of its declaration: the list with filters and exports, its forms, and deleting.

An area says where they stand, and the noun has its pages:

    HOLIDAYS = Pages(resources.HOLIDAYS, SETTINGS, route="settings:holiday-", list_route="settings:holidays")
    settings_pages = [*HOLIDAYS.urls("holidays/")]

What differs for one noun is overridden: `rows`, or the form that its own is made upon. A page about one row is made by
hand and named as `own_route`; the pages of rows that stand on it say `inside`.
"""

from muster.web.ui.resources.forms import ResourceForm, form_of
from muster.web.ui.resources.pages import Area, Pages
