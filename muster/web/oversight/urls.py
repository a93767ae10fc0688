"""The pages of oversight."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.oversight import actions, looks, overview, registers, requests

pages: list[URLPattern] = [
    path("", overview.overview_page, name="overview"),
    path("requests/", requests.request_list, name="requests"),
    path("requests/new/", actions.ask_page, name="ask"),
    path("requests/<uuid:access_request_id>/", requests.request_page, name="request"),
    path("requests/<uuid:access_request_id>/withdraw/", actions.withdraw_page, name="withdraw"),
    path("requests/<uuid:access_request_id>/grant/", actions.grant_page, name="grant"),
    path("requests/<uuid:access_request_id>/reject/", actions.reject_page, name="reject"),
    path("requests/<uuid:access_request_id>/extend/", actions.extend_page, name="extend"),
    path("requests/<uuid:access_request_id>/revoke/", actions.revoke_page, name="revoke"),
    path("requests/<uuid:access_request_id>/export/", registers.marks_export, name="marks-export"),
    path("registers/", registers.register_list, name="registers"),
    path("registers/<uuid:register_id>/", registers.register_page, name="register"),
    path("registers/<uuid:register_id>/export/", registers.register_export, name="register-export"),
    path("registers/<uuid:register_id>/evidence/<uuid:evidence_id>/", registers.evidence_file, name="evidence"),
    path("looks/", looks.look_list, name="looks"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("oversight/", include((pages, "oversight")))]
