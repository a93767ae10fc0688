"""The files of a submission, each opening recorded of the regulator before the first byte."""

from __future__ import annotations

from uuid import UUID

from django.http.response import HttpResponseBase

from muster.submissions.files import archive_download, file_download
from muster.submissions.permissions import submissions
from muster.web.requests import ActorRequest
from muster.web.submissions.submissions import find_submission
from muster.web.ui.downloads import response_of
from muster.web.ui.pages import page


@page(submissions["see"])
def file_page(request: ActorRequest, submission_id: UUID, file_name: str) -> HttpResponseBase:
    """One file, the manifest or its signature."""
    row = find_submission(request.actor, submission_id)
    return response_of(file_download(by=request.actor, submission=row, file_name=file_name))


@page(submissions["see"])
def archive_page(request: ActorRequest, submission_id: UUID) -> HttpResponseBase:
    """Everything in one ZIP."""
    return response_of(archive_download(by=request.actor, submission=find_submission(request.actor, submission_id)))
