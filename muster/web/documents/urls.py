"""The page that verifies a document, and the templates of documents in the settings."""

from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from muster.documents.permissions import templates
from muster.web.documents import verify, workbooks
from muster.web.ui.shell import SettingsEntry, frame

urlpatterns: list[URLPattern | URLResolver] = [
    path("verify/", verify.verify_form, name="verify-form"),
    path("verify/<serial>/", verify.verify_page, name="verify"),
    path("settings/documents/", workbooks.template_list, name="document-templates"),
    path("settings/documents/<document_kind>/", workbooks.template_file, name="document-template"),
    path("settings/documents/<document_kind>/new/", workbooks.upload_page, name="document-template-new"),
    path("settings/documents/<document_kind>/remove/", workbooks.remove_page, name="document-template-remove"),
]

frame.settings += [
    SettingsEntry(
        "document-templates",
        _("Document templates"),
        "file",
        "document-templates",
        templates["change"],
        _("Your own workbooks for semester sheets and transcripts."),
        47,
    )
]
