"""How students learn of new materials: once a day for each batch, all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.batches.models import Batch, BatchMeeting
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, local_today
from muster.materials.models import Material
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.people.links import course_url

NEW_MATERIAL = "new_material"
MOST_NAMED = 10

register_kind(
    NotificationKind(
        NEW_MATERIAL,
        gettext_lazy("There's new material in my batch"),
        frozenset(map(str, STUDENT_ROLES)),
        gettext_lazy("Once a day for each batch, with all that is new."),
    )
)


def tell_new_materials(by: Actor, rows: Sequence[Material]) -> int:
    """Tell the students of each batch what is new there; those who take a course alone what is new in it.

    Answers how many notices there were.
    """
    told = 0
    for batch, new in _by_batch(rows):
        told += _tell(by, _readers(batch=batch), batch.name, new, reverse("materials:batch", args=[batch.pk]))
    by_course: dict[UUID, list[Material]] = defaultdict(list)
    for row in rows:
        if row.course_id is not None:
            by_course[row.course_id].append(row)
    for course_id, new in by_course.items():
        alone = _readers(course=course_id, batch=None)
        told += _tell(by, alone, str(new[0].course), new, course_url(course_id))
    return told


def _readers(**place: Any) -> list[User]:
    """Those who attend there and have access today: whoever may not read a material isn't told of it."""
    today = local_today("batch__", institution="institution")
    lasts = Q(access_expiry_date__isnull=True) | Q(access_expiry_date__gte=today)
    seats = Enrollment.objects.filter(lasts, status=Enrollment.Status.ACTIVE, **place)
    return list(User.objects.filter(pk__in=seats.order_by().values("student"), is_active=True))


def _by_batch(rows: Sequence[Material]) -> Iterable[tuple[Batch, list[Material]]]:
    """Each batch that runs, with what is new in it, in its sessions and in its course. Two statements."""
    links = BatchMeeting.objects.filter(meeting__in={row.session.meeting_id for row in rows if row.session})
    meeting_of: dict[UUID, set[UUID]] = defaultdict(set)
    for batch_id, meeting_id in links.values_list("batch_id", "meeting_id"):
        meeting_of[batch_id].add(meeting_id)
    reached = Batch.objects.filter(deleted_at__isnull=True, archived_at__isnull=True)
    own = {row.batch_id for row in rows if row.batch_id} | set(meeting_of)
    courses = {row.course_id for row in rows if row.course_id}
    of_course = reached.filter(course__in=courses, status__in=(Batch.Status.UPCOMING, Batch.Status.ACTIVE))
    for batch in (reached.filter(pk__in=own) | of_course).order_by("pk"):
        new = [
            row
            for row in rows
            if row.batch_id == batch.pk
            or (row.course_id is not None and row.course_id == batch.course_id)
            or (row.session is not None and row.session.meeting_id in meeting_of[batch.pk])
        ]
        yield batch, new


def _tell(by: Actor, people: Sequence[User], where: str, new: Sequence[Material], url: str) -> int:
    if not people:
        return 0
    words = ngettext("New in %(where)s: %(title)s", "%(count)d new materials in %(where)s", len(new))
    lines = [row.title if not row.description else f"{row.title}: {row.description}" for row in new[:MOST_NAMED]]
    if len(new) > MOST_NAMED:
        lines.append(_("And %(number)d more.") % {"number": len(new) - MOST_NAMED})
    notify(
        by=by,
        to=people,
        kind=NEW_MATERIAL,
        title=words % {"where": where, "title": new[0].title, "count": len(new)},
        text="\n".join(lines),
        url=url,
    )
    return 1
