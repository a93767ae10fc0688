"""Profiles, availability and time off: what the rules keep, what the API answers, what the database refuses."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from muster.allocation.rules import assign_student, unassign_student
from muster.batches.workload import workload_of
from muster.core.errors import Invalid
from muster.core.models import AuditEntry
from muster.enrollments.rules import hold_enrollment
from muster.institutions.models import Holiday, Role
from muster.people.errors import TimeOffGone, TimeOffOverlap
from muster.people.models import AvailabilityWindow, InstructorProfile, TimeOff
from muster.people.queries import teaching_of
from muster.people.rules import (
    SkillInput,
    WindowInput,
    add_time_off,
    change_profile,
    remove_time_off,
    replace_availability,
)
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


def window(weekday, start, end):
    return WindowInput(weekday, time.fromisoformat(start), time.fromisoformat(end))


def said(windows):
    return [(one.weekday, f"{one.start_time:%H:%M}", f"{one.end_time:%H:%M}") for one in windows]


# --- the profile --------------------------------------------------------------------------------------------------
def test_what_is_named_is_written_and_the_rest_stays(campus):
    person = campus.instructor()
    change_profile(
        by=campus.admin,
        instructor=person,
        changes={"domain": " Data ", "languages": ["en", "EN", " zu ", ""], "skills": [SkillInput("SQL", 4)]},
    )
    profile = change_profile(by=campus.admin, instructor=person, changes={"bio": "Hello.", "max_mentees": 3})
    assert (profile.domain, profile.bio, profile.languages) == ("Data", "Hello.", ["en", "zu"])
    assert (profile.max_active_batches, profile.max_mentees) == (None, 3)
    assert [(one.skill, one.level) for one in profile.skills.all()] == [("SQL", 4)]


def test_skills_are_replaced_as_a_whole_and_a_level_changes_in_place(campus):
    person = campus.instructor()
    plans = [SkillInput("SQL", 4), SkillInput("Python", 2)]
    kept = change_profile(by=campus.admin, instructor=person, changes={"skills": plans}).skills.get(skill="SQL")
    profile = change_profile(by=campus.admin, instructor=person, changes={"skills": [SkillInput("SQL", 5)]})
    assert [(one.pk, one.level) for one in profile.skills.all()] == [(kept.pk, 5)]


def test_every_wrong_field_of_a_profile_is_named(campus):
    with pytest.raises(Invalid) as refused:
        change_profile(
            by=campus.admin,
            instructor=campus.instructor(),
            changes={
                "domain": "x" * 101,
                "languages": ["x" * 36],
                "teaching_styles": ["a"] * 21,
                "max_active_batches": -1,
                "max_mentees": 10**9,
                "skills": [SkillInput("SQL", 6), SkillInput("sql", 1), SkillInput("", 1)],
            },
        )
    assert [wrong.field for wrong in refused.value.errors] == [
        "domain",
        "languages",
        "teaching_styles",
        "max_active_batches",
        "max_mentees",
        "skills.0.level",
        "skills.1.skill",
        "skills.2.skill",
    ]
    assert not InstructorProfile.objects.exists()


# --- the week -----------------------------------------------------------------------------------------------------
def test_a_week_is_replaced_and_windows_that_touch_become_one(campus):
    person = campus.instructor()
    replace_availability(by=campus.admin, instructor=person, windows=[window(5, "08:00", "12:00")])
    windows = replace_availability(
        by=campus.admin,
        instructor=person,
        windows=[window(1, "12:00", "13:30"), window(1, "08:00", "12:00"), window(2, "22:00", "23:59")],
    )
    assert said(windows) == [(1, "08:00", "13:30"), (2, "22:00", "23:59")]
    assert replace_availability(by=campus.admin, instructor=person, windows=[]) == []


def test_windows_that_overlap_or_end_first_are_refused_by_name(campus):
    person = campus.instructor()
    replace_availability(by=campus.admin, instructor=person, windows=[window(3, "08:00", "09:00")])
    with pytest.raises(Invalid) as refused:
        replace_availability(
            by=campus.admin,
            instructor=person,
            windows=[window(1, "08:00", "12:00"), window(1, "11:59", "13:00"), window(2, "10:00", "10:00")],
        )
    assert [wrong.field for wrong in refused.value.errors] == ["windows.1.start_time", "windows.2.end_time"]
    assert said(AvailabilityWindow.objects.all()) == [(3, "08:00", "09:00")]


def test_the_database_refuses_overlapping_windows_and_times_off(campus):
    profile = InstructorProfile.objects.create(institution=campus.institution, user=campus.instructor())
    other = InstructorProfile.objects.create(institution=campus.institution, user=campus.instructor())

    def put(whose, weekday, start, end):
        with transaction.atomic():
            AvailabilityWindow.objects.create(
                institution=campus.institution, profile=whose, weekday=weekday, start_time=start, end_time=end
            )

    def away(whose, first, last):
        with transaction.atomic():
            TimeOff.objects.create(institution=campus.institution, profile=whose, first_date=first, last_date=last)

    put(profile, 1, "08:00", "12:00")
    put(profile, 1, "12:00", "13:00")
    put(profile, 2, "08:00", "12:00")
    put(other, 1, "08:00", "12:00")
    with pytest.raises(IntegrityError, match="windows_do_not_overlap"):
        put(profile, 1, "11:59", "12:30")
    away(profile, "2030-01-01", "2030-01-05")
    away(profile, "2030-01-06", "2030-01-06")
    away(other, "2030-01-03", "2030-01-03")
    with pytest.raises(IntegrityError, match="times_off_do_not_overlap"):
        away(profile, "2030-01-05", "2030-01-05")


# --- time off -----------------------------------------------------------------------------------------------------
def test_days_away_do_not_overlap_and_the_refusal_names_the_others(campus):
    person = campus.instructor("Naledi Mokoena")
    first = add_time_off(
        by=campus.admin, instructor=person, first_date=date(2030, 1, 7), last_date=date(2030, 1, 11), reason=" Leave "
    )
    assert first.reason == "Leave"
    with pytest.raises(TimeOffOverlap) as refused:
        add_time_off(by=campus.admin, instructor=person, first_date=date(2030, 1, 11), last_date=date(2030, 1, 12))
    assert refused.value.message == (
        "Naledi Mokoena is already away from 7 January 2030 to 11 January 2030. Remove that time off first, or "
        "choose other days."
    )
    add_time_off(by=campus.admin, instructor=person, first_date=date(2030, 1, 12), last_date=date(2030, 1, 12))
    remove_time_off(by=campus.admin, instructor=person, time_off=first)
    with pytest.raises(TimeOffGone):
        remove_time_off(by=campus.admin, instructor=person, time_off=first)
    came, went = AuditEntry.objects.filter(row_id=first.pk).order_by("pk")
    assert (came.before, went.after) == (None, None)
    assert went.before == came.after


@pytest.mark.parametrize(
    ("first", "days", "field"), [(0, -1, "last_date"), (0, 366, "last_date"), (4000, 0, "first_date")]
)
def test_days_that_make_no_sense_are_refused(campus, first, days, field):
    start = campus.admin.today() + timedelta(days=first)
    with pytest.raises(Invalid) as refused:
        add_time_off(
            by=campus.admin,
            instructor=campus.instructor(),
            first_date=start,
            last_date=start + timedelta(days=days),
        )
    assert [wrong.field for wrong in refused.value.errors] == [field]


# --- the API ------------------------------------------------------------------------------------------------------
def test_instructors_keep_their_own_profile_over_the_api(campus):
    person = campus.instructor("Naledi Mokoena")
    api, path = Api(campus.token(person)), f"/instructors/{person.pk}"
    assert api.get(f"{path}/profile").data["limits"] == {"batches": 4, "mentees": 10}
    changed = api.put(
        f"{path}/profile",
        {"domain": "Data", "skills": [{"skill": "SQL", "level": 4}], "max_active_batches": 2},
    )
    assert (changed.status, changed.message) == (200, "Profile updated successfully")
    assert changed.data["limits"] == {"batches": 2, "mentees": 10}
    assert api.get(f"{path}/profile").data == changed.data
    assert api.put(f"{path}/profile", {"max_active_batches": None}).data["limits"]["batches"] == 4
    week = {"windows": [{"day": "Monday", "start_time": "08:00", "end_time": "12:00"}]}
    assert api.get(f"{path}/availability").data == {"always": True, "windows": []}
    assert api.put(f"{path}/availability", week).data == {"always": False, **week}
    assert api.get(f"{path}/availability").data == {"always": False, **week}


def test_time_off_over_the_api_says_how_many_meetings_need_cover(campus):
    person = campus.instructor()
    campus.batch(lead=person, slots=[slot(1, "08:00", "10:00"), slot(3, "08:00", "10:00")])
    api, path = Api(campus.token(person)), f"/instructors/{person.pk}/time-off"
    made = api.post(path, {"first_date": "2030-01-21", "last_date": "2030-01-28", "reason": "Leave"})
    assert (made.status, made.data["meetings"]) == (201, 3)
    assert [row["first_date"] for row in api.get(path).data] == ["2030-01-21"]
    refused = api.post(path, {"first_date": "2030-01-28", "last_date": "2030-01-28"})
    assert (refused.status, refused.fields, refused.body["code"]) == (400, ["first_date"], "time_off_overlaps")
    assert api.delete(path, {"time_off_id": made.data["_id"]}).status == 200
    assert api.get(path).data == []
    gone = api.delete(path, {"time_off_id": made.data["_id"]})
    assert (gone.status, gone.fields) == (400, ["time_off_id"])


def test_nobody_else_changes_a_profile_and_no_other_time_off_is_reached(campus):
    mine, theirs = campus.instructor(), campus.instructor()
    row = add_time_off(by=campus.admin, instructor=theirs, first_date=date(2030, 1, 1), last_date=date(2030, 1, 1))
    api = Api(campus.token(mine))
    assert api.put(f"/instructors/{theirs.pk}/profile", {"bio": "x"}).status == 404
    assert api.delete(f"/instructors/{mine.pk}/time-off", {"time_off_id": str(row.pk)}).status == 400
    manager = campus.person(Role.BRANCH_MANAGER, branch=campus.branch())
    reads = Api(campus.token(manager))
    assert reads.get(f"/instructors/{theirs.pk}/availability").status == 200
    assert reads.put(f"/instructors/{theirs.pk}/availability", {"windows": []}).status == 403


def test_workload_has_the_fixed_names(campus):
    person = campus.instructor()
    today = campus.admin.today()
    batch = campus.batch(
        lead=person,
        start_date=today - timedelta(days=20),
        end_date=today + timedelta(days=60),
        slots=[slot(day, "09:00", "10:30") for day in range(1, 8)],
    )
    campus.enroll(batch)
    campus.enroll(batch)
    campus.batch(lead=campus.instructor())
    kept, left = campus.student(), campus.student()
    for student in (kept, left):
        assign_student(by=campus.admin, student=student, instructor=person)
    unassign_student(by=campus.admin, student=left)
    change_profile(by=campus.admin, instructor=person, changes={"max_active_batches": 2, "max_mentees": 5})
    assert Api(campus.token(person)).get(f"/instructors/{person.pk}/workload").data == {
        "batchCount": 1,
        "individualCount": 1,
        "totalStudents": 2,
        "weekly_hours": 10.5,
        "limits": {"batches": 2, "mentees": 5},
        "utilization": 0.5,
    }


def test_workload_counts_every_active_enrollment(campus):
    person, student = campus.instructor(), campus.student()
    batches = [campus.batch(lead=person) for _each in range(2)]
    for batch in batches:
        campus.enroll(batch, student=student)
    hold_enrollment(by=campus.admin, enrollment=campus.enroll(batches[0]))
    assert workload_of(campus.admin, person.pk).students == 2


def test_a_holiday_is_no_hour_of_the_week_and_needs_no_cover(campus):
    person = campus.instructor()
    today = campus.admin.today()
    # Before the batch: a session that has begun stays, whatever day it is called afterwards.
    Holiday.objects.create(institution=campus.institution, name="Pause", start_date=today, end_date=today)
    campus.batch(
        lead=person,
        start_date=today - timedelta(days=20),
        end_date=today + timedelta(days=60),
        slots=[slot(day, "09:00", "10:30") for day in range(1, 8)],
    )
    assert workload_of(campus.admin, person.pk).hours == 9
    days = {"first_date": today.isoformat(), "last_date": (today + timedelta(days=1)).isoformat()}
    assert Api(campus.token(person)).post(f"/instructors/{person.pk}/time-off", days).data["meetings"] == 1


def test_what_many_instructors_said_is_one_statement(campus):
    people = [campus.instructor() for _number in range(3)]
    for person in people[:2]:
        replace_availability(by=campus.admin, instructor=person, windows=[window(1, "08:00", "12:30")])
        add_time_off(by=campus.admin, instructor=person, first_date=date(2030, 1, 1), last_date=date(2030, 1, 2))
        change_profile(by=campus.admin, instructor=person, changes={"skills": [SkillInput("SQL", 3)]})
    with CaptureQueriesContext(connection) as statements:
        found = teaching_of(campus.institution.pk, [person.pk for person in people], date(2030, 1, 2), date(2030, 2, 1))
    assert len(statements) == 1
    assert set(found) == {person.pk for person in people[:2]}
    one = found[people[0].pk]
    assert (one.windows, one.skills) == (((1, 480, 750),), {"sql": 3})
    assert one.times_off == ((date(2030, 1, 1), date(2030, 1, 2)),)
