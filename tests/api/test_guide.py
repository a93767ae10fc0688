"""The examples of docs/api.md, run one after the other as they stand there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client

from muster.accounts.models import User
from muster.api.kit.answers import JSON
from muster.timetable.models import ClassSession
from tests.api.described import disagreement
from tests.make import PASSWORD, Campus

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def examples() -> list[tuple[str, int]]:
    """Each curl command with the status that stands below it."""
    found = []
    for block in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL):
        for command, status in re.findall(r"^(curl .*?)\n# (\d{3})$", block, re.DOTALL | re.MULTILINE):
            found.append((command, int(status)))
    return found


def called(command: str, known: dict[str, str]) -> tuple[str, str, dict[str, str], str]:
    """A curl command as method, path, headers and body."""
    words = shlex.split(re.sub(r"\\\n\s*", " ", command))
    for name, value in known.items():
        words = [word.replace(f"${name}", value) for word in words]
    method, headers, body, url = "GET", {}, "", ""
    arguments = iter(words[1:])
    for word in arguments:
        if word == "-X":
            method = next(arguments)
        elif word == "-H":
            name, _colon, value = next(arguments).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(arguments)
        else:
            url = word
    parts = urlsplit(url)
    return method, f"{parts.path}?{parts.query}", headers, body


@pytest.mark.django_db
def test_every_example_of_the_guide_answers_as_it_says():
    campus = Campus.found()
    User.objects.filter(pk=campus.admin.user.pk).update(email="admin@example.org")
    met = campus.batch(start_date=campus.admin.today())
    enrolled = campus.enroll(met)
    session = ClassSession.objects.create(
        institution=campus.institution, meeting_id=met.pk, date=met.start_date, is_edited=True
    )
    known = {
        "URL": "http://127.0.0.1:8000/api",
        "TOKEN": campus.token(),
        "COURSE": str(campus.course().pk),
        "INSTRUCTOR": str(campus.instructor().pk),
        "STUDENT": str(campus.student().pk),
        "BATCH": str(campus.batch().pk),
        "SESSION": str(session.pk),
        "ENROLMENT": str(enrolled.pk),
    }
    answers = []
    for command, status in examples():
        method, path, headers, body = called(command, known)
        content_type = headers.pop("Content-Type", "")
        response = Client().generic(method, path, body, content_type=content_type, headers=headers)
        assert response.status_code == status, (command, getattr(response, "content", ""))
        assert disagreement(response) == ""
        is_file = response.headers["Content-Type"] != JSON
        answers.append((response, {} if is_file else json.loads(response.content)))
    assert len(answers) >= 8
    repeated = [content for response, content in answers if response.headers.get("Idempotency-Replayed")]
    assert len(repeated) == 1
    assert PASSWORD in GUIDE.read_text()


@pytest.mark.django_db
def test_the_description_and_its_page_are_open_and_need_nothing_from_elsewhere(client):
    described = client.get("/api/openapi.json")
    assert json.loads(described.content)["openapi"] == "3.1.0"
    page = client.get("/api/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
    assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//", text)
    for route in ("/api/batches/{batch_id}", "/api/enrollments/students/{student_id}/enroll"):
        assert route in text
    # Routes that answer with a file say of which kind.
    assert "OK, text/csv, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, application/pdf" in text
    campus = Campus.found()
    client.force_login(campus.admin.user)
    assert client.get("/api/docs").status_code == 200
    assert client.get("/api/v1/auth/me").status_code == 200
