"""Consents: what is asked, version by version, and who said what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.institutions.access import Actor
from muster.privacy import rules
from muster.privacy.models import MOST_CONSENT, ConsentPurpose
from muster.privacy.permissions import consents
from muster.privacy.queries import answers_of, consents_in_full
from muster.privacy.rules.consent import MOST_TITLE
from muster.web.requests import ActorRequest
from muster.web.ui.components import Action
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import pill


def _url(name: str, purpose: Any) -> str:
    return reverse(f"privacy:{name}", args=[purpose.pk])


def _crumbs(purpose: ConsentPurpose) -> list[str]:
    return [_("Consents"), reverse("privacy:consents"), purpose.title, _url("consent", purpose)]


class ConsentTable(Table):
    """A consent in a line."""

    counted = ngettext_lazy("%(count)s consent", "%(count)s consents", "count")
    caption = gettext_lazy("Consents")
    cards = {"title": "title", "audience": "meta", "version": "labelled", "state": "status"}

    title = TitleColumn(verbose_name=gettext_lazy("Purpose"), url=lambda record: _url("consent", record))
    audience = Column(verbose_name=gettext_lazy("Who is asked"))
    version = NumberColumn(verbose_name=gettext_lazy("Version"))
    state = Column(accessor="closed_at", empty_values=(), verbose_name=gettext_lazy("State"))

    class Meta(Table.Meta):
        order_by = ("title",)

    def render_audience(self, value: Any) -> str:
        """In words."""
        return str(value)

    def render_state(self, record: Any) -> SafeString:
        """Whether people are asked."""
        return _pill(record)

    def value_state(self, record: Any) -> str:
        return str(_("Asked") if record.is_open else _("Closed"))


def _pill(purpose: ConsentPurpose) -> SafeString:
    return pill(_("Asked"), tone="good", icon="okc") if purpose.is_open else pill(_("Closed"), icon="lock")


class ConsentFilters(Filters):
    """Those that are asked, until others are wanted."""

    search = ("title",)
    search_hint = gettext_lazy("Purpose")
    state = Buckets(
        gettext_lazy("State"),
        Bucket("", gettext_lazy("Asked"), Q(closed_at__isnull=True)),
        Bucket("closed", gettext_lazy("Closed"), Q(closed_at__isnull=False), chip=gettext_lazy("Closed")),
        Bucket("all", gettext_lazy("All"), Q(), chip=gettext_lazy("Including closed")),
        scope=True,
    )


@page(consents["change"])
def consent_list(request: ActorRequest) -> HttpResponseBase:
    """What people are asked."""
    new = reverse("privacy:consent-new")
    return list_page(
        request,
        table_class=ConsentTable,
        filterset_class=ConsentFilters,
        queryset=consents_in_full(consents.rows(request.actor, "change")),
        template="privacy/consents.html",
        context={"nav": "settings", "new_url": new},
        empty=Empty(
            _("No consents yet"),
            _("Ask for each purpose on its own, such as photos on the website. No one has to agree."),
            "check",
            [Action(_("Add consent"), new, "plus")],
        ),
        export_name="consents",
    )


class ConsentForm(Form):
    """What people are asked to agree to."""

    title = forms.CharField(label=gettext_lazy("Purpose"), max_length=MOST_TITLE)
    audience = forms.ChoiceField(label=gettext_lazy("Who is asked"), choices=ConsentPurpose.Audience.choices)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=MOST_CONSENT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Say what happens with which data, for how long, and that it can be taken back."),
    )


@page(consents["change"])
def new_consent(request: ActorRequest) -> HttpResponse:
    """Ask for a consent."""
    form = ConsentForm(posted_data(request))
    if did := submit_form(form, lambda: rules.write_consent(by=request.actor, **form.cleaned_data)):
        return redirect_with_message(request, _url("consent", did.result), _("Consent added."))
    return render_dialog(
        request,
        form,
        title=_("Add consent"),
        button=_("Add consent"),
        back=reverse("privacy:consents"),
        crumbs=[_("Consents"), reverse("privacy:consents")],
        context={"nav": "settings"},
    )


def _consent(actor: Actor, pk: UUID) -> Any:
    return consents.get(actor, pk, "change", among=consents_in_full(ConsentPurpose.objects.all()))


@page(consents["change"])
def edit_consent(request: ActorRequest, consent_id: UUID) -> HttpResponse:
    """Change what is asked: another text is a new version, which everybody is asked anew."""
    purpose = _consent(request.actor, consent_id)
    stored = {name: getattr(purpose, name) for name in ConsentForm.base_fields}
    form = ConsentForm(posted_data(request), initial=stored)
    if submit_form(form, lambda: rules.write_consent(by=request.actor, purpose=purpose, **form.cleaned_data)):
        return redirect_with_message(request, _url("consent", purpose), _("Consent saved."))
    return render_dialog(
        request,
        form,
        title=_("Change %(title)s") % {"title": purpose.title},
        text=[_("A changed text becomes a new version. Everyone who agreed is asked again.")],
        button=_("Save"),
        back=_url("consent", purpose),
        crumbs=_crumbs(purpose),
        context={"nav": "settings"},
    )


class AnswerTable(Table):
    """What somebody last said, and to which version."""

    counted = ngettext_lazy("%(count)s answer", "%(count)s answers", "count")
    caption = gettext_lazy("Answers")
    cards = {"person": "title", "given": "status", "version": "labelled", "at": "meta"}

    person = Column(accessor="person__full_name", verbose_name=gettext_lazy("Name"))
    given = Column(verbose_name=gettext_lazy("Answer"))
    version = NumberColumn(accessor="text__version", verbose_name=gettext_lazy("Version"))
    at = Column(accessor="created_at", verbose_name=gettext_lazy("When"))

    class Meta(Table.Meta):
        order_by = ("person",)

    def render_given(self, record: Any) -> SafeString:
        """Agreed, or not."""
        return pill(_("Agreed"), tone="good", icon="okc") if record.given else pill(_("Doesn't agree"), icon="xc")

    def value_given(self, record: Any) -> str:
        return str(_("Agreed") if record.given else _("Doesn't agree"))

    def render_at(self, value: Any) -> str:
        """The moment."""
        return date_format(timezone.localtime(value), "j M Y, H:i")

    def value_at(self, value: Any) -> Any:
        return value


class AnswerFilters(Filters):
    """Who agreed, or not."""

    search = ("person__full_name",)
    search_hint = gettext_lazy("Name")
    answer = Buckets(
        gettext_lazy("Answer"),
        Bucket("yes", gettext_lazy("Agreed"), Q(given=True)),
        Bucket("no", gettext_lazy("Doesn't agree"), Q(given=False)),
    )


@page(consents["change"])
def consent_page(request: ActorRequest, consent_id: UUID) -> HttpResponseBase:
    """What is asked, every version of it, and who said what."""
    purpose = _consent(request.actor, consent_id)
    return list_page(
        request,
        table_class=AnswerTable,
        filterset_class=AnswerFilters,
        queryset=answers_of(purpose),
        template="privacy/consent.html",
        context={
            "nav": "settings",
            "purpose": purpose,
            "state": _pill(purpose),
            "texts": purpose.texts.select_related("written_by"),
        },
        empty=Empty(_("No answers yet"), _("People are asked on their home page and under Your data."), "check"),
        export_name="consent-answers",
    )


@page(consents["change"])
def close_page(request: ActorRequest, consent_id: UUID) -> HttpResponse:
    """Ask, then ask nobody any more."""
    purpose = _consent(request.actor, consent_id)
    form = Form(posted_data(request))
    if submit_form(form, lambda: rules.close_consent(by=request.actor, purpose=purpose)):
        undo = Undo(_url("consent-reopen", purpose))
        return redirect_with_message(request, _url("consent", purpose), _("Consent closed."), undo)
    return render_dialog(
        request,
        form,
        title=_("Close %(title)s?") % {"title": purpose.title},
        text=[_("No one is asked anymore. What people said stays, and you can reopen it.")],
        button=_("Close consent"),
        back=_url("consent", purpose),
        crumbs=_crumbs(purpose),
        context={"nav": "settings"},
    )


@page(consents["change"])
def reopen_page(request: ActorRequest, consent_id: UUID) -> HttpResponse:
    """Ask, then ask people again."""
    purpose = _consent(request.actor, consent_id)
    form = Form(posted_data(request))
    if submit_form(form, lambda: rules.reopen_consent(by=request.actor, purpose=purpose)):
        undo = Undo(_url("consent-close", purpose))
        return redirect_with_message(request, _url("consent", purpose), _("Consent reopened."), undo)
    return render_dialog(
        request,
        form,
        title=_("Reopen %(title)s?") % {"title": purpose.title},
        text=[_("People who haven't answered are asked again.")],
        button=_("Reopen consent"),
        back=_url("consent", purpose),
        crumbs=_crumbs(purpose),
        context={"nav": "settings"},
    )
