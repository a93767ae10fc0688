"""The pages of departments and of the settings, and their places in the settings area."""

from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _

from muster.institutions.permissions import branches, holidays, terms
from muster.institutions.permissions import settings as settings_access
from muster.web.institutions import calendar, logos, organisation, places, settings
from muster.web.institutions.settings_area import SettingsEntry, register_settings

department_pages: list[URLPattern] = [
    path("", organisation.department_list, name="list"),
    path("new/", organisation.department_new, name="new"),
    path("<department_id>/", organisation.department_page, name="department"),
    path("<department_id>/edit/", organisation.department_edit, name="edit"),
    path("<department_id>/delete/", organisation.department_delete, name="delete"),
    path("<department_id>/logo/", logos.department_logo, name="logo"),
]
settings_pages: list[URLPattern] = [
    path("", settings.settings_index, name="index"),
    path("institution/", settings.institution, name="institution"),
    path("suggestions/", settings.suggestions, name="suggestions"),
    path("branches/", places.branch_list, name="branches"),
    path("branches/new/", places.branch_new, name="branch-new"),
    path("branches/<branch_id>/", places.branch_page, name="branch"),
    path("branches/<branch_id>/edit/", places.branch_edit, name="branch-edit"),
    path("branches/<branch_id>/delete/", places.branch_delete, name="branch-delete"),
    path("branches/<branch_id>/rooms/new/", places.room_new, name="room-new"),
    path("rooms/<room_id>/edit/", places.room_edit, name="room-edit"),
    path("rooms/<room_id>/delete/", places.room_delete, name="room-delete"),
    path("holidays/", calendar.holiday_list, name="holidays"),
    path("holidays/new/", calendar.holiday_new, name="holiday-new"),
    path("holidays/<holiday_id>/edit/", calendar.holiday_edit, name="holiday-edit"),
    path("holidays/<holiday_id>/delete/", calendar.holiday_delete, name="holiday-delete"),
    path("terms/", calendar.term_list, name="terms"),
    path("terms/new/", calendar.term_new, name="term-new"),
    path("terms/<term_id>/edit/", calendar.term_edit, name="term-edit"),
    path("terms/<term_id>/delete/", calendar.term_delete, name="term-delete"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("departments/", include((department_pages, "departments"))),
    path("settings/", include((settings_pages, "settings"))),
    path("institution/logo/", logos.institution_logo, name="institution-logo"),
]

register_settings(
    SettingsEntry(
        "institution",
        _("Institution"),
        "gear",
        "settings:institution",
        settings_access["change"],
        _("Name, time zone, logo, and rules for attendance, waitlists and semesters."),
        order=10,
    ),
    SettingsEntry(
        "suggestions",
        _("Suggested instructors"),
        "mentor",
        "settings:suggestions",
        settings_access["change"],
        _("How much each factor counts when suggesting instructors."),
        order=15,
    ),
    SettingsEntry(
        "branches",
        _("Branches and rooms"),
        "pin",
        "settings:branches",
        branches["see"],
        _("Where you teach, and how many seats each room has."),
        order=20,
    ),
    SettingsEntry(
        "holidays",
        _("Holidays"),
        "cal",
        "settings:holidays",
        holidays["see"],
        _("Days without sessions, for everyone or one branch."),
        order=30,
    ),
    SettingsEntry(
        "terms",
        _("Terms"),
        "plan",
        "settings:terms",
        terms["see"],
        _("School years, semesters and grading periods."),
        order=40,
    ),
)
