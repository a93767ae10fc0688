"""The pages of messages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from muster.web.messaging import pages, writing

app_name = "messaging"
urlpatterns: list[URLPattern | URLResolver] = [
    path("messages/", pages.message_list, name="list"),
    path("messages/new/", writing.write_to_students, name="new"),
    path("messages/students/new/", writing.write_to_enrolled, name="new-enrolled"),
    path("messages/<uuid:message_id>/", pages.message_page, name="message"),
    path("batches/<uuid:batch_id>/messages/", pages.batch_messages, name="batch"),
    path("batches/<uuid:batch_id>/messages/new/", writing.write_to_batch, name="new-batch"),
]
