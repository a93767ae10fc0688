"""Organisations, declared once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.resources import Field, Resource
from muster.enrollments.models import Organisation
from muster.enrollments.permissions import organisations
from muster.institutions.resources import INACTIVE


class Organisations(Resource[Organisation]):
    """Companies and others that pay for people's seats. Administrators keep them; managers choose among them."""

    model, access = Organisation, organisations
    noun, plural = "organisation", "organisations"
    fields = (
        Field("name", section=_("Organization"), width="w4", listed="title", searched=True, sorted=True),
        Field("reference", help=_("For example, their order or supplier number."), width="w2", searched=True),
        Field("contact_name", section=_("Contact"), width="w3", listed="meta", searched=True, sorted=True),
        Field("contact_email", width="w3", listed="", heading=_("Email")),
        Field("contact_phone", width="w3", listed="hide", heading=_("Phone")),
        Field("invoice_address", section=_("Invoices")),
        Field("is_active", called="active", listed="status", heading=_("State")),
    )
    order = ("name",)
    search_hint = _("Name, reference or contact")
    one_of_a_kind = {
        "one_organisation_for_each_name": ("name", _("Another organization is already called %(name)s.")),
    }
    instead = _("Deactivate it instead. It keeps its people and payments, but can't be chosen anymore.")
    retirement = INACTIVE

    title, none_yet = _("Organizations"), _("No organizations yet")
    about = _("An organization is a company or another body that pays for people's seats. Add the first one.")
    add_words, delete_words = _("Add organization"), _("Delete organization")


ORGANISATIONS = Organisations()
