"""Opening and editing a batch on one page, with its live check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from muster.batches.clashes import DAY_NAMES
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.batches.rules import open_batch
from muster.batches.rules.inputs import FIELD_NAMES
from muster.core.errors import DomainError, Stale
from muster.core.permissions import as_id
from muster.core.weekdays import Weekday
from muster.enrollments.rules import update_batch
from muster.institutions.access import Actor
from muster.web.batches.check import FRESH, Check
from muster.web.batches.forms import SLOT_FIELDS, BatchForm, Choices, CopyForm, renumber_rows, slot_places
from muster.web.batches.week import FormWeek
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import render_dialog
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page

# Buttons of the form that change what is typed and store nothing.
CHANGERS = ("add_slot", "remove_slot", "apply", "look")


# --- pages ----------------------------------------------------------------------------------------------------------
@page(batches["change"])
def new_batch(request: ActorRequest) -> HttpResponse:
    """Open a batch; `?kind=academic` a batch year, `?copy=<id>` one like another, `?course=<id>` one of a course."""
    actor = request.actor
    asked = request.POST if request.method == "POST" else request.GET
    everything = batches_of(actor, Batch.objects.all())
    copy = request.GET.get("copy")
    source = batches.get(actor, copy, "change", among=everything) if copy else None
    kind = source.kind if source is not None and request.method == "GET" else asked.get("kind")
    kind = Batch.Kind.ACADEMIC if kind == Batch.Kind.ACADEMIC else Batch.Kind.COURSE
    choices = Choices(actor)
    if request.method == "POST":
        return _handle_post(request, choices, kind, None, {})
    initial = initial_of_copy(actor, source) if source is not None else _initial_of_new(request, choices)
    form = BatchForm(choices=choices, kind=kind, initial={**initial, "kind": kind})
    return _render_form(request, form, copied_from=source)


@page(batches["change"])
def edit_batch(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Change a batch: its fields, its week, its lead, its seats, its status."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "change", among=batches_of(actor, Batch.objects.all()))
    if batch.is_archived:
        raise BatchArchived(batch)
    choices, initial = Choices(actor, batch), _initial_of(batch)
    if request.method == "POST":
        return _handle_post(request, choices, batch.kind, batch, initial)
    form = BatchForm(choices=choices, kind=batch.kind, batch=batch, initial=initial)
    return _render_form(request, form)


@page(batches["change"])
def check_batch(request: ActorRequest) -> HttpResponse:
    """What the form would lead to as it is now filled in: the fragment beside it. Writes nothing."""
    actor = request.actor
    batch = None
    if pk := request.POST.get("batch"):
        among = batches_of(actor, Batch.objects.all())
        batch = batches.get_named(actor, pk, "batch", "change", among)
    kind = batch.kind if batch else request.POST.get("kind")
    kind = Batch.Kind.ACADEMIC if kind == Batch.Kind.ACADEMIC else Batch.Kind.COURSE
    choices, initial = Choices(actor, batch), _initial_of(batch) if batch else {}
    form = BatchForm(renumber_rows(request.POST), choices=choices, kind=kind, batch=batch, initial=initial)
    return render(request, "batches/_check.html", {"check": Check(form, actor), "form": form, "live": True})


@page(batches["change"])
def copy_batch(request: ActorRequest) -> HttpResponse:
    """Choose the batch that a new one is to be like."""
    form = CopyForm(posted_data(request), rows=batches.rows(request.actor, "change"))
    back = reverse("batches:new")
    if form.is_bound and form.is_valid():
        url = f"{back}?copy={form.cleaned_data['batch']}"
        return HttpResponseClientRedirect(url) if getattr(request, "htmx", False) else redirect(url)
    text = _(
        "Copies the course, weekly schedule, rooms, people and seats. The new dates follow those of the copied batch."
    )
    crumbs = [_("Batches"), reverse("batches:list"), _("New"), back]
    title = _("Copy from a batch")
    return render_dialog(request, form, title=title, button=_("Fill in form"), back=back, text=[text], crumbs=crumbs)


# --- answering ------------------------------------------------------------------------------------------------------
def _handle_post(
    request: ActorRequest, choices: Choices, kind: str, batch: Batch | None, initial: Mapping[str, Any]
) -> HttpResponse:
    """Store what was typed; or, for the buttons that only change the form, show it changed."""
    actor = request.actor
    data = renumber_rows(request.POST)

    def form_of(typed: QueryDict) -> BatchForm:
        return BatchForm(typed, choices=choices, kind=kind, batch=batch, initial=dict(initial))

    if pressed := next((name for name in CHANGERS if name in data), ""):
        _press(data, pressed)
        data = renumber_rows(data)
        shown = BatchForm(choices=choices, kind=kind, batch=batch, initial={**initial, **_retype_form(data)})
        return _render_form(request, shown, Check(form_of(data), actor))
    form = form_of(data)
    # Read before a rule refuses any of it.
    check, status = Check(form, actor), 400
    if form.is_valid():
        try:
            stored = _store(actor, form, batch)
        except DomainError as error:
            status = error.status if isinstance(error, Stale) else 400
            check.refused(error)
            _refuse(form, error, batch)
        else:
            words = _("%(batch)s saved.") if batch else _("%(batch)s created.")
            messages.success(request, words % {"batch": stored.name})
            return redirect("batches:batch", stored.pk)
    return _render_form(request, form, check, status=status)


def _store(actor: Actor, form: BatchForm, batch: Batch | None) -> Batch:
    if batch is None:
        return open_batch(by=actor, fields=form.to_input())
    lead = as_id(batch.lead["_id"]) if batch.lead else None  # type: ignore[attr-defined]
    return update_batch(by=actor, batch=batch, changes=form.changes(lead), version=form.cleaned_data["version"])


def _refuse(form: BatchForm, error: DomainError, batch: Batch | None) -> None:
    if isinstance(error, Stale) and batch is not None:
        form.add_error(
            None,
            _(
                "Someone changed this batch since you opened it. Your changes are still here. Review the "
                "differences, then save again to keep what is in this form."
            ),
        )
        # Saving again is then done knowingly.
        data = renumber_rows(form.data)  # type: ignore[arg-type]
        data["version"] = str(batch.version)
        form.data = data
        form.differences = _differences(form, batch)
        return
    for wrong in error.errors:
        form.refuse(wrong.field, wrong.message)
    if not error.errors:
        form.add_error(None, error.message)


def _differences(form: BatchForm, batch: Batch) -> list[tuple[str, str]]:
    """The fields that differ from the stored batch, with what is stored."""
    stored, given = _initial_of(batch), form.cleaned_data
    plain = ("batch_name", "batch_code", "start_date", "end_date", "capacity", "waitlist_capacity", "batch_notes")
    named = {
        "status": batch.get_status_display(),
        "course_id": batch.course.title if batch.course else "",
        "branch_id": batch.branch.name if batch.branch else "",
        "dept_id": batch.department.name if batch.department else "",
        "assigned_instructor": batch.lead["full_name"] if batch.lead else "",  # type: ignore[attr-defined]
    }
    words = {**{name: _in_words(stored[name]) for name in plain}, **named}
    differing = [name for name in words if str(given.get(name) or "") != str(stored[name] or "")]
    return [(str(form[name].label), words[name] or "–") for name in differing]


def _in_words(value: Any) -> str:
    return date_format(value, "j M Y") if isinstance(value, date) else str(value or "–")


def _render_form(
    request: HttpRequest,
    form: BatchForm,
    check: Check | None = None,
    *,
    status: int = 200,
    copied_from: Batch | None = None,
) -> HttpResponse:
    batch = form.batch
    words = dict(check.slot_words) if check else {}
    for slot in form.slots:
        slot.notes = list(dict.fromkeys([*(slot.complaints if form.is_bound else ()), *words.get(slot.place, ())]))
    context = {
        "form": form,
        "check": check,
        "batch": batch,
        "week": FormWeek(form, check),
        "copied_from": copied_from,
        "helpers": [one for one in form.assignments if one.role != InstructorAssignment.Role.LEAD],
        "shared": _shared_words(batch),
        "fresh_steps": FRESH,
        "back": reverse("batches:batch", args=[batch.pk]) if batch else reverse("batches:list"),
        "nav": "batches",
    }
    return render(request, "batches/edit.html", context, status=status)


def _shared_words(batch: Batch | None) -> list[str]:
    """The hours that the batch meets together with others."""
    week = batch.week if batch is not None else ()  # type: ignore[attr-defined]
    return [
        f"{WEEKDAYS[slot['weekday'] - 1]} {slot['start_time'][:5]}–{slot['end_time'][:5]}"
        for slot in week
        if slot["shared"]
    ]


# --- what the form begins with --------------------------------------------------------------------------------------
def _initial_of_new(request: HttpRequest, choices: Choices) -> dict[str, Any]:
    """A new batch: what there is only one of is chosen, and what the address names."""
    actor = choices.actor
    initial: dict[str, Any] = {
        "current_semester": 1,
        "year": actor.today().year,
        "slots": [{"day": DAY_NAMES[Weekday.MONDAY]}],
    }
    for name, asked, entries in (
        ("course_id", "course", None),
        ("branch_id", "branch", choices.branches),
        ("dept_id", "department", choices.departments if choices.own_departments else None),
    ):
        if key := as_id(request.GET.get(asked)):
            initial[name] = key
        elif entries is not None and len(entries) == 1:
            initial[name] = entries[0].value
    return initial


def _initial_of(batch: Batch) -> dict[str, Any]:
    """The batch as its form shows it; `batch` comes from `batches_of`."""
    return {
        **{name: getattr(batch, own) for own, name in FIELD_NAMES.items()},
        "version": batch.version,
        "course_id": batch.course_id,
        "branch_id": batch.branch_id,
        "dept_id": batch.department_id,
        "assigned_instructor": batch.lead["_id"] if batch.lead else None,  # type: ignore[attr-defined]
        "slots": _rows(batch.week),  # type: ignore[attr-defined]
    }


def _rows(week: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The batch's own slots as rows of the form."""
    return [
        {
            "day": DAY_NAMES[slot["weekday"]],
            "start_time": time.fromisoformat(slot["start_time"]),
            "end_time": time.fromisoformat(slot["end_time"]),
            "room": slot["room_id"],
            "subject": slot["subject_id"],
            "instructor": slot["instructor_id"],
        }
        for slot in week
        if not slot["shared"]
    ]


def initial_of_copy(actor: Actor, source: Batch) -> dict[str, Any]:
    """A new batch like `source` (from `batches_of`), behind it in time.

    Its first day is the next one, after the last day of the copied batch and not before tomorrow, that falls on the
    same day of the week; it lasts as long. A batch year becomes the next year's, in its first semester.
    """
    initial = _initial_of(source)
    for name in ("version", "status", "batch_code"):
        del initial[name]
    assistants = source.instructor_assignments.filter(role=InstructorAssignment.Role.ASSISTANT)
    helper = assistants.exclude(until_date__lt=source.today()).order_by("from_date").first()
    initial["assistants"] = helper.instructor_id if helper else None
    initial["current_semester"] = 1
    if source.kind == Batch.Kind.ACADEMIC and source.year:
        initial |= {"year": source.year + 1, "batch_name": ""}
    if source.start_date is not None:
        earliest = max(source.today(), source.end_date or source.start_date) + timedelta(days=1)
        first = earliest + timedelta(days=(source.start_date - earliest).days % 7)
        initial["start_date"] = first
        initial["end_date"] = first + (source.end_date - source.start_date) if source.end_date else None
    return initial


# --- buttons that change the form -----------------------------------------------------------------------------------
def _retype_form(data: QueryDict) -> dict[str, Any]:
    """What was typed, as the beginning of a form that complains about nothing yet."""
    places = range(len(slot_places(data)))
    rows = [{name: data.get(f"schedule.{place}.{name}", "") for name in SLOT_FIELDS} for place in places]
    plain = {name: data.get(name) for name in data if not name.startswith("schedule.")}
    # A box that is not ticked is not sent.
    return {"auto_rollover": False, **plain, "slots": rows}


def _press(data: QueryDict, pressed: str) -> None:
    """Change the typed data as a button says: one row more or less, or one way out of a clash."""
    value = data.get(pressed, "")
    rows = len(slot_places(data))
    if pressed == "add_slot":
        data[f"schedule.{rows}.day"] = DAY_NAMES[Weekday.MONDAY]
    elif pressed == "remove_slot" and value.isdecimal():
        for name in SLOT_FIELDS:
            data.pop(f"schedule.{int(value)}.{name}", None)
    elif pressed == "apply":
        _take_way_out(data, value.split(":"))


def _take_way_out(data: QueryDict, words: list[str]) -> None:
    """`time:0:Monday:08:00:10:00`, `room:0:<id>`, `instructor:0:<id>`, `lead:<id>`, `assistant:<id>`."""
    what, rest = words[0], words[1:]
    if what == "lead" and len(rest) == 1:
        data["assigned_instructor"] = rest[0]
    elif what == "assistant" and len(rest) == 1:
        data["assistants"] = rest[0]
    elif what in ("room", "instructor") and len(rest) == 2:
        data[f"schedule.{rest[0]}.{what}"] = rest[1]
    elif what == "time" and len(rest) == 6:
        place, day, *clock = rest
        data[f"schedule.{place}.day"] = day
        data[f"schedule.{place}.start_time"] = ":".join(clock[:2])
        data[f"schedule.{place}.end_time"] = ":".join(clock[2:])
