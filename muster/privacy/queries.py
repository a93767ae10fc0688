"""What would be erased, what is kept, and what people consented to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.attendance.models import AttendanceRecord
from muster.batches.models import Batch
from muster.batches.queries import still_running
from muster.documents.models import IssuedDocument
from muster.enrollments.models import Enrollment, Payment, WaitlistEntry
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Department, Institution, Membership
from muster.institutions.queries import duties_of
from muster.privacy.models import ConsentAnswer, ConsentPurpose, ConsentText, Erasure
from muster.privacy.permissions import consents
from muster.progression.models import SubjectResult

PERSON = Erasure.Kind.PERSON
# The setting that says how many days each sort is kept, in the order of the page. People are erased one by one.
STUDENTS = "students"
PERIODS = {
    str(Erasure.Kind.EVIDENCE): "keep_evidence_days",
    str(Erasure.Kind.MESSAGES): "keep_messages_days",
    str(Erasure.Kind.NOTIFICATIONS): "keep_notifications_days",
    str(Erasure.Kind.IMPORTS): "keep_imports_days",
    str(Erasure.Kind.REPORTS): "keep_reports_days",
    str(Erasure.Kind.LOOKS): "keep_looks_days",
    str(Erasure.Kind.NOTES): "keep_notes_days",
    str(Erasure.Kind.APPLICATIONS): "keep_applications_days",
    STUDENTS: "keep_students_days",
    str(Erasure.Kind.SECURITY): "keep_security_days",
    str(Erasure.Kind.HISTORY): "keep_history_days",
}


# --- what is erased ---------------------------------------------------------------------------------------------------
def sort_words(what: str, count: int) -> str:
    """ "3 notes": how many rows of a sort, as `muster_erase` counts them."""
    words = {
        "notes": ngettext("%(count)d staff note", "%(count)d staff notes", count),
        "texts": ngettext("%(count)d reason or comment", "%(count)d reasons and comments", count),
        "contacts": ngettext("%(count)d record with contacts", "%(count)d records with contacts", count),
        "messages": ngettext("%(count)d message or notification", "%(count)d messages and notifications", count),
        "notifications": ngettext("%(count)d notification", "%(count)d notifications", count),
        "evidence": ngettext("%(count)d file of evidence", "%(count)d files of evidence", count),
        "mentoring": ngettext("%(count)d mentoring text", "%(count)d mentoring texts", count),
        "risk": ngettext("%(count)d note on risk", "%(count)d notes on risk", count),
        "imports": ngettext("%(count)d imported file", "%(count)d imported files", count),
        "views": ngettext("%(count)d saved view or email of one", "%(count)d saved views and emails of them", count),
        "reports": ngettext("%(count)d report file", "%(count)d report files", count),
        "sign_ins": ngettext("%(count)d sign-in or key", "%(count)d sign-ins and keys", count),
        "history": ngettext("%(count)d history entry", "%(count)d history entries", count),
        "looks": ngettext("%(count)d file view", "%(count)d file views", count),
        "applications": ngettext("%(count)d application", "%(count)d applications", count),
        STUDENTS: ngettext("%(count)d student", "%(count)d students", count),
        "security": ngettext("%(count)d security event", "%(count)d security events", count),
    }
    return words[what] % {"count": count}


def counts_in_words(counts: Mapping[str, int]) -> list[str]:
    """The sorts that there are any of."""
    return [sort_words(what, count) for what, count in counts.items() if count]


def erase(
    *, by: Actor, kind: str, person: UUID | None = None, until: datetime | None = None, called: str = "",
    reason: str = "", pretend: bool = False,
) -> tuple[dict[str, int], list[str]]:  # fmt: skip
    """Ask the database's one function that erases; answers how many rows of each sort, and which files go with them."""
    doer = by.user.pk if by.user else None
    with connection.cursor() as cursor:
        # Begun as what writes, which a plain SELECT would not be taken for: the history is told who acts.
        cursor.execute(
            "WITH erased AS (SELECT muster_erase(%s, %s, %s, %s, %s, %s, %s, %s) AS told) TABLE erased",
            [by.institution.pk, kind, person, until, called, reason, doer, pretend],
        )
        told = cursor.fetchone()[0]
    found = json.loads(told) if isinstance(told, str) else told
    return found["counts"], found["files"]


@dataclass(frozen=True)
class ErasurePreview:
    """What erasing a person would come to: how many rows of each sort, what is kept, and what is in the way."""

    counts: Mapping[str, int]
    kept: Mapping[str, int]
    blockers: Mapping[str, int]
    erased_at: datetime | None

    @property
    def is_possible(self) -> bool:
        return not self.blockers and self.erased_at is None

    def counts_in_words(self) -> list[str]:
        return counts_in_words(self.counts)

    def kept_in_words(self) -> list[str]:
        """What stays, without the name or with it as the law wants."""
        words = {
            "documents": ngettext(
                "%(count)d certificate, transcript or semester sheet, with the name on it, so that it can be verified",
                "%(count)d certificates, transcripts and semester sheets, with the name on them, so that they can be "
                "verified",
                self.kept["documents"],
            ),
            "payments": ngettext(
                "%(count)d payment, with its receipt number, without the name",
                "%(count)d payments, with their receipt numbers, without the name",
                self.kept["payments"],
            ),
            "results": ngettext(
                "%(count)d published result, without the name",
                "%(count)d published results, without the name",
                self.kept["results"],
            ),
            "attendance": ngettext(
                "%(count)d attendance record, without the name or notes",
                "%(count)d attendance records, without the name or notes",
                self.kept["attendance"],
            ),
            "enrollments": ngettext(
                "%(count)d enrollment, without the name", "%(count)d enrollments, without the name",
                self.kept["enrollments"],
            ),
        }  # fmt: skip
        return [words[what] % {"count": count} for what, count in self.kept.items() if count]

    def blockers_in_words(self, name: str) -> list[str]:
        """What has to be settled first, each as a sentence."""
        words = {
            "enrollments": ngettext(
                "%(name)s has %(count)d current enrollment. Cancel or complete it first.",
                "%(name)s has %(count)d current enrollments. Cancel or complete them first.",
                self.blockers.get("enrollments", 0),
            ),
            "waitlists": ngettext(
                "%(name)s is on %(count)d waitlist. Remove them from it first.",
                "%(name)s is on %(count)d waitlists. Remove them from these first.",
                self.blockers.get("waitlists", 0),
            ),
            "teaching": ngettext(
                "%(name)s teaches %(count)d current batch. Assign someone else first.",
                "%(name)s teaches %(count)d current batches. Assign someone else first.",
                self.blockers.get("teaching", 0),
            ),
            "departments": ngettext(
                "%(name)s heads %(count)d department. Choose another head first.",
                "%(name)s heads %(count)d departments. Choose other heads first.",
                self.blockers.get("departments", 0),
            ),
        }
        return [words[what] % {"name": name, "count": count} for what, count in self.blockers.items()]


def blockers_of(actor: Actor, person: User) -> dict[str, int]:
    """What the person still holds here, in numbers."""
    here = {"institution": actor.institution}
    taught = still_running().filter(**here, instructor=person, batch__in=Batch.objects.booking())
    found = {
        "enrollments": duties_of(actor, person).enrollments,
        "waitlists": WaitlistEntry.objects.filter(**here, student=person, status__in=("waiting", "offered")).count(),
        "teaching": taught.values("batch").distinct().count(),
        "departments": Department.objects.filter(**here, hod=person).count(),
    }
    return {what: count for what, count in found.items() if count}


def erasure_preview(actor: Actor, person: User) -> ErasurePreview:
    """What erasing the person would come to now, by the function that erases."""
    here = {"institution": actor.institution}
    before = Erasure.objects.filter(**here, kind=PERSON, person=person).first()
    counts, _files = erase(by=actor, kind=PERSON, person=person.pk, pretend=True)
    kept = {
        "enrollments": Enrollment.objects.filter(**here, student=person).count(),
        "attendance": AttendanceRecord.objects.filter(**here, enrollment__student=person).count(),
        "results": SubjectResult.objects.filter(**here, enrollment__student=person, is_current=True).count(),
        "payments": Payment.objects.filter(**here, enrollment__student=person).count(),
        "documents": IssuedDocument.objects.filter(**here, holder=person).count(),
    }
    return ErasurePreview(counts, kept, blockers_of(actor, person), before.created_at if before else None)


# --- periods ----------------------------------------------------------------------------------------------------------
def students_who_left(actor: Actor, days: int) -> QuerySet[User]:
    """Students alone whose last enrollment ended so many days ago, and who hold and wait for nothing."""
    here = {"institution": actor.institution}
    until = timezone.now() - timedelta(days=days)
    theirs = Enrollment.objects.filter(**here, student=OuterRef("pk")).order_by()
    # A seat in an archived batch is over, whatever it says.
    ended = theirs.values("student").annotate(last=Max(Coalesce("completed_at", "cancelled_at", "updated_at")))
    member = Membership.objects.filter(**here, user=OuterRef("pk"))
    return (
        User.objects.filter(
            Exists(member.filter(role__in=STUDENT_ROLES)),
            ~Exists(member.exclude(role__in=STUDENT_ROLES)),
            ~Exists(theirs.filter(status__in=("active", "on_hold"), frozen=False)),
            ~Exists(WaitlistEntry.objects.filter(student=OuterRef("pk"), status__in=("waiting", "offered"))),
            ~Exists(Erasure.objects.filter(person=OuterRef("pk"))),
            home=actor.institution.pk,
            is_superuser=False,
        )
        .alias(left_at=Subquery(ended.values("last")))
        .filter(left_at__lt=until)
        .order_by("pk")
    )


@dataclass(frozen=True)
class PeriodPreview:
    """What a period would erase now; `days` is None where everything is kept."""

    kind: str
    days: int | None
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def counts_in_words(self) -> list[str]:
        return counts_in_words(self.counts)


def retention_preview(actor: Actor, institution: Institution | None = None) -> list[PeriodPreview]:
    """What each period would erase now, as the institution has them, or as it would have them."""
    place = institution or actor.institution
    return [PeriodPreview(kind, days, _due(actor, kind, days)) for kind, days in periods_of(place)]


def periods_of(institution: Institution) -> Iterator[tuple[str, int | None]]:
    """How many days each sort is kept."""
    return ((kind, getattr(institution, name)) for kind, name in PERIODS.items())


def _due(actor: Actor, kind: str, days: int | None) -> Mapping[str, int]:
    if days is None:
        return {}
    if kind == STUDENTS:
        return {STUDENTS: students_who_left(actor, days).count()}
    return erase(by=actor, kind=kind, until=timezone.now() - timedelta(days=days), pretend=True)[0]


# --- consent ----------------------------------------------------------------------------------------------------------
def consents_in_full(rows: QuerySet[ConsentPurpose]) -> QuerySet[ConsentPurpose]:
    """Consents with their newest text and how many now say yes, to whatever version."""
    newest = ConsentText.objects.filter(purpose=OuterRef("pk")).order_by("-version")
    return rows.annotate(
        version=Subquery(newest.values("version")[:1]),
        text=Subquery(newest.values("text")[:1]),
        text_id=Subquery(newest.values("pk")[:1]),
        written_at=Subquery(newest.values("created_at")[:1]),
    )


def last_answers(rows: QuerySet[ConsentAnswer]) -> QuerySet[ConsentAnswer]:
    """Of each person and purpose the answer that counts."""
    later = ConsentAnswer.objects.filter(
        person=OuterRef("person"), text__purpose=OuterRef("text__purpose"), pk__gt=OuterRef("pk")
    )
    return rows.filter(~Exists(later)).select_related("text", "person")


def answers_of(purpose: ConsentPurpose) -> QuerySet[ConsentAnswer]:
    """Who consents to what is asked, or has said no, and to which version, by name."""
    rows = ConsentAnswer.objects.filter(text__purpose=purpose)
    return last_answers(rows).order_by("person__full_name__plain", "pk")


@dataclass(frozen=True)
class AskedConsent:
    """A consent as somebody is asked for it, and what they last said, of which version."""

    purpose: Any
    answer: ConsentAnswer | None

    @property
    def is_given(self) -> bool:
        return self.answer is not None and self.answer.given

    @property
    def is_waiting(self) -> bool:
        """Whether they have said nothing of the text as it is now; who said no isn't asked again."""
        return self.answer is None or (self.answer.given and self.answer.text.version != self.purpose.version)


def consents_waiting(actor: Actor) -> int:
    """How many consents the actor has said nothing of yet, as they are asked now."""
    said = ConsentAnswer.objects.filter(text__purpose=OuterRef("pk"), person=actor.user).order_by("-pk")
    asked = consents_in_full(consents.rows(actor, "answer")).annotate(
        given=Subquery(said.values("given")[:1]), seen=Subquery(said.values("text__version")[:1])
    )
    # As `AskedConsent.is_waiting` says it, in one statement for every home page.
    return asked.filter(Q(given__isnull=True) | Q(given=True) & ~Q(seen=F("version"))).count()


def consents_asked_of(actor: Actor, rows: QuerySet[ConsentPurpose]) -> Sequence[AskedConsent]:
    """What the actor may answer, with what they said, in two statements."""
    purposes = list(consents_in_full(rows))
    if not purposes or actor.user is None:
        return []
    said = last_answers(ConsentAnswer.objects.filter(person=actor.user, text__purpose__in=purposes))
    answers = {one.text.purpose_id: one for one in said}
    return [AskedConsent(one, answers.get(one.pk)) for one in purposes]
