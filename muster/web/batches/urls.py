"""The pages of batches."""

from django.urls import URLPattern, URLResolver, path

from muster.web.batches import (
    archive,
    batch,
    edit,
    feeds,
    history,
    instructors,
    schedule,
    sessions,
    students,
    suggestions,
    waitlist,
    years,
)
from muster.web.batches import list as lists

app_name = "batches"
urlpatterns: list[URLPattern | URLResolver] = [
    path("batches/", lists.batch_list, name="list"),
    path("batches/new/", edit.new_batch, name="new"),
    path("batches/new/copy/", edit.copy_batch, name="copy"),
    path("batches/check/", edit.check_batch, name="check"),
    path("batches/deleted/", lists.deleted_list, name="deleted"),
    path("batches/archive/", archive.archive_many, name="archive-many"),
    path("batches/unarchive/", archive.unarchive_many, name="unarchive-many"),
    path("batches/<uuid:batch_id>/", batch.overview_page, name="batch"),
    path("batches/<uuid:batch_id>/edit/", edit.edit_batch, name="edit"),
    path("batches/<uuid:batch_id>/students/", students.roster_page, name="students"),
    path("batches/<uuid:batch_id>/waitlist/", waitlist.waitlist_page, name="waitlist"),
    path("batches/<uuid:batch_id>/schedule/", schedule.schedule_page, name="schedule"),
    path("batches/<uuid:batch_id>/sessions/new/", sessions.add_page, name="add-session"),
    path("calendar/links/", feeds.feed_list, name="feeds"),
    path("calendar/links/<uuid:feed_id>/revoke/", feeds.revoke_page, name="revoke-feed"),
    path("calendar/<str:secret>.ics", feeds.feed_file, name="feed"),
    path("sessions/<uuid:session_id>/change/", sessions.change_page, name="change-session"),
    path("sessions/<uuid:session_id>/cancel/", sessions.cancel_page, name="cancel-session"),
    path("sessions/<uuid:session_id>/restore/", sessions.restore_page, name="restore-session"),
    path("batches/<uuid:batch_id>/instructors/", instructors.instructor_list, name="instructors"),
    path("batches/<uuid:batch_id>/instructors/suggested/", suggestions.suggestion_list, name="suggested"),
    path("batches/<uuid:batch_id>/instructors/assign/", instructors.assign_page, name="assign"),
    path("batches/<uuid:batch_id>/instructors/<uuid:assignment_id>/end/", instructors.end_page, name="end-assignment"),
    path("batches/<uuid:batch_id>/history/", history.history_page, name="history"),
    path("batches/<uuid:batch_id>/archive/", archive.archive_page, name="archive"),
    path("batches/<uuid:batch_id>/unarchive/", archive.unarchive_page, name="unarchive"),
    path("batches/<uuid:batch_id>/auto-rollover/", years.auto_rollover, name="auto-rollover"),
]
