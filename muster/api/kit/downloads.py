"""A download as the answer of a call."""

from __future__ import annotations

from django.http import StreamingHttpResponse

from muster.core.files.downloads import Download


def response_of(download: Download) -> StreamingHttpResponse:
    return StreamingHttpResponse(download.content, headers=download.headers)
