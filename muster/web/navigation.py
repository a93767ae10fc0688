"""What stands in the frame of every page, and who sees it: navigation, person menu, bell, tray, institutions.

Imported by `muster.web.urls`, since permissions and pages need the models of all apps.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.institutions.models import Role
from muster.web.attendance import offline
from muster.web.home.header_counts import bell, requests_waiting
from muster.web.institutions.profile import other_institutions
from muster.web.ui.shell import NavItem, frame

ADMINS = frozenset({Role.SUPER_ADMIN, Role.ADMIN})
MANAGERS = ADMINS | {Role.BRANCH_MANAGER, Role.DEPT_ADMIN}
STAFF = MANAGERS | {Role.INSTRUCTOR}
TEACHES = frozenset({Role.INSTRUCTOR})
REGULATORS = frozenset({Role.REGULATOR})
STUDENTS = frozenset({Role.STUDENT, Role.CORPORATE_STUDENT})

frame.nav += [
    NavItem("home", _("Home"), "home", "home", order=10),
    NavItem("batches", _("Batches"), "batches", "batches:list", roles=STAFF | STUDENTS, order=20),
    NavItem("attendance", _("Attendance"), "reg", "attendance:cohorts", roles=STAFF, order=25),
    NavItem("my-attendance", _("Attendance"), "reg", "attendance:mine", roles=STUDENTS, order=26),
    NavItem("my-results", _("Results"), "award", "progression:own-record", roles=STUDENTS, order=27),
    NavItem("results", _("Results"), "award", "progression:results", roles=STAFF, order=40),
    NavItem("my-certificates", _("Certificates"), "award", "certificates:mine", roles=STUDENTS, order=28),
    NavItem("certificates", _("Certificates"), "award", "certificates:list", roles=MANAGERS, order=41),
    NavItem("calendar", _("Calendar"), "cal", "attendance:calendar", roles=STAFF | STUDENTS, order=35),
    NavItem("students", _("Students"), "student", "students:list", roles=STAFF, order=50),
    NavItem("mentoring", _("Mentoring"), "mentor", "mentoring:list", roles=STAFF, order=55),
    NavItem("risk", _("At risk"), "flag", "risk:list", roles=STAFF, order=52),
    NavItem("planner", _("Planner"), "plan", "planner:list", roles=MANAGERS, order=56),
    NavItem("cover", _("Cover"), "swap", "cover:list", roles=STAFF, order=57),
    NavItem("availability", _("Availability"), "clock", "instructors:own-availability", roles=TEACHES, order=58),
    NavItem("time-off", _("Time off"), "cal", "instructors:own-time-off", roles=TEACHES, order=59),
    NavItem("instructors", _("Instructors"), "person", "instructors:list", roles=MANAGERS, order=60),
    NavItem("analytics", _("Analytics"), "chart", "analytics:institution", roles=STAFF | REGULATORS, order=62),
    NavItem("reports", _("Reports"), "note", "reports:index", roles=STAFF, order=61),
    NavItem("requests", _("Requests"), "inbox", "requests", roles=STAFF, order=58, count=requests_waiting),
    NavItem("messages", _("Messages"), "mail", "messaging:list", roles=STAFF | STUDENTS, order=64),
    NavItem("feedback", _("Feedback"), "chart", "feedback:list", roles=STAFF | STUDENTS, order=63),
    NavItem("catalogue", _("Catalog"), "book", "catalogue:list", roles=STAFF | STUDENTS, order=65),
    NavItem("payments", _("Payments"), "note", "enrollments:payment-list", roles=MANAGERS | STUDENTS, order=66),
    NavItem("courses", _("Courses"), "course", "courses:list", roles=STAFF | STUDENTS, order=70),
    NavItem("departments", _("Departments"), "dept", "departments:list", roles=STAFF, order=80),
    NavItem("organisations", _("Organizations"), "pin", "organisations:list", roles=MANAGERS, order=85),
    NavItem("oversight", _("Oversight"), "eye", "oversight:overview", roles=ADMINS | REGULATORS, order=90),
    NavItem("granted-registers", _("Registers"), "reg", "oversight:registers", roles=REGULATORS, order=91),
    NavItem("looks", _("My looks"), "clock", "oversight:looks", roles=REGULATORS, order=92),
    NavItem("settings", _("Settings"), "gear", "settings:index", roles=MANAGERS, order=200),
]
frame.person_menu += [
    NavItem("teaching", _("My teaching"), "cal", "instructors:own", roles=TEACHES, order=5),
    NavItem("me", _("Profile and sign-in"), "gear", "me", order=10),
    NavItem("notification-choices", _("Notification settings"), "bell", "notification-choices", order=20),
    NavItem("views", _("Saved views"), "keep", "views:list", order=25),
    NavItem("feeds", _("Calendar links"), "cal", "batches:feeds", roles=STAFF | STUDENTS, order=30),
]
frame.bell, frame.tray, frame.switch = bell, offline.tray, other_institutions
