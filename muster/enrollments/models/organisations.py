"""Organisations that pay for seats."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.core.history import tracked
from muster.core.text import Line, Lines
from muster.institutions.models import (
    InstitutionRow,
    one_key,
    owned_key,
    person_of_institution,
)


@tracked()
class Organisation(InstitutionRow):
    """A company or another body that pays for people's seats."""

    counted = ngettext_lazy("%(count)s organization", "%(count)s organizations", "count")

    name = Line(_("name"), max_length=150)
    contact_name = Line(_("contact person"), max_length=150, blank=True)
    contact_email = models.EmailField(_("contact email"), blank=True)
    contact_phone = Line(_("contact phone"), max_length=40, blank=True)
    invoice_address = Lines(
        _("invoice address"),
        blank=True,
        validators=[MaxLengthValidator(500, _("Keep the address to %(limit_value)d characters or fewer."))],
    )
    reference = Line(_("reference"), max_length=60, blank=True)
    # Who signs in to see its people: somebody of the institution, with whatever role or with none.
    contact = owned_key(settings.AUTH_USER_MODEL, null=True, blank=True, related_name="organisations", editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints: ClassVar = [
            one_key("organisation"),
            person_of_institution("organisation", "contact"),
            models.UniqueConstraint("institution", Lower("name"), name="one_organisation_for_each_name"),
        ]
        ordering: ClassVar = ["name__plain"]

    def __str__(self) -> str:
        return self.name
