"""Materials of courses, batches and sessions: read by those who attend, kept by those who teach."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.api.kit import (
    Date,
    Day,
    Door,
    In,
    Paging,
    Stamped,
    answer,
    filter_by_ids,
    in_shape,
    key,
    page_of,
    request_actor,
    request_body,
    request_object,
    stamp,
)
from muster.api.kit.downloads import response_of
from muster.batches.permissions import sessions
from muster.core.errors import Invalid
from muster.core.files import MEDIA_TYPES, read_whole, shown_inline
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.institutions.access import Actor
from muster.materials import rules
from muster.materials.errors import IsALink
from muster.materials.models import Material
from muster.materials.permissions import batch_materials, course_materials, materials, removed_materials
from muster.materials.queries import (
    Place,
    materials_in_full,
    place_of,
    readers_of,
    students_with_views,
    surroundings_of,
)
from muster.timetable.models import ClassSession

router = Door(tags=["Materials"])


class MaterialIn(In):
    """A link, or in a form a `file`: PDF, JPEG, PNG, HEIC or WebP, at most 10 MB; of one course, batch or session."""

    title: str = Field(
        "", description="Up to 150 characters; required for a link, the file's name when left out for a file"
    )
    description: str = Field("", description="One line, up to 300 characters")
    url: str = Field("", description="A link that starts with https://, instead of a file")
    course_id: str | None = Field(None, max_length=60, description="This, batch_id or session_id")
    batch_id: str | None = Field(None, max_length=60, description="This, course_id or session_id")
    session_id: str | None = Field(None, max_length=60, description="This, course_id or batch_id")
    visible_from: Day | None = Field(None, description="Hidden from students until this day")


class MaterialChanges(In):
    """What to change of it. What is not sent stays."""

    title: str | None = None
    description: str | None = None
    url: str | None = Field(None, description="Of a link")
    visible_from: Day | None = Field(None, description="Null to show it now")
    position: int | None = Field(None, description="Among the materials of the same place, the first being 1")


class MaterialQuery(Schema):
    """The filters of the list."""

    course: str = Field("", max_length=60, description="A course's id")
    batch: str = Field("", max_length=60, description="A batch's id: its own, its sessions' and its course's materials")
    session: str = Field("", max_length=60, description="A session's id")


class AdderOut(TypedDict):
    """Who added it."""

    _id: str
    full_name: str


class MaterialOut(Stamped):
    """A file or a link. Exactly one of `course`, `batch` and `session` is set. `hidden` ones staff alone see."""

    title: str
    description: str
    url: str | None
    file_name: str | None
    file_size: int | None
    media_type: str | None
    course: str | None
    batch: str | None
    session: str | None
    visible_from: Date | None
    hidden: bool
    position: int
    added_by: AdderOut | None


class MaterialViewOut(TypedDict):
    """A student who is given the material, and on how many days they have opened it, last on `last_on`."""

    student: AdderOut
    days: int
    last_on: Date | None


def material_json(row: Any) -> MaterialOut:
    """A material of `materials_in_full`."""
    adder = row.added_by
    return {
        **stamp(row),
        "title": row.title,
        "description": row.description,
        "url": row.url or None,
        "file_name": row.file_name or None,
        "file_size": row.file_size or None,
        "media_type": row.media_type or None,
        "course": key(row.course_id),
        "batch": key(row.batch_id),
        "session": key(row.session_id),
        "visible_from": row.visible_from.isoformat() if row.visible_from else None,
        "hidden": row.is_hidden,
        "position": row.position,
        "added_by": {"_id": str(adder.pk), "full_name": adder.full_name} if adder else None,
    }


def _whole(material: Material) -> MaterialOut:
    return material_json(materials_in_full(Material.objects.filter(pk=material.pk)).get())


@router.get("/materials", allow=materials["see"], rows=MaterialOut)
def list_materials(request: HttpRequest, paging: Query[Paging], narrowing: Query[MaterialQuery]) -> HttpResponse:
    """Materials the caller may read, newest first."""
    actor = request_actor(request)
    rows = filter_by_ids(materials.rows(actor), narrowing, {"course": "course_id", "session": "session_id"})
    if narrowing.batch:
        if (batch_id := as_id(narrowing.batch)) is None:
            raise Invalid(_("Nothing has this id."), field="batch")
        rows = rows.filter(surroundings_of(batch_id))
    rows = materials_in_full(with_words(rows, paging.q, "title", "description", "file_name"))
    columns = {"title": "title", "position": "position", "visible_from": "visible_from"}
    removed = removed_materials.rows(actor)
    return page_of(rows.order_by("-created_at", "-pk"), paging, material_json, columns, removed=removed)


@router.post("/materials", allow=batch_materials["add"], data=MaterialOut, status=201, takes=MaterialIn)
def add_material(request: HttpRequest) -> HttpResponse:
    """Add a link, or a file sent as multipart/form-data. Students are told once a day of what is new."""
    actor, body = request_actor(request), request_body(request, MaterialIn)
    sent: list[Any] = request.FILES.getlist("file")
    if len(sent) > 1:
        raise Invalid(_("Send one file."), field="file")
    row = rules.add_material(
        by=actor,
        to=_place(actor, body),
        title=body.title,
        description=body.description,
        url=body.url,
        visible_from=body.visible_from,
        file=rules.SentFile(read_whole(sent[0]), sent[0].name or "") if sent else None,
    )
    return answer(_whole(row), "Material added successfully", status=201)


def _place(actor: Actor, body: MaterialIn) -> Place:
    """What the material is of. Raises Invalid naming what the actor may not add to."""
    named = [name for name in ("course_id", "batch_id", "session_id") if getattr(body, name) is not None]
    if len(named) != 1:
        raise Invalid(_("Send one of course_id, batch_id and session_id."), field=named[-1] if named else "batch_id")
    if body.course_id is not None:
        return course_materials.get_named(actor, body.course_id, "course_id", "add")
    if body.batch_id is not None:
        return batch_materials.get_named(actor, body.batch_id, "batch_id", "add")
    among = ClassSession.objects.select_related("meeting")
    return sessions.get_named(actor, body.session_id, "session_id", "change", among=among)


@router.get("/materials/{material_id}", allow=materials["see"], on="material_id", data=MaterialOut)
def see_material(request: HttpRequest, material_id: str) -> HttpResponse:
    """One material. To open it counts, to see it here doesn't."""
    return answer(_whole(request_object(request, Material)))


@router.put("/materials/{material_id}", allow=materials["change"], on="material_id", data=MaterialOut)
def change_material(request: HttpRequest, material_id: str, body: MaterialChanges) -> HttpResponse:
    """Change its words, when it is shown, or its place among the others."""
    material = request_object(request, Material)
    row = rules.change_material(by=request_actor(request), material=material, changes=body.sent())
    return answer(_whole(row), "Material updated successfully")


@router.delete("/materials/{material_id}", allow=materials["change"], on="material_id", data=MaterialOut)
def remove_material(request: HttpRequest, material_id: str) -> HttpResponse:
    """Remove a material. For 30 days it can be restored."""
    row = rules.remove_material(by=request_actor(request), material=request_object(request, Material))
    return answer(_whole(row), "Material deleted successfully")


@router.post("/materials/{material_id}/restore", allow=removed_materials["restore"], on="material_id", data=MaterialOut)
def restore_material(request: HttpRequest, material_id: str) -> HttpResponse:
    """Restore a material that was removed."""
    row = rules.restore_material(by=request_actor(request), material=request_object(request, Material))
    return answer(_whole(row), "Material restored successfully")


@router.get("/materials/{material_id}/file", allow=materials["see"], on="material_id", files=MEDIA_TYPES)  # type: ignore[arg-type]
def download_material(request: HttpRequest, material_id: str) -> HttpResponseBase:
    """Download the file; 404 if it is a link. Counted once a day for students."""
    material = request_object(request, Material)
    if material.is_link:
        raise IsALink
    row = rules.open_material(by=request_actor(request), material=material)
    return response_of(shown_inline(str(row.file.name), name=row.file_name, media_type=row.media_type))


@router.get("/materials/{material_id}/views", allow=materials["see_views"], on="material_id", rows=MaterialViewOut)
def list_material_views(request: HttpRequest, material_id: str, paging: Query[Paging]) -> HttpResponse:
    """The students who are given it, by name, with those who have opened it."""
    actor = request_actor(request)
    row = materials_in_full(Material.objects.filter(pk=request_object(request, Material).pk)).get()
    people: Any = students_with_views(row, readers_of(place_of(row), actor))
    return page_of(with_words(people, paging.q, "full_name"), paging, _view_json)


def _view_json(person: Any) -> MaterialViewOut:
    return in_shape(
        MaterialViewOut,
        person,
        student={"_id": str(person.pk), "full_name": person.full_name},
        days=person.days or 0,
        last_on=person.last_on.isoformat() if person.last_on else None,
    )
