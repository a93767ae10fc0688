"""What the rules of people refuse with."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict, Invalid


class WindowOverlap(Invalid):
    """Two windows of a week share some time."""

    sentence = _("This window overlaps another one on the same day.")
    default_code, default_field = "windows_overlap", "windows.0.start_time"


class TimeOffOverlap(Conflict):
    """Somebody is away on some of these days already."""

    default_code, default_field = "time_off_overlaps", "first_date"

    def __init__(self, name: str, first: date | None = None, last: date | None = None) -> None:
        if first is None or last is None:
            sentence = _("%(name)s is already away on some of these days.") % {"name": name}
        else:
            sentence = _(
                "%(name)s is already away from %(first)s to %(last)s. Remove that time off first, or choose other days."
            ) % {"name": name, "first": date_format(first, "j F Y"), "last": date_format(last, "j F Y")}
        super().__init__(str(sentence))


class TimeOffGone(Conflict):
    """The body names a time off that this instructor does not have."""

    sentence = _("This time off doesn't exist. Reload the page.")
    default_code, default_field = "unknown", "time_off_id"
