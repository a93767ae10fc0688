"""The pages of semesters."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from muster.web.progression import (
    electives,
    records,
    results_actions,
    results_list,
    results_sheet,
    rollover,
    rollover_runs,
    subjects,
)

app_name = "progression"
SHEET = "batches/<uuid:batch_id>/subjects/<uuid:mapping_id>/results/"
ATTEMPT = f"{SHEET}<int:attempt>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("batches/<uuid:batch_id>/subjects/", subjects.subject_list, name="subjects"),
    path("batches/<uuid:batch_id>/subjects/new/", subjects.add_page, name="add-subject"),
    path("batches/<uuid:batch_id>/subjects/copy/", subjects.copy_page, name="copy-subjects"),
    path("batches/<uuid:batch_id>/subjects/<uuid:mapping_id>/edit/", subjects.edit_page, name="edit-subject"),
    path("batches/<uuid:batch_id>/subjects/<uuid:mapping_id>/remove/", subjects.remove_page, name="remove-subject"),
    path("batches/<uuid:batch_id>/rollover/", rollover.rollover_page, name="rollover"),
    path("batches/<uuid:batch_id>/roll-over/", rollover.roll_over_page, name="roll-over"),
    path("batches/roll-over/", rollover_runs.roll_over_many, name="roll-over-many"),
    path("rollovers/runs/", rollover_runs.run_list, name="rollover-runs"),
    path("rollovers/<uuid:rollover_id>/reject/", rollover.reject_page, name="reject-rollover"),
    path("rollovers/<uuid:rollover_id>/revert/", rollover.revert_page, name="revert-rollover"),
    path("batches/<uuid:batch_id>/electives/", electives.own_electives, name="own-electives"),
    path("batches/<uuid:batch_id>/electives/new/", electives.add_group_page, name="add-electives"),
    path("batches/<uuid:batch_id>/electives/students/", electives.chooser_list, name="choosers"),
    path(
        "batches/<uuid:batch_id>/electives/students/<uuid:enrollment_id>/",
        electives.student_electives,
        name="student-electives",
    ),
    path(
        "batches/<uuid:batch_id>/electives/students/<uuid:enrollment_id>/<uuid:elective_id>/choose/",
        electives.choose_page,
        name="choose-elective",
    ),
    path(
        "batches/<uuid:batch_id>/electives/students/<uuid:enrollment_id>/<uuid:elective_id>/withdraw/",
        electives.withdraw_page,
        name="withdraw-elective",
    ),
    path("batches/<uuid:batch_id>/electives/<uuid:group_id>/edit/", electives.edit_group_page, name="edit-electives"),
    path(
        "batches/<uuid:batch_id>/electives/<uuid:group_id>/remove/",
        electives.remove_group_page,
        name="remove-electives",
    ),
    path("batches/<uuid:batch_id>/electives/<uuid:group_id>/remind/", electives.remind_page, name="remind-to-choose"),
    path("batches/<uuid:batch_id>/electives/<uuid:group_id>/missing/", electives.missing_list, name="not-chosen"),
    path("results/", results_list.sheet_list, name="results"),
    path(SHEET, results_sheet.sheet_page, name="results-sheet"),
    path(ATTEMPT, results_sheet.sheet_page, name="results-attempt"),
    path(f"{ATTEMPT}publish/", results_actions.publish_page, name="results-publish"),
    path(f"{ATTEMPT}reopen/", results_actions.reopen_page, name="results-reopen"),
    path(f"{ATTEMPT}moderate/", results_actions.moderate_page, name="results-moderate"),
    path(f"{ATTEMPT}versions/", results_actions.version_list, name="results-versions"),
    path(f"{ATTEMPT}export/", results_actions.sheet_export, name="results-export"),
    path("batches/<uuid:batch_id>/subjects/sheets/", records.batch_sheets_page, name="sheets"),
    path("students/me/record/", records.own_record, name="own-record"),
    path("students/<uuid:student_id>/record/", records.record_page, name="record"),
    path("students/<uuid:student_id>/record/transcript/", records.transcript_page, name="transcript"),
    path("students/<uuid:student_id>/record/<uuid:semester_id>/sheet/", records.sheet_page, name="sheet"),
]
