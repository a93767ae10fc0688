"""Departments, places, calendars and the institution over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.institutions.models import Branch, Department, Holiday, Membership, Role, Room, Term
from tests.client import Api
from tests.make import NOBODY, Campus, slot

pytestmark = pytest.mark.django_db

LONG = "x" * 1000


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


@pytest.fixture
def api(campus):
    return Api(campus.token())


def manager_of(campus, branch):
    return Api(campus.token(campus.person(Role.BRANCH_MANAGER, branch=branch)))


def admin_of(campus, department):
    return Api(campus.token(campus.person(Role.DEPT_ADMIN, department=department)))


# --- departments ---------------------------------------------------------------------------------------------------
def test_a_department_is_added_listed_changed_and_deleted(campus, api):
    head = campus.instructor("Farid Osman")
    added = api.post(
        "/departments",
        {
            "name": " Commerce ",
            "short_code": "COM",
            "hod_id": str(head.pk),
            "contact_email": "commerce@example.org",
            "contact_phone": "+27 31 555 0100",
        },
    )
    assert (added.status, added.message) == (201, "Department created successfully")
    stored = Department.objects.get()
    assert added.data == {
        "_id": str(stored.pk),
        "createdAt": added.data["created_at"],
        "updatedAt": added.data["updated_at"],
        "department_id": str(stored.pk),
        "name": "Commerce",
        "short_code": "COM",
        "hod_name": "Farid Osman",
        "hod_id": str(head.pk),
        "contact_email": "commerce@example.org",
        "contact_phone": "+27 31 555 0100",
        "logo_url": None,
        "batches": 0,
        "courses": 0,
        "created_at": added.data["created_at"],
        "updated_at": added.data["updated_at"],
    }
    assert api.get(f"/departments/{stored.pk}").data == added.data
    listed = api.get("/departments")
    assert {name: listed.body[name] for name in ("count", "total", "page", "data")} == {
        "count": 1,
        "total": 1,
        "page": 1,
        "data": [added.data],
    }

    changed = api.put(f"/departments/{stored.pk}", {"hod_name": "Prof. Adeyemi"})
    assert (changed.status, changed.message) == (200, "Department updated successfully")
    assert (changed.data["hod_id"], changed.data["hod_name"], changed.data["name"]) == (
        None,
        "Prof. Adeyemi",
        "Commerce",
    )

    deleted = api.delete(f"/departments/{stored.pk}")
    assert (deleted.status, deleted.data) == (200, {"_id": str(stored.pk)})
    assert api.get(f"/departments/{stored.pk}").status == 404


def test_the_departments_answer_whole_unless_a_page_is_sent(campus, api):
    for _number in range(60):
        campus.department()
    assert api.get("/departments").body["count"] == 60
    paged = api.get("/departments?page=2&page_size=50")
    assert (paged.body["count"], paged.body["total"], paged.body["page"]) == (10, 60, 2)


def test_a_department_with_batches_or_courses_is_kept(campus, api):
    department = campus.department(name="Commerce")
    campus.batch(kind="academic", department=department, year=2030)
    campus.batch(kind="academic", department=department, year=2031)
    campus.course(department=department)
    refused = api.delete(f"/departments/{department.pk}")
    assert (refused.status, refused.body["code"], refused.message) == (
        400,
        "in_use",
        "Commerce can't be deleted because it has 1 course and 2 batches. Move them to another department first.",
    )
    assert refused.data == {"references": {"course": 1, "batch": 2}}
    assert Department.objects.filter(pk=department.pk).exists()


def test_a_department_administrator_edits_their_own_department_but_does_not_name_its_head(campus):
    own, other = campus.department(hod_name="Prof. Adeyemi"), campus.department()
    api = admin_of(campus, own)
    assert api.put(f"/departments/{own.pk}", {"name": "Trade", "hod_name": "Prof. Adeyemi"}).status == 200
    refused = api.put(f"/departments/{own.pk}", {"hod_name": "Myself"})
    assert (refused.status, refused.message) == (403, "Only an administrator can choose the head of a department.")
    assert api.put(f"/departments/{own.pk}", {"hod_id": str(campus.instructor().pk)}).status == 403
    assert api.put(f"/departments/{other.pk}", {"name": "Trade"}).status == 403
    assert api.post("/departments", {"name": "New", "short_code": "N"}).status == 403


def test_one_short_code_stands_for_one_department(campus, api):
    campus.department(short_code="COM")
    refused = api.post("/departments", {"name": "Other", "short_code": "com"})
    assert (refused.status, refused.fields, refused.message) == (
        400,
        ["short_code"],
        "Another department already uses the short code com. Choose another.",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", ""),
        ("name", "  "),
        ("name", 7),
        ("name", "x" * 101),
        ("name", ["x"]),
        ("short_code", None),
        ("short_code", "x" * 11),
        ("short_code", {}),
        ("hod_id", "nobody"),
        ("hod_id", NOBODY),
        ("hod_id", 12),
        ("hod_name", "x" * 151),
        ("hod_name", False),
        ("contact_email", "no address"),
        ("contact_email", f"{LONG}@example.org"),
        ("contact_phone", "1" * 41),
        ("contact_phone", 27315550100),
    ],
)
def test_every_field_of_a_department_is_checked(campus, api, field, value):
    department = campus.department()
    bodies = [("post", "/departments", {"name": "Commerce", "short_code": "COM", field: value})]
    bodies.append(("put", f"/departments/{department.pk}", {field: value}))
    for method, path, body in bodies:
        refused = getattr(api, method)(path, body)
        assert (refused.status, refused.fields) == (400, [field])


def test_a_head_comes_from_the_same_institution(campus, api):
    stranger = Campus.found().instructor()
    refused = api.post("/departments", {"name": "Commerce", "short_code": "COM", "hod_id": str(stranger.pk)})
    assert (refused.status, refused.fields) == (400, ["hod_id"])


# --- branches and rooms ----------------------------------------------------------------------------------------------
def test_branches_and_their_rooms_are_kept(campus, api):
    added = api.post(
        "/branches",
        {"name": "Durban Point", "code": "DBN", "address": "1 Point Road", "time_zone": "Africa/Johannesburg"},
    )
    assert (added.status, added.message) == (201, "Branch created successfully")
    branch = added.data
    expected = {"name": "Durban Point", "code": "DBN", "address": "1 Point Road", "time_zone": "Africa/Johannesburg"}
    assert {name: branch[name] for name in expected} == expected
    assert (branch["active"], branch["rooms"], branch["seats"], branch["branch_id"]) == (True, 0, 0, branch["_id"])

    room = api.post("/rooms", {"branch_id": branch["_id"], "name": "2.04", "seats": 24})
    assert (room.status, room.message) == (201, "Room created successfully")
    assert (room.data["branch_id"], room.data["branch_name"], room.data["seats"]) == (
        branch["_id"],
        "Durban Point",
        24,
    )
    assert api.get(f"/rooms/{room.data['_id']}").data == room.data
    assert api.get(f"/rooms?branch={branch['_id']}").data == [room.data]
    seen = api.get(f"/branches/{branch['_id']}").data
    assert (seen["rooms"], seen["seats"]) == (1, 24)
    assert api.get("/branches").data == [seen]

    assert api.put(f"/rooms/{room.data['_id']}", {"seats": None, "active": False}).data["seats"] is None
    assert api.get("/rooms?active=true").data == []
    assert api.delete(f"/rooms/{room.data['_id']}").status == 200
    assert api.delete(f"/branches/{branch['_id']}").status == 200
    assert not Branch.objects.filter(institution=campus.institution).exists()


def test_what_is_in_use_is_deactivated_instead(campus, api):
    branch = campus.branch(name="Durban Point")
    room = campus.room(branch, name="2.04")
    campus.batch(branch=branch, slots=[slot(1, "08:00", "10:00", room=room)])
    campus.person(Role.BRANCH_MANAGER, branch=branch)
    refused = api.delete(f"/branches/{branch.pk}")
    assert refused.message == (
        "Durban Point can't be deleted because it has 1 room, 1 person with a role there and 1 batch. Deactivate "
        "it instead. It keeps everything it has, but can't be chosen anymore."
    )
    refused = api.delete(f"/rooms/{room.pk}")
    assert refused.message == (
        "2.04 can't be deleted because it has 1 weekly slot and 25 sessions. Deactivate it instead. It stays in "
        "those slots, but can't be chosen anymore."
    )
    assert (Branch.objects.count(), Room.objects.count(), Membership.objects.filter(branch=branch).count()) == (1, 1, 1)


def test_a_branch_manager_changes_their_own_branch_alone(campus):
    own, other = campus.branch(), campus.branch()
    room, foreign = campus.room(own), campus.room(other)
    api = manager_of(campus, own)
    assert api.put(f"/branches/{own.pk}", {"address": "1 Point Road"}).status == 200
    assert api.put(f"/branches/{other.pk}", {"address": "1 Point Road"}).status == 403
    assert api.post("/branches", {"name": "Mine", "code": "M"}).status == 403
    assert api.post("/rooms", {"branch_id": str(own.pk), "name": "1"}).status == 201
    # They see the other branch, so naming it is not an unknown id but something they may not do.
    assert api.post("/rooms", {"branch_id": str(other.pk), "name": "1"}).status == 403
    assert api.put(f"/rooms/{room.pk}", {"branch_id": str(other.pk)}).status == 403
    assert api.put(f"/rooms/{foreign.pk}", {"name": "1"}).status == 403
    assert api.delete(f"/rooms/{foreign.pk}").status == 403
    assert Room.objects.filter(branch=other).count() == 1


def test_a_branch_of_another_institution_is_unknown(campus, api):
    elsewhere = Campus.found()
    branch = elsewhere.branch()
    assert api.get(f"/branches/{branch.pk}").status == 404
    assert api.put(f"/branches/{branch.pk}", {"name": "Mine"}).status == 404
    assert api.delete(f"/rooms/{elsewhere.room(branch).pk}").status == 404
    for path, body in (
        ("/rooms", {"branch_id": str(branch.pk), "name": "1"}),
        ("/holidays", {"branch_id": str(branch.pk), "name": "Eid", "start_date": "2030-01-01"}),
    ):
        refused = api.post(path, body)
        assert (refused.status, refused.fields) == (400, ["branch_id"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", LONG),
        ("name", 1),
        ("code", ""),
        ("code", LONG),
        ("address", LONG),
        ("address", []),
        ("time_zone", "Mars/Base"),
        ("time_zone", 2),
        ("active", None),
        ("active", 1),
        ("active", "yes"),
    ],
)
def test_every_field_of_a_branch_is_checked(campus, api, field, value):
    branch = campus.branch()
    for refused in (
        api.post("/branches", {"name": "Point", "code": "P", field: value}),
        api.put(f"/branches/{branch.pk}", {field: value}),
    ):
        assert (refused.status, refused.fields) == (400, [field])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("branch_id", None),
        ("branch_id", ""),
        ("branch_id", "x"),
        ("branch_id", NOBODY),
        ("name", ""),
        ("name", LONG),
        ("seats", 0),
        ("seats", -1),
        ("seats", 2**31),
        ("seats", 10**30),
        ("seats", "24"),
        ("seats", 2.5),
        ("active", None),
    ],
)
def test_every_field_of_a_room_is_checked(campus, api, field, value):
    room = campus.room()
    for refused in (
        api.post("/rooms", {"branch_id": str(room.branch_id), "name": "New", field: value}),
        api.put(f"/rooms/{room.pk}", {field: value}),
    ):
        assert (refused.status, refused.fields) == (400, [field])


def test_names_and_codes_are_one_of_a_kind(campus, api):
    branch = campus.branch(code="DBN")
    campus.room(branch, name="2.04")
    assert api.post("/branches", {"name": "Other", "code": "dbn"}).fields == ["code"]
    assert api.post("/rooms", {"branch_id": str(branch.pk), "name": "2.04"}).fields == ["name"]


# --- holidays and terms -----------------------------------------------------------------------------------------------
def test_a_holiday_is_one_day_unless_a_last_day_is_given(campus, api):
    added = api.post("/holidays", {"name": "Heritage Day", "start_date": "2030-09-24T00:00:00.000Z"})
    assert (added.status, added.data["start_date"], added.data["end_date"], added.data["branch_id"]) == (
        201,
        "2030-09-24",
        "2030-09-24",
        None,
    )
    assert api.put(f"/holidays/{added.data['_id']}", {"end_date": "2030-09-27"}).data["end_date"] == "2030-09-27"
    assert [row["name"] for row in api.get("/holidays?from=2030-09-27").data] == ["Heritage Day"]
    assert api.get("/holidays?from=2030-09-28").data == []
    assert api.delete(f"/holidays/{added.data['_id']}").status == 200
    assert Holiday.objects.count() == 0


def test_a_branch_manager_closes_their_own_branch_and_not_the_whole_institution(campus):
    own, other = campus.branch(), campus.branch()
    api = manager_of(campus, own)
    day = {"name": "Flood", "start_date": "2030-01-07"}
    assert api.post("/holidays", {**day, "branch_id": str(own.pk)}).status == 201
    assert api.post("/holidays", {**day, "branch_id": str(other.pk)}).status == 403
    assert api.post("/holidays", day).status == 403
    mine = Holiday.objects.get()
    assert api.put(f"/holidays/{mine.pk}", {"branch_id": None}).status == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", LONG),
        ("name", None),
        ("start_date", None),
        ("start_date", "yesterday"),
        ("start_date", "2030-02-30"),
        ("start_date", 20300101),
        ("end_date", "2029-12-31"),
        ("end_date", "2032-01-01"),
        ("end_date", True),
        ("branch_id", "x"),
    ],
)
def test_every_field_of_a_holiday_is_checked(api, field, value):
    refused = api.post("/holidays", {"name": "Break", "start_date": "2030-01-01", field: value})
    assert (refused.status, refused.fields) == (400, [field])


def test_terms_lie_within_each_other(campus, api):
    year = api.post("/terms", {"name": "2030", "start_date": "2030-01-10", "end_date": "2030-11-30"}).data
    assert (year["school_year"], year["parent_id"]) == (2030, None)
    half = {"name": "First half", "start_date": "2030-01-10", "end_date": "2030-06-20", "parent_id": year["_id"]}
    semester = api.post("/terms", half)
    assert (semester.status, semester.data["parent_name"]) == (201, "2030")
    outside = api.post("/terms", {**half, "name": "Too long", "end_date": "2030-12-24"})
    assert (outside.status, outside.fields, outside.message) == (
        400,
        ["start_date"],
        "A term must be within its parent. 2030 runs from 10 January 2030 to 30 November 2030.",
    )
    assert api.put(f"/terms/{year['_id']}", {"end_date": "2030-05-01"}).fields == ["end_date"]
    assert api.put(f"/terms/{year['_id']}", {"parent_id": semester.data["_id"]}).fields == ["parent_id"]
    kept = api.delete(f"/terms/{year['_id']}")
    assert kept.message == (
        "2030 can't be deleted because it has 1 term within it. Delete those first, or move them to another term."
    )
    period = {**half, "name": "Period", "parent_id": semester.data["_id"]}
    deepest = api.post("/terms", period)
    assert deepest.status == 201
    assert api.post("/terms", {**period, "name": "Deeper", "parent_id": deepest.data["_id"]}).fields == ["parent_id"]
    assert api.post("/terms", half).fields == ["name"]
    assert Term.objects.count() == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", LONG),
        ("start_date", None),
        ("end_date", None),
        ("end_date", "2029-01-01"),
        ("end_date", "2050-01-01"),
        ("school_year", 3),
        ("school_year", 10**20),
        ("school_year", "2030"),
        ("parent_id", "x"),
        ("parent_id", NOBODY),
    ],
)
def test_every_field_of_a_term_is_checked(api, field, value):
    body = {"name": "2030", "start_date": "2030-01-01", "end_date": "2030-12-01", field: value}
    refused = api.post("/terms", body)
    assert (refused.status, refused.fields) == (400, [field])


# --- the institution -------------------------------------------------------------------------------------------------
def test_the_institution_and_its_settings_are_seen_and_changed(campus, api):
    seen = api.get("/institution")
    assert (seen.status, seen.data["name"], seen.data["minimum_attendance_percent"]) == (200, "Ridgeline Institute", 75)
    changed = api.put(
        "/institution", {"waitlist_mode": "auto", "register_lock_hours": 24, "contact_email": "desk@example.org"}
    )
    assert (changed.status, changed.message) == (200, "Institution updated successfully")
    again = api.get("/institution").data
    assert (again["waitlist_mode"], again["register_lock_hours"], again["contact_email"], again["name"]) == (
        "auto",
        24,
        "desk@example.org",
        "Ridgeline Institute",
    )


def test_others_see_what_the_institution_is_called_and_not_how_it_works(campus):
    student = Api(campus.token(campus.student())).get("/institution").data
    names = {"_id", "createdAt", "updatedAt", "name", "slug", "kind"}
    assert set(student) == names | {"time_zone", "contact_email", "contact_phone", "logo_url"}
    regulator = Api(campus.token(campus.person(Role.REGULATOR))).get("/institution").data
    assert set(regulator) == names
    assert Api(campus.token(campus.student())).put("/institution", {"name": "Mine"}).status == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", LONG),
        ("slug", "with space"),
        ("slug", ""),
        ("kind", LONG),
        ("time_zone", "Mars/Base"),
        ("time_zone", ""),
        ("contact_email", "x"),
        ("contact_phone", LONG),
        ("late_after_minutes", -1),
        ("late_after_minutes", 10**12),
        ("late_after_minutes", None),
        ("late_after_minutes", "15"),
        ("minimum_attendance_percent", 101),
        ("register_lock_hours", 10**6),
        ("session_horizon_days", 0),
        ("waitlist_mode", "lottery"),
        ("waitlist_mode", None),
        ("waitlist_offer_hours", 0),
        ("seat_buffer_percent", 51),
        ("access_grace_days", 30000),
        ("archived_disables_access", None),
        ("archived_disables_access", "no"),
        ("advised_size_min", 0),
        ("advised_size_max", 0),
        ("max_active_batches", 0),
        ("max_mentees", -5),
        ("last_semester", 0),
        ("last_semester", 21),
        ("import_change_percent", 101),
        ("import_change_rows", -1),
    ],
)
def test_every_setting_is_checked(campus, api, field, value):
    refused = api.put("/institution", {field: value})
    assert (refused.status, refused.fields) == (400, [field])
    campus.institution.refresh_from_db()


def test_the_advised_size_is_a_range(api):
    assert api.put("/institution", {"advised_size_min": 20}).fields == ["advised_size_max"]


def test_a_short_name_belongs_to_one_institution(api):
    taken = Campus.found("Elsewhere").institution.slug
    assert api.put("/institution", {"slug": taken}).fields == ["slug"]


def two_classes_one_after_the_other(campus):
    """One instructor: 08:00 where the institution's clock counts, 10:00 in a branch with a clock of its own."""
    farid = campus.instructor("Farid Osman")
    branch = campus.branch(time_zone="UTC")
    campus.batch(lead=farid, slots=[slot(1, "08:00", "10:00")])
    campus.batch(lead=farid, branch=branch, slots=[slot(1, "10:00", "12:00")])
    return branch


def test_another_time_zone_is_refused_where_it_would_book_somebody_twice(campus, api):
    branch = two_classes_one_after_the_other(campus)
    # Two hours west of Greenwich the first class begins at 10:00 UTC, when the second does.
    for refused in (
        api.put("/institution", {"time_zone": "Etc/GMT+2"}),
        api.put(f"/branches/{branch.pk}", {"time_zone": "Etc/GMT-2"}),
    ):
        assert (refused.status, refused.body["code"], refused.fields) == (400, "schedule_conflict", ["time_zone"])
        assert refused.message.startswith("Schedule conflict: changing the time zone to Etc/GMT")
        assert refused.data == {"conflicts": [], "alternatives": {"times": [], "instructors": []}}
    campus.institution.refresh_from_db()
    assert campus.institution.time_zone == "UTC"
    assert api.put("/institution", {"time_zone": "Etc/GMT-2"}).status == 200


# --- what holds for all ---------------------------------------------------------------------------------------------
def queries_of(api, path):
    with CaptureQueriesContext(connection) as asked:
        assert api.get(path).status == 200
    return len(asked)


@pytest.mark.parametrize("path", ["/departments", "/branches", "/rooms", "/holidays", "/terms"])
def test_a_list_costs_the_same_for_one_row_and_for_many(campus, api, path):
    def more(number):
        head = campus.instructor()
        for _number in range(number):
            campus.department(hod=head)
            branch = campus.branch()
            campus.room(branch)
            Holiday.objects.create(
                institution=campus.institution,
                name="Day",
                start_date="2030-01-01",
                end_date="2030-01-01",
                branch=branch,
            )
            top = Term.objects.filter(parent=None).first()
            Term.objects.create(
                institution=campus.institution,
                name=f"Term {Term.objects.count()}",
                school_year=2030,
                start_date="2030-01-01",
                end_date="2030-12-01",
                parent=top,
            )

    more(1)
    api.get(path)
    few = queries_of(api, path)
    more(8)
    assert queries_of(api, path) == few


@pytest.mark.parametrize("path", ["/departments", "/branches", "/rooms", "/holidays", "/terms"])
def test_odd_questions_to_a_list_are_refused_and_never_break_it(campus, api, path):
    campus.department(), campus.room()
    assert api.get(f"{path}?sort=password").fields == ["sort"]
    assert api.get(f"{path}?page=0").fields == ["page"]
    assert api.get(f"{path}?page_size=201&page=1").fields == ["page_size"]
    assert api.get(f"{path}?q=%25%27%22").data == []
    assert api.get(f"{path}?q=%00").status == 400
    assert api.get(f"{path}?sort=-name").status == 200


@pytest.mark.parametrize(
    "path", ["/departments", "/branches", "/rooms", "/holidays", "/terms", "/courses", "/subjects"]
)
def test_an_id_that_is_none_is_not_found(api, path):
    for call in (api.get, api.put, api.delete):
        assert call(f"{path}/{NOBODY}").status == 404
        assert call(f"{path}/none").status == 404


def test_deleting_a_department_ends_the_roles_narrowed_to_it(campus, api):
    department = campus.department()
    person = campus.person(Role.DEPT_ADMIN, department=department)
    assert api.delete(f"/departments/{department.pk}").status == 200
    assert not Membership.objects.filter(user=person).exists()
