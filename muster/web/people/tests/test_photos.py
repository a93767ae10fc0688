"""Photos: judged as pictures, shown to whoever may see the person, initials otherwise."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from muster.accounts.models import User
from tests.files import png
from tests.make import Campus

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def test_photo_is_seen_by_whoever_sees_the_person() -> None:
    campus = Campus.found()
    lead, student, other = campus.instructor(), campus.student("Naledi Mokoena"), campus.student()
    campus.enroll(campus.batch(lead=lead), student)
    change, photo = (reverse(f"people:{name}", args=(student.pk,)) for name in ("change-photo", "photo"))
    own = signed_in(student)
    page = reverse("students:student", args=(student.pk,))
    assert '<span class="face" aria-hidden="true">NM</span>' in own.get(page).content.decode()
    assert own.get(photo).status_code == 404

    wrong = SimpleUploadedFile("me.png", b"no picture at all", "image/png")
    assert own.post(change, {"photo": wrong}).status_code == 400
    sent = SimpleUploadedFile("me.png", png(), "image/png")
    assert own.post(change, {"photo": sent}).status_code == 302
    assert photo in own.get(page).content.decode()
    seen = {
        "self": own.get(photo),
        "admin": signed_in(campus.admin.user).get(photo),
        "lead": signed_in(lead).get(photo),
        "other": signed_in(other).get(photo),
        "colleague": signed_in(campus.instructor()).get(photo),
        "stranger": signed_in(Campus.found().admin.user).get(photo),
    }
    assert {name: answer.status_code for name, answer in seen.items()} == {
        "self": 200, "admin": 200, "lead": 200, "other": 404, "colleague": 404, "stranger": 404,
    }  # fmt: skip
    assert seen["admin"]["Content-Type"] == "image/png"
    assert signed_in(lead).post(change, {"photo": sent}).status_code in (403, 404)

    stored = User.objects.get(pk=student.pk).photo
    assert own.post(change, {"remove_photo": "on"}).status_code == 302
    assert User.objects.get(pk=student.pk).photo.name == ""
    assert own.get(photo).status_code == 404
    assert stored.name
