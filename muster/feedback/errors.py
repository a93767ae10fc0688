"""Refusals around feedback."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict


class AlreadyAsked(Conflict):
    """There is an open round."""

    sentence = _("%(who)s is being asked already, until the end of %(day)s. Wait until that round closes.")
    default_code = "already_open"


class NobodyToAsk(Conflict):
    """The batch has no students, or is not running."""

    sentence = _("%(batch)s has no students to ask. Enroll students first.")
    default_code = "nobody_to_ask"
    default_field = "batch_id"


class TooFewToShow(Conflict):
    """So few are asked that nothing will ever be shown."""

    sentence = _(
        "Only %(count)d can answer, and results are shown from five answers on. Confirm that you want to ask although "
        "no one will see the answers, or wait until the batch has more students."
    )
    default_code = "too_few_to_show"
    default_field = "accept_small_group"


class RoundClosed(Conflict):
    """It takes no more answers."""

    sentence = _("This feedback round is closed, so it takes no more answers.")
    default_code = "round_closed"


class AnsweredAlready(Conflict):
    """One answer each, which nobody can find again."""

    sentence = _("You have already answered. Answers are anonymous, so yours can't be read again or changed.")
    default_code = "already_answered"


class RemindedAlready(Conflict):
    """One reminder a round."""

    sentence = _("Everyone who hadn't answered was reminded on %(day)s. There is one reminder for each round.")
    default_code = "already_reminded"
