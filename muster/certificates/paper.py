"""The certificate on paper: A4 landscape as PDF, and the same sheet as a picture of the page that shows it."""

from __future__ import annotations

from math import cos, pi, sin
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.certificates.kinds import certified, held_words, kind_words
from muster.certificates.models import Certificate
from muster.core.files.downloads import Download
from muster.core.printing import breakable, print_pdf, print_svg
from muster.documents.models import IssuedDocument
from muster.documents.qr import qr_svg
from muster.documents.queries import verify_url
from muster.institutions.models import zone_of
from muster.institutions.queries import logo_of

TEMPLATE = Path(__file__).with_name("print") / "certificate.typ"


def certificate_pdf(certificate: Certificate) -> Download:
    """The certificate as PDF. Raises NotPrinted."""
    document = certificate.document
    student = slugify(document.content["student"]["full_name"], allow_unicode=True)
    name = f"{slugify(_('Certificate'))}-{student or document.number}-{document.number:06d}.pdf"
    pdf = print_pdf(TEMPLATE, paper_content(document), logo=logo_of(document.institution))
    return Download(name, "application/pdf", [pdf])


def certificate_picture(certificate: Certificate) -> bytes:
    """The same sheet as SVG. Raises NotPrinted."""
    document = certificate.document
    return print_svg(TEMPLATE, paper_content(document), logo=logo_of(document.institution))


def issued_on(document: IssuedDocument) -> str:
    """The day of issue by the clock of the institution, in words."""
    return date_format(document.created_at.astimezone(zone_of(document.institution, None)), "j F Y")


def paper_content(document: IssuedDocument) -> dict[str, Any]:
    """What `certificate.typ` is told: every line that the verification page certifies, and the way there."""
    content = document.content
    url, head, kind, held = verify_url(document), content["head"], kind_words(content), held_words(content)
    lines = [", ".join(filter(None, (kind, held)))]
    if content["batch"]:
        lines.append(_("Batch %(name)s (%(code)s)") % content["batch"])
    signers = [[head["name"], _("Head of %(department)s") % head]] if head else []
    return {
        "title": _("Certificate"),
        "institution": breakable(content["institution"]["name"]),
        "contact": " · ".join(filter(None, (content["institution"]["email"], content["institution"]["phone"]))),
        "over": _("Certificate of completion"),
        "to": _("This certifies that"),
        "name": breakable(content["student"]["full_name"]),
        "has": _("has completed"),
        "course": breakable(content["course"]["title"]),
        "lines": [breakable(line) for line in lines if line],
        "figures": _figures(document),
        "signers": [[breakable(one), breakable(role)] for one, role in [*signers, ["", _("Registrar")]]],
        "serial_word": _("Serial"),
        "serial": document.serial,
        "verify": _("Check every line at"),
        "place": url.removesuffix(f"{document.serial}/").removesuffix("/").split("://", 1)[-1],
        "url": url,
        "qr": qr_svg(url),
        "qr_label": _("Code that leads to the verification page"),
        "seal": rosette(),
        "initials": "".join(word[0] for word in content["institution"]["name"].split()[:3]).upper(),
        "facts": [[term, value] for term, value in certified(content).facts],
    }


def _figures(document: IssuedDocument) -> list[list[str]]:
    """What was achieved in large figures: the word above, the figure, what it is of."""
    content, figures = document.content, []
    if came := content["attendance"]:
        words = ngettext("of %(count)d session", "of %(count)d sessions", came["sessions"])
        figures.append([_("Attendance"), came["percent"], words % {"count": came["sessions"]}])
    if content["marks"]:
        figures.append([_("Marks"), content["marks"], ""])
    if content["progress"]:
        figures.append([_("Progress"), content["progress"], ""])
    if content["results"]:
        figures.append([_("Results"), _("Passed"), _("every subject")])
    return [*figures, [_("Issued on"), issued_on(document), ""]]


def rosette(turns: int = 9, petals: int = 9) -> str:
    """A guilloche rosette as SVG, as engraved on papers of value."""
    curves = []
    for turn in range(turns):
        phase = 2 * pi * turn / turns
        points = []
        for step in range(360):
            angle = 2 * pi * step / 360
            radius = 73 + 17 * sin(petals * angle + phase) + 4 * cos(3 * petals * angle)
            points.append(f"{100 + radius * cos(angle):.1f} {100 + radius * sin(angle):.1f}")
        curves.append(f'<path d="M{"L".join(points)}z"/>')
    rings = '<circle cx="100" cy="100" r="96"/><circle cx="100" cy="100" r="50"/><circle cx="100" cy="100" r="47"/>'
    style = 'fill="none" stroke="#24358c" stroke-width=".45"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><g {style}>{"".join(curves)}{rings}</g></svg>'
    )
