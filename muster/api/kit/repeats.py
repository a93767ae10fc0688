"""`Idempotency-Key`: a repeat of a POST is given the first answer, and nothing happens twice."""

import hashlib
import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.api.kit.answers import JSON
from muster.core.database import atomic, lock_word
from muster.core.errors import Invalid
from muster.core.models import RememberedAnswer

View = Callable[..., HttpResponse]
HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,200}")


def remember_answers(view: View) -> View:
    """Give a repeat of a POST with the same key its first answer.

    Only successes are kept, for a day, in the transaction that made them: an answer is remembered exactly when its
    effect is. The key belongs to the caller, their institution and the path. Two that come at once wait for each
    other, holding a lock on the key's words. Raises Invalid where the key came with another body or query.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key_of(request)
        return (
            _keep_answer(request, key, lambda: view(request, *args, **kwargs))
            if key
            else view(request, *args, **kwargs)
        )

    return door


@atomic
def _keep_answer(request: HttpRequest, key: str, answered: Callable[[], HttpResponse]) -> HttpResponse:
    place = _place(request, key)
    lock_word("answer", *place.values())
    before = RememberedAnswer.objects.filter(**place).first()
    if before is not None and _is_fresh(before):
        return _repeat_answer(request, before)
    response = answered()
    if response.status_code < 300:
        if before is not None:
            before.delete()
        RememberedAnswer.objects.create(
            **place, body_digest=_digest(request), status=response.status_code, answer=response.content
        )
    return response


def first_answer(request: HttpRequest) -> HttpResponse | None:
    """What this POST was answered the first time; None when it comes for the first time, or has no key.

    Raises Invalid where the key is none, or came with another body or query.
    """
    key = _key_of(request)
    first = RememberedAnswer.objects.filter(**_place(request, key)).first() if key else None
    return _repeat_answer(request, first) if first is not None and _is_fresh(first) else None


def _is_fresh(first: RememberedAnswer) -> bool:
    return first.created_at > timezone.now() - RememberedAnswer.KEPT_FOR


def _repeat_answer(request: HttpRequest, first: RememberedAnswer) -> HttpResponse:
    """The answer once more. Raises Invalid where the call is another one."""
    if first.body_digest != _digest(request):
        raise Invalid(
            _("This Idempotency-Key was already used with a different body. Use a new key."),
            field=HEADER,
            code="key_reused",
        )
    response = HttpResponse(bytes(first.answer), content_type=JSON, status=first.status)
    response["Idempotency-Replayed"] = "true"
    return response


def _key_of(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "")
    if key and not KEY.fullmatch(key):
        raise Invalid(_("The key can have up to 200 letters, digits and symbols, without spaces."), field=HEADER)
    return key


def _place(request: HttpRequest, key: str) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    return {"owner_id": actor.owner_id, "user_id": actor.user.pk, "path": request.path[:300], "key": key}


def _digest(request: HttpRequest) -> str:
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode())
    for part in _body(request):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _body(request: HttpRequest) -> Iterator[bytes]:
    """The body in parts. Files of a form have left it; its boundary differs at each repeat."""
    if request.content_type != "multipart/form-data":
        yield request.body
        return
    for name, values in sorted(request.POST.lists()):
        yield from (f"{name}={value}".encode() for value in values)
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield f"{name}:{file.name}".encode()
            yield from file.chunks()
            file.seek(0)
