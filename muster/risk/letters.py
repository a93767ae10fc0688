"""Letters to students at risk: the institution's text with its placeholders filled, and how it looks on paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from muster.core.files.downloads import Download
from muster.core.printing import breakable, print_pdf
from muster.institutions.access import Actor
from muster.institutions.queries import logo_of
from muster.risk.models import MOST_LETTER, Intervention, RiskFlag
from muster.risk.queries import flags_in_full, forecast_in_words, forecast_of, reasons_in_words

TEMPLATE = Path(__file__).with_name("print") / "letter.typ"
PLACEHOLDER = re.compile(r"\{(student|batch|course|reasons|forecast|owner|institution|date)\}")


def standard_letter() -> str:
    """What a letter says where the institution has no text of its own."""
    return _(
        "Dear {student},\n\n"
        "We have been in touch about your progress in {batch}, and we would like to help you finish it.\n\n"
        "{reasons}\n\n{forecast}\n\n"
        "Please contact {owner} within a week, so that we can agree on the next steps together.\n\n"
        "{institution}"
    )


def letter_text(flag: RiskFlag, by: Actor) -> str:
    """The text of a letter about a flag of `flags_in_full`, every placeholder filled."""
    seat, place = flag.enrollment, flag.enrollment.batch.institution
    forecast = forecast_of(flag)
    contact = flag.owner or by.user
    values = {
        "student": seat.student.full_name,
        "batch": seat.batch.name,
        "course": seat.course.title if seat.course else seat.batch.name,
        "reasons": "\n".join(f"– {one}" for one in reasons_in_words(flag)),
        "forecast": forecast_in_words(forecast, own=True) if forecast and "attendance" in flag.reasons else "",
        "owner": contact.full_name if contact else place.name,
        "institution": place.name,
        "date": date_format(seat.batch.today(), "j F Y"),
    }
    text = PLACEHOLDER.sub(lambda found: values[found[1]], place.risk_letter or standard_letter())
    return re.sub(r"\n{3,}", "\n\n", text)[:MOST_LETTER].strip()


def letter_of(done: Intervention) -> Download:
    """A letter as PDF, as it was written. Raises NotPrinted."""
    seat = flags_in_full(RiskFlag.objects.filter(pk=done.flag_id)).get().enrollment
    place = seat.batch.institution
    content: dict[str, Any] = {
        "title": _("Letter to %(student)s") % {"student": seat.student.full_name},
        "institution": breakable(place.name),
        "contact": " · ".join(filter(None, (place.contact_email, place.contact_phone))),
        "to": breakable(seat.student.full_name),
        "dated": date_format(done.happened_at.astimezone(seat.batch.zone), "j F Y"),
        "about": breakable(f"{seat.batch.name} ({seat.batch.code})"),
        "paragraphs": [
            [breakable(line) for line in paragraph.splitlines()] for paragraph in done.letter.split("\n\n") if paragraph
        ],
    }
    name = f"{slugify(_('Letter'))}-{slugify(seat.student.full_name) or 'student'}.pdf"
    return Download(name, "application/pdf", [print_pdf(TEMPLATE, content, logo=logo_of(place))])
