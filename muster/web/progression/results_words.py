"""Scores and outcomes in words, on the page and for its scripts."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.progression.grading import Outcome, Reason, Scheme, Verdict
from muster.progression.grading.typed import plain_number
from muster.web.ui.words import plural


def verdict_words() -> dict[str, str]:
    """The word for what came of the scores."""
    return {
        Verdict.PASSED.value: _("Passed"),
        Verdict.FAILED.value: _("Failed"),
        Verdict.MISSING.value: _("missing"),
        Verdict.WITHHELD.value: _("withheld"),
        Verdict.EXEMPT.value: _("exempt"),
    }


def reason_words(scheme: Scheme) -> dict[str, str]:
    """Why somebody fails, as it stands beside the grade."""
    return {
        Reason.ABSENT.value: _("absent"),
        Reason.BELOW_MINIMUM.value: _("below min"),
        Reason.BELOW_TOTAL.value: _("below %(percent)s%%") % {"percent": plain_number(scheme.pass_percent)},
    }


def grade_of(outcome: Outcome) -> str:
    """The grade; in words where the scheme has none."""
    graded = outcome.verdict in (Verdict.PASSED, Verdict.FAILED)
    return outcome.grade or (verdict_words()[outcome.verdict] if graded else "")


def why_of(scheme: Scheme, outcome: Outcome) -> str:
    """What stands beside the grade, or in its place."""
    if outcome.verdict in (Verdict.MISSING, Verdict.WITHHELD, Verdict.EXEMPT):
        return verdict_words()[outcome.verdict]
    if outcome.reasons:
        return reason_words(scheme)[outcome.reasons[0]]
    return _("+%(marks)s grace") % {"marks": plain_number(outcome.grace)} if outcome.grace else ""


def words_of_the_sheet() -> dict[str, str | dict[str, str]]:
    """Each sentence of the scripts by its key; {gaps} are filled by them."""
    return {
        "refused": plural("{n} score was refused.", "{n} scores were refused."),
        "offline_keep": _("Offline. Keep typing."),
        "offline_wait": plural(
            "{n} score is saved on this device and will be sent later.",
            "{n} scores are saved on this device and will be sent later.",
        ),
        "offline_none": _("Scores are saved on this device and will be sent later."),
        "later": _("The server is busy. Keep typing."),
        "signed_out_wait": plural(
            "{n} score is saved on this device until you sign in again.",
            "{n} scores are saved on this device until you sign in again.",
        ),
        "lock_waits": _("Some scores aren't saved yet. Publish the results once they are."),
        "newcomers": plural("{n} student has joined this sheet.", "{n} students have joined this sheet."),
        "published_elsewhere": plural("{n} result is published now.", "{n} results are published now."),
        "grace": _("+{n} grace"),
        "over": _("over {most}"),
        "not_a_score": _("not a score"),
        "decimals": _("up to two decimals"),
        "published": _("published"),
        "working": "…",
        "below_minimum_of": _("below the minimum of {least}"),
        "wrong": _("{name}, {part}: {problem}. Not saved."),
        "undone_scores": plural("Undone: {n} score.", "Undone: {n} scores."),
        "overtaken_score": _("{name}, {part}: a newer score, {value}, was entered elsewhere and was kept."),
        "refused_score": _("Not saved: {value}. {reason}"),
        "publish": _("Publish {n} of {total}"),
        "pasted": plural("Pasted {n} score", "Pasted {n} scores"),
        "pasted_of": _("{n} new, {changed} changed, {same} the same. Nothing is saved yet."),
        "pasted_refused": plural("{n} can't be used: {why}.", "{n} can't be used: {why}."),
        "pasted_unknown": plural("{n} row matches no student: {who}.", "{n} rows match no student: {who}."),
        "pasted_beyond": plural("{n} score falls outside the sheet.", "{n} scores fall outside the sheet."),
        "pasted_matched": _("Matched by student number or name."),
        "match": _("Match by student number"),
        "match_cell": _("Fill from the selected cell instead"),
        "paste_save": plural("Save {n} score", "Save {n} scores"),
        "paste_none": _("Nothing to save"),
        "paste_discard": _("Discard"),
        "new": _("new"),
        "changes": _("changes the saved {old}"),
        "at": _("{no} of {total}, {name}"),
    }
