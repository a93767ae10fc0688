"""The pages of batches."""

from django.urls import URLPattern, URLResolver, path

from muster.batches.pages import archive, batch, edit, history, instructors, schedule, students, suggested
from muster.batches.pages import list as lists

app_name = "batches"
urlpatterns: list[URLPattern | URLResolver] = [
    path("batches/", lists.batch_list, name="list"),
    path("batches/new/", edit.new_batch, name="new"),
    path("batches/new/copy/", edit.copy_batch, name="copy"),
    path("batches/check/", edit.check_batch, name="check"),
    path("batches/deleted/", lists.deleted_list, name="deleted"),
    path("batches/<uuid:batch_id>/", batch.overview, name="batch"),
    path("batches/<uuid:batch_id>/edit/", edit.edit_batch, name="edit"),
    path("batches/<uuid:batch_id>/students/", students.roster, name="students"),
    path("batches/<uuid:batch_id>/schedule/", schedule.week, name="schedule"),
    path("batches/<uuid:batch_id>/instructors/", instructors.staff, name="instructors"),
    path("batches/<uuid:batch_id>/instructors/suggested/", suggested.suggested, name="suggested"),
    path("batches/<uuid:batch_id>/instructors/assign/", instructors.assign, name="assign"),
    path("batches/<uuid:batch_id>/instructors/<uuid:assignment_id>/end/", instructors.end, name="end-assignment"),
    path("batches/<uuid:batch_id>/history/", history.history, name="history"),
    path("batches/<uuid:batch_id>/archive/", archive.archive, name="archive"),
    path("batches/<uuid:batch_id>/unarchive/", archive.unarchive, name="unarchive"),
    path("batches/<uuid:batch_id>/restore/", archive.restore, name="restore"),
    path("batches/<uuid:batch_id>/auto-rollover/", archive.auto_rollover, name="auto-rollover"),
]
