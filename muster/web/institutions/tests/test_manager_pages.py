"""Managers invite students of their own part on the pages, and see no form for anybody else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from muster.accounts.models import User
from muster.institutions.models import Membership, Role
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def test_manager_of_two_branches_chooses_the_one_of_a_new_student(campus: Campus) -> None:
    first, second, third = campus.branch(), campus.branch(), campus.branch()
    manager = campus.person(Role.BRANCH_MANAGER, branch=first)
    Membership.objects.create(institution=campus.institution, user=manager, role=Role.BRANCH_MANAGER, branch=second)
    browser = Client()
    browser.force_login(manager)
    form = browser.get(reverse("user-new")).context["form"]
    assert set(form.fields["branch_id"].queryset) == {first, second}
    assert [role for role, _label in form.fields["role"].choices] == ["student", "corporate-student"]
    sent = {"full_name": "Nomsa", "email": "nomsa@example.org", "role": ["student"]}
    assert browser.post(reverse("user-new"), sent | {"branch_id": third.pk}).status_code == 400
    assert browser.post(reverse("user-new"), sent).status_code == 400
    assert browser.post(reverse("user-new"), sent | {"branch_id": second.pk}).status_code == 302
    added = Membership.objects.get(user__email="nomsa@example.org")
    assert (added.role, added.branch) == (Role.STUDENT, second)


def test_manager_resends_the_invitation_from_the_students_page(campus: Campus) -> None:
    department = campus.department()
    manager = campus.person(Role.DEPT_ADMIN, department=department)
    student = campus.person(Role.STUDENT, department=department)
    browser = Client()
    browser.force_login(manager)
    page = reverse("students:student", args=(student.pk,))
    assert reverse("user-invite", args=(student.pk,)) in browser.get(page).content.decode()
    answer = browser.post(reverse("user-invite", args=(student.pk,)))
    assert (answer.status_code, answer["Location"]) == (302, page)


def test_administrator_gives_somebody_two_branches(campus: Campus) -> None:
    first, second, third = campus.branch(), campus.branch(), campus.branch()
    browser = Client()
    browser.force_login(campus.admin.user)
    sent = {"full_name": "Nomsa Zulu", "email": "nomsa@example.org", "role": ["branch-manager", "instructor"]}
    places = {"branch_id": first.pk, "more_branches": [second.pk]}
    assert browser.post(reverse("user-new"), sent | places).status_code == 302
    person = User.objects.get(email="nomsa@example.org")

    def managed() -> set[object]:
        return set(person.memberships.filter(role="branch-manager").values_list("branch", flat=True))

    assert managed() == {first.pk, second.pk}
    edit = reverse("user-edit", args=(person.pk,))
    shown = browser.get(edit).context["form"].initial
    assert {shown["branch_id"], *shown["more_branches"]} == {str(first.pk), str(second.pk)}
    names = {"given_name": person.given_name, "family_name": person.family_name}
    assert browser.post(edit, sent | names | places | {"more_branches": [third.pk]}).status_code == 302
    assert managed() == {first.pk, third.pk}
    assert person.memberships.filter(role="instructor").count() == 1
