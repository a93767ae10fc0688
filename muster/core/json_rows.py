"""Rows that hang on a row, read with it as JSON in the same statement."""

from __future__ import annotations

from typing import Any

import orjson
from django.db.models import JSONField, Subquery


class ReadJSON(JSONField):
    """JSON that is only read: decoded in a third of the time."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else orjson.loads(value)


class JSONList(Subquery):
    """The rows of a queryset as one list, in its order. It has one column, `row`, which is a JSONObject.

    An array would be decoded element by element.
    """

    template = "(SELECT coalesce(jsonb_agg(\"row\"), '[]') FROM (%(subquery)s) AS listed)"
    output_field = ReadJSON()
