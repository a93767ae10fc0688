"""Submissions: made and handed in by administrators, read by the regulator they are addressed to."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.api.kit import (
    Date,
    Day,
    Deleted,
    Door,
    In,
    Moment,
    PageQuery,
    Paging,
    Stamped,
    answer,
    key,
    list_answer,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.api.kit.downloads import response_of
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.core.files.downloads import XLSX_TYPE
from muster.core.search import with_words
from muster.institutions.access import Actor
from muster.institutions.queries import person_named
from muster.submissions import rules
from muster.submissions.deadlines import Deadline, deadlines_of
from muster.submissions.files import BYTES, ZIP, archive_download, file_download
from muster.submissions.filling import CSV_TYPE, TEXT_TYPE
from muster.submissions.manifest import MANIFEST, SIGNATURE
from muster.submissions.models import Submission, SubmissionLook, SubmissionResource
from muster.submissions.permissions import export_templates, submissions
from muster.submissions.queries import looks_at, submissions_in_full

submission_router = Door()
TYPES = ", ".join(SubmissionResource.Type.values)
FILE_TYPES = (CSV_TYPE.partition(";")[0], TEXT_TYPE.partition(";")[0], XLSX_TYPE, BYTES)


class SubmissionResourceIn(In):
    """Something that is handed in: a list of a batch over days."""

    type: str = Field(description=TYPES)
    batch_id: str = Field(max_length=60)
    from_: Day = Field(alias="from", description="The first day")
    to: Day = Field(description="The last day")
    template_id: str | None = Field(
        None, max_length=60, description="An export template's id, required if the type is TEMPLATE"
    )


class SubmissionIn(In):
    """A submission. It is frozen at once unless it is a draft."""

    title: str = Field(description="Up to 150 characters")
    regulator_id: str | None = Field(None, max_length=60, description="Null: handed over outside of Muster")
    resources: list[SubmissionResourceIn]
    replaces_id: str | None = Field(None, max_length=60, description="A submission that it replaces once handed in")
    draft: bool = Field(False, description="Keep it as a draft, which `/submit` hands in")


class SubmissionChanges(In):
    """What to change of a draft. What is not sent stays."""

    title: str | None = Field(None, description="Up to 150 characters")
    regulator_id: str | None = Field(None, max_length=60, description="Null: handed over outside of Muster")
    resources: list[SubmissionResourceIn] | None = Field(None, description="In the place of those it has")


class SubmissionWithdrawal(In):
    """Why it is withdrawn."""

    reason: str


class SubmissionQuery(Schema):
    """The filters of the list."""

    status: str = Field("", max_length=20, description=", ".join(Submission.Status.values))


class SubmissionBatchOut(TypedDict):
    """A batch by its name and code."""

    _id: str
    name: str
    code: str


class SubmissionPersonOut(TypedDict):
    """A person by name."""

    _id: str
    full_name: str


# `from` is a word of Python.
SubmissionResourceOut = TypedDict(
    "SubmissionResourceOut",
    {
        "_id": str,
        "type": str,
        "template_id": str | None,
        "batch": SubmissionBatchOut,
        "from": Date,
        "to": Date,
        "file_name": str | None,
        "file_size": int | None,
        "rows": int | None,
        "sha256": str | None,
    },
)
SubmissionResourceOut.__doc__ = "An item of a submission. What it says of its file is null in drafts."


class SubmissionOut(Stamped):
    """A submission. `received_at` is when the regulator first opened it."""

    title: str
    status: str
    regulator: SubmissionPersonOut | None
    replaces_id: str | None
    resources: list[SubmissionResourceOut]
    submitted_at: Moment | None
    received_at: Moment | None
    withdrawn_at: Moment | None
    withdrawal_reason: str
    key_id: str | None


class SubmissionLookOut(TypedDict):
    """The regulator opened the submission, or the file of this name."""

    _id: str
    looked_at: Moment
    looked_by: SubmissionPersonOut | None
    file_name: str | None


DeadlineOut = TypedDict(
    "DeadlineOut",
    {"type": str, "batch": SubmissionBatchOut, "due_on": Date, "days_left": int, "from": Date, "to": Date},
)
DeadlineOut.__doc__ = "Something that is due. `days_left` is below zero when it is late."


def _batch_json(batch: Batch) -> SubmissionBatchOut:
    return {"_id": key(batch.pk), "name": batch.name, "code": batch.code}


def _person_json(person: Any) -> SubmissionPersonOut | None:
    return {"_id": key(person.pk), "full_name": person.full_name} if person else None


def submission_json(row: Submission) -> SubmissionOut:
    """A submission of `submissions_in_full`."""
    return {
        **stamp(row),
        "title": row.title,
        "status": row.status,
        "regulator": _person_json(row.regulator),
        "replaces_id": key(row.replaces_id),
        "resources": [_resource_json(one) for one in row.resources.all()],
        "submitted_at": timestamp(row.submitted_at),
        "received_at": timestamp(row.received_at),
        "withdrawn_at": timestamp(row.withdrawn_at),
        "withdrawal_reason": row.withdrawal_reason,
        "key_id": row.key_id or None,
    }


def _resource_json(one: SubmissionResource) -> SubmissionResourceOut:
    frozen = bool(one.file)
    return {
        "_id": key(one.pk),
        "type": one.type,
        "template_id": key(one.template_id),
        "batch": _batch_json(one.batch),
        "from": one.from_date.isoformat(),
        "to": one.to_date.isoformat(),
        "file_name": one.file_name or None,
        "file_size": one.file_size if frozen else None,
        "rows": one.row_count if frozen else None,
        "sha256": one.file_digest or None,
    }


def _whole(row: Submission) -> SubmissionOut:
    return submission_json(submissions_in_full(Submission.objects.filter(pk=row.pk)).get())


def _resources(actor: Actor, given: list[SubmissionResourceIn]) -> list[rules.ResourceInput]:
    """The items of a body. Raises Invalid naming what does not exist for the actor."""
    found = []
    for number, one in enumerate(given):
        at = f"resources.{number}"
        if one.type not in SubmissionResource.Type.values:
            raise Invalid(_("Choose one of %(known)s.") % {"known": TYPES}, field=f"{at}.type")
        template = export_templates.get_named(actor, one.template_id, f"{at}.template_id") if one.template_id else None
        batch = batches.get_named(actor, one.batch_id, f"{at}.batch_id", "roster")
        found.append(rules.ResourceInput(one.type, batch, one.from_, one.to, template))
    return found


@submission_router.get("/submissions", allow=submissions["see"], rows=SubmissionOut)
def list_submissions(request: HttpRequest, paging: Query[Paging], narrowing: Query[SubmissionQuery]) -> HttpResponse:
    """Submissions, newest first: to administrators all, to a regulator those addressed to them."""
    rows = submissions.rows(request_actor(request))
    if narrowing.status:
        if narrowing.status not in Submission.Status.values:
            known = ", ".join(Submission.Status.values)
            raise Invalid(_("Choose one of %(known)s.") % {"known": known}, field="status")
        rows = rows.filter(status=narrowing.status)
    rows = submissions_in_full(with_words(rows, paging.q, "title", "regulator__full_name"))
    columns = {"title": "title", "status": "status", "submitted_at": "submitted_at"}
    return page_of(rows.order_by("-created_at", "-pk"), paging, submission_json, columns)


@submission_router.post("/submissions", allow=submissions["change"], data=SubmissionOut, status=201)
def add_submission(request: HttpRequest, body: SubmissionIn) -> HttpResponse:
    """Hand in files: they are written, signed and frozen at once, or kept as a draft."""
    actor = request_actor(request)
    row = rules.make_submission(
        by=actor,
        title=body.title,
        regulator=person_named(actor, body.regulator_id, "regulator_id") if body.regulator_id else None,
        resources=_resources(actor, body.resources),
        replaces=submissions.get_named(actor, body.replaces_id, "replaces_id", "change") if body.replaces_id else None,
        is_draft=body.draft,
    )
    said = "Draft saved successfully" if body.draft else "Submission submitted successfully"
    return answer(_whole(row), said, status=201)


@submission_router.get("/submissions/{submission_id}", allow=submissions["see"], on="submission_id", data=SubmissionOut)
def see_submission(request: HttpRequest, submission_id: str) -> HttpResponse:
    """One submission. That the regulator opens it is recorded, and the first time says that it was received."""
    row = rules.open_submission(by=request_actor(request), submission=request_object(request, Submission))
    return answer(_whole(row))


@submission_router.put(
    "/submissions/{submission_id}", allow=submissions["change"], on="submission_id", data=SubmissionOut
)
def change_submission(request: HttpRequest, submission_id: str, body: SubmissionChanges) -> HttpResponse:
    """Change a draft. What was handed in can't be changed, only replaced or withdrawn."""
    actor, sent = request_actor(request), body.sent()
    changes: dict[str, Any] = {"title": sent["title"]} if "title" in sent else {}
    if "regulator_id" in sent:
        named = sent["regulator_id"]
        changes["regulator"] = person_named(actor, named, "regulator_id") if named else None
    row = rules.change_draft(
        by=actor,
        submission=request_object(request, Submission),
        changes=changes,
        resources=_resources(actor, body.resources) if body.resources is not None else None,
    )
    return answer(_whole(row), "Submission updated successfully")


@submission_router.delete("/submissions/{submission_id}", allow=submissions["change"], on="submission_id", data=Deleted)
def delete_submission(request: HttpRequest, submission_id: str) -> HttpResponse:
    """Delete a draft."""
    row = request_object(request, Submission)
    rules.delete_draft(by=request_actor(request), submission=row)
    return answer({"_id": submission_id}, "Submission deleted successfully")


@submission_router.post(
    "/submissions/{submission_id}/submit", allow=submissions["change"], on="submission_id", data=SubmissionOut
)
def submit_submission(request: HttpRequest, submission_id: str) -> HttpResponse:
    """Hand in a draft. All files or none: what a template can't write is named by row and column."""
    row = rules.submit_submission(by=request_actor(request), submission=request_object(request, Submission))
    return answer(_whole(row), "Submission submitted successfully")


@submission_router.post(
    "/submissions/{submission_id}/withdraw", allow=submissions["change"], on="submission_id", data=SubmissionOut
)
def withdraw_submission(request: HttpRequest, submission_id: str, body: SubmissionWithdrawal) -> HttpResponse:
    """Take back what was handed in, with a reason. It stays readable."""
    row = request_object(request, Submission)
    rules.withdraw_submission(by=request_actor(request), submission=row, reason=body.reason)
    return answer(_whole(row), "Submission withdrawn successfully")


@submission_router.get(
    "/submissions/{submission_id}/manifest",
    allow=submissions["see"],
    on="submission_id",
    files=(TEXT_TYPE.partition(";")[0],),
)
def download_manifest(request: HttpRequest, submission_id: str) -> Any:
    """The manifest: JSON, byte for byte as it was signed."""
    return _file(request, MANIFEST)


@submission_router.get(
    "/submissions/{submission_id}/signature",
    allow=submissions["see"],
    on="submission_id",
    files=(BYTES,),
)
def download_signature(request: HttpRequest, submission_id: str) -> Any:
    """The signature of the manifest: ECDSA with P-256 and SHA-256, in DER. The manifest says where its key is."""
    return _file(request, SIGNATURE)


@submission_router.get(
    "/submissions/{submission_id}/archive", allow=submissions["see"], on="submission_id", files=(ZIP,)
)
def download_archive(request: HttpRequest, submission_id: str) -> Any:
    """Everything in one ZIP: the files, the manifest, its signature and the public key."""
    row = request_object(request, Submission)
    return response_of(archive_download(by=request_actor(request), submission=row))


@submission_router.get(
    "/submissions/{submission_id}/files/{file_name}",
    allow=submissions["see"],
    on="submission_id",
    files=FILE_TYPES,
)
def download_submitted_file(request: HttpRequest, submission_id: str, file_name: str) -> Any:
    """One of its files."""
    return _file(request, file_name)


def _file(request: HttpRequest, name: str) -> Any:
    row = request_object(request, Submission)
    return response_of(file_download(by=request_actor(request), submission=row, file_name=name))


@submission_router.get(
    "/submissions/{submission_id}/looks", allow=submissions["change"], on="submission_id", rows=SubmissionLookOut
)
def list_submission_looks(request: HttpRequest, submission_id: str, paging: Query[PageQuery]) -> HttpResponse:
    """When the regulator opened it or one of its files, the last first."""
    return page_of(looks_at(request_object(request, Submission)), paging, _look_json)


def _look_json(look: SubmissionLook) -> SubmissionLookOut:
    return {
        "_id": str(look.pk),
        "looked_at": timestamp(look.looked_at),
        "looked_by": _person_json(look.looked_by),
        "file_name": look.file_name or None,
    }


@submission_router.get("/submission-deadlines", allow=submissions["deadlines"], rows=DeadlineOut)
def list_deadlines(request: HttpRequest) -> HttpResponse:
    """What is due within two weeks or late, the most urgent first, as the institution's settings say."""
    shown = [_deadline_json(one) for one in deadlines_of(request_actor(request))]
    return list_answer(shown, total=len(shown), page=1, page_size=max(len(shown), 1))


def _deadline_json(one: Deadline) -> DeadlineOut:
    return {
        "type": str(one.type),
        "batch": _batch_json(one.batch),
        "due_on": one.due_on.isoformat(),
        "days_left": one.days_left,
        "from": one.from_date.isoformat(),
        "to": one.to_date.isoformat(),
    }
