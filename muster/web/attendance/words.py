"""The sentences that the scripts of the register say, in the person's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.web.ui.words import plural


def words_of_the_page() -> dict[str, str | dict[str, str]]:
    """Each sentence by its key; {gaps} are filled by the scripts."""
    return {
        "PRESENT": _("Present"),
        "ABSENT": _("Absent"),
        "LATE": _("Late"),
        "EXCUSED": _("Excused"),
        "nothing": _("not marked"),
        "saved": _("Saved"),
        "saving": _("Saving {n}"),
        "kept": _("{n} kept"),
        "offline": _("Offline"),
        "locked": _("Locked"),
        "n_refused": plural("{n} refused", "{n} refused"),
        "unsent": _("waiting to be sent"),
        "minutes": plural("{n} min", "{n} min"),
        "since": _("since {time}"),
        "left": _("{n} left"),
        "all_marked": _("All marked"),
        "mark_left": plural("Mark remaining {n} present", "Mark remaining {n} present"),
        "shown": _("{n} of {total} shown"),
        "marked": _("{name}: {mark}. {n} left."),
        "rest_marked": plural("{n} student marked present.", "{n} students marked present."),
        "undone": plural("Undone for {n} student.", "Undone for {n} students."),
        "undone_one": _("Undone. {name}: {mark}."),
        "offline_keep": _("Offline. Keep marking."),
        "offline_wait": plural(
            "{n} mark is saved on this device and will be sent later.",
            "{n} marks are saved on this device and will be sent later.",
        ),
        "offline_none": _("Marks are saved on this device and will be sent later."),
        "later": _("The server is busy. Keep marking."),
        "try_now": _("Try now"),
        "signed_out": _("You're signed out."),
        "signed_out_wait": plural(
            "{n} mark is saved on this device until you sign in again.",
            "{n} marks are saved on this device until you sign in again.",
        ),
        "sign_in": _("Sign in"),
        "somebody_else": _("Someone else is now signed in. This page belongs to {name}."),
        "somebody": _("Someone"),
        "overtaken": _("{name} marked {mark} later, at {time}. That mark was kept; yours is in the log."),
        "stood": _("{name} already marked {mark} at {time}. That mark was kept."),
        "refused": plural("{n} mark was refused.", "{n} marks were refused."),
        "refused_kept": _("Your entries are saved here."),
        "refused_row": _("Not saved: {mark}. {reason}"),
        "copy": _("Copy"),
        "copied": _("Copied."),
        "download": _("Download"),
        "send_again": _("Send again"),
        "discard": plural("Discard {n}", "Discard {n}"),
        "locked_by": _("Locked by {name}. Marks, notes and evidence can't be changed."),
        "locked_now": _("This register is locked now."),
        "lock_waits": _("Some marks aren't saved yet. Lock the register once they are."),
        "newcomers": plural("{n} student has joined this batch.", "{n} students have joined this batch."),
        "reload": _("Reload"),
        "note_needs_mark": _("Choose a mark first, then add a note."),
        "file_reason": _("Evidence sent"),
        "file_offline": _("You need a connection to add files. Mark now and add the file later."),
        "file_kept": _("{name} saved with the register."),
        "name": _("Name"),
        "mark": _("Mark"),
        "minutes_late": _("Minutes late"),
        "note": _("Note"),
        "cleared": _("cleared"),
        "time": _("Time"),
    }
