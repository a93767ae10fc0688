"""The pages of mentoring sessions and goals."""

from django.urls import URLPattern, URLResolver, include, path

from muster.web.mentoring import changing, goals, sessions, talks, times

pages: list[URLPattern] = [
    path("<uuid:student_id>/schedule/", sessions.schedule_page, name="schedule"),
    path("<uuid:student_id>/goals/new/", goals.add_goal, name="add-goal"),
    path("at/<uuid:class_session_id>/", sessions.session_page, name="session"),
    path("sessions/<uuid:mentoring_session_id>/move/", sessions.move_page, name="move"),
    path("sessions/<uuid:mentoring_session_id>/cancel/", sessions.cancel_page, name="cancel"),
    path("sessions/<uuid:mentoring_session_id>/restore/", sessions.restore, name="restore"),
    path("sessions/<uuid:mentoring_session_id>/write-up/", sessions.write_up_page, name="write-up"),
    path("sessions/<uuid:mentoring_session_id>/notes/", sessions.notes_page, name="notes"),
    path("sessions/<uuid:mentoring_session_id>/another-time/", times.ask_time, name="ask-time"),
    path("time-requests/<uuid:time_request_id>/withdraw/", times.withdraw_time, name="withdraw-time"),
    path("time-requests/<uuid:time_request_id>/accept/", times.accept_time, name="accept-time"),
    path("time-requests/<uuid:time_request_id>/decline/", times.decline_time, name="decline-time"),
    path("<uuid:student_id>/log-call/", times.log_call, name="log-call"),
    path("goals/<uuid:goal_id>/edit/", goals.edit_goal, name="edit-goal"),
    path("<uuid:student_id>/check-ins/new/", talks.add_check_in, name="check-in"),
    path("check-ins/<uuid:check_in_id>/edit/", talks.edit_check_in, name="edit-check-in"),
    path("check-ins/<uuid:check_in_id>/withdraw/", talks.withdraw_check_in, name="withdraw-check-in"),
    path("<uuid:student_id>/questions/new/", talks.ask_question, name="ask"),
    path("questions/<uuid:question_id>/edit/", talks.edit_question, name="edit-question"),
    path("questions/<uuid:question_id>/withdraw/", talks.withdraw_question, name="withdraw-question"),
    path("questions/<uuid:question_id>/answer/", talks.answer_question, name="answer"),
    path("<uuid:student_id>/another-mentor/", changing.ask_for_mentor, name="ask-for-mentor"),
    path(
        "mentor-requests/<uuid:mentor_request_id>/withdraw/",
        changing.withdraw_request,
        name="withdraw-mentor-request",
    ),
    path("mentor-requests/<uuid:mentor_request_id>/approve/", changing.approve_request, name="approve-mentor-request"),
    path("mentor-requests/<uuid:mentor_request_id>/reject/", changing.reject_request, name="reject-mentor-request"),
    path("handovers/<uuid:handover_id>/", changing.hand_over, name="hand-over"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("mentoring/", include((pages, "mentoring-sessions")))]
