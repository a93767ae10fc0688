"""How submissions read in histories."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.audit import HistoryEvent, HistoryLine, changed_columns, describe, name_use_cases
from muster.submissions.models import Submission, SubmissionLook, SubmissionResource

name_use_cases(
    {
        "draft_submission": gettext_lazy("began a submission"),
        "change_submission": gettext_lazy("changed a submission"),
        "delete_submission": gettext_lazy("deleted the draft of a submission"),
        "submit_submission": gettext_lazy("handed in a submission"),
        "open_submission": gettext_lazy("opened a submission"),
        "receive_submission": gettext_lazy("received a submission"),
        "withdraw_submission": gettext_lazy("withdrew a submission"),
    }
)
STATES = dict(Submission.Status.choices)
TYPES = dict(SubmissionResource.Type.choices)


def _submission(event: HistoryEvent) -> Iterable[HistoryLine]:
    if event.label == "insert":
        yield HistoryLine(_("Draft created: %(title)s") % {"title": event.row["title"]}, "add", "file", "", "")
    elif event.label == "delete":
        yield HistoryLine(_("Draft deleted: %(title)s") % {"title": event.row["title"]}, "remove", "file", "", "")
    elif event.changed("status"):
        yield HistoryLine(str(STATES[event.row["status"]]), "move", "file", "", "")
    else:
        yield from changed_columns(event, ("title", "regulator_id"))


def _resource(event: HistoryEvent) -> Iterable[HistoryLine]:
    words = f"{TYPES[event.row['type']]}, {event.row['from_date']} – {event.row['to_date']}"
    if event.label == "insert":
        yield HistoryLine(_("Added: %(what)s") % {"what": words}, "add", "file", "", words)
    elif event.label == "delete":
        yield HistoryLine(_("Removed: %(what)s") % {"what": words}, "remove", "file", words, "")
    elif event.changed("file_digest"):
        text = _("Frozen: %(name)s, SHA-256 %(digest)s…")
        yield HistoryLine(
            text % {"name": event.row["file_name"], "digest": event.row["file_digest"][:16]}, "move", "file", "", ""
        )


def _look(event: HistoryEvent) -> Iterable[HistoryLine]:
    if name := event.row["file_name"]:
        file = {"file": name}
        yield HistoryLine(_("File opened: %(file)s") % file, "look", alone=_("opened %(file)s") % file)
    else:
        yield HistoryLine(_("Submission opened"), "look", alone=_("opened a submission"))


describe(Submission, _submission)
describe(SubmissionResource, _resource)
describe(SubmissionLook, _look)
