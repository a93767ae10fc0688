"""What the database does by itself when somebody may no longer sign in."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import Trigger

# What hangs on the round ends with it, in the apps above; a later activation raises nothing back.
sign_ins_end = Trigger(
    name="sign_ins_end_with_the_account",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition(
        "((OLD.is_active AND NOT NEW.is_active) OR (OLD.is_superuser AND NOT NEW.is_superuser))"
    ),
    func="NEW.sign_in_round := OLD.sign_in_round + 1; RETURN NEW;",
)
