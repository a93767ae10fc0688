"""What the database itself keeps of documents that were handed out."""

from __future__ import annotations

import pgtrigger

from muster.core.sql import Body
from muster.core.triggers import Trigger, refusing_trigger

documents_are_numbered = Trigger(
    name="documents_are_numbered",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func=Body("documents", "documents_are_numbered"),
)
# What may change of a document: that it is no longer valid, once.
LATER = "'{ended_at,ending,ending_reason,updated_at}'::text[]"
issued_document_stays = refusing_trigger(
    "issued_document_stays",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=f"TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - {LATER} <> to_jsonb(OLD) - {LATER}",
    reason="A document that was handed out stays as it was; a newer one follows it",
)
