"""The page of the audit log, and its place in the settings."""

from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from muster.institutions.permissions import audit_log
from muster.web.audit.log import audit_page
from muster.web.ui.shell import SettingsEntry, frame

urlpatterns: list[URLPattern | URLResolver] = [path("settings/audit/", audit_page, name="audit")]

frame.settings += [
    SettingsEntry(
        "audit",
        _("Audit log"),
        "history",
        "audit",
        audit_log["see"],
        _("Everything that happened, by whom and when, and who looked at private data."),
        order=100,
    )
]
