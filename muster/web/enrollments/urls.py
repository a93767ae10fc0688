"""The pages of enrollments."""

from django.urls import URLPattern, URLResolver, path

from muster.web.enrollments import (
    enroll,
    enrollment_actions,
    many,
    payments,
    seats,
    spare_seats,
    transfers,
    waitlist,
)

app_name = "enrollments"
urlpatterns: list[URLPattern | URLResolver] = [
    path("enrollments/new/", many.enroll_many, name="enroll-many"),
    path("enrollments/hold/", many.hold_many, name="hold-many"),
    path("enrollments/resume/", many.resume_many, name="resume-many"),
    path("enrollments/complete/", many.complete_many, name="complete-many"),
    path("enrollments/cancel/", many.cancel_many, name="cancel-many"),
    path("enrollments/transfer/", transfers.transfer_page, name="transfer"),
    path("enrollments/transfer/undo/", transfers.return_page, name="return"),
    path("enrollments/<uuid:enrollment_id>/ask-transfer/", transfers.ask_page, name="ask-transfer"),
    path("transfer-requests/<uuid:transfer_request_id>/", transfers.decide_page, name="transfer-request"),
    path("transfer-requests/<uuid:transfer_request_id>/withdraw/", transfers.withdraw_page, name="withdraw-transfer"),
    path("batches/<uuid:batch_id>/students/enroll/", enroll.enroll_page, name="enroll"),
    path("batches/<uuid:batch_id>/enroll/", enrollment_actions.enroll_self, name="enroll-self"),
    path("batches/<uuid:batch_id>/waitlist/join/", waitlist.join_page, name="join-waitlist"),
    path("waitlist/<uuid:place_id>/leave/", waitlist.leave_page, name="leave-place"),
    path("waitlist/<uuid:place_id>/priority/", waitlist.priority_page, name="priority-place"),
    path("waitlist/<uuid:place_id>/accept/", waitlist.accept_page, name="accept-place"),
    path("waitlist/<uuid:place_id>/decline/", waitlist.decline_page, name="decline-place"),
    path("offers/<str:key>/", waitlist.offer_page, name="offer"),
    path("batches/<uuid:batch_id>/capacity/", seats.capacity_page, name="capacity"),
    path("batches/<uuid:batch_id>/release-spare-seats/", spare_seats.release_page, name="release-spare-seats"),
    path("batches/<uuid:batch_id>/keep-spare-seats/", spare_seats.keep_page, name="keep-spare-seats"),
    path("batches/<uuid:batch_id>/status/", seats.status_page, name="status"),
    path("batches/<uuid:batch_id>/reopen/", seats.reopen_page, name="reopen"),
    path("batches/<uuid:batch_id>/restore/", seats.restore_page, name="restore"),
    path("batches/<uuid:batch_id>/delete/", seats.delete_page, name="delete"),
    path("enrollments/<uuid:enrollment_id>/payments/", payments.payments_page, name="payments"),
    path("payments/<uuid:payment_id>/confirm/", payments.move_page, {"status": "completed"}, name="payment-completed"),
    path("payments/<uuid:payment_id>/fail/", payments.move_page, {"status": "failed"}, name="payment-failed"),
    path("payments/<uuid:payment_id>/refund/", payments.move_page, {"status": "refunded"}, name="payment-refunded"),
    path("enrollments/<uuid:enrollment_id>/hold/", enrollment_actions.hold_page, name="hold"),
    path("enrollments/<uuid:enrollment_id>/resume/", enrollment_actions.resume_page, name="resume"),
    path("enrollments/<uuid:enrollment_id>/complete/", enrollment_actions.complete_page, name="complete"),
    path("enrollments/<uuid:enrollment_id>/cancel/", enrollment_actions.cancel_page, name="cancel"),
]
