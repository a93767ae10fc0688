"""How erasures, consents and looks at archives read in histories."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from muster.core.audit import HistoryEvent, HistoryLine, describe, name_use_cases
from muster.privacy.models import ArchiveLook


def _look(event: HistoryEvent) -> Iterable[HistoryLine]:
    person = {"name": event.names.of(event.row["person_id"])}
    text = gettext("Archive taken: %(name)s") % person
    yield HistoryLine(text, "look", alone=gettext("took the archive of %(name)s") % person)


describe(ArchiveLook, _look)
name_use_cases(
    {
        "erase_person": _("erased a person"),
        "run_retention": _("erased what is no longer kept"),
        "take_archive": _("took the archive of a person"),
        "write_consent": _("wrote a consent text"),
        "close_consent": _("closed a consent"),
        "reopen_consent": _("reopened a consent"),
    }
)
