"""The manifest of a submission: what it holds, with a checksum for each file, signed by the newest key.

It is text that a stranger reads and verifies with `openssl` and `sha256sum` alone (docs/submissions.md). `checksums`
has the lines that `sha256sum --check` takes.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
from django.core.files.storage import default_storage

from muster.certificates.badges import is_signed, public_pem, sign_bytes
from muster.core.site import link_to
from muster.institutions.access import Actor
from muster.submissions.models import Submission, SubmissionResource

FORMAT = "muster-submission-1"
# What a stranger runs, as docs/submissions.md has it.
COMMANDS = (
    "curl --fail --silent --show-error --output institution.pem "
    '"$(grep -oE '
    r"""'https?://[^"]+/key\.pem' manifest.json)" """.strip(),
    "openssl dgst -sha256 -verify institution.pem -signature manifest.json.sig manifest.json",
    """grep -oE '[0-9a-f]{64}  [^"]+' manifest.json | sha256sum --check --strict""",
)
MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.json.sig", "key.pem"


def signed_manifest(
    submission: Submission, resources: Sequence[SubmissionResource], *, by: Actor, at: datetime
) -> tuple[str, str, str]:
    """The manifest of files that were written, its signature in hexadecimal, and the thumbprint of the key."""
    key_id, _signature = sign_bytes(b"")
    text = _manifest(submission, resources, by, at, key_id)
    signed_by, signature = sign_bytes(text.encode())
    if signed_by != key_id:
        # The keys were rotated in between.
        return signed_manifest(submission, resources, by=by, at=at)
    return text, signature.hex(), key_id


def _manifest(
    submission: Submission, resources: Sequence[SubmissionResource], by: Actor, at: datetime, key_id: str
) -> str:
    institution, regulator, replaced = submission.institution, submission.regulator, submission.replaces
    content = {
        "format": FORMAT,
        "submission": {
            "id": str(submission.pk),
            "title": submission.title,
            "submitted_at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "submitted_by": by.history_name,
            "replaces": str(replaced.pk) if replaced else None,
        },
        "institution": {"id": str(institution.pk), "name": institution.name},
        "regulator": regulator.full_name if regulator else None,
        "files": [_file_entry(one) for one in resources],
        "checksums": [f"{one.file_digest}  {one.file_name}" for one in resources],
        "signature": {
            "file": SIGNATURE,
            "algorithm": "ECDSA with P-256 and SHA-256, in DER",
            "key": link_to("badge-key-pem", key_id=key_id),
        },
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _file_entry(one: SubmissionResource) -> dict[str, object]:
    return {
        "name": one.file_name,
        "type": one.type,
        "template": one.template.name if one.template else None,
        "batch": {"id": str(one.batch_id), "code": one.batch.code, "name": one.batch.name},
        "from": one.from_date,
        "to": one.to_date,
        "rows": one.row_count,
        "size": one.file_size,
        "media_type": one.media_type,
        "sha256": one.file_digest,
    }


def is_genuine(submission: Submission) -> bool:
    """Whether the manifest is still what was signed."""
    return is_signed(submission.manifest.encode(), bytes.fromhex(submission.signature), submission.key_id)


def is_unchanged(resource: SubmissionResource) -> bool:
    """Whether the file on the disk still has its checksum; not where it is gone."""
    try:
        with default_storage.open(resource.file) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == resource.file_digest
    except OSError:
        return False


def archive_of(submission: Submission, resources: Sequence[SubmissionResource]) -> bytes:
    """Everything in one ZIP: the files, the manifest, its signature and the key."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, submission.manifest)
        archive.writestr(SIGNATURE, bytes.fromhex(submission.signature))
        archive.writestr(PUBLIC_KEY, public_pem(submission.key_id) or b"")
        for one in resources:
            with default_storage.open(one.file) as file:
                archive.writestr(one.file_name, file.read())
    return target.getvalue()
