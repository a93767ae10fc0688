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
STUDENT_ASKS = Who("student", elsewhere="corporate-student")
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
# Students choose for themselves, their department for them.
CHOSEN = Who(f"{ADMINS} dept-admin student", ADMINS, elsewhere="corporate-student")
OF_PART = Who(MANAGERS, ADMINS, elsewhere=NARROWED)
# Registers of a part are not found from another part. Students are led to their own attendance.
REGISTER = Who(STAFF, ADMINS, elsewhere=f"{NARROWED} instructor")
REGISTER_SEEN = Who(f"{STAFF} student", ADMINS, elsewhere=f"{NARROWED} instructor {LEARNERS}")
CONCERNED = Who(f"{STAFF} student", ADMINS, elsewhere=f"{NARROWED} instructor corporate-student")
# Instructors see it, and leave it to whoever sent it or manages the batch.
SENDER = Who(f"{MANAGERS} student", ADMINS, "instructor", elsewhere=f"{NARROWED} instructor corporate-student")
# Whoever was asked answers, and nobody for them.
ASKED = Who("student", elsewhere="corporate-student")
OTHERS = "instructor corporate-student regulator"

# Nouns, what is done, who may. "*" is all that is not named. Where two doors differ, the route stands in ROUTES.
TABLE: dict[str, dict[str, Who]] = {
    # --- anybody
    "login": {"list add": PUBLIC, "code/confirm": SIGNED_IN},
    "logout": {"list": PUBLIC, "add": SIGNED_IN},
    "first-run invitation new-email confirm-email email signup inactive key register-worker.js": {"*": PUBLIC},
    # There is no other provider of sign-ins here.
    "csp-reports 3rdparty social oidc": {"*": PUBLIC},
    "security security-events": {"*": ADMINISTERED},
    # There is no such invitation, as everybody is told who has none.
    "join": {"*": Who(elsewhere=EVERYBODY)},
    "home search me settings logo institution-choice switch-institution": {"*": SIGNED_IN},
    "password": {"change set": SIGNED_IN, "*": PUBLIC},
    # In this world the administrator alone has a password to repeat.
    "reauthenticate": {"*": Who("admin")},
    # Nobody in this world has turned two-step sign-in on.
    "2fa": {
        "list authenticate totp/activate recovery-codes/generate webauthn webauthn/add webauthn/login": SIGNED_IN,
        "reauthenticate webauthn/reauthenticate": Who("admin"),
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
        # Everybody their own archive.
        "export data/archive": Who(f"{ADMINS} student", ADMINS, NARROWED, elsewhere=f"{NARROWED} {OTHERS}"),
        "data erase add-erase": ADMINISTERED,
    },
    # Of the teacher of the part, shared with all staff; of administrators too where it is shared.
    "views": {
        "list add": SIGNED_IN,
        "see mail change-mail": Who(STAFF, STAFF, elsewhere=f"{LEARNERS} regulator"),
        "restore add-restore": Who("instructor", elsewhere=EVERYBODY),
        "*": Who(f"{ADMINS} instructor", ADMINS, NARROWED, f"{NARROWED} instructor", elsewhere=EVERYBODY),
    },
    # --- personal data
    "consents": {
        # What is asked of everybody in this world; a platform administrator is nobody's person.
        "answer add-answer": Who(f"admin {NARROWED} instructor {LEARNERS}", f"admin {NARROWED} instructor {LEARNERS}"),
        "*": ADMINISTERED,
    },
    "retention erasures": {"*": ADMINISTERED},
    # --- the institution
    "institution suggestions maintenance documents document-templates audit": {"*": ADMINISTERED},
    "verify": {"*": PUBLIC},
    # Managers import students of their part, and see what they imported themselves; these runs are the administrator's.
    "imports": {"list add": TAUGHT, "*": Who(ADMINS, ADMINS, elsewhere=f"{NARROWED} instructor")},
    "templates": {"*": TAUGHT},
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
    "departments": {
        "list": MEMBER,
        "see logo": OF_COURSE,
        "add": ADMINISTERED,
        "kpis": Who(MANAGERS, f"{ADMINS} branch-manager", sees_sibling="dept-admin"),
        "*": IN_DEPARTMENT,
    },
    "courses": {
        "list": MEMBER,
        "see subjects open-batches": OF_COURSE,
        # The world's courses are not offered now: students enroll where they were before.
        "study": Who("student", elsewhere="corporate-student"),
        "batches": Who(STAFF, STAFF),
        "add-materials": Who(STAFF, ADMINS, sees_sibling=f"{NARROWED} instructor"),
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
    "materials": {"list": MEMBER, "see file": OF_STUDENT, "*": TAUGHT},
    "messages": {"list": MEMBER, "see": OF_STUDENT, "add add-students": Who(STAFF)},
    # --- batches, and who is in them
    "batches": {
        "list": MEMBER,
        "see schedule sessions": Who(MEMBERS, f"{ADMINS} {LEARNERS}"),
        "change-results add-results/publish add-results/reopen add-results/moderate": MARKED,
        "completion feedback results students history instructors analytics": TAUGHT,
        "messages add-messages add-sessions waitlist add-materials": TAUGHT,
        # Students see that they could enroll, and not what it is taught with.
        "materials": Who(f"{STAFF} student", ADMINS, "corporate-student", LEARNERS, elsewhere="corporate-student"),
        "add-waitlist": Who(f"{MANAGERS} {LEARNERS}", f"{ADMINS} {LEARNERS}"),
        "waitlist/join": Who(LEARNERS, LEARNERS),
        "archive change-archive add-subjects add-subjects/copy subjects/copy": OF_DEPARTMENT,
        "roll-over add-rollover change-rollover": OF_DEPARTMENT,
        "unarchive reopen add-reopen": ADMINISTERED,
        "enroll": Who(LEARNERS, LEARNERS),
        "add-electives electives": OF_DEPARTMENT,
        "electives/students": TAUGHT,
        "change-assessment-categories change-marks add-marks marks/weights marks/sheet": MARKED,
        "marks/sheet/export": TAUGHT,
        "marks": TAUGHT,
        "*": MANAGED,
    },
    "electives": {"missing": TAUGHT, "*": OF_DEPARTMENT},
    "rollovers": {"see": MANAGED, "*": OF_DEPARTMENT},
    # Those of the administrator; others find what they started themselves.
    "bulk": {"see": Who(ADMINS, ADMINS, elsewhere="dept-admin")},
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
        "certificate": MANAGED,
        "see": OF_STUDENT,
        "cancel delete payments convert add-convert resume add-resume": BY_STUDENT,
        "ask-transfer": Who("student", elsewhere="corporate-student"),
        "marks": OF_STUDENT,
        "add-payments": PAID,
        "*": MANAGED,
    },
    "students": {
        "list": TAUGHT,
        "see attendance timetable": OF_STUDENT,
        "add-enroll record record/transcript": BY_STUDENT,
        "me/record": Who(LEARNERS),
        "enroll": MANAGED,
        "suggested-instructors": OF_PART,
        "notes add-notes": TAUGHT,
    },
    # The sheet of a semester.
    "record": {"sheet": BY_STUDENT},
    # Noted by the teacher of the part: seen by the staff of the student, edited by who wrote it.
    "staff-notes": {
        "see history": TAUGHT,
        "*": Who("instructor", sees_own=MANAGERS, sees_sibling=ADMINS, elsewhere=STAFF),
    },
    # Issued by the managers of the student's part, seen by the student too.
    "certificates": {
        "list": Who(f"{MANAGERS} {LEARNERS}"),
        "mine": Who(LEARNERS),
        "see pdf badge paper.svg": BY_STUDENT,
        "*": MANAGED,
    },
    # What verifiers of badges read.
    "badges keys issuers": {"*": PUBLIC},
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
    "mentoring": {
        "list": TAUGHT,
        "see": REGISTER_SEEN,
        "sessions": MEMBER,
        "schedule add-sessions": REGISTER,
        "goals checkins queries": Who(f"{ADMINS} instructor {LEARNERS}"),
        # Said by either side; asked by students.
        "add-checkins": Who(f"instructor {LEARNERS}"),
        "add-check-ins": Who("instructor student", elsewhere="corporate-student"),
        "add-queries": Who(LEARNERS),
        "add-questions another-mentor": STUDENT_ASKS,
        "time-requests": MEMBER,
        "add-time-requests": Who(LEARNERS),
        "log-call add-calls": Who("instructor"),
        "requests": Who(f"{ADMINS} {LEARNERS}"),
        "add-requests": Who(LEARNERS),
        "handovers": Who(f"{ADMINS} instructor"),
        "add-goals": Who(f"{ADMINS} instructor student", ADMINS, elsewhere="corporate-student"),
        "*": OF_PART,
    },
    # What was ordered, by the administrator in this world; others see what they ordered or were sent themselves.
    "reports": {
        "list add order schedules progress mentoring": TAUGHT,
        "*": Who(ADMINS, ADMINS, elsewhere=f"{NARROWED} instructor"),
    },
    "schedules": {"*": Who(ADMINS, ADMINS, elsewhere=f"{NARROWED} instructor")},
    "report-schedules": {
        "list": TAUGHT,
        "*": Who(ADMINS, ADMINS, elsewhere=f"{NARROWED} instructor"),
    },
    "goals": {"*": Who(f"{ADMINS} instructor student", ADMINS, elsewhere="corporate-student")},
    # Of whoever said it; asked by students, and answered by mentors.
    "checkins check-ins": {"*": Who("student", sees_own="instructor", elsewhere="instructor corporate-student")},
    "queries": {"change": Who("instructor student", elsewhere="corporate-student"), "*": STUDENT_ASKS},
    # The reason is for administrators alone.
    "mentor-requests": {"withdraw": STUDENT_ASKS, "*": ADMINISTERED},
    "time-requests": {"withdraw add-withdraw": STUDENT_ASKS, "*": REGISTER},
    "handovers": {"*": Who("instructor")},
    "questions": {"answer": Who("instructor"), "*": STUDENT_ASKS},
    "assign-instructor-to-student unassign-instructor-from-student get-all-students-with-instructors assignments": {
        "*": OF_PART
    },
    "plans items": {"*": OF_PART},
    "cover": {"list see": TAUGHT, "withdraw answer add-withdraw add-answer": Who("instructor"), "*": MANAGED},
    # --- handed in to an authority: to the regulator of the part, who sees no other part's
    "submissions": {
        "see archive manifest signature": Who(f"{ADMINS} regulator", ADMINS, elsewhere="regulator"),
        "looks": ADMINISTERED,
        "*": ADMINISTERED,
    },
    "contents": {"*": ADMINISTERED},
    "files": {"see": Who(f"{ADMINS} regulator", ADMINS, elsewhere="regulator")},
    "export-templates columns template-columns export-template-examples examples": {"*": ADMINISTERED},
    # --- feedback
    "feedback": {"list rounds": MEMBER, "see": REGISTER, "remind add-rounds": OF_PART, "answer": ASKED},
    "rounds": {"summary": REGISTER, "add-remind": OF_PART, "add-answers": ASKED},
    # --- meeting
    "calendar": {"list links": MEMBER, "see": PUBLIC},
    # A link is its owner's alone.
    "links": {"list add": MEMBER, "*": Who("instructor", elsewhere=MEMBERS)},
    "sessions": {
        "another-time": STUDENT_ASKS,
        "see": REGISTER_SEEN,
        "unlock change-unlock": ADMINISTERED,
        "*": REGISTER,
    },
    "scans": {"see": REGISTER},
    "cohorts": {"list": TAUGHT, "add": MANAGED, "see": REGISTER, "*": TAUGHT},
    "attendance": {"list": MEMBER},
    "daily": {"list": MEMBER, "add": TAUGHT},
    "not-taken": {"remind": MANAGED, "*": TAUGHT},
    "day mark rows": {"*": TAUGHT},
    # Regulators see figures of what is granted to them.
    "analytics": {"list institution": Who(f"{STAFF} regulator"), "*": TAUGHT},
    "offline": {"list": TAUGHT, "me": PUBLIC},
    "mine": {"list": Who(LEARNERS)},
    "absences": {"list add": MEMBER, "delete withdraw": SENDER, "*": CONCERNED},
    "learners records": {"*": CONCERNED},
    "evidence": {
        "see": CONCERNED,
        "looks": Who(f"{ADMINS} student", ADMINS, elsewhere="corporate-student"),
        "delete": SENDER,
    },
    "results": {"list": Who(STAFF), "see versions export": REGISTER, "*": MARKED},
    # Students see what they are assessed by in their batch, and their own marks by their enrollment.
    "assessments": {
        "list": MEMBER,
        "add": MARKED,
        "marks": Who(STAFF, ADMINS, elsewhere=f"{NARROWED} instructor"),
        "*": MARKED,
    },
    "marks": {"see": REGISTER, "*": MARKED},
    "corrections": {"list": MEMBER, "*": ADMINISTERED},
    # Of students in danger of not finishing: those who manage or teach the batch. Attendance to come: one's own too.
    "risk": {"assign": MANAGED, "forecast": MEMBER, "*": TAUGHT},
    "letters": {"*": TAUGHT},
    "requests": {"list": Who(STAFF), "change": ADMINISTERED, "add-withdraw": STUDENT_ASKS},
    "unlock-requests": {"list add": TAUGHT, "*": ADMINISTERED},
    "registers": {"add-remind": MANAGED},
    # --- oversight: what a regulator was granted, and what administrators decide and are shown of it
    "oversight": {
        "list requests looks": Who(f"{ADMINS} regulator"),
        "registers batches add-requests": Who("regulator"),
    },
}
ROUTES = {
    # Figures: where people only look, the batches behind the figures are those whose students they see.
    "GET /api/analytics/branches/{branch_id}": Who(STAFF, STAFF),
    "GET /api/analytics/departments/{department_id}": Who(STAFF, STAFF),
    "GET /api/analytics/batches/{batch_id}": TAUGHT,
    "GET /api/analytics/students/{student_id}": OF_STUDENT,
    "GET /analytics/students/{student_id}/": OF_STUDENT,
    "POST /analytics/students/{student_id}/": OF_STUDENT,
    **dict.fromkeys(
        (
            "GET /api/oversight/requests/{access_request_id}",
            "GET /oversight/requests/{access_request_id}/",
            "POST /oversight/requests/{access_request_id}/",
        ),
        Who(f"{ADMINS} regulator", ADMINS),
    ),
    **dict.fromkeys(
        (
            "DELETE /api/oversight/requests/{access_request_id}",
            "GET /oversight/requests/{access_request_id}/withdraw/",
            "POST /oversight/requests/{access_request_id}/withdraw/",
            "GET /oversight/requests/{access_request_id}/export/",
            "POST /oversight/requests/{access_request_id}/export/",
            "GET /api/oversight/registers/{register_id}",
            "GET /oversight/registers/{register_id}/",
            "POST /oversight/registers/{register_id}/",
            "GET /oversight/registers/{register_id}/export/",
            "POST /oversight/registers/{register_id}/export/",
            "GET /api/oversight/registers/{register_id}/evidence/{evidence_id}",
            "GET /oversight/registers/{register_id}/evidence/{evidence_id}/",
            "POST /oversight/registers/{register_id}/evidence/{evidence_id}/",
        ),
        Who("regulator"),
    ),
    # Whoever asked sees the decision, which is not theirs.
    **{
        f"{method} {path}": Who(ADMINS, ADMINS)
        for method, path in (
            ("PUT", "/api/oversight/requests/{access_request_id}"),
            *(
                (method, f"/oversight/requests/{{access_request_id}}/{deed}/")
                for method in ("GET", "POST")
                for deed in ("grant", "reject", "extend", "revoke")
            ),
        )
    },
    # Nobody in this world has a passkey, and the administrator alone has a password to repeat before that is said.
    **{
        f"{method} /accounts/2fa/webauthn/keys/{{pk}}/{what}/": Who("admin", elsewhere=EVERYBODY)
        for method in ("GET", "POST")
        for what in ("edit", "remove")
    },
    **dict.fromkeys(
        ("GET /api/oversight/submissions", "GET /oversight/submissions/", "POST /oversight/submissions/"),
        Who(f"{ADMINS} regulator"),
    ),
    **dict.fromkeys(
        (
            "POST /api/oversight/submissions",
            "GET /api/oversight/submission-deadlines",
            *(
                f"{method} /oversight/{page}"
                for method in ("GET", "POST")
                for page in ("submissions/new/", "export-templates/", "export-templates/new/")
            ),
        ),
        Who(ADMINS),
    ),
    # Of a student and their mentor, written up by the mentor alone.
    "GET /mentoring/at/{class_session_id}/": REGISTER_SEEN,
    "POST /mentoring/at/{class_session_id}/": REGISTER_SEEN,
    "POST /api/mentoring/goals": Who(f"{ADMINS} instructor {LEARNERS}"),
    "PUT /api/mentoring/sessions/{mentoring_session_id}": REGISTER,
    "DELETE /api/mentoring/sessions/{mentoring_session_id}": REGISTER,
    "GET /mentoring/sessions/{mentoring_session_id}/write-up/": Who("instructor"),
    "POST /mentoring/sessions/{mentoring_session_id}/write-up/": Who("instructor"),
    "GET /api/mentoring/sessions/{mentoring_session_id}/notes": Who(f"{ADMINS} instructor", ADMINS),
    "GET /mentoring/sessions/{mentoring_session_id}/notes/": Who(f"{ADMINS} instructor", ADMINS),
    "POST /mentoring/sessions/{mentoring_session_id}/notes/": Who(f"{ADMINS} instructor", ADMINS),
    # Who learns there sees what they are taught; whoever could enroll there sees nothing of the kind.
    **dict.fromkeys(
        (
            "GET /api/batches/{batch_id}/subjects",
            "GET /batches/{batch_id}/subjects/",
            "POST /batches/{batch_id}/subjects/",
            "GET /api/batches/{batch_id}/electives",
            "GET /batches/{batch_id}/electives/",
            "POST /batches/{batch_id}/electives/",
            "GET /api/batches/{batch_id}/assessment-categories",
            "GET /batches/{batch_id}/marks/",
            "POST /batches/{batch_id}/marks/",
        ),
        Who(f"{STAFF} student", ADMINS, "corporate-student", LEARNERS, elsewhere="corporate-student"),
    ),
    **dict.fromkeys(
        (
            "POST /api/batches/{batch_id}/electives/choose",
            "POST /api/batches/{batch_id}/electives/unchoose",
        ),
        Who(f"{ADMINS} dept-admin student", ADMINS, "corporate-student", LEARNERS, elsewhere="corporate-student"),
    ),
    # A student's electives, in a batch.
    **dict.fromkeys(
        (
            "GET /batches/{batch_id}/electives/students/{enrollment_id}/",
            "POST /batches/{batch_id}/electives/students/{enrollment_id}/",
            "GET /batches/{batch_id}/electives/students/{enrollment_id}/{elective_id}/choose/",
            "POST /batches/{batch_id}/electives/students/{enrollment_id}/{elective_id}/choose/",
            "GET /batches/{batch_id}/electives/students/{enrollment_id}/{elective_id}/withdraw/",
            "POST /batches/{batch_id}/electives/students/{enrollment_id}/{elective_id}/withdraw/",
        ),
        CHOSEN,
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
    # Read by all who manage the batch, entered by its department and those who teach it.
    "GET /batches/{batch_id}/marks/sheet/": TAUGHT,
    # The mark of a student in an assessment.
    "GET /batches/{batch_id}/marks/{assessment_id}/students/{enrollment_id}/comment/": MARKED,
    "POST /batches/{batch_id}/marks/{assessment_id}/students/{enrollment_id}/comment/": MARKED,
    # The results of the batch's subject.
    "GET /batches/{batch_id}/subjects/{mapping_id}/results/": REGISTER,
    "POST /batches/{batch_id}/subjects/{mapping_id}/results/": MARKED,
    "POST /batches/{batch_id}/subjects/{mapping_id}/results/{attempt}/": MARKED,
    "GET /catalogue/{slug}/courses/{course_id}/": PUBLIC,
    "POST /catalogue/{slug}/courses/{course_id}/": PUBLIC,
    "GET /catalogue/{slug}/batches/{batch_id}/apply/": PUBLIC,
    "POST /catalogue/{slug}/batches/{batch_id}/apply/": PUBLIC,
    "GET /accounts/sessions/": PUBLIC,
    "POST /accounts/sessions/": PUBLIC,
    # The pages are the administrators'; the calls tell everybody what they are asked.
    "GET /api/consents": MEMBER,
    "GET /api/consents/{consent_id}": MEMBER,
    "GET /api/consents/{consent_id}/texts": MEMBER,
    # A platform administrator has nothing of their own in an institution.
    **dict.fromkeys(
        ("GET /me/data/", "POST /me/data/", "GET /me/data/archive/", "POST /me/data/archive/"),
        Who(f"admin {NARROWED} instructor {LEARNERS} regulator", elsewhere="super-admin"),
    ),
    "GET /api/institution": SIGNED_IN,
    "GET /badges/status/{institution_id}/{number}/": PUBLIC,
    "POST /badges/status/{institution_id}/{number}/": PUBLIC,
    # The page is the staff's; what the call tells of payments is the managers'.
    "GET /api/batches/{batch_id}/completion": MANAGED,
    # Of many at once.
    "GET /enrollments/cancel/": MANAGED,
    "POST /enrollments/cancel/": MANAGED,
    "GET /enrollments/resume/": MANAGED,
    "POST /enrollments/resume/": MANAGED,
    # It names no institution, so there is none.
    "POST /switch-institution/": Who(elsewhere=EVERYBODY),
    # Whoever signs in for none has none; their page isn't there for others.
    "GET /api/organisation": SIGNED_IN,
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
