"""What the workflows are told in: people who call the API, and what each of them does there, a line a step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from muster.timetable.models import ClassSession
from tests.client import Api, Reply
from tests.make import PASSWORD, Campus

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def done(reply: Reply, status: int = 200) -> Any:
    """What a call answered that went well."""
    assert reply.status == status, reply.body
    return reply.data


def one_of(rows: list[Any]) -> Any:
    """The only row of a list."""
    assert len(rows) == 1, rows
    return rows[0]


@dataclass(frozen=True)
class Caller:
    """Somebody with a sign-in, and their id."""

    api: Api
    pk: str

    @classmethod
    def sign_in(cls, email: str, password: str = PASSWORD) -> Caller:
        entered = done(Api().post("/v1/auth/login", {"email": email, "password": password}))
        return cls(Api(entered["token"]), entered["user"]["_id"])

    def get(self, path: str) -> Any:
        return done(self.api.get(path))

    def post(self, path: str, body: Any = None, status: int = 201) -> Any:
        return done(self.api.post(path, body), status)

    def put(self, path: str, body: Any = None) -> Any:
        return done(self.api.put(path, body))

    def send_file(self, path: str, name: str, content: bytes, **fields: str) -> Any:
        """A call that sends a file, as a form does."""
        form = {**fields, "file": SimpleUploadedFile(name, content)}
        reply = self.api.client.post(f"/api{path}", form, headers=self.api.headers)
        assert reply.status_code == 201, reply.content
        return reply.json()["data"]

    def told(self) -> list[str]:
        """What they were told, the newest first."""
        return [one["title"] for one in self.get("/notifications")]

    def add(self, role: str, full_name: str, email: str) -> Caller:
        """Another person, added with a password and signed in."""
        person = {"full_name": full_name, "email": email, "role": [role], "password": PASSWORD}
        self.post("/users", person)
        return Caller.sign_in(email)


def found(name: str = "Ridgeline Institute") -> tuple[Campus, Caller]:
    """An institution and its administrator."""
    campus = Campus.found(name)
    return campus, Caller.sign_in(campus.admin.user.email)


def six_weeks(campus: Campus) -> tuple[date, date]:
    """The first and last day of a course of which today is the first day of the fifth week."""
    today = campus.admin.today()
    return today - timedelta(days=28), today + timedelta(days=7)


def mark(instructor: Caller, session: str, **marks: Any) -> Any:
    """Take a register: the enrolments that have each mark. Answers how many have which."""
    records = [{"enrolment_id": pk, "status": status} for status, enrolled in marks.items() for pk in enrolled]
    return instructor.post("/institution/attendance/mark", {"session_id": session, "records": records}, 200)


def bring_back(session: str, days: int) -> None:
    """A mentoring session that was scheduled ahead, as if so many days ago: no door schedules one in the past."""
    row = ClassSession.objects.select_related("meeting").get(mentoring=session)
    ClassSession.objects.filter(pk=row.pk).update(date=row.today() - timedelta(days=days))
