"""Documents that were handed out, as they said it, and the workbooks that institutions have theirs filled into."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from muster.core.history import tracked
from muster.core.text import Line, Lines
from muster.documents import triggers
from muster.institutions.models import InstitutionPart, InstitutionRow, one_key, person_of_institution

# Letters and digits that are not taken for each other (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
BY: dict[str, Any] = {"on_delete": models.SET_NULL, "null": True, "related_name": "+", "editable": False}


def new_code() -> str:
    """A code of 50 bits that nobody guesses, so that the documents of a place are not read one after the other."""
    return "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))


@tracked(exclude=("code", "series", "digest", "about", "content"))
class IssuedDocument(InstitutionPart):
    """A document as it was handed out. It never changes; it ends when a newer one follows it, or it is revoked.

    `content` is everything it says, in plain values; its kind knows how they read. `series` is what there is one
    valid document of, `digest` tells whether it would say the same again, `about` are the rows that it rests on.
    """

    known_by = "number"

    class Ending(models.TextChoices):
        SUPERSEDED = "superseded", _("Superseded")
        REVOKED = "revoked", _("Revoked")

    kind = Line(_("kind"), max_length=30)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="issued_documents", verbose_name=_("holder")
    )
    # Counted in the institution, by the database.
    number = models.PositiveIntegerField(default=0, editable=False)
    code = Line(_("code"), max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    series = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    about = ArrayField(models.UUIDField(), default=list)
    content = models.JSONField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, **BY)
    ended_at = models.DateTimeField(null=True, editable=False)
    ending = models.CharField(_("ending"), max_length=10, choices=Ending, blank=True)
    ending_reason = Lines(_("reason"), blank=True)

    class Meta:
        constraints: ClassVar = [
            one_key("issued_document"),
            person_of_institution("issued_document", "holder"),
            models.UniqueConstraint(fields=["institution", "number"], name="one_document_for_each_number"),
            models.UniqueConstraint(
                fields=["institution", "series"],
                condition=Q(ended_at__isnull=True),
                name="one_valid_document_of_a_series",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="", ending_reason="")
                | Q(ended_at__isnull=False, ending__in=["superseded", "revoked"]),
                name="ended_document_says_how",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["about"], name="documents_by_what_they_rest_on"),
            models.Index(fields=["holder"], name="documents_of_a_holder"),
        ]
        triggers: ClassVar = [triggers.documents_are_numbered, triggers.issued_document_stays]
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.serial

    @property
    def serial(self) -> str:
        """What stands on the document and finds it again: its number, and the code."""
        half = CODE_LENGTH // 2
        return f"{self.number:06d}-{self.code[:half]}-{self.code[half:]}"

    @property
    def status(self) -> str:
        return self.ending or "valid"


@tracked(exclude=("content",))
class DocumentTemplate(InstitutionRow):
    """A workbook of the institution into which its documents of a kind are filled."""

    kind = Line(_("kind"), max_length=30)
    file_name = Line(_("file name"), max_length=100)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, **BY)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "kind"], name="one_template_for_each_kind")
        ]
        ordering: ClassVar = ["kind"]

    def __str__(self) -> str:
        return self.file_name
