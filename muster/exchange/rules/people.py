"""Lists of students and instructors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.accounts.names import guess_names
from muster.core.database import refused_as
from muster.core.errors import DomainError
from muster.core.permissions import as_id
from muster.exchange.lists import ListRow, RowChange, RowOutcome
from muster.exchange.rules.lists import (
    ListImport,
    RowRefused,
    branches_by_name,
    departments_by_name,
    edited_by_hand,
    in_parts,
    somebody_else,
)
from muster.exchange.rules.progress import Progress
from muster.institutions.models import STUDENT_ROLES, Affiliation, Branch, Department, Membership, Role
from muster.institutions.numbers import AmbiguousNumber, ByNumber, has_number
from muster.institutions.rules.people import grantable_roles
from muster.institutions.rules.person_input import PersonInput, RoleGrant, problems_of_person
from muster.people.permissions import students

OF_THE_PERSON = ("full_name", "given_name", "family_name", "email", "phone")
PLACES = ("branch", "department")


@dataclass
class StoredPerson:
    """Somebody of the institution as they are here."""

    user: User
    here: Affiliation
    roles: list[Membership] = field(default_factory=list)


@dataclass
class WantedPerson:
    """What a row wants: whom it is about, if they are here, and where they are to belong."""

    stored: StoredPerson | None
    places: dict[str, Branch | Department]


class PeopleImport(ListImport):
    """Both kinds of people: found by their id in Muster, else by their number, else by their email."""

    role: ClassVar[Role]
    number: ClassVar[str]
    roles: ClassVar[tuple[str, ...]]

    def look(self) -> None:
        self.wanted: dict[int, WantedPerson] = {}
        self.branches, self.departments = branches_by_name(self.by), departments_by_name(self.by)
        self.granted: dict[tuple[Any, Any], RoleGrant | DomainError] = {}
        said: dict[tuple[str, str], int] = {}
        for part in in_parts(self.of(RowOutcome.NEW)):
            here = self._people(part)
            numbers = ByNumber((getattr(one.here, self.number), one) for one in here.values())
            for row in part:
                self._understand(row)
                self._match(row, here, numbers)
                self._say_once(row, said)
                if self.wanted[row.line].stored is None and row.outcome != RowOutcome.SKIPPED:
                    self._check_new(row)
            self._compare([row for row in part if row.outcome == RowOutcome.NEW and self.wanted[row.line].stored])

    def here(self) -> int:
        rows = Membership.objects.filter(institution=self.by.institution, role__in=self.roles)
        return rows.values("user").distinct().count()

    # --- looking ----------------------------------------------------------------------------------------------------
    def _people(self, part: Sequence[ListRow]) -> dict[tuple[str, str], StoredPerson]:
        """Everybody of the institution whom the rows could mean, by id and email; in five statements."""
        ids = [key for row in part if (key := as_id(row.cells.get("id", "")))]
        numbers = [text for row in part if (text := row.cells.get("number", ""))]
        emails = [text for row in part if (text := row.cells.get("email", "").lower())]
        place = self.by.institution.pk
        keys = set(ids)
        named = Affiliation.objects.filter(has_number(self.number, numbers), institution=place)
        keys |= set(named.values_list("user_id", flat=True))
        addressed = User.objects.filter(home=place).annotate(address=Lower("email")).filter(address__in=emails)
        keys |= set(addressed.values_list("pk", flat=True))
        found: dict[UUID, StoredPerson] = {}
        rows = Affiliation.objects.filter(institution=place, user_id__in=keys).select_related("user")
        for row in rows:
            found[row.user_id] = StoredPerson(row.user, row)
        for membership in Membership.objects.filter(institution=place, user_id__in=found).select_related(*PLACES):
            found[membership.user_id].roles.append(membership)
        self._seen = set(found)
        if not self.by.is_admin:
            rows_seen = students.rows(self.by, "list", among=User.objects.filter(pk__in=found))
            self._seen = set(rows_seen.values_list("pk", flat=True))
        known: dict[tuple[str, str], StoredPerson] = {}
        for person in found.values():
            known["id", str(person.user.pk)] = person
            if person.user.email:
                known["email", person.user.email.lower()] = person
        return known

    def _understand(self, row: ListRow) -> None:
        """Tidy what was written, and find the places that it names."""
        cells = row.cells
        given, family = cells.get("given_name", ""), cells.get("family_name", "")
        if not cells.get("full_name") and (given or family):
            cells["full_name"] = f"{given} {family}".strip()
        cells["email"] = cells.get("email", "").lower()
        places: dict[str, Branch | Department] = {}
        for name, lookup in (("branch", self.branches), ("department", self.departments)):
            if cells.get(name):
                try:
                    places[name] = lookup.find(cells[name])
                except RowRefused as refusal:
                    row.wrong(name, str(refusal))
        self.wanted[row.line] = WantedPerson(None, places)

    def _match(self, row: ListRow, here: dict[tuple[str, str], StoredPerson], numbers: ByNumber[StoredPerson]) -> None:
        """Whom the row is about: by id, then by number, then by email."""
        cells = row.cells
        person = None
        if cells.get("id"):
            key = as_id(cells["id"])
            person = here.get(("id", str(key)))
            if person is None or not self._has_role(person):
                row.wrong("id", self._nobody())
                return
        try:
            by_number = numbers.find(cells.get("number", ""))
        except AmbiguousNumber as refusal:
            by_number = None
            row.wrong("number", refusal.message)
        by_email = here.get(("email", cells["email"]))
        person = person or by_number or by_email
        if person is None:
            return
        for field_name, other in (("number", by_number), ("email", by_email)):
            if other is not None and other is not person:
                row.wrong(field_name, self._belongs(other))
        self.wanted[row.line].stored = person
        if not self._has_role(person) or person.user.pk not in self._seen:
            row.wrong("number" if person is by_number else "email", self._belongs(person))

    def _has_role(self, person: StoredPerson) -> bool:
        return any(one.role in self.roles for one in person.roles)

    def _nobody(self) -> str:
        return _("No student has this id.") if self.role == Role.STUDENT else _("No instructor has this id.")

    def _belongs(self, person: StoredPerson) -> str:
        """Whose it is, to somebody who may know."""
        if person.user.pk not in self._seen:
            return _("This belongs to someone outside the part that you manage.")
        if not self._has_role(person):
            word = _("a student") if self.role == Role.STUDENT else _("an instructor")
            return _("This belongs to %(name)s, who isn't %(role)s.") % {"name": person.user.full_name, "role": word}
        return _("This belongs to %(name)s.") % {"name": person.user.full_name}

    def _say_once(self, row: ListRow, said: dict[tuple[str, str], int]) -> None:
        """A person stands in the file once: a second row of the same number, email or person is passed over."""
        stored = self.wanted[row.line].stored
        number = row.cells.get("number", "")
        own = getattr(stored.here, self.number) if stored else ""
        # Two who are here may have numbers that differ in case alone.
        is_own = own.lower() == number.lower()
        names = [("number", own if is_own else number.lower()), ("email", row.cells["email"])]
        if stored is not None:
            names.append(("", str(stored.user.pk)))
        for name, text in names:
            if text and (name, text) in said and row.outcome == RowOutcome.NEW:
                row.skip(name, _("The same as line %(line)d.") % {"line": said[name, text]})
                return
        for name, text in names:
            if text:
                said.setdefault((name, text), row.line)

    def _check_new(self, row: ListRow) -> None:
        """Everything that would keep the person from being added, at its cell. An unknown id says enough."""
        if any(one.field == "id" for one in row.problems):
            return
        plan = self._plan(row)
        for wrong in problems_of_person(plan, by=self.by):
            row.wrong("number" if wrong.field == self.number else wrong.field, wrong.message)
        branch = self.wanted[row.line].places.get("branch")
        if isinstance(branch, Branch) and not branch.is_active:
            row.wrong("branch", _("%(name)s is inactive. Choose another branch.") % {"name": branch.name})
        grant = self._grant(row)
        if isinstance(grant, DomainError) and row.outcome != RowOutcome.WRONG:
            where = next((one.field.removesuffix("_id") for one in grant.errors), "branch")
            row.wrong(where, grant.message)

    def _plan(self, row: ListRow) -> PersonInput:
        texts: dict[str, Any] = {name: row.cells.get(name, "") for name in OF_THE_PERSON}
        texts[self.number] = row.cells.get("number", "")
        return PersonInput(**texts, roles=[RoleGrant(self.role)])

    def _grant(self, row: ListRow) -> RoleGrant | DomainError:
        """The role as this actor gives it, or why they may not; asked once for each place."""
        places = self.wanted[row.line].places
        key = (places.get("branch"), places.get("department"))
        if key not in self.granted:
            wanted = RoleGrant.narrow_to(self.role, *key)  # type: ignore[arg-type]
            try:
                self.granted[key] = grantable_roles(self.by, [wanted])[0]
            except DomainError as refusal:
                self.granted[key] = refusal
        return self.granted[key]

    def _compare(self, rows: Sequence[ListRow]) -> None:
        """What of people who are here differs from the file. An empty cell says nothing."""
        differing: list[tuple[ListRow, StoredPerson, list[RowChange]]] = []
        for row in rows:
            stored = self.wanted[row.line].stored
            assert stored is not None  # noqa: S101
            changes = [
                RowChange(name, before, after)
                for name in OF_THE_PERSON
                if (after := row.cells.get(name, "")) and after != (before := getattr(stored.user, name))
            ]
            before = getattr(stored.here, self.number)
            after, is_named = row.cells.get("number", ""), bool(row.cells.get("id"))
            # Whoever is found by the number has it, in whatever case; with an id the case is what the row says.
            if after and (after != before if is_named else after.lower() != before.lower()):
                changes.append(RowChange("number", before, after))
            changes += self._moves(row, stored)
            if changes:
                differing.append((row, stored, changes))
            row.outcome = RowOutcome.SAME
        keys = [key for _row, one, _changes in differing for key in (one.user.pk, one.here.pk)]
        keys += [role.pk for _row, one, _changes in differing for role in one.roles]
        by_hand = edited_by_hand(keys) if keys else frozenset()
        for row, stored, changes in differing:
            self._check_changes(row, stored, changes)
            if row.outcome != RowOutcome.WRONG:
                row.differs([self._weigh(stored, change, by_hand) for change in changes])

    def _moves(self, row: ListRow, stored: StoredPerson) -> list[RowChange]:
        """Where the person is to belong and does not yet."""
        roles = [one for one in stored.roles if one.role in self.roles]
        return [
            RowChange(name, _code_of(getattr(roles[0], name)), _code_of(place))
            for name, place in self.wanted[row.line].places.items()
            if all(getattr(one, f"{name}_id") != place.pk for one in roles)
        ]

    def _check_changes(self, row: ListRow, stored: StoredPerson, changes: Sequence[RowChange]) -> None:
        texts = {change.field: change.after for change in changes if change.field in OF_THE_PERSON}
        number = next((change.after for change in changes if change.field == "number"), "")
        whole: dict[str, Any] = {name: texts.get(name, getattr(stored.user, name)) for name in OF_THE_PERSON}
        whole[self.number] = number
        plan = PersonInput(**whole, roles=[RoleGrant(self.role)])
        for wrong in problems_of_person(plan, by=self.by):
            row.wrong("number" if wrong.field == self.number else wrong.field, wrong.message)

    def _weigh(self, stored: StoredPerson, change: RowChange, by_hand: frozenset[tuple[UUID, str]]) -> RowChange:
        """The change, with the reason where it is not made."""
        reason = ""
        roles = [one for one in stored.roles if one.role in self.roles]
        keys = [(stored.user.pk, change.field)]
        if change.field == "number":
            keys = [(stored.here.pk, self.number)]
        elif change.field in PLACES:
            keys = [(one.pk, f"{change.field}_id") for one in roles]
        if not self.by.is_admin:
            reason = _("Only administrators change people who are here.")
        elif change.field == "email" and (stored.user.has_come_in or stored.user.account_id):
            reason = _("They sign in with it. Change it on their page.")
        elif change.field in PLACES and len(roles) > 1:
            reason = _("They belong to several parts. Change it on their page.")
        return self.keep_back(change, edited=any(key in by_hand for key in keys), reason=reason)

    # --- writing ----------------------------------------------------------------------------------------------------
    def write(self, progress: Progress) -> None:
        new, changed = self.of(RowOutcome.NEW), self.of(RowOutcome.CHANGED)
        done, total = 0, len(new) + len(changed)
        with refused_as(
            one_person_for_each_email=somebody_else,
            one_sign_in_for_each_email=somebody_else,
            one_student_for_each_number=somebody_else,
            one_colleague_for_each_number=somebody_else,
        ):
            for rows, write in ((new, self._add), (changed, self._change)):
                for part in in_parts(rows):
                    write(part)
                    done += len(part)
                    progress(done, total)

    def _sign_ins(self, emails: Sequence[str]) -> set[str]:
        """Which of these emails sign somebody in already."""
        rows = User.objects.filter(signs_in=True).annotate(address=Lower("email")).filter(address__in=emails)
        return set(rows.values_list("address", flat=True))

    def _add(self, part: Sequence[ListRow]) -> None:
        taken = self._sign_ins([row.cells["email"] for row in part if row.cells["email"]])
        people, here, roles = [], [], []
        for row in part:
            cells, grant = row.cells, self._grant(row)
            assert isinstance(grant, RoleGrant)  # noqa: S101
            given, family = cells.get("given_name", ""), cells.get("family_name", "")
            if not (given or family):
                given, family = guess_names(cells["full_name"])
            person = User(
                full_name=cells["full_name"],
                given_name=given,
                family_name=family,
                email=cells["email"],
                phone=cells.get("phone", ""),
                home=self.by.institution.pk,
                signs_in=bool(cells["email"]) and cells["email"] not in taken,
                password=UNUSABLE_PASSWORD_PREFIX + token_hex(20),
            )
            people.append(person)
            number = {self.number: cells.get("number", "")}
            here.append(Affiliation(institution=self.by.institution, user=person, **number))
            roles.append(
                Membership(
                    institution=self.by.institution,
                    user=person,
                    role=grant.role,
                    branch=grant.branch,
                    department=grant.department,
                    created_by=self.by.user,
                )
            )
        User.objects.bulk_create(people)
        Affiliation.objects.bulk_create(here)
        Membership.objects.bulk_create(roles)
        self.report.keep(self.kind, people)

    def _change(self, part: Sequence[ListRow]) -> None:
        taken = self._sign_ins([row.takes["email"] for row in part if "email" in row.takes])
        # As they now stand: of what the list leaves alone, nothing that changed since they were read is written back.
        stored_ones = [self.wanted[row.line].stored for row in part]
        rows_of_people = User.objects.filter(pk__in=[one.user.pk for one in stored_ones if one])
        now = {one.pk: one for one in rows_of_people.select_for_update(no_key=True).order_by("pk")}
        people: dict[Any, User] = {}
        here: list[Affiliation] = []
        roles: list[Membership] = []
        for row in part:
            stored, takes = self.wanted[row.line].stored, row.takes
            assert stored is not None  # noqa: S101
            person, texts = now[stored.user.pk], {name: text for name, text in takes.items() if name in OF_THE_PERSON}
            if "full_name" in texts and guess_names(person.full_name) == (person.given_name, person.family_name):
                # Nobody corrected them, so they follow.
                given, family = guess_names(texts["full_name"])
                texts = {"given_name": given, "family_name": family, **texts}
            if "email" in texts:
                texts |= {"signs_in": texts["email"] not in taken}  # type: ignore[dict-item]
            if texts:
                self._set(person, texts)
                people[person.pk] = person
            if "number" in takes:
                self._set(stored.here, {self.number: takes["number"]})
                here.append(stored.here)
            moves = {f"{name}_id": self.wanted[row.line].places[name].pk for name in PLACES if name in takes}
            if moves:
                role = next(one for one in stored.roles if one.role in self.roles)
                self._set(role, moves)
                roles.append(role)
        if people:
            User.objects.bulk_update(people.values(), [*OF_THE_PERSON, "signs_in"], batch_size=200)
        if here:
            Affiliation.objects.bulk_update(here, [self.number], batch_size=500)
        if roles:
            Membership.objects.bulk_update(roles, ["branch_id", "department_id"], batch_size=500)

    def _set(self, row: Any, values: dict[str, Any]) -> None:
        """Give the row these values, and remember what they were."""
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        told = {name: [_plain(before[name]), _plain(value)] for name, value in values.items() if before[name] != value}
        self.changed.append((row._meta.label, str(row.pk), told))


class StudentsImport(PeopleImport):
    """Students, with or without an email."""

    kind, role, number, roles = "students", Role.STUDENT, "student_number", tuple(map(str, STUDENT_ROLES))


class InstructorsImport(PeopleImport):
    """Instructors, each with an email."""

    kind, role, number, roles = "instructors", Role.INSTRUCTOR, "staff_number", (str(Role.INSTRUCTOR),)


def _code_of(place: Branch | Department | None) -> str:
    if place is None:
        return ""
    return place.code if isinstance(place, Branch) else place.short_code


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
