"""One action in one form: a dialog over the page where it was asked for, a page of its own without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect

from muster.core.errors import DomainError
from muster.web.ui.forms import Form
from muster.web.ui.pages import vary_on_htmx, wants_fragment
from muster.web.ui.undo import Undo, say_done, way_back
from muster.web.ui.widgets import crumbs as drawn_crumbs

R = TypeVar("R")
TARGET = "sheet"


class ConfirmForm(Form):
    """Nothing to fill in: the question is answered by the button."""


@dataclass(frozen=True)
class FormResult(Generic[R]):
    """What a form was sent for is done; `result` is what the rule gave back."""

    result: R


def submit_form(form: Form, act: Callable[[], R]) -> FormResult[R] | None:
    """Do what the form was sent for: `act` calls the rule, and `result` is what the rule gave back.

    None where the form is only shown, or where form or rule refused. What the rule refused stands in the form, and is
    its `refusal`.
    """
    if not form.is_valid():
        return None
    try:
        return FormResult(act())
    except DomainError as error:
        form.show_refusal(error)
    return None


def render_dialog(
    request: HttpRequest,
    form: BaseForm,
    *,
    title: Any,
    button: Any,
    back: str,
    text: Sequence[Any] = (),
    tone: str = "",
    keep: Any = "",
    crumbs: Sequence[str] = (),
    body: str = "",
    after: str = "",
    page_template: str = "",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The form of an action, in a dialog when htmx asked for one (`{% dialog_link %}`), else as a page.

    `text` are the sentences that say, in numbers, what will happen; `crumbs` labels and URLs of the way here; `body` a
    template that draws the fields by hand, `after` one that stands behind the form. With a `page_template` it is a page
    always.
    A refused form keeps its words and answers 400. `tone="bad"` is for what cannot be undone. `keep` is what the other
    button says where "Cancel" would be read as doing it.
    """
    shown = {
        "form": form,
        "title": title,
        "button": button,
        "back": back,
        "text": text,
        "tone": tone,
        "keep": keep,
        "crumbs": drawn_crumbs(*crumbs, str(title)),
        "body": body,
        "after": after,
        **(context or {}),
    }
    if not page_template:
        page_template = f"components/action_dialog{'' if wants_fragment(request, TARGET) else '_page'}.html"
    response = render(request, page_template, shown, status=400 if form.is_bound and form.errors else 200)
    return vary_on_htmx(response)


def redirect_with_message(request: HttpRequest, url: str, sentence: Any, undo: Undo | None = None) -> HttpResponse:
    """The action succeeded: back to where it was asked for, with a sentence that says what happened, and its Undo."""
    say_done(request, sentence, undo)
    return redirect_back(request, url)


def redirect_with_refusal(request: HttpRequest, url: str, error: DomainError) -> HttpResponse:
    """The action was refused, and there is no form to say it in: back, with the sentence that says why."""
    messages.error(request, error.message)
    return redirect_back(request, url)


def redirect_back(request: HttpRequest, url: str) -> HttpResponse:
    """Back to where an action was asked for, from a dialog too: to the same list with its filters."""
    url = way_back(request, url)
    if htmx := getattr(request, "htmx", None):
        here = htmx.current_url_abs_path or ""
        return HttpResponseClientRedirect(here if here.partition("?")[0] == url else url)
    return redirect(url)
