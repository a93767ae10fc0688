"""What is offered instead of a conflict: times at which somebody can teach, and whoever knows the course."""

from datetime import date, time, timedelta

import pytest

from muster.batches.assessment import ScheduleAssessment
from muster.batches.clashes import Hour, Timetable
from muster.batches.models import Batch
from muster.batches.rules import assign_instructor, end_assignment
from muster.batches.workload import batch_load
from muster.institutions.models import Holiday
from muster.people.rules import SkillInput, WindowInput, add_time_off, change_profile, replace_availability
from tests.client import Api
from tests.free import free_instructors
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2030, 1, 7), date(2030, 3, 1)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def person(campus):
    found = campus.instructor("Naledi Mokoena")
    campus.batch(lead=found, slots=[slot(1, "08:00", "10:00")])
    return found


def question(campus, *hours):
    return Timetable(campus.institution.pk, "UTC", FIRST, LAST, hours)


def offered(campus, *hours):
    timetable = question(campus, *hours)
    found = ScheduleAssessment(campus.admin, Batch(), timetable).alternatives
    return [str(hour) if hour.on_date is None else f"{hour.on_date} {hour.start:%H:%M}" for _index, hour in found.times]


def week(campus, person, *windows):
    plans = [WindowInput(day, time.fromisoformat(start), time.fromisoformat(end)) for day, start, end in windows]
    replace_availability(by=campus.admin, instructor=person, windows=plans)


def monday(person):
    return Hour(1, time(8), time(10), instructor_ids=(person.pk,))


def test_the_times_offered_lie_within_the_hours_of_who_is_to_teach(campus, person):
    week(campus, person, (1, "07:00", "18:00"), (3, "08:00", "12:00"))
    assert offered(campus, monday(person)) == [
        "Monday 10:00 to 12:00",
        "Monday 10:30 to 12:30",
        "Wednesday 08:00 to 10:00",
    ]


def test_other_times_are_offered_where_none_lies_within_their_hours(campus, person):
    week(campus, person, (1, "08:00", "10:00"))
    assert offered(campus, monday(person))[0] == "Monday 10:00 to 12:00"


def test_a_single_hour_is_offered_neither_on_days_away_nor_on_holidays(campus, person):
    asked = Hour.dated(date(2030, 1, 14), time(8), time(10), instructor_ids=(person.pk,))
    days = lambda: [text.split()[0] for text in offered(campus, asked)]  # noqa: E731
    assert days() == ["2030-01-14", "2030-01-15", "2030-01-16", "2030-01-11"]
    add_time_off(by=campus.admin, instructor=person, first_date=date(2030, 1, 15), last_date=date(2030, 1, 15))
    Holiday.objects.create(
        institution=campus.institution, name="Pause", start_date=date(2030, 1, 11), end_date=date(2030, 1, 11)
    )
    assert days() == ["2030-01-14", "2030-01-16", "2030-01-17", "2030-01-18"]


def test_whoever_knows_the_course_best_is_offered_first(campus):
    course = campus.course(required_skills=["Python", "SQL"])
    ada, ben, cem, dan = (campus.instructor(name) for name in ("Ada", "Ben", "Cem", "Dan"))

    def skilled(who, python, sql):
        skills = [SkillInput("Python", python), SkillInput("SQL", sql)]
        change_profile(by=campus.admin, instructor=who, changes={"skills": skills})

    skilled(dan, 5, 4)
    skilled(cem, 1, 1)
    change_profile(by=campus.admin, instructor=ben, changes={"skills": [SkillInput("Python", 5)]})
    found = free_instructors(question(campus, Hour(2, time(8), time(10))), seen_by=campus.admin, course=course)
    assert [(one.name, one.reason) for one in found] == [
        ("Dan", "skills 4.5 out of 5, 0 of 4 batches"),
        ("Cem", "skills 1 out of 5, 0 of 4 batches"),
        ("Ada", "0 of 4 batches"),
        ("Ben", "skills 2.5 out of 5, 0 of 4 batches, missing SQL"),
    ]
    campus.batch(course=course, lead=ada)
    found = free_instructors(question(campus, Hour(2, time(8), time(10))), seen_by=campus.admin, course=course)
    assert [one.name for one in found] == ["Dan", "Ada", "Cem", "Ben"]


def test_what_speaks_against_somebody_is_said_in_a_line(campus):
    busy = campus.instructor("Ben")
    week(campus, busy, (1, "08:00", "10:00"))
    hours = [Hour(day, time(8), time(10)) for day in (2, 3, 4, 5)]
    (found,) = free_instructors(question(campus, *hours), seen_by=campus.admin)
    assert found.reason == "0 of 4 batches, not available Tuesday 08:00 to 10:00 and 3 more"
    (found,) = free_instructors(question(campus, *hours[:2]), seen_by=campus.admin)
    assert found.against == ("not available Tuesday 08:00 to 10:00", "not available Wednesday 08:00 to 10:00")


def test_who_teaches_until_today_still_carries_the_batch(campus, person):
    today = campus.admin.today()
    batch = campus.batch(start_date=today - timedelta(days=9), end_date=today + timedelta(days=9))
    days = {"from_date": today - timedelta(days=3), "until_date": today}
    assign_instructor(by=campus.admin, batch=batch, instructor=person, role="substitute", **days)
    assert batch_load(campus.institution.pk)[person.pk] == 2


def test_what_never_began_is_no_load(campus, person):
    today = campus.admin.today()
    batch = campus.batch(start_date=today, end_date=today + timedelta(days=90))
    planned = assign_instructor(
        by=campus.admin, batch=batch, instructor=person, role="assistant", from_date=today + timedelta(days=30)
    )
    end_assignment(by=campus.admin, assignment=planned)
    assert batch_load(campus.institution.pk)[person.pk] == 1


@pytest.mark.parametrize(("first", "last"), [("0001-01-01", "0001-02-01"), ("9999-11-01", "9999-12-31")])
def test_the_ends_of_the_calendar_are_asked_about_too(campus, person, first, last):
    body = {
        "assigned_instructor": str(person.pk),
        "schedule": [{"day": "Monday", "start_time": "08:00", "end_time": "10:00"}],
        "start_date": first,
        "end_date": last,
    }
    assert Api(campus.token()).post("/batches/check-conflicts", body).status == 200


@pytest.mark.parametrize("field", ["from_date", "until_date"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_nobody_is_assigned_for_days_beyond_all_batches(campus, person, field, day):
    batch = campus.batch()
    days = {"from_date": "0001-01-01", "until_date": "9999-12-31", "role": "substitute"}
    days |= {"from_date": "2030-01-07"} if field == "until_date" else {}
    days[field] = day
    reply = Api(campus.token()).post(f"/batches/{batch.pk}/instructors", {"instructor_id": str(person.pk), **days})
    assert (reply.status, reply.fields) == (400, [field])
