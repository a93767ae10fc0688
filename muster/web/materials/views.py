"""Which students have opened a material, and which haven't."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.core.permissions import any_id
from muster.materials.permissions import batch_materials, materials
from muster.materials.queries import Place, place_of, readers_of, students_with_views, whole_materials
from muster.people.links import student_url
from muster.web.materials.rows import page_of_place, words_of_place
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import local_date


class ViewFilters(Filters):
    """By the name, and by whether they have opened it."""

    search: ClassVar[Sequence[str]] = ("full_name",)
    search_hint = gettext_lazy("Name")
    opened = Buckets(
        gettext_lazy("Opened"),
        Bucket("yes", gettext_lazy("Opened"), Q(last_on__isnull=False)),
        Bucket("no", gettext_lazy("Not opened"), Q(last_on__isnull=True)),
    )


class ViewTable(Table):
    """Students with the days on which they opened a material."""

    counted = ngettext_lazy("%(count)s student", "%(count)s students", "count")
    caption = gettext_lazy("Students")
    cards = {"full_name": "title", "last_on": "meta"}

    full_name = TitleColumn(verbose_name=gettext_lazy("Student"), url=lambda row: student_url(row.pk))
    last_on = Column(verbose_name=gettext_lazy("Last opened"), default=gettext_lazy("Not yet"))
    days = NumberColumn(verbose_name=gettext_lazy("Days opened"), default=0)

    class Meta(Table.Meta):
        pass

    def render_last_on(self, value: Any) -> Any:
        return local_date(value)

    def value_last_on(self, value: Any) -> Any:
        return value


@page(materials["see_views"])
def views_page(request: ActorRequest, material_id: UUID) -> HttpResponseBase:
    """The students who are given a material, with those who have opened it; with `batch` those of one batch."""
    actor = request.actor
    row = materials.get(actor, material_id, "see_views", among=whole_materials)
    place: Place = place_of(row)
    if request.GET.get("batch"):
        place = batch_materials.get(actor, any_id(request.GET["batch"]), "list")
    return list_page(
        request,
        table_class=ViewTable,
        filterset_class=ViewFilters,
        queryset=students_with_views(row, readers_of(place, actor)),
        template="materials/views.html",
        context={"nav": "batches", "material": row, "where": page_of_place(actor, place), "place": words_of_place(row)},
        empty=Empty(_("No students yet"), _("Students who can open this material appear here."), "student"),
        export_name="views",
    )
