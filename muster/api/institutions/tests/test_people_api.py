"""Users over the API: who sees and changes whom, and every refusal at its field."""

import threading

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from muster.accounts.models import User
from muster.core.models import AuditEntry
from muster.institutions.models import Affiliation, ApiToken, Membership
from muster.institutions.rules import PersonChange, PersonInput, RoleGrant, add_person, change_person
from tests.client import Api
from tests.jobs import run_jobs
from tests.make import Campus, prove_email

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


def new(**fields):
    return {"full_name": "Naledi Mokoena", "email": "naledi@example.org", "role": ["student"], **fields}


def test_a_person_is_added_and_invited(campus, api, mailoutbox):
    branch = campus.branch()
    reply = api.post("/users", new(phone="+27 82 555 0101", branch_id=str(branch.pk), student_number="S-001"))
    assert (reply.status, reply.message) == (201, "User created successfully")
    person = reply.data
    assert {name: person[name] for name in ("full_name", "email", "role", "phone", "branch_id", "department_id")} == {
        "full_name": "Naledi Mokoena",
        "email": "naledi@example.org",
        "role": ["student"],
        "phone": "+27 82 555 0101",
        "branch_id": str(branch.pk),
        "department_id": None,
    }
    assert (person["student_number"], person["staff_number"]) == ("S-001", "")
    assert (person["active"], person["invited"]) == (True, True)
    assert api.get(f"/users/{person['_id']}").data == person
    assert run_jobs() == ["accounts.send_invitation"]
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["naledi@example.org"], f"Your invitation to {campus.institution.name}")
    ]


def test_with_a_password_they_can_sign_in_at_once_and_are_invited_to_choose_their_own(api, mailoutbox):
    reply = api.post("/users", new(password="a-decent-password"))
    assert (reply.status, reply.data["invited"]) == (201, False)
    assert run_jobs() == ["accounts.send_invitation"]
    assert "a-decent-password" not in mailoutbox[0].body
    signed_in = Api().post("/v1/auth/login", {"email": "naledi@example.org", "password": "a-decent-password"})
    assert signed_in.status == 200


def test_the_old_spelling_of_corporate_is_understood(api):
    assert api.post("/users", new(role=["coorporate-student"])).data["role"] == ["corporate-student"]
    assert [p["email"] for p in api.get("/users?role=coorporate-student").data] == ["naledi@example.org"]


def test_a_role_takes_the_narrowing_that_it_can_have(campus, api):
    branch, department = campus.branch(), campus.department()
    person = api.post(
        "/users",
        new(
            role=["admin", "branch-manager", "dept-admin", "instructor"],
            branch_id=str(branch.pk),
            department_id=str(department.pk),
        ),
    ).data
    held = {one["role"]: (one["branch_id"], one["department_id"]) for one in person["memberships"]}
    assert held == {
        "admin": (None, None),
        "branch-manager": (str(branch.pk), None),
        "dept-admin": (None, str(department.pk)),
        "instructor": (str(branch.pk), str(department.pk)),
    }


OTHERS = "01890000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"full_name": ""}, ["full_name"]),
        ({"full_name": None}, ["full_name"]),
        ({"full_name": 7}, ["full_name"]),
        ({"full_name": "x" * 151}, ["full_name"]),
        ({"email": "nobody"}, ["email"]),
        ({"email": f"{'x' * 250}@example.org"}, ["email"]),
        ({"email": ["a@example.org"]}, ["email"]),
        ({"role": []}, ["role"]),
        ({"role": None}, ["role"]),
        ({"role": "student"}, ["role"]),
        ({"role": [None]}, ["role.0"]),
        ({"role": ["king"]}, ["role"]),
        ({"role": ["super-admin"]}, ["role"]),
        ({"role": ["branch-manager"]}, ["branch_id"]),
        ({"role": ["dept-admin"]}, ["department_id"]),
        ({"phone": "1" * 41}, ["phone"]),
        ({"phone": 27}, ["phone"]),
        ({"branch_id": "here"}, ["branch_id"]),
        ({"branch_id": OTHERS}, ["branch_id"]),
        ({"branch_id": 7}, ["branch_id"]),
        ({"department_id": OTHERS}, ["department_id"]),
        ({"department_id": "x" * 10_000}, ["department_id"]),
        ({"password": "short"}, ["password"]),
        ({"password": "naledi@example.org"}, ["password"]),
        ({"password": "x1y2z3" * 100}, ["password"]),
        ({"password": 12345678901}, ["password"]),
        ({"student_number": "9" * 41}, ["student_number"]),
        ({"student_number": 9}, ["student_number"]),
        ({"staff_number": "9" * 41}, ["staff_number"]),
        ({"active": "yes"}, ["active"]),
        ({"full_name": "", "email": "x", "role": ["king"]}, ["full_name", "email", "role"]),
    ],
)
def test_bad_input_is_refused_at_its_field_when_adding_and_changing(campus, api, wrong, fields):
    reply = api.post("/users", new(**wrong))
    assert (reply.status, reply.fields) == (400, fields)
    assert not User.objects.filter(email="naledi@example.org").exists()
    person = campus.student()
    reply = api.put(f"/users/{person.pk}", wrong)
    assert (reply.status, reply.fields) == (400, fields)


def test_a_nul_is_refused(api):
    assert api.post("/users", new(full_name="a\x00b")).status == 400


def test_another_institutions_branch_is_unknown_here(campus, api):
    elsewhere = Campus.found()
    reply = api.post("/users", new(branch_id=str(elsewhere.branch().pk)))
    assert (reply.status, reply.fields) == (400, ["branch_id"])


def test_an_email_is_one_persons(campus, api):
    assert api.post("/users", new()).status == 201
    taken = api.post("/users", new(email="NALEDI@example.org"))
    assert (taken.status, taken.body["code"], taken.fields) == (400, "email_taken", ["email"])
    person = campus.student()
    taken = api.put(f"/users/{person.pk}", {"email": "Naledi@Example.org"})
    assert (taken.status, taken.fields) == (400, ["email"])


@pytest.mark.parametrize("field", ["student_number", "staff_number"])
def test_a_number_is_one_persons(campus, api, field):
    assert api.post("/users", new(**{field: "A-1"})).status == 201
    taken = api.post("/users", new(email="other@example.org", **{field: "A-1"}))
    assert (taken.status, taken.body["code"], taken.fields) == (400, "number_taken", [field])
    taken = api.put(f"/users/{campus.student().pk}", {field: "A-1"})
    assert (taken.status, taken.fields) == (400, [field])
    assert Api(Campus.found().token()).post("/users", new(email="third@example.org", **{field: "A-1"})).status == 201


def test_somebody_deactivated_is_named_as_such(campus, api):
    person = api.post("/users", new()).data
    api.delete(f"/users/{person['_id']}")
    reply = api.post("/users", new())
    assert (reply.status, reply.body["code"], reply.fields) == (400, "person_deactivated", ["email"])


def test_who_joined_another_institution_keeps_email_and_password_to_themself(campus, api):
    elsewhere = Campus.found()
    shared = campus.instructor("Farid Osman")
    there = elsewhere.joined_by(shared, "instructor")
    for who, at in ((api, shared), (Api(elsewhere.token()), there)):
        for field, value in (("email", "o@example.org"), ("password", "a-decent-password")):
            reply = who.put(f"/users/{at.pk}", {field: value})
            assert (reply.status, reply.body["code"], reply.fields) == (403, "not_theirs_alone", [field])
        own = {"staff_number": "P-1", "full_name": "F. Osman", "phone": "082", "role": ["instructor", "student"]}
        assert who.put(f"/users/{at.pk}", own).status == 200
    # What one institution writes down of somebody stays its own.
    assert api.put(f"/users/{shared.pk}", {"full_name": "Other"}).status == 200
    assert Api(elsewhere.token()).get(f"/users/{there.pk}").data["full_name"] == "F. Osman"
    assert Api(campus.token(shared)).put(f"/users/{shared.pk}", {"full_name": "My Own"}).data["full_name"] == "My Own"


def test_a_platform_administrator_is_not_taken_over(campus, api):
    platform = campus.instructor()
    User.objects.filter(pk=platform.pk).update(is_superuser=True)
    reply = api.put(f"/users/{platform.pk}", {"password": "a-decent-password"})
    assert (reply.status, reply.body["code"]) == (403, "not_theirs_alone")
    back = api.get(f"/users/{platform.pk}").data
    assert back["role"] == ["super-admin", "instructor"]
    assert api.put(f"/users/{platform.pk}", {"role": back["role"]}).data["role"] == back["role"]


def test_what_came_out_may_go_back_in(campus, api):
    student = campus.student()
    before = api.get(f"/users/{student.pk}").data
    assert api.put(f"/users/{student.pk}", before).data == before
    own = Api(campus.token(student))
    assert own.put(f"/users/{student.pk}", before).data == before


def test_people_keep_their_own_name_and_phone_and_nothing_else(campus):
    student = campus.student()
    api, path = Api(campus.token(student)), f"/users/{student.pk}"
    assert api.get(path).status == 200
    assert api.put(path, {"full_name": "New Name", "phone": "082"}).data["full_name"] == "New Name"
    beyond = api.put(path, {"role": ["admin"]})
    assert (beyond.status, beyond.body["code"]) == (403, "beyond_own_rights")
    for field, value in (("email", "a@example.org"), ("student_number", "7"), ("active", False)):
        reply = api.put(path, {field: value})
        assert (reply.status, reply.body["code"], reply.fields) == (403, "only_own_name_and_phone", [field])
    assert api.put(path, {"password": "a-decent-password"}).status == 403
    other = campus.student()
    assert api.get(f"/users/{other.pk}").status == 404
    assert api.put(f"/users/{other.pk}", {"phone": "1"}).status == 404
    assert (api.get("/users").status, api.post("/users", new()).status) == (403, 403)
    assert api.delete(path).status == 403


def test_managers_see_their_people_and_change_none(campus):
    branch, other = campus.branch(), campus.branch()
    manager = campus.person("branch-manager", branch=branch)
    mine = campus.student("Mine Learner")
    campus.enroll(campus.batch(branch=branch), mine)
    theirs = campus.student("Their Learner")
    campus.enroll(campus.batch(branch=other), theirs)
    api = Api(campus.token(manager))
    seen = {person["_id"] for person in api.get("/users").data}
    assert str(mine.pk) in seen
    assert str(theirs.pk) not in seen
    assert api.get(f"/users/{theirs.pk}").status == 404
    assert api.put(f"/users/{mine.pk}", {"phone": "1"}).status == 403
    assert api.delete(f"/users/{mine.pk}").status == 403
    assert api.post("/users", new(role=["instructor"])).status == 403
    assert api.put(f"/users/{manager.pk}", {"phone": "1"}).status == 200
    assert api.put(f"/users/{manager.pk}", {"role": ["admin"]}).status == 403


def test_another_institutions_people_are_not_there(api):
    stranger = Campus.found().student()
    path = f"/users/{stranger.pk}"
    assert [api.get(path).status, api.put(path, {"phone": "1"}).status, api.delete(path).status] == [404] * 3
    assert api.post(f"{path}/invitation").status == 404
    assert str(stranger.pk) not in {person["_id"] for person in api.get("/users?page_size=200").data}


def test_who_belongs_to_two_institutions_is_one_row_in_each(campus, api):
    elsewhere = Campus.found()
    shared = campus.student()
    there = elsewhere.joined_by(shared, "admin")
    assert [p["role"] for p in api.get("/users").data if p["email"] == shared.email] == [["student"]]
    assert api.get(f"/users/{shared.pk}").data["role"] == ["student"]
    assert api.get(f"/users/{there.pk}").status == 404
    assert api.put(f"/users/{shared.pk}", {"student_number": "4"}).data["student_number"] == "4"


def test_roles_are_changed_as_a_whole(campus, api):
    branch, other = campus.branch(), campus.branch()
    person = campus.person("instructor", branch=branch)
    path = f"/users/{person.pk}"
    both = api.put(path, {"role": ["instructor", "student"]}).data
    assert {one["role"]: one["branch_id"] for one in both["memberships"]} == {
        "instructor": str(branch.pk), "student": None
    }  # fmt: skip
    moved = api.put(path, {"branch_id": str(other.pk)}).data
    assert {one["role"]: one["branch_id"] for one in moved["memberships"]} == {
        "instructor": str(other.pk), "student": str(other.pk)
    }  # fmt: skip
    assert api.put(path, {"role": ["student"], "branch_id": None}).data["memberships"] == [
        {"role": "student", "branch_id": None, "branch": None, "department_id": None, "department": None}
    ]


def test_a_new_email_is_the_only_one_to_sign_in_with(campus, api):
    person = api.post("/users", new(password="a-decent-password")).data
    assert api.put(f"/users/{person['_id']}", {"email": "Mokoena@example.org"}).data["email"] == "mokoena@example.org"
    old = Api().post("/v1/auth/login", {"email": "naledi@example.org", "password": "a-decent-password"})
    now = Api().post("/v1/auth/login", {"email": "mokoena@example.org", "password": "a-decent-password"})
    assert (old.status, now.status) == (401, 200)


def test_a_password_given_by_the_administrator_ends_sign_ins(campus, api):
    person = api.post("/users", new(password="a-decent-password")).data
    token = Api().post("/v1/auth/login", {"email": "naledi@example.org", "password": "a-decent-password"}).data["token"]
    assert api.put(f"/users/{person['_id']}", {"password": "another-decent-one"}).status == 200
    assert Api(token).get("/v1/auth/me").status == 401
    own = api.put(f"/users/{campus.admin.user.pk}", {"password": "another-decent-one"})
    assert (own.status, own.fields) == (400, ["password"])


def test_deactivating_ends_every_access_and_is_undone(campus, api):
    person = api.post("/users", new(password="a-decent-password")).data
    user, path = User.objects.get(pk=person["_id"]), f"/users/{person['_id']}"
    token = campus.token(user)
    gone = api.delete(path)
    assert (gone.status, gone.message, gone.data["active"]) == (200, "User deactivated successfully", False)
    assert Api(token).get("/v1/auth/me").status == 401
    assert not ApiToken.objects.filter(user=user).exists()
    sign_in = {"email": "naledi@example.org", "password": "a-decent-password"}
    assert Api().post("/v1/auth/login", sign_in).status == 401
    assert api.delete(path).status == 200
    assert [p["_id"] for p in api.get("/users?active=false").data] == [person["_id"]]
    assert person["_id"] not in [p["_id"] for p in api.get("/users?active=true").data]
    back = api.put(path, {"active": True})
    assert (back.status, back.data["active"], back.data["role"]) == (200, True, ["student"])
    assert Api().post("/v1/auth/login", sign_in).status == 200


def test_who_belongs_elsewhere_goes_on_there(campus, api):
    elsewhere = Campus.found()
    shared = campus.instructor()
    joined = elsewhere.joined_by(shared, "instructor")
    here, there = Api(campus.token(shared)), Api(elsewhere.token(joined))
    assert api.delete(f"/users/{shared.pk}").status == 200
    assert (here.get("/v1/auth/me").status, there.get("/v1/auth/me").status) == (401, 200)
    shared.refresh_from_db()
    assert shared.is_active is True
    assert Api(elsewhere.token()).delete(f"/users/{joined.pk}").status == 200
    shared.refresh_from_db()
    assert shared.is_active is False
    assert Api(elsewhere.token()).put(f"/users/{joined.pk}", {"active": True}).data["active"] is True
    assert api.get(f"/users/{shared.pk}").data["active"] is False


def test_who_leads_or_learns_is_not_deactivated_before_that_is_settled(campus, api):
    both = campus.person("instructor", "Farid Osman")
    api.put(f"/users/{both.pk}", {"role": ["instructor", "student"]})
    for _batch in range(2):
        campus.batch(lead=both)
    campus.enroll(campus.batch(), both)
    reply = api.delete(f"/users/{both.pk}")
    assert (reply.status, reply.body["code"], reply.fields) == (400, "still_bound", ["active"])
    assert reply.message == (
        "Farid Osman leads 2 current batches. Assign other leads first. Farid Osman has 1 current enrollment. "
        "Cancel or complete it first."
    )
    assert reply.data == {"batches_led": 2, "enrollments": 1}
    assert api.put(f"/users/{both.pk}", {"active": False}).status == 400
    demoted = api.put(f"/users/{both.pk}", {"role": ["student"]})
    assert (demoted.status, demoted.fields, demoted.data) == (400, ["role"], {"batches_led": 2, "enrollments": 0})
    assert api.put(f"/users/{both.pk}", {"role": ["instructor", "corporate-student"]}).status == 200
    assert api.put(f"/users/{both.pk}", {"role": ["instructor"]}).data == {"batches_led": 0, "enrollments": 1}


def test_the_last_administrator_stays(campus, api):
    path = f"/users/{campus.admin.user.pk}"
    for reply, field in (
        (api.delete(path), "active"),
        (api.put(path, {"active": False}), "active"),
        (api.put(path, {"role": ["instructor"]}), "role"),
    ):
        assert (reply.status, reply.body["code"], reply.fields) == (400, "last_administrator", [field])
    second = campus.person("admin")
    assert api.delete(f"/users/{second.pk}").status == 200
    assert api.delete(path).status == 400
    api.put(f"/users/{second.pk}", {"active": True})
    assert api.put(path, {"role": ["instructor"]}).status == 200
    assert api.get("/users").status == 403


def test_an_invitation_is_sent_again_until_it_is_used(campus, api, mailoutbox):
    person = api.post("/users", new()).data
    path = f"/users/{person['_id']}/invitation"
    again = api.post(path)
    assert (again.status, again.message) == (200, "Invitation sent successfully")
    assert len(run_jobs()) == len(mailoutbox) == 2
    api.put(f"/users/{person['_id']}", {"password": "a-decent-password"})
    assert api.post(path).status == 200
    prove_email(User.objects.get(pk=person["_id"]))
    reply = api.post(path)
    assert (reply.status, reply.body["code"]) == (400, "already_in")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=naledi", ["Naledi Mokoena"]),
        ("q=mokoena+nal", ["Naledi Mokoena"]),
        ("q=S-77", ["Naledi Mokoena"]),
        ("q=nobody", []),
        ("role=student", ["Naledi Mokoena", "Sipho Dube"]),
        ("role=student,instructor", ["Farid Osman", "Naledi Mokoena", "Sipho Dube"]),
        ("role=student&sort=-full_name", ["Sipho Dube", "Naledi Mokoena"]),
        ("role=student&page=2&page_size=1", ["Sipho Dube"]),
        ("branch={branch}", ["Naledi Mokoena"]),
        ("department={department}", ["Farid Osman"]),
        ("active=false", []),
    ],
)
def test_the_list_is_narrowed_sorted_and_paged(campus, api, query, found):
    branch, department = campus.branch(), campus.department()
    api.post("/users", new(student_number="S-77", branch_id=str(branch.pk)))
    campus.student("Sipho Dube")
    campus.person("instructor", "Farid Osman", department=department)
    reply = api.get("/users?" + query.format(branch=branch.pk, department=department.pk))
    assert [person["full_name"] for person in reply.data] == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("role=king", "role"),
        ("branch=here", "branch"),
        ("department=7", "department"),
        ("active=maybe", "active"),
        ("sort=password", "sort"),
        ("page=0", "page"),
        ("page_size=201", "page_size"),
        ("q=" + "x" * 201, "q"),
        ("q=%00", "q"),
    ],
)
def test_a_bad_filter_is_named(api, query, field):
    reply = api.get(f"/users?{query}")
    assert (reply.status, reply.fields) == (400, [field])


def test_a_list_costs_the_same_at_one_row_and_at_many(campus, api):
    api.get("/users")
    with CaptureQueriesContext(
        connection,
    ) as few:
        api.get("/users")
    branch = campus.branch()
    for number in range(15):
        api.post(
            "/users", new(email=f"p{number}@example.org", role=["student", "instructor"], branch_id=str(branch.pk))
        )
    with CaptureQueriesContext(connection) as many:
        assert len(api.get("/users").data) == 16
    assert len(many) == len(few) <= 6
    with CaptureQueriesContext(connection) as paged:
        api.get("/users?page_size=5")
    assert len(paged) <= 6


def test_every_change_is_in_the_history(campus, api):
    person = api.post("/users", new()).data
    api.put(f"/users/{person['_id']}", {"role": ["instructor"], "full_name": "N. Mokoena"})
    api.delete(f"/users/{person['_id']}")
    entries = AuditEntry.objects.filter(table_name="institutions_affiliation", part_of=person["_id"]).order_by("pk")
    assert [entry.use_case for entry in entries] == ["add_person", "deactivate_person"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("loss", [PersonChange(active=False), PersonChange(roles=[RoleGrant("instructor")])])
def test_of_two_administrators_who_leave_at_once_one_stays(campus, loss):
    second = campus.actor(campus.person("admin"))
    barrier, refused = threading.Barrier(2), []

    def leave(actor):
        barrier.wait()
        try:
            change_person(by=actor, user=actor.user, change=loss)
        except Exception as error:
            refused.append(getattr(error, "code", error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=leave, args=[actor]) for actor in (campus.admin, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last_administrator"]
    left = Membership.objects.filter(institution=campus.institution, role="admin", user__is_active=True)
    assert left.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_the_same_email_one_is_told(campus):
    barrier, codes = threading.Barrier(2), []

    def add():
        barrier.wait()
        try:
            add_person(
                by=campus.admin, person=PersonInput(full_name="N", email="n@example.org", roles=[RoleGrant("student")])
            )
            codes.append("added")
        except Exception as error:
            codes.append(getattr(error, "code", error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=add) for _caller in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["added", "email_taken"]
    assert Affiliation.objects.filter(user__email="n@example.org").count() == 1


# --- managers --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("role", "part"), [("branch-manager", "branch"), ("dept-admin", "department")])
def test_managers_add_students_of_their_own_part_and_nobody_else(role: str, part: str) -> None:
    campus = Campus.found()
    make = {"branch": campus.branch, "department": campus.department}[part]
    own, other = make(), make()
    api = Api(campus.token(campus.person(role, **{part: own})))
    body = {"full_name": "Nomsa", "email": "nomsa@example.org", "role": ["student"]}
    added = api.post("/users", body)
    assert (added.status, added.data["role"], added.data[f"{part}_id"]) == (201, ["student"], str(own.pk))
    assert api.post(f"/users/{added.data['_id']}/invitation").status == 200

    elsewhere = api.post("/users", body | {"email": "b@example.org", f"{part}_id": str(other.pk)})
    assert (elsewhere.status, elsewhere.fields) == (403, [f"{part}_id"])
    for beyond in (["instructor"], ["admin"], ["student", "instructor"], [role]):
        refused = api.post("/users", body | {"email": "c@example.org", "role": beyond, f"{part}_id": str(own.pk)})
        assert refused.status == 403, beyond
    # Whom they added they do not change, nor does a student's role make anybody theirs to invite.
    path = f"/users/{added.data['_id']}"
    assert api.put(path, {"full_name": "Other"}).status == 403
    assert api.delete(path).status == 403
    colleague = campus.person("instructor", **{part: own})
    assert api.post(f"/users/{colleague.pk}/invitation").status == 403


def test_manager_of_two_branches_says_which_one_a_new_student_is_of() -> None:
    campus = Campus.found()
    branches = [campus.branch(), campus.branch()]
    manager = campus.person("branch-manager", branch=branches[0])
    Membership.objects.create(institution=campus.institution, user=manager, role="branch-manager", branch=branches[1])
    api = Api(campus.token(manager))
    body = {"full_name": "Nomsa", "email": "nomsa@example.org", "role": ["student"]}
    refused = api.post("/users", body)
    assert (refused.status, refused.fields) == (400, ["branch_id"])
    added = api.post("/users", body | {"branch_id": str(branches[1].pk)})
    assert (added.status, added.data["branch_id"]) == (201, str(branches[1].pk))


def test_one_role_is_held_in_two_branches() -> None:
    campus = Campus.found()
    branches = [campus.branch(), campus.branch()]
    api = Api(campus.token())
    both = [{"role": "branch-manager", "branch_id": str(branch.pk)} for branch in branches]
    body = {"full_name": "Nomsa", "email": "nomsa@example.org", "memberships": both}
    added = api.post("/users", body)
    assert added.status == 201
    assert [(one["role"], one["branch_id"]) for one in added.data["memberships"]] == [
        ("branch-manager", str(branch.pk)) for branch in branches
    ]
    path = f"/users/{added.data['_id']}"
    # A role that is sent alone stays where it is held.
    assert len(api.put(path, {"role": ["branch-manager"]}).data["memberships"]) == 2
    changed = api.put(path, {"memberships": [both[1], {"role": "instructor"}]}).data["memberships"]
    assert {(one["role"], one["branch_id"]) for one in changed} == {
        ("branch-manager", str(branches[1].pk)),
        ("instructor", None),
    }
    assert api.put(path, {"memberships": []}).fields == ["role"]
    assert api.put(path, {"memberships": [{"role": "branch-manager"}]}).fields == ["branch_id"]
