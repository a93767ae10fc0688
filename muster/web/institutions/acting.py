"""Adding, changing and deleting what the settings list: each in a sheet, then back to the list with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.web.institutions.forms.changing import Changing
from muster.web.ui.forms import Form, sent
from muster.web.ui.pages import accepted
from muster.web.ui.sheets import Agreed, done, sheet, tried

R = TypeVar("R")


class Back(TypedDict):
    """Where a sheet goes back to, and the way there from the settings."""

    back: str
    crumbs: Sequence[str]


def settings_sheet(request: HttpRequest, form: Form, *, back: str, crumbs: Sequence[str], **shown: Any) -> HttpResponse:
    """A sheet of the settings; `crumbs` are the way from them to the list that it goes back to."""
    way = [_("Settings"), reverse("settings:index"), *crumbs]
    return sheet(request, form, back=back, crumbs=way, context={"nav": "settings"}, **shown)


def saved(
    request: HttpRequest,
    form: Changing,
    save: Callable[[Mapping[str, Any]], R],
    *,
    title: str,
    back: str,
    crumbs: Sequence[str],
    button: str = "",
    said: Callable[[R], str] | None = None,
    then: Callable[[R], str] | None = None,
) -> HttpResponse:
    """Save what the form holds and go back, or draw it. `said` tells of what is new, `then` goes elsewhere with it."""
    row = accepted(form, save)
    if row is None:
        return settings_sheet(request, form, title=title, button=button or title, back=back, crumbs=crumbs)
    return done(request, then(row) if then else back, said(row) if said else _("Saved."))


def deleted(
    request: HttpRequest,
    row: Any,
    delete: Callable[[], None],
    *,
    button: str,
    text: Sequence[str],
    back: str,
    crumbs: Sequence[str],
    in_use: str = "",
) -> HttpResponse:
    """Ask, then delete the row and go back; where it is `in_use`, say by what instead."""
    form = Agreed(sent(request))
    if tried(form, delete):
        return done(request, back, _("%(name)s deleted.") % {"name": row.name})
    if in_use:
        title, button, tone = _("%(name)s can't be deleted"), "", ""
        text = [] if form.is_bound else [_("It has %(what)s. Delete those first.") % {"what": in_use}]
    else:
        title, tone = _("Delete %(name)s?"), "bad"
    return settings_sheet(
        request, form, title=title % {"name": row.name}, button=button, text=text, tone=tone, back=back, crumbs=crumbs
    )
