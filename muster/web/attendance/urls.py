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
    missing,
    my_attendance,
    offline,
    register,
    register_files,
    scans,
)

app_name = "attendance"
HERE = "institution/attendance"
SESSION = f"{HERE}/sessions/<session_id>"
urlpatterns: list[URLPattern] = [
    path(f"{HERE}/not-taken", missing.missing_register_list, name="not-taken"),
    path(f"{HERE}/not-taken/remind", missing.remind, name="remind"),
    path(HERE, daily.daily_list, name="daily"),
    path(f"{HERE}/day", daily.day_page, name="day"),
    path(f"{HERE}/calendar", calendar.calendar_page, name="calendar"),
    path(f"{HERE}/cohorts", cohorts.cohort_list, name="cohorts"),
    path(f"{HERE}/cohorts/<batch_id>", cohorts.cohort_page, name="cohort"),
    path(SESSION, register.register_page, name="register"),
    path(f"{SESSION}/lock/", locking.lock_page, name="lock"),
    path(f"{SESSION}/unlock/", locking.unlock_page, name="unlock"),
    path(f"{SESSION}/ask-to-unlock/", locking.unlock_request_page, name="ask-to-unlock"),
    path("unlock-requests/<unlock_request_id>/", locking.decide_unlock_page, name="unlock-request"),
    path(f"{SESSION}/export/", register_files.register_export, name="register-export"),
    path(f"{SESSION}/paper-register/", register_files.register_on_paper, name="register-on-paper"),
    path(f"{SESSION}/scans/", scans.scan_page, name="scans"),
    path(f"{SESSION}/scans/<scan_id>/", scans.scan_file, name="scan"),
    path(f"{SESSION}/sign-in-sheet/", register_files.register_sign_in_sheet, name="register-sign-in"),
    path(f"{HERE}/cohorts/<batch_id>/sheets/", register_files.batch_sheets, name="batch-sheets"),
    path(f"{SESSION}/learners/<enrollment_id>/evidence/", evidence.of_learner, name="learner-evidence"),
    path("attendance/mine/", my_attendance.my_attendance_page, name="mine"),
    path("attendance/records/<record_id>/evidence/", evidence.of_record, name="record-evidence"),
    path("absences/", absences.absence_list, name="absences"),
    path("absences/new/", absences.new_absence, name="absence-new"),
    path("absences/<absence_id>/", absences.absence_page, name="absence"),
    path("absences/<absence_id>/evidence/", evidence.of_absence, name="absence-evidence"),
    path("absences/<absence_id>/withdraw/", absences.withdraw_page, name="absence-withdraw"),
    path("evidence/<evidence_id>/", evidence.download_page, name="evidence"),
    path("evidence/<evidence_id>/remove/", evidence.remove_page, name="evidence-remove"),
    path("corrections/<correction_id>/", corrections.decide_page, name="correction"),
    path(f"{HERE}/offline/", offline.offline_page, name="offline"),
    path(f"{HERE}/offline/me/", offline.signed_in_person, name="offline-me"),
    # At the root, so that it reaches every page: without a connection people begin at the address they know.
    path("register-worker.js", offline.service_worker, name="worker"),
]
