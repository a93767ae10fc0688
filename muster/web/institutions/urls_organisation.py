"""The pages of departments and of the settings, and their places in the settings area."""

from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _

from muster.institutions.permissions import branches, holidays, terms
from muster.institutions.permissions import settings as settings_access
from muster.web.institutions import branches as places
from muster.web.institutions import departments, pictures, settings
from muster.web.institutions.branches import BRANCHES, ROOMS
from muster.web.institutions.calendar import HOLIDAYS, TERMS
from muster.web.institutions.departments import DEPARTMENTS
from muster.web.ui.shell import SettingsEntry, frame

department_pages: list[URLPattern] = [
    *DEPARTMENTS.urls(""),
    path("<department_id>/", departments.department_page, name="department"),
    path("<department_id>/logo/", pictures.department_logo, name="logo"),
]
settings_pages: list[URLPattern] = [
    path("", settings.settings_index, name="index"),
    path("institution/", settings.institution_page, name="institution"),
    path("suggestions/", settings.suggestions_page, name="suggestions"),
    *BRANCHES.urls("branches/"),
    path("branches/<branch_id>/", places.branch_page, name="branch"),
    *ROOMS.urls("rooms/", inside="branches/"),
    *HOLIDAYS.urls("holidays/"),
    *TERMS.urls("terms/"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("departments/", include((department_pages, "departments"))),
    path("settings/", include((settings_pages, "settings"))),
    path("institution/logo/", pictures.institution_logo, name="institution-logo"),
]

frame.settings += [
    SettingsEntry(
        "institution",
        _("Institution"),
        "gear",
        "settings:institution",
        settings_access["change"],
        _("Name, time zone, logo, and rules for attendance, waitlists and semesters."),
        10,
    ),
    SettingsEntry(
        "suggestions",
        _("Suggested instructors"),
        "mentor",
        "settings:suggestions",
        settings_access["change"],
        _("How much each factor counts when suggesting instructors."),
        15,
    ),
    SettingsEntry(
        "branches",
        _("Branches and rooms"),
        "pin",
        "settings:branches",
        branches["see"],
        _("Where you teach, and how many seats each room has."),
        20,
    ),
    SettingsEntry(
        "holidays",
        _("Holidays"),
        "cal",
        "settings:holidays",
        holidays["see"],
        _("Days without sessions, for everyone or one branch."),
        30,
    ),
    SettingsEntry(
        "terms",
        _("Terms"),
        "plan",
        "settings:terms",
        terms["see"],
        _("School years, semesters and grading periods."),
        40,
    ),
]
