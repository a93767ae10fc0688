"""Electives of a batch: what is on offer, choosing, and who has chosen what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.core.errors import FieldError, Invalid, Missing
from muster.core.permissions import as_id
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.progression.models import ElectiveGroup, SubjectMapping
from muster.progression.permissions import batch_subjects, choosers, elective_groups
from muster.progression.queries import (
    ElectiveClash,
    asks_for,
    clashes_of_electives,
    electives_left,
    learners_of,
    missing_from,
    offers_of,
)
from muster.progression.rules import (
    add_elective_group,
    change_elective_group,
    choose_elective,
    remind_to_choose,
    remove_elective_group,
    withdraw_choice,
)
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.requests import ActorRequest
from muster.web.ui.components import Action
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Facet, Filters, Table, list_page
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import person


# --- what is on offer -------------------------------------------------------------------------------------------------
class ElectiveGroupForm(Form):
    """Electives of a semester, how many are chosen, and when."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("Such as Elective 1."))
    semester = forms.IntegerField(label=gettext_lazy("Semester"), min_value=1, max_value=100)
    choose = forms.IntegerField(
        label=gettext_lazy("Subjects to choose"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Leave blank to ask for credits instead."),
    )
    least_credits = forms.DecimalField(
        label=gettext_lazy("Credits to reach"), required=False, min_value=0, max_digits=5, decimal_places=1
    )
    opens_on = forms.DateField(label=gettext_lazy("First day to choose"))
    closes_on = forms.DateField(label=gettext_lazy("Last day to choose"))
    subjects = forms.MultipleChoiceField(
        label=gettext_lazy("Subjects"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Subjects you select become electives. Set their seats in each subject."),
    )

    def __init__(self, *args: Any, batch: Batch, group: ElectiveGroup | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mappings = {str(one.pk): one for one in electives_left(batch, group)}
        self.core = {key for key, one in self.mappings.items() if not one.is_elective}
        offered = [(key, _labelled(one)) for key, one in self.mappings.items()]
        self.fields["subjects"].choices = offered  # type: ignore[attr-defined]

    @property
    def chosen(self) -> tuple[dict[str, Any], list[SubjectMapping]]:
        """What was filled in, as the rules take it."""
        fields = {name: value for name, value in self.cleaned_data.items() if name != "subjects"}
        return fields, [self.mappings[key] for key in self.cleaned_data["subjects"]]


def _were_core(form: ElectiveGroupForm) -> dict[str, Any]:
    """What taking it back makes core subjects again."""
    return {"core": [key for key in form.cleaned_data["subjects"] if key in form.core]}


def _core(request: ActorRequest) -> list[UUID]:
    """What an Undo says was core."""
    return [pk for one in request.POST.getlist("core") if (pk := as_id(one))]


def _labelled(mapping: SubjectMapping) -> str:
    names = {"subject": mapping.subject.title, "code": mapping.subject.code, "number": mapping.semester}
    return _("%(subject)s (%(code)s), semester %(number)d") % names


@page(batch_subjects["map"])
def add_group_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Offer electives to the students of the batch."""
    actor = request.actor
    batch = batch_subjects.get(actor, batch_id, "map", among=batches_for_rules())
    initial = {"semester": batch.current_semester or 1, "choose": 1, "opens_on": batch.today()}
    form = ElectiveGroupForm(posted_data(request), batch=batch, initial=initial)

    def add() -> ElectiveGroup:
        fields, mappings = form.chosen
        return add_elective_group(by=actor, batch=batch, fields=fields, mappings=mappings)

    if done := submit_form(form, add):
        undo = Undo(reverse("progression:remove-electives", args=[batch.pk, done.result.pk]), _were_core(form))
        sentence = _("%(group)s added.") % {"group": done.result}
        return redirect_with_message(request, tab_url(batch, "subjects"), sentence, undo)
    return batch_dialog(request, form, batch, "subjects", title=_("Offer electives"), button=_("Add"))


@page(elective_groups["change"])
def edit_group_page(request: ActorRequest, batch_id: UUID, group_id: UUID) -> HttpResponse:
    """Change what is on offer, and until when."""
    actor = request.actor
    group = _group(actor, batch_id, group_id)
    batch, before = group.batch, _fields_of(group)
    form = ElectiveGroupForm(posted_data(request), batch=batch, group=group, initial=before)

    def change() -> ElectiveGroup:
        changes, mappings = form.chosen
        return change_elective_group(by=actor, group=group, changes=changes, mappings=mappings, core=_core(request))

    if done := submit_form(form, change):
        undo = Undo(request.path, before | _were_core(form))
        sentence = _("%(group)s saved.") % {"group": done.result}
        return redirect_with_message(request, tab_url(batch, "subjects"), sentence, undo)
    title = _("Edit %(group)s") % {"group": group}
    return batch_dialog(request, form, batch, "subjects", title=title, button=_("Save"))


@page(elective_groups["change"])
def remove_group_page(request: ActorRequest, batch_id: UUID, group_id: UUID) -> HttpResponse:
    """Take what is on offer away; the subjects stay."""
    actor = request.actor
    group = _group(actor, batch_id, group_id)
    batch, before = group.batch, _fields_of(group)
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: remove_elective_group(by=actor, group=group, core=_core(request))):
        undo = Undo(reverse("progression:add-electives", args=[batch.pk]), before)
        sentence = _("%(group)s removed.") % {"group": group}
        return redirect_with_message(request, tab_url(batch, "subjects"), sentence, undo)
    text = [_("Students can no longer choose from it. Its subjects stay, and students keep what they chose.")]
    title = _("Remove %(group)s?") % {"group": group}
    return batch_dialog(request, form, batch, "subjects", title=title, button=_("Remove"), text=text)


@page(elective_groups["change"])
def remind_page(request: ActorRequest, batch_id: UUID, group_id: UUID) -> HttpResponse:
    """Remind those who have not chosen yet."""
    actor = request.actor
    group = _group(actor, batch_id, group_id)
    form = ConfirmForm(posted_data(request))
    if done := submit_form(form, lambda: remind_to_choose(by=actor, group=group)):
        words = ngettext("%(count)d student reminded.", "%(count)d students reminded.", done.result)
        return redirect_with_message(request, tab_url(group.batch, "subjects"), words % {"count": done.result})
    number = missing_from(group).count()
    names = {"count": number, "group": group, "day": date_format(group.closes_on, "j F Y")}
    words = ngettext(
        "%(count)d student hasn't finished choosing from %(group)s, which is open until %(day)s.",
        "%(count)d students haven't finished choosing from %(group)s, which is open until %(day)s.",
        number,
    )
    title, button = _("Remind students to choose?"), _("Send reminder")
    return batch_dialog(request, form, group.batch, "subjects", title=title, button=button, text=[words % names])


def _group(actor: Actor, batch_id: UUID, group_id: UUID) -> ElectiveGroup:
    rows = ElectiveGroup.objects.filter(batch=batch_id).select_related(
        "batch__institution", "batch__branch", "batch__course", "batch__department"
    )
    return elective_groups.get(actor, group_id, "change", among=rows)


def _fields_of(group: ElectiveGroup) -> dict[str, Any]:
    """What a form would send of the group as it is."""
    return {
        "name": group.name,
        "semester": str(group.semester),
        "choose": str(group.choose or ""),
        "least_credits": str(group.least_credits or ""),
        "opens_on": group.opens_on.isoformat(),
        "closes_on": group.closes_on.isoformat(),
        "subjects": [str(pk) for pk in group.mappings.order_by("pk").values_list("pk", flat=True)],
    }


# --- choosing ---------------------------------------------------------------------------------------------------------
@page(batch_subjects["list"])
def own_electives(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Where a student chooses; staff are led to what students chose."""
    actor = request.actor
    batch = batch_subjects.get(actor, batch_id, "list")
    own = _enrollments(batch_id).filter(student=actor.user, status__in=Enrollment.SEATED).first()
    if own is not None:
        return _choosing(request, own)
    if not batch_subjects.allows(actor, "choices", batch):
        raise Missing
    return redirect("progression:choosers", batch_id)


@page(choosers["choose"])
def student_electives(request: ActorRequest, batch_id: UUID, enrollment_id: UUID) -> HttpResponse:
    """What a student has chosen, for those who choose for them."""
    return _choosing(request, _chooser(request.actor, batch_id, enrollment_id))


def _choosing(request: ActorRequest, enrollment: Any) -> HttpResponse:
    actor = request.actor
    frame = Frame(actor, batch_for(actor, enrollment.batch_id, "see_staff"), "subjects")
    today, is_own = frame.batch.today(), actor.user is not None and enrollment.student_id == actor.user.pk
    offers = [
        {
            "group": one.group,
            "electives": [(each, _times(frame, each.mapping)) for each in one.electives],
            "asks": asks_for(one.group) if one.group else "",
            "is_done": one.is_done,
            "takes_more": one.takes_more,
            "credits": one.credits,
            "number": len(one.chosen),
            "is_open": not frame.batch.is_archived
            and enrollment.holds_a_seat
            and (not is_own or (one.group is not None and one.group.is_open(today))),
            "is_to_come": one.group is not None and today < one.group.opens_on,
        }
        for one in offers_of(enrollment)
        if one.group or not is_own or one.chosen
    ]
    context = {"enrollment": enrollment, "offers": offers, "is_own": is_own, "today": today}
    return tab_page(request, frame, "progression/choose.html", context)


def _times(frame: Frame, mapping: SubjectMapping) -> str:
    """When the subject meets each week."""
    return week_in_words([slot for slot in frame.week if slot["subject_id"] == str(mapping.subject_id)])


class ChoosingForm(Form):
    """A seat in an elective; where it clashes with the student's timetable, knowing that."""

    def __init__(self, *args: Any, clashes: Sequence[ElectiveClash], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clashes = clashes
        if clashes:
            label = _("Choose it although the times clash")
            self.fields["accept_clash"] = forms.BooleanField(label=label, required=False)

    def must_accept(self) -> None:
        """Raise Invalid at the tick where it is missing."""
        if self.clashes and not self.cleaned_data["accept_clash"]:
            words = _("Select this to choose it anyway, or choose another elective.")
            raise Invalid(words, errors=[FieldError("accept_clash", words)])


@page(choosers["choose"])
def choose_page(request: ActorRequest, batch_id: UUID, enrollment_id: UUID, elective_id: UUID) -> HttpResponse:
    """Take a seat in an elective, for oneself or for a student."""
    actor = request.actor
    enrollment = _chooser(actor, batch_id, enrollment_id)
    elective = _elective(batch_id, elective_id)
    clashes = clashes_of_electives(enrollment, [elective.pk]).get(elective.pk, [])
    form = ChoosingForm(posted_data(request), clashes=clashes)

    def choose() -> None:
        form.must_accept()
        choose_elective(by=actor, enrollment=enrollment, mapping=elective)

    url, names = _way_back(actor, enrollment), {"subject": elective}
    if submit_form(form, choose):
        undo = Undo(reverse("progression:withdraw-elective", args=[batch_id, enrollment.pk, elective.pk]))
        return redirect_with_message(request, url, _("%(subject)s chosen.") % names, undo)
    return batch_dialog(
        request,
        form,
        enrollment.batch,
        "subjects",
        title=_("Choose %(subject)s?") % names,
        button=_("Choose"),
        text=[clash.sentence for clash in clashes],
        back=url,
    )


@page(choosers["choose"])
def withdraw_page(request: ActorRequest, batch_id: UUID, enrollment_id: UUID, elective_id: UUID) -> HttpResponse:
    """Give a seat in an elective back."""
    actor = request.actor
    enrollment = _chooser(actor, batch_id, enrollment_id)
    elective = _elective(batch_id, elective_id)
    form, url, names = ConfirmForm(posted_data(request)), _way_back(actor, enrollment), {"subject": elective}
    if submit_form(form, lambda: withdraw_choice(by=actor, enrollment=enrollment, mapping=elective)):
        again = reverse("progression:choose-elective", args=[batch_id, enrollment.pk, elective.pk])
        undo = Undo(again, {"accept_clash": "on"})
        return redirect_with_message(request, url, _("%(subject)s withdrawn.") % names, undo)
    return batch_dialog(
        request,
        form,
        enrollment.batch,
        "subjects",
        title=_("Withdraw %(subject)s?") % names,
        button=_("Withdraw"),
        keep=_("Keep it"),
        text=[_("The seat goes back to those who still choose.")],
        back=url,
    )


def _enrollments(batch_id: UUID) -> QuerySet[Any]:
    rows = Enrollment.objects.filter(batch=batch_id)
    return rows.select_related("student", "batch__institution", "batch__branch", "batch__course", "batch__department")


def _chooser(actor: Actor, batch_id: UUID, enrollment_id: UUID) -> Any:
    return choosers.get(actor, enrollment_id, "choose", among=_enrollments(batch_id))


def _elective(batch_id: UUID, elective_id: UUID) -> SubjectMapping:
    rows = SubjectMapping.objects.filter(batch=batch_id, is_elective=True).select_related("subject", "group")
    found = rows.filter(pk=elective_id).first()
    if found is None:
        raise Missing
    return found


def _way_back(actor: Actor, enrollment: Enrollment) -> str:
    if actor.user is not None and actor.user.pk == enrollment.student_id:
        return reverse("progression:own-electives", args=[enrollment.batch_id])
    return reverse("progression:student-electives", args=[enrollment.batch_id, enrollment.pk])


# --- who chose what ---------------------------------------------------------------------------------------------------
class ChooserFilters(Filters):
    """By an elective, or by none."""

    search: ClassVar[Sequence[str]] = ("student__full_name",)
    search_hint = gettext_lazy("Name")
    elective = Facet(
        gettext_lazy("Elective"),
        value="elective_choices__mapping_id",
        text="elective_choices__mapping__subject__title",
        none=gettext_lazy("No electives"),
        many=True,
    )


class ChooserTable(Table):
    """Students with the electives they chose."""

    counted = ngettext_lazy("%(count)s student", "%(count)s students", "count")
    caption = gettext_lazy("Electives of students")
    cards = {"student": "title", "electives": "meta"}

    student = Column(accessor="student__full_name", verbose_name=gettext_lazy("Student"))
    electives = Column(verbose_name=gettext_lazy("Electives"), empty_values=(), orderable=False)

    class Meta(Table.Meta):
        pass

    def __init__(self, *args: Any, may_choose: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_choose = may_choose

    def render_student(self, record: Any) -> SafeString:
        url = reverse("progression:student-electives", args=[record.batch_id, record.pk]) if self.may_choose else ""
        return person(record.student.full_name, url)

    def value_student(self, record: Any) -> str:
        return str(record.student.full_name)

    def render_electives(self, record: Any) -> Any:
        return ", ".join(record.electives) or format_html('<span class="muted">{}</span>', _("None yet"))

    def value_electives(self, record: Any) -> str:
        return ", ".join(record.electives)


@page(batch_subjects["choices"])
def chooser_list(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The students of the batch with the electives they chose."""
    return _choosers(request, batch_id, None)


@page(batch_subjects["choices"])
def missing_list(request: ActorRequest, batch_id: UUID, group_id: UUID) -> HttpResponseBase:
    """Those who have not chosen what the group asks for."""
    return _choosers(request, batch_id, group_id)


def _choosers(request: ActorRequest, batch_id: UUID, group_id: UUID | None) -> HttpResponseBase:
    actor = request.actor
    batch_subjects.get(actor, batch_id, "choices")
    frame = Frame(actor, batch_for(actor, batch_id, "roster"), "subjects")
    batch, group = frame.batch, None
    if group_id is not None:
        group = ElectiveGroup.objects.filter(batch=batch, pk=group_id).select_related("batch").first()
        if group is None:
            raise Missing
    may_choose = not batch.is_archived and batch_subjects.allows(actor, "map", batch)
    back = Action(_("Subjects"), tab_url(batch, "subjects"), "course")
    if group is None:
        empty = Empty(
            _("No students yet"), _("Students of the batch appear here with what they chose."), "users", [back]
        )
    else:
        empty = Empty(_("Everyone has chosen"), _("No student has anything left to choose here."), "check", [back])
    return list_page(
        request,
        table_class=ChooserTable,
        filterset_class=ChooserFilters,
        queryset=learners_of(batch) if group is None else missing_from(group),
        template="progression/choosers.html",
        context={"frame": frame, "batch": batch, "nav": "batches", "group": group, "may_remind": may_choose},
        empty=empty,
        export_name=f"electives-{batch.code}".lower(),
        table_kwargs={"may_choose": may_choose},
        name_of=lambda row: row.student.full_name,
    )
