"""The pages of assessments."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from muster.web.assessment import actions, assessments, sheet, statistics

app_name = "assessment"
MARKS = "batches/<uuid:batch_id>/marks/"
ONE = f"{MARKS}<uuid:assessment_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(MARKS, assessments.marks_tab, name="marks"),
    path(f"{MARKS}new/", assessments.add_page, name="add"),
    path(f"{MARKS}weights/", assessments.weights_page, name="weights"),
    path(f"{MARKS}sheet/", sheet.sheet_page, name="sheet"),
    path(f"{MARKS}sheet/export/", sheet.sheet_export, name="export"),
    path(ONE, statistics.statistics_page, name="assessment"),
    path(f"{ONE}edit/", assessments.edit_page, name="edit"),
    path(f"{ONE}remove/", assessments.remove_page, name="remove"),
    path(f"{ONE}publish/", actions.publish_page, name="publish"),
    path(f"{ONE}reopen/", actions.reopen_page, name="reopen"),
    path(f"{ONE}students/<uuid:enrollment_id>/comment/", actions.comment_page, name="comment"),
]
