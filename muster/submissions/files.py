"""What was submitted as downloads, each opening recorded first."""

from __future__ import annotations

from muster.core.errors import Missing
from muster.core.files.downloads import PRIVATE, Download, attachment
from muster.institutions.access import Actor
from muster.submissions.filling import TEXT_TYPE, file_stem
from muster.submissions.manifest import MANIFEST, SIGNATURE, archive_of
from muster.submissions.models import Submission
from muster.submissions.rules import open_submission

ZIP, BYTES = "application/zip", "application/octet-stream"


def file_download(*, by: Actor, submission: Submission, file_name: str) -> Download:
    """The file of this name, the manifest or its signature. Raises Missing, of drafts too."""
    if submission.is_draft:
        raise Missing
    if file_name == MANIFEST:
        found = Download(MANIFEST, TEXT_TYPE, [submission.manifest], PRIVATE)
    elif file_name == SIGNATURE:
        found = Download(SIGNATURE, BYTES, [bytes.fromhex(submission.signature)], PRIVATE)
    else:
        item = submission.resources.filter(file_name=file_name).first()
        if item is None:
            raise Missing
        found = attachment(item.file, name=item.file_name, media_type=item.media_type)
    open_submission(by=by, submission=submission, file_name=file_name)
    return found


def archive_download(*, by: Actor, submission: Submission) -> Download:
    """Everything in one ZIP. Raises Missing, of drafts too."""
    if submission.is_draft:
        raise Missing
    name = f"{file_stem(submission.title)}.zip"
    content = archive_of(submission, list(submission.resources.all()))
    open_submission(by=by, submission=submission, file_name=name)
    return Download(name, ZIP, [content], PRIVATE)
