"""The pages of certificates."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.certificates import badges, certificates, completion

pages: list[URLPattern] = [
    path("batches/<uuid:batch_id>/completion/", completion.completion_page, name="completion"),
    path("batches/<uuid:batch_id>/completion/issue/", completion.issue_ready, name="issue-ready"),
    path("certificates/", certificates.certificate_list, name="list"),
    path("certificates/mine/", certificates.own_list, name="mine"),
    path("certificates/issue/", completion.issue_many, name="issue-many"),
    path("enrollments/<uuid:enrollment_id>/certificate/", certificates.issue_page, name="issue"),
    path("certificates/<uuid:certificate_id>/", certificates.certificate_page, name="certificate"),
    path("certificates/<uuid:certificate_id>/pdf/", certificates.pdf_page, name="pdf"),
    path("certificates/<uuid:certificate_id>/paper.svg", certificates.picture_page, name="paper"),
    path("certificates/<uuid:certificate_id>/badge/", badges.badge_page, name="badge"),
    path("certificates/<uuid:certificate_id>/revoke/", certificates.revoke_page, name="revoke"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((pages, "certificates"))),
    path("badges/keys/", badges.key_set, name="badge-keys"),
    path("badges/keys/<key_id>/", badges.key_page, name="badge-key"),
    path("badges/keys/<key_id>/key.pem", badges.pem_page, name="badge-key-pem"),
    path("badges/issuers/<uuid:institution_id>/", badges.issuer_page, name="badge-issuer"),
    path("badges/status/<uuid:institution_id>/<int:number>/", badges.status_page, name="badge-status"),
]
