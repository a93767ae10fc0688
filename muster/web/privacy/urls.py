"""The pages of personal data: one's own, a person's, how long what is kept, and consent."""

from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _

from muster.privacy.permissions import consents, retention
from muster.web.privacy import consents as consent_pages
from muster.web.privacy import periods, person
from muster.web.ui.shell import SettingsEntry, frame

pages: list[URLPattern] = [
    path("me/data/", person.own_page, name="own"),
    path("me/data/archive/", person.own_archive, name="own-archive"),
    path("people/<uuid:user_id>/data/", person.person_page, name="person"),
    path("people/<uuid:user_id>/data/archive/", person.archive_page, name="archive"),
    path("consents/<uuid:consent_id>/answer/", person.answer_page, name="answer"),
    path("settings/retention/", periods.retention_page, name="retention"),
    path("settings/erasures/", periods.erasure_list, name="erasures"),
    path("settings/consents/", consent_pages.consent_list, name="consents"),
    path("settings/consents/new/", consent_pages.new_consent, name="consent-new"),
    path("settings/consents/<uuid:consent_id>/", consent_pages.consent_page, name="consent"),
    path("settings/consents/<uuid:consent_id>/edit/", consent_pages.edit_consent, name="consent-edit"),
    path("settings/consents/<uuid:consent_id>/close/", consent_pages.close_page, name="consent-close"),
    path("settings/consents/<uuid:consent_id>/reopen/", consent_pages.reopen_page, name="consent-reopen"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("", include((pages, "privacy")))]

frame.settings += [
    SettingsEntry(
        "consents",
        _("Consents"),
        "check",
        "privacy:consents",
        consents["change"],
        _("What students and staff are asked to agree to, and who did."),
        62,
    ),
    SettingsEntry(
        "retention",
        _("Retention"),
        "clock",
        "privacy:retention",
        retention["change"],
        _("How long personal data is kept, and what was erased."),
        64,
    ),
]
