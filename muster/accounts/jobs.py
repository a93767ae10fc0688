"""Mails about a person's sign-in, sent by the background worker.

A job is written in the transaction of what it tells of, so it runs after the commit and not without it. It carries no
secret: links are made when the mail is.
"""

from __future__ import annotations

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from muster.accounts.invitations import (
    INVITATION_LASTS,
    NEW_EMAIL_LASTS,
    invitation_key,
    new_email_key,
    password_links,
)
from muster.accounts.mails import Letter, MailSender, send
from muster.accounts.models import User
from muster.core.site import link_to

# After 1, 6, 36 minutes and so on, some three days in all; then the job stays as failed, for the administrator to see.
PATIENCE = RetryStrategy(max_attempts=7, exponential_wait=6)

NOTICES = {
    "password_changed": lambda: (_("Your password was changed"), _("The password of your account was changed.")),
    "password_reset": lambda: (_("Your password was changed"), _("Your password was changed with a link sent to you.")),
    "password_set": lambda: (_("Your password was set"), _("Your account now has a password.")),
    "password_given": lambda: (
        _("Your password was changed"),
        _("An administrator gave your account a new password. You're signed out everywhere."),
    ),
    "email_changed": lambda: (
        _("Your email was changed"),
        _("You no longer sign in with this email. Links sent to it have stopped working."),
    ),
    "role_changed": lambda: (_("Your role was changed"), _("An administrator changed what you can do.")),
    "sign_ins_ended": lambda: (
        _("You were signed out everywhere"),
        _("All your sign-ins have ended. API tokens and calendar links have stopped working."),
    ),
    "totp_activated": lambda: (
        _("Two-step sign-in is on"),
        _("You'll now need a code from your authenticator app to sign in."),
    ),
    "totp_deactivated": lambda: (
        _("Two-step sign-in is off"),
        _("You no longer need a code from your authenticator app to sign in."),
    ),
    "webauthn_added": lambda: (
        _("A passkey was added"),
        _("You can now sign in with a passkey that was added to your account."),
    ),
    "webauthn_removed": lambda: (
        _("A passkey was removed"),
        _("You can no longer sign in with a passkey that was removed from your account."),
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
    """Invite a person to accept what an institution offers. The letter is the same whether they are known elsewhere."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        words = {"name": place["name"], "by": invited_by, "days": INVITATION_LASTS.days}
        if invited_by:
            told = _("%(by)s has added you to %(name)s.") % words
        else:
            told = _("You have been added to %(name)s.") % words
        send(
            Letter(
                to=user.email,
                greeting=_greeting(user),
                subject=_("Your invitation to %(name)s") % words,
                paragraphs=[
                    told,
                    _(
                        "Accept to get started. If you already sign in to Muster with this email, keep doing so. "
                        "Otherwise you'll choose a password."
                    ),
                ],
                place=_mail_sender(place),
                action=(_("Accept the invitation"), link_to("invitation", key=invitation_key(user))),
                notes=[
                    _("This link works once and expires in %(days)d days. If it expires, ask for a new one.") % words,
                    _("If you weren't expecting this, you can ignore this email."),
                ],
            )
        )


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
            key=password_links.make_token(user),
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


@app.task(name="accounts.send_new_email_link", retry=PATIENCE)
def send_new_email_link(*, user_id: str, email: str, place: dict[str, str] | None) -> None:
    """Send the link by which a person makes this address the one they sign in with, to the address."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        send(
            Letter(
                to=email,
                greeting=_greeting(user),
                subject=_("Confirm your new email"),
                paragraphs=[_("You asked to sign in to Muster with this email from now on.")],
                place=_mail_sender(place),
                action=(_("Use this email"), link_to("new-email", key=new_email_key(user, email))),
                notes=[
                    _("This link works once and expires in %(hours)d hours.")
                    % {"hours": NEW_EMAIL_LASTS.total_seconds() // 3600},
                    _("If you didn't ask for this, you can ignore this email."),
                ],
            )
        )


@app.task(name="accounts.send_notice", retry=PATIENCE)
def send_notice(*, user_id: str, kind: str, place: dict[str, str] | None, to: str = "") -> None:
    """Tell a person that something about their sign-in changed; `to` is the email they had before, where that is it."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or kind not in NOTICES:
        return
    with translation.override(settings.LANGUAGE_CODE):
        subject, told = NOTICES[kind]()
        send(
            Letter(
                to=to or user.email,
                greeting=_greeting(user),
                subject=subject,
                paragraphs=[told],
                place=_mail_sender(place),
                action=(_("Choose a new password"), link_to("account_reset_password")),
                notes=[_("If it wasn't you, choose a new password right away and tell your administrator.")],
            )
        )
