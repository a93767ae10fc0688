"""What the API takes for departments, places, calendars and the institution."""

from ninja import Field
from pydantic import StrictBool

from muster.api.kit import Day, In


class DepartmentIn(In):
    """A department, whole or in part. What is sent is taken; what is not sent stays."""

    name: str | None = None
    short_code: str | None = None
    hod_id: str | None = Field(None, description="The id of the head of department")
    hod_name: str | None = Field(None, description="The head's name, if they have no sign-in")
    contact_email: str | None = None
    contact_phone: str | None = None


class BranchIn(In):
    """A branch, whole or in part."""

    name: str | None = None
    code: str | None = None
    address: str | None = None
    time_zone: str | None = Field(None, description="Blank for the institution's")
    active: StrictBool | None = None


class RoomIn(In):
    """A room, whole or in part."""

    branch_id: str | None = None
    name: str | None = None
    seats: int | None = None
    active: StrictBool | None = None


class HolidayIn(In):
    """Days without class, whole or in part."""

    name: str | None = None
    start_date: Day | None = None
    end_date: Day | None = Field(None, description="The last day, included; the first when absent")
    branch_id: str | None = Field(None, description="Null: the whole institution")


class TermIn(In):
    """An academic term, whole or in part."""

    name: str | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    school_year: int | None = None
    parent_id: str | None = None


class InstitutionIn(In):
    """The institution and its settings, in part."""

    name: str | None = None
    slug: str | None = None
    kind: str | None = None
    time_zone: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    late_after_minutes: int | None = None
    minimum_attendance_percent: int | None = None
    register_lock_hours: int | None = Field(None, description="Null: registers aren't locked automatically")
    session_horizon_days: int | None = None
    waitlist_mode: str | None = Field(None, description="auto or offer")
    waitlist_offer_hours: int | None = None
    seat_buffer_percent: int | None = None
    access_grace_days: int | None = None
    archived_disables_access: StrictBool | None = None
    advised_size_min: int | None = None
    advised_size_max: int | None = None
    max_active_batches: int | None = None
    max_mentees: int | None = None
    rollover_approval: str | None = Field(None, description="confirm or four-eyes")
    last_semester: int | None = None
    weight_skills: int | None = Field(None, description="How much skills count in suggestions: 0 (not) to 10")
    weight_availability: int | None = Field(None, description="The same for availability and time off")
    weight_workload: int | None = Field(None, description="The same for capacity")
    weight_language: int | None = None
    weight_style: int | None = None
    weight_rating: int | None = None
    weight_familiarity: int | None = Field(None, description="The same for knowing the course or the student")
