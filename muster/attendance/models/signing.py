"""What makes a register valid on its own: who signed it, and the sheet that was signed by hand."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from muster.attendance import triggers
from muster.attendance.models.absences import doer
from muster.core.files import MEDIA_TYPES
from muster.core.history import tracked
from muster.core.ids import new_id
from muster.core.ownership import only_added_to
from muster.core.text import Line, Lines
from muster.institutions.models import of_institution, one_key, owned_key, same_institution
from muster.timetable.models import ClassSession


@only_added_to
@tracked(part_of="session")
class RegisterSignature(models.Model):
    """An instructor signed a register when locking it. Only ever added to.

    It stands while the register is locked as it was signed (`signed_at` is when it was locked): unlocking voids it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    institution = of_institution()
    session = owned_key(ClassSession, related_name="signatures", db_index=False)
    signed_by = doer(db_index=False)
    name = Line(_("name"), max_length=150)
    statement = Lines(_("statement"))
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints: ClassVar = [
            same_institution("register_signature", "session", "timetable.ClassSession"),
            models.UniqueConstraint(fields=["session", "signed_at"], name="one_signature_for_each_lock"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(statement=""), name="signature_says_who_and_what"),
        ]
        triggers: ClassVar = [
            triggers.archived_signature_is_frozen,
            triggers.signature_is_of_who_locked,
            triggers.signature_is_only_added_to,
        ]
        ordering: ClassVar = ["-signed_at"]

    def __str__(self) -> str:
        return f"{self.name} {self.signed_at}"


@only_added_to
@tracked(exclude=("file_size", "media_type"), part_of="session")
class RegisterScan(models.Model):
    """The sheet of a register that was signed on paper, scanned. The latest counts; the others stay. Only added to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    institution = of_institution()
    session = owned_key(ClassSession, related_name="scans")
    file = models.FileField(_("file"), upload_to="scans/", max_length=100)
    file_name = Line(_("file name"), max_length=100)
    file_size = models.PositiveIntegerField()
    file_digest = models.CharField(max_length=64)
    media_type = models.CharField(max_length=40)
    added_by = doer(db_index=False)

    class Meta:
        verbose_name = _("signed sheet")
        verbose_name_plural = _("signed sheets")
        constraints: ClassVar = [
            one_key("register_scan"),
            same_institution("register_scan", "session", "timetable.ClassSession"),
            models.CheckConstraint(condition=Q(media_type__in=MEDIA_TYPES), name="scan_is_a_document_or_a_picture"),
        ]
        triggers: ClassVar = [triggers.archived_scan_is_frozen, triggers.scan_is_only_added_to]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.file_name
