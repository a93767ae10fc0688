"""The institution itself, with all its settings."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from muster.core.errors import FieldError
from muster.core.resources import Field, Refusals, Resource
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.institutions.permissions import institutions
from muster.institutions.resources.fields import (
    half,
    weight,
    zone_clashes,
    zones,
)


class Institutions(Resource[Institution]):
    """The institution itself and how it works. Another time zone books all classes anew that have none of their own."""

    model, access, alone = Institution, institutions, True
    noun = "institution"
    fields = (
        Field("name", section=_("Institution"), width="w4"),
        Field("slug", help=_("Used in addresses, and to choose the institution at sign-in."), width="w2"),
        half("kind", _("For example, college or training provider.")),
        half(
            "time_zone",
            _("All times are shown in this time zone. Changing it moves sessions with it."),
            options=lambda actor, current: zones(current),
        ),
        half("contact_email"),
        half("contact_phone"),
        half("accreditation_number", _("Printed on registers, next to the name of the institution.")),
        half("late_after_minutes", _("Students who arrive later than this are marked late."), section=_("Attendance")),
        half("minimum_attendance_percent", _("Students below this are flagged and notified.")),
        half(
            "register_lock_hours",
            _("Leave blank to keep registers open until someone locks them."),
            note="Null: registers aren't locked automatically",
        ),
        Field(
            "sign_off_statement",
            help=_("Instructors sign it when they lock a register. Leave blank for the standard statement."),
            note="Blank: the standard statement",
        ),
        half("session_horizon_days", _("For batches without a last day. All others have their sessions to the end.")),
        half(
            "risk_missed_sessions",
            _("A student who misses this many in a row is flagged. Excused absences don't count. 0 turns it off."),
            section=_("Students at risk"),
        ),
        half(
            "risk_least_sessions",
            _("Until then, attendance at or below the minimum flags no one. One missed session would be enough."),
        ),
        half("risk_marks_percent", _("Of what is published in the batch so far. 0 turns it off.")),
        half("risk_failed_subjects", _("Published results that weren't passed later. 0 turns it off.")),
        half("risk_contact_days", _("No session held and no contact recorded by the mentor. 0 turns it off.")),
        half(
            "risk_escalate_days",
            _("If no one has been in touch by then, the people who manage the batch are notified."),
        ),
        half("risk_quiet_days", _("The same reasons flag the student again only after this many days.")),
        Field(
            "risk_letter",
            help=_(
                "Leave blank for the standard letter. You can use {student}, {batch}, {course}, {reasons}, {forecast}, "
                "{owner}, {institution} and {date}."
            ),
            note="Blank: the standard letter",
        ),
        half(
            "waitlist_mode",
            _("An offer holds the seat until it's accepted or expires."),
            note="auto or offer",
            section=_("Seats and waitlists"),
        ),
        half("waitlist_offer_hours", _("The seat then goes to the next person on the waitlist.")),
        half(
            "seat_buffer_percent",
            _(
                "Reserved for transfers and repeats. Students can't enroll in them themselves. 10 to 20 is "
                "typical; 0 turns it off."
            ),
        ),
        half(
            "buffer_release_days",
            _("From then on anyone can have them. Leave blank to keep them until someone releases them."),
            note="Null: until someone releases them",
        ),
        half(
            "enroll_until_days",
            _("Students can enroll themselves until then. Leave blank to allow it until the batch ends."),
            note="Null: until the batch ends",
        ),
        Field(
            "students_cancel",
            help=_("If off, only your institution cancels. Students can still leave a waitlist."),
            section=_("Cancelling and trials"),
        ),
        half(
            "cancel_until_days",
            _(
                "Until then, students can cancel their own enrollments. -7 is a week before the first day. Leave blank "
                "for no deadline."
            ),
            note="Null: no deadline. Below zero: days before the start",
        ),
        half("trial_days", _("After that, a trial ends automatically, and its seat goes to the next person.")),
        Field(
            "feedback_opens_by_itself",
            help=_(
                "At the midpoint and in the last week of each batch, and for mentoring. If off, managers open rounds."
            ),
            section=_("Feedback"),
        ),
        half("feedback_days", _("Results are shown after that, from five answers on.")),
        Field(
            "catalogue_is_public",
            help=_(
                "Anyone can see open batches at /catalogue/, followed by the short name, and apply without signing in."
            ),
            section=_("Catalog"),
        ),
        Field("catalogue_names_instructors", help=_("If off, only signed-in people see who teaches a batch.")),
        Field(
            "organisations_see_attendance",
            help=_("The contact of an organization sees how its own people attend, not only seats and payments."),
            section=_("Organizations"),
        ),
        half(
            "access_grace_days",
            _("How long students keep access to their materials."),
            section=_("After a batch ends"),
        ),
        half("access_warning_days", _("Students get one message before their access ends. 0 turns it off.")),
        Field("archived_disables_access", help=_("If off, they keep access for the number of days above.")),
        half(
            "advised_size_min",
            _("Shown next to a batch's capacity. Other sizes are still possible."),
            section=_("Batches and instructors"),
        ),
        half("advised_size_max"),
        half("max_active_batches", _("Instructors at this limit aren't suggested.")),
        half("max_mentees", _("The same for mentors. An instructor's own limit takes precedence.")),
        half("advised_hours_a_day", _("You see it when a schedule or an assignment goes beyond it.")),
        half("advised_break_minutes", _("You see it when two sessions of an instructor are closer. 0 turns it off.")),
        half(
            "last_semester", _("Batch years with a course end with the course's last semester."), section=_("Semesters")
        ),
        half(
            "rollover_approval",
            _("Administrators and the batch's department administrators approve."),
            note="confirm or four-eyes",
        ),
        half(
            "most_open_credits",
            _("Rollovers suggest holding back students with more credits in failed subjects. Blank: no limit."),
            note="Null: no limit",
        ),
        half(
            "second_factor_for",
            _("They set up an authenticator app or a passkey at their next sign-in. Until then, nothing else opens."),
            note="nobody, admins, staff (everyone but students) or everybody",
            section=_("Sign-in"),
        ),
        half(
            "idle_hours",
            _("For browsers. Leave blank to stay signed in for up to 14 days."),
            note="Null: up to 14 days",
        ),
        half(
            "enrollment_file_days",
            _("Counted down on the batch and on Home until it's submitted. Often 5. Leave blank for no deadline."),
            note="Null: no deadline",
            section=_("Submissions to authorities"),
        ),
        half(
            "attendance_file_day",
            _("For the month before, as long as the batch has sessions. Leave blank for no deadline."),
            note="Null: no deadline",
        ),
        half(
            "import_change_percent",
            _("Such a share of the students, instructors, batches or enrollments that are here."),
            section=_("Imports"),
        ),
        half("import_change_rows", _("Fewer changes than this never need to be confirmed.")),
        *(
            half(name, words, note="Null: kept", **({"section": _("Keep for")} if name == "keep_evidence_days" else {}))
            for name, words in (
                ("keep_evidence_days", _("Counted from when it was sent in. The marks stay.")),
                ("keep_messages_days", _("Their subject and text. Who was written to when stays.")),
                ("keep_notifications_days", _("In Muster, and what was sent by email.")),
                ("keep_imports_days", _("The file and its rows. The report stays.")),
                ("keep_reports_days", _("Counted from when a report was ordered. Order it again at any time.")),
                ("keep_looks_days", _("Who opened evidence, private notes and personal archives.")),
                ("keep_notes_days", _("Counted from when a note was written, once the student has no enrollment.")),
                ("keep_applications_days", _("Counted from when they were rejected. Only the name and address go.")),
                ("keep_students_days", _("Counted from the end of their last enrollment. They are erased.")),
                ("keep_security_days", _("Sign-ins, tokens, exports and the like. At least half a year.")),
                ("keep_history_days", _("Who changed what. Marks keep their own history. At least three years.")),
            )
        ),
        weight(
            "weight_skills",
            _("Skills the course requires, and the instructor's level."),
            section=_("For batches and students"),
        ),
        weight("weight_workload", _("How many more batches, hours or mentees they can take on.")),
        weight("weight_language", _("The language of the course.")),
        weight("weight_style", _("How the course is taught.")),
        weight("weight_rating", _("Ratings from students. A few ratings count less than many.")),
        weight("weight_familiarity", _("Has taught the course before, or currently teaches the student.")),
        weight("weight_availability", _("Their weekly availability and time off."), section=_("For batches only")),
    )
    one_of_a_kind = {
        "institutions_institution_slug": (
            "slug",
            _("Another institution already uses this short name. Choose another."),
        )
    }

    def problems(self, by: Actor, row: Institution, wrong: set[str]) -> Iterator[FieldError]:
        if not wrong and row.advised_size_min > row.advised_size_max:
            yield FieldError("advised_size_max", gettext("The maximum recommended size is below the minimum."))

    def refusals(self, by: Actor, row: Institution) -> Refusals:
        return {**super().refusals(by, row), **zone_clashes(row.time_zone)}


INSTITUTION = Institutions()
