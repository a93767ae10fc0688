"""The pages of absences, evidence and corrections."""

from django.urls import URLPattern, path

from muster.attendance.pages import absences, corrections, evidence, mine

absence_pages: list[URLPattern] = [
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
]
