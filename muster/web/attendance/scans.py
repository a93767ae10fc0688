"""The sheet of a register that was signed on paper: sent as a scan, opened, sent anew."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.attendance import rules
from muster.attendance.permissions import registers
from muster.attendance.queries import scans_of, sessions_in_full
from muster.attendance.rules import Upload
from muster.core.errors import Missing
from muster.core.files import ACCEPT, attachment, read_whole
from muster.core.permissions import any_id
from muster.web.attendance.register import register_url
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.downloads import response_of
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page


class ScanForm(Form):
    """The signed sheet."""

    file = forms.FileField(
        label=gettext_lazy("Scan or photo"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy(
            "PDF, JPEG, PNG, HEIC or WebP, up to 10 MB. All staff who see the register can open it."
        ),
    )

    def upload(self) -> Upload:
        """The file as the rule takes it. Raises FileTooLarge."""
        file = self.cleaned_data["file"]
        return Upload(read_whole(file), file.name or "")


@page(registers["sheets"])
def scan_page(request: ActorRequest, session_id: str) -> HttpResponse:
    """The signed sheets of a register, and room for a newer one where the reader may mark."""
    actor = request.actor
    session = registers.get(actor, session_id, "sheets", among=sessions_in_full)
    back, may_add = register_url(session.pk), registers.allows(actor, "mark", session)
    if request.method == "POST":
        registers.must_reach(actor, "mark", session)
    form = ScanForm(posted_data(request), request.FILES or None)
    if submit_form(form, lambda: rules.add_scan(by=actor, session=session, upload=form.upload())):
        return redirect_with_message(request, back, _("Signed sheet saved."))
    sheets = list(scans_of(session))
    return render_dialog(
        request,
        form,
        title=_("Signed sheet"),
        button=(_("Replace") if sheets else _("Save")) if may_add else "",
        back=back,
        text=[_("The sheet that was signed on paper, kept beside the register. An earlier one stays below it.")],
        crumbs=[_("Register"), back],
        body="" if may_add else "enrollments/nothing.html",
        after="attendance/scans.html",
        context={"nav": "attendance", "sheets": sheets, "session": session},
    )


@page(registers["sheets"])
def scan_file(request: ActorRequest, session_id: str, scan_id: str) -> HttpResponseBase:
    """A signed sheet, as a download."""
    session = registers.get(request.actor, session_id, "sheets", among=sessions_in_full)
    row = scans_of(session).filter(pk=any_id(scan_id)).first()
    if row is None:
        raise Missing
    return response_of(attachment(str(row.file.name), name=row.file_name, media_type=row.media_type))
