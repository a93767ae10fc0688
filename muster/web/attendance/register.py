"""The register: one class on one screen. Scripts mark at once and send behind; without them it is a plain form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance import rules
from muster.attendance.models import Mark, UnlockRequest
from muster.attendance.permissions import registers
from muster.attendance.queries import (
    Register,
    Signature,
    late_from,
    proposed_mark,
    register_of,
    sessions_in_full,
    signature_of,
)
from muster.attendance.queries.absences import AbsenceEvidence, evidence_of_sessions
from muster.batches.models import meets
from muster.batches.permissions import sessions
from muster.core.errors import DomainError, Invalid
from muster.courses.queries import minimum_attendance_or
from muster.institutions.access import Actor
from muster.people.links import batch_url
from muster.timetable.models import ClassSession
from muster.web.attendance.register_lines import RegisterLine, drawn_lines
from muster.web.attendance.words import words_of_the_page
from muster.web.batches.words import room_in_words
from muster.web.home.words import asked_at
from muster.web.materials.rows import section_of
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page


@dataclass
class RegisterView:
    """A register with everything the page says around it."""

    actor: Actor
    session: ClassSession
    register: Register
    others: Sequence[UUID]
    may_mark: bool
    may_unlock: bool
    proofs: Mapping[UUID, AbsenceEvidence] = field(default_factory=dict)

    @cached_property
    def lines(self) -> list[RegisterLine]:
        """The learners, numbered as on paper: once through, whatever batch they are of."""
        institution = self.actor.institution
        url = reverse("attendance:learner-evidence", args=(self.session.pk, "0"))
        numbered = ((no, row, str(row.enrollment_id)) for no, row in enumerate(self.register.rows, 1))
        return [
            RegisterLine(
                no,
                row,
                minimum_attendance_or(row.own_minimum, institution),
                self.proofs.get(row.enrollment_id),
                url.replace("/0/", f"/{pk}/"),
            )
            for no, row, pk in numbered
        ]

    @cached_property
    def groups(self) -> list[tuple[str, str, list[SafeString]]]:
        """The learners by batch: code, name, and each row as it is drawn."""
        by = groupby(self.lines, key=lambda line: (line.row.batch_code, line.row.batch_name))
        return [(code, name, drawn_lines(list(lines), is_open=self.is_open)) for (code, name), lines in by]

    @cached_property
    def is_shared(self) -> bool:
        return bool(self.session.meeting.is_shared)

    @property
    def has_past(self) -> bool:
        """Whether there were sessions before, so that their marks need a legend."""
        return any(row.last for row in self.register.rows)

    @property
    def is_open(self) -> bool:
        """Whether this person may mark it now."""
        return self.may_mark and not self.session.is_locked and not self.session.is_cancelled and not self.is_frozen

    @property
    def is_frozen(self) -> bool:
        return bool(self.register.rows) and all(row.frozen for row in self.register.rows)

    @cached_property
    def batch(self) -> dict[str, str] | None:
        """The batch whose register it is; None where several share it."""
        return None if self.is_shared else self.session.batches[0]  # type: ignore[attr-defined]

    @cached_property
    def batch_name(self) -> str:
        if self.batch:
            return self.batch["name"]
        return ", ".join(code for code, _name, _lines in self.groups) or self.session.meeting.name

    @cached_property
    def title(self) -> str:
        """What is taught, as far as it is known; else whom it is taught to."""
        session = self.session
        if session.title:
            return str(session.title)
        if session.subject:
            return f"{session.get_session_type_display()}: {session.subject.title}"
        return self.batch_name

    @property
    def when(self) -> str:
        """Day and hours."""
        this_year = self.session.date.year == self.session.today().year
        day = date_format(self.session.date, "D j M" if this_year else "D j M Y")
        if not self.session.start_time or not self.session.end_time:
            return day
        return _("%(day)s, %(start)s to %(end)s") % {
            "day": day,
            "start": f"{self.session.start_time:%H:%M}",
            "end": f"{self.session.end_time:%H:%M}",
        }

    @property
    def is_to_come(self) -> bool:
        """Whether its day lies ahead: who marks it now knows that."""
        return self.is_open and self.session.begins_at > timezone.now()

    @cached_property
    def late_now(self) -> str:
        """From when arrivals are late, while the session is on and they are."""
        proposed = proposed_mark(self.session, self.actor.institution, timezone.now())
        late = late_from(self.session, self.actor.institution)
        is_late = self.is_open and late is not None and proposed is not None and proposed.status == Mark.LATE
        return f"{late:%H:%M}" if is_late and late is not None else ""

    @property
    def room(self) -> str:
        """Where it is."""
        return room_in_words(self.session.room.name if self.session.room else self.session.location)

    @property
    def branch(self) -> str:
        return self.session.meeting.branch.name if self.batch and self.session.meeting.branch else ""

    @cached_property
    def place(self) -> int:
        """Which of the sessions this is, counted from one; zero where it is none of them."""
        return self.others.index(self.session.pk) + 1 if self.session.pk in self.others else 0

    @property
    def before(self) -> str:
        return register_url(self.others[self.place - 2]) if self.place > 1 else ""

    @property
    def after(self) -> str:
        return register_url(self.others[self.place]) if 0 < self.place < len(self.others) else ""

    @property
    def exports(self) -> list[tuple[str, str, str]]:
        """Label, address and icon of what this register can be taken out as."""
        if not registers.may(self.actor, "sheets"):
            return []
        address = reverse("attendance:register-export", args=(self.session.pk,))
        paper = reverse("attendance:register-on-paper", args=(self.session.pk,))
        offered = [
            (_("Register (XLSX)"), f"{address}?format=xlsx", "table"),
            (_("Register (CSV)"), f"{address}?format=csv", "table"),
            (_("Register (PDF)"), f"{address}?format=pdf", "note"),
            (_("Sign-in sheet (PDF)"), reverse("attendance:register-sign-in", args=(self.session.pk,)), "print"),
            (_("Blank register (PDF)"), paper, "print"),
        ]
        if self.batch:
            sheets = reverse("attendance:batch-sheets", args=(self.batch["id"],))
            offered.append((_("Attendance sheet of the batch"), sheets, "cal"))
        return offered

    @property
    def may_change_session(self) -> bool:
        """Whether the session itself is theirs to move or cancel, or to restore once it is cancelled."""
        is_free = self.session.is_cancelled or (self.is_open and self.session.status == ClassSession.Status.SCHEDULED)
        return is_free and self.may_mark and sessions.may(self.actor, "change")

    @property
    def lock_url(self) -> str:
        return reverse("attendance:lock", args=(self.session.pk,)) if self.lines and not self.is_to_come else ""

    @property
    def signature(self) -> Signature | None:
        """The last signature below it, whether it stands or was voided."""
        return signature_of(self.session)

    @property
    def scans_url(self) -> str:
        may = registers.may(self.actor, "sheets") and not self.session.is_cancelled
        return reverse("attendance:scans", args=(self.session.pk,)) if may else ""

    @property
    def back(self) -> str:
        return batch_url(self.batch["id"]) if self.batch else reverse("batches:list")


def register_url(pk: object) -> str:
    """Where a register stands."""
    return reverse("attendance:register", args=(pk,))


def owner_of(actor: Actor) -> str:
    """Whose the marks and pages are that a browser keeps: a person in one institution."""
    return f"{actor.user.pk}.{actor.owner_id}" if actor.user else ""


def kept_for(actor: Actor, response: HttpResponse) -> HttpResponse:
    """Let the service worker keep the page, for this person alone."""
    response["Muster-Keep"] = owner_of(actor)
    return response


def session_of(actor: Actor, session_id: str, action: str = "see") -> ClassSession:
    """The session, if the actor may; told by `may_act` whether they may mark it."""
    return registers.get(actor, session_id, action, among=_told_whether_to_mark)


def _told_whether_to_mark(actor: Actor) -> QuerySet[ClassSession]:
    return registers.with_rights(actor, "mark", sessions_in_full(actor))


def register_view_of(actor: Actor, session: ClassSession) -> RegisterView:
    """The register with what surrounds it, in a number of statements that does not grow with class or course."""
    siblings = ClassSession.objects.taking_place().filter(institution_id=actor.owner_id)
    met = session.meeting_id
    # A batch's own meeting has its id.
    siblings = siblings.filter(Q(meeting=met) if session.meeting.is_shared else meets(met))
    register = register_of(actor, session, percents=True)
    return RegisterView(
        actor=actor,
        session=session,
        register=register,
        others=list(siblings.order_by("date", "start_time", "id").values_list("pk", flat=True)),
        may_mark=session.may_act,  # type: ignore[attr-defined]
        may_unlock=session.is_locked and registers.allows(actor, "unlock", session),
        proofs=evidence_of_sessions(actor, session, {row.enrollment_id: row.student_id for row in register.rows}),
    )


def config_of(request: HttpRequest, sheet: RegisterView) -> dict[str, Any]:
    """What the scripts need to know."""
    return {
        "owner": owner_of(sheet.actor),
        "person": str(sheet.actor.user.full_name if sheet.actor.user else ""),
        "session": str(sheet.session.pk),
        "token": get_token(request),
        "now": timezone.now().isoformat(),
        "zone": str(sheet.session.meeting.zone),
        "starts": f"{sheet.session.start_time:%H:%M}" if sheet.session.start_time else "",
        "late_from": moment.isoformat() if (moment := late_from(sheet.session, sheet.actor.institution)) else "",
        "locked": sheet.session.is_locked,
        "open": sheet.is_open,
        "title": f"{sheet.title}, {sheet.when}",
        "file_name": slugify(f"{sheet.title} {sheet.session.date}"),
        "icons": static("icons.svg"),
        "evidence": reverse("attendance:evidence", args=("{id}",)).replace("%7B", "{").replace("%7D", "}"),
        "login": reverse("account_login"),
        "words": words_of_the_page(),
    }


@page(registers["see"])
def register_page(request: ActorRequest, session_id: str) -> HttpResponse:
    """The page; a POST is the plain form of browsers without scripts."""
    actor = request.actor
    if request.method != "POST":
        session = session_of(actor, session_id)
        if not session.may_act and not registers.allows(actor, "sheets", session):  # type: ignore[attr-defined]
            # What is noted about learners is not for them; their own marks have a page.
            return redirect("attendance:mine")
        return kept_for(actor, render_register(request, register_view_of(actor, session)))
    session = session_of(actor, session_id, "mark")
    try:
        settled = rules.mark_learners(
            by=actor,
            session=session,
            marks=marks_in(request.POST, register_of(actor, session, last=False)),
            device=request.headers.get("User-Agent", "")[:200],
        )
    except DomainError as error:
        now = register_view_of(actor, session_of(actor, session_id))
        return render_register(request, now, refused=error.message, status=error.status)
    saved = settled.outcomes.count(rules.MarkOutcome.SAVED)
    if saved:
        messages.success(request, ngettext("%(n)d mark saved.", "%(n)d marks saved.", saved) % {"n": saved})
    else:
        messages.info(request, _("No changes."))
    return redirect(register_url(session.pk))


def marks_in(sent: QueryDict, register: Register) -> list[rules.MarkInput]:
    """What the plain form changes: rows that differ from what it showed, and the unmarked where all were asked for."""
    shown = was_in(sent.get("was", ""))
    plans = []
    for row in register.rows:
        key = str(row.enrollment_id)
        if f"mark.{key}" not in sent or row.frozen:
            continue
        status = str(sent[f"mark.{key}"]) or None
        minutes = number_in(sent.get(f"minutes.{key}", "")) if status == Mark.LATE else None
        notes = sent.get(f"note.{key}", "").strip() if status else ""
        if "\x00" in notes:
            raise Invalid(
                _("The note for %(name)s contains an unsupported character. Remove it and save again.")
                % {"name": row.full_name}
            )
        if [status or "", minutes, notes] != shown.get(key, ["", None, ""]):
            plans.append(rules.MarkInput(row.enrollment_id, status, minutes, notes))
        elif sent.get("do") == "all" and status is None:
            plans.append(rules.MarkInput(row.enrollment_id, Mark.PRESENT, None, only_unmarked=True))
    return plans


def number_in(text: str) -> int | None:
    """Minutes as they were typed. What is no number is refused by the rule, as too many are."""
    text = text.strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1


def was_in(text: str) -> dict[str, Any]:
    """What the form showed. What cannot be read is as if it had shown nothing."""
    try:
        shown = json.loads(text)
    except ValueError:
        return {}
    return shown if isinstance(shown, dict) else {}


def render_register(request: HttpRequest, sheet: RegisterView, *, refused: str = "", status: int = 200) -> HttpResponse:
    """The page as it now stands."""
    summary = sheet.register.summary
    context = {
        "sheet": sheet,
        "session": sheet.session,
        "summary": summary,
        "marks": [(mark.value, mark.value[0], mark.label) for mark in Mark],
        "totals": [(mark.value, mark.value[0], mark.label, getattr(summary, mark.value.lower())) for mark in Mark],
        "config": config_of(request, sheet),
        "icons": static("icons.svg"),
        "was": json.dumps({str(line.row.enrollment_id): line.says for line in sheet.lines}),
        "refused": refused,
        "asked_to_unlock": _asked_to_unlock(sheet),
        "nav": "attendance",
    }
    may_add = sheet.may_mark and not sheet.is_frozen
    add_url = reverse("materials:new-session", args=[sheet.session.pk]) if may_add else ""
    # How many have seen each stands on the batch's page: this one is opened to mark.
    materials = section_of(sheet.actor, sheet.session, add_url=add_url, counts=False)
    return render(request, "attendance/register.html", {**context, **materials}, status=status)


def _asked_to_unlock(sheet: RegisterView) -> str:
    """When somebody asked to unlock the locked register and waits for the answer."""
    if not sheet.session.is_locked or not sheet.may_mark:
        return ""
    waiting = UnlockRequest.objects.filter(session=sheet.session, status=UnlockRequest.Status.PENDING).first()
    return asked_at(waiting.created_at, sheet.actor.now()) if waiting else ""
