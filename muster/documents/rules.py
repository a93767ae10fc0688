"""Handing out documents, ending them, and the templates they are filled into."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import orjson
from django.core.files.base import File
from django.utils import timezone
from django.utils.formats import date_format

from muster.accounts.models import User
from muster.core.database import atomic, lock_word
from muster.core.files import read_whole
from muster.core.files.names import clean_name
from muster.core.history import recorded
from muster.core.text import clean_lines
from muster.documents.errors import AlreadyEnded, NoPlaceholders, NoReason, NotOfThatDay, UnknownPlaceholders
from muster.documents.filling import placeholders_in
from muster.documents.kinds import document_kind
from muster.documents.models import DocumentTemplate, IssuedDocument
from muster.institutions.access import Actor
from muster.institutions.models import zone_of

LARGEST_TEMPLATE = 1024 * 1024


@dataclass(frozen=True)
class DocumentDraft:
    """What a document would say. Of a `series`, which names everything that sets it apart, one document is valid."""

    kind: str
    holder: User
    series: Sequence[object]
    about: Collection[UUID]
    content: Mapping[str, Any]


def hold_documents(by: Actor) -> None:
    """Lock the institution's documents until the transaction ends.

    Who writes a draft holds them before reading what it rests on: what is corrected meanwhile ends the document.
    """
    lock_word("documents", by.owner_id)


@atomic
def issue_documents(*, by: Actor, drafts: Sequence[DocumentDraft]) -> list[IssuedDocument]:
    """Hand out a document for each draft: the one that is valid where it says the same, else a new one after it.

    Locks the institution's documents, which are numbered.
    """
    hold_documents(by)
    keys = [_digest([draft.kind, draft.holder.pk, *draft.series]) for draft in drafts]
    rows = IssuedDocument.objects.filter(institution=by.institution, series__in=keys, ended_at__isnull=True)
    valid = {row.series: row for row in rows.select_related("institution", "holder")}
    made, replaced = list[IssuedDocument](), list[UUID]()
    for key, draft in zip(keys, drafts, strict=True):
        digest, before = _digest(draft.content), valid.get(key)
        if before is not None and before.digest == digest:
            continue
        if before is not None:
            replaced.append(before.pk)
        valid[key] = IssuedDocument(
            institution=by.institution,
            kind=draft.kind,
            holder=draft.holder,
            series=key,
            digest=digest,
            about=sorted(draft.about),
            content=dict(draft.content),
            issued_by=by.user,
        )
        made.append(valid[key])
    with recorded(by, "issue_documents"):
        _end(IssuedDocument.objects.filter(pk__in=replaced), IssuedDocument.Ending.SUPERSEDED)
        IssuedDocument.objects.bulk_create(made)
    numbers = dict(IssuedDocument.objects.filter(pk__in=[row.pk for row in made]).values_list("pk", "number"))
    for row in made:
        row.number = numbers[row.pk]
    return [valid[key] for key in keys]


@atomic
def supersede_documents(*, by: Actor, about: Collection[UUID]) -> int:
    """End whatever rests on one of these rows, which say something else now. Answers how many there were."""
    hold_documents(by)
    rows = IssuedDocument.objects.filter(institution=by.institution, about__overlap=list(about), ended_at__isnull=True)
    with recorded(by, "supersede_documents"):
        return _end(rows, IssuedDocument.Ending.SUPERSEDED)


@atomic
def revoke_document(*, by: Actor, document: IssuedDocument, reason: str, on: date | None = None) -> IssuedDocument:
    """End a document that should not have been handed out, on this day or today; it says so to whoever verifies it.

    Locks the institution's documents. Raises AlreadyEnded, NotOfThatDay, NoReason.
    """
    hold_documents(by)
    document = IssuedDocument.objects.select_related("institution", "holder").get(pk=document.pk)
    zone, now, reason = zone_of(document.institution, None), timezone.now(), clean_lines(reason)
    issued, today = document.created_at.astimezone(zone).date(), now.astimezone(zone).date()
    if document.ended_at is not None:
        raise AlreadyEnded(serial=document.serial, ending=str(document.get_ending_display()).lower())
    if not reason:
        raise NoReason
    if on is not None and not issued <= on <= today:
        raise NotOfThatDay(issued=date_format(issued, "j F Y"))
    document.ended_at = now if on in (None, today) else datetime.combine(on, time(23, 59), zone)
    document.ending, document.ending_reason = IssuedDocument.Ending.REVOKED, reason
    with recorded(by, "revoke_document", reason=reason):
        document.save(update_fields=["ended_at", "ending", "ending_reason", "updated_at"])
    return document


def _end(rows: Any, ending: IssuedDocument.Ending) -> int:
    now = timezone.now()
    ended: int = rows.update(ended_at=now, ending=ending, updated_at=now)
    return ended


def _digest(value: Any) -> str:
    """What tells whether two values say the same."""
    return hashlib.sha256(orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


@atomic
def put_template(*, by: Actor, kind: str, file: File[bytes]) -> DocumentTemplate:
    """Have documents of the kind filled into this workbook, in the place of the one before.

    Raises FileTooLarge, FileRefused, UnknownPlaceholders, NoPlaceholders.
    """
    known = document_kind(kind).placeholders
    content = read_whole(file, most=LARGEST_TEMPLATE)
    found = placeholders_in(content)
    if unknown := sorted(found - set(known)):
        raise UnknownPlaceholders(names=", ".join(f"{{{{{name}}}}}" for name in unknown[:20]))
    if not found:
        raise NoPlaceholders(example="{{" + next(iter(known)) + "}}")
    values = {"file_name": clean_name(file.name or "", "xlsx"), "content": content, "uploaded_by": by.user}
    with recorded(by, "put_template"):
        return DocumentTemplate.objects.update_or_create(institution=by.institution, kind=kind, defaults=values)[0]


@atomic
def remove_template(*, by: Actor, kind: str) -> bool:
    """Have documents of the kind filled into the built-in workbook again."""
    with recorded(by, "remove_template"):
        return bool(DocumentTemplate.objects.filter(institution=by.institution, kind=kind).delete()[0])
