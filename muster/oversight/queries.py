"""Reads around access of regulators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet, Value
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance.models import AbsenceNotice, Evidence
from muster.attendance.queries import Register, RegisterRow, register_of, with_signature
from muster.attendance.queries.absences import evidence_in_full
from muster.batches.models import Batch, BatchMeeting
from muster.core.errors import Missing
from muster.core.permissions import any_id
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.oversight.models import EXPIRED, IN_FORCE, AccessLook, AccessRequest
from muster.oversight.permissions import access_requests, grants_in_force, registers_granted_to
from muster.timetable.models import ClassSession

# --- requests ------------------------------------------------------------------------------------------------------
NAMED: Prefetch[Any] = Prefetch("batches", Batch.objects.only("id", "code", "name").order_by("code"), to_attr="named")
# So many batches stand in a title.
MOST_NAMED = 4


def requests_in_full(rows: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
    """Requests with who asked and decided, the batches by code, and how often somebody looked by them."""
    return (
        rows.select_related("asked_by", "decided_by", "revoked_by", "institution")
        .prefetch_related(NAMED)
        .annotate(look_count=Count("looks"))
    )


def waiting_access(actor: Actor) -> QuerySet[AccessRequest]:
    """The requests that wait for the actor's decision, the longest waiting first."""
    rows = access_requests.rows(actor, "decide").filter(status=AccessRequest.Status.PENDING)
    return rows.select_related("asked_by").prefetch_related(NAMED).order_by("created_at", "id")


def status_of(one: AccessRequest, now: datetime) -> str:
    """Its status, `expired` among them."""
    is_over = one.status == AccessRequest.Status.APPROVED and one.expires_at is not None and one.expires_at <= now
    return AccessRequest.EXPIRED if is_over else str(one.status)


def status_words(status: str) -> str:
    """A status in words."""
    return _("Expired") if status == AccessRequest.EXPIRED else str(AccessRequest.Status(status).label)


def with_status(rows: QuerySet[AccessRequest], status: str) -> QuerySet[AccessRequest]:
    """Those of a status."""
    if status == AccessRequest.EXPIRED:
        return rows.filter(EXPIRED)
    return rows.filter(IN_FORCE if status == AccessRequest.Status.APPROVED else Q(status=status))


def batches_in_words(one: AccessRequest, most: int = MOST_NAMED) -> str:
    """The codes of what is asked for, the first few."""
    if one.all_batches:
        return _("All batches")
    named: Any = getattr(one, "named", None)
    codes = [batch.code for batch in (one.batches.order_by("code") if named is None else named)]
    if (more := len(codes) - most) <= 0:
        return ", ".join(codes)
    words = {"codes": ", ".join(codes[:most]), "count": more}
    return ngettext("%(codes)s and %(count)d more", "%(codes)s and %(count)d more", more) % words


def batches_in_sentence(one: AccessRequest) -> str:
    """The same within a sentence."""
    return _("all batches") if one.all_batches else batches_in_words(one)


# --- how much it is ------------------------------------------------------------------------------------------------
@dataclass
class AccessReach:
    """What a request comes to: registers and students, in all and of each batch."""

    registers: int = 0
    students: int = 0
    of_batches: dict[UUID, AccessReach] = field(default_factory=dict)


# Of the registers counted as `covered_by` finds them; of students whoever had a seat on one of the days.
REACH = """
WITH place AS MATERIALIZED (
    SELECT access.id AS access_id, link.meeting_id, link.batch_id, access.first_date, access.last_date
    FROM oversight_accessrequest AS access
    JOIN batches_batchmeeting AS link ON link.institution_id = access.institution_id
    JOIN batches_batch AS batch ON batch.id = link.batch_id AND batch.deleted_at IS NULL
    WHERE access.id = ANY(%(ids)s) AND (access.all_batches OR EXISTS (
        SELECT FROM oversight_accessbatch AS named WHERE named.access_id = access.id AND named.batch_id = link.batch_id
    ))
)
SELECT access_id, batch_id, count(DISTINCT class.id), 0
FROM place JOIN timetable_classsession AS class ON class.meeting_id = place.meeting_id
    AND class.date BETWEEN place.first_date AND place.last_date AND class.status <> 'cancelled'
GROUP BY GROUPING SETS ((access_id), (access_id, batch_id))
UNION ALL
SELECT access_id, place.batch_id, 0, count(DISTINCT seat.student_id)
FROM place JOIN enrollments_seatperiod AS period ON period.batch_id = place.batch_id
    AND period.from_date <= place.last_date
    AND (period.until_date IS NULL OR period.until_date >= greatest(period.from_date, place.first_date))
JOIN enrollments_enrollment AS seat ON seat.id = period.enrollment_id
GROUP BY GROUPING SETS ((access_id), (access_id, place.batch_id))
"""


def reach_of(requests: Iterable[AccessRequest]) -> dict[UUID, AccessReach]:
    """How many registers and students each request is of, in one statement."""
    found = {one.pk: AccessReach() for one in requests}
    with connection.cursor() as cursor:
        cursor.execute(REACH, {"ids": list(found)})
        for access, batch, registers, students in cursor.fetchall():
            whole = found[access]
            own = whole if batch is None else whole.of_batches.setdefault(batch, AccessReach())
            own.registers += registers
            own.students += students
    return found


# --- registers -----------------------------------------------------------------------------------------------------
def registers_in_full(rows: QuerySet[ClassSession]) -> QuerySet[ClassSession]:
    """Sessions with what a register says of them, as a whole class: which part is shown is decided of its rows."""
    return with_signature(rows).annotate(teaches=Value(True))


def granted_register(actor: Actor, pk: object) -> GrantedRegister:
    """A register with what the actor's grants in force cover of it. Raises Missing."""
    session = registers_in_full(registers_granted_to(actor)).filter(pk=any_id(pk)).first()
    if session is None:
        raise Missing
    grants = grants_in_force(actor).filter(first_date__lte=session.date, last_date__gte=session.date)
    grants = grants.select_related("decided_by").prefetch_related("batch_links").order_by("expires_at", "pk")
    links = BatchMeeting.objects.filter(meeting=session.meeting_id, batch__deleted_at__isnull=True)
    met = [link.batch for link in links.select_related("batch__course").order_by("batch__code")]
    batches: dict[UUID, Batch] = {}
    proven: set[UUID] = set()
    latest = latest_with_files = None
    for grant in grants:
        named = {link.batch_id for link in grant.batch_links.all()}
        own = {batch.pk: batch for batch in met if grant.all_batches or batch.pk in named}
        if own:
            batches |= own
            latest = grant
            if grant.with_evidence:
                proven |= set(own)
                latest_with_files = grant
    if latest is None:
        raise Missing
    return GrantedRegister(session, latest, latest_with_files, batches, frozenset(proven))


@dataclass(frozen=True)
class GrantedRegister:
    """A register as a regulator may see it: by which grant (the one that lasts longest), and of which batches.

    `files_by` is the grant by which evidence is seen, of the `proven` batches.
    """

    session: ClassSession
    access: AccessRequest
    files_by: AccessRequest | None
    batches: dict[UUID, Batch]
    proven: frozenset[UUID]

    def read(self, actor: Actor) -> Register:
        """The marks of those who have a seat in a granted batch: neither notes nor addresses, nor anybody else."""
        whole = register_of(actor, self.session, last=False)
        ids = [pk for row in whole.rows for pk in row.enrollment_ids]
        seats = dict(Enrollment.objects.filter(pk__in=ids, batch__in=self.batches).values_list("pk", "batch"))
        rows = [shown for row in whole.rows if (shown := self._shown(row, seats))]
        rows.sort(key=lambda row: row.batch_code)
        return Register(rows, self.session)

    def _shown(self, row: RegisterRow, seats: dict[UUID, UUID]) -> RegisterRow | None:
        own = [pk for pk in row.enrollment_ids if pk in seats]
        if not own:
            return None
        seat = row.enrollment_id if row.enrollment_id in seats else own[0]
        batch = self.batches[seats[seat]]
        return row._replace(
            enrollment_id=seat,
            enrollment_ids=own,
            batch_id=batch.pk,
            batch_code=batch.code,
            batch_name=batch.name,
            email="",
            notes="",
            photo="",
            is_announced=False,
        )

    def evidence(self) -> list[Evidence]:
        """The files of its records, and of the absences that explain them, where evidence is granted; the oldest first.

        Each has `of_students`, whose it is.
        """
        if not self.proven:
            return []
        met = Q(seat_periods__from_date__lte=self.session.date) & (
            Q(seat_periods__until_date__isnull=True) | Q(seat_periods__until_date__gte=self.session.date)
        )
        seats = Enrollment.objects.filter(
            met | Q(attendance_records__session=self.session), batch__in=self.proven
        ).distinct()
        owners = dict(seats.values_list("pk", "student"))
        covering = AbsenceNotice.objects.not_withdrawn().covering(
            session=self.session.pk,
            day=self.session.date,
            enrollments=list(owners),
            students=list(set(owners.values())),
        )
        on_record = Q(record__session=self.session, record__enrollment__in=list(owners))
        files = Evidence.objects.kept().filter(
            on_record | Q(notice__in=covering.filter(institution=self.session.institution_id).values("pk"))
        )
        return list(evidence_in_full(files).select_related("record__enrollment", "notice", "uploaded_by"))


def student_of(file: Any) -> UUID:
    """Whose file it is."""
    student: UUID = file.record.enrollment.student_id if file.record else file.notice.student_id
    return student


# --- looks ---------------------------------------------------------------------------------------------------------
def looks_in_full(rows: QuerySet[AccessLook]) -> QuerySet[AccessLook]:
    """Looks with who looked by which grant."""
    return rows.select_related("looked_by", "access")


def look_in_words(look: AccessLook) -> str:
    """What was looked at."""
    from_batches = look.batch_codes or _("All batches")
    if look.session_id is None and look.how != AccessLook.How.DENIED:
        return _("Registers of %(batches)s, %(count)d at once") % {"batches": from_batches, "count": look.registers}
    return _("Register of %(batches)s") % {"batches": look.batch_codes or "–"}


def look_in_sentence(look: AccessLook) -> str:
    """What was looked at and how, behind the name of who did."""
    day = date_format(look.session_date, "j F Y") if look.session_date else ""
    words = {"batches": look.batch_codes or _("all batches"), "day": day, "format": look.how.upper()}
    if look.session_id is None and look.how != AccessLook.How.DENIED:
        many = ngettext(
            "saved %(count)d register of %(batches)s as %(format)s",
            "saved %(count)d registers of %(batches)s as %(format)s",
            look.registers,
        )
        return many % {**words, "count": look.registers}
    sentences = {
        "opened": _("opened the register of %(batches)s, %(day)s"),
        "evidence": _("opened evidence behind the register of %(batches)s, %(day)s"),
        "denied": _("was denied the register of %(batches)s, %(day)s"),
    }
    return (sentences.get(look.how) or _("saved the register of %(batches)s, %(day)s as %(format)s")) % words
