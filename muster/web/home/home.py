"""Home, by role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from muster.batches import rules as batch_rules
from muster.batches.errors import SomethingSpeaksAgainst
from muster.batches.permissions import batches
from muster.core.errors import DomainError
from muster.core.isolation import across_institutions
from muster.core.permissions import ANYONE
from muster.enrollments.queries import PAYS_IN_SEVERAL, organisations_of
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Institution, Role
from muster.people.permissions import instructors
from muster.web.batches.instructors import lead_of, undo_assignment
from muster.web.home.instructor import instructor_home
from muster.web.home.manager import manager_home
from muster.web.home.student import student_home
from muster.web.oversight.overview import regulator_home
from muster.web.requests import ActorRequest
from muster.web.ui.components import Tab
from muster.web.ui.pages import page
from muster.web.ui.shell import url_or_empty
from muster.web.ui.undo import say_done

Draw = Callable[[HttpRequest, Actor, Sequence[Tab]], HttpResponse]
HOMES: tuple[tuple[str, Any, Callable[[Actor], bool], Draw], ...] = (
    ("manager", gettext_lazy("Institution"), lambda actor: actor.manages, manager_home),
    ("instructor", gettext_lazy("Teaching"), lambda actor: actor.is_any(Role.INSTRUCTOR), instructor_home),
    ("student", gettext_lazy("Learning"), lambda actor: actor.is_any(*STUDENT_ROLES), student_home),
)


@page(ANYONE)
def home_page(request: HttpRequest) -> HttpResponse:
    """What the person needs first, by the strongest of their roles; `?as=` shows another of them."""
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        if not Institution.objects.exists() and (first_run := url_or_empty("first-run")):
            return redirect(first_run)
        if not request.user.is_authenticated:
            return redirect("account_login")
        with across_institutions(PAYS_IN_SEVERAL):
            pays = organisations_of(request.user).exists()
        if pays:
            return redirect("own-organisation")
        return render(request, "home/no_role.html")
    mine = {key: (label, draw) for key, label, holds, draw in HOMES if holds(actor)}
    if not mine or actor.user is None:
        return regulator_home(request, actor)
    asked = request.GET.get("as", "")
    chosen = asked if asked in mine else next(iter(mine))
    tabs = [Tab(label, f"?as={key}", key == chosen) for key, (label, _draw) in mine.items()]
    return mine[chosen][1](request, actor, tabs if len(tabs) > 1 else [])


@page(batches["staff"])
@require_POST
def give_lead(request: ActorRequest, batch_id: str) -> HttpResponse:
    """Make the suggested instructor the lead of a batch."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "staff")
    before = lead_of(batch, batch.today())
    try:
        instructor = instructors.get_named(actor, request.POST.get("instructor", ""), "instructor")
        batch_rules.assign_lead(by=actor, batch=batch, instructor=instructor, override_reason="")
    except SomethingSpeaksAgainst as error:
        # Where a reason can be given.
        messages.error(request, error.message)
        return redirect("batches:instructors", batch.pk)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        words = {"name": instructor.full_name, "batch": batch.code}
        undo = undo_assignment(batch, lead_of(batch, batch.today()), before)
        say_done(request, _("%(name)s now leads %(batch)s.") % words, undo)
    return redirect("home")
