"""Sign-in, people, and what is one's own; among them the pages that allauth brings."""

from tests.access.cases import ADMINS, EVERYBODY, MANAGERS, Case

NARROWED = "branch-manager dept-admin"
OTHERS = "instructor corporate-student regulator"
# The token of the world's own part is the student's, that of its sibling the regulator's.
NOT_THEIR_TOKEN = f"{ADMINS} {NARROWED} instructor corporate-student"

CASES = [
    # --- the API
    Case("POST /api/v1/auth/login", public=True),
    Case("POST /api/v1/auth/logout", own=EVERYBODY),
    Case("GET /api/v1/auth/me", own=EVERYBODY),
    Case("GET /api/v1/auth/tokens", own=EVERYBODY),
    Case("POST /api/v1/auth/tokens", own=EVERYBODY),
    Case("DELETE /api/v1/auth/tokens/{token_id}", own="student", sibling="regulator", elsewhere=NOT_THEIR_TOKEN),
    Case("GET /api/users", own=MANAGERS),
    Case("POST /api/users", own=ADMINS),
    Case("GET /api/users/{user_id}", own=f"{MANAGERS} student", sibling=ADMINS, elsewhere=OTHERS),
    Case(
        "PUT /api/users/{user_id}",
        own=f"{ADMINS} student",
        sibling=ADMINS,
        sees_own=NARROWED,
        elsewhere=f"{NARROWED} {OTHERS}",
    ),
    Case("DELETE /api/users/{user_id}", own=ADMINS, sibling=ADMINS),
    Case("POST /api/users/{user_id}/invitation", own=ADMINS, sibling=ADMINS),
    # --- the pages of people
    Case("GET /first-run/", public=True),
    Case("POST /first-run/", public=True),
    Case("GET /me/", own=EVERYBODY),
    Case("POST /me/", own=EVERYBODY),
    Case("GET /me/sessions/end/", own=EVERYBODY),
    Case("POST /me/sessions/end/", own=EVERYBODY),
    Case("GET /institution-choice/", own=EVERYBODY),
    Case("GET /switch-institution/", own=EVERYBODY),
    Case("GET /settings/users/", own=MANAGERS),
    Case("GET /settings/users/new/", own=ADMINS),
    Case("POST /settings/users/new/", own=ADMINS),
    Case("GET /settings/users/{user_id}/", own=ADMINS, sibling=ADMINS),
    Case("POST /settings/users/{user_id}/", own=ADMINS, sibling=ADMINS),
    Case("GET /settings/users/{user_id}/deactivate/", own=ADMINS, sibling=ADMINS),
    Case("POST /settings/users/{user_id}/deactivate/", own=ADMINS, sibling=ADMINS),
    Case("GET /settings/users/{user_id}/reactivate/", own=ADMINS, sibling=ADMINS),
    Case("POST /settings/users/{user_id}/reactivate/", own=ADMINS, sibling=ADMINS),
    Case("GET /settings/users/{user_id}/invitation/", own=ADMINS, sibling=ADMINS),
    Case("POST /settings/users/{user_id}/invitation/", own=ADMINS, sibling=ADMINS),
    Case("GET /settings/tokens/", own=EVERYBODY),
    Case("POST /settings/tokens/", own=EVERYBODY),
    Case("GET /settings/tokens/{token_id}/revoke/", own="student", sibling="regulator", elsewhere=NOT_THEIR_TOKEN),
    Case("POST /settings/tokens/{token_id}/revoke/", own="student", sibling="regulator", elsewhere=NOT_THEIR_TOKEN),
    Case("GET /settings/mails/", own=ADMINS),
    # There is no such mail, as those who may read mails are told.
    Case("GET /settings/mails/{key}/", elsewhere=ADMINS, words={"key": "none"}),
    # --- coming in
    Case("GET /accounts/invitation/{key}/", public=True, words={"key": "forged"}),
    Case("POST /accounts/invitation/{key}/", public=True, words={"key": "forged"}),
    Case("GET /accounts/login/", public=True),
    Case("POST /accounts/login/", public=True),
    Case("GET /accounts/logout/", public=True),
    Case("POST /accounts/logout/", public=True),
    Case("GET /accounts/inactive/", public=True),
    Case("GET /accounts/signup/", public=True),
    Case("GET /accounts/password/reset/", public=True),
    Case("POST /accounts/password/reset/", public=True),
    Case("GET /accounts/password/reset/done/", public=True),
    Case("GET /accounts/password/reset/key/done/", public=True),
    Case("GET /accounts/password/reset/key/{uidb36}-{key}/", public=True, words={"uidb36": "1", "key": "set-password"}),
    # Pages of allauth that stay closed and lead to the profile.
    Case("GET /accounts/email/", public=True),
    Case("GET /accounts/sessions/", public=True),
    Case("GET /accounts/confirm-email/", public=True),
    Case("GET /accounts/confirm-email/{key}/", public=True, words={"key": "forged"}),
    # --- one's own sign-in
    # In this world the administrator alone has a password to repeat.
    Case("GET /accounts/reauthenticate/", own="admin"),
    Case("GET /accounts/login/code/confirm/", own=EVERYBODY),
    Case("GET /accounts/password/change/", own=EVERYBODY),
    Case("POST /accounts/password/change/", own=EVERYBODY),
    Case("GET /accounts/password/set/", own=EVERYBODY),
    Case("GET /accounts/2fa/", own=EVERYBODY),
    Case("GET /accounts/2fa/authenticate/", own=EVERYBODY),
    Case("GET /accounts/2fa/reauthenticate/", own="admin"),
    Case("GET /accounts/2fa/totp/activate/", own=EVERYBODY),
    # Nobody in this world has turned two-step sign-in on.
    Case("GET /accounts/2fa/totp/deactivate/", elsewhere=EVERYBODY),
    Case("GET /accounts/2fa/recovery-codes/", elsewhere=EVERYBODY),
    Case("GET /accounts/2fa/recovery-codes/generate/", own=EVERYBODY),
    Case("GET /accounts/2fa/recovery-codes/download/", elsewhere=EVERYBODY),
]
