"""The pages of people and of what is their own; and their places in the frame."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from muster.institutions.permissions import mails as mail_access
from muster.institutions.permissions import security_events, users
from muster.institutions.permissions import tokens as token_access
from muster.web.institutions import first_run, joining, mails, people, profile, security, tokens
from muster.web.ui.shell import SettingsEntry, frame

urlpatterns = [
    path("first-run/", first_run.first_run, name="first-run"),
    path("me/", profile.account_page, name="me"),
    path("me/sessions/end/", profile.end_sessions, name="end-sessions"),
    path("me/email/", joining.change_email, name="change-email"),
    path("me/join/<person_id>/", joining.join_page, name="join"),
    path("accounts/invitation/<str:key>/", joining.invitation_page, name="invitation"),
    path("accounts/new-email/<str:key>/", joining.new_email_page, name="new-email"),
    path("institution-choice/", profile.institution_choice_page, name="institution-choice"),
    path("switch-institution/", profile.switch_institution, name="switch-institution"),
    path("settings/users/", people.user_list, name="users"),
    path("settings/users/new/", people.add_user, name="user-new"),
    path("settings/users/deactivate/", people.deactivate_many, name="users-deactivate"),
    path("settings/users/reactivate/", people.reactivate_many, name="users-reactivate"),
    path("settings/users/<user_id>/", people.change_user, name="user-edit"),
    path("settings/users/<user_id>/deactivate/", people.deactivate_user, name="user-deactivate"),
    path("settings/users/<user_id>/reactivate/", people.reactivate_user, name="user-reactivate"),
    path("settings/users/<user_id>/end-sign-ins/", people.end_sign_ins_of_user, name="user-end-sign-ins"),
    path("settings/users/<user_id>/invitation/", people.invite_user_again, name="user-invite"),
    path("settings/tokens/", tokens.token_list, name="tokens"),
    path("settings/tokens/<token_id>/revoke/", tokens.revoke_token, name="token-revoke"),
    path("settings/security/", security.security_log, name="security-log"),
    path("settings/mails/", mails.mail_list, name="mails"),
    path("settings/mails/<key>/", mails.mail_page, name="mail"),
]

# Here and not in AppConfig.ready, since permissions and pages need the models of all apps.
frame.settings += [
    SettingsEntry("users", _("Users and roles"), "person", "users", users["list"], _("People and their roles."), 60),
    SettingsEntry(
        "tokens", _("API tokens"), "key", "tokens", token_access["change"], _("API keys for your programs."), 80
    ),
    SettingsEntry(
        "security-log",
        _("Security log"),
        "shield",
        "security-log",
        security_events["see"],
        _("Sign-ins, tokens, roles, exports and invitations."),
        85,
    ),
    SettingsEntry("mails", _("Email log"), "mail", "mails", mail_access["see"], _("Email log: sent and queued."), 90),
]
