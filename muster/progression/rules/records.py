"""Academic records: what a semester comes to, written from what is published."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from muster.progression.models import AcademicRecord, ElectiveChoice, SubjectResult
from muster.progression.queries.records import average_of, status_of


def keep_records(
    institution_id: UUID,
    semester: int,
    results: Mapping[UUID, Sequence[SubjectResult]],
    core: Collection[UUID],
    detained: Collection[UUID] = (),
) -> None:
    """Write what the semester comes to for these enrollments, by their latest results in it, in one statement.

    `core` are the mappings without whose result it stays in progress, beside the electives that each chose; whoever is
    `detained` is so by whatever results.
    """
    asked = {pk: set(core) for pk in results}
    choices = ElectiveChoice.objects.filter(enrollment__in=list(results), mapping__semester=semester)
    for pk, elective in choices.values_list("enrollment_id", "mapping_id"):
        asked[pk].add(elective)
    rows = [
        AcademicRecord(
            institution_id=institution_id,
            enrollment_id=pk,
            semester=semester,
            status=AcademicRecord.Status.DETAINED if pk in detained else status_of(found, asked[pk]),
            sgpa=average_of(found),
            worth=sum((one.worth for one in found), Decimal(0)),
            earned=sum((one.earned for one in found), Decimal(0)),
        )
        for pk, found in results.items()
    ]
    AcademicRecord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["enrollment", "semester"],
        update_fields=["status", "sgpa", "worth", "earned", "updated_at"],
    )
