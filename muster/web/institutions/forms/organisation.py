"""Forms of the institution and how it works, and the field of a logo."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from muster.institutions.models import Institution
from muster.institutions.resources import zones
from muster.institutions.rules.house import LARGEST_LOGO
from muster.web.ui.forms import Changing, Section, same, wide


class LogoField(forms.FileField):
    """A picture to upload."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            label=_("Logo"),
            help_text=_("A PNG or JPEG picture, at most one megabyte."),
            validators=[FileExtensionValidator(["png", "jpg", "jpeg"])],
            widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        picture = super().clean(data, initial)
        if picture and picture.size > LARGEST_LOGO:
            raise forms.ValidationError(_("The picture is larger than one megabyte."))
        return picture


class InstitutionForm(Changing):
    """The institution and how it works, each setting with what it does in plain words."""

    name = forms.CharField(label=_("Name"), max_length=150)
    slug = forms.SlugField(
        label=_("Short name"), max_length=60, help_text=_("In addresses, and to choose the institution at sign-in.")
    )
    kind = forms.CharField(
        label=_("Kind"), max_length=60, required=False, help_text=_("Such as college or training provider.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("All times are shown in it. Another zone moves the classes with the clock.")
    )
    contact_email = forms.EmailField(label=_("Contact email"), max_length=254, required=False)
    contact_phone = forms.CharField(label=_("Contact phone"), max_length=40, required=False)
    logo = LogoField()
    remove_logo = forms.BooleanField(label=_("Remove the present logo"), required=False)

    late_after_minutes = forms.IntegerField(
        label=_("Late after (minutes)"),
        min_value=0,
        max_value=240,
        help_text=_("Who comes later than this after the start is marked late."),
    )
    minimum_attendance_percent = forms.IntegerField(
        label=_("Minimum attendance (percent)"),
        min_value=0,
        max_value=100,
        help_text=_("A student below it is flagged and told."),
    )
    register_lock_hours = forms.IntegerField(
        label=_("Lock registers after (hours)"),
        min_value=0,
        max_value=8760,
        required=False,
        help_text=_("Empty: registers stay open until somebody locks them."),
    )
    session_horizon_days = forms.IntegerField(
        label=_("Make sessions ahead for (days)"),
        min_value=1,
        max_value=730,
        help_text=_("For batches without a last day. All others have their sessions to the end."),
    )

    waitlist_mode = forms.ChoiceField(
        label=_("When a seat frees"),
        choices=[(key, capfirst(word)) for key, word in Institution.WaitlistMode.choices],
        help_text=_("An offer holds the seat until it is taken or lapses."),
    )
    waitlist_offer_hours = forms.IntegerField(
        label=_("An offer lasts (hours)"),
        min_value=1,
        max_value=720,
        help_text=_("Then the seat goes to the next in line."),
    )
    seat_buffer_percent = forms.IntegerField(
        label=_("Seats kept spare (percent)"),
        min_value=0,
        max_value=50,
        help_text=_("For transfers and repeats: students cannot take them by themselves. 10 to 20 is usual, 0 is off."),
    )
    access_grace_days = forms.IntegerField(
        label=_("Access after a batch ends (days)"),
        min_value=0,
        max_value=3650,
        help_text=_("How long students still reach their materials."),
    )
    archived_disables_access = forms.BooleanField(
        label=_("Archiving a batch ends its students' access"),
        required=False,
        help_text=_("Off: they keep it until the days above are over."),
    )

    advised_size_min = forms.IntegerField(
        label=_("Advised batch size, from"),
        min_value=1,
        max_value=1000,
        help_text=_("Advice beside the capacity of a batch; other sizes stay possible."),
    )
    advised_size_max = forms.IntegerField(label=_("Advised batch size, to"), min_value=1, max_value=1000)
    max_active_batches = forms.IntegerField(
        label=_("Active batches of an instructor, at most"),
        min_value=1,
        max_value=100,
        help_text=_("Suggestions pass over instructors who have reached it."),
    )
    max_mentees = forms.IntegerField(
        label=_("Mentees of an instructor, at most"),
        min_value=0,
        max_value=1000,
        help_text=_("The same for mentors. An instructor's own limit comes first."),
    )

    rollover_approval = forms.ChoiceField(
        label=_("Promoting a batch to the next semester"),
        choices=[(key, capfirst(word)) for key, word in Institution.RolloverApproval.choices],
        help_text=_("With four eyes, whoever raises it waits for somebody else."),
    )
    last_semester = forms.IntegerField(
        label=_("Last semester without a course"),
        min_value=1,
        max_value=20,
        help_text=_("Batch years with a course end with the course's own semesters."),
    )

    def __init__(self, *args: Any, row: Institution, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        field: Any = self.fields["time_zone"]
        field.choices = zones(row.time_zone)
        if not row.logo:
            del self.fields["remove_logo"]
        self.layout = (
            Section(
                _("Institution"),
                wide("name", "w4"),
                wide("slug", "w2"),
                wide("kind", "w3"),
                wide("time_zone", "w3"),
                wide("contact_email", "w3"),
                wide("contact_phone", "w3"),
                "logo",
                *(["remove_logo"] if row.logo else []),
                css_id="institution",
            ),
            Section(
                _("Attendance"),
                wide("late_after_minutes", "w3"),
                wide("minimum_attendance_percent", "w3"),
                wide("register_lock_hours", "w3"),
                wide("session_horizon_days", "w3"),
                css_id="attendance",
            ),
            Section(
                _("Seats and waitlists"),
                wide("waitlist_mode", "w3"),
                wide("waitlist_offer_hours", "w3"),
                wide("seat_buffer_percent", "w3"),
                wide("access_grace_days", "w3"),
                "archived_disables_access",
                css_id="seats",
            ),
            Section(
                _("Batches and instructors"),
                wide("advised_size_min", "w3"),
                wide("advised_size_max", "w3"),
                wide("max_active_batches", "w3"),
                wide("max_mentees", "w3"),
                css_id="batches",
            ),
            Section(_("Semesters"), wide("rollover_approval", "w3"), wide("last_semester", "w3"), css_id="semesters"),
        )


InstitutionForm.attributes = {name: name for name in InstitutionForm.base_fields if name not in ("logo", "remove_logo")}


class Weight(forms.IntegerField):
    """How much something counts: 0 to 10."""

    def __init__(self, label: Any, help_text: Any) -> None:
        super().__init__(label=label, help_text=help_text, min_value=0, max_value=10)


class SuggestionsForm(Changing):
    """How much each part counts when instructors are suggested."""

    weight_skills = Weight(_("Skills"), _("What the course asks for, and how well they can do it."))
    weight_availability = Weight(_("Availability"), _("Their weekly hours, and the days on which they are away."))
    weight_workload = Weight(_("Room for more"), _("What is left of the batches, hours or mentees they may have."))
    weight_language = Weight(_("Language"), _("The language of the course."))
    weight_style = Weight(_("Teaching style"), _("How the course is taught."))
    weight_rating = Weight(_("Past rating"), _("What students said of them. Few ratings count less."))
    weight_familiarity = Weight(_("Experience"), _("Has taught the course before, or teaches the student now."))

    attributes = same(
        "weight_skills",
        "weight_availability",
        "weight_workload",
        "weight_language",
        "weight_style",
        "weight_rating",
        "weight_familiarity",
    )
    layout = (
        Section(
            _("For a batch and for a student"),
            wide("weight_skills", "w3"),
            wide("weight_workload", "w3"),
            wide("weight_language", "w3"),
            wide("weight_style", "w3"),
            wide("weight_rating", "w3"),
            wide("weight_familiarity", "w3"),
        ),
        Section(_("For a batch alone"), wide("weight_availability", "w3")),
    )
