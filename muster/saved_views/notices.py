"""What the mail of a saved view says."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.models import Notification
from muster.notifications.rules import notify
from muster.saved_views.lists import ListFacts
from muster.saved_views.models import SavedView

MAILED_VIEW = "mailed_view"


def stop_url(notice: Notification) -> str:
    """Where the reader stops the mails of the view that a notification is about."""
    return f"{reverse('views:mail', args=[notice.about])}?often=never"


register_kind(
    NotificationKind(
        MAILED_VIEW,
        gettext_lazy("My saved views"),
        frozenset(map(str, Role)),
        gettext_lazy("In the mornings you chose, with what it counts and a link."),
        in_app=False,
        stops=stop_url,
    )
)


def tell_of_view(by: Actor, reader: Actor, view: SavedView, facts: ListFacts) -> int:
    """Mail somebody what a view counts for them, and where it opens; the rows themselves stay in Muster.

    Answers how many mails there were.
    """
    if reader.user is None:
        return 0
    title = _("%(view)s: %(count)s") if facts.words else _("%(view)s: the figures of today")
    lines = [_("Saved view of %(list)s.") % {"list": view.list_title}]
    if facts.count:
        lines.append(_("Sign in to open the rows, or to export them as CSV or XLSX."))
    return notify(
        by=by,
        to=[reader.user],
        kind=MAILED_VIEW,
        title=title % {"view": view.name, "count": facts.words},
        text="\n".join(lines),
        url=reverse("views:open", args=[view.pk]),
        about=view.pk,
    )
