"""The API of personal data: the archive of a person, erasing, periods and consent."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Field, Query
from pydantic import StrictBool
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.kit import (
    Door,
    In,
    Moment,
    Paging,
    Stamped,
    answer,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.api.kit.downloads import response_of
from muster.core.search import with_words
from muster.institutions.access import Actor
from muster.privacy import rules
from muster.privacy.models import ConsentAnswer, ConsentPurpose, Erasure
from muster.privacy.permissions import consents, erasures, personal_data, retention
from muster.privacy.queries import (
    answers_of,
    consents_asked_of,
    consents_in_full,
    erasure_preview,
    retention_preview,
)

router = Door(tags=["Privacy"])


# --- a person ---------------------------------------------------------------------------------------------------------
class EraseIn(In):
    """Why a person is erased."""

    reason: str = Field(max_length=500, description="Kept with the record of the erasure")


class ErasurePreviewOut(TypedDict):
    """What erasing a person would come to: rows erased and kept by sort, and what they still hold, which is settled
    first."""

    erased: dict[str, int]
    kept: dict[str, int]
    blockers: dict[str, int]
    erased_at: Moment | None


class ErasedOut(TypedDict):
    """What was erased of a person, by sort, what is kept, and what they are called from now on."""

    called: str
    erased: dict[str, int]
    kept: dict[str, int]


@router.get("/people/{user_id}/export", allow=personal_data["export"], on="user_id", files=("application/zip",))  # type: ignore[arg-type]
def export_person(request: HttpRequest, user_id: str) -> HttpResponseBase:
    """Everything about a person as a ZIP of JSON and their files. Recorded.

    Your own leaves out what is for staff: notes, flags, unpublished marks. Administrators get it.
    """
    return response_of(rules.take_archive(by=request_actor(request), person=request_object(request, User)))


@router.get("/people/{user_id}/erase", allow=personal_data["erase"], on="user_id", data=ErasurePreviewOut)
def preview_erasure(request: HttpRequest, user_id: str) -> HttpResponse:
    """What erasing a person would erase, in numbers, and what would be kept. Changes nothing."""
    found = erasure_preview(request_actor(request), request_object(request, User))
    return answer(
        {
            "erased": dict(found.counts),
            "kept": dict(found.kept),
            "blockers": dict(found.blockers),
            "erased_at": timestamp(found.erased_at),
        }
    )


@router.post("/people/{user_id}/erase", allow=personal_data["erase"], on="user_id", data=ErasedOut)
def erase_one_person(request: HttpRequest, user_id: str, body: EraseIn) -> HttpResponse:
    """Erase a person for good: names, contacts, texts, files and sign-ins. What is counted stays.

    Refused while they hold a seat, wait for one, teach or head a department.
    """
    done = rules.erase_person(by=request_actor(request), person=request_object(request, User), reason=body.reason)
    told = {"called": done.called, "erased": dict(done.counts), "kept": dict(done.before.kept)}
    return answer(told, _("Person erased."))


# --- periods ----------------------------------------------------------------------------------------------------------
class PeriodOut(TypedDict):
    """How long a sort is kept, null for always, and what the period would erase now. The periods are settings of the
    institution: `keep_evidence_days` and so on."""

    kind: str
    days: int | None
    due: dict[str, int]


class ErasureOut(Stamped):
    """One run that erased: a person, or what is older than `until`. Without `by` a period ran by itself."""

    kind: str
    person_id: str | None
    until: Moment | None
    reason: str
    by: str | None
    counts: dict[str, int]


class ErasureQuery(Paging):
    """Which erasures."""

    kind: str = Field("", description="Only those of this kind, such as person or evidence")


@router.get("/retention", allow=retention["see"], data=list[PeriodOut])
def see_retention(request: HttpRequest) -> HttpResponse:
    """Each period, and what it would erase now."""
    rows = retention_preview(request_actor(request))
    return answer([{"kind": one.kind, "days": one.days, "due": dict(one.counts)} for one in rows])


@router.get("/erasures", allow=erasures["see"], rows=ErasureOut)
def list_erasures(request: HttpRequest, asked: Query[ErasureQuery]) -> HttpResponse:
    """Everything that was erased, the last first."""
    rows = erasures.rows(request_actor(request)).select_related("by")
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    return page_of(with_words(rows, asked.q, "reason"), asked, _erasure_json, {"kind": "kind"})


def _erasure_json(row: Erasure) -> ErasureOut:
    return {
        **stamp(row),
        "kind": row.kind,
        "person_id": key(row.person_id),
        "until": timestamp(row.until),
        "reason": row.reason,
        "by": row.by.full_name if row.by else None,
        "counts": row.counts,
    }


# --- consent ----------------------------------------------------------------------------------------------------------
class ConsentIn(In):
    """What is asked. Another text is the next version, which everyone is asked again."""

    title: str = Field(max_length=100, description="The purpose; one consent for each")
    text: str = Field(max_length=4000)
    audience: str = Field("students", description="students, staff or everyone")


class ConsentAnswerIn(In):
    """Yes or no to a version that one has read."""

    given: StrictBool
    version: int = Field(ge=1)


class ConsentOut(Stamped):
    """A consent with its newest text. `answer` is the caller's own last one: whether given, and to which version."""

    title: str
    audience: str
    text: str
    version: int
    written_at: Moment | None
    closed_at: Moment | None
    answer: "OwnAnswerOut | None"


class OwnAnswerOut(TypedDict):
    """What the caller last said."""

    given: bool
    version: int
    answered_at: Moment | None


class ConsentAnswerOut(TypedDict):
    """What somebody last said, and to which version."""

    _id: str
    person_id: str
    full_name: str
    given: bool
    version: int
    answered_at: Moment | None


class ConsentTextOut(TypedDict):
    """One version of a consent's text."""

    version: int
    text: str
    written_at: Moment | None


def _in_full(actor: Actor) -> Any:
    return consents_in_full(ConsentPurpose.objects.all())


def _consent_json(row: Any, said: ConsentAnswer | None) -> ConsentOut:
    return {
        **stamp(row),
        "title": row.title,
        "audience": row.audience,
        "text": row.text,
        "version": row.version,
        "written_at": timestamp(row.written_at),
        "closed_at": timestamp(row.closed_at),
        "answer": _own_json(said),
    }


def _own_json(said: ConsentAnswer | None) -> OwnAnswerOut | None:
    if said is None:
        return None
    return {"given": said.given, "version": said.text.version, "answered_at": timestamp(said.created_at)}


def _consent_out(actor: Actor, pk: Any) -> ConsentOut:
    [one] = consents_asked_of(actor, ConsentPurpose.objects.filter(pk=pk))
    return _consent_json(one.purpose, one.answer)


@router.get("/consents", allow=consents["see"], rows=ConsentOut)
def list_consents(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    """What the caller is asked; administrators see every consent, closed ones too."""
    actor = request_actor(request)
    rows = with_words(consents_in_full(consents.rows(actor)), paging.q, "title")
    said = {one.purpose.pk: one.answer for one in consents_asked_of(actor, consents.rows(actor))}
    return page_of(rows, paging, lambda row: _consent_json(row, said.get(row.pk)), {"title": "title"})


@router.post("/consents", allow=consents["change"], data=ConsentOut, status=201)
def add_consent(request: HttpRequest, body: ConsentIn) -> HttpResponse:
    """Ask for a consent."""
    actor = request_actor(request)
    row = rules.write_consent(by=actor, title=body.title, text=body.text, audience=body.audience)
    return answer(_consent_out(actor, row.pk), _("Consent added."), status=201)


@router.get("/consents/{consent_id}", allow=consents["see"], on="consent_id", among=_in_full, data=ConsentOut)
def see_consent(request: HttpRequest, consent_id: str) -> HttpResponse:
    """One consent with its newest text."""
    actor, row = request_actor(request), request_object(request, ConsentPurpose)
    return answer(_consent_out(actor, row.pk))


@router.put("/consents/{consent_id}", allow=consents["change"], on="consent_id", data=ConsentOut)
def change_consent(request: HttpRequest, consent_id: str, body: ConsentIn) -> HttpResponse:
    """Change what is asked. Another text is a new version; who agreed to the one before is asked again."""
    actor, row = request_actor(request), request_object(request, ConsentPurpose)
    rules.write_consent(by=actor, purpose=row, title=body.title, text=body.text, audience=body.audience)
    return answer(_consent_out(actor, row.pk), _("Consent saved."))


@router.post("/consents/{consent_id}/close", allow=consents["change"], on="consent_id", data=ConsentOut)
def close_one_consent(request: HttpRequest, consent_id: str) -> HttpResponse:
    """Ask no one anymore; what people said stays."""
    actor, row = request_actor(request), request_object(request, ConsentPurpose)
    rules.close_consent(by=actor, purpose=row)
    return answer(_consent_out(actor, row.pk), _("Consent closed."))


@router.post("/consents/{consent_id}/reopen", allow=consents["change"], on="consent_id", data=ConsentOut)
def reopen_one_consent(request: HttpRequest, consent_id: str) -> HttpResponse:
    """Ask again."""
    actor, row = request_actor(request), request_object(request, ConsentPurpose)
    rules.reopen_consent(by=actor, purpose=row)
    return answer(_consent_out(actor, row.pk), _("Consent reopened."))


@router.get("/consents/{consent_id}/texts", allow=consents["see"], on="consent_id", rows=ConsentTextOut)
def list_consent_texts(request: HttpRequest, consent_id: str, paging: Query[Paging]) -> HttpResponse:
    """Every version of a consent's text, the newest first."""
    rows = with_words(request_object(request, ConsentPurpose).texts.all(), paging.q, "text")
    return page_of(
        rows,
        paging,
        lambda row: {"version": row.version, "text": row.text, "written_at": timestamp(row.created_at)},
        within=consent_id,
    )


@router.get("/consents/{consent_id}/answers", allow=consents["change"], on="consent_id", rows=ConsentAnswerOut)
def list_consent_answers(request: HttpRequest, consent_id: str, paging: Query[Paging]) -> HttpResponse:
    """What everybody last said, by name."""
    rows = with_words(answers_of(request_object(request, ConsentPurpose)), paging.q, "person__full_name")
    return page_of(rows, paging, _answer_json, within=consent_id)


def _answer_json(row: ConsentAnswer) -> ConsentAnswerOut:
    return {
        "_id": key(row.pk),
        "person_id": key(row.person_id),
        "full_name": row.person.full_name,
        "given": row.given,
        "version": row.text.version,
        "answered_at": timestamp(row.created_at),
    }


@router.post(
    "/consents/{consent_id}/answer", allow=consents["answer"], on="consent_id", data=OwnAnswerOut, repeatable=False
)
def answer_one_consent(request: HttpRequest, consent_id: str, body: ConsentAnswerIn) -> HttpResponse:
    """Say yes or no to the text as it is now, or take back what you said."""
    actor, row = request_actor(request), request_object(request, ConsentPurpose)
    said = rules.answer_consent(by=actor, purpose=row, given=body.given, version=body.version)
    return answer(_own_json(said), _("Answer saved."))
