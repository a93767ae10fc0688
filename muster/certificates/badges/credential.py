"""A certificate as an Open Badge 3.0 credential, secured as a JWT whose payload is the credential (OB 3.0, 8.2).

Its `iss`, `jti` and `nbf` repeat issuer, id and validFrom. Whose it is stands in it as a salted hash.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from muster.certificates.badges.keys import sign
from muster.certificates.badges.status import status_entry
from muster.certificates.kinds import attendance_words, certified
from muster.certificates.models import Certificate
from muster.core.site import link_to
from muster.courses.models import Course
from muster.documents.queries import verify_url
from muster.institutions.models import Institution

JWT_TYPE = "application/vc+jwt"
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
# The words of OB 3.0 for what a course leads to.
ACHIEVEMENTS = {Course.Kind.DEGREE: "Degree"}


def certificate_badge(certificate: Certificate) -> str:
    """The badge of a certificate, signed by the newest key."""
    document = certificate.document
    moment, issuer = document.created_at, issuer_profile(document.institution)
    url = verify_url(document)
    payload = {
        "@context": CONTEXTS,
        "id": url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": document.content["course"]["title"],
        "issuer": issuer,
        "validFrom": xml_moment(moment),
        "credentialSubject": _subject(certificate),
        "credentialStatus": status_entry(document),
        "iss": issuer["id"],
        "jti": url,
        "nbf": int(moment.timestamp()),
    }
    return sign(payload)


def issuer_profile(institution: Institution) -> dict[str, Any]:
    """The institution as the issuer of badges."""
    url = link_to("badge-issuer", institution_id=institution.pk)
    told = {"email": institution.contact_email, "phone": institution.contact_phone}
    return {
        "id": url,
        "type": ["Profile"],
        "name": institution.name,
        "url": url,
        **{k: v for k, v in told.items() if v},
    }


def xml_moment(moment: datetime) -> str:
    """A moment as credentials say it, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _subject(certificate: Certificate) -> dict[str, Any]:
    document, seat = certificate.document, certificate.enrollment
    content = document.content
    course = seat.course or (seat.batch.course if seat.batch else None)
    came = {
        _("Attendance"): attendance_words(content),
        _("Marks"): content["marks"],
        _("Progress"): content["progress"],
    }
    achieved = [f"{term}: {value}" for term, value in came.items() if value]
    if content["results"]:
        achieved.append(_("Every subject passed"))
    return {
        "type": ["AchievementSubject"],
        "identifier": [_identity(certificate)],
        "achievement": {
            "id": f"urn:uuid:{course.pk if course else seat.batch_id}",
            "type": ["Achievement"],
            "achievementType": ACHIEVEMENTS.get(content["course"]["kind"], "CertificateOfCompletion"),
            "name": content["course"]["title"],
            "description": ", ".join(value for _term, value in certified(content).facts[1:5]),
            "criteria": {"narrative": ", ".join(achieved) or _("Completed the course.")},
        },
    }


def _identity(certificate: Certificate) -> dict[str, Any]:
    """Who it was awarded to: whoever knows the email, else the name, can compare it, and nobody else reads it."""
    document = certificate.document
    kind, word = "emailAddress", (document.holder.email or "").lower()
    if not word:
        kind, word = "name", document.content["student"]["full_name"]
    digest = hashlib.sha256(f"{word}{document.code}".encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": kind,
        "salt": document.code,
    }
