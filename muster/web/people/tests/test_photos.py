"""Photos: judged as pictures, shown to whoever may see the person, initials otherwise."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from muster.accounts.models import User
from muster.institutions.rules import change_picture
from tests.client import Api
from tests.files import png
from tests.make import Campus, slot

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


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("me.png", png(), "image/png")


def test_register_shows_photos_or_initials_and_the_api_their_address() -> None:
    campus = Campus.found()
    lead, today = campus.instructor(), campus.admin.today()
    batch = campus.batch(
        lead=lead, start_date=today, end_date=today, slots=[slot(today.isoweekday(), "00:10", "00:20")]
    )
    seen, other = campus.student("Naledi Mokoena"), campus.student("Thabo Nkosi")
    for student in (seen, other):
        campus.enroll(batch, student)
    change_picture(by=campus.admin, of=seen, picture=picture())
    session = batch.sessions.get()
    page = signed_in(lead).get(reverse("attendance:register", args=(session.pk,))).content.decode()
    assert f'<span class="face" aria-hidden="true">NM<img src="{reverse("people:photo", args=(seen.pk,))}?' in page
    assert '<span class="face" aria-hidden="true">TN</span>' in page
    api = Api(campus.token(lead))
    learners = [row["learner"] for row in api.get(f"/institution/class-sessions/{session.pk}").data["register"]]
    assert [bool(one["photo_url"]) for one in learners] == [True, False]
    address = learners[0]["photo_url"].removeprefix("/api")
    photo = api.get(address)
    assert (photo.status, photo.headers["Content-Type"], photo.content[:4]) == (200, "image/png", b"\x89PNG")
    assert Api(campus.token(other)).get(address).status == 404


def test_photos_are_set_and_removed_over_the_api() -> None:
    campus = Campus.found()
    student = campus.student()
    api, path = Api(campus.token(student)), f"/users/{student.pk}"

    def send(file: SimpleUploadedFile) -> int:
        return api.client.post(f"/api{path}/photo", {"photo": file}, headers=api.headers).status_code

    assert send(SimpleUploadedFile("me.png", b"no picture", "image/png")) == 400
    assert api.get(path).data["photo_url"] is None
    assert send(picture()) == 200
    first = api.get(path).data["photo_url"]
    assert send(picture()) == 200
    # A new photo has another address: what a program kept of the old one isn't shown.
    assert first != api.get(path).data["photo_url"]
    assert api.delete(f"{path}/photo").data["photo_url"] is None
    assert api.get(f"{path}/photo").status == 404
