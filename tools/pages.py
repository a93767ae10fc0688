"""Every page of Muster, in one list: what `make shots` takes pictures of and what browser tests look at.

A new page joins it here, and a test fails for one that does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

NOBODY = "nobody"
# Everybody that the demo can sign in.
ROLES = (
    "admin",
    "branch-manager",
    "dept-admin",
    "instructor",
    "student",
    "corporate-student",
    "regulator",
)
MANAGERS = "admin branch-manager dept-admin"
STAFF = f"{MANAGERS} instructor"
STUDENTS = "student corporate-student"
MEMBERS = f"{STAFF} {STUDENTS}"
EVERYBODY = " ".join(ROLES)


@dataclass(frozen=True)
class Page:
    """A page, or a state of one worth looking at.

    `route` is its address as in the URL patterns, with {names} that `tools.demo_data` fills; `fill` puts another of its
    objects in the place of a name. `roles` are those who see it. `clicks` are the selectors pressed before looking.
    """

    name: str
    route: str
    roles: str
    query: str = ""
    fill: Mapping[str, str] = field(default_factory=dict)
    clicks: tuple[str, ...] = ()
    status: int = 200

    def url(self, objects: Mapping[str, str]) -> str:
        """The path and query of the page for these objects."""
        path = re.sub(r"{(\w+)}", lambda found: objects[self.fill.get(found[1], found[1])], self.route)
        query = re.sub(r"{(\w+)}", lambda found: objects[found[1]], self.query)
        return f"{path}?{query}" if query else path

    def seen_by(self, role: str) -> bool:
        return role in self.roles.split()


SAVE = "main form[method=post] [type=submit]"
BATCH = "/batches/{batch_id}/"
SESSION = "/institution/attendance/sessions/{session_id}"
REGISTER, LOCKED = {"session_id": "register_session_id"}, {"session_id": "locked_session_id"}


def another(batch: str) -> dict[str, str]:
    """The same page of another batch."""
    return {"batch_id": f"{batch}_batch_id"}


OPEN = {**another("open"), "course_id": "open_course_id"}

PAGES = [
    # --- signing in -----------------------------------------------------------------------------------------------
    Page("sign-in", "/accounts/login/", NOBODY),
    Page("sign-in-refused", "/accounts/login/", NOBODY, clicks=(SAVE,)),
    Page("sign-out", "/accounts/logout/", "admin"),
    Page("sign-in-again", "/accounts/reauthenticate/", "admin"),
    Page("password-forgotten", "/accounts/password/reset/", NOBODY),
    Page("password-mail-sent", "/accounts/password/reset/done/", NOBODY),
    Page("password-is-set", "/accounts/password/reset/key/done/", NOBODY),
    Page("password-link-used", "/accounts/password/reset/key/{uidb36}-{key}/", NOBODY, fill={"key": "used_key"}),
    Page("password-change", "/accounts/password/change/", "admin student"),
    Page("password-change-refused", "/accounts/password/change/", "admin", clicks=(SAVE,)),
    Page("inactive", "/accounts/inactive/", NOBODY),
    Page("no-sign-up", "/accounts/signup/", NOBODY),
    Page("invitation", "/accounts/invitation/{key}/", NOBODY, fill={"key": "invitation_key"}),
    Page("invitation-join", "/accounts/invitation/{key}/", NOBODY, fill={"key": "join_key"}),
    Page("new-email", "/accounts/new-email/{key}/", NOBODY, fill={"key": "new_email_key"}),
    Page("invitation-over", "/accounts/invitation/{key}/", NOBODY, fill={"key": "token_id"}, status=410),
    # --- home -----------------------------------------------------------------------------------------------------
    Page("home", "/", EVERYBODY),
    Page("search", "/search/", f"{STAFF} student", query="q=data"),
    Page("search-nothing", "/search/", "admin", query="q=zzzz"),
    # --- attendance -----------------------------------------------------------------------------------------------
    Page("not-taken", "/institution/attendance/not-taken", STAFF),
    Page("not-taken-none", "/institution/attendance/not-taken", "admin", query="q=zzzz"),
    Page("daily", "/institution/attendance", MEMBERS),
    Page("daily-none", "/institution/attendance", "admin", query="q=zzzz"),
    Page("day", "/institution/attendance/day", STAFF),
    Page("day-marked", "/institution/attendance/day", "admin instructor", query="batch={batch_id}&date={today}"),
    Page("cohorts", "/institution/attendance/cohorts", STAFF),
    Page("cohorts-none", "/institution/attendance/cohorts", "admin", query="q=zzzz"),
    Page("cohort", "/institution/attendance/cohorts/{batch_id}", STAFF),
    Page("cohort-sheets", "/institution/attendance/cohorts/{batch_id}/sheets/", STAFF),
    Page(
        "cohort-sheets-refused",
        "/institution/attendance/cohorts/{batch_id}/sheets/",
        "admin",
        query="sheet=attendance&from=2026-03-02&to=2026-02-02&format=pdf",
        status=400,
    ),
    Page("register", SESSION, STAFF, fill=REGISTER),
    Page("register-locked", SESSION, STAFF, fill=LOCKED),
    Page("register-to-come", SESSION, STAFF, fill={"session_id": "planned_session_id"}),
    Page("register-cancelled", SESSION, STAFF, fill={"session_id": "cancelled_session_id"}),
    Page("register-details", SESSION, "instructor", fill=REGISTER, clicks=(".learner .who",)),
    Page("register-lock", f"{SESSION}/lock/", STAFF, fill=REGISTER),
    Page("register-unlock", f"{SESSION}/unlock/", "admin", fill=LOCKED),
    Page("register-ask-to-unlock", f"{SESSION}/ask-to-unlock/", "instructor", fill=LOCKED),
    Page("offline", "/institution/attendance/offline/", STAFF),
    Page("absences", "/absences/", MEMBERS),
    Page("absences-none", "/absences/", "admin student", query="q=zzzz"),
    Page("absence", "/absences/{absence_id}/", f"{STAFF} student"),
    Page("absence-corrected", "/absences/{absence_id}/", "admin instructor", fill={"absence_id": "late_absence_id"}),
    Page("absence-new", "/absences/new/", "instructor student"),
    Page("absence-new-refused", "/absences/new/", "instructor student", clicks=(SAVE,)),
    Page("absence-evidence", "/absences/{absence_id}/evidence/", "student"),
    Page("absence-evidence-refused", "/absences/{absence_id}/evidence/", "student", clicks=(SAVE,)),
    Page("absence-withdraw", "/absences/{absence_id}/withdraw/", "admin student"),
    Page("evidence-remove", "/evidence/{evidence_id}/remove/", "admin student"),
    Page("learner-evidence", f"{SESSION}/learners/{{enrollment_id}}/evidence/", "instructor student", fill=LOCKED),
    Page("record-evidence", "/attendance/records/{record_id}/evidence/", "instructor student"),
    Page("my-attendance", "/attendance/mine/", STUDENTS),
    Page("requests", "/requests/", STAFF),
    Page("application", "/applications/{application_id}/", MANAGERS),
    Page("unlock-request", "/unlock-requests/{unlock_request_id}/", "admin"),
    Page("correction", "/corrections/{correction_id}/", "admin"),
    # --- batches --------------------------------------------------------------------------------------------------
    Page("batches", "/batches/", f"{STAFF} student"),
    Page("batches-filtered", "/batches/", "admin", query="status=Active&instructor=none"),
    Page("batches-in-a-phase", "/batches/", "admin", query="phase=planning"),
    Page("batches-none", "/batches/", "admin", query="q=zzzz"),
    Page("batch-new", "/batches/new/", MANAGERS),
    Page("batch-new-refused", "/batches/new/", "admin", clicks=(SAVE,)),
    Page("batch-year-new", "/batches/new/", "admin dept-admin", query="kind=academic"),
    Page("batch-copy", "/batches/new/copy/", "admin"),
    Page("batch-edit", f"{BATCH}edit/", MANAGERS),
    Page("batch-edit-year", f"{BATCH}edit/", "admin", fill=another("year")),
    Page("batches-deleted", "/batches/deleted/", MANAGERS),
    Page("batch", BATCH, f"{STAFF} student"),
    Page("batch-unstaffed", BATCH, "admin student", fill=another("open")),
    Page("batch-archived", BATCH, "admin", fill=another("archived")),
    Page("batch-completed", BATCH, "admin", fill=another("completed")),
    Page("batch-year", BATCH, "admin dept-admin", fill=another("year")),
    Page("batch-students", f"{BATCH}students/", STAFF),
    Page("batch-students-few", f"{BATCH}students/", "admin", fill=another("open")),
    Page("batch-schedule", f"{BATCH}schedule/", f"{STAFF} student"),
    Page("batch-session-new", f"{BATCH}sessions/new/", STAFF),
    Page("batch-session-new-refused", f"{BATCH}sessions/new/", "admin", query="start_time=10:00", clicks=(SAVE,)),
    Page("batch-session-change", "/sessions/{session_id}/change/", STAFF, fill={"session_id": "planned_session_id"}),
    Page(
        "batch-session-cancel",
        "/sessions/{session_id}/cancel/",
        "admin instructor",
        fill={"session_id": "planned_session_id"},
    ),
    Page(
        "batch-session-restore",
        "/sessions/{session_id}/restore/",
        "admin instructor",
        fill={"session_id": "cancelled_session_id"},
    ),
    Page("calendar", "/institution/attendance/calendar", MEMBERS),
    Page("calendar-week", "/institution/attendance/calendar", "admin instructor", query="view=week"),
    Page("calendar-day", "/institution/attendance/calendar", "instructor", query="view=day"),
    Page("calendar-list", "/institution/attendance/calendar", "admin student", query="view=list&colour=type"),
    Page("calendar-none", "/institution/attendance/calendar", "admin", query="date=2001-01-01"),
    Page("calendar-session", "/institution/attendance/calendar", "admin", query="view=week", clicks=(".cal .ev",)),
    Page("calendar-links", "/calendar/links/", MEMBERS),
    Page("calendar-links-made", "/calendar/links/", "instructor", clicks=(SAVE,)),
    Page("calendar-link-revoke", "/calendar/links/{feed_id}/revoke/", "instructor"),
    Page("batch-instructors", f"{BATCH}instructors/", STAFF),
    Page("batch-instructors-none", f"{BATCH}instructors/", "admin", fill=another("open")),
    Page("batch-suggested", f"{BATCH}instructors/suggested/", MANAGERS, fill=another("open")),
    Page("batch-assign", f"{BATCH}instructors/assign/", MANAGERS, fill=another("open")),
    Page("batch-end-assignment", f"{BATCH}instructors/{{assignment_id}}/end/", "admin"),
    Page("batch-history", f"{BATCH}history/", STAFF),
    Page("batch-archive", f"{BATCH}archive/", "admin dept-admin", fill=another("completed")),
    Page("batch-unarchive", f"{BATCH}unarchive/", "admin", fill=another("archived")),
    Page("batch-restore", f"{BATCH}restore/", "admin", fill=another("deleted")),
    Page("batch-capacity", f"{BATCH}capacity/", MANAGERS),
    Page("batch-release-spare-seats", f"{BATCH}release-spare-seats/", MANAGERS, fill=another("open")),
    Page("batch-keep-spare-seats", f"{BATCH}keep-spare-seats/", "admin", fill=another("open")),
    Page("batch-status", f"{BATCH}status/", MANAGERS),
    Page("batch-reopen", f"{BATCH}reopen/", "admin"),
    Page("batch-delete", f"{BATCH}delete/", MANAGERS),
    Page("batch-delete-refused", f"{BATCH}delete/", "admin", clicks=(SAVE,)),
    Page("enroll", f"{BATCH}students/enroll/", MANAGERS, fill=another("open")),
    Page("enroll-self", f"{BATCH}enroll/", STUDENTS, fill=another("open")),
    Page("batch-waitlist", f"{BATCH}waitlist/", MANAGERS, fill=another("offering")),
    Page("batch-waitlist-none", f"{BATCH}waitlist/", "admin", fill=another("open")),
    Page("batch-offered", BATCH, "student", fill=another("offering")),
    Page("batch-waiting", BATCH, "student", fill=another("waiting")),
    Page("waitlist-join", f"{BATCH}waitlist/join/", STUDENTS, fill=another("offering")),
    Page("waitlist-leave", "/waitlist/{place_id}/leave/", "admin student"),
    Page("waitlist-priority", "/waitlist/{place_id}/priority/", "admin"),
    Page("offer-accept", "/waitlist/{place_id}/accept/", "admin student", fill={"place_id": "offered_place_id"}),
    Page("offer-decline", "/waitlist/{place_id}/decline/", "admin student", fill={"place_id": "offered_place_id"}),
    Page("offer", "/offers/{key}/", f"{NOBODY} student", fill={"key": "offer_key"}),
    Page("offer-over", "/offers/{key}/", NOBODY, fill={"key": "token_id"}, status=410),
    Page("enrollment-hold", "/enrollments/{enrollment_id}/hold/", "admin"),
    Page("enrollment-payments", "/enrollments/{enrollment_id}/payments/", "admin student"),
    Page(
        "enrollment-resume",
        "/enrollments/{enrollment_id}/resume/",
        "admin",
        fill={"enrollment_id": "held_enrollment_id"},
    ),
    Page("enrollment-convert", "/enrollments/{enrollment_id}/convert/", "admin", fill={"enrollment_id": "trial_id"}),
    Page("study-alone", "/courses/{course_id}/study/", "student", fill={"course_id": "alone_course_id"}),
    Page("payments", "/payments/", f"{MANAGERS} student"),
    Page("payments-none", "/payments/", "admin", query="q=zzzz"),
    Page("enrollment-complete", "/enrollments/{enrollment_id}/complete/", "admin"),
    Page("enrollment-cancel", "/enrollments/{enrollment_id}/cancel/", "admin student"),
    Page("enrollments-enroll", "/enrollments/new/", "admin", query="pick={student_id}"),
    Page("enrollments-hold", "/enrollments/hold/", "admin", query="pick={enrollment_id}"),
    Page("enrollments-resume", "/enrollments/resume/", "admin", query="pick={held_enrollment_id}"),
    Page("enrollments-complete", "/enrollments/complete/", "admin", query="pick={enrollment_id}"),
    Page("enrollments-cancel", "/enrollments/cancel/", "admin", query="pick={enrollment_id}"),
    Page("transfer", "/enrollments/transfer/", "admin", query="pick={enrollment_id}"),
    Page("transfer-undo", "/enrollments/transfer/undo/", "admin", query="pick={enrollment_id}"),
    Page("transfer-ask", "/enrollments/{enrollment_id}/ask-transfer/", "student"),
    Page("transfer-decide", "/transfer-requests/{transfer_request_id}/", MANAGERS),
    Page("transfer-withdraw", "/transfer-requests/{transfer_request_id}/withdraw/", "student"),
    Page("batches-archive", "/batches/archive/", "admin", query="pick={completed_batch_id}"),
    Page("batches-unarchive", "/batches/unarchive/", "admin", query="pick={archived_batch_id}"),
    Page("batch-students-selected", f"{BATCH}students/", "admin", clicks=("[name=pick]",)),
    # --- courses --------------------------------------------------------------------------------------------------
    Page("courses", "/courses/", f"{STAFF} student"),
    Page("course-new", "/courses/new/", "admin"),
    Page("course-new-refused", "/courses/new/", "admin", clicks=(SAVE,)),
    Page("course", "/courses/{course_id}/", f"{STAFF} student"),
    Page("course-edit", "/courses/{course_id}/edit/", "admin"),
    Page("course-delete", "/courses/{course_id}/delete/", "admin"),
    Page("subject-new", "/courses/{course_id}/subjects/new/", "admin dept-admin"),
    Page("subject-edit", "/courses/subjects/{subject_id}/edit/", "admin dept-admin"),
    Page("subject-delete", "/courses/subjects/{subject_id}/delete/", "admin"),
    # --- catalogue ------------------------------------------------------------------------------------------------
    Page("catalogue", "/catalogue/", f"{STAFF} student"),
    Page("catalogue-none", "/catalogue/", "admin", query="q=zzzz"),
    Page("catalogue-public", "/catalogue/{slug}/", NOBODY),
    Page("catalogue-course", "/catalogue/{slug}/courses/{course_id}/", NOBODY, fill=OPEN),
    Page("catalogue-apply", "/catalogue/{slug}/batches/{batch_id}/apply/", NOBODY, fill=OPEN),
    Page("catalogue-apply-refused", "/catalogue/{slug}/batches/{batch_id}/apply/", NOBODY, fill=OPEN, clicks=(SAVE,)),
    Page("catalogue-applied", "/catalogue/{slug}/batches/{batch_id}/apply/", NOBODY, query="sent=1", fill=OPEN),
    # --- organisations --------------------------------------------------------------------------------------------
    Page("organisations", "/organisations/", MANAGERS),
    Page("organisation", "/organisations/{organisation_id}/", MANAGERS),
    Page("organisation-new", "/organisations/new/", "admin"),
    Page("organisation-new-refused", "/organisations/new/", "admin", clicks=(SAVE,)),
    Page("organisation-edit", "/organisations/{organisation_id}/edit/", "admin"),
    Page("organisation-delete", "/organisations/{organisation_id}/delete/", "admin"),
    Page("organisation-contact", "/organisations/{organisation_id}/contact/", "admin"),
    Page("organisation-contact-remove", "/organisations/{organisation_id}/contact/remove/", "admin"),
    # The instructor of the demo signs in for it too.
    Page("organisation-people", "/organisations/{organisation_id}/people/", MANAGERS),
    Page("organisation-own-people", "/organisation/{organisation_id}/people/", "instructor"),
    Page("organisation-own-payments", "/organisation/{organisation_id}/payments/", "instructor"),
    Page("organisation-own", "/organisation/", "instructor"),
    # --- departments ----------------------------------------------------------------------------------------------
    Page("departments", "/departments/", MEMBERS),
    Page("department", "/departments/{department_id}/", f"{STAFF} student"),
    Page("department-new", "/departments/new/", "admin"),
    Page("department-new-refused", "/departments/new/", "admin", clicks=(SAVE,)),
    Page("department-edit", "/departments/{department_id}/edit/", "admin dept-admin"),
    Page("department-delete", "/departments/{department_id}/delete/", "admin"),
    # --- people ---------------------------------------------------------------------------------------------------
    Page("students", "/students/", STAFF),
    Page("student", "/students/{student_id}/", f"{STAFF} student"),
    Page("student-notes", "/students/{student_id}/", "admin", query="show=notes"),
    Page("note-new", "/students/{student_id}/notes/new/", "instructor"),
    Page("note-new-refused", "/students/{student_id}/notes/new/", "instructor", clicks=(SAVE,)),
    Page("note", "/staff-notes/{note_id}/", "admin instructor"),
    Page("note-edit", "/staff-notes/{note_id}/edit/", "instructor"),
    Page("note-delete", "/staff-notes/{note_id}/delete/", "instructor"),
    Page("messages", "/messages/", f"{STAFF} student"),
    Page("messages-none", "/messages/", "admin", query="q=zzzz"),
    Page("message", "/messages/{message_id}/", "admin instructor student"),
    Page("message-new", "/messages/new/", "admin instructor", query="pick={student_id}"),
    Page("message-new-refused", "/messages/new/", "admin", query="pick={student_id}", clicks=(SAVE,)),
    Page("message-new-selected", "/messages/students/new/", "admin instructor", query="pick={enrollment_id}"),
    Page("schemes", "/settings/grading-schemes/", STAFF),
    Page("schemes-none", "/settings/grading-schemes/", "admin", query="q=zzzz"),
    Page("scheme", "/settings/grading-schemes/{scheme_id}/", STAFF),
    Page("scheme-new", "/settings/grading-schemes/new/", "admin dept-admin"),
    Page("scheme-new-refused", "/settings/grading-schemes/new/", "admin", clicks=(SAVE,)),
    Page("scheme-edit", "/settings/grading-schemes/{scheme_id}/edit/", "admin dept-admin"),
    Page("scheme-delete", "/settings/grading-schemes/{scheme_id}/delete/", "admin dept-admin"),
    Page("component-new", "/settings/grading-schemes/{scheme_id}/components/new/", "admin dept-admin"),
    Page("component-edit", "/settings/grading-schemes/components/{component_id}/edit/", "admin dept-admin"),
    Page("component-delete", "/settings/grading-schemes/components/{component_id}/delete/", "admin"),
    Page("band-new", "/settings/grading-schemes/{scheme_id}/bands/new/", "admin dept-admin"),
    Page("band-edit", "/settings/grading-schemes/bands/{band_id}/edit/", "admin dept-admin"),
    Page("band-delete", "/settings/grading-schemes/bands/{band_id}/delete/", "admin"),
    Page("batch-subjects", f"{BATCH}subjects/", f"{MANAGERS} instructor student"),
    Page("batch-subjects-year", f"{BATCH}subjects/", "admin dept-admin", fill=another("year")),
    Page("batch-subjects-archived", f"{BATCH}subjects/", "admin", fill=another("archived")),
    Page("subject-of-batch-new", f"{BATCH}subjects/new/", "admin dept-admin"),
    Page("subject-of-batch-new-refused", f"{BATCH}subjects/new/", "admin", clicks=(SAVE,)),
    Page("subject-of-batch-edit", f"{BATCH}subjects/{{mapping_id}}/edit/", "admin dept-admin", fill=another("year")),
    Page("subject-of-batch-remove", f"{BATCH}subjects/{{mapping_id}}/remove/", "admin", fill=another("year")),
    Page("subjects-copy", f"{BATCH}subjects/copy/", "admin dept-admin"),
    Page("batch-messages", f"{BATCH}messages/", STAFF),
    Page("batch-message-new", f"{BATCH}messages/new/", STAFF),
    Page("student-enroll", "/students/{student_id}/enroll/", "admin"),
    Page("mentoring", "/mentoring/", STAFF),
    Page("mentoring-unassigned", "/mentoring/", "admin", query="instructor=none"),
    Page("mentoring-student", "/mentoring/{student_id}/", f"{MANAGERS} instructor student"),
    Page("mentoring-assign", "/mentoring/{student_id}/assign/", "admin"),
    Page("mentoring-end", "/mentoring/{student_id}/end/", "admin"),
    Page("mentoring-suggested", "/mentoring/suggested/", MANAGERS),
    Page("mentoring-assign-many", "/mentoring/assign/", "admin", query="pick={student_id}"),
    Page("planner", "/planner/", MANAGERS),
    Page("plan", "/planner/{plan_id}/", "admin"),
    Page("plan-running", "/planner/{plan_id}/", "admin", fill={"plan_id": "running_plan_id"}),
    Page("plan-item", "/planner/{plan_id}/items/{item_id}/", "admin"),
    Page("cover", "/cover/", STAFF),
    Page("cover-request", "/cover/{cover_id}/", MANAGERS),
    Page("cover-request-own", "/cover/{cover_id}/", "instructor"),
    Page("cover-request-asked", "/cover/{cover_id}/", "instructor", fill={"cover_id": "asked_cover_id"}),
    Page("cover-decline", "/cover/{cover_id}/decline/", "admin"),
    Page("cover-fill", "/cover/{cover_id}/fill/", "admin"),
    Page("cover-for", "/cover/for/{instructor_id}/", "admin instructor"),
    Page("instructors", "/instructors/", MANAGERS),
    Page("instructor", "/instructors/{instructor_id}/", STAFF),
    Page("instructor-own", "/instructors/me/", "instructor"),
    Page("instructor-own-availability", "/instructors/me/availability/", "instructor"),
    Page("instructor-own-time-off", "/instructors/me/time-off/", "instructor"),
    Page("instructor-profile", "/instructors/{instructor_id}/profile/", "admin instructor"),
    Page("instructor-availability", "/instructors/{instructor_id}/availability/", "admin instructor"),
    Page("instructor-time-off", "/instructors/{instructor_id}/time-off/", "admin instructor"),
    Page("instructor-time-off-refused", "/instructors/{instructor_id}/time-off/", "admin", clicks=(SAVE,)),
    Page("instructor-time-off-remove", "/instructors/{instructor_id}/time-off/{time_off_id}/remove/", "admin"),
    # --- settings -------------------------------------------------------------------------------------------------
    Page("settings", "/settings/", EVERYBODY),
    Page("institution", "/settings/institution/", "admin"),
    Page("settings-suggestions", "/settings/suggestions/", "admin"),
    Page("branches", "/settings/branches/", f"{STAFF} student"),
    Page("branch", "/settings/branches/{branch_id}/", f"{STAFF} student"),
    Page("branch-new", "/settings/branches/new/", "admin"),
    Page("branch-edit", "/settings/branches/{branch_id}/edit/", "admin branch-manager"),
    Page("branch-delete", "/settings/branches/{branch_id}/delete/", "admin"),
    Page("room-new", "/settings/branches/{branch_id}/rooms/new/", "admin branch-manager"),
    Page("room-edit", "/settings/rooms/{room_id}/edit/", "admin"),
    Page("room-delete", "/settings/rooms/{room_id}/delete/", "admin"),
    Page("holidays", "/settings/holidays/", f"{STAFF} student"),
    Page("holiday-new", "/settings/holidays/new/", "admin branch-manager"),
    Page("holiday-edit", "/settings/holidays/{holiday_id}/edit/", "admin"),
    Page("holiday-delete", "/settings/holidays/{holiday_id}/delete/", "admin"),
    Page("terms", "/settings/terms/", f"{STAFF} student"),
    Page("term-new", "/settings/terms/new/", "admin"),
    Page("term-new-refused", "/settings/terms/new/", "admin", clicks=(SAVE,)),
    Page("term-edit", "/settings/terms/{term_id}/edit/", "admin"),
    Page("term-delete", "/settings/terms/{term_id}/delete/", "admin"),
    Page("users", "/settings/users/", MANAGERS),
    Page("users-deactivate", "/settings/users/deactivate/", "admin", query="pick={user_id}"),
    Page("users-reactivate", "/settings/users/reactivate/", "admin", query="pick={left_user_id}"),
    Page("user-new", "/settings/users/new/", "admin"),
    Page("user-new-refused", "/settings/users/new/", "admin", clicks=(SAVE,)),
    Page("user", "/settings/users/{user_id}/", "admin"),
    Page("user-deactivate", "/settings/users/{user_id}/deactivate/", "admin"),
    Page("user-end-sign-ins", "/settings/users/{user_id}/end-sign-ins/", "admin"),
    Page("user-invite", "/settings/users/{user_id}/invitation/", "admin", fill={"user_id": "invited_user_id"}),
    Page("user-reactivate", "/settings/users/{user_id}/reactivate/", "admin", fill={"user_id": "left_user_id"}),
    Page("tokens", "/settings/tokens/", f"{STAFF} student regulator"),
    Page("token-new", "/settings/tokens/", "admin", clicks=("[name=read_only]",)),
    Page("token-revoke", "/settings/tokens/{token_id}/revoke/", "admin"),
    Page("mails", "/settings/mails/", "admin"),
    Page("mail", "/settings/mails/{key}/", "admin", fill={"key": "mail_key"}),
    Page("imports", "/settings/imports/", MANAGERS),
    Page("import", "/settings/imports/{run_id}/", "admin"),
    Page("import-list", "/settings/imports/{run_id}/", "admin", fill={"run_id": "list_run_id"}),
    Page("import-done", "/settings/imports/{run_id}/", "admin", fill={"run_id": "done_run_id"}),
    Page("import-undo", "/settings/imports/{run_id}/undo/", "admin"),
    Page("photo-change", "/people/{user_id}/photo/change/", "admin"),
    # --- oneself --------------------------------------------------------------------------------------------------
    Page("me", "/me/", EVERYBODY),
    Page("notifications", "/notifications/", f"{STAFF} student"),
    Page("notifications-unread", "/notifications/", "admin instructor", query="unread=1"),
    Page("notification-choices", "/notifications/choices/", "admin instructor"),
    Page("join", "/me/join/{person_id}/", "admin"),
    Page("change-email", "/me/email/", "admin"),
    Page("sessions-end", "/me/sessions/end/", "admin student"),
    Page("two-step", "/accounts/2fa/", "admin"),
    Page("two-step-begin", "/accounts/2fa/totp/activate/", "admin"),
]

# Addresses that answer GET with something that is no page of its own, and why.
NO_PAGES = {
    "/evidence/{evidence_id}/": "a file",
    "/calendar/{secret}.ics": "a file",
    "/settings/imports/templates/{template}/": "a file",
    "/settings/imports/{run_id}/results/": "a file",
    "/institution/attendance/sessions/{session_id}/export/": "a file",
    "/payments/{payment_id}/receipt/": "a file",
    "/organisation/receipts/{payment_id}/": "a file",
    "/institution/attendance/sessions/{session_id}/sign-in-sheet/": "a file",
    "/first-run/": "only there while nobody has used the installation",
    "/robots.txt": "for search engines",
    "/batches/check/": "the live check beside the form of a batch, in part",
}
