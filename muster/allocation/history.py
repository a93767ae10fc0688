"""What the use cases of allocation are called in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "assign_student": _("assigned a mentor"),
        "unassign_student": _("ended a mentor's assignment"),
        "propose_plan": _("started a staffing plan"),
        "work_out_plan": _("computed a staffing plan"),
        "change_plan_item": _("changed a proposal"),
        "apply_plan": _("applied a staffing plan"),
        "ask_for_cover": _("requested cover"),
        "answer_cover": _("answered a cover request"),
        "fill_cover": _("arranged cover"),
        "reopen_cover": _("reopened a cover request"),
        "decline_cover": _("declined a cover request"),
        "withdraw_cover": _("withdrew a cover request"),
    }
)
