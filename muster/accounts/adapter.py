"""What django-allauth asks of us."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited by their institution: nobody signs up by themself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
