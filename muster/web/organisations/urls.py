"""The pages of organisations."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from muster.web.organisations import lists, pages
from muster.web.organisations.pages import ORGANISATIONS

organisation_pages: list[URLPattern] = [
    *ORGANISATIONS.urls(""),
    path("<organisation_id>/", pages.organisation_page, name="organisation"),
    path("<organisation_id>/people/", lists.people_page, name="people"),
    path("<organisation_id>/contact/", pages.contact_page, name="contact"),
    path("<organisation_id>/contact/remove/", pages.remove_contact_page, name="contact-remove"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("organisations/", include((organisation_pages, "organisations"))),
    path("organisation/", pages.own_page, name="own-organisation"),
    path("organisation/<uuid:organisation_id>/people/", lists.own_people_page, name="own-organisation-people"),
    path("organisation/<uuid:organisation_id>/payments/", lists.own_payments_page, name="own-organisation-payments"),
    path("organisation/receipts/<uuid:payment_id>/", lists.own_receipt_page, name="own-organisation-receipt"),
]
