"""The one API and the one error handler."""

from errno import EDQUOT, ENOSPC

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import AuthenticationError, HttpError, ValidationError
from procrastinate.exceptions import ConnectorException

from muster.api.allocation import router as allocation
from muster.api.assessment import router as assessment
from muster.api.attendance import router as attendance
from muster.api.audit import router as audit
from muster.api.batches import router as batches
from muster.api.callers import note_refused
from muster.api.certificates import router as certificates
from muster.api.courses import router as courses
from muster.api.documents import router as documents
from muster.api.enrollments import router as enrollments
from muster.api.exchange import router as exchange
from muster.api.feedback import router as feedback
from muster.api.insights import router as insights
from muster.api.institutions import router as institutions
from muster.api.kit import NotSignedIn, failure
from muster.api.kit.description import DescribedApi
from muster.api.kit.docs import Docs
from muster.api.kit.parsing import StrictParser
from muster.api.materials import router as materials
from muster.api.mentoring import router as mentoring
from muster.api.messages import router as messages
from muster.api.notifications import router as notifications
from muster.api.oversight import router as oversight
from muster.api.people import router as people
from muster.api.privacy import router as privacy
from muster.api.progression import router as progression
from muster.api.reports import router as reports
from muster.api.risk import router as risk
from muster.api.saved_views import router as saved_views
from muster.api.submissions import router as submissions
from muster.core.errors import DomainError, FieldError, Forbidden, Invalid, Missing
from muster.core.files import MOST_REQUEST_BYTES, UploadTooLarge

log = structlog.get_logger(__name__)


class TooLarge(DomainError):
    """The body is larger than is taken."""

    status = 413
    default_code = "too_large"

    def __init__(self, most: int) -> None:
        size = filesizeformat(most)
        super().__init__(_("The body is larger than %(size)s. Send it in parts.") % {"size": size})


class Unavailable(DomainError):
    """The database cannot be reached, or has just gone."""

    status = 503
    default_code = "unavailable"
    sentence = gettext_lazy("The database can't be reached right now. Try again in a few seconds.")


api = DescribedApi(
    title="Muster",
    version="1",
    description="Runs the day of a training institution. Anything you can do on a page, you can do here.",
    parser=StrictParser(),
    urls_namespace="api",
    docs=Docs(),
    docs_url="/docs",
    openapi_url="/openapi.json",
)
for router in (
    privacy,
    institutions,
    notifications,
    people,
    enrollments,
    attendance,
    allocation,
    batches,
    courses,
    messages,
    materials,
    saved_views,
    progression,
    mentoring,
    risk,
    oversight,
    assessment,
    feedback,
    certificates,
    documents,
    exchange,
    audit,
    submissions,
    reports,
):
    api.add_router("", router)
api.add_router("/analytics", insights)


SENTENCES = {
    "missing": gettext_lazy("This field is required."),
    "string_type": gettext_lazy("Enter text."),
    "int_type": gettext_lazy("Enter a whole number."),
    "int_parsing": gettext_lazy("Enter a whole number."),
    "int_from_float": gettext_lazy("Enter a whole number."),
    "bool_type": gettext_lazy("Enter true or false."),
    "bool_parsing": gettext_lazy("Enter true or false."),
    "list_type": gettext_lazy("Enter a list."),
    "dict_type": gettext_lazy("Enter an object."),
    "model_type": gettext_lazy("Enter an object."),
    "model_attributes_type": gettext_lazy("Enter an object."),
    "float_type": gettext_lazy("Enter a number."),
    "decimal_type": gettext_lazy("Enter a number."),
    "decimal_parsing": gettext_lazy("Enter a number."),
    "date_from_datetime_parsing": gettext_lazy("Enter a date as YYYY-MM-DD."),
    "uuid_parsing": gettext_lazy("Nothing has this id."),
}


@api.exception_handler(DomainError)
def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    if error.status == Forbidden.status:
        note_refused(request)
    return failure(error)


@api.exception_handler(ValidationError)
def refuse_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = []
    for wrong in error.errors:
        # ("body", "<argument>", "capacity") or ("query", "page"): people know the last part.
        place = [str(part) for part in wrong["loc"]]
        # A form's field or file may also stand by itself: ("file", "file").
        is_inside = place[0] == "body" or (len(place) > 2 and place[0] in ("form", "file"))
        place = place[2:] if is_inside else place[1:]
        sentence = str(SENTENCES.get(wrong["type"], "")) or str(wrong["msg"]).removeprefix("Value error, ")
        found.append(FieldError(".".join(place) or "body", sentence if sentence.endswith(".") else f"{sentence}."))
    first = found[0] if found else FieldError("body", _("The request can't be read. Check its format."))
    return failure(Invalid(f"{first.field}: {first.message}", errors=found))


@api.exception_handler(AuthenticationError)
def refuse_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return failure(NotSignedIn())


@api.exception_handler(Http404)
def refuse_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return failure(Missing())


@api.exception_handler(RequestDataTooBig)
def refuse_size(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    most = MOST_REQUEST_BYTES if isinstance(error, UploadTooLarge) else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return failure(TooLarge(most))


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
@api.exception_handler(UnreadablePostError)
def refuse_form(request: HttpRequest, error: Exception) -> HttpResponse:
    return failure(Invalid(_("The request can't be read. Check its format."), code="bad_request"))


# A connection that broke, a disk that is full; the same met while a job was put in.
@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
@api.exception_handler(ConnectorException)
def be_unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("database", exc_info=error)
    response = failure(Unavailable())
    response["Retry-After"] = "5"
    return response


@api.exception_handler(DataError)
def refuse_value(request: HttpRequest, error: DataError) -> HttpResponse:
    # A field should have said so before; the database says it without the field's name.
    if settings.TESTING:
        raise error
    log.exception("unchecked value", exc_info=error)
    return failure(Invalid(_("One of the values is too long or too large. Shorten it and try again.")))


@api.exception_handler(HttpError)
def refuse_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    # What was wrong with a body is told by what its parser raised.
    if isinstance(error.__cause__, DomainError | SuspiciousOperation | UnreadablePostError):
        return api.on_exception(request, error.__cause__)
    if error.status_code == 403:
        return failure(Forbidden(_("This page was open for too long. Reload it and try again.")))
    return failure(Invalid(str(error), code="bad_request"))


@api.exception_handler(OSError)
def be_full(request: HttpRequest, error: OSError) -> HttpResponse:
    return be_unavailable(request, error) if error.errno in (ENOSPC, EDQUOT) else admit_defeat(request, error)


@api.exception_handler(Exception)
def admit_defeat(request: HttpRequest, error: Exception) -> HttpResponse:
    if settings.TESTING:
        raise error
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    log.exception("unforeseen", exc_info=error)
    fault = DomainError(
        _("Something went wrong on our side. Include this number if you report it: %(id)s.") % {"id": request_id},
        code="unforeseen",
    )
    fault.status = 500
    return failure(fault)


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Every path under /api that is none."""
    return failure(Missing(_("The API doesn't have this path.")))
