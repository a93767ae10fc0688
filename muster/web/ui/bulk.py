"""One action on many selected rows: the bar below a list, the dialog that asks in numbers, and what came of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.core.errors import DomainError, Invalid
from muster.core.permissions import as_id
from muster.web.ui.dialogs import ConfirmForm, redirect_back, redirect_with_message, render_dialog
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.tables.table import PICKED
from muster.web.ui.undo import Undo

T = TypeVar("T")
R = TypeVar("R", bound=Model)
# As many as an address can hold.
MOST_AT_ONCE = 100
MOST_NAMED = 5


def picked_rows(request: HttpRequest, queryset: QuerySet[R]) -> list[R]:
    """The rows of `queryset` that the address names. Raises Invalid where that is none, or too many."""
    picks = request.GET.getlist(PICKED)
    if len(picks) > MOST_AT_ONCE:
        raise Invalid(_("Select up to %(most)d at once.") % {"most": MOST_AT_ONCE})
    rows = list(queryset.filter(pk__in=[key for text in picks if (key := as_id(text))]))
    if not rows:
        raise Invalid(_("Nothing is selected. Go back and select at least one row."))
    return rows


def picked_url(url: str, rows: Sequence[Any]) -> str:
    """The address of a bulk action on these rows, or on those with these ids."""
    return f"{url}?{urlencode([(PICKED, str(getattr(row, 'pk', row))) for row in rows])}"


def bulk_dialog(
    request: HttpRequest,
    rows: Sequence[T],
    act: Callable[[T], Any],
    *,
    name_of: Callable[[T], str],
    title: str,
    button: str,
    done: Callable[[int], str],
    back: str,
    undo: Callable[[Sequence[T]], Undo | None] = lambda rows: None,
    form: Form | None = None,
    text: Sequence[Any] = (),
    tone: str = "",
    crumbs: Sequence[str] = (),
    keep: str = "",
    nav: str = "",
) -> HttpResponse:
    """Ask with the number and the names, then `act` on each row, each a use case of its own.

    What was done is said in `done`'s words with its `undo`; of what was refused, who and why.
    """
    form = form or ConfirmForm(posted_data(request))
    if form.is_valid():
        finished: list[T] = []
        refused: list[str] = []
        for row in rows:
            try:
                act(row)
            except DomainError as error:
                refused.append(f"{name_of(row)}: {error.message}")
            else:
                finished.append(row)
        if refused:
            messages.error(request, _refused_in_words(refused))
        if finished:
            return redirect_with_message(request, back, done(len(finished)), undo(finished))
        return redirect_back(request, back)
    return render_dialog(
        request,
        form,
        title=title,
        button=button,
        back=back,
        text=[*text, names_in_words(rows, name_of)],
        tone=tone,
        keep=keep,
        crumbs=crumbs,
        context={"nav": nav},
    )


def names_in_words(rows: Sequence[T], name_of: Callable[[T], str]) -> str:
    """Who or what is selected: the first by name, and how many more."""
    named, more = ", ".join(name_of(row) for row in rows[:MOST_NAMED]), len(rows) - MOST_NAMED
    if more <= 0:
        return f"{named}."
    words = ngettext("%(names)s and %(count)d more.", "%(names)s and %(count)d more.", more)
    return words % {"names": named, "count": more}


def _refused_in_words(refused: Sequence[str]) -> str:
    number = len(refused)
    first = ngettext("%(count)d not changed.", "%(count)d not changed.", number) % {"count": number}
    parts = [first, *refused[:MOST_NAMED]]
    if number > MOST_NAMED:
        more = number - MOST_NAMED
        parts.append(ngettext("And %(count)d more.", "And %(count)d more.", more) % {"count": more})
    return " ".join(parts)
