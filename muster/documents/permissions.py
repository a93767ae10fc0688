"""Who may see and change the templates of documents."""

from __future__ import annotations

from muster.core.permissions import Access
from muster.documents.models import DocumentTemplate
from muster.institutions.access import ADMINS

templates = Access(DocumentTemplate, {"list": ADMINS, "see": ADMINS, "change": ADMINS})
