"""What the database itself refuses around certificates."""

from __future__ import annotations

import pgtrigger

from muster.core.sql import Body
from muster.core.triggers import Trigger, refusing_trigger

certificate_fits = Trigger(
    name="certificate_fits",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func=Body("certificates", "certificate_fits"),
)
issued_certificate_stays = refusing_trigger(
    "issued_certificate_stays",
    operation=pgtrigger.Update | pgtrigger.Delete,
    # Only when it was last told of, as its document ended, is kept with it.
    when="TG_OP = 'DELETE' OR to_jsonb(NEW) - 'updated_at' <> to_jsonb(OLD) - 'updated_at'",
    reason="A certificate that was issued stays; it is revoked or replaced",
)
