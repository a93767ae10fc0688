"""The pages of departments and of the settings."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from muster.institutions.models import Branch, Department, Holiday, Role, Room, Term
from tests.client import Api
from tests.files import png
from tests.make import NOBODY, Campus, slot

pytestmark = pytest.mark.django_db

PNG = png()


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page(campus):
    return browser(campus.admin.user)


def fill(campus, number=1):
    """Something of everything, `number` times."""
    for _number in range(number):
        branch = campus.branch()
        campus.room(branch, seats=20)
        campus.department(hod=campus.instructor())
        days = {"start_date": "2030-01-01", "end_date": "2030-01-02"}
        Holiday.objects.create(institution=campus.institution, name="Staff day", branch=branch, **days)
        Term.objects.create(
            institution=campus.institution,
            name=f"Term {Term.objects.count()}",
            school_year=2030,
            parent=Term.objects.first(),
            **days,
        )


def test_every_role_opens_what_it_may(campus):
    branch, department = campus.branch(), campus.department()
    fill(campus)
    people = {
        "admin": campus.admin.user,
        "branch-manager": campus.person(Role.BRANCH_MANAGER, branch=branch),
        "dept-admin": campus.person(Role.DEPT_ADMIN, department=department),
        "instructor": campus.instructor(),
        "student": campus.student(),
        "corporate-student": campus.person(Role.CORPORATE_STUDENT),
        "regulator": campus.person(Role.REGULATOR),
    }
    readers = set(people) - {"regulator"}
    allowed = {
        reverse("departments:list"): readers,
        reverse("departments:department", args=[department.pk]): readers - {"student", "corporate-student"},
        reverse("departments:new"): {"admin"},
        reverse("departments:edit", args=[department.pk]): {"admin", "dept-admin"},
        reverse("departments:delete", args=[department.pk]): {"admin", "dept-admin"},
        reverse("settings:index"): set(people),
        reverse("settings:institution"): {"admin"},
        reverse("settings:branches"): readers,
        reverse("settings:branch", args=[branch.pk]): readers,
        reverse("settings:branch-new"): {"admin"},
        reverse("settings:branch-edit", args=[branch.pk]): {"admin", "branch-manager"},
        reverse("settings:branch-delete", args=[branch.pk]): {"admin", "branch-manager"},
        reverse("settings:room-new", args=[branch.pk]): {"admin", "branch-manager"},
        reverse("settings:holidays"): readers,
        reverse("settings:holiday-new"): {"admin", "branch-manager"},
        reverse("settings:terms"): readers,
        reverse("settings:term-new"): {"admin"},
    }
    opened = {
        path: {role for role, person in people.items() if browser(person).get(path).status_code == 200}
        for path in allowed
    }
    assert opened == allowed
    assert {Client().get(path).status_code for path in allowed} == {302}


def test_the_settings_show_what_the_reader_may_open(campus, page):
    assert [entry in page.get("/settings/").content.decode() for entry in ("/settings/institution/", "Terms")] == [
        True,
        True,
    ]
    manager = browser(campus.person(Role.BRANCH_MANAGER, branch=campus.branch()))
    assert "/settings/institution/" not in manager.get("/settings/").content.decode()


# --- departments -----------------------------------------------------------------------------------------------------
def test_a_department_is_added_with_its_logo_edited_and_deleted(campus, page, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    head = campus.instructor("Farid Osman")
    made = page.post(
        reverse("departments:new"),
        {
            "name": "Commerce",
            "short_code": "COM",
            "hod_id": str(head.pk),
            "contact_email": "commerce@example.org",
            "logo": SimpleUploadedFile("logo.png", PNG),
        },
    )
    department = Department.objects.get()
    assert (made.status_code, made["Location"]) == (302, reverse("departments:department", args=[department.pk]))
    shown = page.get(made["Location"]).content.decode()
    assert [words in shown for words in ("Commerce", "Farid Osman", "No batch years")] == [True, True, True]
    logo = page.get(reverse("departments:logo", args=[department.pk]))
    assert (logo["Content-Type"], b"".join(logo.streaming_content)) == ("image/png", PNG)

    edit = reverse("departments:edit", args=[department.pk])
    saved = page.post(edit, {"name": "Trade", "short_code": "COM", "hod_name": "Somebody", "remove_logo": "on"})
    assert saved.status_code == 302
    department.refresh_from_db()
    assert (department.name, department.hod, department.hod_name, department.logo.name) == (
        "Trade",
        None,
        "Somebody",
        "",
    )
    assert page.get(reverse("departments:logo", args=[department.pk])).status_code == 404

    gone = page.post(reverse("departments:delete", args=[department.pk]))
    assert (gone.status_code, Department.objects.count()) == (302, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("name", "a\x00b"),
        ("short_code", "x" * 11),
        ("hod_id", NOBODY),
        ("hod_id", "x"),
        ("hod_name", "x" * 151),
        ("contact_email", "x"),
        ("contact_phone", "x" * 41),
        ("logo", SimpleUploadedFile("logo.svg", b"<svg/>")),
        ("logo", SimpleUploadedFile("logo.png", b"<svg/>")),
        ("logo", SimpleUploadedFile("logo.png", PNG + b"0" * 1024 * 1024)),
        ("logo", SimpleUploadedFile("logo.png", PNG[:40])),
        ("logo", SimpleUploadedFile("logo.png", png(size=(5001, 5000)))),
    ],
)
def test_a_refused_department_keeps_what_was_typed(page, field, value):
    if field == "logo":
        value.seek(0)
    sent = {"name": "Commerce", "short_code": "COM", field: value}
    refused = page.post(reverse("departments:new"), sent)
    assert refused.status_code == 400
    assert list(refused.context["form"].errors) == [field]
    assert Department.objects.count() == 0
    if field != "name":
        assert 'value="Commerce"' in refused.content.decode()


def test_the_rule_speaks_beside_the_field(campus, page):
    campus.department(short_code="COM")
    refused = page.post(reverse("departments:new"), {"name": "Commerce", "short_code": "com"})
    assert refused.context["form"].errors == {
        "short_code": ["Another department already uses the short code com. Choose another."]
    }


def test_a_department_administrator_is_not_offered_its_head(campus):
    department = campus.department(hod=campus.instructor("Farid Osman"))
    own = browser(campus.person(Role.DEPT_ADMIN, department=department))
    edit = reverse("departments:edit", args=[department.pk])
    assert "hod_id" not in own.get(edit).context["form"].fields
    saved = own.post(edit, {"name": "Trade", "short_code": "T", "hod_name": "Myself"})
    department.refresh_from_db()
    assert (saved.status_code, department.name, department.hod_name) == (302, "Trade", "")


def test_a_department_in_use_says_what_is_in_it(campus, page):
    department = campus.department()
    campus.course(department=department)
    delete = reverse("departments:delete", args=[department.pk])
    asked = page.get(delete).content.decode().split("<main")[1].split("</main>")[0]
    assert "It has 1 course. Move them to another department first." in asked
    assert "btn-bad" not in asked
    refused = page.post(delete)
    assert (refused.status_code, Department.objects.count()) == (400, 1)


# --- settings --------------------------------------------------------------------------------------------------------
def test_the_institution_is_changed_on_one_page(campus, page, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    path = reverse("settings:institution")
    sent = {
        name: value
        for name, value in page.get(path).context["form"].initial.items()
        if value is not None and value is not False
    }
    saved = page.post(path, {**sent, "waitlist_mode": "auto", "logo": SimpleUploadedFile("logo.png", PNG)})
    assert saved.status_code == 302, saved.context["form"].errors
    assert saved.status_code == 302
    campus.institution.refresh_from_db()
    assert (campus.institution.waitlist_mode, bool(campus.institution.logo)) == ("auto", True)
    assert page.get(reverse("institution-logo"))["Content-Type"] == "image/png"
    refused = page.post(path, {**sent, "minimum_attendance_percent": "101", "advised_size_min": "30"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["minimum_attendance_percent"])
    refused = page.post(path, {**sent, "advised_size_min": "30"})
    assert list(refused.context["form"].errors) == ["advised_size_max"]


def test_branches_and_rooms_are_kept_in_sheets(campus, page):
    made = page.post(reverse("settings:branch-new"), {"name": "Durban Point", "code": "DBN", "active": "on"})
    branch = Branch.objects.get()
    own = reverse("settings:branch", args=[branch.pk])
    assert (made.status_code, made["Location"], branch.is_active) == (302, own, True)
    room = {"branch_id": str(branch.pk), "name": "2.04", "seats": "24", "active": "on"}
    add = reverse("settings:room-new", args=[branch.pk])
    assert page.post(add, room, headers={"HX-Request": "true", "HX-Target": "sheet"})["HX-Redirect"] == own
    stored = Room.objects.get()
    assert page.post(reverse("settings:room-edit", args=[stored.pk]), {**room, "seats": ""}).status_code == 302
    stored.refresh_from_db()
    assert (stored.name, stored.seats) == ("2.04", None)
    twice = page.post(add, room)
    assert (twice.status_code, list(twice.context["form"].errors)) == (400, ["name"])
    assert (
        page.post(reverse("settings:branch-edit", args=[branch.pk]), {"name": "Point", "code": "DBN"}).status_code
        == 302
    )
    branch.refresh_from_db()
    assert (branch.name, branch.is_active) == ("Point", False)


def test_a_room_in_use_is_deactivated_instead_of_deleted(campus, page):
    room = campus.room(name="2.04")
    campus.batch(branch=room.branch, slots=[slot(1, "08:00", "10:00", room=room)])
    delete = reverse("settings:room-delete", args=[room.pk])
    asked = page.get(delete).content.decode()
    assert [
        words in asked
        for words in ("2.04 can&#x27;t be deleted", "1 weekly slot and 25 sessions.", "Deactivate instead")
    ] == [
        True,
        True,
        True,
    ]
    assert page.post(delete).status_code == 302
    room.refresh_from_db()
    assert room.is_active is False
    free = campus.room(room.branch)
    assert page.post(reverse("settings:room-delete", args=[free.pk])).status_code == 302
    assert Room.objects.count() == 1


def test_a_branch_manager_is_offered_their_own_branch_alone(campus):
    own, other = campus.branch(), campus.branch()
    manager = browser(campus.person(Role.BRANCH_MANAGER, branch=own))
    form = manager.get(reverse("settings:holiday-new")).context["form"]
    assert (list(form.fields["branch_id"].queryset), form.fields["branch_id"].required) == ([own], True)
    day = {"name": "Flood", "start_date": "2030-01-07"}
    refused = manager.post(reverse("settings:holiday-new"), {**day, "branch_id": str(other.pk)})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["branch_id"])
    assert manager.post(reverse("settings:holiday-new"), {**day, "branch_id": str(own.pk)}).status_code == 302
    holiday = Holiday.objects.get()
    assert (str(holiday.start_date), str(holiday.end_date)) == ("2030-01-07", "2030-01-07")
    assert manager.get(reverse("settings:branch-edit", args=[other.pk])).status_code == 403
    assert manager.post(reverse("settings:holiday-delete", args=[holiday.pk])).status_code == 302


def test_terms_are_kept_in_sheets(campus, page):
    year = {"name": "2030", "start_date": "2030-01-10", "end_date": "2030-11-30"}
    assert page.post(reverse("settings:term-new"), year).status_code == 302
    term = Term.objects.get()
    assert term.school_year == 2030
    half = {"name": "First half", "start_date": "2030-01-10", "end_date": "2030-12-20", "parent_id": str(term.pk)}
    refused = page.post(reverse("settings:term-new"), half)
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["start_date"])
    assert page.post(reverse("settings:term-new"), {**half, "end_date": "2030-06-20"}).status_code == 302
    kept = page.post(reverse("settings:term-delete", args=[term.pk]))
    assert (kept.status_code, Term.objects.count()) == (400, 2)
    assert "It has 1 term within it" in page.get(reverse("settings:term-delete", args=[term.pk])).content.decode()
    edit = page.post(
        reverse("settings:term-edit", args=[term.pk]), {**year, "name": "Year 2030", "school_year": "2030"}
    )
    assert (edit.status_code, Term.objects.filter(name="Year 2030").count()) == (302, 1)


# --- suggestions -----------------------------------------------------------------------------------------------------
WEIGHTS = ("skills", "availability", "workload", "language", "style", "rating", "familiarity")


def test_what_counts_in_suggestions_is_set_and_out_of_bounds_refused(campus, page):
    address = reverse("settings:suggestions")
    given = {f"weight_{kind}": "3" for kind in WEIGHTS}
    assert page.post(address, {**given, "weight_rating": "0"})["Location"] == address
    campus.institution.refresh_from_db()
    assert [getattr(campus.institution, f"weight_{kind}") for kind in WEIGHTS] == [3, 3, 3, 3, 3, 0, 3]
    for wrong in ("11", "-1", "1.5", "", "much", "9" * 40, "\x00"):
        refused = page.post(address, {**given, "weight_skills": wrong})
        assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["weight_skills"])


def test_only_somebody_of_the_staff_heads_a_department(campus):
    api = Api(campus.token())
    for role, status in ((Role.STUDENT, 400), (Role.CORPORATE_STUDENT, 400), (Role.INSTRUCTOR, 201)):
        person = campus.person(role)
        answer = api.post("/departments", {"name": f"D {role}", "short_code": role[:4], "hod_id": str(person.pk)})
        assert (answer.status, answer.fields) == (status, ["hod_id"] if status == 400 else []), role
