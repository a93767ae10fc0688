"""Which batches a list is about: the filters that every list of what hangs on batches takes."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Field, Schema

from muster.core.errors import Invalid
from muster.core.permissions import as_id


class OfBatches(Schema):
    """A department, a batch, a semester: what is asked together is asked of one and the same batch."""

    dept: str = Field("", max_length=60, description="A department's id")
    batch: str = Field("", max_length=60, description="A batch's id")
    semester: int | None = Field(None, ge=0, le=100, description="A batch's current semester")

    def conditions(self, path: str = "batch") -> dict[str, Any]:
        """What is asked of the batch at the end of this path, or of batches. Raises Invalid at what is no id."""
        before = f"{path}__" if path else ""
        asked: dict[str, Any] = {}
        if (dept := self._id("dept")) is not None:
            asked[f"{before}department_id"] = dept
        if (batch := self._id("batch")) is not None:
            asked[f"{path}_id" if path else "pk"] = batch
        if self.semester is not None:
            asked[f"{before}current_semester"] = self.semester
        return asked

    def narrowed(self, rows: QuerySet[Any], path: str = "batch") -> QuerySet[Any]:
        """The rows that hang on such a batch by this path, which leads to one."""
        return rows.filter(**self.conditions(path))

    def _id(self, name: str) -> UUID | None:
        text = getattr(self, name)
        if text and (key := as_id(text)) is None:
            raise Invalid(_("Nothing has this id."), field=name)
        return key if text else None
