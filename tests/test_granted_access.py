"""Whatever is granted: a regulator opens exactly that, by whichever door they try, compared with a plain model."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.attendance.permissions import cohorts, evidence, records, registers
from muster.batches.permissions import batches
from muster.enrollments.permissions import enrollments
from muster.oversight.models import AccessLook, AccessRequest
from muster.oversight.permissions import registers_granted_to
from muster.oversight.queries import reach_of
from muster.oversight.rules import grant_access, reject_access, revoke_access
from muster.oversight.tests.make import Inspected
from tests.client import Api
from tests.pages import Browser, words_of

CODES = ("ALPHA", "BRAVO", "DELTA")
DAYS = (0, 5, 9)
# Where BRAVO comes to what is ALPHA's.
SHARED = 5


@dataclass(frozen=True)
class Wish:
    """What is asked, and what becomes of it."""

    codes: frozenset[str] | None
    first: int
    length: int
    files: bool
    fate: str


wishes = st.builds(
    Wish,
    codes=st.none() | st.frozensets(st.sampled_from(CODES), min_size=1),
    first=st.sampled_from((-2, 0, 1, 5, 6, 9, 10)),
    length=st.sampled_from((0, 1, 4, 5, 20)),
    files=st.booleans(),
    fate=st.sampled_from(("pending", "granted", "granted", "granted", "rejected", "revoked", "expired", "another's")),
)


@dataclass
class Taught:
    """Each batch has a session on each day, one student, who missed each, with a file behind each mark."""

    place: Inspected
    batch: dict[str, Any] = field(default_factory=dict)
    seat: dict[str, Any] = field(default_factory=dict)
    # By code and day: the session, and the files behind the marks of each batch that meets there.
    session: dict[tuple[str, int], Any] = field(default_factory=dict)
    files: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def meets(self, code: str) -> tuple[str, ...]:
        """Who meets where this batch does: BRAVO comes to ALPHA."""
        return ("ALPHA", "BRAVO") if code == "ALPHA" else (code,)

    @classmethod
    def whole(cls) -> Taught:
        made = cls(Inspected())
        place = made.place
        for code in CODES:
            made.batch[code] = place.batch(code)
            made.seat[code] = place.seat(made.batch[code], f"Student {code.title()}")
        place.share(made.batch["ALPHA"], made.batch["BRAVO"])
        for code, day in product(CODES, DAYS):
            met = [made.seat[one] for one in made.meets(code)]
            session = made.session[code, day] = place.session(made.batch[code], day, *met)
            made.files[code, day] = {one: place.evidence(session, made.seat[one]) for one in made.meets(code)}
        return made


class Tried:
    """What is asked for on what was taught, and by whom."""

    def __init__(self) -> None:
        self.taught = Taught.whole()
        self.place = self.taught.place
        self.other = self.place.campus.actor(self.place.campus.person("regulator"))
        self.secret = self.place.campus.token(self.place.regulator)

    def wished(self, wish: Wish) -> AccessRequest:
        """Ask, and decide as the wish says."""
        place, taught = self.place, self.taught
        by, place.by = place.by, self.other if wish.fate == "another's" else place.by
        named = [taught.batch[code] for code in sorted(wish.codes or ())]
        days = {"first": wish.first, "last": wish.first + wish.length}
        row = place.ask(*named, **days, with_evidence=wish.files)
        place.by = by
        admin = place.campus.admin
        if wish.fate == "rejected":
            reject_access(by=admin, request=row, note="No")
        elif wish.fate != "pending":
            row = grant_access(by=admin, request=row, expires_at=place.later(5))
        if wish.fate == "revoked":
            revoke_access(by=admin, request=row, note="Over")
        if wish.fate == "expired":
            place.expire(row)
        return row

    def model(self, asked: list[Wish]) -> tuple[dict[Any, set[str]], set[Any]]:
        """By brute force: which batches of which session may be seen, and which files."""
        seen: dict[Any, set[str]] = {}
        files: set[Any] = set()
        for wish, (code, day) in product(asked, self.taught.session):
            if wish.fate != "granted" or not wish.first <= day <= wish.first + wish.length:
                continue
            for one in self.taught.meets(code):
                if wish.codes is None or one in wish.codes:
                    seen.setdefault((code, day), set()).add(one)
                    if wish.files:
                        files.add((code, day, one))
        return seen, files

    def agrees(self, rows: list[Any], asked: list[Wish], seen: Any, files: Any) -> None:
        taught, by = self.taught, self.place.by
        api, browser = Api(self.secret), Browser(self.place.campus, self.place.regulator)
        ids = {session.pk: where for where, session in taught.session.items()}
        # The one query, the list over the API, the list on the page, and its export.
        assert {ids[pk] for pk in registers_granted_to(by).values_list("pk", flat=True)} == set(seen)
        listed = api.get("/oversight/registers?page_size=200").data
        assert {str(taught.session[where].pk) for where in seen} == {row["_id"] for row in listed}
        shown = browser.get("/oversight/registers/").content.decode()
        assert {where for where, session in taught.session.items() if str(session.pk) in shown} == set(seen)
        for where, session in taught.session.items():
            self.opens(api, browser, session, seen.get(where, set()))
            for code, file in taught.files[where].items():
                self.gives(api, browser, session, file, is_given=(*where, code) in files)
        self.nothing_else_is_seen(api, browser)
        for row, wish in zip(rows, asked, strict=True):
            alone, _files = self.model([Wish(wish.codes, wish.first, wish.length, wish.files, "granted")])
            assert reach_of([row])[row.pk].registers == len(alone)
            path = reverse("oversight:marks-export", args=[row.pk])
            answer = browser.get(f"{path}?format=csv")
            if wish.fate != "granted":
                assert answer.status_code == 404
                continue
            lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[1:]
            named = [[code for code in CODES if f"Student {code.title()}" in line] for line in lines]
            found = sorted(code for codes in named for code in codes)
            assert found == sorted(code for codes in alone.values() for code in codes)
            assert all(row.reference in line for line in lines)

    def opens(self, api: Any, browser: Any, session: Any, codes: set[str]) -> None:
        """The register by each door, as data, as a page and as files: of these batches, or not at all."""
        before = AccessLook.objects.count()
        names = {f"Student {code.title()}" for code in codes}
        hidden = {f"Student {code.title()}" for code in CODES} - names
        answer = api.get(f"/oversight/registers/{session.pk}")
        page = browser.get(f"/oversight/registers/{session.pk}/")
        file = browser.get(f"/oversight/registers/{session.pk}/export/?format=csv")
        if not codes:
            assert [answer.status, page.status_code, file.status_code] == [404, 404, 404]
            assert set(AccessLook.objects.order_by("-pk")[:3].values_list("how", flat=True)) == {"denied"}
            return
        assert {row["full_name"] for row in answer.data["rows"]} == names
        text, lines = words_of(page), b"".join(file.streaming_content).decode()
        for name in names:
            assert name in text
            assert name in lines
        for name in hidden:
            assert name not in text
            assert name not in lines
        for private in ("Private", "@example.org"):
            assert private not in lines
            assert private not in text
        assert "Lindiwe Radebe" in lines
        assert AccessLook.objects.count() == before + 3

    def gives(self, api: Any, browser: Any, session: Any, file: Any, *, is_given: bool) -> None:
        """The file behind a mark, by each door; its own address stays closed whatever is granted."""
        path = f"/oversight/registers/{session.pk}/evidence/{file.pk}"
        expected = 200 if is_given else 404
        assert [api.get(path).status, browser.get(f"{path}/").status_code] == [expected, expected]
        assert [api.get(f"/evidence/{file.pk}").status, browser.get(f"/evidence/{file.pk}/").status_code] == [403, 403]

    def nothing_else_is_seen(self, api: Any, browser: Any) -> None:
        """The doors of everybody else: batches, registers, records, students, calendars, searches, exports."""
        by, taught = self.place.by, self.taught
        for access in (batches, registers, records, evidence, enrollments, cohorts):
            assert not access.rows(by).exists()
        session, batch = taught.session["ALPHA", SHARED], taught.batch["ALPHA"]
        student = taught.seat["ALPHA"].student_id
        for path in (
            "/batches",
            f"/batches/{batch.pk}",
            f"/institution/class-sessions/{session.pk}",
            f"/institution/class-sessions/{session.pk}/export?format=csv",
            f"/institution/cohorts/{batch.pk}/register",
            f"/users/{student}",
            f"/students/{student}/attendance",
            "/calendar/links",
            "/exports/students",
            "/institution/attendance/daily",
        ):
            assert api.get(path).status in (403, 404), path
        for path in (
            "/batches/",
            f"/batches/{batch.pk}/",
            f"/institution/attendance/sessions/{session.pk}",
            f"/institution/attendance/sessions/{session.pk}/export/",
            f"/institution/attendance/cohorts/{batch.pk}/sheets/",
            "/institution/attendance/calendar",
            f"/students/{student}/",
            "/calendar/",
        ):
            assert browser.get(path).status_code in (403, 404), path
        assert "Student Alpha" not in words_of(browser.get("/search/?q=Student"))


@pytest.mark.django_db
def test_exactly_what_was_granted_is_opened() -> None:
    tried = Tried()

    @settings(max_examples=6, deadline=None)
    @given(st.lists(wishes, max_size=3))
    def try_wishes(asked: list[Wish]) -> None:
        with transaction.atomic():
            rows = [tried.wished(wish) for wish in asked]
            tried.agrees(rows, asked, *tried.model(asked))
            transaction.set_rollback(True)

    try_wishes()


@pytest.mark.django_db
def test_the_day_it_ends_by_the_clock_of_the_database() -> None:
    """To the moment: what is in force now is not in force then, without any job."""
    place = Inspected()
    batch = place.batch("ECHO")
    place.session(batch, 3)
    grant = place.grant(batch, days=1)
    assert registers_granted_to(place.by).count() == 1
    place.expire(grant)
    assert registers_granted_to(place.by).count() == 0
