"""What is advised for the days of instructors: not too many hours, and a break between sessions. It refuses nothing and
asks for no reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.warnings import SoftWarning
from muster.core.prepared import prepared_cursor
from muster.institutions.models import Institution
from muster.timetable.hours import COUNTS, WANTED, Timetable

# The days on which the asked hours are held, with everything else that the people teach then: those that go beyond what
# is advised. Sessions that overlap are a clash, and no matter of breaks.
LONG_DAYS = f"""
{WANTED}, taught AS (
    SELECT resource_id AS instructor_id, on_date, period FROM held
    UNION ALL
    SELECT booking.instructor_id, booking.on_date, booking.period
    FROM timetable_booking AS booking
    WHERE booking.instructor_id = ANY (%(resources)s::uuid[]) AND booking.institution_id = %(institution)s AND {COUNTS}
    AND EXISTS (
        SELECT FROM held WHERE held.resource_id = booking.instructor_id AND held.on_date = booking.on_date
    )
), days AS (
    SELECT instructor_id, on_date, extract(epoch FROM upper(period) - lower(period)) / 60 AS minutes,
           extract(epoch FROM lower(period) - lag(upper(period)) OVER same_day) / 60 AS pause
    FROM taught WINDOW same_day AS (PARTITION BY instructor_id, on_date ORDER BY period)
)
SELECT instructor_id, on_date, sum(minutes)::integer, (min(pause) FILTER (WHERE pause >= 0))::integer
FROM days GROUP BY 1, 2
HAVING sum(minutes) > %(most)s OR min(pause) FILTER (WHERE pause >= 0) < %(least)s
ORDER BY 1, 2
"""  # noqa: S608 - constants alone


def advice_on_days(timetable: Timetable, people: Mapping[UUID, str], institution: Institution) -> list[SoftWarning]:
    """Where the days of these people (names by id) would be longer, or their breaks shorter, than the institution
    recommends. One statement."""
    rows = [
        (index, hour, person)
        for index, hour in enumerate(timetable.hours)
        for person in hour.instructor_ids
        if person in people
    ]
    if not rows:
        return []
    most, least = institution.advised_hours_a_day * 60, institution.advised_break_minutes
    with prepared_cursor() as cursor:
        cursor.execute(LONG_DAYS, {**timetable.asked(rows), "most": most, "least": least})
        found = cursor.fetchall()
    advice: list[SoftWarning] = []
    for pk, name in people.items():
        days = [(day, minutes, pause) for who, day, minutes, pause in found if who == pk]
        advice += _too_long(pk, name, [(day, minutes) for day, minutes, _pause in days if minutes > most], most // 60)
        close = [(day, pause) for day, _minutes, pause in days if pause is not None and pause < least]
        advice += _too_close(pk, name, close, least)
    return advice


def _too_long(pk: UUID, name: str, days: Sequence[tuple[date, int]], limit: int) -> Iterator[SoftWarning]:
    if not days:
        return
    hours = f"{max(minutes for _day, minutes in days) / 60:.1f}".removesuffix(".0")
    sentence = ngettext(
        "%(name)s would teach %(hours)s hours on %(first)s. Up to %(limit)d a day are recommended.",
        "%(name)s would teach up to %(hours)s hours a day on %(count)d days, first on %(first)s. Up to %(limit)d a "
        "day are recommended.",
        len(days),
    )
    facts = {"name": name, "hours": hours, "limit": limit, "count": len(days), "first": _day_words(days[0][0])}
    short = _("%(hours)s hours a day, above the recommended %(limit)d")
    yield SoftWarning("daily_hours", pk, name, sentence % facts, short % facts)


def _too_close(pk: UUID, name: str, days: Sequence[tuple[date, int]], least: int) -> Iterator[SoftWarning]:
    if not days:
        return
    shortest = min(pause for _day, pause in days)
    pause = (
        ngettext("%(count)d minute", "%(count)d minutes", shortest) % {"count": shortest} if shortest else _("no time")
    )
    sentence = ngettext(
        "%(name)s would have %(pause)s between two sessions on %(first)s. At least %(least)d minutes are recommended.",
        "%(name)s would have %(pause)s between two sessions on %(count)d days, first on %(first)s. At least %(least)d "
        "minutes are recommended.",
        len(days),
    )
    facts = {"name": name, "pause": pause, "least": least, "count": len(days), "first": _day_words(days[0][0])}
    yield SoftWarning("short_break", pk, name, sentence % facts, _("%(pause)s between two sessions") % facts)


def _day_words(day: date) -> str:
    return date_format(day, "j F Y")
