"""What speaks against an instructor without forbidding them."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.allocation.scoring import suggestions_for_batch
from muster.batches.clashes import Hour, Timetable
from muster.batches.errors import SomethingSpeaksAgainst
from muster.batches.history import history_of
from muster.batches.models import InstructorAssignment
from muster.batches.rules import assign_instructor, assign_lead
from muster.institutions.models import Holiday
from muster.people.rules import SkillInput, WindowInput, add_time_off, change_profile, replace_availability
from tests.client import Api
from tests.free import free_instructors
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
SCHEDULE = [{"day": "Monday", "start_time": "08:00", "end_time": "10:00"}]


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def person(campus):
    return campus.instructor("Naledi Mokoena")


def week(campus, person, *windows):
    plans = [WindowInput(day, time.fromisoformat(start), time.fromisoformat(end)) for day, start, end in windows]
    replace_availability(by=campus.admin, instructor=person, windows=plans)


def asked(campus, person, **body):
    question = {"schedule": SCHEDULE, "start_date": "2030-01-07", "end_date": "2030-03-01", **body}
    reply = Api(campus.token()).post("/batches/check-conflicts", {"assigned_instructor": str(person.pk), **question})
    assert reply.status == 200
    return [(one["kind"], one["slot"], one["message"]) for one in reply.data["warnings"]]


def test_nothing_speaks_against_who_said_nothing(campus, person):
    course = campus.course(required_skills=["SQL"])
    assert asked(campus, person, course_id=str(course.pk)) == []


def test_hours_outside_the_week_are_named_and_windows_together_cover(campus, person):
    week(campus, person, (1, "07:00", "09:00"), (1, "09:00", "10:00"))
    assert asked(campus, person) == []
    week(campus, person, (1, "07:00", "09:30"), (2, "08:00", "10:00"))
    assert asked(campus, person) == [
        ("availability", 0, "Naledi Mokoena is not available Monday 08:00 to 10:00."),
    ]


def test_days_away_count_only_where_a_meeting_falls(campus, person):
    add_time_off(by=campus.admin, instructor=person, first_date=date(2030, 1, 8), last_date=date(2030, 1, 13))
    assert asked(campus, person) == []
    add_time_off(by=campus.admin, instructor=person, first_date=date(2030, 1, 14), last_date=date(2030, 1, 21))
    assert asked(campus, person) == [
        (
            "time_off",
            None,
            "Naledi Mokoena is away from 14 January 2030 to 21 January 2030: 2 sessions affected.",
        )
    ]


def test_days_away_that_are_holidays_speak_against_nobody(campus, person):
    monday = date(2030, 1, 14)
    add_time_off(by=campus.admin, instructor=person, first_date=monday, last_date=monday + timedelta(days=13))
    Holiday.objects.create(institution=campus.institution, name="Pause", start_date=monday, end_date=monday)
    (warning,) = asked(campus, person)
    assert warning[2].endswith("from 14 January 2030 to 27 January 2030: 1 session affected.")
    Holiday.objects.create(
        institution=campus.institution, name="Rest", start_date=date(2030, 1, 20), end_date=date(2030, 1, 22)
    )
    assert asked(campus, person) == []


def test_the_holidays_are_asked_for_once_however_many_are_away(campus):
    batch = campus.batch(slots=[slot(1, "08:00", "10:00")])

    def statements():
        with CaptureQueriesContext(connection) as sent:
            found = suggestions_for_batch(campus.admin, batch)
        assert all(one.against for one in found.ranked)
        return len(sent)

    counts = []
    for number in (1, 4):
        for _each in range(number):
            days = {"first_date": date(2030, 1, 14), "last_date": date(2030, 1, 20)}
            add_time_off(by=campus.admin, instructor=campus.instructor(), **days)
        counts.append(statements())
    assert counts[0] == counts[1]


def test_workload_beyond_the_own_limit_and_missing_skills_are_named(campus, person):
    course = campus.course(title="Data", required_skills=["SQL", "Python"])
    change_profile(
        by=campus.admin,
        instructor=person,
        changes={"max_active_batches": 0, "skills": [SkillInput("sql", 3)]},
    )
    assert asked(campus, person, course_id=str(course.pk)) == [
        (
            "workload",
            None,
            "With this batch, Naledi Mokoena would have 1 active batch, above the recommended 0.",
        ),
        ("skill", None, "Naledi Mokoena doesn't have the skills Data requires: Python."),
    ]


def test_a_slot_that_names_somebody_else_is_asked_of_that_person(campus, person):
    other = campus.instructor("Sipho Dlamini")
    week(campus, person, (2, "08:00", "10:00"))
    week(campus, other, (2, "08:00", "10:00"))
    schedule = [{**SCHEDULE[0], "instructor": str(other.pk)}]
    assert [(kind, message) for kind, _slot, message in asked(campus, person, schedule=schedule)] == [
        ("availability", "Sipho Dlamini is not available Monday 08:00 to 10:00.")
    ]


def test_the_fixed_way_to_assign_a_lead_never_refuses_and_tells_the_warnings(campus, person):
    batch = campus.batch(slots=[slot(1, "08:00", "10:00")])
    api, path = Api(campus.token()), f"/batches/{batch.pk}/assign-instructor/{person.pk}"
    plain = api.put(f"/batches/{batch.pk}/assign-instructor/{campus.instructor().pk}")
    assert (plain.status, "warnings" in plain.body) == (200, False)
    week(campus, person, (2, "08:00", "10:00"))
    told = api.put(path)
    assert (told.status, [one["code"] for one in told.body["warnings"]]) == (200, ["availability"])
    assert "warnings" not in api.put(path).body


def test_assigning_asks_once_for_a_reason_and_keeps_it(campus, person):
    week(campus, person, (2, "08:00", "10:00"))
    batch = campus.batch(slots=[slot(1, "08:00", "10:00")])
    api, path = Api(campus.token()), f"/batches/{batch.pk}/instructors"
    body = {"instructor_id": str(person.pk), "role": "assistant"}
    refused = api.post(path, body)
    assert (refused.status, refused.fields, refused.body["code"]) == (400, ["override_reason"], "needs_a_reason")
    assert refused.message == (
        "Naledi Mokoena is not available Monday 08:00 to 10:00. To assign them anyway, give a reason."
    )
    assert [one["kind"] for one in refused.data["warnings"]] == ["availability"]
    assert not InstructorAssignment.objects.exists()
    assert api.post(path, {**body, "override_reason": "x" * 301}).fields == ["override_reason"]
    assert api.post(path, {**body, "override_reason": "She offered it herself"}).status == 201
    assert history_of(batch).entries[0].reason == "She offered it herself"


def test_a_reason_is_not_kept_where_nothing_speaks_against(campus, person):
    batch = campus.batch(slots=[slot(1, "08:00", "10:00")])
    assign_lead(by=campus.admin, batch=batch, instructor=person, override_reason="Just so")
    week(campus, person, (2, "08:00", "10:00"))
    with pytest.raises(SomethingSpeaksAgainst):
        assign_instructor(by=campus.admin, batch=batch, instructor=person, role="assistant", override_reason=" \u200b")
    # Who does not ask, such as a plan that weighed it already, is not refused.
    assign_instructor(by=campus.admin, batch=batch, instructor=person, role="assistant")


def test_those_against_whom_nothing_speaks_are_offered_first(campus):
    away, outside, fine = (campus.instructor(name) for name in ("A Away", "B Outside", "C Fine"))
    monday = date(2030, 1, 7)
    add_time_off(by=campus.admin, instructor=away, first_date=monday, last_date=monday + timedelta(days=1))
    week(campus, outside, (2, "08:00", "10:00"))
    week(campus, fine, (1, "08:00", "10:00"))
    timetable = Timetable(campus.institution.pk, "UTC", monday, date(2030, 3, 1), [Hour(1, time(8), time(10))], ())
    free = free_instructors(timetable, seen_by=campus.admin)
    assert [(one.name, one.reason) for one in free] == [
        ("C Fine", "0 of 4 batches"),
        ("A Away", "0 of 4 batches, away from 7 January 2030 to 8 January 2030"),
        ("B Outside", "0 of 4 batches, not available Monday 08:00 to 10:00"),
    ]


def test_the_page_asks_once_for_a_reason_and_keeps_it(campus, person):
    week(campus, person, (2, "08:00", "10:00"))
    batch = campus.batch(slots=[slot(1, "08:00", "10:00")])
    browser, path = Browser(campus), f"/batches/{batch.pk}/instructors/assign/"
    assert "override_reason" not in browser.get(path).content.decode()
    posted = {"role": "lead", "instructor_id": str(person.pk), "from_date": "", "until_date": "", "notes": ""}
    refused = browser.post(path, posted)
    assert refused.status_code == 400
    assert "Naledi Mokoena is not available Monday 08:00 to 10:00." in words_of(refused)
    assert "override_reason" in refused.content.decode()
    assert not InstructorAssignment.objects.exists()
    assert browser.post(path, {**posted, "override_reason": "Only this term"}).status_code == 302
    assert history_of(batch).entries[0].reason == "Only this term"


def test_the_form_of_a_batch_tells_what_speaks_against_the_lead_and_saves_all_the_same(campus, person):
    week(campus, person, (2, "08:00", "10:00"))
    typed = {
        "kind": "course",
        "course_id": str(campus.course().pk),
        "start_date": "2030-01-07",
        "end_date": "2030-01-31",
        "assigned_instructor": str(person.pk),
        "schedule.0.day": "Monday",
        "schedule.0.start_time": "08:00",
        "schedule.0.end_time": "10:00",
    }
    response = Browser(campus).post("/batches/check/", typed)
    off = [one for one in response.context["check"].as_json()["busy"] if one["kind"] == "off"]
    assert [(one["start"], one["end"]) for one in off if one["day"] == 2] == [(0, 480), (600, 1440)]
    assert [(one["start"], one["end"]) for one in off if one["day"] == 1] == [(0, 1440)]
    shown = words_of(response)
    assert "Naledi Mokoena is not available Monday 08:00 to 10:00." in shown
    assert "You can still save." in shown
