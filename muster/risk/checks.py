"""What migrations made beside the models of risk flags, and that nobody who left is flagged (`muster check`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from muster.core.checks import Contradiction, Invariant, MadeByMigration, attempt_repair
from muster.risk.models import RiskFlag

TRIGGERS = (MadeByMigration("enrollments_enrollment", "risk_flags_close"),)

LEFT = """
SELECT flag.institution_id, flag.id::text,
       student.full_name || ' is flagged in ' || batch.code || ', and not active there'
FROM risk_riskflag AS flag
JOIN enrollments_enrollment AS enrollment ON enrollment.id = flag.enrollment_id
JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
JOIN accounts_user AS student ON student.id = enrollment.student_id
WHERE flag.closed_at IS NULL AND enrollment.status <> 'active'
AND (%(owner)s::uuid IS NULL OR flag.institution_id = %(owner)s::uuid)
ORDER BY flag.institution_id, batch.code, student.full_name, flag.id
"""


def _close(found: Sequence[Contradiction]) -> Iterator[str]:
    now, closed = timezone.now(), 0
    with attempt_repair():
        rows = RiskFlag.objects.filter(pk__in=[one.key for one in found], closed_at__isnull=True)
        closed = rows.update(closed_at=now, outcome=RiskFlag.Outcome.LEFT, updated_at=now)
    if closed:
        yield ngettext("Closed %(count)d risk flag.", "Closed %(count)d risk flags.", closed) % {"count": closed}


INVARIANTS = (Invariant(gettext_lazy("Open risk flags are of students who are active in the batch"), LEFT, _close),)
