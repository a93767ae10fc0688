"""Reads around imports."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from muster.exchange.models import ImportRun
from muster.exchange.report import MAIN


def with_main_count(rows: QuerySet[ImportRun]) -> QuerySet[Any]:
    """The runs with `main_kind` and `main_made`, what `main_count` says of their reports, without the reports."""
    there = [When(**{f"report__counts__{kind}__isnull": False}, then=Value(kind)) for kind in MAIN]
    made = [When(main_kind=kind, then=Cast(KT(f"report__counts__{kind}__made"), IntegerField())) for kind in MAIN]
    return rows.annotate(main_kind=Case(*there, default=None)).annotate(main_made=Case(*made, default=None))
