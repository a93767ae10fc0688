"""What the rules of people refuse with."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.core.errors import Conflict, Invalid


class WindowOverlap(Invalid):
    """Two windows of a week share some time."""

    default_code = "windows_overlap"

    def __init__(self, index: int = 0) -> None:
        super().__init__(_("This window overlaps another one on the same day."), field=f"windows.{index}.start_time")


class TimeOffOverlap(Conflict):
    """Somebody is away on some of these days already."""

    default_code = "time_off_overlaps"

    def __init__(self, name: str, first: date | None = None, last: date | None = None) -> None:
        if first is None or last is None:
            sentence = _("%(name)s is already away on some of these days.") % {"name": name}
        else:
            sentence = _(
                "%(name)s is already away from %(first)s to %(last)s. Remove that time off first, or choose other days."
            ) % {"name": name, "first": date_format(first, "j F Y"), "last": date_format(last, "j F Y")}
        super().__init__(sentence, field="first_date")


class TimeOffGone(Conflict):
    """The body names a time off that this instructor does not have."""

    default_code = "unknown"

    def __init__(self) -> None:
        super().__init__(_("This time off doesn't exist. Reload the page."), field="time_off_id")
