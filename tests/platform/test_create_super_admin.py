"""`muster create-super-admin`"""

import pytest
from click.testing import CliRunner

from muster.accounts.models import User
from muster.cli import main
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db(transaction=True)


def create(**options: str):
    given = {"email": "Root@example.org", "password": "a-decent-password", **options}
    return CliRunner().invoke(
        main, ["create-super-admin", *(word for name, text in given.items() for word in (f"--{name}", text))]
    )


def test_a_platform_administrator_is_made_once_and_signs_in_to_every_institution():
    campuses = [Campus.found(), Campus.found()]
    done = create()
    assert (done.exit_code, done.output) == (0, "Root <root@example.org> administers the whole platform.\n")
    again = create(password="another-password")
    assert (again.exit_code, "keep its password" in again.output) == (0, True)
    root = User.objects.get(email="root@example.org")
    assert (root.is_superuser, root.home, root.check_password("a-decent-password")) == (True, None, True)
    for campus in campuses:
        told = Api().post(
            "/v1/auth/login",
            {
                "email": root.email,
                "password": "a-decent-password",
                "institution": campus.institution.slug,
            },
        )
        found = Api(told.data["token"]).get("/institution").data
        assert found["name"] == campus.institution.name


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"email": "nobody"}, "Enter an email address"),
        ({"password": "short"}, "at least 10 characters"),
        ({"name": "x" * 151}, "Keep the name to 150 characters or fewer."),
    ],
)
def test_what_is_wrong_is_said(wrong, told):
    done = create(**wrong)
    assert (done.exit_code, told in done.output) == (1, True)
    assert not User.objects.exists()


def test_nobody_of_an_institution_becomes_one():
    campus = Campus.found()
    done = create(email=campus.admin.user.email)
    assert (done.exit_code, "already signs in a person of an institution" in done.output) == (1, True)
    campus.admin.user.refresh_from_db()
    assert not campus.admin.user.is_superuser
