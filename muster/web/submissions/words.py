"""Words of submissions that several pages say."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.submissions.deadlines import Deadline, Type
from muster.submissions.models import Submission, SubmissionResource
from muster.web.ui.components import Tone
from muster.web.ui.widgets import pill, unbroken_days

LOOKS: dict[str, tuple[Tone, str]] = {
    "draft": ("", "edit"),
    "submitted": ("accent", "lock"),
    "received": ("good", "okc"),
    "withdrawn": ("bad", "undo"),
    "replaced": ("warn", "history"),
}
DUE = {Type.ENROLMENT_LIST: gettext_lazy("Enrollment list"), Type.ATTENDANCE_REGISTER: gettext_lazy("Attendance")}


def status_pill(submission: Submission) -> SafeString:
    """How a submission stands."""
    return pill(submission.get_status_display(), *LOOKS[submission.status])


def item_words(item: SubmissionResource) -> str:
    """Such as "Attendance registers, DA-AUG-2030, 1 – 31 Jan 2030"."""
    what = item.template.name if item.template else str(item.get_type_display())
    return f"{what}, {item.batch.code}, {unbroken_days(item.from_date, item.to_date)}"


def due_title(one: Deadline) -> str:
    """What is due: the enrollment list, or the attendance of a month."""
    if one.type == Type.ENROLMENT_LIST:
        return str(DUE[one.type])
    return _("Attendance, %(month)s") % {"month": date_format(one.from_date, "F Y")}


def left_words(one: Deadline) -> str:
    """Such as "due in 3 days", "due today", "2 days late"."""
    if one.is_late:
        return ngettext("%(count)d day late", "%(count)d days late", -one.days_left) % {"count": -one.days_left}
    if one.days_left == 0:
        return _("due today")
    return ngettext("due in %(count)d day", "due in %(count)d days", one.days_left) % {"count": one.days_left}


def unit_words(one: Deadline) -> str:
    """What stands below the number of days."""
    number = abs(one.days_left)
    return ngettext("day late", "days late", number) if one.is_late else ngettext("day left", "days left", number)


def due_words(one: Deadline) -> str:
    """When it is due, or was."""
    day = {"day": date_format(one.due_on, "D j F")}
    return (_("Was due %(day)s.") if one.is_late else _("Due %(day)s.")) % day


def tone_of(one: Deadline) -> Tone:
    """Red when it is late, amber in the last days."""
    return "bad" if one.is_late else "warn" if one.days_left <= 3 else ""


def prepare_url(one: Deadline) -> str:
    """The form of a new submission, filled in for what is due."""
    given: dict[str, str] = {
        "title": f"{due_title(one)}, {one.batch.code}",
        "batch": str(one.batch.pk),
        "what": str(one.type),
        "from": one.from_date.isoformat(),
        "to": one.to_date.isoformat(),
    }
    return f"{reverse('submissions:new')}?{urlencode(given)}"
