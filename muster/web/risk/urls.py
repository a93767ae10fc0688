"""The pages of students at risk."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.risk import actions, flag
from muster.web.risk.list import risk_flag_list

pages: list[URLPattern] = [
    path("", risk_flag_list, name="list"),
    path("assign/", actions.assign_many, name="assign-many"),
    path("<uuid:risk_flag_id>/", flag.flag_page, name="flag"),
    path("<uuid:risk_flag_id>/contact/", actions.contact_page, name="contact"),
    path("<uuid:risk_flag_id>/letter/", actions.letter_page, name="letter"),
    path("<uuid:risk_flag_id>/owner/", actions.owner_page, name="owner"),
    path("<uuid:risk_flag_id>/close/", actions.close_page, name="close"),
    path("<uuid:risk_flag_id>/reopen/", actions.reopen, name="reopen"),
    path("letters/<uuid:letter_id>/", flag.print_letter, name="letter-pdf"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("risk/", include((pages, "risk")))]
