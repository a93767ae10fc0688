"""Enrolling many: found by name, or pasted as a list, each with its own outcome."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import DomainError
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.enrollments import rules
from muster.enrollments.errors import BatchFull
from muster.enrollments.models import Enrollment, Organisation, WaitlistEntry
from muster.enrollments.opening import last_day_to_enroll, seats_kept_back
from muster.enrollments.queries import offered_organisations, with_seats
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Affiliation, Membership
from muster.institutions.numbers import AmbiguousNumber, ByNumber, has_number
from muster.institutions.permissions import users
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.enrollments.enrollment_actions import undo_enrolling
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message
from muster.web.ui.forms import Form
from muster.web.ui.pages import page, vary_on_htmx, wants_fragment
from muster.web.ui.words import plural

FOUND = "found-students"
# Without a word to look for, a few who are likely meant; with one, as many as fit beside the form.
NEWEST, SHOWN = 5, 10
# A list is worked off while the browser waits; longer ones are imported.
MOST = 200
NOBODY = gettext_lazy("No student here has this email or number.")
# `who` was to be enrolled, and `why` they were not; those with `waits` are on the waitlist now.
Outcome = dict[str, str]


class EnrollForm(Form):
    """Whom, and how."""

    student = forms.CharField(required=False)
    listed = forms.CharField(
        label=gettext_lazy("Emails or student numbers"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=gettext_lazy("One per line, or separated by commas."),
    )
    enrollment_type = forms.ChoiceField(
        label=gettext_lazy("Type"), choices=Enrollment.Type.choices, initial=Enrollment.Type.BATCH
    )
    accept_clash = forms.BooleanField(
        label=gettext_lazy("Enroll students too whose other batches meet at the same time"), required=False
    )
    join_waitlist = forms.BooleanField(
        label=gettext_lazy("Put students on the waitlist when no seat is left"), required=False
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("Paid by"),
        required=False,
        empty_label=gettext_lazy("The students themselves"),
    )
    enrollment_date = forms.DateField(
        label=gettext_lazy("Enrolled on"), required=False, help_text=gettext_lazy("Leave blank for today.")
    )

    def __init__(self, *args: Any, offered: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = offered  # type: ignore[attr-defined]


@page(batches["change"])
def enroll_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Enroll those who are ticked and those who are listed; each is a transaction of its own."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "change", among=batches_for_rules())
    words = (request.POST.get("q") or request.GET.get("q", "")).replace("\x00", "").strip()[:200]
    sent = request.POST if request.method == "POST" else request.GET
    picked = [key for text in sent.getlist("student") if (key := as_id(text))][:MOST]
    if wants_fragment(request, FOUND):
        found = _search(actor, batch, words, picked)
        return vary_on_htmx(render(request, "enrollments/found.html", {"found": found, "words": words}))

    posted = request.POST.copy() if request.method == "POST" and "find" not in request.POST else None
    form = EnrollForm(
        posted, offered=offered_organisations(actor), initial={"organisation": request.GET.get("organisation")}
    )
    outcomes: list[Outcome] = []
    if form.is_bound and form.is_valid():
        lines = _lines(form.cleaned_data["listed"])
        if not picked and not lines:
            form.add_error("listed", _("Select a student, or paste a list."))
        elif len(lines) + len(picked) > MOST:
            form.add_error("listed", _("You can enroll up to %(most)d at once. Import longer lists.") % {"most": MOST})
        else:
            outcomes, picked, left, passed_over, places = _enroll_all(actor, batch, picked, lines, form.cleaned_data)
            count = sum(not outcome["why"] for outcome in outcomes)
            if count == len(outcomes):
                waits = sum("waits" in outcome for outcome in outcomes)
                back = tab_url(batch, "waitlist" if waits == count else "students")
                said = " ".join([*_success_words(count - waits, waits), *passed_over])
                return redirect_with_message(request, back, said, undo_enrolling(places) if places else None)
            assert posted is not None  # noqa: S101
            posted["listed"] = "\n".join(left)
            form.add_error(None, _in_numbers(count, len(outcomes) - count))
    batch.refresh_from_db(fields=["enrolled_students", "seats_offered", "capacity"])
    return batch_dialog(
        request,
        form,
        batch,
        "students",
        title=_("Enroll students in %(batch)s") % {"batch": batch.code},
        button=_("Enroll"),
        text=_seats_left(batch, actor),
        body="enrollments/enroll.html",
        context={
            "button_words": json.dumps({**plural("Enroll {n} student", "Enroll {n} students"), "zero": _("Enroll")}),
            "found": _search(actor, batch, words, picked),
            "words": words,
            "outcomes": outcomes,
            "outcomes_done": any(not outcome["why"] for outcome in outcomes),
            "batch": batch,
            "is_full": batch.is_full,
        },
    )


def _success_words(enrolled: int, waiting: int) -> list[str]:
    said = []
    if enrolled:
        words = ngettext("%(count)d student enrolled.", "%(count)d students enrolled.", enrolled)
        said.append(words % {"count": enrolled})
    if waiting:
        words = ngettext("%(count)d student joined the waitlist.", "%(count)d students joined the waitlist.", waiting)
        said.append(words % {"count": waiting})
    return said


def _in_numbers(enrolled: int, refused: int) -> str:
    first = ngettext("%(count)d student enrolled", "%(count)d students enrolled", enrolled) % {"count": enrolled}
    then = ngettext("%(count)d refused", "%(count)d refused", refused) % {"count": refused}
    words = _("%(first)s, %(then)s. Those that couldn't be enrolled are listed below, with the reason.")
    return words % {"first": first, "then": then}


def _seats_left(batch: Batch, actor: Actor) -> list[str]:
    """How many seats are free, how many of them are kept back, and whether the time for enrolling is over."""
    free, kept = batch.available_spots, seats_kept_back(batch, actor.institution)
    if free is None:
        said = [_("This batch has no seat limit.")]
    else:
        words = ngettext("%(free)d of %(capacity)d seats is free.", "%(free)d of %(capacity)d seats are free.", free)
        if free <= 0:
            words = _("The batch is full (%(held)d of %(capacity)d).")
        said = [words % {"free": free, "held": batch.seats_held, "capacity": batch.capacity}]
    if kept and free:
        words = ngettext(
            "The last seat is kept back for transfers and repeats: only you can give it away.",
            "The last %(count)d seats are kept back for transfers and repeats: only you can give them away.",
            kept,
        )
        said.append(words % {"count": kept})
    last = last_day_to_enroll(batch, actor.institution)
    if last is not None and batch.today() > last:
        words = _("Enrollment closed on %(day)s. You can still enroll students.")
        said.append(words % {"day": date_format(last, "D j M Y")})
    return said


def _lines(listed: str) -> list[str]:
    """What was pasted, each once, in its order."""
    words = (word.strip() for word in re.split(r"[\n\r,;\t]+", listed))
    return list(dict.fromkeys(word for word in words if word))


# --- finding --------------------------------------------------------------------------------------------------------
def _students(actor: Actor) -> QuerySet[User]:
    """The active students whom the actor may see."""
    learns = Membership.objects.filter(user=OuterRef("pk"), institution=actor.institution, role__in=STUDENT_ROLES)
    belongs = Affiliation.objects.filter(user=OuterRef("pk"), institution=actor.institution)
    return (
        users.rows(actor, "list")
        .filter(Exists(learns), Exists(belongs.filter(is_active=True)), is_active=True)
        .annotate(student_number=Subquery(belongs.values("student_number")[:1]))
    )


def _search(actor: Actor, batch: Batch, words: str, picked: Sequence[UUID] = ()) -> dict[str, Any]:
    """Those who are ticked, then those found: the free first; without words the newest who could be enrolled."""
    place = Q(batch=batch) | (Q(course=batch.course) if batch.course_id else Q(pk__in=[]))
    current = Enrollment.objects.current().filter(place, student=OuterRef("pk"))
    rows = with_seats(actor, _students(actor)).annotate(is_enrolled=Exists(current))
    ticked = list(rows.filter(pk__in=picked)) if picked else []
    rows = with_words(rows, words, "full_name", "email", "student_number")
    rows = rows.exclude(pk__in=picked).distinct()
    rows = (
        rows.order_by("is_enrolled", "full_name__plain", "pk")
        if words
        else rows.filter(is_enrolled=False).order_by("-created_at", "pk")
    )
    most = SHOWN if words else NEWEST
    found = list(rows[: most + 1])
    return {"ticked": ticked, "rows": found[:most], "more": len(found) > most, "nobody": not found and not ticked}


# --- enrolling ------------------------------------------------------------------------------------------------------
def _people_of(students: QuerySet[User], lines: Sequence[str]) -> list[User | str]:
    """Whom each line means, or why nobody: case makes no difference, unless two have numbers that differ in nothing
    else."""
    alike = [line.lower() for line in lines]
    found = list(students.filter(Q(email__in=alike) | has_number("student_number", lines)))
    by_email = {student.email.lower(): student for student in found}
    by_number = ByNumber((student.student_number, student) for student in found)  # type: ignore[attr-defined]
    people: list[User | str] = []
    for line, address in zip(lines, alike, strict=True):
        try:
            people.append(by_email.get(address) or by_number.find(line) or str(NOBODY))
        except AmbiguousNumber as refusal:
            people.append(refusal.message)
    return people


def _enroll_all(
    actor: Actor, batch: Batch, picked: Sequence[UUID], lines: Sequence[str], how: dict[str, Any]
) -> tuple[list[Outcome], list[UUID], list[str], list[str], list[Enrollment]]:
    """The outcome of each, who of the ticked and of the listed is left, what was passed over, and the places given."""
    students = _students(actor)
    by_id = {student.pk: student for student in students.filter(pk__in=picked)}
    found = [by_id.get(key) or str(NOBODY) for key in picked] + (_people_of(students, lines) if lines else [])
    # Whom an organisation pays for is enrolled as a corporate student, unless another type was chosen.
    is_plain = how["enrollment_type"] == Enrollment.Type.BATCH
    kind = None if how["organisation"] and is_plain else how["enrollment_type"]
    outcomes: list[Outcome] = []
    said: list[str] = []
    places: list[Enrollment] = []
    left_ids: list[UUID] = []
    left_lines: list[str] = []
    tried: set[UUID] = set()
    # Whoever waits may have a seat where newcomers find none.
    in_line = set(WaitlistEntry.objects.current().filter(batch=batch).values_list("student", flat=True))
    full: BatchFull | None = None
    for place, meant in enumerate(found):
        person = meant if isinstance(meant, User) else None
        key, line = (picked[place], "") if place < len(picked) else (None, lines[place - len(picked)])
        why, waits = full.message if full and not (person and person.pk in in_line) else "", False
        if isinstance(meant, str):
            why = meant
        elif meant.pk in tried:
            continue
        elif not why:
            try:
                enroll: Callable[..., Enrollment | WaitlistEntry] = (
                    rules.enroll_or_wait if how["join_waitlist"] else rules.enroll_student
                )
                enrollment = enroll(
                    by=actor,
                    student=meant,
                    batch=batch,
                    enrollment_type=kind,
                    enrollment_date=how["enrollment_date"],
                    accept_clash=how["accept_clash"],
                    organisation=how["organisation"],
                )
                if isinstance(enrollment, WaitlistEntry):
                    waits = True
                else:
                    places.append(enrollment)
                    said += [one.message for one in enrollment.warnings if one.message not in said]
            except DomainError as error:
                full = error if isinstance(error, BatchFull) else None
                why = error.message
        if person is not None:
            tried.add(person.pk)
        name = person.full_name if person else line
        outcomes.append({"who": name or _("Someone"), "why": why, **({"waits": "yes"} if waits else {})})
        if why and key:
            left_ids.append(key)
        elif why:
            left_lines.append(line)
    return outcomes, left_ids, left_lines, said, places
