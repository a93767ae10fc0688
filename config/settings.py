"""Settings, all from the environment; nothing is started here.

What each variable means stands in docs/operations.md.
"""

import logging
import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.logs import LOGGING as LOGGING
from muster.core.folders import data_folder, secret_key, static_folder
from muster.core.pooling import PooledConnection
from muster.core.postgres import APPLICATION, OWNER, embedded_settings

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
WEB = BASE_DIR / "muster" / "web"

# The data folder: the embedded database, uploaded files, mails as files.
MUSTER_HOME = data_folder(env.str("MUSTER_HOME", default=""))
DEBUG = env.bool("MUSTER_DEBUG", default=False)
SECRET_KEY = secret_key(env.str("MUSTER_SECRET_KEY", default=""), MUSTER_HOME)
ALLOWED_HOSTS = env.list("MUSTER_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# A proxy in front says who calls, and whether by HTTPS. Without one, whoever calls could say anything.
BEHIND_PROXY = env.bool("MUSTER_BEHIND_PROXY", default=False)
# The address that links in mails begin with, which muster.core.site demands where others than this machine call.
MUSTER_URL = env.str("MUSTER_URL", default="")
TESTING = "pytest" in sys.modules

INSTALLED_APPS = [
    "muster.core",
    "muster.accounts",
    "muster.institutions",
    "muster.notifications",
    "muster.documents",
    "muster.people",
    "muster.courses",
    "muster.saved_views",
    "muster.timetable",
    "muster.batches",
    "muster.enrollments",
    "muster.messaging",
    "muster.materials",
    "muster.attendance",
    "muster.progression",
    "muster.allocation",
    "muster.mentoring",
    "muster.risk",
    "muster.oversight",
    "muster.privacy",
    "muster.assessment",
    "muster.feedback",
    "muster.certificates",
    "muster.exchange",
    "muster.submissions",
    "muster.reports",
    "muster.api",
    "muster.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "ninja",
    "pgtrigger",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "muster.web.monitoring.middleware.MonitoringMiddleware",
    "muster.web.institutions.middleware.IsolationMiddleware",
    "muster.api.kit.middleware.TokenMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Style sheets and scripts heed no policy, and a page fetches two dozen of them.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "muster.web.ui.policy.PolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Random bytes in each answer and masked tokens keep its length from telling what stands in it (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "muster.api.kit.middleware.RequestIdMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "muster.api.kit.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "muster.web.institutions.middleware.ActorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates", *sorted(WEB.glob("*/templates"))],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "muster.web.ui.shell.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "muster.web.ui.templatetags.dates",
            ],
            "libraries": {
                "courses": "muster.web.courses.templatetags.courses",
                "muster": "muster.web.ui.templatetags.muster",
            },
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database -----------------------------------------------------------------------------------------------------
# Web and jobs ask as a role that can't get around the rules; whose the tables are migrates. One URL: one role for both.
EMBEDDED = not env.str("DATABASE_URL", default="")
DATABASES = {"default": embedded_settings(MUSTER_HOME) if EMBEDDED else env.db_url("DATABASE_URL")}
DATABASE_APPLICATION = APPLICATION if EMBEDDED or TESTING else DATABASES["default"]["USER"]
DATABASE_OWNER = (
    {}
    if TESTING
    else {"USER": OWNER, "PASSWORD": ""}
    if EMBEDDED
    else {part: env.db_url("MUSTER_OWNER_URL")[part] for part in ("USER", "PASSWORD")}
    if env.str("MUSTER_OWNER_URL", default="")
    else {}
)
if TESTING and EMBEDDED:
    DATABASES["default"]["USER"] = OWNER
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": 0,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
    "TEST": {"NAME": env.str("MUSTER_TEST_DB", default="test_muster")},
}
# A server that was away is tried again within seconds, however long it was.
POOL = {"min_size": 1, "max_size": 8, "timeout": 20, "reconnect_timeout": 5, "connection_class": PooledConnection}
# Tests open connections from many short-lived threads, which a pool would keep from being dropped.
if not TESTING:
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = POOL
# Files of lists, figures and reports that one person takes out.
MUSTER_EXPORTS_AN_HOUR = env.int("MUSTER_EXPORTS_AN_HOUR", default=120)
# What may be a moment behind is read from a replica, where there is one. It is waited for only a moment.
if not TESTING and env.str("MUSTER_REPLICA_URL", default=""):
    DATABASES["replica"] = env.db_url("MUSTER_REPLICA_URL") | {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }
    # Beside what the URL says, such as the folder of a socket.
    patience = {"connect_timeout": 2, "pool": {**POOL, "min_size": 0, "timeout": 2}}
    DATABASES["replica"].setdefault("OPTIONS", {}).update(patience)
    DATABASE_ROUTERS = ["muster.core.replica.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["muster.accounts.backends.SignInBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "muster.institutions.passwords.PlaceNameValidator"},
]
# E-mails are unique whatever their case, by a constraint that this check does not know.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "muster.web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
# Told by mail: a changed password, two-step sign-in turned on or off. Strangers are not written to.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "muster.accounts.invitations.PasswordLinks"  # noqa: S105 - a class
ACCOUNT_FORMS = {
    "reset_password": "muster.web.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "muster.web.accounts.forms.NewPasswordForm",
}
# Five failures in five minutes for one e-mail from one address. By address far more: a whole school may sit behind one.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "30/m/ip,5/5m/key",
    "login": "300/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "apply": "30/h/ip,5/d/key",
}
# One identity provider for the whole installation, where its address is named; people are known by their email.
SSO_ISSUER = env.str("MUSTER_OIDC_ISSUER", default="").rstrip("/")
SSO_ID, SSO_NAME = "sso", env.str("MUSTER_OIDC_NAME", default="") or _("Single sign-on")
SOCIALACCOUNT_ADAPTER = "muster.web.accounts.single_sign_on.SingleSignOn"
# A link begins it: after a form browsers would hold the provider's address against `form-action`.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": SSO_ID,
                "name": "",
                "client_id": env.str("MUSTER_OIDC_CLIENT_ID", default=""),
                "secret": env.str("MUSTER_OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": SSO_ISSUER},
            }
        ],
    }
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A passkey proves possession and person by itself; without the latter it is a second step.
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "muster.web.accounts.mfa.TwoStepAdapter"
MFA_TOTP_ISSUER = "Muster"
MFA_FORMS = {
    "authenticate": "muster.web.accounts.mfa.CodeForm",
    "reauthenticate": "muster.web.accounts.mfa.CodeAgainForm",
    "activate_totp": "muster.web.accounts.mfa.FirstCodeForm",
    "add_webauthn": "muster.web.accounts.mfa.PasskeyForm",
    "edit_webauthn": "muster.web.accounts.mfa.PasskeyNameForm",
    "authenticate_webauthn": "muster.web.accounts.mfa.PasskeyStepForm",
    "reauthenticate_webauthn": "muster.web.accounts.mfa.PasskeyAgainForm",
    "login_webauthn": "muster.web.accounts.mfa.PasskeySignInForm",
}

# Rate limits must hold across worker processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        # By default the cache forgets from three hundred entries on: whoever fills it would be counted from the start.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
    # Looks at public pages are counted in each process alone, or counting would cost more than the page.
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}},
}

# --- logs ---------------------------------------------------------------------------------------------------------
# RequestIdMiddleware has looked at the id. Where a caller is, it tells too: it knows which proxy to believe.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# One line a request, written when it is answered.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG

# What a Prometheus sends to read the figures; without one they are not there.
METRICS_TOKEN = env.str("MUSTER_METRICS_TOKEN", default="")

# Whom to tell of a weakness, in /.well-known/security.txt: an address of mail or of the web.
SECURITY_CONTACT = env.str("MUSTER_SECURITY_CONTACT", default="")

# --- security -----------------------------------------------------------------------------------------------------
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
HTTPS = env.bool("MUSTER_HTTPS", default=MUSTER_URL.startswith("https://"))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# By such a name browsers take a cookie from this host alone, and by https alone.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
MESSAGE_STORAGE = "muster.web.ui.messages.MessageStorage"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# Told on what was asked by https, as the proxy says. Other names of the domain are their owner's to decide.
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "muster.web.ui.pages.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "report-uri": "/csp-reports/",
        "report-to": "csp",
    }
}
# What browsers of today ask: where to send reports, and what of a device no page needs.
BROWSER_HEADERS = {
    "Reporting-Endpoints": 'csp="/csp-reports/"',
    "Permissions-Policy": ", ".join(
        [
            *(
                f"{feature}=()"
                for feature in (
                    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
                    "geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment",
                    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
                )
            ),
            "publickey-credentials-create=(self)",
            "publickey-credentials-get=(self)",
        ]
    ),
}  # fmt: skip

# --- language, time, files ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "muster" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
# What others made: fetched into a checkout by tools/vendor.py, brought along by a wheel.
VENDOR = BASE_DIR / "muster" / "vendor"
STATICFILES_DIRS = [VENDOR / "static"]
STATIC_ROOT = static_folder(MUSTER_HOME)
# What printed sheets are set in; fonts for further scripts may be put into the data folder.
FONT_FOLDERS = [VENDOR / "fonts", MUSTER_HOME / "fonts"]
STORAGES = {
    "default": {"BACKEND": "muster.core.files.PrivateStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "muster.web.ui.static_files.HashedStaticFiles"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = TESTING or DEBUG
# Looked up one by one: a test's client would list every file anew.
WHITENOISE_AUTOREFRESH = TESTING or DEBUG
MEDIA_ROOT = MUSTER_HOME / "files"
# A backup each night, where a folder is named; encrypted for these public keys of age.
BACKUP_FOLDER = env.str("MUSTER_BACKUP_FOLDER", default="")
BACKUP_RECIPIENTS = env.list("MUSTER_BACKUP_KEYS", default=[])
BACKUPS_KEPT = max(1, env.int("MUSTER_BACKUPS_KEPT", default=14))
# Without scripts the results sheet of a large class is a form with a field for each score.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000
FILE_UPLOAD_HANDLERS = [
    "muster.core.files.limits.LimitedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Mails are files in the data folder until a server is named.
DEFAULT_FROM_EMAIL = env.str("MUSTER_FROM_EMAIL", default="Muster <muster@localhost>")
if env.str("MUSTER_EMAIL_URL", default=""):
    vars().update(env.email_url("MUSTER_EMAIL_URL"))
else:
    EMAIL_BACKEND = "muster.accounts.mail_files.EmailBackend"
    EMAIL_FILE_PATH = MUSTER_HOME / "mails"
# A mail server that does not answer is as one that refused: the mail is tried again later.
EMAIL_TIMEOUT = 30

# Our own templates, in muster/web/templates/crispy.
CRISPY_TEMPLATE_PACK = "crispy"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("crispy",)
DJANGO_TABLES2_TEMPLATE = "components/table.html"
NINJA_PAGINATION_MAX_LIMIT = 200
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
