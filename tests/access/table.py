"""Who may do what: a row for each noun and what is done with it, whatever route it is done by."""

from __future__ import annotations

from dataclasses import dataclass

EVERY_ROLE = (
    "super-admin",
    "admin",
    "branch-manager",
    "dept-admin",
    "instructor",
    "student",
    "corporate-student",
    "regulator",
)
ADMINS = "super-admin admin"
NARROWED = "branch-manager dept-admin"
MANAGERS = f"{ADMINS} {NARROWED}"
STAFF = f"{MANAGERS} instructor"
LEARNERS = "student corporate-student"
MEMBERS = f"{STAFF} {LEARNERS}"
EVERYBODY = " ".join(EVERY_ROLE)


@dataclass(frozen=True)
class Who:
    """Those who may.

    `own` are the roles that reach it on their own object (or at all, where it is about none), `sibling` on one of the
    same institution out of their part. Who may not act but may see the object is in `sees_own` and `sees_sibling`:
    they are answered 403, everybody else 404. A role in neither `own` nor `sibling` never may: 403 at once. Nobody
    reaches another institution's object. Reaching means any answer but 401, 403, 404 and a server error.
    """

    own: str = ""
    sibling: str = ""
    sees_own: str = ""
    sees_sibling: str = ""
    # Roles that may do this, though on none of these objects: 404.
    elsewhere: str = ""
    # Open to people who are not signed in.
    public: bool = False

    def expected(self, role: str, whose: str) -> str:
        """`reach`, 403 or 404: what this role is answered on this kind of object."""
        reaches = {"own": self.own, "sibling": self.sibling}.get(whose, "").split()
        sees = {"own": self.sees_own, "sibling": self.sees_sibling}.get(whose, "").split()
        if self.public or role in reaches:
            return "reach"
        return "404" if role in f"{self.own} {self.sibling} {self.elsewhere}".split() and role not in sees else "403"


PUBLIC = Who(public=True)
SIGNED_IN = Who(EVERYBODY)
MEMBER = Who(MEMBERS, MEMBERS)
TAUGHT = Who(STAFF, ADMINS)
MANAGED = Who(MANAGERS, ADMINS)
ADMINISTERED = Who(ADMINS, ADMINS)
STUDENT_S = Who("student", elsewhere=MEMBERS + " regulator")
# What stands in a branch or a department is changed by its own manager, and by administrators.
IN_BRANCH = Who(f"{ADMINS} branch-manager", ADMINS, sees_sibling="branch-manager")
IN_DEPARTMENT = Who(f"{ADMINS} dept-admin", ADMINS, sees_sibling="dept-admin")
# Seen by the staff, and by students where they are enrolled; the world's courses are not offered now.
OF_COURSE = Who(f"{STAFF} student", STAFF, elsewhere="corporate-student")
OF_STUDENT = Who(f"{STAFF} student", ADMINS, elsewhere="corporate-student")
BY_STUDENT = Who(f"{MANAGERS} student", ADMINS, elsewhere="corporate-student")
# What instructors say of themselves: seen by all managers, changed by administrators and themselves.
OF_INSTRUCTOR = Who(STAFF, MANAGERS)
BY_INSTRUCTOR = Who(f"{ADMINS} instructor", ADMINS)
# Money is recorded by the branch, and read by the department and the student.
PAID = Who(f"{ADMINS} branch-manager", ADMINS)
PAYING = Who(f"{MANAGERS} {LEARNERS}", f"{MANAGERS} {LEARNERS}")
# Found by those who may change it, and by nobody else.
OF_DEPARTMENT = Who(f"{ADMINS} dept-admin", ADMINS)
MARKED = Who(f"{ADMINS} dept-admin instructor", ADMINS)
OF_PART = Who(MANAGERS, ADMINS, elsewhere=NARROWED)
# Registers of a part are not found from another part. Students are led to their own attendance.
REGISTER = Who(STAFF, ADMINS, elsewhere=f"{NARROWED} instructor")
REGISTER_SEEN = Who(f"{STAFF} student", ADMINS, elsewhere=f"{NARROWED} instructor {LEARNERS}")
CONCERNED = Who(f"{STAFF} student", ADMINS, elsewhere=f"{NARROWED} instructor corporate-student")
# Instructors see it, and leave it to whoever sent it or manages the batch.
SENDER = Who(f"{MANAGERS} student", ADMINS, "instructor", elsewhere=f"{NARROWED} instructor corporate-student")
OTHERS = "instructor corporate-student regulator"

# Nouns, what is done, who may. "*" is all that is not named. Where two doors differ, the route stands in ROUTES.
TABLE: dict[str, dict[str, Who]] = {
    # --- anybody
    "login": {"list add": PUBLIC, "code/confirm": SIGNED_IN},
    "logout": {"list": PUBLIC, "add": SIGNED_IN},
    "first-run invitation new-email confirm-email email signup inactive key register-worker.js": {"*": PUBLIC},
    # There is no such invitation, as everybody is told who has none.
    "join": {"*": Who(elsewhere=EVERYBODY)},
    "home search me settings logo institution-choice switch-institution": {"*": SIGNED_IN},
    "password": {"change set": SIGNED_IN, "*": PUBLIC},
    # In this world the administrator alone has a password to repeat.
    "reauthenticate": {"*": Who("admin")},
    # Nobody in this world has turned two-step sign-in on.
    "2fa": {
        "list authenticate totp/activate recovery-codes/generate": SIGNED_IN,
        "reauthenticate": Who("admin"),
        "*": Who(elsewhere=EVERYBODY),
    },
    "end-sign-ins": {"*": SIGNED_IN},
    # The token of the world's own part is the student's, that of its sibling the regulator's.
    "tokens": {"list add": SIGNED_IN, "*": Who("student", "regulator", elsewhere=MEMBERS)},
    "notifications": {"see read add-read": STUDENT_S, "mails/send-again": ADMINISTERED, "*": SIGNED_IN},
    # Nobody in this world has a photo, as those are told who may see it.
    "people": {
        "photo": Who(elsewhere=EVERYBODY),
        "photo/change": Who(f"{ADMINS} student", ADMINS, NARROWED, elsewhere=f"{NARROWED} {OTHERS}"),
    },
    # --- the institution
    "institution suggestions maintenance": {"*": ADMINISTERED},
    # Managers import students of their part, and see what they imported themselves; these runs are the administrator's.
    "imports": {"list add": MANAGED, "*": Who(ADMINS, ADMINS, elsewhere=NARROWED)},
    "templates": {"*": MANAGED},
    # There is no such mail, as those who may read mails are told.
    "mails": {"list": ADMINISTERED, "see": Who(elsewhere=ADMINS)},
    "users": {
        "list": MANAGED,
        "add": MANAGED,
        "add-invitation invitation": MANAGED,
        "photo": Who(elsewhere=EVERYBODY),
        "change add-photo delete-photo": Who(f"{ADMINS} student", ADMINS, NARROWED, elsewhere=f"{NARROWED} {OTHERS}"),
        "*": ADMINISTERED,
    },
    # Those of students.
    "exports": {"*": Who(STAFF, STAFF)},
    "branches": {"list see": MEMBER, "add": ADMINISTERED, "*": IN_BRANCH},
    "rooms holidays": {"list see": MEMBER, "*": IN_BRANCH},
    "terms": {"list see": MEMBER, "*": ADMINISTERED},
    "departments": {"list": MEMBER, "see logo": OF_COURSE, "add": ADMINISTERED, "*": IN_DEPARTMENT},
    "courses": {
        "list": MEMBER,
        "see subjects open-batches": OF_COURSE,
        # The world's courses are not offered now: students enroll where they were before.
        "study": Who("student", elsewhere="corporate-student"),
        "batches": Who(STAFF, STAFF),
        "add-batches": Who(MANAGERS, MANAGERS),
        "*": IN_DEPARTMENT,
    },
    "subjects": {"see": OF_COURSE, "*": IN_DEPARTMENT},
    # The scheme's parts are named by ids of their own.
    "grading-schemes": {"list see components bands": Who(STAFF, STAFF), "*": IN_DEPARTMENT},
    "components bands": {"see": Who(STAFF, STAFF), "*": IN_DEPARTMENT},
    # What is published is for everybody.
    "catalogue": {"list": MEMBER, "*": PUBLIC},
    "robots.txt": {"*": PUBLIC},
    "applications": {"*": MANAGED},
    "organisations": {"list see seats people": Who(MANAGERS, MANAGERS), "*": ADMINISTERED},
    # Nobody in this world signs in for an organisation.
    "organisation receipts": {"*": Who(elsewhere=EVERYBODY)},
    "messages": {"list": MEMBER, "see": OF_STUDENT, "add add-students": Who(STAFF)},
    # --- batches, and who is in them
    "batches": {
        "list": MEMBER,
        "see schedule sessions": Who(MEMBERS, f"{ADMINS} {LEARNERS}"),
        "change-results add-results/publish add-results/reopen add-results/moderate": MARKED,
        "results students history instructors messages add-messages add-sessions waitlist": TAUGHT,
        "add-waitlist": Who(f"{MANAGERS} {LEARNERS}", f"{ADMINS} {LEARNERS}"),
        "waitlist/join": Who(LEARNERS, LEARNERS),
        "archive change-archive add-subjects add-subjects/copy subjects/copy": OF_DEPARTMENT,
        "unarchive reopen add-reopen": ADMINISTERED,
        "enroll": Who(LEARNERS, LEARNERS),
        "*": MANAGED,
    },
    "transfer-requests": {
        "list": Who(f"{MANAGERS} {LEARNERS}"),
        "add": Who(LEARNERS),
        "withdraw add-withdraw": Who("student", elsewhere="corporate-student"),
        "*": MANAGED,
    },
    "waitlist": {"change priority": MANAGED, "*": BY_STUDENT},
    # Whoever has the link of an offer is its student; that of nobody is over.
    "offers": {"*": PUBLIC},
    "assign-instructor": {"*": MANAGED},
    # Taking a seat for oneself is for students.
    "payments": {"list": PAYING, "receipt": BY_STUDENT, "*": PAID},
    "enrollments": {
        "list": MEMBER,
        "see": OF_STUDENT,
        "cancel delete payments convert add-convert": BY_STUDENT,
        "ask-transfer": Who("student", elsewhere="corporate-student"),
        "add-payments": PAID,
        "*": MANAGED,
    },
    "students": {
        "list": TAUGHT,
        "see attendance timetable": OF_STUDENT,
        "add-enroll record": BY_STUDENT,
        "enroll": MANAGED,
        "suggested-instructors": OF_PART,
        "notes add-notes": TAUGHT,
    },
    # Noted by the teacher of the part: seen by the staff of the student, edited by who wrote it.
    "staff-notes": {
        "see history": TAUGHT,
        "*": Who("instructor", sees_own=MANAGERS, sees_sibling=ADMINS, elsewhere=STAFF),
    },
    # --- instructors
    "instructors": {
        "list end": MANAGED,
        "me me/availability me/time-off": Who("instructor"),
        "see workload": OF_INSTRUCTOR,
        "*": BY_INSTRUCTOR,
    },
    "for": {"see": BY_INSTRUCTOR},
    # There is no such time off, as those who may change it are told.
    "time-off": {"delete": Who(elsewhere=f"{ADMINS} instructor")},
    "instructor-students": {"see": OF_INSTRUCTOR},
    "mentoring": {"list": TAUGHT, "see": REGISTER_SEEN, "*": OF_PART},
    "assign-instructor-to-student unassign-instructor-from-student get-all-students-with-instructors assignments": {
        "*": OF_PART
    },
    "plans items": {"*": OF_PART},
    "cover": {"list see": TAUGHT, "withdraw answer add-withdraw add-answer": Who("instructor"), "*": MANAGED},
    # --- meeting
    "calendar": {"list links": MEMBER, "see": PUBLIC},
    # A link is its owner's alone.
    "links": {"list add": MEMBER, "*": Who("instructor", elsewhere=MEMBERS)},
    "sessions": {"see": REGISTER_SEEN, "unlock change-unlock": ADMINISTERED, "*": REGISTER},
    "cohorts": {"list": TAUGHT, "add": MANAGED, "see": REGISTER, "*": TAUGHT},
    "attendance": {"list": MEMBER},
    "daily": {"list": MEMBER, "add": TAUGHT},
    "not-taken": {"remind": MANAGED, "*": TAUGHT},
    "day mark analytics": {"*": TAUGHT},
    "offline": {"list": TAUGHT, "me": PUBLIC},
    "mine": {"list": Who(LEARNERS)},
    "absences": {"list add": MEMBER, "delete withdraw": SENDER, "*": CONCERNED},
    "learners records": {"*": CONCERNED},
    "evidence": {
        "see": CONCERNED,
        "looks": Who(f"{ADMINS} student", ADMINS, elsewhere="corporate-student"),
        "delete": SENDER,
    },
    "corrections": {"list": MEMBER, "*": ADMINISTERED},
    "requests": {"list": Who(STAFF)},
    "unlock-requests": {"list add": TAUGHT, "*": ADMINISTERED},
    "registers": {"add-remind": MANAGED},
}
ROUTES = {
    # Who learns there sees what they are taught; whoever could enroll there sees nothing of the kind.
    **dict.fromkeys(
        (
            "GET /api/batches/{batch_id}/subjects",
            "GET /batches/{batch_id}/subjects/",
            "POST /batches/{batch_id}/subjects/",
        ),
        Who(f"{STAFF} student", ADMINS, "corporate-student", LEARNERS, elsewhere="corporate-student"),
    ),
    # The batch's subjects, not the course's.
    **dict.fromkeys(
        (
            "PUT /api/batches/{batch_id}/subjects/{mapping_id}",
            "DELETE /api/batches/{batch_id}/subjects/{mapping_id}",
            "GET /batches/{batch_id}/subjects/{mapping_id}/edit/",
            "POST /batches/{batch_id}/subjects/{mapping_id}/edit/",
            "GET /batches/{batch_id}/subjects/{mapping_id}/remove/",
            "POST /batches/{batch_id}/subjects/{mapping_id}/remove/",
        ),
        OF_DEPARTMENT,
    ),
    "GET /catalogue/{slug}/courses/{course_id}/": PUBLIC,
    "POST /catalogue/{slug}/courses/{course_id}/": PUBLIC,
    "GET /catalogue/{slug}/batches/{batch_id}/apply/": PUBLIC,
    "POST /catalogue/{slug}/batches/{batch_id}/apply/": PUBLIC,
    "GET /accounts/sessions/": PUBLIC,
    "POST /accounts/sessions/": PUBLIC,
    "GET /api/institution": SIGNED_IN,
    # Of many at once.
    "GET /enrollments/cancel/": MANAGED,
    "POST /enrollments/cancel/": MANAGED,
    # It names no institution, so there is none.
    "POST /switch-institution/": Who(elsewhere=EVERYBODY),
    "GET /api/users/{user_id}": Who(f"{MANAGERS} student", ADMINS, elsewhere=OTHERS),
    # Students know who teaches them, and of the batches they could enroll in nothing of the kind.
    "GET /api/batches/{batch_id}/instructors": Who(
        f"{STAFF} student", ADMINS, "corporate-student", LEARNERS, elsewhere="corporate-student"
    ),
    # The page is the staff's; the call tells students of their own place.
    "GET /api/batches/{batch_id}/waitlist": Who(MEMBERS, f"{ADMINS} {LEARNERS}"),
    # The page decides, the call only tells: also whoever asked.
    "GET /api/transfer-requests/{transfer_request_id}": BY_STUDENT,
    # The page is a form, the call only tells.
    "GET /api/instructors/{instructor_id}/profile": OF_INSTRUCTOR,
    "GET /api/instructors/{instructor_id}/availability": OF_INSTRUCTOR,
    "GET /api/instructors/{instructor_id}/time-off": OF_INSTRUCTOR,
    # The page decides, the call only tells: also whoever asked, which is the instructor of the world's own.
    "GET /api/institution/unlock-requests/{unlock_request_id}": Who(f"{ADMINS} instructor", ADMINS, elsewhere=NARROWED),
    # The page of the register is read by GET and marked by POST.
    "POST /institution/attendance/sessions/{session_id}": REGISTER,
}
