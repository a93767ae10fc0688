"""Forms of the institution and how it works, and the field of a logo."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from muster.institutions.models import Institution
from muster.institutions.resources import zones
from muster.institutions.rules.settings import LARGEST_LOGO
from muster.web.ui.forms import FormSection, RowForm, same_names, wide


class LogoField(forms.FileField):
    """A picture to upload."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            label=_("Logo"),
            help_text=_("PNG or JPEG, up to 1 MB."),
            validators=[FileExtensionValidator(["png", "jpg", "jpeg"])],
            widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        picture = super().clean(data, initial)
        if picture and picture.size > LARGEST_LOGO:
            raise forms.ValidationError(_("The image is larger than 1 MB. Choose a smaller one."))
        return picture


class InstitutionForm(RowForm):
    """The institution and how it works, each setting with what it does in plain words."""

    name = forms.CharField(label=_("Name"), max_length=150)
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Used in addresses, and to choose the institution at sign-in."),
    )
    kind = forms.CharField(
        label=_("Kind"), max_length=60, required=False, help_text=_("For example, college or training provider.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("All times are shown in this time zone. Changing it moves sessions with it.")
    )
    contact_email = forms.EmailField(label=_("Contact email"), max_length=254, required=False)
    contact_phone = forms.CharField(label=_("Contact phone"), max_length=40, required=False)
    logo = LogoField()
    remove_logo = forms.BooleanField(label=_("Remove logo"), required=False)

    late_after_minutes = forms.IntegerField(
        label=_("Late after (minutes)"),
        min_value=0,
        max_value=240,
        help_text=_("Students who arrive later than this are marked late."),
    )
    minimum_attendance_percent = forms.IntegerField(
        label=_("Minimum attendance (percent)"),
        min_value=0,
        max_value=100,
        help_text=_("Students below this are flagged and notified."),
    )
    register_lock_hours = forms.IntegerField(
        label=_("Lock registers after (hours)"),
        min_value=0,
        max_value=8760,
        required=False,
        help_text=_("Leave blank to keep registers open until someone locks them."),
    )
    session_horizon_days = forms.IntegerField(
        label=_("Create sessions ahead (days)"),
        min_value=1,
        max_value=730,
        help_text=_("For batches without a last day. All others have their sessions to the end."),
    )

    waitlist_mode = forms.ChoiceField(
        label=_("When a seat frees"),
        choices=[(key, capfirst(word)) for key, word in Institution.WaitlistMode.choices],
        help_text=_("An offer holds the seat until it's accepted or expires."),
    )
    waitlist_offer_hours = forms.IntegerField(
        label=_("Offer expires after (hours)"),
        min_value=1,
        max_value=720,
        help_text=_("The seat then goes to the next person on the waitlist."),
    )
    seat_buffer_percent = forms.IntegerField(
        label=_("Spare seats (percent)"),
        min_value=0,
        max_value=50,
        help_text=_(
            "Reserved for transfers and repeats. Students can't enroll in them themselves. 10 to 20 is "
            "typical; 0 turns it off."
        ),
    )
    access_grace_days = forms.IntegerField(
        label=_("Access after a batch ends (days)"),
        min_value=0,
        max_value=3650,
        help_text=_("How long students keep access to their materials."),
    )
    archived_disables_access = forms.BooleanField(
        label=_("Archiving a batch ends its students' access"),
        required=False,
        help_text=_("If off, they keep access for the number of days above."),
    )

    advised_size_min = forms.IntegerField(
        label=_("Recommended batch size, from"),
        min_value=1,
        max_value=1000,
        help_text=_("Shown next to a batch's capacity. Other sizes are still possible."),
    )
    advised_size_max = forms.IntegerField(label=_("Recommended batch size, to"), min_value=1, max_value=1000)
    max_active_batches = forms.IntegerField(
        label=_("Maximum active batches per instructor"),
        min_value=1,
        max_value=100,
        help_text=_("Instructors at this limit aren't suggested."),
    )
    max_mentees = forms.IntegerField(
        label=_("Maximum mentees per instructor"),
        min_value=0,
        max_value=1000,
        help_text=_("The same for mentors. An instructor's own limit takes precedence."),
    )

    rollover_approval = forms.ChoiceField(
        label=_("Promoting a batch to the next semester"),
        choices=[(key, capfirst(word)) for key, word in Institution.RolloverApproval.choices],
        help_text=_("If someone else approves, the person who requests it can't confirm it."),
    )
    last_semester = forms.IntegerField(
        label=_("Last semester without a course"),
        min_value=1,
        max_value=20,
        help_text=_("Batch years with a course end with the course's last semester."),
    )

    def __init__(self, *args: Any, row: Institution, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        field: Any = self.fields["time_zone"]
        field.choices = zones(row.time_zone)
        if not row.logo:
            del self.fields["remove_logo"]
        self.layout = (
            FormSection(
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
            FormSection(
                _("Attendance"),
                wide("late_after_minutes", "w3"),
                wide("minimum_attendance_percent", "w3"),
                wide("register_lock_hours", "w3"),
                wide("session_horizon_days", "w3"),
                css_id="attendance",
            ),
            FormSection(
                _("Seats and waitlists"),
                wide("waitlist_mode", "w3"),
                wide("waitlist_offer_hours", "w3"),
                wide("seat_buffer_percent", "w3"),
                wide("access_grace_days", "w3"),
                "archived_disables_access",
                css_id="seats",
            ),
            FormSection(
                _("Batches and instructors"),
                wide("advised_size_min", "w3"),
                wide("advised_size_max", "w3"),
                wide("max_active_batches", "w3"),
                wide("max_mentees", "w3"),
                css_id="batches",
            ),
            FormSection(
                _("Semesters"), wide("rollover_approval", "w3"), wide("last_semester", "w3"), css_id="semesters"
            ),
        )


InstitutionForm.attributes = {name: name for name in InstitutionForm.base_fields if name not in ("logo", "remove_logo")}


class Weight(forms.IntegerField):
    """How much something counts: 0 to 10."""

    def __init__(self, label: Any, help_text: Any) -> None:
        super().__init__(label=label, help_text=help_text, min_value=0, max_value=10)


class SuggestionsForm(RowForm):
    """How much each part counts when instructors are suggested."""

    weight_skills = Weight(_("Skills"), _("Skills the course requires, and the instructor's level."))
    weight_availability = Weight(_("Availability"), _("Their weekly availability and time off."))
    weight_workload = Weight(_("Capacity"), _("How many more batches, hours or mentees they can take on."))
    weight_language = Weight(_("Language"), _("The language of the course."))
    weight_style = Weight(_("Teaching style"), _("How the course is taught."))
    weight_rating = Weight(_("Rating"), _("Ratings from students. A few ratings count less than many."))
    weight_familiarity = Weight(_("Experience"), _("Has taught the course before, or currently teaches the student."))

    attributes = same_names(
        "weight_skills",
        "weight_availability",
        "weight_workload",
        "weight_language",
        "weight_style",
        "weight_rating",
        "weight_familiarity",
    )
    layout = (
        FormSection(
            _("For batches and students"),
            wide("weight_skills", "w3"),
            wide("weight_workload", "w3"),
            wide("weight_language", "w3"),
            wide("weight_style", "w3"),
            wide("weight_rating", "w3"),
            wide("weight_familiarity", "w3"),
        ),
        FormSection(_("For batches only"), wide("weight_availability", "w3")),
    )
