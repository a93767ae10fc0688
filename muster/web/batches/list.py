"""The list of batches, and the list of those that were deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.batches.permissions import batches, deleted_batches, with_rights
from muster.batches.queries import (
    batches_of,
    is_full,
    is_full_now,
    is_running,
    phase_of,
    run_by,
    with_phase,
    without_lead,
)
from muster.batches.workload import still_running
from muster.core.permissions import NOTHING, as_id
from muster.enrollments.models import Enrollment
from muster.enrollments.waitlists import watched_by
from muster.exchange.exports import BATCHES, status_in_words
from muster.institutions.access import STAFF_ROLES, Actor
from muster.institutions.models import Term, is_before_today, is_from_today
from muster.institutions.queries import semester_terms
from muster.people.links import batches_url
from muster.progression.permissions import batch_rollovers
from muster.progression.queries import end_of_semester
from muster.web.batches.words import PHASES, code_line, name_of, no_lead, status_pill
from muster.web.batches.years import (
    archive_switch,
    rollover_action,
    rollover_switch,
    semester_words,
    with_rollovers,
)
from muster.web.requests import ActorRequest
from muster.web.ui.components import Action, BulkAction, View
from muster.web.ui.pages import page
from muster.web.ui.tables import (
    Bucket,
    Buckets,
    Empty,
    Facet,
    Filters,
    NumberColumn,
    Table,
    TitleColumn,
    list_page,
)
from muster.web.ui.tables.counting import Counting, choice_text
from muster.web.ui.tables.filters import Option
from muster.web.ui.tables.table import ExportedColumns
from muster.web.ui.widgets import date_range, dialog_link, local_time, pill, seats

SOON = 30
# The order in which batches ask for attention; what is archived comes last.
STANDING = Case(
    When(archived_at__isnull=False, then=9),
    *(When(status=status, then=place) for place, status in enumerate(Batch.Status.values)),
    default=8,
    output_field=IntegerField(),
)


def starts_soon() -> Q:
    soon = is_from_today("start_date") & is_before_today("start_date", days=SOON + 1)
    return Q(status=Batch.Status.UPCOMING) & soon


# The kinds of `batch_alerts` that pages count and lead to.
WATCHED = {
    "without_lead": gettext_lazy("Without a lead"),
    "due": gettext_lazy("Without a lead, started or starting within two weeks"),
    "slow": gettext_lazy("Starting within 30 days with few students"),
    "filling": gettext_lazy("Filling"),
    "full": gettext_lazy("Full"),
    "waiting": gettext_lazy("With students waiting"),
    "no_slots": gettext_lazy("No weekly schedule"),
    "ending": gettext_lazy("Ending within two weeks"),
}


# --- filters --------------------------------------------------------------------------------------------------------
class InstructorFacet(Facet):
    """Who is assigned to the batch now or later, in whatever role; "none" are those that nobody leads or will lead."""

    def __init__(self, label: Any) -> None:
        super().__init__(label, value="instructor", none=gettext_lazy("No lead"), many=True)

    def condition(self, value: str, *, besides: str = "") -> Q:
        """What the batches of this instructor, or those without a lead, meet."""
        if not value:
            return Q()
        if value == self.NONE:
            return without_lead()
        key = as_id(value)
        theirs = still_running().filter(instructor_id=key)
        return Q(pk__in=theirs.values("batch_id")) if key else NOTHING

    def count(self, counting: Counting, name: str, where: str) -> None:
        """Count, under the name, the batches without a lead, and those of each instructor."""
        counting.number(name, f"{where} AND {counting.flag(without_lead())}")
        theirs = still_running().filter(batch_id__in=counting.keys(where))
        counting.rows(name, theirs, choice_text("instructor_id"), choice_text("instructor__full_name"), "batch_id")

    def options(self, counts: Any, chosen: str, called: str = "") -> list[Option]:
        """The choices to offer; "No lead" only where there are such batches, or when it is chosen."""
        return [option for option in super().options(counts, chosen, called) if option.count or option.chosen]


class BatchFilters(Filters):
    """The filters of every list of batches, linked: each counts under the others."""

    search = ("name", "code", "course__title")
    department = Facet(
        gettext_lazy("Department"), value="department_id", text="department__name", none=gettext_lazy("No department")
    )
    branch = Facet(gettext_lazy("Branch"), value="branch_id", text="branch__name", none=gettext_lazy("No branch"))
    course = Facet(gettext_lazy("Course"), value="course_id", text="course__title", none=gettext_lazy("No course"))
    year = Facet(gettext_lazy("Year"), value="year", descending=True)
    semester = Facet(gettext_lazy("Semester"), value="current_semester")
    status = Facet(gettext_lazy("Status"), value="status", words=Batch.Status.choices)
    phase = Facet(gettext_lazy("Phase"), value="phase", words=PHASES.items())
    instructor = InstructorFacet(gettext_lazy("Instructor"))
    archived = Buckets(
        gettext_lazy("Archived"),
        Bucket("", gettext_lazy("Hidden"), Q(archived_at=None)),
        Bucket("all", gettext_lazy("Included"), Q(), chip=gettext_lazy("Including archived")),
        Bucket("only", gettext_lazy("Archived only"), ~Q(archived_at=None)),
        scope=True,
    )
    kind = Buckets(
        gettext_lazy("Kind"),
        Bucket("course", gettext_lazy("Course batches"), Q(kind=Batch.Kind.COURSE)),
        Bucket("academic", gettext_lazy("Batch years"), Q(kind=Batch.Kind.ACADEMIC)),
        scope=True,
        hidden=True,
    )
    seats = Buckets(
        gettext_lazy("Seats"),
        Bucket("free", gettext_lazy("Seats free"), ~is_full() & is_running()),
        hidden=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = self.request.actor
        soon = Bucket("soon", gettext_lazy("Starting soon"), starts_soon())
        self._add("starts", Buckets(gettext_lazy("Starts"), soon))
        full = Bucket("full", gettext_lazy("Full"), is_full_now() & is_running())
        self._add("seats", Buckets(gettext_lazy("Seats"), full, *self.filters.pop("seats").buckets.values()))
        if actor.manages:
            mine = Bucket("mine", gettext_lazy("Batches you run"), run_by(actor))
            self._add("run", Buckets(gettext_lazy("Run by"), mine))
            # What is watched takes long to say, and is asked for only by links.
            kinds = watched_by(actor) if self.chosen("watch") else {}
            watched = [Bucket(key, WATCHED[key], kinds[key]) for key in WATCHED if key in kinds]
            self._add("watch", Buckets(gettext_lazy("To watch"), *watched))

    def _add(self, name: str, one: Buckets) -> None:
        """A filter that links set, made of what depends on the reader and the day."""
        one.hidden, one.parent, one.model = True, self, self.queryset.model
        self.filters[name] = one


class OpenFilters(BatchFilters):
    """What a student narrows by: nothing that is the staff's business."""

    year = semester = phase = instructor = None  # type: ignore[assignment]


# --- tables ---------------------------------------------------------------------------------------------------------
class BatchTable(Table):
    """Batches as the staff sees them."""

    counted = ngettext_lazy("%(count)s batch", "%(count)s batches", "count")
    caption = gettext_lazy("Batches")
    exported: ClassVar[ExportedColumns | None] = BATCHES
    apart: ClassVar = {
        "dates": BATCHES.some("start_date", "end_date", "week"),
        "seats": BATCHES.some("capacity", "learners", "seats_offered"),
    }
    shows_phase = True
    cards = {
        "name": "title",
        "branch": "meta",
        "dates": "hide",
        "lead": "meta",
        "seats": "bar",
        "status": "status",
    }

    name = TitleColumn(
        verbose_name=gettext_lazy("Batch"),
        url=lambda batch: reverse("batches:batch", args=[batch.pk]),
        sub=code_line,
    )
    code = Column(verbose_name=gettext_lazy("Code"), visible=False)
    branch = Column(accessor="branch__name", verbose_name=gettext_lazy("Branch"))
    dates = Column(empty_values=(), order_by=("start_date", "end_date"), verbose_name=gettext_lazy("Dates"))
    lead = Column(empty_values=(), order_by="lead_name", verbose_name=gettext_lazy("Lead"))
    seats = Column(empty_values=(), order_by="enrolled_students", verbose_name=gettext_lazy("Seats"))
    status = Column(empty_values=(), order_by=("standing", "start_date"), verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        row_attrs: ClassVar = {"class": lambda record: "archived" if record.is_archived else ""}

    def render_dates(self, record: Any) -> SafeString:
        if record.kind == Batch.Kind.ACADEMIC and record.start_date is None:
            first: Any = _("Semester %(number)d") % {"number": record.current_semester}
        else:
            first = date_range(record.start_date, record.end_date)
        return format_html('{}<span class="s">{}</span>', first, week_in_words(record.week))

    def render_lead(self, record: Any) -> Any:
        return name_of(record.lead) or no_lead()

    def value_lead(self, record: Any) -> str:
        return name_of(record.lead)

    def render_seats(self, record: Any) -> SafeString:
        return seats(record.learners, record.capacity, record.seats_offered)

    def render_status(self, record: Any) -> SafeString:
        return format_html('{}<span class="s">{}</span>', status_pill(record), self.phase(record))

    def phase(self, record: Any) -> str:
        """The phase, where it says more than the status."""
        if not self.shows_phase or record.is_archived or record.status == Batch.Status.CANCELLED:
            return ""
        found = phase_of(record, has_lead=record.lead is not None, has_slots=bool(record.week))
        return "" if found == "active" else str(PHASES[found])

    def value_status(self, record: Any) -> str:
        return status_in_words(record)


class YearTable(BatchTable):
    """Batch years: department, year, semester, and what is done with a whole year."""

    counted = ngettext_lazy("%(count)s batch year", "%(count)s batch years", "count")
    caption = gettext_lazy("Batch years")
    # A batch year runs from its first day.
    shows_phase = False
    cards = {
        "name": "title",
        "department": "meta",
        "year": "hide",
        "semester": "labelled",
        "seats": "labelled",
        "rollover": "labelled",
        "status": "status",
        "archive": "labelled",
        "action": "bar",
    }

    branch = dates = lead = None
    department = Column(accessor="department__name", verbose_name=gettext_lazy("Department"))
    year = NumberColumn(verbose_name=gettext_lazy("Year"))
    semester = Column(accessor="current_semester", verbose_name=gettext_lazy("Semester"))
    rollover = Column(accessor="auto_rollover", verbose_name=gettext_lazy("Auto-rollover"))
    seats = NumberColumn(empty_values=(), order_by="enrolled_students", verbose_name=gettext_lazy("Students"))
    archive = Column(empty_values=(), orderable=False, exclude_from_export=True, verbose_name=gettext_lazy("Archived"))

    action = Column(
        empty_values=(),
        orderable=False,
        exclude_from_export=True,
        verbose_name=gettext_lazy("Rollover"),
        attrs={"td": {"class": "end"}},
    )

    class Meta(BatchTable.Meta):
        attrs = {"class": "table cards-on-phone years"}
        sequence = (
            "name",
            "code",
            "department",
            "year",
            "semester",
            "seats",
            "status",
            "rollover",
            "archive",
            "action",
        )

    @cached_property
    def terms(self) -> Sequence[Term]:
        """The semesters of the institution, asked for once."""
        return list(semester_terms(self.request.actor.institution).order_by("end_date"))

    @cached_property
    def due(self) -> list[Any]:
        """The batch years on this page whose semester is over, and that the reader may roll over."""
        rows = [row.record for row in self.paginated_rows]
        free = [one for one in rows if one.may_raise and not (one.waiting or one.is_archived or one.is_over)]
        return [one.pk for one in free if end_of_semester(one, self.terms)]

    @property
    def solid(self) -> Any:
        """The first that is due: it has the solid button."""
        return next(iter(self.due), None)

    @property
    def due_number(self) -> int:
        return len(self.due)

    def render_semester(self, record: Any) -> Any:
        return semester_words(record, self.terms)

    def render_seats(self, record: Any) -> SafeString:
        limit = "" if record.capacity is None else format_html(' <span class="muted">/ {}</span>', record.capacity)
        return format_html("{}{}", record.learners, limit)

    def render_rollover(self, record: Any) -> Any:
        return rollover_switch(self.request, record, self.request.get_full_path())

    def value_rollover(self, record: Any) -> str:
        return _("on") if record.auto_rollover else _("off")

    def render_archive(self, record: Any) -> Any:
        return archive_switch(self.request, record)

    def render_action(self, record: Any) -> Any:
        return rollover_action(self.request, record, is_solid=record.pk == self.solid)


class OpenTable(BatchTable):
    """Batches as a student sees them: their own, and those they may enroll in."""

    exported = None
    shows_phase = False
    cards = {"name": "title", "branch": "meta", "dates": "meta", "seats": "bar", "status": "status", "own": "figure"}
    lead = None
    own = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Your enrollment"))

    class Meta(BatchTable.Meta):
        sequence = ("name", "code", "branch", "dates", "seats", "status", "own")

    def render_own(self, record: Any) -> Any:
        if record.own_status in Enrollment.Status.values and record.own_status != Enrollment.Status.CANCELLED:
            words = {"active": _("Enrolled"), "on_hold": _("On hold"), "completed": _("Completed")}
            tone = "accent" if record.own_status == "active" else "info"
            return pill(words.get(record.own_status, record.own_status), tone, "student")
        if record.is_full:
            return format_html('<span class="muted">{}</span>', _("Full"))
        if record.takes_enrollments:
            return dialog_link(_("Enroll"), reverse("enrollments:enroll-self", args=[record.pk]), "plus")
        return "–"

    def value_own(self, record: Any) -> str:
        return record.own_status or ""


class DeletedTable(BatchTable):
    """Deleted batches, which those who may delete may bring back."""

    caption = gettext_lazy("Deleted batches")
    exported = None
    shows_phase = False
    cards = {
        "name": "title",
        "branch": "meta",
        "dates": "meta",
        "status": "status",
        "deleted": "meta",
        "restore": "figure",
    }
    name = TitleColumn(verbose_name=gettext_lazy("Batch"), sub=code_line)
    lead = seats = None
    deleted = Column(accessor="deleted_at", verbose_name=gettext_lazy("Deleted"))
    restore = Column(empty_values=(), orderable=False, exclude_from_export=True, verbose_name=gettext_lazy("Restore"))

    class Meta(BatchTable.Meta):
        sequence = ("name", "code", "branch", "dates", "status", "deleted", "restore")

    def render_deleted(self, value: Any) -> Any:
        return local_time({"request": self.request}, value, "full")  # type: ignore[arg-type]

    def value_deleted(self, record: Any) -> Any:
        return record.deleted_at

    def render_restore(self, record: Any) -> SafeString:
        return dialog_link(_("Restore"), reverse("enrollments:restore", args=[record.pk]), "undo")


# --- pages ----------------------------------------------------------------------------------------------------------
@page(batches["see"])
def batch_list(request: ActorRequest) -> HttpResponseBase:
    """The batches that the person may see."""
    actor = request.actor
    staff = actor.is_any(*STAFF_ROLES)
    years = request.GET.get("kind") == Batch.Kind.ACADEMIC
    rows = visible_batches(actor, with_actions=years)
    if staff:
        table: type[Table] = YearTable if years else BatchTable
    else:
        own = Enrollment.objects.filter(batch=OuterRef("pk"), student=actor.user).order_by("-created_at")
        rows = rows.annotate(
            own_status=Subquery(own.values("status")[:1]),
            is_theirs=Case(When(own_status__in=Enrollment.SEATED, then=0), default=1, output_field=IntegerField()),
        ).order_by("is_theirs", *rows.query.order_by)
        table = OpenTable
    new_url = reverse("batches:new") if batches.may(actor, "change") else ""
    return list_page(
        request,
        table_class=table,
        filterset_class=BatchFilters if staff else OpenFilters,
        queryset=rows,
        template="batches/list.html",
        context={
            "new_url": f"{new_url}?kind=academic" if years and new_url else new_url,
            "years": years,
            "deleted_url": reverse("batches:deleted") if deleted_batches.may(actor, "restore") else "",
        },
        empty=_empty(staff=staff, years=years, new_url=new_url),
        views=_views(request, actor) if staff else (),
        export_name="batch-years" if years else "batches",
        bulk=_bulk_actions(request, actor),
    )


def _bulk_actions(request: HttpRequest, actor: Actor) -> list[BulkAction]:
    """What this person may do with the selected batches."""
    found = [BulkAction(_("Archive"), reverse("batches:archive-many"), "archive")]
    if batches.may(actor, "unarchive") and request.GET.get("archived"):
        found.append(BulkAction(_("Unarchive"), reverse("batches:unarchive-many"), "undo"))
    if request.GET.get("kind") == Batch.Kind.ACADEMIC and batch_rollovers.may(actor, "approve"):
        found.insert(0, BulkAction(_("Promote"), reverse("progression:roll-over-many"), "promote"))
    return found if batches.may(actor, "archive") else []


@page(deleted_batches["see"])
def deleted_list(request: ActorRequest) -> HttpResponseBase:
    """The batches that were deleted, with the way back."""
    actor = request.actor
    rows = batches_of(actor, deleted_batches.rows(actor)).annotate(standing=STANDING).order_by("-deleted_at")
    text = _("Deleted batches appear here with their history, and you can restore them.")
    every = Action(_("All batches"), reverse("batches:list"), "batches")
    return list_page(
        request,
        table_class=DeletedTable,
        filterset_class=DeletedFilters,
        queryset=rows,
        template="batches/deleted.html",
        empty=Empty(_("No deleted batches"), text, "trash", [every]),
        export_name="deleted-batches",
    )


class DeletedFilters(Filters):
    """Deleted batches are found by words alone."""

    search = ("name", "code")


def visible_batches(actor: Actor, *, with_actions: bool = False) -> QuerySet[Batch]:
    """Everything the table draws, in one statement; of the table of batch years also what may be done with each."""
    rows = batches.rows(actor)
    if with_actions:
        rows = with_rollovers(actor, with_rights(actor, rows, "change", "archive", "unarchive"))
    shown = batches_of(actor, rows)
    return (
        with_phase(shown.select_related("course", "branch", "department", "institution") if with_actions else shown)
        .annotate(standing=STANDING, lead_name=F("lead__full_name"))
        .order_by("standing", "start_date", "name__plain", "pk")
    )


def _empty(*, staff: bool, years: bool, new_url: str) -> Empty:
    begin = [Action(_("New batch"), new_url, "plus", primary=True)] if new_url else []
    if not staff:
        text = _("Batches you're enrolled in, or can enroll in, appear here.")
        return Empty(_("No batches for you yet"), text, "batches")
    if years:
        text = _(
            "A batch year is a group of students in a department who move through semesters together. Create the "
            "first one."
        )
        return Empty(_("No batch years yet"), text, "dept", begin)
    text = _("Batches you teach will appear here.")
    if new_url:
        text = _(
            "A batch is a group that learns together, with dates, a lead, a weekly schedule and seats. Create the "
            "first one."
        )
    return Empty(_("No batches yet"), text, "batches", begin)


def _views(request: HttpRequest, actor: Actor) -> Sequence[View]:
    """The saved views with their numbers: one statement, and one for the departments."""
    rows = batches.rows(actor).current()  # type: ignore[attr-defined]
    numbers = rows.aggregate(
        all=Count("pk"),
        lead=Count("pk", filter=without_lead()),
        soon=Count("pk", filter=starts_soon()),
        full=Count("pk", filter=is_full_now() & is_running()),
        years=Count("pk", filter=Q(kind=Batch.Kind.ACADEMIC)),
    )
    departments = (
        rows.filter(department__isnull=False)
        .values_list("department_id", "department__name")
        .annotate(number=Count("pk"))
        .order_by("-number", "department__name__plain")[:4]
    )
    offered = [
        (_("All"), {}, numbers["all"]),
        (_("No lead"), {"instructor": "none"}, numbers["lead"]),
        (_("Starting soon"), {"starts": "soon"}, numbers["soon"]),
        (_("Full"), {"seats": "full"}, numbers["full"]),
        (_("Batch years"), {"kind": "academic"}, numbers["years"]),
        *((name, {"department": str(key)}, number) for key, name, number in departments),
    ]
    kept_out = ("sort", "page", "as", "export", "q")
    narrowing = {name: value for name, value in request.GET.items() if value and name not in kept_out}
    return [
        View(label, batches_url(**asked), number, current=asked == narrowing)
        for label, asked, number in offered
        if number or not asked or asked == narrowing
    ]
