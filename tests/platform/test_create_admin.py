"""`muster create-admin`"""

import pytest
from click.testing import CliRunner

from muster.accounts.models import User
from muster.cli import main
from muster.institutions.models import Institution, Membership

pytestmark = pytest.mark.django_db(transaction=True)


def create(*options: str):
    return CliRunner().invoke(main, ["create-admin", *options])


def test_the_institution_and_its_administrator_are_made_once():
    options = ("--institution", "Ridgeline", "--email", "Lerato@example.org", "--password", "a-decent-password")
    done = create(*options, "--time-zone", "Africa/Johannesburg")
    assert (done.exit_code, done.output) == (0, "Lerato <lerato@example.org> administers Ridgeline.\n")
    assert Institution.objects.get().time_zone == "Africa/Johannesburg"
    assert User.objects.get().check_password("a-decent-password")
    again = create(*options[:-1], "another-password")
    assert again.exit_code == 0
    assert "keep its password" in again.output
    assert (Institution.objects.count(), User.objects.count(), Membership.objects.count()) == (1, 1, 1)
    assert User.objects.get().check_password("a-decent-password")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"--institution": " "}, "Enter the institution's name."),
        ({"--email": "nobody"}, "Enter an email address"),
        ({"--password": "short"}, "at least 10 characters"),
        ({"--time-zone": "Mars"}, "This time zone doesn't exist. Choose one from the list."),
    ],
)
def test_what_is_wrong_is_said(wrong, told):
    options = {"--institution": "R", "--email": "a@example.org", "--password": "a-decent-password", **wrong}
    done = create(*(word for pair in options.items() for word in pair))
    assert (done.exit_code, told in done.output) == (1, True)
    assert not Institution.objects.exists()
