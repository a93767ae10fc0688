"""Everything about one person as a ZIP: a JSON file of each kind, and the person's files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.attendance.models import Evidence
from muster.certificates.models import Certificate
from muster.certificates.paper import certificate_pdf
from muster.certificates.queries import certificates_in_full
from muster.core.files.downloads import PRIVATE, Download
from muster.core.models import AuditEntry
from muster.core.printing import NotPrinted
from muster.institutions.access import Actor
from muster.privacy.personal import HELD

CHUNK, ROWS_AT_ONCE = 1 << 16, 500


def archive_of(actor: Actor, person: User) -> Download:
    """The archive, written to a file of its own on the disk, so that its size takes no memory.

    Who takes their own gets what is theirs to read; administrators get notes and flags too.
    """
    own = not actor.is_admin
    file = TemporaryFile()  # noqa: SIM115 - closed once it was sent
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", _readme(actor, person, own=own))
            for name, rows in _kinds(person, own=own):
                _write_rows(archive, f"{name}.json", rows)
            for path, parts in _files(person):
                with archive.open(path, "w") as entry:
                    for part in parts:
                        entry.write(part)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    return Download("personal-data.zip", "application/zip", _parts(file), {**PRIVATE, "Content-Length": str(size)})


def _readme(actor: Actor, person: User, *, own: bool) -> str:
    lines = [
        _("Everything that %(institution)s keeps about %(name)s in Muster, on %(date)s.")
        % {"institution": actor.institution.name, "name": person.full_name, "date": actor.today().isoformat()},
        _("Each file holds one kind of record as JSON. Kinds with no records are skipped. Times are in UTC."),
    ]
    if own:
        lines.append(
            _("Staff notes, private mentoring notes and unpublished marks are not included. Ask an administrator.")
        )
    return "\n\n".join(lines) + "\n"


def _kinds(person: User, *, own: bool) -> Iterator[tuple[str, Iterable[Any]]]:
    for held in HELD:
        if not (own and held.confidential):
            yield held.name, held.rows(person, own=own).iterator(ROWS_AT_ONCE)
    yield "changes", _entries(person, "at", "before", "after", "use_case", row_id=person.pk)
    # What they did, and not to whom: that is somebody else's.
    yield "actions", _entries(person, "at", "use_case", "table_name", by_id=person.pk)


def _entries(person: User, *columns: str, **where: Any) -> Iterator[Any]:
    """Of the log, their institution's entries, then those of no institution; each in the order of an index, or the
    database would go through everybody's."""
    for owner in (person.home, None):
        entries = AuditEntry.objects.filter(owner_id=owner, **where).order_by("at", "pk")
        yield from entries.values(*columns).iterator(ROWS_AT_ONCE)


def _write_rows(archive: zipfile.ZipFile, name: str, rows: Iterable[Any]) -> None:
    found = iter(rows)
    row = next(found, None)
    if row is None:
        return
    with archive.open(name, "w") as entry:
        before = "[\n"
        while row is not None:
            entry.write((before + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)).encode())
            before, row = ",\n", next(found, None)
        entry.write(b"\n]\n")


def _files(person: User) -> Iterator[tuple[str, Iterable[bytes]]]:
    photo: str = person.photo.name or ""
    if photo and default_storage.exists(photo):
        yield f"files/photo.{'png' if photo.endswith('.png') else 'jpg'}", _stored_parts(photo)
    theirs = Q(record__enrollment__student=person) | Q(notice__student=person)
    for number, one in enumerate(Evidence.objects.kept().filter(theirs, institution=person.home).order_by("pk"), 1):
        name: str = one.file.name or ""
        if default_storage.exists(name):
            yield f"files/evidence/{number}-{one.file_name}", _stored_parts(name)
    certificates = Certificate.objects.filter(enrollment__student=person, institution=person.home)
    for certificate in certificates_in_full(certificates).order_by("pk"):
        try:
            paper = certificate_pdf(certificate)
        except NotPrinted:
            # What it says stands under documents.
            continue
        yield f"files/certificates/{paper.name}", (part for part in paper.content if isinstance(part, bytes))


def _stored_parts(name: str) -> Iterator[bytes]:
    with default_storage.open(name) as file:
        yield from file.chunks(CHUNK)


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(CHUNK):
            yield part
