"""The pages of feedback."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from muster.web.feedback import answering, rounds

app_name = "feedback"
urlpatterns: list[URLPattern | URLResolver] = [
    path("feedback/", rounds.round_list, name="list"),
    path("feedback/<uuid:round_id>/", rounds.round_page, name="round"),
    path("feedback/<uuid:round_id>/answer/", answering.answer_page, name="answer"),
    path("feedback/<uuid:round_id>/remind/", rounds.remind_page, name="remind"),
    path("mentoring/<uuid:student_id>/ask-feedback/", rounds.ask_mentored_page, name="ask-mentored"),
    path("batches/<uuid:batch_id>/feedback/", rounds.batch_rounds, name="batch"),
    path("batches/<uuid:batch_id>/feedback/ask/", rounds.ask_page, name="ask"),
]
