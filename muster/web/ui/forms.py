"""The base of every form: our widgets, our layout, errors beside the fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout, LayoutObject
from django import forms
from django.core.files.base import File
from django.core.validators import FileExtensionValidator
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.errors import DomainError, FieldError
from muster.core.files import LARGEST_PICTURE
from muster.core.text import clean_line, clean_lines

NATIVE: dict[type[forms.Widget], Callable[[], forms.Widget]] = {
    forms.DateInput: lambda: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    forms.TimeInput: lambda: forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    forms.DateTimeInput: lambda: forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
}


class PictureField(forms.FileField):
    """A picture: what it must be is said, and its size refused, before a rule looks into it."""

    def __init__(self, **kwargs: Any) -> None:
        ends = FileExtensionValidator(["png", "jpg", "jpeg"])
        words = gettext_lazy("PNG or JPEG, up to 1 MB.")
        widget = forms.FileInput(attrs={"accept": "image/png,image/jpeg"})
        super().__init__(required=False, help_text=words, validators=[ends, _must_be_small], widget=widget, **kwargs)


class PeopleChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """People by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


def _must_be_small(picture: File[bytes]) -> None:
    if picture.size > LARGEST_PICTURE:
        raise forms.ValidationError(_("The image is larger than 1 MB. Choose a smaller one."))


class Form(forms.Form):
    """The base of forms: native date and time inputs, and a crispy helper that leaves the `<form>` tag to the page.

    `layout` may name `FormSection`s; without it the fields follow each other in one grid.
    """

    layout: tuple[Any, ...] = ()
    # What the rule that the form was sent to refused.
    refusal: DomainError | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _make_native(field)
            if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput):
                # A copy of this form's own.
                field.to_python = partial(_text_of, field)  # type: ignore[method-assign]

    @property
    def helper(self) -> FormHelper:
        """What `{% crispy form %}` draws with."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(*self.laid_out())
        return helper

    def laid_out(self) -> Sequence[Any]:
        """The fields as they stand in the form."""
        return self.layout or [Grid(*self.fields)]

    def show_refusal(self, error: DomainError) -> None:
        """Put a refusal beside the fields it names, and above the form what names none of them."""
        self.refusal = error
        for wrong in error.errors or [FieldError("", error.message)]:
            self.add_error(wrong.field if wrong.field in self.fields else None, wrong.message)


def _text_of(field: forms.CharField, value: Any) -> Any:
    """What was typed, through the gate."""
    text = type(field).to_python(field, value)
    if not isinstance(text, str):
        return text
    return (clean_lines if isinstance(field.widget, forms.Textarea) else clean_line)(text) or field.empty_value


class Grid(LayoutObject):  # type: ignore[misc]
    """Fields in the grid of `.fields`. Give a field a width with `wide("name", "w2")`."""

    def __init__(self, *fields: Any) -> None:
        self.fields = list(fields)

    def render(self, form: Any, context: Any, template_pack: str = "crispy", **kwargs: Any) -> SafeString:
        inner = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return SafeString(f'<div class="fields">{inner}</div>')


class FormSection(LayoutObject):  # type: ignore[misc]
    """A card of fields with a heading."""

    def __init__(self, title: Any, *fields: Any, hint: Any = "") -> None:
        self.title, self.fields, self.hint = title, list(fields), hint

    def render(self, form: Any, context: Any, template_pack: str = "crispy", **kwargs: Any) -> SafeString:
        return render_to_string(
            "components/section.html",
            {
                "title": self.title,
                "hint": self.hint,
                "id": "section-" + re.sub(r"\W+", "-", str(self.title).lower()).strip("-"),
                "fields": SafeString(self.get_rendered_fields(form, context, template_pack, **kwargs)),
            },
        )


def posted_data(request: HttpRequest) -> QueryDict | None:
    """What was posted, even where that is nothing; None where the form is only shown."""
    return request.POST if request.method == "POST" else None


def wide(name: str, width: str, **attrs: Any) -> Field:
    """A field that takes part of a row: `w1` to `w4` as in docs/design.md, or `half`, which stays half on a phone."""
    return Field(name, wrapper_class=width, **attrs)


def _make_native(field: forms.Field) -> None:
    for kind, make in NATIVE.items():
        if type(field.widget) is kind:
            widget = make()
            widget.attrs = {**widget.attrs, **field.widget.attrs}
            widget.is_required = field.widget.is_required
            field.widget = widget
    if isinstance(field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        field.widget.attrs.setdefault("class", "form-check-input")
    if isinstance(field, forms.IntegerField) and isinstance(field.widget, forms.NumberInput):
        field.widget.attrs.setdefault("inputmode", "numeric")
