"""What happened to a batch, told in sentences: on its page and over the API."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.batches.history import history_of
from muster.batches.models import Batch
from muster.batches.rules import (
    archive_batch,
    assign_instructor,
    assign_lead,
    change_batch,
    end_assignment,
    restore_batch,
    share_meeting,
    unarchive_batch,
)
from muster.enrollments.rules import (
    cancel_enrollment,
    change_capacity,
    change_status,
    delete_batch,
    hold_enrollment,
    resume_enrollment,
)
from muster.institutions.models import Role
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
MONDAY, FRIDAY = slot(1, "09:00", "11:00"), slot(5, "09:00", "11:00")


@pytest.fixture
def campus():
    return Campus.found()


def told(batch):
    """The latest entry: its title and its lines."""
    entry = history_of(batch, page_size=1).entries[0]
    return entry.title, [line.text for line in entry.lines]


def test_opening_tells_dates_seats_times_and_lead(campus):
    room = campus.room(name="Lab 1")
    lead = campus.instructor("Naledi Mokoena")
    batch = campus.batch(name="Data", code="DA-1", lead=lead, slots=[slot(1, "09:00", "11:00", room=room)])
    entry = history_of(batch).entries[0]
    assert entry.by_name == campus.admin.user.full_name
    assert (entry.use_case, entry.title) == ("open_batch", "created the batch")
    assert [line.text for line in entry.lines] == [
        "Data, DA-1, 7 Jan 2030 – 28 Jun 2030, 10 seats",
        "Weekly slot added: Monday 09:00 to 11:00, Lab 1",
        f"Naledi Mokoena, lead from {campus.admin.today():%-d %b %Y}",
    ]


def test_changed_fields_are_told_from_what_to_what(campus):
    branch, course = campus.branch(name="Umhlanga"), campus.course()
    batch = campus.batch(name="Data", course=course, slots=[MONDAY])
    changes = {"name": "Data, mornings", "branch": branch, "end_date": date(2030, 7, 5), "slots": [MONDAY, FRIDAY]}
    change_batch(by=campus.admin, batch=batch, changes=changes)
    assert told(batch) == (
        "changed the batch",
        [
            "Name: Data → Data, mornings",
            "Branch: none → Umhlanga",
            "Last day: 28 Jun 2030 → 5 Jul 2030",
            "Weekly slot added: Friday 09:00 to 11:00",
        ],
    )


def test_capacity_and_status_are_told_with_their_reason(campus):
    batch = campus.batch(capacity=10)
    change_capacity(by=campus.admin, batch=batch, capacity=12, reason="A bigger room")
    entry = history_of(batch, page_size=1).entries[0]
    assert (entry.title, entry.reason) == ("changed the capacity", "A bigger room")
    assert [line.text for line in entry.lines] == ["Seats: 10 → 12"]
    change_status(by=campus.admin, batch=batch, status="Active")
    assert told(batch) == ("changed the status", ["Status: Upcoming → Active"])


def test_archiving_and_deleting_are_told_both_ways(campus):
    batch = campus.batch()
    archive_batch(by=campus.admin, batch=batch)
    assert told(batch) == ("archived the batch", ["Archived and read-only"])
    unarchive_batch(by=campus.admin, batch=batch)
    assert told(batch) == ("unarchived the batch", ["Unarchived and editable"])
    delete_batch(by=campus.admin, batch=batch)
    assert told(batch) == ("deleted the batch", ["Deleted"])
    restore_batch(by=campus.admin, batch=batch)
    assert told(batch) == ("restored the batch", ["Restored"])


def test_enrollments_are_told_by_name(campus):
    batch, student = campus.batch(), campus.student("Pedro Molefe")
    enrollment = campus.enroll(batch, student)
    assert told(batch) == ("enrolled Pedro Molefe", ["Pedro Molefe got a seat"])
    hold_enrollment(by=campus.admin, enrollment=enrollment, reason="Ill")
    assert told(batch) == ("put an enrollment on hold", ["Pedro Molefe, status: Active → On hold"])
    resume_enrollment(by=campus.admin, enrollment=enrollment)
    assert told(batch) == ("resumed an enrollment", ["Pedro Molefe, status: On hold → Active"])
    cancel_enrollment(by=campus.admin, enrollment=enrollment)
    assert told(batch) == ("cancelled an enrollment", ["Pedro Molefe, status: Active → Cancelled"])


def test_many_alike_are_told_as_one(campus):
    batch = campus.batch()
    for _seat in range(7):
        campus.enroll(batch)
    change_status(by=campus.admin, batch=batch, status="Active")
    change_status(by=campus.admin, batch=batch, status="Completed")
    assert "7 times: Status: Active → Completed" in [
        line.text for entry in history_of(batch, page_size=2).entries for line in entry.lines
    ]


def test_leads_are_told_as_they_come_and_go(campus):
    batch, naledi, farid = campus.batch(), campus.instructor("Naledi"), campus.instructor("Farid")
    assign_lead(by=campus.admin, batch=batch, instructor=naledi)
    assert told(batch)[0].startswith("made Naledi lead from ")
    assign_lead(by=campus.admin, batch=batch, instructor=farid)
    title, lines = told(batch)
    assert (title, lines[0]) == ("assigned a lead", "Naledi, lead: replaced on the first day")
    helper = assign_instructor(
        by=campus.admin, batch=batch, instructor=naledi, role="assistant", until_date=date(2030, 3, 1)
    )
    assert told(batch)[1][0].endswith("to 1 Mar 2030")
    end_assignment(by=campus.admin, assignment=helper, reason="Leave", until_date=date(2030, 2, 1))
    assert told(batch) == ("ended an assignment", ["Naledi, assistant until 1 Feb 2030"])


def test_a_shared_meeting_is_told_to_all_its_batches(campus):
    ours, theirs = campus.batch(), campus.batch()
    share_meeting(by=campus.admin, name="Joint lecture", batches=[ours, theirs], slots=[FRIDAY])
    for batch in (ours, theirs):
        title, lines = told(batch)
        assert title == "shared a session with other batches"
        assert sorted(lines) == ["Shares the session Joint lecture", "Weekly slot added: Friday 09:00 to 11:00"]


def test_what_one_request_did_is_one_entry(campus):
    batch, students = campus.batch(), [campus.student() for _number in range(3)]
    answer = Browser(campus).post(
        f"/batches/{batch.pk}/students/enroll/", {"student": [one.pk for one in students], "enrollment_type": "batch"}
    )
    assert answer.status_code == 302
    found = history_of(batch)
    assert found.total == 2
    assert (found.entries[0].title, len(found.entries[0].lines)) == ("enrolled 3 students", 3)


def test_a_change_straight_in_the_database_is_told_too(campus):
    batch = campus.batch()
    # Who acts is set until the end of the transaction, and a test is one.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('muster.context', '', true)")
    Batch.objects.filter(pk=batch.pk).update(notes="By hand")
    entry = history_of(batch, page_size=1).entries[0]
    assert (entry.by_name, entry.title) == ("Someone, directly in the database", "changed something")


def test_other_batches_are_not_told_of(campus):
    ours, theirs = campus.batch(slots=[MONDAY]), campus.batch()
    campus.enroll(theirs)
    assert history_of(ours).total == 1


def test_the_page_tells_it_the_latest_first_and_in_pages(campus):
    batch = campus.batch(capacity=100)
    for number in range(31):
        change_capacity(by=campus.admin, batch=batch, capacity=101 + number)
    browser = Browser(campus)
    first = words_of(browser.get(f"/batches/{batch.pk}/history/"))
    assert "Seats: 130 → 131" in first
    assert "created the batch" not in first
    assert "Older" in first
    second = words_of(browser.get(f"/batches/{batch.pk}/history/?page=2"))
    assert "created the batch" in second
    assert "Newer" in second
    for nonsense in ("x", "-1", "99999999999", "²"):
        assert browser.get(f"/batches/{batch.pk}/history/", {"page": nonsense}).status_code == 200


def test_the_api_tells_the_same(campus):
    batch = campus.batch(capacity=10)
    change_capacity(by=campus.admin, batch=batch, capacity=11, reason="One more")
    api = Api(campus.token())
    reply = api.get(f"/batches/{batch.pk}/history?page_size=1")
    assert (reply.body["count"], reply.body["total"]) == (1, 2)
    entry = reply.data[0]
    assert entry["by"] == {"_id": str(campus.admin.user.pk), "full_name": campus.admin.user.full_name}
    assert entry["changes"] == [
        {"kind": "move", "field": "capacity", "before": "10", "after": "11", "text": "Seats: 10 → 11"}
    ]
    assert (entry["use_case"], entry["reason"]) == ("change_capacity", "One more")
    assert api.get(f"/batches/{batch.pk}/history?page=0").fields == ["page"]
    assert Api(campus.token(campus.student())).get(f"/batches/{batch.pk}/history").status == 403
    assert Api(Campus.found().token()).get(f"/batches/{batch.pk}/history").status == 404
    manager = campus.person(Role.BRANCH_MANAGER, branch=campus.branch())
    assert Api(campus.token(manager)).get(f"/batches/{batch.pk}/history").status == 404


def test_telling_costs_the_same_however_much_happened(campus):
    batch = campus.batch(capacity=100, slots=[MONDAY])

    def cost():
        with CaptureQueriesContext(connection) as statements:
            assert history_of(batch).entries
        return len(statements)

    campus.enroll(batch)
    assign_lead(by=campus.admin, batch=batch, instructor=campus.instructor())
    at_first = cost()
    for number in range(5):
        campus.enroll(batch)
        change_batch(by=campus.admin, batch=batch, changes={"branch": campus.branch(), "name": f"Name {number}"})
    assert cost() == at_first <= 3
