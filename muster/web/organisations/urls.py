"""The pages of organisations."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from muster.web.organisations import pages
from muster.web.organisations.pages import ORGANISATIONS

organisation_pages: list[URLPattern] = [
    *ORGANISATIONS.urls(""),
    path("<organisation_id>/", pages.organisation_page, name="organisation"),
    path("<organisation_id>/contact/", pages.contact_page, name="contact"),
    path("<organisation_id>/contact/remove/", pages.remove_contact_page, name="contact-remove"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("organisations/", include((organisation_pages, "organisations"))),
    path("organisation/", pages.own_page, name="own-organisation"),
]
