"""Passkeys, with the virtual authenticator of Chromium: a device that knows its owner."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from muster.institutions.models import SecurityEvent
from tests.make import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def device(seat_of, live_server):
    """A browser with an authenticator built in. Passkeys belong to a name, and not to an address of numbers."""
    live_server.host = "localhost"
    seat = seat_of()
    seat.address = live_server.url.replace("127.0.0.1", "localhost")
    session = seat.tab.context.new_cdp_session(seat.tab)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    seat.authenticator = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    seat.cdp = session
    return seat


def add_passkey(seat, name):
    seat.go("/accounts/2fa/webauthn/add/")
    if "reauthenticate" in seat.tab.url:
        seat.tab.get_by_label("Password").fill(PASSWORD)
        seat.tab.get_by_role("button", name="Confirm").click()
    seat.tab.get_by_label("Name").fill(name)
    seat.tab.get_by_role("button", name="Add passkey").click()
    # The first one comes with codes for the day on which the device is lost.
    seat.tab.wait_for_url("**/accounts/2fa/**")
    expect(seat.tab.locator("h1")).to_have_text("Recovery codes", ignore_case=True)


def sign_out(seat):
    seat.go("/accounts/logout/")
    seat.tab.get_by_role("button", name="Sign out").last.click()
    seat.tab.wait_for_url("**/login/**")


def test_a_passkey_is_added_named_signs_in_and_is_removed(device, campus):
    email = campus.admin.user.email
    device.sign_in(email)
    add_passkey(device, "Work laptop")
    device.go("/accounts/2fa/")
    expect(device.tab.get_by_text("Work laptop").first).to_be_visible()
    assert device.violations() == []
    device.tab.get_by_role("link", name="Rename Work laptop").click()
    device.tab.get_by_label("Name").fill("Blue laptop")
    device.tab.get_by_role("button", name="Save").click()
    expect(device.tab.get_by_text("Blue laptop").first).to_be_visible()
    sign_out(device)

    # Without a password at all.
    device.tab.get_by_role("button", name="Sign in with a passkey").click()
    device.tab.wait_for_url(lambda url: "/accounts/" not in url)
    sign_out(device)

    # As the second step after the password.
    device.go("/accounts/login/")
    device.tab.locator("[name=login]").fill(email)
    device.tab.locator("[name=password]").fill(PASSWORD)
    device.tab.get_by_role("button", name="Sign in", exact=True).click()
    expect(device.tab.locator("h1")).to_have_text("One more step")
    device.tab.get_by_role("button", name="Use a passkey").click()
    device.tab.wait_for_url(lambda url: "/accounts/" not in url)

    device.go("/accounts/2fa/")
    device.tab.get_by_role("link", name="Remove Blue laptop").click()
    if "reauthenticate" in device.tab.url:
        device.tab.get_by_label("Password").fill(PASSWORD)
        device.tab.get_by_role("button", name="Confirm").click()
    device.tab.get_by_role("button", name="Remove passkey").click()
    expect(device.tab.get_by_text("Blue laptop")).to_have_count(0)
    kinds = list(SecurityEvent.objects.filter(detail="Passkey").order_by("created_at").values_list("kind", flat=True))
    assert kinds == ["factor-added", "factor-removed"]
    assert not device.complaints


def test_a_device_that_does_not_know_its_owner_opens_nothing(device, campus):
    device.sign_in(campus.admin.user.email)
    add_passkey(device, "Work laptop")
    sign_out(device)
    device.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device.authenticator, "isUserVerified": False})
    device.tab.get_by_role("button", name="Sign in with a passkey").click()
    expect(device.tab.get_by_role("alert")).to_have_text("No passkey was used. Try again, or sign in another way.")
    device.go("/me/")
    assert "/accounts/login/" in device.tab.url
