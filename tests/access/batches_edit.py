"""The form that opens and edits a batch, its live check, and what it copies from."""

from tests.access.cases import ADMINS, MANAGERS, Case

CASES = [
    Case("GET /batches/new/", own=MANAGERS),
    Case("POST /batches/new/", own=MANAGERS),
    Case("GET /batches/new/copy/", own=MANAGERS),
    Case("POST /batches/new/copy/", own=MANAGERS),
    Case("POST /batches/check/", own=MANAGERS),
    Case("GET /batches/{batch_id}/edit/", own=MANAGERS, sibling=ADMINS),
    Case("POST /batches/{batch_id}/edit/", own=MANAGERS, sibling=ADMINS),
]
