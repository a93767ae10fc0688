"""Mails about a person's sign-in, sent by the background worker.

A job is written in the transaction of what it tells of, so it runs after the commit and not without it. It carries no
secret: links are made when the mail is.
"""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from muster.accounts.invitations import INVITATION_LASTS, invitation_key
from muster.accounts.mails import Letter, MailSender, send
from muster.accounts.models import User
from muster.core.site import link_to

# After 1, 6, 36 minutes and so on, some three days in all; then the job stays as failed, for the administrator to see.
PATIENCE = RetryStrategy(max_attempts=7, exponential_wait=6)

NOTICES = {
    "password_changed": lambda: (_("Your password was changed"), _("The password of your account was changed.")),
    "password_reset": lambda: (_("Your password was changed"), _("Your password was changed with a link sent to you.")),
    "password_set": lambda: (_("Your password was set"), _("Your account now has a password.")),
    "totp_activated": lambda: (
        _("Two-step sign-in is on"),
        _("You'll now need a code from your authenticator app to sign in."),
    ),
    "totp_deactivated": lambda: (
        _("Two-step sign-in is off"),
        _("You no longer need a code from your authenticator app to sign in."),
    ),
    "recovery_codes_generated": lambda: (
        _("New recovery codes were created"),
        _("Your previous recovery codes no longer work."),
    ),
}


def _mail_sender(place: dict[str, str] | None) -> MailSender | None:
    return MailSender(**place) if place else None


def _greeting(user: User) -> str:
    return _("Hello %(name)s,") % {"name": user.full_name}


@app.task(name="accounts.send_invitation", retry=PATIENCE)
def send_invitation(*, user_id: str, place: dict[str, str], invited_by: str = "") -> None:
    """Invite a new person to choose a password; tell somebody who has one that they were added."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        words = {"name": place["name"], "by": invited_by, "days": INVITATION_LASTS.days}
        if invited_by:
            told = _("%(by)s has added you to %(name)s.") % words
        else:
            told = _("You have been added to %(name)s.") % words
        if user.has_usable_password():
            letter = Letter(
                to=user.email,
                greeting=_greeting(user),
                subject=_("You have been added to %(name)s") % words,
                paragraphs=[told, _("Sign in with the email and password you already use.")],
                place=_mail_sender(place),
                action=(_("Sign in"), link_to("account_login")),
            )
        else:
            letter = Letter(
                to=user.email,
                greeting=_greeting(user),
                subject=_("Your invitation to %(name)s") % words,
                paragraphs=[told, _("Choose a password to get started. Use this email address to sign in.")],
                place=_mail_sender(place),
                action=(_("Choose a password"), link_to("invitation", key=invitation_key(user))),
                notes=[
                    _("This link works once and expires in %(days)d days. If it expires, ask for a new one.") % words,
                    _("If you weren't expecting this, you can ignore this email."),
                ],
            )
        send(letter)


@app.task(name="accounts.send_password_link", retry=PATIENCE)
def send_password_link(*, user_id: str, place: dict[str, str] | None) -> None:
    """Send the link by which a forgotten password is replaced."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        url = link_to(
            "account_reset_password_from_key",
            uidb36=user_pk_to_url_str(user),
            key=default_token_generator.make_token(user),
        )
        send(
            Letter(
                to=user.email,
                greeting=_greeting(user),
                subject=_("Choose a new password"),
                paragraphs=[_("Someone, hopefully you, asked to reset the password of your account.")],
                place=_mail_sender(place),
                action=(_("Choose a new password"), url),
                notes=[
                    _("This link works once."),
                    _("If it wasn't you, you can ignore this email. Your password won't change."),
                ],
            )
        )


@app.task(name="accounts.send_notice", retry=PATIENCE)
def send_notice(*, user_id: str, kind: str, place: dict[str, str] | None) -> None:
    """Tell a person that something about their sign-in changed."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or kind not in NOTICES:
        return
    with translation.override(settings.LANGUAGE_CODE):
        subject, told = NOTICES[kind]()
        send(
            Letter(
                to=user.email,
                greeting=_greeting(user),
                subject=subject,
                paragraphs=[told],
                place=_mail_sender(place),
                action=(_("Choose a new password"), link_to("account_reset_password")),
                notes=[_("If it wasn't you, choose a new password right away and tell your administrator.")],
            )
        )
