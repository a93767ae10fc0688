"""Electives: what is on offer, choosing and staff choosing, seats, deadlines, reminders, and both doors."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from muster.accounts.models import User
from muster.allocation.rules import assign_student
from muster.batches.errors import BatchArchived
from muster.batches.rules import archive_batch, change_batch
from muster.core.database import violated_constraint
from muster.core.errors import Invalid
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import cancel_enrollment
from muster.institutions.models import Role
from muster.mentoring.rules import schedule_sessions
from muster.notifications.models import Notification
from muster.progression.errors import (
    ChoiceClosed,
    ChoiceHasScores,
    ElectiveFull,
    EnoughChosen,
    GroupNameTaken,
    HeldBackFrom,
    NotAnElective,
    TooFewSeats,
    TooManyChosen,
    WasChosen,
)
from muster.progression.jobs import remind_all_to_choose
from muster.progression.models import AcademicRecord, ElectiveChoice, ElectiveGroup, SubjectMapping
from muster.progression.queries import clashes_of_electives, missing_from, offers_of, open_choices, sheet_of
from muster.progression.rules import (
    ScoreInput,
    add_elective_group,
    change_elective_group,
    choose_elective,
    copy_subjects,
    map_subject,
    publish_results,
    remap_subject,
    remove_elective_group,
    save_scores,
    unmap_subject,
    withdraw_choice,
)
from muster.progression.tests.test_mapping import Year, subject_of
from tests.client import Api
from tests.make import slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


class OfferYear(Year):
    """A batch year with a core subject and two electives, of which one is to be chosen from yesterday to tomorrow."""

    def __init__(self) -> None:
        super().__init__()
        self.core = self.map(self.first)
        self.drama = self.map(subject_of(self.course, "DR", title="Drama", credits=Decimal(3)))
        self.music = self.map(
            subject_of(self.course, "MU", title="Music", credits=Decimal(4)), seats=1, is_elective=True
        )
        self.ada, self.ben = self.campus.student("Ada Byron"), self.campus.student("Ben Okri")
        self.seat, self.other = self.campus.enroll(self.batch, self.ada), self.campus.enroll(self.batch, self.ben)
        self.group = self.offer(choose=1)

    def offer(self, **fields: Any) -> ElectiveGroup:
        today = self.batch.today()
        days = {"opens_on": today - timedelta(days=1), "closes_on": today + timedelta(days=1)}
        plan = {"name": "Elective 1", "semester": 1, **days, **fields}
        electives = [self.drama, self.music]
        group = add_elective_group(by=self.campus.admin, batch=self.batch, fields=plan, mappings=electives)
        for one in electives:
            one.refresh_from_db()
        return group

    def change(self, **changes: Any) -> None:
        self.group = change_elective_group(by=self.campus.admin, group=self.group, changes=changes)

    def choose(self, mapping: SubjectMapping, seat: Enrollment | None = None, *, by: Any = None) -> ElectiveChoice:
        seat = seat or self.seat
        outcome = choose_elective(by=by or self.campus.actor(seat.student), enrollment=seat, mapping=mapping)
        return outcome.choice

    def api_of(self, person: User) -> Api:
        return Api(self.campus.token(person))

    @property
    def electives(self) -> str:
        return f"/batches/{self.batch.pk}/electives"


@pytest.fixture
def year() -> OfferYear:
    return OfferYear()


def test_a_student_chooses_once_changes_and_is_done(year: OfferYear) -> None:
    year.choose(year.drama)
    year.choose(year.drama)
    assert ElectiveChoice.objects.count() == 1
    assert [one.student for one in missing_from(year.group)] == [year.ben]
    with pytest.raises(EnoughChosen):
        year.choose(year.music)
    assert withdraw_choice(by=year.campus.actor(year.ada), enrollment=year.seat, mapping=year.drama)
    assert not withdraw_choice(by=year.campus.actor(year.ada), enrollment=year.seat, mapping=year.drama)
    year.choose(year.music)
    [offer] = offers_of(year.seat)
    assert (offer.is_done, offer.takes_more, offer.credits) == (True, False, Decimal(4))


def test_a_full_elective_is_refused_with_those_that_have_seats(year: OfferYear) -> None:
    year.choose(year.music)
    with pytest.raises(ElectiveFull) as refused:
        year.choose(year.music, year.other)
    assert str(refused.value) == "Music is full. Seats are left in Drama."


def test_credits_are_reached_by_one_or_by_several(year: OfferYear) -> None:
    year.change(choose=None, least_credits=Decimal(5))
    year.choose(year.music)
    assert len(missing_from(year.group)) == 2
    year.choose(year.drama)
    assert [one.student for one in missing_from(year.group)] == [year.ben]


def test_students_choose_while_it_is_open_and_staff_at_any_time(year: OfferYear) -> None:
    today = year.batch.today()
    for days in ((1, 2), (-3, -1)):
        year.change(opens_on=today + timedelta(days=days[0]), closes_on=today + timedelta(days=days[1]))
        with pytest.raises(ChoiceClosed):
            year.choose(year.drama)
    year.choose(year.drama, by=year.campus.admin)
    with pytest.raises(ChoiceClosed):
        withdraw_choice(by=year.campus.actor(year.ada), enrollment=year.seat, mapping=year.drama)
    assert withdraw_choice(by=year.campus.admin, enrollment=year.seat, mapping=year.drama)


def test_what_stands_in_no_group_is_chosen_by_staff_alone(year: OfferYear) -> None:
    remove_elective_group(by=year.campus.admin, group=year.group)
    year.drama.refresh_from_db()
    with pytest.raises(ChoiceClosed):
        year.choose(year.drama)
    assert year.choose(year.drama, by=year.campus.admin)


def test_only_electives_of_the_own_batch_are_chosen_by_who_has_a_seat(year: OfferYear) -> None:
    other = year.campus.enroll(year.year(2031), year.campus.student())
    for seat, mapping in ((year.seat, year.core), (other, year.drama)):
        with pytest.raises(NotAnElective):
            year.choose(mapping, seat, by=year.campus.admin)
    cancel_enrollment(by=year.campus.admin, enrollment=year.other)
    with pytest.raises(NotAnElective):
        year.choose(year.drama, year.other, by=year.campus.admin)


def test_a_group_asks_for_no_fewer_than_somebody_chose(year: OfferYear) -> None:
    year.change(choose=2)
    year.choose(year.drama), year.choose(year.music)
    with pytest.raises(TooManyChosen):
        year.change(choose=1)
    year.change(choose=3)


def test_who_was_held_back_chooses_nothing_of_the_next_semester(year: OfferYear) -> None:
    later = year.map(subject_of(year.course, "PH", title="Physics", semester=2), is_elective=True)
    AcademicRecord.objects.create(
        institution=year.campus.institution, enrollment=year.seat, semester=1, status=AcademicRecord.Status.DETAINED
    )
    with pytest.raises(HeldBackFrom):
        year.choose(later, by=year.campus.admin)
    assert year.choose(later, year.other, by=year.campus.admin).mapping == later


def test_whoever_leaves_gives_the_seat_back(year: OfferYear) -> None:
    year.choose(year.music)
    cancel_enrollment(by=year.campus.admin, enrollment=year.seat)
    assert year.choose(year.music, year.other)


def test_an_archived_batch_takes_no_choices(year: OfferYear) -> None:
    choice = year.choose(year.drama)
    archive_batch(by=year.campus.admin, batch=year.batch)
    with pytest.raises(BatchArchived):
        year.choose(year.drama, year.other, by=year.campus.admin)
    with pytest.raises(BatchArchived):
        withdraw_choice(by=year.campus.admin, enrollment=year.seat, mapping=year.drama)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        choice.delete()
    assert violated_constraint(refused.value) == "archived_batch_does_not_change"


def test_what_was_chosen_stays_an_elective_with_enough_seats(year: OfferYear) -> None:
    year.choose(year.drama)
    year.choose(year.drama, year.other)
    for changes, error in (({"seats": 1}, TooFewSeats), ({"is_elective": False}, WasChosen)):
        with pytest.raises(error):
            remap_subject(by=year.campus.admin, mapping=year.drama, changes=changes)
    with pytest.raises(WasChosen):
        unmap_subject(by=year.campus.admin, mapping=year.drama)
    assert remap_subject(by=year.campus.admin, mapping=year.drama, changes={"seats": 2}).seats == 2


@pytest.mark.parametrize(
    ("rows", "constraint"),
    [
        (("music", "music"), "elective_has_a_seat"),
        (("drama", "music"), "group_asks_for_no_more"),
        (("core",), "choice_is_of_an_elective"),
    ],
)
def test_the_database_refuses_what_the_rule_would(year: OfferYear, rows: tuple[str, ...], constraint: str) -> None:
    seats = [year.seat, year.other if constraint == "elective_has_a_seat" else year.seat]
    made = [
        ElectiveChoice(institution=year.campus.institution, enrollment=seat, mapping=getattr(year, name))
        for name, seat in zip(rows, seats, strict=False)
    ]
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        ElectiveChoice.objects.bulk_create(made)
    assert violated_constraint(refused.value) == constraint


def test_groups_are_sound_and_one_of_a_name(year: OfferYear) -> None:
    for fields, field in (
        ({"name": " "}, "name"),
        ({"name": "X", "semester": 9}, "semester"),
        ({"name": "X", "choose": None}, "choose"),
        ({"name": "X", "closes_on": date(2029, 1, 1), "opens_on": date(2029, 1, 2)}, "closes_on"),
        ({"name": "X", "semester": 2}, "subjects"),
    ):
        with pytest.raises(Invalid) as refused:
            year.offer(**{"choose": 1, **fields})
        assert field in {one.field for one in refused.value.errors}
    remove_elective_group(by=year.campus.admin, group=year.group)
    for one in (year.drama, year.music):
        one.refresh_from_db()
    year.offer(choose=2)
    plan = {"name": "Elective 1", "semester": 1, "choose": 1}
    days = {"opens_on": date(2030, 1, 7), "closes_on": date(2030, 1, 8)}
    with pytest.raises(GroupNameTaken):
        add_elective_group(by=year.campus.admin, batch=year.batch, fields=plan | days)


def test_the_sheet_of_an_elective_lists_who_chose_it(year: OfferYear) -> None:
    year.choose(year.drama)
    assert [row.enrollment for row in sheet_of(year.drama).rows] == [year.seat]
    assert len(sheet_of(year.core).rows) == 2


def test_a_semester_waits_for_the_electives_that_were_chosen(year: OfferYear) -> None:
    cells = [ScoreInput(0, year.seat.pk, "MARK", Decimal(70))]
    save_scores(by=year.campus.admin, mapping=year.core, cells=cells)
    publish_results(by=year.campus.admin, mapping=year.core)
    record = AcademicRecord.objects.get()
    assert record.status == "passed"
    year.choose(year.drama)
    record.refresh_from_db()
    assert record.status == "in_progress"
    withdraw_choice(by=year.campus.admin, enrollment=year.seat, mapping=year.drama)
    record.refresh_from_db()
    assert record.status == "passed"


def test_an_elective_with_scores_stays(year: OfferYear) -> None:
    from_api = f"/batches/{year.batch.pk}/results?subject=DR"
    year.choose(year.drama)
    row = {"enrollment_id": str(year.seat.pk), "components": {"MARK": 60}}
    assert year.api.put(from_api, {"rows": [row]}).status == 200
    with pytest.raises(ChoiceHasScores):
        withdraw_choice(by=year.campus.admin, enrollment=year.seat, mapping=year.drama)


def test_who_has_not_chosen_is_reminded_once_before_the_end(year: OfferYear) -> None:
    year.choose(year.drama)
    year.change(closes_on=year.batch.today() + timedelta(days=5))
    remind_all_to_choose(0)
    kept = Notification.objects.filter(kind="electives_to_choose")
    assert kept.count() == 0
    year.change(closes_on=year.batch.today() + timedelta(days=2))
    remind_all_to_choose(0)
    remind_all_to_choose(0)
    assert [(one.user, one.url) for one in kept] == [(year.ben, f"{year.electives}/")]


def test_a_clash_is_named_by_both_doors_and_wants_a_tick_on_the_page(year: OfferYear) -> None:
    hours = ("09:00", "10:00")
    week = [slot(1, *hours, subject=year.first, instructor=year.campus.instructor(), room=year.campus.room())]
    week += [slot(1, *hours, subject=year.drama.subject, instructor=year.campus.instructor(), room=year.campus.room())]
    change_batch(by=year.campus.admin, batch=year.batch, changes={"slots": week})
    browser, page = Browser(year.campus, year.ada), f"{year.electives}/"
    assert "At the same time as Subject A on" in words_of(browser.get(page))
    at = f"{year.electives}/students/{year.seat.pk}/{year.drama.pk}/choose/"
    assert browser.post(at).status_code == 400
    assert browser.post(at, {"accept_clash": "on"})["Location"] == page
    told = year.api_of(year.ben).post(f"{year.electives}/choose", {"mapping_id": str(year.drama.pk)})
    assert (told.status, "At the same time as Subject A" in told.body["warnings"][0]["message"]) == (200, True)


def test_an_elective_at_the_hour_with_the_mentor_is_named(year: OfferYear) -> None:
    campus, starts_on = year.campus, year.batch.start_date
    assert starts_on
    first = max(starts_on, year.batch.today())
    assign_student(by=campus.admin, student=year.ada, instructor=campus.instructor())
    monday = first + timedelta(days=8 - first.isoweekday())
    schedule_sessions(by=campus.admin, student=year.ada, starts_at=datetime.combine(monday, time(9, 30)))
    week = [slot(1, "09:00", "10:00", subject=year.drama.subject, instructor=campus.instructor(), room=campus.room())]
    change_batch(by=campus.admin, batch=year.batch, changes={"slots": week})
    [clash] = clashes_of_electives(year.seat, [year.drama.pk])[year.drama.pk]
    assert (clash.what.split(":")[0], clash.on_date, clash.dates) == ("Mentoring", monday, 1)


# --- doors ------------------------------------------------------------------------------------------------------------
def test_the_api_offers_chooses_lists_and_gives_back(year: OfferYear) -> None:
    ada = year.api_of(year.ada)
    [group] = ada.get(year.electives).data
    assert [(one["code"], one["seats_left"], one["chosen_by_me"]) for one in group["subjects"]] == [
        ("DR", None, False),
        ("MU", 1, False),
    ]
    assert ada.post(f"{year.electives}/choose", {"mapping_id": str(year.music.pk)}).data["chosen"]
    assert [one["seats_left"] for one in ada.get(year.electives).data[0]["subjects"]] == [None, 0]
    listed = year.api.get(f"{year.electives}/students?subject={year.music.pk}").data
    missing = year.api.get(f"{year.electives}/students?missing={year.group.pk}").data
    assert [[row["student"]["full_name"] for row in rows] for rows in (listed, missing)] == [
        ["Ada Byron"],
        ["Ben Okri"],
    ]
    full = year.api_of(year.ben).post(f"{year.electives}/choose", {"mapping_id": str(year.music.pk)})
    assert (full.status, full.body["code"]) == (400, "elective_full")
    named = {"mapping_id": str(year.music.pk), "enrollment_id": str(year.seat.pk)}
    assert year.api_of(year.ben).post(f"{year.electives}/unchoose", named).status == 400
    assert year.api.post(f"{year.electives}/unchoose", named).data["chosen"] is False


def test_the_api_adds_changes_and_removes_groups(year: OfferYear) -> None:
    path = f"{year.electives}/{year.group.pk}"
    changed = year.api.put(path, {"least_credits": 5, "mapping_ids": [str(year.drama.pk)]})
    assert (changed.data["choose"], changed.data["least_credits"], len(changed.data["subjects"])) == (None, 5, 1)
    assert year.api.delete(path).status == 200
    assert year.api.get(year.electives).data == []


def test_the_page_and_home_lead_a_student_through(year: OfferYear) -> None:
    browser = Browser(year.campus, year.ada)
    assert [one.is_done for one in open_choices(year.campus.actor(year.ada))] == [False]
    assert "Choose electives" in words_of(browser.get("/"))
    shown = words_of(browser.get(f"{year.electives}/"))
    assert ("1 of 1 seats left" in shown, "Choose 1 subject" in shown) == (True, True)
    at = f"{year.electives}/students/{year.seat.pk}/{year.music.pk}/"
    assert browser.post(f"{at}choose/")["Location"] == f"{year.electives}/"
    assert "Electives chosen" in words_of(browser.get("/"))
    assert browser.post(f"{at}withdraw/")["Location"] == f"{year.electives}/"
    other = f"{year.electives}/students/{year.other.pk}/{year.music.pk}/choose/"
    assert browser.post(other).status_code == 404


def test_the_numbers_of_the_tab_open_their_rows(year: OfferYear) -> None:
    year.choose(year.music)
    browser = Browser(year.campus)
    tab = browser.get(f"/batches/{year.batch.pk}/subjects/")
    assert "1 student chose it" in words_of(tab)
    assert "1 student hasn't finished choosing" in words_of(tab)
    chose = words_of(browser.get(f"{year.electives}/students/?elective={year.music.pk}"))
    missing = words_of(browser.get(f"{year.electives}/{year.group.pk}/missing/"))
    assert ("Ada Byron" in chose, "Ben Okri" in chose) == (True, False)
    assert ("Ada Byron" in missing, "Ben Okri" in missing) == (False, True)


def test_a_department_chooses_for_students_and_a_branch_does_not(year: OfferYear) -> None:
    head = year.api_of(year.campus.person(Role.DEPT_ADMIN, department=year.department))
    body = {"mapping_id": str(year.drama.pk), "enrollment_id": str(year.seat.pk)}
    assert head.post(f"{year.electives}/choose", body).status == 200
    manager = year.api_of(year.campus.person(Role.BRANCH_MANAGER, branch=year.campus.branch()))
    assert manager.post(f"{year.electives}/choose", body).status == 403


def test_copied_electives_bring_their_seats(year: OfferYear) -> None:
    made = copy_subjects(by=year.campus.admin, batch=year.year(2031), source=year.batch)
    assert {(one.subject.code, one.is_elective, one.seats) for one in made} == {
        ("A", False, None),
        ("DR", True, None),
        ("MU", True, 1),
    }


def test_a_subject_of_another_semester_leaves_its_group(year: OfferYear) -> None:
    moved = remap_subject(by=year.campus.admin, mapping=year.drama, changes={"semester": 2})
    assert moved.group is None
    mapping = map_subject(by=year.campus.admin, batch=year.batch, subject=year.third)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        SubjectMapping.objects.filter(pk=mapping.pk).update(group=year.group, is_elective=True)
    assert violated_constraint(refused.value) == "group_is_of_the_semester"
