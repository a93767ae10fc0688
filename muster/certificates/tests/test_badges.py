"""Open Badges: verified by a library that did not write them, revoked in a list, and keys that are rotated."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from muster.certificates.badges import certificate_badge, public_keys, rotate_keys
from muster.certificates.badges.keys import key_folder
from muster.certificates.models import Certificate
from muster.certificates.rules import issue_certificate, revoke_certificate
from muster.enrollments.rules import complete_enrollment
from muster.institutions.access import Actor
from tests.make import Campus

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not shutil.which("node") and not os.environ.get("CI"), reason="There is no Node.js here"),
]
VERIFIER = Path(__file__).with_name("verify.mjs")


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MUSTER_HOME = tmp_path
    return tmp_path


@pytest.fixture
def certificate() -> Certificate:
    campus = Campus.found("Ridgeline Institute")
    batch = campus.batch(course=campus.course(title="Welding", certificate_needs_payment=True))
    seat = campus.enroll(batch, campus.student("Ada Byron"))
    made = issue_certificate(by=campus.admin, enrollment=complete_enrollment(by=campus.admin, enrollment=seat))
    return made.certificate


def verified(token: str) -> dict[str, Any]:
    """What jose says of the token, with the keys as they are served to everyone."""
    keys = Client().get("/badges/keys/").json()["keys"]
    order = json.dumps({"token": token, "keys": keys})
    done = subprocess.run(["node", str(VERIFIER)], input=order, capture_output=True, text=True, check=True, timeout=30)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def bit_of(entry: dict[str, str]) -> int:
    """What the list that the badge names says of it, itself verified."""
    response = Client().get(path_of(entry["statusListCredential"]))
    assert response["Content-Type"] == "application/vc+jwt"
    told = verified(response.content.decode())["payload"]
    assert told["id"] == entry["statusListCredential"]
    assert told["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    subject = told["credentialSubject"]
    assert (subject["statusPurpose"], subject["encodedList"][0]) == ("revocation", "u")
    packed = subject["encodedList"][1:]
    bits = gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    assert len(bits) == 16_384
    place = int(entry["statusListIndex"])
    return bits[place // 8] >> (7 - place % 8) & 1


def test_another_library_verifies_the_badge_and_reads_what_it_says(certificate: Certificate) -> None:
    found = verified(certificate_badge(certificate))
    document, payload = certificate.document, found["payload"]
    assert payload["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert payload["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert payload["name"] == payload["credentialSubject"]["achievement"]["name"] == "Welding"
    assert payload["issuer"]["name"] == "Ridgeline Institute"
    assert (payload["iss"], payload["jti"]) == (payload["issuer"]["id"], payload["id"])
    assert payload["id"].endswith(f"/verify/{document.serial}/")
    assert payload["nbf"] == int(document.created_at.timestamp())
    assert payload["validFrom"] == f"{document.created_at:%Y-%m-%dT%H:%M:%SZ}"
    assert "vc" not in payload
    assert (found["header"]["alg"], found["header"]["typ"]) == ("ES256", "JWT")


def test_whose_it_is_stands_in_it_as_a_salted_hash_alone(certificate: Certificate) -> None:
    payload = verified(certificate_badge(certificate))["payload"]
    [identity] = payload["credentialSubject"]["identifier"]
    email = certificate.document.holder.email
    digest = hashlib.sha256(f"{email}{identity['salt']}".encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${digest}"
    assert (identity["hashed"], identity["identityType"]) == (True, "emailAddress")
    assert "Ada" not in json.dumps(payload)
    assert str(email) not in json.dumps(payload)


def test_its_issuer_and_its_key_are_there_for_everyone(certificate: Certificate) -> None:
    found = verified(certificate_badge(certificate))
    issuer = Client().get(path_of(found["payload"]["issuer"]["id"]))
    assert issuer.json() == found["payload"]["issuer"]
    key = Client().get(path_of(found["header"]["kid"]))
    assert key.json() == public_keys()[0]
    assert (issuer["Access-Control-Allow-Origin"], "d" in key.json()) == ("*", False)


def test_a_changed_badge_fails(certificate: Certificate) -> None:
    head, body, sign = certificate_badge(certificate).split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    told["name"] = "Medicine"
    forged = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    assert verified(f"{head}.{forged}.{sign}") == {"error": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"}


def test_a_revoked_one_is_in_the_list_and_others_are_not(certificate: Certificate) -> None:
    campus = Campus(Actor.system(certificate.document.institution))
    other = issue_certificate(
        by=campus.admin, enrollment=campus.enroll(certificate.enrollment.batch), exception_reason="Early"
    ).certificate
    entries = [verified(certificate_badge(one))["payload"]["credentialStatus"] for one in (certificate, other)]
    assert [bit_of(one) for one in entries] == [0, 0]
    revoke_certificate(by=campus.admin, certificate=certificate, reason="Wrong student")
    assert [bit_of(one) for one in entries] == [1, 0]


def test_what_an_old_key_signed_stays_valid_and_its_private_part_is_gone(certificate: Certificate) -> None:
    old = certificate_badge(certificate)
    made = rotate_keys()
    new = certificate_badge(certificate)
    assert verified(new)["header"]["kid"].split("/")[-2] == made
    assert verified(old)["payload"]["id"] == verified(new)["payload"]["id"]
    assert verified(old)["header"]["kid"] != verified(new)["header"]["kid"]
    private = ["d" in json.loads(file.read_text()) for file in sorted(key_folder().glob("*.json"))]
    assert private == [False, True]


def test_keys_are_their_owners_alone(certificate: Certificate, home: Path) -> None:
    certificate_badge(certificate)
    [file] = (home / "badge_keys").iterdir()
    assert [stat.S_IMODE(one.stat().st_mode) for one in (home / "badge_keys", file)] == [0o700, 0o600]


def test_what_is_not_there_is_not_found(certificate: Certificate) -> None:
    issuer = path_of(f"x://x/badges/issuers/{certificate.pk}/")
    for path in (issuer, "/badges/keys/none/", f"/badges/status/{certificate.pk}/0/"):
        assert Client().get(path).status_code == 404
