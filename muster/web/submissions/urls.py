"""The pages of submissions and export templates."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.submissions import editing, export_templates, files, submissions
from muster.web.submissions.export_templates import COLUMNS, TEMPLATES

submission_pages: list[URLPattern] = [
    path("", submissions.submission_list, name="list"),
    path("new/", editing.new_submission, name="new"),
    path("<uuid:submission_id>/", submissions.submission_page, name="submission"),
    path("<uuid:submission_id>/edit/", editing.edit_submission, name="edit"),
    path("<uuid:submission_id>/items/", editing.add_items, name="add-items"),
    path("<uuid:submission_id>/contents/<uuid:submission_item_id>/remove/", editing.remove_item, name="remove-item"),
    path("<uuid:submission_id>/delete/", editing.delete_submission, name="delete"),
    path("<uuid:submission_id>/submit/", editing.submit_page, name="submit"),
    path("<uuid:submission_id>/withdraw/", editing.withdraw_page, name="withdraw"),
    path("<uuid:submission_id>/files/<file_name>", files.file_page, name="file"),
    path("<uuid:submission_id>/archive/", files.archive_page, name="archive"),
]
template_pages: list[URLPattern] = [
    *TEMPLATES.urls(""),
    *COLUMNS.urls("columns/", inside=""),
    path("examples/<example>/", export_templates.add_example, name="add-example"),
    path("<export_template_id>/", export_templates.template_page, name="template"),
    path("<export_template_id>/run/", export_templates.run_page, name="run"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("oversight/submissions/", include((submission_pages, "submissions"))),
    path("oversight/export-templates/", include((template_pages, "export-templates"))),
]
