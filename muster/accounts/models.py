"""People with a sign-in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from muster.accounts import triggers
from muster.core.history import tracked
from muster.core.models import Row
from muster.core.text import Line, is_one_line

# The order of a roster in SQL, of a row called `person`.
BY_FAMILY_NAME = "muster_roster_order(person.family_name, person.given_name, person.full_name)"


def by_family_name(path: str = "") -> Func:
    """The order of a roster: by family name, else by the only name that somebody has, then by given name."""
    parts = (f"{path}{part}" for part in ("family_name", "given_name", "full_name"))
    return Func(*parts, function="muster_roster_order", output_field=ArrayField(models.TextField()))


def initials_of(given_name: str, family_name: str, full_name: str) -> str:
    """Up to two letters that stand for somebody."""
    words = [given_name, family_name] if given_name and family_name else full_name.split()
    return "".join(word[:1] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username, signs_in=True)

    def sign_in_of(self, email: str | None) -> User | None:
        """Whoever this e-mail signs in, active or not; of one e-mail it is one person."""
        # A NUL cannot stand in the database, so no person has it.
        return self.filter(email__iexact=email, signs_in=True).first() if email and "\x00" not in email else None

    def behind(self, user: User) -> models.QuerySet[User]:
        """Everybody whom the same person is: in each institution that they joined."""
        return self.filter(Q(pk=user.account_id or user.pk) | Q(account=user.account_id or user.pk))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user with a hashed password, or none that could ever match."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.signs_in = user.signs_in and bool(user.email)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user of the whole platform (`super-admin`)."""
        return self.create_user(email, password, is_superuser=True, **fields)


@tracked(exclude=("password", "last_login", "home", "account", "signs_in", "sign_in_round", "starts_in"), owner="home")
class User(AbstractBaseUser, Row):
    """A person, as one institution knows them. What they may do there stands in their memberships.

    Who works in several institutions is a person in each: no institution sees or changes what another knows of them.
    `account` says who signs in for them all, once they have said so themselves. Until then an institution has no more
    of somebody than it wrote down itself, whether or not they are known elsewhere.
    """

    full_name = Line(_("full name"), max_length=150)
    # For sorting and for rosters; guessed from the name in full until somebody corrects them.
    given_name = Line(_("given name"), max_length=150, blank=True)
    family_name = Line(_("family name"), max_length=150, blank=True)
    # Students may have none, and then no sign-in.
    email = models.EmailField(_("email"), max_length=254, blank=True)
    photo = models.FileField(_("photo"), upload_to="photos/", blank=True, editable=False)
    phone = Line(_("phone"), max_length=40, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_superuser = models.BooleanField(_("platform administrator"), default=False)
    # The id of the institution whose person this is; None for the platform's.
    home = models.UUIDField(null=True, editable=False)
    # Who signs in for this person; None for themself, and for who has not accepted yet.
    account = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="others", editable=False)
    # Whether the e-mail opens this person's own sign-in. It is one person's at a time.
    signs_in = models.BooleanField(default=True, editable=False)
    # When the person took this up by a link sent to the e-mail, which proves that it is theirs.
    accepted_at = models.DateTimeField(_("accepted"), null=True, editable=False)
    # Sessions of before it was raised are over.
    sign_in_round = models.PositiveIntegerField(default=0, editable=False)
    # The id of the institution where signing in leads.
    starts_in = models.UUIDField(null=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["full_name"]

    class Meta:
        constraints: ClassVar = [
            is_one_line("full_name", "name_of_a_person_is_one_line"),
            models.UniqueConstraint(Lower("email"), condition=Q(signs_in=True), name="one_sign_in_for_each_email"),
            models.UniqueConstraint(
                "home",
                Lower("email"),
                condition=~Q(email=""),
                name="one_person_for_each_email",
                violation_error_message=_("Someone already uses this email."),
            ),
            models.UniqueConstraint(fields=["home", "id"], name="person_of_home"),
            models.CheckConstraint(condition=~Q(email="") | Q(signs_in=False), name="who_signs_in_has_an_email"),
            models.CheckConstraint(
                condition=Q(account__isnull=True) | Q(signs_in=False), name="who_has_an_account_signs_in_by_it"
            ),
        ]
        indexes: ClassVar = [models.Index(F("full_name__plain"), name="user_by_name")]
        ordering: ClassVar = ["full_name__plain", "id"]
        triggers: ClassVar = [triggers.sign_ins_end]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def has_come_in(self) -> bool:
        """Whether they accepted their invitation, or were given a password."""
        return self.accepted_at is not None or self.has_usable_password()

    @property
    def has_proved_email(self) -> bool:
        """Whether a link sent to the e-mail was used since it or the password came from somebody else. Who was made a
        platform administrator by the operator needs none."""
        return self.accepted_at is not None or self.is_superuser

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session of the person carries: over with the password, and with the round."""
        text = f"{self.password}:{self.sign_in_round}"
        return salted_hmac("muster.accounts.session", text, secret=secret, algorithm="sha256").hexdigest()

    @property
    def initials(self) -> str:
        """Up to two letters, shown where there is no photo."""
        return initials_of(self.given_name, self.family_name, self.full_name or self.email)

    # Django's own permission system is not used: each app's permissions.py answers.
    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser
