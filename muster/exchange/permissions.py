"""Who may import."""

from __future__ import annotations

from muster.core.permissions import Access
from muster.exchange.models import ImportRun
from muster.institutions.access import ADMINS

imports = Access(ImportRun, {"see": ADMINS, "change": ADMINS})
