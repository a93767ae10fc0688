"""The one list: a table that is filtered, sorted, paged and exported the same way on every page.

A page names a `Table`, a `Filters` and a queryset, and calls `list_page`. The list costs three statements, however
many rows and filters there are: one that counts everything, one that reads the page, one for its saved views.
"""

from muster.web.ui.tables.export import export_response, exported_rows
from muster.web.ui.tables.filters import Bucket, Buckets, Facet, Filters, Option
from muster.web.ui.tables.listing import Empty, Listing, list_page
from muster.web.ui.tables.table import NumberColumn, PickColumn, Table, TitleColumn
from muster.web.ui.tables.through import ThroughFacet
