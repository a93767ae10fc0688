"""Who may see assessments, and mark them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from muster.assessment.models import Assessment
from muster.batches.models import Batch
from muster.batches.permissions import batches_being_taught
from muster.core.permissions import Access
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor, Grant, own_person, students
from muster.institutions.models import Role
from muster.progression.permissions import batch_subjects, in_batch, in_batches

_tables = batch_subjects.tables
# Of a batch as a whole: students see what they are assessed by, staff the marks of everybody.
batch_assessments = Access(
    Batch,
    {"see": _tables["see"], "list": _tables["list"], "sheet": _tables["results"], "assess": _tables["mark"]},
)


def _of_own_subject(actor: Actor, grant: Grant) -> Q:
    """What the instructor marks in batches that they teach: what is written to results only of their own subjects."""
    own = Q(mapping__isnull=True) | Q(mapping__instructor=actor.user)
    return own & in_batch(batches_being_taught)(actor, grant)


def opens_marks(actor: Actor, action: str) -> Exists:
    """Whether the actor may do this with the assessments of the batch of a row: an expression."""
    return Exists(batch_assessments.rows(actor, action, among=Batch.objects.filter(pk=OuterRef("batch"))))


# What a student sees of theirs, for whoever reads it in the sheet too.
own_marks = Access(Enrollment, {"see": in_batches(_tables["results"]) | students(own_person("student_id"))})
assessments = Access(
    Assessment,
    {
        "see": in_batches(_tables["list"]),
        "marks": in_batches(_tables["results"]),
        "change": in_batches(_tables["mark"]) | {Role.INSTRUCTOR.value: _of_own_subject},
    },
)
