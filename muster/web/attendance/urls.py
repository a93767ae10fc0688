"""The pages of registers, absences, evidence and corrections."""

from django.urls import URLPattern, path

from muster.web.attendance import (
    absences,
    calendar,
    cohorts,
    corrections,
    daily,
    evidence,
    locking,
    mine,
    missing,
    offline,
    register,
    sheets,
)

app_name = "attendance"
urlpatterns: list[URLPattern] = [
    path("institution/attendance/not-taken", missing.listed, name="not-taken"),
    path("institution/attendance", daily.listed, name="daily"),
    path("institution/attendance/day", daily.day, name="day"),
    path("institution/attendance/calendar", calendar.calendar, name="calendar"),
    path("institution/attendance/cohorts", cohorts.listed, name="cohorts"),
    path("institution/attendance/cohorts/<batch_id>", cohorts.one, name="cohort"),
    path("institution/attendance/sessions/<session_id>", register.register, name="register"),
    path("institution/attendance/sessions/<session_id>/lock/", locking.lock, name="lock"),
    path("institution/attendance/sessions/<session_id>/unlock/", locking.unlock, name="unlock"),
    path("institution/attendance/sessions/<session_id>/ask-to-unlock/", locking.ask, name="ask-to-unlock"),
    path("institution/attendance/sessions/<session_id>/export/", sheets.register_export, name="register-export"),
    path(
        "institution/attendance/sessions/<session_id>/sign-in-sheet/",
        sheets.register_sign_in_sheet,
        name="register-sign-in",
    ),
    path("institution/attendance/cohorts/<batch_id>/sheets/", sheets.batch_sheets, name="batch-sheets"),
    path(
        "institution/attendance/sessions/<session_id>/learners/<enrollment_id>/evidence/",
        evidence.of_learner,
        name="learner-evidence",
    ),
    path("attendance/mine/", mine.mine, name="mine"),
    path("attendance/records/<record_id>/evidence/", evidence.of_record, name="record-evidence"),
    path("absences/", absences.absence_list, name="absences"),
    path("absences/new/", absences.new, name="absence-new"),
    path("absences/<absence_id>/", absences.absence, name="absence"),
    path("absences/<absence_id>/evidence/", evidence.of_absence, name="absence-evidence"),
    path("absences/<absence_id>/withdraw/", absences.withdraw, name="absence-withdraw"),
    path("evidence/<evidence_id>/", evidence.download, name="evidence"),
    path("evidence/<evidence_id>/remove/", evidence.remove, name="evidence-remove"),
    path("corrections/<correction_id>/", corrections.decide, name="correction"),
    path("institution/attendance/offline/", offline.offline, name="offline"),
    path("institution/attendance/offline/me/", offline.me, name="offline-me"),
    # At the root, so that it reaches every page: without a connection people begin at the address they know.
    path("register-worker.js", offline.worker, name="worker"),
]
