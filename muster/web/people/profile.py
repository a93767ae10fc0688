"""What an instructor brings: field, languages, skills, and how much they may carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.core.errors import DomainError, FieldError
from muster.institutions.access import Actor
from muster.people import rules
from muster.people.links import instructor_url, instructors_url
from muster.people.models import InstructorProfile, InstructorSkill
from muster.people.permissions import instructors as instructor_access
from muster.people.queries import profile_of, skills_of
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, submit_form
from muster.web.ui.forms import Form, FormSection, posted_data, wide
from muster.web.ui.pages import page

LEVELS = (
    (1, gettext_lazy("1, beginner")),
    (2, gettext_lazy("2, basics")),
    (3, gettext_lazy("3, solid")),
    (4, gettext_lazy("4, advanced")),
    (5, gettext_lazy("5, expert")),
)
SPARE = 3
# What the form and the profile call the same.
AS_STORED = ("domain", "bio", "max_active_batches", "max_mentees")


class InstructorProfileForm(Form):
    """A profile; skills in rows, of which some more are always free."""

    domain = forms.CharField(
        label=gettext_lazy("Field"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("For example, data science."),
    )
    bio = forms.CharField(
        label=gettext_lazy("About"),
        required=False,
        max_length=rules.MOST_BIO,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    languages = forms.CharField(
        label=gettext_lazy("Languages"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Separate with commas, for example English, isiZulu."),
    )
    teaching_styles = forms.CharField(
        label=gettext_lazy("Teaching styles"),
        required=False,
        max_length=1500,
        help_text=gettext_lazy("Separate with commas, for example workshop, discussion, one-to-one."),
    )
    max_active_batches = forms.IntegerField(
        label=gettext_lazy("Maximum active batches"), required=False, min_value=0, max_value=rules.MOST_BATCHES
    )
    max_mentees = forms.IntegerField(
        label=gettext_lazy("Maximum mentees"), required=False, min_value=0, max_value=rules.MOST_MENTEES
    )

    def __init__(self, *args: Any, rows: int, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        house = _("Leave blank to use the institution's limit of %(number)d.")
        self.fields["max_active_batches"].help_text = house % {"number": actor.institution.max_active_batches}
        self.fields["max_mentees"].help_text = house % {"number": actor.institution.max_mentees}
        places: list[Any] = []
        for place in range(rows):
            number = {"number": place + 1}
            self.fields[f"skill_{place}"] = forms.CharField(
                label=_("Skill %(number)d") % number, required=False, max_length=60
            )
            self.fields[f"level_{place}"] = forms.TypedChoiceField(
                label=_("Level of skill %(number)d") % number, choices=LEVELS, coerce=int, initial=3, required=False
            )
            places += [wide(f"skill_{place}", "w4"), wide(f"level_{place}", "w2")]
        self.layout = (
            FormSection(_("Profile"), "domain", "bio", wide("languages", "w3"), wide("teaching_styles", "w3")),
            FormSection(_("Skills"), *places, hint=_("Courses can require skills. Save to add more rows.")),
            FormSection(_("Limits"), wide("max_active_batches", "w3"), wide("max_mentees", "w3")),
        )

    def filled(self) -> Iterator[int]:
        """The rows that name a skill."""
        return (place for place in range(self.rows) if self.cleaned_data.get(f"skill_{place}"))

    def changes(self) -> Any:
        """What the rule is told."""
        given = self.cleaned_data
        return {
            **{name: given[name] for name in AS_STORED},
            "languages": _words(given["languages"]),
            "teaching_styles": _words(given["teaching_styles"]),
            "skills": [
                rules.SkillInput(given[f"skill_{place}"], given[f"level_{place}"] or 3) for place in self.filled()
            ],
        }

    def save(self, by: Actor, instructor: User) -> InstructorProfile:
        """Write it. A refusal names the fields of this form, where the rule numbers the skills that are filled in."""
        try:
            return rules.change_profile(by=by, instructor=instructor, changes=self.changes())
        except DomainError as error:
            places = list(self.filled())
            for index, wrong in enumerate(error.errors):
                if wrong.field.startswith("skills."):
                    _skills, place, name = wrong.field.split(".")
                    error.errors[index] = FieldError(f"{name}_{places[int(place)]}", wrong.message)
            raise


@page(instructor_access["change"])
def profile_page(request: ActorRequest, instructor_id: str) -> HttpResponse:
    """Change what an instructor brings: their own, or by an administrator."""
    actor = request.actor
    person = instructor_access.get(actor, instructor_id, "change")
    skills = list(skills_of(actor.institution.pk, person.pk))
    posted = posted_data(request)
    rows = min(rules.MOST_SKILLS, len(skills) + SPARE)
    if posted is not None:
        named = [name for name in posted if name.startswith("skill_")]
        rows = min(rules.MOST_SKILLS, max(len(named), 1))
    row = profile_of(actor.institution.pk, person.pk)
    form = InstructorProfileForm(posted, rows=rows, actor=actor, initial=_initial(row, skills))
    if submit_form(form, lambda: form.save(actor, person)):
        return redirect_with_message(request, instructor_url(person.pk), _("Profile saved."))
    context = {
        "nav": "instructors",
        "form": form,
        "person": person,
        "back": instructor_url(person.pk),
        "list_url": instructors_url() if instructor_access.may(actor, "list") else "",
    }
    return render(request, "people/profile.html", context, status=400 if form.is_bound else 200)


@page(instructor_access["be"])
def own_page(request: ActorRequest) -> HttpResponse:
    """To one's own page."""
    actor = request.actor
    assert actor.user is not None  # noqa: S101
    return redirect(instructor_url(actor.user.pk))


@page(instructor_access["be"])
def own_availability(request: ActorRequest) -> HttpResponse:
    """To one's own hours."""
    return redirect("instructors:availability", request.actor.user.pk if request.actor.user else "")


@page(instructor_access["be"])
def own_time_off(request: ActorRequest) -> HttpResponse:
    """To the days on which one is away, on one's own page."""
    return redirect(f"{instructor_url(request.actor.user.pk if request.actor.user else '')}#time-off")


def _initial(row: InstructorProfile, skills: Sequence[InstructorSkill]) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in AS_STORED}
    found |= {"languages": ", ".join(row.languages), "teaching_styles": ", ".join(row.teaching_styles)}
    for place, one in enumerate(skills):
        found |= {f"skill_{place}": one.skill, f"level_{place}": one.level}
    return found


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
