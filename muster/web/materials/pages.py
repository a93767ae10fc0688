"""The materials of a batch, and opening one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.core.files import shown_inline
from muster.enrollments.models import Enrollment
from muster.materials import rules
from muster.materials.models import LOCAL_TODAY
from muster.materials.permissions import batch_materials, materials
from muster.materials.queries import materials_around, materials_in_full, with_own_view, with_seen_by
from muster.web.batches.frame import Frame, batch_for
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.materials.rows import MaterialRow, Readers, groups_of, words_of_place
from muster.web.requests import ActorRequest
from muster.web.ui.components import Action
from muster.web.ui.downloads import response_of
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, Table, list_page

READ_BY = (Enrollment.Status.ACTIVE, Enrollment.Status.COMPLETED)


def _reads(frame: Frame) -> bool:
    """Whether the materials of the batch are the actor's to read: a seat that is on hold gives none."""
    return frame.is_staff or (frame.own is not None and frame.own.status in READ_BY)


register_tab(
    BatchTab("materials", gettext_lazy("Materials"), "materials:batch", 47, "see_staff", shown=_reads),
)


class ReadMaterialFilters(Filters):
    """Found by its words, narrowed to what it belongs to."""

    search: ClassVar[Sequence[str]] = ("title", "description", "file_name")
    search_hint = gettext_lazy("Title or description")
    of = Buckets(
        gettext_lazy("Belongs to"),
        Bucket("batch", gettext_lazy("Batch"), Q(batch__isnull=False)),
        Bucket("course", gettext_lazy("Course"), Q(course__isnull=False)),
        Bucket("session", gettext_lazy("Sessions"), Q(session__isnull=False)),
    )


class MaterialFilters(ReadMaterialFilters):
    """For staff also by whether students see it yet."""

    state = Buckets(
        gettext_lazy("State"),
        Bucket("shown", gettext_lazy("Shown"), Q(visible_from__isnull=True) | Q(visible_from__lte=LOCAL_TODAY)),
        Bucket("hidden", gettext_lazy("Hidden"), Q(visible_from__gt=LOCAL_TODAY)),
    )


class MaterialTable(Table):
    """What an export of materials holds; the page draws them in groups."""

    counted = ngettext_lazy("%(count)s material", "%(count)s materials", "count")
    caption = gettext_lazy("Materials")

    title = Column(verbose_name=gettext_lazy("Title"))
    description = Column(verbose_name=gettext_lazy("Description"))
    place = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Belongs to"))
    content = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("File or link"))
    created_at = Column(verbose_name=gettext_lazy("Added"))
    added_by = Column(accessor="added_by__full_name", verbose_name=gettext_lazy("Added by"))
    visible_from = Column(verbose_name=gettext_lazy("Visible from"))
    seen_by = Column(verbose_name=gettext_lazy("Seen by"))

    class Meta(Table.Meta):
        pass

    def render_place(self, record: Any) -> str:
        return words_of_place(record)

    def render_content(self, record: Any) -> str:
        return str(record.url or record.file_name)

    def value_created_at(self, value: Any) -> Any:
        return value


@page(batch_materials["list"])
def batch_page(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """What a batch is taught with: its own, its course's and its sessions' materials."""
    actor = request.actor
    batch_materials.get(actor, batch_id, "list")
    frame = Frame(actor, batch_for(actor, batch_id), "materials")
    batch = frame.batch
    readers = Readers.of(batch, actor) if frame.is_staff else None
    rows: Any = materials_in_full(materials_around(batch.pk))
    rows = with_seen_by(rows, readers.seats) if readers else with_own_view(actor, rows.shown())
    may_add = frame.is_staff and not batch.is_archived
    add_url = frame.url("materials:new-batch") if may_add else ""
    begin = [Action(_("Add material"), add_url, "plus")] if add_url else []
    text = (
        _("Add slides, handouts or links. Students of the batch find them here and on their home page.")
        if frame.is_staff
        else _("What your instructors add appears here.")
    )
    return list_page(
        request,
        table_class=MaterialTable,
        filterset_class=MaterialFilters if frame.is_staff else ReadMaterialFilters,
        queryset=rows,
        template="materials/batch.html",
        context={"frame": frame, "batch": batch, "nav": "batches", "add_url": add_url},
        empty=Empty(_("No materials yet"), text, "file", begin),
        export_name=f"materials-{batch.code}".lower(),
        table_kwargs={} if frame.is_staff else {"exclude": ["visible_from", "seen_by"]},
        body="materials/groups.html",
        drawn=lambda those: groups_of([MaterialRow(row, may_add, readers) for row in those], batch.pk),
    )


@page(materials["see"])
def open_page(request: ActorRequest, material_id: UUID) -> HttpResponseBase:
    """The file itself, or the way to where the link leads; counted for students."""
    actor = request.actor
    row = rules.open_material(by=actor, material=materials.get(actor, material_id))
    if row.is_link:
        return HttpResponseRedirect(row.url)
    return response_of(shown_inline(str(row.file.name), name=row.file_name, media_type=row.media_type))
