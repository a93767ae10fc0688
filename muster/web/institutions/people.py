"""Users and their roles: the list, inviting, changing, deactivating."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.accounts.models import User
from muster.allocation.rules import change_person, deactivate_person
from muster.core.errors import DomainError
from muster.core.permissions import NOTHING
from muster.core.subqueries import KeyIn
from muster.institutions import rules
from muster.institutions.access import Actor
from muster.institutions.models import ApiToken, Membership, Role
from muster.institutions.permissions import users
from muster.institutions.queries import duties_of, people_in_full
from muster.people.links import student_url
from muster.web.institutions.forms.people import PersonForm
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import bulk_dialog, picked_rows, picked_url
from muster.web.ui.components import Action, BulkAction
from muster.web.ui.dialogs import redirect_with_message, render_dialog
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import form_refused, page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, Table, list_page
from muster.web.ui.tables.counting import Counting, choice_text
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import local_date, pill

ROLE_WORDS = dict(Role.choices)


class UserTable(Table):
    """People, what they are here, and whether they have come in."""

    counted = ngettext_lazy("%(count)s user", "%(count)s users", "count")
    caption = gettext_lazy("Users")
    cards = {"full_name": "title", "state": "status", "roles": "meta", "phone": "hide", "last_login": "hide"}

    full_name = Column(verbose_name=gettext_lazy("Name"))
    roles = Column(verbose_name=gettext_lazy("Roles"), empty_values=(), orderable=False)
    phone = Column(verbose_name=gettext_lazy("Phone"))
    last_login = Column(verbose_name=gettext_lazy("Last sign-in"))
    state = Column(verbose_name=gettext_lazy("Status"), empty_values=(), orderable=False)

    class Meta(Table.Meta):
        order_by = ("full_name",)
        row_attrs = {"class": lambda record: "" if record.active else "archived"}

    def render_full_name(self, record: Any) -> SafeString:
        """The name, leading to the person for those who may change them, and the e-mail."""
        second = format_html('<span class="s">{}</span>', record.email)
        if self.request is not None and users.may(self.request.actor, "change"):
            return format_html(
                '<a class="t" href="{}">{}</a>{}', _url_of_person("user-edit", record), record.full_name, second
            )
        return format_html('<span class="t">{}</span>{}', record.full_name, second)

    def value_full_name(self, record: Any) -> str:
        return str(record.full_name)

    def render_roles(self, record: Any) -> SafeString:
        """Every role with what it is narrowed to."""
        return format_html_join(SafeString("<br>"), "{}", ((words,) for words in role_words(record)))

    def value_roles(self, record: Any) -> str:
        return ", ".join(role_words(record))

    def render_last_login(self, value: Any) -> str:
        """The day of it."""
        return local_date(timezone.localtime(value).date())

    def value_last_login(self, value: Any) -> Any:
        return value

    def render_state(self, record: Any) -> SafeString:
        """Whether the person can sign in."""
        return state_pill(record)


def role_words(person: Any) -> list[str]:
    """ "Branch manager, Durban" for every role the person holds."""
    words = [str(Role.SUPER_ADMIN.label)] if person.is_superuser else []
    for one in person.held:
        places = [place for place in (one["branch"], one["department"]) if place]
        words.append(", ".join([str(ROLE_WORDS[one["role"]]), *places]))
    return words or [_("No role")]


def state_pill(person: Any) -> SafeString:
    """Active, invited or deactivated."""
    if not person.active:
        return pill(_("Deactivated"), icon="person-off")
    if not person.email:
        return pill(_("No sign-in"), icon="ring")
    if person.awaited:
        return pill(_("Invited"), tone="info", icon="mail")
    return pill(_("Active"), tone="good", icon="okc")


class HeldHere(Facet):
    """A facet of what people hold in the reader's institution; what they hold elsewhere is nobody's business here."""

    def __init__(self, label: Any, column: str, text: str = "", **options: Any) -> None:
        super().__init__(label, value=column, text=text, many=True, **options)

    def _memberships(self) -> QuerySet[Membership]:
        return Membership.objects.filter(institution=self.parent.request.actor.institution).order_by()

    def condition(self, value: str, *, besides: str = "") -> Q:
        """What the people who hold it here, or nothing of the kind, meet."""
        if not value:
            return Q()
        if value == self.NONE:
            held = self._memberships().filter(user=OuterRef("pk"))
            return Q(Exists(held.filter(**{f"{self.lookup}__isnull": True}))) | ~Q(Exists(held))
        try:
            return KeyIn(self._memberships().filter(**{self.lookup: value}).values("user_id"))
        except (ValueError, ValidationError):
            return NOTHING

    def count(self, counting: Counting, name: str, where: str) -> None:
        """Count, under the name, the people for each choice, and those who hold nothing of the kind."""
        key, word = (
            counting.hanging("held_here", self._memberships(), "user_id", choice_text(one))
            for one in (self.lookup, self.text)
        )
        counting.choices_of_hanging(name, "held_here", where, key, word, or_nothing=True)


class UserFilters(Filters):
    """How the list of users is narrowed."""

    search = ("full_name", "email", "phone", "student_number", "staff_number")
    search_hint = gettext_lazy("Name, email or number")

    role = HeldHere(gettext_lazy("Role"), "role", words=Role.choices)
    branch = HeldHere(gettext_lazy("Branch"), "branch_id", "branch__name")
    department = HeldHere(gettext_lazy("Department"), "department_id", "department__name")
    active = Buckets(
        gettext_lazy("Status"),
        Bucket("", gettext_lazy("Active"), Q(active=True)),
        Bucket("invited", gettext_lazy("Invited"), Q(active=True, awaited=True), chip=gettext_lazy("Invited")),
        Bucket("no", gettext_lazy("Deactivated"), Q(active=False), chip=gettext_lazy("Deactivated")),
        Bucket("all", gettext_lazy("All"), Q(), chip=gettext_lazy("Including deactivated")),
        scope=True,
    )


def _url_of_person(name: str, person: Any) -> str:
    return reverse(name, args=[person.pk])


def _rows(actor: Actor, action: str = "list") -> QuerySet[User]:
    return users.rows(actor, action, people_in_full(actor.institution))


def _person(request: ActorRequest, user_id: str) -> User:
    actor = request.actor
    return users.get(actor, user_id, "change", people_in_full(actor.institution))


@page(users["list"])
def user_list(request: ActorRequest) -> HttpResponseBase:
    """Everybody whom the reader may see, with their roles."""
    actor = request.actor
    new = reverse("user-new")
    may_add = users.may(actor, "add")
    return list_page(
        request,
        table_class=UserTable,
        filterset_class=UserFilters,
        queryset=_rows(actor),
        template="people_settings/users.html",
        context={"new": new if may_add else ""},
        empty=Empty(
            _("No one yet"),
            _("Invite people by email. They choose their own password."),
            "person",
            [Action(_("Invite person"), new, "plus")] if may_add else [],
        ),
        export_name="users",
        bulk=[
            BulkAction(_("Deactivate"), reverse("users-deactivate"), "person-off"),
            BulkAction(_("Reactivate"), reverse("users-reactivate"), "undo"),
        ]
        if users.may(actor, "change")
        else [],
        name_of=lambda person: person.full_name,
    )


@page(users["add"])
def add_user(request: ActorRequest) -> HttpResponseBase:
    """Invite a person; `?role=` ticks a role. Managers invite students of their own part."""
    actor = request.actor
    form = PersonForm(posted_data(request), by=actor, initial={"role": request.GET.getlist("role")})
    if request.method == "POST" and form.is_valid():
        try:
            person = rules.add_person(by=actor, person=form.to_input())
        except DomainError as error:
            form_refused(form, error)
        else:
            told = _("Invitation for %(name)s sent to %(email)s.") if person.email else _("%(name)s added.")
            told %= {"name": person.full_name, "email": person.email}
            return redirect_with_message(request, reverse("users"), told)
    return _render_person(request, "people_settings/user_new.html", form)


@page(users["change"])
def change_user(request: ActorRequest, user_id: str) -> HttpResponseBase:
    """Change a person and their roles."""
    actor, person = request.actor, _person(request, user_id)
    form = PersonForm(posted_data(request), by=actor, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            change_person(by=actor, user=person, change=form.change(person))
        except DomainError as error:
            form_refused(form, error)
        else:
            return redirect_with_message(
                request, reverse("users"), _("%(name)s saved.") % {"name": form.cleaned_data["full_name"]}
            )
    return _render_person(request, "people_settings/user_edit.html", form, person=person, state=state_pill(person))


@page(users["change"])
def deactivate_user(request: ActorRequest, user_id: str) -> HttpResponseBase:
    """Ask, in numbers, then end the person's access."""
    actor, person = request.actor, _person(request, user_id)
    form = Form(posted_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            deactivate_person(by=actor, user=person)
        except DomainError as error:
            form_refused(form, error)
        else:
            return redirect_with_message(
                request,
                _url_of_person("user-edit", person),
                _("%(name)s deactivated.") % {"name": person.full_name},
                Undo(_url_of_person("user-reactivate", person)),
            )
    return render_dialog(
        request,
        form,
        title=_("Deactivate %(name)s?") % {"name": person.full_name},
        button=_("Deactivate %(name)s") % {"name": person.full_name},
        back=_url_of_person("user-edit", person),
        text=_what_ends(actor, person),
        tone="bad",
        crumbs=_crumbs(person),
    )


def _what_ends(actor: Actor, person: User) -> list[str]:
    duties = duties_of(actor, person)
    tokens = ApiToken.objects.filter(institution=actor.institution, user=person, from_sign_in=False).count()
    text = [_("They'll lose access to %(name)s immediately.") % {"name": actor.institution.name}]
    if tokens:
        text.append(
            ngettext("%(count)d API token will be revoked.", "%(count)d API tokens will be revoked.", tokens)
            % {"count": tokens}
        )
    if duties.batches_led or duties.enrollments:
        text.append(
            _("Resolve these first. Batches they lead: %(led)d. Enrollments they have: %(held)d.")
            % {"led": duties.batches_led, "held": duties.enrollments}
        )
    text.append(_("Their history and records are kept. You can reactivate them at any time."))
    return text


@page(users["change"])
def reactivate_user(request: ActorRequest, user_id: str) -> HttpResponseBase:
    """Ask, then let the person in again."""
    actor, person = request.actor, _person(request, user_id)
    form = Form(posted_data(request))
    if request.method == "POST" and form.is_valid():
        rules.change_person(by=actor, user=person, change=rules.PersonChange(active=True))
        return redirect_with_message(
            request,
            _url_of_person("user-edit", person),
            _("%(name)s can sign in again.") % {"name": person.full_name},
            Undo(_url_of_person("user-deactivate", person)),
        )
    return render_dialog(
        request,
        form,
        title=_("Reactivate %(name)s?") % {"name": person.full_name},
        button=_("Reactivate %(name)s") % {"name": person.full_name},
        back=_url_of_person("user-edit", person),
        text=[
            _("They'll be able to sign in as before, with these roles: %(roles)s.")
            % {"roles": "; ".join(role_words(person))}
        ],
        crumbs=_crumbs(person),
    )


@page(users["change"])
def deactivate_many(request: ActorRequest) -> HttpResponse:
    """Ask, then end the access of the selected people."""
    actor, rows = request.actor, picked_rows(request, _rows(request.actor, "change"))
    number = {"count": len(rows)}
    return bulk_dialog(
        request,
        rows,
        lambda person: deactivate_person(by=actor, user=person),
        name_of=lambda person: person.full_name,
        title=ngettext("Deactivate %(count)d person?", "Deactivate %(count)d people?", len(rows)) % number,
        button=ngettext("Deactivate %(count)d person", "Deactivate %(count)d people", len(rows)) % number,
        done=lambda count: (
            ngettext("%(count)d person deactivated.", "%(count)d people deactivated.", count) % {"count": count}
        ),
        back=reverse("users"),
        undo=lambda done: Undo(picked_url(reverse("users-reactivate"), done)),
        text=[
            _("They'll lose access to %(name)s immediately.") % {"name": actor.institution.name},
            _("People who lead a batch or are enrolled stay active. You'll see who."),
        ],
        tone="bad",
        crumbs=[_("Users"), reverse("users")],
    )


@page(users["change"])
def reactivate_many(request: ActorRequest) -> HttpResponse:
    """Ask, then let the selected people in again."""
    actor, rows = request.actor, picked_rows(request, _rows(request.actor, "change"))
    number = {"count": len(rows)}
    return bulk_dialog(
        request,
        rows,
        lambda person: rules.change_person(by=actor, user=person, change=rules.PersonChange(active=True)),
        name_of=lambda person: person.full_name,
        title=ngettext("Reactivate %(count)d person?", "Reactivate %(count)d people?", len(rows)) % number,
        button=ngettext("Reactivate %(count)d person", "Reactivate %(count)d people", len(rows)) % number,
        done=lambda count: (
            ngettext("%(count)d person can sign in again.", "%(count)d people can sign in again.", count)
            % {"count": count}
        ),
        back=reverse("users"),
        undo=lambda done: Undo(picked_url(reverse("users-deactivate"), done)),
        text=[_("They'll be able to sign in as before, with the same roles.")],
        crumbs=[_("Users"), reverse("users")],
    )


@page(users["invite"])
def invite_user_again(request: ActorRequest, user_id: str) -> HttpResponseBase:
    """Ask, then send the invitation once more."""
    actor = request.actor
    person = users.get(actor, user_id, "invite", people_in_full(actor.institution))
    back = _url_of_person("user-edit", person) if users.may(actor, "change") else student_url(person.pk)
    form = Form(posted_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            rules.invite_again(by=actor, user=person)
        except DomainError as error:
            form_refused(form, error)
        else:
            told = _("Invitation sent to %(email)s.") % {"email": person.email}
            return redirect_with_message(request, back, told)
    return render_dialog(
        request,
        form,
        title=_("Resend invitation?"),
        button=_("Send to %(email)s") % {"email": person.email},
        back=back,
        text=[_("The new link works for seven days. Earlier links also work until one of them is used.")],
        crumbs=[_("Users"), reverse("users"), person.full_name, back],
    )


@page(users["change"])
def end_sign_ins_of_user(request: ActorRequest, user_id: str) -> HttpResponse:
    """Ask, then sign the person out everywhere."""
    actor, person = request.actor, _person(request, user_id)
    form = Form(posted_data(request))
    if request.method == "POST" and form.is_valid():
        rules.end_sign_ins_here(by=actor, user=person)
        told = _("%(name)s is signed out everywhere.") % {"name": person.full_name}
        return redirect_with_message(request, _url_of_person("user-edit", person), told)
    return render_dialog(
        request,
        form,
        title=_("End all sign-ins of %(name)s?") % {"name": person.full_name},
        button=_("End all sign-ins"),
        back=_url_of_person("user-edit", person),
        text=[
            _("They're signed out of %(name)s on every device.") % {"name": actor.institution.name},
            _("Their API tokens and calendar links stop working for good."),
            _("They can sign in again with their password. If someone else may know it, they should change it too."),
        ],
        tone="bad",
        crumbs=_crumbs(person),
    )


def _crumbs(person: User) -> list[str]:
    return [_("Users"), reverse("users"), person.full_name, _url_of_person("user-edit", person)]


def _render_person(request: HttpRequest, template: str, form: PersonForm, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=400 if form.is_bound and form.errors else 200)
