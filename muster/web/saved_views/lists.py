"""The lists of which views are saved: each page with a list, asked as its reader would open it."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import ResolverMatch, get_resolver, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.errors import DomainError
from muster.core.mailing_days import Mailed
from muster.institutions.access import Actor, Grant
from muster.institutions.models import Institution, Role
from muster.people.links import filtered_url
from muster.saved_views.lists import ListFacts, register_lists
from muster.saved_views.queries import views_of_list
from muster.web.ui.resources import Pages
from muster.web.ui.tables.asking import Inquiry, ListAnswer
from muster.web.ui.tables.saved import SavedChip, SavedViews, saved_views

# By the name of its address; those of plain nouns come of themselves.
LISTS = {
    "analytics:institution": gettext_lazy("Analytics"),
    "attendance:absences": gettext_lazy("Absences"),
    "attendance:cohorts": gettext_lazy("Attendance of batches"),
    "attendance:daily": gettext_lazy("Daily attendance"),
    "attendance:not-taken": gettext_lazy("Registers not taken"),
    "audit": gettext_lazy("Audit log"),
    "batches:deleted": gettext_lazy("Deleted batches"),
    "batches:list": gettext_lazy("Batches"),
    "catalogue:list": gettext_lazy("Catalog"),
    "certificates:list": gettext_lazy("Certificates"),
    "enrollments:payment-list": gettext_lazy("Payments"),
    "feedback:list": gettext_lazy("Feedback"),
    "imports": gettext_lazy("Imports"),
    "instructors:list": gettext_lazy("Instructors"),
    "mentoring:list": gettext_lazy("Mentoring"),
    "messaging:list": gettext_lazy("Messages"),
    "oversight:looks": gettext_lazy("Looks"),
    "oversight:registers": gettext_lazy("Registers"),
    "oversight:requests": gettext_lazy("Access requests"),
    "planner:list": gettext_lazy("Planner"),
    "privacy:consents": gettext_lazy("Consents"),
    "privacy:erasures": gettext_lazy("Erasures"),
    "progression:results": gettext_lazy("Results"),
    "reports:index": gettext_lazy("Reports"),
    "reports:mentoring": gettext_lazy("Report: Mentoring"),
    "reports:progress": gettext_lazy("Report: Progress"),
    "reports:schedules": gettext_lazy("Scheduled reports"),
    "risk:list": gettext_lazy("At risk"),
    "security-log": gettext_lazy("Security log"),
    "students:list": gettext_lazy("Students"),
    "submissions:list": gettext_lazy("Submissions"),
    "users": gettext_lazy("Users"),
}
# Lists of one thing, which the address names.
LISTS_WITHIN = {
    "assessment:marks": gettext_lazy("Assessments of a batch"),
    "attendance:cohort": gettext_lazy("Attendance of a batch"),
    "batches:students": gettext_lazy("Students of a batch"),
    "batches:waitlist": gettext_lazy("Waitlist of a batch"),
    "certificates:completion": gettext_lazy("Completion of a batch"),
    "materials:batch": gettext_lazy("Materials of a batch"),
    "materials:views": gettext_lazy("Who opened a material"),
    "messaging:batch": gettext_lazy("Messages of a batch"),
    "organisations:people": gettext_lazy("People of an organization"),
    "oversight:request": gettext_lazy("Batches of an access request"),
    "planner:plan": gettext_lazy("A staffing plan"),
    "privacy:consent": gettext_lazy("Answers to a consent"),
    "progression:choosers": gettext_lazy("Electives of a batch"),
    "settings:branch": gettext_lazy("Rooms of a branch"),
}
MOST_CHIPS = 6
NOTHING = UUID(int=0)


class ListPages:
    """The lists, as the pages that show them."""

    @cached_property
    def _titles(self) -> dict[str, Any]:
        # Plain nouns stand where the areas are loaded.
        get_resolver().url_patterns  # noqa: B018
        of_nouns = {pages.list_route: pages.resource.title for pages in Pages.every if pages.list_route}
        return {**of_nouns, **LISTS, **LISTS_WITHIN}

    @cached_property
    def _open_to(self) -> dict[str, frozenset[str]]:
        pages = {
            name: self._page(self._match(name, NOTHING if name in LISTS_WITHIN else None)) for name in self._titles
        }
        found = {}
        for role in Role.values:
            somebody = Actor(None, Institution(), (Grant(role),))
            found[role] = frozenset(name for name, page in pages.items() if page.permission.may(somebody))
        return found

    def names(self) -> frozenset[str]:
        return frozenset(self._titles)

    def open_to(self, role: str) -> frozenset[str]:
        return self._open_to[role]

    def title_of(self, name: str) -> str:
        return str(self._titles.get(name, ""))

    def address_of(self, name: str, within: UUID | None, query: str) -> str:
        if name not in self._titles or (within is not None) != (name in LISTS_WITHIN):
            return ""
        path = reverse(name, args=[within] if within else [])
        return f"{path}?{query}" if query else path

    def ask(self, by: Actor, name: str, within: UUID | None, query: str) -> ListFacts | None:
        if not self.address_of(name, within, ""):
            return None
        match = self._match(name, within)
        page = self._page(match)
        request = Inquiry(by, self.address_of(name, within, ""), query)
        request.resolver_match = match
        if not page.permission.may(by):
            return None
        with timezone.override(by.zone):
            try:
                # The page itself, without what makes pages of refusals.
                answer = page.__wrapped__(request, *match.args, **match.kwargs)
            except (DomainError, Http404):
                return None
        if not isinstance(answer, ListAnswer):
            return None
        return ListFacts(answer.parameters, answer.sorts, answer.count, answer.words)

    def _page(self, match: ResolverMatch) -> Any:
        return match.func

    def _match(self, name: str, within: UUID | None) -> ResolverMatch:
        return resolve(reverse(name, args=[within] if within else []))


LIST_PAGES = ListPages()


def _saved_views(request: HttpRequest, narrowing: str) -> SavedViews | None:
    """The saved views of the list that a page shows, in one statement; None where none can be saved."""
    actor, match = getattr(request, "actor", None), request.resolver_match
    if actor is None or actor.user is None or match is None or match.view_name not in LIST_PAGES.names():
        return None
    within = next(iter(match.kwargs.values()), None)
    rows = list(views_of_list(actor, match.view_name, within)[: MOST_CHIPS + 1])
    current = next((row for row in rows if row.query == narrowing), None)
    where = {"page": match.view_name, **({"within": within} if within else {})}
    save_url = filtered_url(reverse("views:new"), **where, query=narrowing)
    return SavedViews(
        [
            SavedChip(row.name, row.url, row is current, row.often != Mailed.NEVER, row.is_shared)
            for row in rows[:MOST_CHIPS]
        ],
        save_url,
        reverse("views:list") if rows else "",
        actions_on(current) if current else (),
    )


def actions_on(view: Any) -> list[tuple[str, str, str]]:
    """What the reader may do with a view of `views_in_full`: label, address and icon of each dialog."""
    found = [(_("Email this view"), reverse("views:mail", args=[view.pk]), "mail")]
    if view.may_act:
        found.append((_("Rename or share"), reverse("views:edit", args=[view.pk]), "edit"))
        found.append((_("Delete"), reverse("views:delete", args=[view.pk]), "trash"))
    return found


register_lists(LIST_PAGES)
saved_views.of = _saved_views
