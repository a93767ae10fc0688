"""The plain nouns of an institution, each declared once: its places, its units and its calendars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from muster.core.clocks import known_zones
from muster.core.database import lock_word
from muster.core.errors import FieldError
from muster.core.resources import Derived, Field, Narrowing, Refusals, Related, Resource, Retirement
from muster.institutions.access import Actor
from muster.institutions.errors import OnlyAdminNamesHead, TimeZoneClash
from muster.institutions.holidays import days_are_taken
from muster.institutions.models import Branch, Department, Holiday, Institution, Membership, Room, Term
from muster.institutions.permissions import branches, departments, holidays, institutions, rooms, terms
from muster.institutions.queries import (
    branches_with_rooms,
    colleague_named,
    colleagues,
    departments_in_full,
    rooms_with_branch,
)

LONGEST_HOLIDAY, LONGEST_TERM = 366, 3660
# A year, its semesters, their grading periods.
DEEPEST = 3

INACTIVE = Retirement(
    text=_("If you deactivate it, it keeps everything it has but can't be chosen anymore."),
    already=_("It's already inactive and can't be chosen anymore."),
    button=_("Deactivate instead"),
    said=_("%(name)s deactivated."),
    states=(_("Active"), _("Inactive")),
)
OWN_BRANCH = Related(branches.get_named, lambda actor: branches.rows(actor, "change"))


@cache
def zone_choices() -> list[tuple[str, str]]:
    """Every time zone of the IANA database that names a place."""
    names = [name for name in known_zones() if "/" in name and not name.startswith(("Etc/", "posix"))]
    return [(name, name.replace("_", " ")) for name in ("UTC", *sorted(names))]


def zones(current: str, *, empty: Any = None) -> list[tuple[str, Any]]:
    """The time zones to choose from, with the one that is in use whatever its name."""
    known = [*([("", empty)] if empty is not None else []), *zone_choices()]
    return known if current in dict(known) else [(current, current), *known]


def zones_of_branch(actor: Actor, current: str) -> Iterable[tuple[str, Any]]:
    """The time zones of a branch, or that of its institution."""
    return zones(current, empty=gettext("Same as institution: %(zone)s") % {"zone": actor.institution.time_zone})


def half(name: str, help_text: Any = "", **more: Any) -> Field:
    """A field that stands beside another one."""
    return Field(name, help=help_text, width="w3", **more)


def weight(name: str, help_text: Any, **more: Any) -> Field:
    """How much something counts when instructors are suggested."""
    return half(name, help_text, note="How much it counts in suggestions: 0 (not) to 10", **more)


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
        half("late_after_minutes", _("Students who arrive later than this are marked late."), section=_("Attendance")),
        half("minimum_attendance_percent", _("Students below this are flagged and notified.")),
        half(
            "register_lock_hours",
            _("Leave blank to keep registers open until someone locks them."),
            note="Null: registers aren't locked automatically",
        ),
        half("session_horizon_days", _("For batches without a last day. All others have their sessions to the end.")),
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
            "import_change_percent",
            _("Such a share of the students, instructors, batches or enrollments that are here."),
            section=_("Imports"),
        ),
        half("import_change_rows", _("Fewer changes than this never need to be confirmed.")),
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


def zone_clashes(time_zone: str) -> Refusals:
    """What another time zone may be refused as, by the constraint: it books classes anew."""
    clash = TimeZoneClash(time_zone)
    return {"instructor_is_in_one_place_at_a_time": clash, "room_holds_one_meeting_at_a_time": clash}


class Branches(Resource[Branch]):
    """Branches. Their managers look after them; administrators alone add some."""

    model, access, adds = Branch, branches, "create"
    noun, plural = "branch", "branches"
    fields = (
        Field("name", width="w4", listed="title", searched=True, sorted=True),
        Field("code", help=_("For example, DBN."), width="w2", searched=True, sorted=True),
        Field("address", listed="meta"),
        Field(
            "time_zone",
            help=_("Session times are local to the branch. Changing the time zone moves its sessions with it."),
            note="Blank for the institution's",
            options=zones_of_branch,
            listed="meta",
            show=lambda branch: branch.time_zone.replace("_", " ") or gettext("Same as institution"),
        ),
        Derived("room_count", key="rooms", label=_("Rooms"), listed=""),
        Derived("seat_count", key="seats", kind=int | None, label=_("Seats"), listed=""),
        Field(
            "is_active",
            called="active",
            help=_("You can't choose an inactive branch for new batches."),
            listed="status",
            heading=_("Status"),
        ),
    )
    order = ("name",)
    below, also_searched = "code", ("address",)
    one_of_a_kind = {
        "one_branch_for_each_code": ("code", _("Another branch already uses the code %(code)s. Choose another."))
    }
    instead = _("Deactivate it instead. It keeps everything it has, but can't be chosen anymore.")
    # Roles that are narrowed to a branch would end with it.
    counts_too = ("memberships",)
    retirement = INACTIVE

    title, none_yet = _("Branches"), _("No branches yet")
    about = _(
        "A branch is a place where you teach, with its own rooms, holidays and, if needed, time zone. Add "
        "the first one."
    )
    add_words = _("Add branch")
    added = _("%(name)s added. Now add its rooms.")

    def in_full(self, rows: QuerySet[Branch]) -> QuerySet[Branch]:
        return branches_with_rooms(rows)

    def refusals(self, by: Actor, row: Branch) -> Refusals:
        return {**super().refusals(by, row), **zone_clashes(row.time_zone or by.institution.time_zone)}


class Rooms(Resource[Room]):
    """The rooms of branches."""

    model, access = Room, rooms
    noun, plural = "room", "rooms"
    fields = (
        Field("branch", called="branch_id", related=OWN_BRANCH),
        Derived(
            "branch_name",
            key="branch_name",
            kind=str,
            value=lambda room: room.branch.name,
            lookup="branch__name",
            sorted=True,
        ),
        Field("name", heading=_("Room"), width="half", listed="title", searched=True, sorted=True),
        Field("seats", help=_("Leave blank if unknown."), width="half", listed="", sorted=True),
        Derived("slot_count", label=_("Weekly slots"), listed=""),
        Field(
            "is_active",
            called="active",
            help=_("You can't choose an inactive room for new sessions."),
            listed="status",
            heading=_("Status"),
        ),
    )
    narrowings = (Narrowing("branch", api="branch"),)
    order = ("name",)
    search_hint = _("Room name")
    one_of_a_kind = {"one_room_for_each_name": ("name", _("This branch already has a room called %(name)s."))}
    instead = _("Deactivate it instead. It stays in those slots, but can't be chosen anymore.")
    retirement = INACTIVE

    title, none_yet = _("Rooms"), _("No rooms yet")
    about = _("Add rooms so that sessions can be booked into them. A room can't be double-booked.")
    add_words = _("Add room")
    added = _("Room %(name)s added.")
    edit_words = _("Edit room %(name)s")

    def in_full(self, rows: QuerySet[Room]) -> QuerySet[Room]:
        return rooms_with_branch(rows)


class Holidays(Resource[Holiday]):
    """Days without class, for the whole institution or one branch."""

    model, access = Holiday, holidays
    noun, plural = "holiday", "holidays"
    fields = (
        Field("name", listed="title", searched=True, sorted=True),
        Field("start_date", width="half", listed="", sorted=True),
        Field(
            "end_date",
            help=_("Leave blank for one day."),
            note="The last day, included; the first when absent",
            otherwise=lambda given: given.get("start_date"),
            width="half",
            listed="",
            sorted=True,
        ),
        Derived("days", label=_("Days"), listed="", value=lambda holiday: days_of(holiday)),
        Field(
            "branch",
            called="branch_id",
            label=_("Applies to"),
            note="Null: the whole institution",
            related=OWN_BRANCH,
            empty=_("Whole institution"),
            bounds_reach=True,
            listed="meta",
            show=lambda holiday: holiday.branch.name if holiday.branch else gettext("Whole institution"),
        ),
        Derived(
            "branch_name",
            key="branch_name",
            kind=str | None,
            value=lambda holiday: holiday.branch and holiday.branch.name,
        ),
    )
    narrowings = (
        Narrowing("start_date__year", page="year", label=_("Year"), descending=True),
        Narrowing(
            "branch",
            page="branch",
            api="branch",
            where=lambda branch: Q(branch=branch) | Q(branch__isnull=True),
            note="Holidays that this branch has: its own and the whole institution's",
        ),
        Narrowing("end_date__gte", api="from", note="Holidays that end on this day or later"),
        Narrowing("start_date__lte", api="until", note="Holidays that begin on this day or earlier"),
    )
    order = ("start_date",)
    search_hint = _("Name")

    title, none_yet = _("Holidays"), _("No holidays yet")
    about = _("Holidays are skipped when sessions are created from weekly schedules. Add the first one.")
    add_words, delete_words = _("Add holiday"), _("Delete holiday")

    def in_full(self, rows: QuerySet[Holiday]) -> QuerySet[Holiday]:
        return rows.select_related("branch")

    def problems(self, by: Actor, row: Holiday, wrong: set[str]) -> Iterator[FieldError]:
        yield from problems_of_days(row, LONGEST_HOLIDAY)

    def refusals(self, by: Actor, row: Holiday) -> Refusals:
        # Days that become ordinary again have their classes again.
        return {**super().refusals(by, row), **days_are_taken(by, row)}

    def delete_text(self, row: Holiday) -> Sequence[Any]:
        text = ngettext(
            "%(count)d day becomes a normal day again, with sessions as scheduled.",
            "%(count)d days become normal days again, with sessions as scheduled.",
            days_of(row),
        )
        return [text % {"count": days_of(row)}]


class Terms(Resource[Term]):
    """Academic terms: years, semesters within them, grading periods within those."""

    model, access = Term, terms
    noun, plural = "term", "terms"
    fields = (
        Field("name", width="w4", listed="title", searched=True, sorted=True),
        Field(
            "school_year",
            help=_("Leave blank to use the year of its first day."),
            otherwise=lambda given: given["start_date"].year if given.get("start_date") else None,
            width="w2",
            listed="",
            sorted=True,
        ),
        Field("start_date", width="half", listed="", sorted=True),
        Field("end_date", width="half", listed="", sorted=True),
        Field(
            "parent",
            called="parent_id",
            label=_("Part of"),
            help=_("A semester is part of a school year, and a grading period is part of a semester."),
            related=Related(terms.get_named, terms.rows, words=lambda term: f"{term.name} ({term.school_year})"),
            empty=_("No parent term"),
            listed="meta",
        ),
        Derived("parent_name", key="parent_name", kind=str | None, value=lambda term: term.parent and term.parent.name),
    )
    columns = ("name", "parent", "school_year", "start_date", "end_date")
    narrowings = (
        Narrowing("school_year", page="school_year", api="school_year", descending=True),
        Narrowing(
            page="level",
            label=_("Level"),
            buckets=(
                ("years", _("Top level"), Q(parent__isnull=True), ""),
                ("semesters", _("Second level"), Q(parent__isnull=False, parent__parent__isnull=True), ""),
                ("periods", _("Third level"), Q(parent__parent__isnull=False), ""),
            ),
        ),
    )
    order = ("start_date", "-end_date")
    search_hint = _("Name")
    one_of_a_kind = {"one_term_for_each_name": ("name", _("%(school_year)d already has a term called %(name)s."))}
    instead = _("Delete those first, or move them to another term.")

    title, none_yet = _("Terms"), _("No terms yet")
    about = _("A term is a school year, a semester within it, or a grading period within that. Add the first one.")
    add_words, delete_words = _("Add term"), _("Delete term")

    def in_full(self, rows: QuerySet[Term]) -> QuerySet[Term]:
        return rows.select_related("parent")

    def count_words(self, number: int) -> str:
        return ngettext("%(count)d term", "%(count)d terms", number) % {"count": number}

    def hold(self, by: Actor) -> None:
        # The place of a term among the others is checked over several rows.
        lock_word("terms", by.institution.pk)

    def problems(self, by: Actor, row: Term, wrong: set[str]) -> Iterator[FieldError]:
        found = list(problems_of_days(row, LONGEST_TERM))
        yield from found if found or wrong else problems_of_place(row)


class Departments(Resource[Department]):
    """Departments. Their administrators look after them; administrators alone add some, and name who heads them."""

    model, access, adds = Department, departments, "create"
    noun, plural = "department", "departments"
    fields = (
        Field("name", section=_("Department"), width="w4", listed="title", searched=True, sorted=True),
        Field(
            "short_code",
            help=_("For example, COM."),
            width="w2",
            listed="meta",
            heading=_("Code"),
            searched=True,
            sorted=True,
        ),
        Field(
            "hod",
            called="hod_id",
            note="The id of the head of department",
            related=Related(colleague_named, colleagues, words=lambda person: f"{person.full_name} ({person.email})"),
            empty=_("No one yet, or someone without a sign-in"),
            only_for=lambda actor: actor.is_admin,
            section=_("Head"),
            width="w3",
        ),
        Field(
            "hod_name",
            label=_("Name of head"),
            note="The head's name, if they have no sign-in",
            help=_("Only for a head without a sign-in. If you choose a person above, this is ignored."),
            only_for=lambda actor: actor.is_admin,
            width="w3",
        ),
        Derived("head", kind=str, label=_("Head"), listed="meta"),
        Field(
            "contact_email",
            label=_("Contact email"),
            section=_("Contact"),
            width="w3",
            listed="hide",
            heading=_("Contact"),
        ),
        Field("contact_phone", width="w3"),
        Derived("course_count", key="courses", label=_("Courses"), listed=""),
        Derived("batch_count", key="batches", label=_("Batches"), listed=""),
    )
    narrowings = (
        Narrowing(
            page="headed",
            label=_("Head"),
            buckets=(
                ("yes", _("By name"), Q(head__isnull=False), ""),
                ("no", _("No one yet"), Q(head__isnull=True), _("No head yet")),
            ),
        ),
    )
    order = ("name",)
    also_searched, search_hint = ("head",), _("Name, code or head")
    one_of_a_kind = {
        "one_department_for_each_code": (
            "short_code",
            _("Another department already uses the short code %(short_code)s. Choose another."),
        )
    }
    instead = _("Move them to another department first.")

    title, none_yet = _("Departments"), _("No departments yet")
    about = _("A department is an academic unit with a head, courses and batch years. Add the first one.")
    add_words, delete_words = _("Add department"), _("Delete department")

    def in_full(self, rows: QuerySet[Department]) -> QuerySet[Department]:
        return departments_in_full(rows)

    def settle(self, by: Actor, row: Department, changes: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        # A head is somebody or just a name, never both: what was said last counts.
        if changes.get("hod") is not None:
            row.hod_name = ""
        elif row.hod is not None and row.hod_name:
            if row.hod_name != row.hod.full_name:
                row.hod = None
            else:
                row.hod_name = ""
        if before and (row.hod_id, row.hod_name) != (before["hod"], before["hod_name"]) and not by.is_admin:
            raise OnlyAdminNamesHead

    def delete_text(self, row: Department) -> Sequence[Any]:
        text = [gettext("It has no batches or courses.")]
        if roles := Membership.objects.filter(department=row).count():
            ending = ngettext(
                "%(count)d person will lose their role as its administrator.",
                "%(count)d people will lose their role as its administrators.",
                roles,
            )
            text.append(ending % {"count": roles})
        return text


def days_of(holiday: Holiday) -> int:
    """How many days a holiday lasts."""
    return (holiday.end_date - holiday.start_date).days + 1


def problems_of_days(row: Holiday | Term, longest: int) -> Iterator[FieldError]:
    """What is wrong with a first and a last day."""
    first, last = row.start_date, row.end_date
    if first is None or last is None:
        return
    if last < first:
        yield FieldError("end_date", gettext("The last day is before the first."))
    elif (last - first).days >= longest:
        yield FieldError("end_date", gettext("Choose a period of up to %(most)d days.") % {"most": longest})


def problems_of_place(term: Term) -> Iterator[FieldError]:
    """What is wrong with the term's place between its parent and its parts, as far as one thing."""
    above: list[Term] = []
    step = term.parent
    while step is not None:
        if step.pk == term.pk:
            yield FieldError("parent_id", gettext("A term can't be within itself. Choose another term."))
            return
        above.append(step)
        step = step.parent
    is_new = term._state.adding
    inside = {} if is_new else term.parts.aggregate(first=Min("start_date"), last=Max("end_date"))
    if len(above) + (1 if is_new else depth_below(term)) > DEEPEST:
        message = gettext("Terms can have three levels: a year, its semesters and their grading periods.")
        yield FieldError("parent_id", message)
    elif above and not (above[0].start_date <= term.start_date and term.end_date <= above[0].end_date):
        message = gettext("A term must be within its parent. %(parent)s runs from %(first)s to %(last)s.")
        days = {"first": date_format(above[0].start_date, "j F Y"), "last": date_format(above[0].end_date, "j F Y")}
        yield FieldError("start_date", message % {"parent": above[0].name, **days})
    elif inside.get("first") and not (term.start_date <= inside["first"] and inside["last"] <= term.end_date):
        message = gettext("The terms within this one run from %(first)s to %(last)s. Change those first.")
        days = {name: date_format(day, "j F Y") for name, day in inside.items()}
        yield FieldError("end_date", message % days)


def depth_below(term: Term) -> int:
    """The levels from this term down to its deepest part."""
    depth, level = 0, [term.pk]
    while level and depth <= DEEPEST:
        depth += 1
        level = list(Term.objects.filter(parent__in=level).values_list("pk", flat=True))
    return depth


INSTITUTION = Institutions()
BRANCHES = Branches()
ROOMS = Rooms()
HOLIDAYS = Holidays()
TERMS = Terms()
DEPARTMENTS = Departments()
