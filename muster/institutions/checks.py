"""That institutions are administered, proved on what is stored (`muster check`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from muster.core.checks import Invariant, MadeByMigration

# What migrations made beside the models.
TRIGGERS = (
    MadeByMigration("institutions_membership", "last_administrator_keeps_the_role"),
    MadeByMigration("institutions_affiliation", "last_administrator_stays"),
    MadeByMigration("accounts_user", "last_administrator_can_sign_in"),
    MadeByMigration("institutions_affiliation", "tokens_end_here"),
    MadeByMigration("accounts_user", "tokens_end_everywhere"),
)

UNADMINISTERED = """
SELECT institution.id, institution.id::text, 'Nobody who can sign in administers ' || institution.name
FROM institutions_institution AS institution
WHERE (%(owner)s::uuid IS NULL OR institution.id = %(owner)s::uuid)
AND NOT muster_is_administered(institution.id)
ORDER BY institution.id
"""

INVARIANTS = (Invariant(gettext_lazy("Every institution has an administrator who can sign in"), UNADMINISTERED),)
