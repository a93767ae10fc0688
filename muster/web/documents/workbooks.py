"""The workbooks into which an institution's documents are filled: its own, or those that come with Muster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.files.downloads import XLSX_TYPE, Download
from muster.documents.kinds import DocumentKind, kind_with_template, kinds_with_templates
from muster.documents.permissions import templates
from muster.documents.queries import template_content, template_of
from muster.documents.rules import put_template, remove_template
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.downloads import response_of
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page


class TemplateForm(Form):
    """A workbook with placeholders."""

    file = forms.FileField(
        label=gettext_lazy("Workbook"),
        help_text=gettext_lazy("XLSX, up to 1 MB, with placeholders such as {{student.full_name}}."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )


@page(templates["list"])
def template_list(request: ActorRequest) -> HttpResponse:
    """Each kind of document that is filled into a workbook, with the institution's own, and the placeholders."""
    shown = [(kind, template_of(request.actor, kind.key), _placeholders(kind)) for kind in kinds_with_templates()]
    return render(request, "documents/templates.html", {"nav": "settings", "kinds": shown})


def _placeholders(kind: DocumentKind) -> list[tuple[str, Any]]:
    return [("{{" + name + "}}", words) for name, words in kind.placeholders.items()]


@page(templates["see"])
def template_file(request: ActorRequest, document_kind: str) -> HttpResponseBase:
    """The workbook that is in use: a start for one's own."""
    kind = kind_with_template(document_kind)
    content, _is_own = template_content(request.actor.owner_id, kind.key)
    return response_of(Download(f"{slugify(str(kind.label))}.xlsx", XLSX_TYPE, [content]))


@page(templates["change"])
def upload_page(request: ActorRequest, document_kind: str) -> HttpResponse:
    """Upload a workbook in the place of the one in use."""
    actor, kind = request.actor, kind_with_template(document_kind)
    form = TemplateForm(posted_data(request), request.FILES or None)
    if submit_form(form, lambda: put_template(by=actor, kind=kind.key, file=form.cleaned_data["file"])):
        sentence = _("%(document)s: your template is used from now on.") % {"document": kind.label}
        return redirect_with_message(request, _list_url(), sentence)
    return render_dialog(
        request,
        form,
        title=_("%(document)s template") % {"document": kind.label},
        button=_("Upload"),
        back=_list_url(),
        crumbs=_crumbs(),
    )


@page(templates["change"])
def remove_page(request: ActorRequest, document_kind: str) -> HttpResponse:
    """Go back to the built-in workbook."""
    actor, kind = request.actor, kind_with_template(document_kind)
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: remove_template(by=actor, kind=kind.key)):
        sentence = _("%(document)s: the built-in template is used from now on.") % {"document": kind.label}
        return redirect_with_message(request, _list_url(), sentence)
    text = [_("Documents use the built-in template from now on. Download yours first if you may need it again.")]
    return render_dialog(
        request,
        form,
        title=_("Remove your template?"),
        button=_("Remove"),
        back=_list_url(),
        text=text,
        tone="bad",
        crumbs=_crumbs(),
    )


def _list_url() -> str:
    return reverse("document-templates")


def _crumbs() -> list[str]:
    return [_("Settings"), reverse("settings:index"), _("Document templates"), _list_url()]
