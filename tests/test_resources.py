"""Every plain noun through both doors, as its declaration promises. A further noun is tried by being declared."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

import config.urls  # noqa: F401  (every door)
from muster.accounts.models import User
from muster.api.kit.resources import Routes
from muster.core.models import AuditEntry
from muster.core.resources import Field, Resource
from muster.core.validators import bounds_of
from muster.institutions.models import Role
from muster.web.ui.resources import Pages
from tests.client import Api, Reply
from tests.make import NOBODY, Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db

RESOURCES = {resource.plural: resource for resource in Resource.every}
ROUTES = {routes.resource.plural: routes for routes in Routes.every}
PAGES = {pages.resource.plural: pages for pages in Pages.every}
LISTS = [name for name, pages in PAGES.items() if pages.list_route]
NEXT = count(1)


@pytest.fixture
def campus() -> Campus:
    return Campus.found("Ridgeline Institute")


@pytest.fixture(params=RESOURCES)
def noun(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# --- what rows are made of -------------------------------------------------------------------------------------------
def values_of(campus: Campus, resource: Resource[Any]) -> dict[str, Any]:
    """Values for every field that a new row needs, by the names of the model."""
    found: dict[str, Any] = {}
    for one in resource.inputs:
        column = resource.column(one.name)
        if column.blank or column.has_default() or one.otherwise:
            continue
        number = next(NEXT)
        if one.related:
            found[one.name] = made(campus, resource_of(column.related_model))
        elif isinstance(column, models.DateField):
            found[one.name] = date(2030, 1, 7)
        elif isinstance(column, models.IntegerField):
            found[one.name] = bounds_of(column)[0] or 1
        else:
            found[one.name] = f"Row {number}"[: column.max_length]
    return found


def resource_of(model: Any) -> Resource[Any]:
    return next(resource for resource in RESOURCES.values() if resource.model is model)


def made(campus: Campus, resource: Resource[Any], **values: Any) -> Any:
    """A row, made by the rule."""
    fields = {**values_of(campus, resource), **values}
    within = fields.pop("within", None) or (made(campus, resource.around) if resource.within else None)
    return resource.add(by=campus.admin, fields=fields, within=within)


def sent(resource: Resource[Any], values: dict[str, Any]) -> dict[str, Any]:
    """The same as a body or a form has them."""
    outside = {}
    for name, value in values.items():
        one = next(one for one in resource.inputs if one.name == name)
        outside[one.key] = str(value.pk if isinstance(value, models.Model) else value)
        if isinstance(value, int):
            outside[one.key] = value
    return outside


def form_with(browser: Browser, address: str, changes: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends of a form when these fields of it were filled in."""
    form = browser.get(address).context["form"]
    shown = {bound.name: bound.value() for bound in form}
    kept = {name: value for name, value in shown.items() if value is not None and value is not False}
    return {**{name: "on" if value is True else value for name, value in kept.items()}, **changes}


class Doors:
    """The pages and the routes of a noun, below what its rows are inside."""

    def __init__(self, campus: Campus, name: str) -> None:
        self.campus, self.resource, self.pages, self.routes = campus, RESOURCES[name], PAGES[name], ROUTES[name]
        self.browser, self.api = Browser(campus), Api(campus.token())
        inside = self.pages.inside
        self.around = made(campus, inside.resource) if inside else None
        self.within = {"within": self.around} if self.resource.within else {}

    def values(self) -> dict[str, Any]:
        """Good values, inside what the doors are below."""
        values = values_of(self.campus, self.resource)
        if self.around and not self.within:
            values[self.pages.inside.resource.noun] = self.around
        return values

    def row(self, **more: Any) -> Any:
        return made(self.campus, self.resource, **{**self.values(), **self.within, **more})

    def row_with_relations(self) -> Any:
        """A row with everything that it may refer to."""
        more: dict[str, Any] = {}
        for one in self.resource.inputs:
            model = self.resource.column(one.name).related_model
            if model is not None and one.name not in self.values():
                more[one.name] = self.campus.instructor() if model is User else made(self.campus, resource_of(model))
        return self.row(**more)

    @property
    def path(self) -> str:
        """Where the API lists and adds."""
        return f"{self.routes.inside}/{self.around.pk}{self.routes.path}" if self.within else self.routes.path

    def path_of(self, row: Any) -> str:
        return f"{self.routes.path}/{row if isinstance(row, str) else row.pk}"

    @property
    def new(self) -> str:
        return self.pages.new_url(self.around)

    @property
    def seen(self) -> str:
        """The page on which the rows stand."""
        return self.pages.place_of(None, self.around)

    def page(self, act: str, row: Any) -> str:
        return reverse(f"{self.pages.route}{act}", args=[row.pk])


@pytest.fixture
def doors(campus: Campus, noun: str) -> Doors:
    return Doors(campus, noun)


def statements(call: Any) -> int:
    with CaptureQueriesContext(connection) as asked:
        call()
    return len(asked)


def use_cases_of(pk: Any) -> list[str]:
    """The use cases in the history of a row, the oldest first."""
    return [entry.use_case for entry in AuditEntry.objects.filter(row_id=pk).order_by("pk")]


def test_every_noun_has_both_doors() -> None:
    assert set(RESOURCES) == set(ROUTES) == set(PAGES)
    assert len(RESOURCES) == len(Resource.every)


# --- lists -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("noun", LISTS, indirect=True)
def test_an_empty_list_says_how_to_begin(doors: Doors) -> None:
    shown = doors.browser.get(doors.seen).content.decode()
    resource = doors.resource
    assert [escape(str(words)) in shown for words in (resource.none_yet, resource.about, resource.add_words)] == [
        True
    ] * 3
    assert doors.new in shown


def test_a_list_costs_the_same_for_one_row_and_for_many(doors: Doors) -> None:
    doors.row_with_relations()
    calls = [lambda: doors.browser.get(doors.seen), lambda: doors.api.get(doors.path)]
    for call in calls:
        call()
    few = [statements(call) for call in calls]
    for _number in range(5):
        doors.row_with_relations()
    assert [statements(call) for call in calls] == few


@pytest.mark.parametrize("noun", LISTS, indirect=True)
def test_a_list_is_exported_narrowed_and_sorted(doors: Doors) -> None:
    rows = [doors.row() for _number in range(2)]
    csv = b"".join(doors.browser.get(f"{doors.seen}?export=csv").streaming_content).decode("utf-8-sig").splitlines()
    shown = [column for column in doors.pages.table.base_columns.values() if not column.exclude_from_export]
    headings = csv[0].split(",")
    assert (len(csv), headings[-1]) == (3, f"{doors.resource.noun}_id")
    assert {str(column.verbose_name) for column in shown} - {*headings} == set()
    assert b"".join(doors.browser.get(f"{doors.seen}?export=xlsx").streaming_content).startswith(b"PK")
    for row in rows:
        assert str(row) in words_of(doors.browser.get(f"{doors.seen}?q={row}"))
    assert doors.browser.get(f"{doors.seen}?q=no-such-row").context["listing"].shown == 0
    for name, column in doors.pages.table.base_columns.items():
        for sort in (name, f"-{name}"):
            assert doors.browser.get(f"{doors.seen}?sort={sort}").status_code == 200, (sort, column)
    listing = doors.browser.get(doors.seen).context["listing"]
    for facet in listing.facets:
        for option in facet.options:
            narrowed = doors.browser.get(f"{doors.seen}?{facet.name}={option.value}").context["listing"]
            assert (facet.name, option.value, narrowed.shown) == (facet.name, option.value, option.count)
        assert doors.browser.get(f"{doors.seen}?{facet.name}=no-such-value%00").status_code == 200


def test_the_api_lists_narrows_and_sorts(doors: Doors) -> None:
    rows = [doors.row() for _number in range(2)]
    listed = doors.api.get(doors.path)
    assert {row["_id"] for row in listed.data} >= {str(row.pk) for row in rows}
    assert {name for row in listed.data for name in row} == set(doors.routes.shape.__annotations__)
    for name in doors.routes.columns:
        turned = [doors.api.get(f"{doors.path}?sort={sign}{name}") for sign in ("", "-")]
        assert [reply.status for reply in turned] == [200, 200]
    assert doors.api.get(f"{doors.path}?sort=nothing").fields == ["sort"]
    assert doors.api.get(f"{doors.path}?q=no-such-row").body["total"] == 0
    for one in doors.routes.filters.values():
        named = doors.resource.column_of(one)
        wrong = doors.api.get(f"{doors.path}?{one.api}=no-such-value")
        assert (one.api, wrong.status, wrong.fields) == (one.api, 400, [one.api])
        if named is not None:
            value = getattr(rows[0], named.attname)
            found = doors.api.get(f"{doors.path}?{one.api}={str(value).lower() if value is True else value or ''}")
            assert str(rows[0].pk) in {row["_id"] for row in found.data}


# --- adding, changing, removing --------------------------------------------------------------------------------------
def test_pages_add_edit_and_delete(doors: Doors) -> None:
    resource, browser, model = doors.resource, doors.browser, doors.resource.model
    before = model.objects.count()
    values = doors.values()
    added = browser.post(doors.new, form_with(browser, doors.new, sent(resource, values)))
    assert (added.status_code, model.objects.count()) == (302, before + 1), (
        added.context and added.context["form"].errors
    )
    row = model.objects.latest("created_at")
    assert {name: getattr(row, name) for name in values} == values
    assert added["Location"] == doors.pages.place_of(row)
    assert words_of(browser.get(added["Location"])).count(str(resource.added % {"name": row})) == 1

    edit = doors.page("edit", row)
    name = next(one for one in resource.inputs if one.name in values and isinstance(values[one.name], str))
    other = f"Other {next(NEXT)}"[: resource.column(name.name).max_length]
    assert browser.post(edit, form_with(browser, edit, {name.key: other})).status_code == 302
    row.refresh_from_db()
    assert (getattr(row, name.name), row.updated_at > row.created_at) == (other, True)

    asked = words_of(browser.get(doors.page("delete", row)))
    assert [str(words) in asked for words in (*resource.delete_text(row), resource.delete_words)].count(False) == 0
    assert browser.post(doors.page("delete", row)).status_code == 302
    assert not model.objects.filter(pk=row.pk).exists()
    assert browser.get(edit).status_code == 404


def test_the_api_adds_sees_changes_and_deletes(doors: Doors) -> None:
    resource, api, named = doors.resource, doors.api, doors.resource.noun.capitalize()
    body = sent(resource, doors.values())
    added = api.post(doors.path, body)
    assert (added.status, added.message) == (201, f"{named} created successfully")
    assert {name: added.data[name] for name in body} == body
    assert set(added.data) == set(doors.routes.shape.__annotations__)
    path = doors.path_of(added.data["_id"])
    assert api.get(path).data == added.data
    changed = api.put(path, body)
    assert (changed.status, changed.message) == (200, f"{named} updated successfully")
    assert {**changed.data, **dict.fromkeys(TIMES, "")} == {**added.data, **dict.fromkeys(TIMES, "")}
    deleted = api.delete(path)
    assert (deleted.status, deleted.data, deleted.message) == (
        200,
        {"_id": added.data["_id"]},
        f"{named} deleted successfully",
    )
    assert api.get(path).status == 404


# Moments that pass by themselves.
TIMES = ("updatedAt", "updated_at")


def test_history_names_the_use_case(doors: Doors) -> None:
    resource, by = doors.resource, doors.campus.admin
    row = doors.row()
    resource.change(by=by, row=row, changes=doors.values())
    pk = row.pk
    resource.remove(by=by, row=row)
    told = [f"{verb}_{resource.noun}" for verb in ("add", "change", "delete")]
    assert use_cases_of(pk) == told


def pressed(browser: Browser, page: Any) -> Any:
    """The answer to the Undo in the toast of this page."""
    form = re.search(
        r'<div class="toast-m".*?<form method="post" action="([^"]*)">(.*?)</form>', page.content.decode(), re.S
    )
    assert form, words_of(page)
    sends = re.findall(r'name="(\w+)" value="([^"]*)"', form[2])
    return browser.post(html.unescape(form[1]), {name: html.unescape(value) for name, value in sends})


def test_deleting_is_undone_from_the_toast(doors: Doors) -> None:
    row = doors.row_with_relations()
    names = [doors.resource.column(one.name).attname for one in doors.resource.inputs]
    kept = {name: getattr(row, name) for name in names}
    gone = doors.browser.post(doors.page("delete", row))
    undone = pressed(doors.browser, doors.browser.get(gone["Location"]))
    assert undone["Location"] == gone["Location"]
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in names} == kept
    assert f"{row} restored." in words_of(doors.browser.get(undone["Location"]))
    assert use_cases_of(row.pk)[-2:] == [f"delete_{doors.resource.noun}", f"restore_{doors.resource.noun}"]
    # Once: what is there is not added again.
    assert doors.browser.post(doors.page("restore", row)).status_code == 302
    assert doors.browser.post(reverse(f"{doors.pages.route}restore", args=[NOBODY])).status_code == 404


@pytest.mark.parametrize("noun", ["courses", "schemes"], indirect=True)
def test_what_went_with_something_deleted_comes_back_with_it(doors: Doors) -> None:
    row, by = doors.row(), doors.campus.admin

    def standing() -> list[dict[str, Any]]:
        return [
            {**each, "created_at": None, "updated_at": None, "version": None}
            for part in doors.resource.parts
            for each in part.model.objects.filter(**{part.within: row.pk}).order_by("pk").values()
        ]

    for part in doors.resource.parts:
        made(doors.campus, part, within=row)
        part.remove(by=by, row=made(doors.campus, part, within=row))
    before = standing()
    for _time in range(2):
        gone = doors.browser.post(doors.page("delete", row))
        assert standing() == []
        pressed(doors.browser, doors.browser.get(gone["Location"]))
        assert standing() == before
    # What was deleted by itself in between stays deleted.
    for part in doors.resource.parts:
        part.remove(by=by, row=part.model.objects.get(**{part.within: row.pk}))
    gone = doors.browser.post(doors.page("delete", row))
    pressed(doors.browser, doors.browser.get(gone["Location"]))
    assert standing() == []


def test_adding_is_undone_from_the_toast(doors: Doors) -> None:
    browser, model = doors.browser, doors.resource.model
    before = set(model.objects.values_list("pk", flat=True))
    added = browser.post(doors.new, form_with(browser, doors.new, sent(doors.resource, doors.values())))
    assert pressed(browser, browser.get(added["Location"])).status_code == 302
    assert set(model.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize("noun", [name for name, resource in RESOURCES.items() if resource.retirement], indirect=True)
def test_retiring_is_undone_from_the_toast(doors: Doors) -> None:
    row, field = doors.row(), doors.resource.retirement.field
    doors.resource.retire(by=doors.campus.admin, row=row)
    assert doors.browser.post(doors.page("restore", row)).status_code == 302
    row.refresh_from_db()
    assert getattr(row, field) is True


def test_what_is_inside_something_deleted_is_not_restored(campus: Campus) -> None:
    room = made(campus, RESOURCES["rooms"])
    branch, pk = room.branch, room.pk
    RESOURCES["rooms"].remove(by=campus.admin, row=room)
    RESOURCES["branches"].remove(by=campus.admin, row=branch)
    refused = Browser(campus).post(f"/settings/rooms/{pk}/restore/")
    assert (refused.status_code, "Something it belonged to is gone" in words_of(refused)) == (400, True)


def test_what_is_one_of_a_kind_is_added_once(doors: Doors) -> None:
    resource = doors.resource
    values = doors.values()
    made(doors.campus, resource, **values, **doors.within)
    fields = [field for field, _message in resource.one_of_a_kind.values()]
    assert doors.api.post(doors.path, sent(resource, values)).fields == fields
    again = doors.browser.post(doors.new, form_with(doors.browser, doors.new, sent(resource, values)))
    assert list(again.context["form"].errors if again.context else []) == fields


# --- refusals --------------------------------------------------------------------------------------------------------
def wrong_values(resource: Resource[Any], one: Field) -> Iterator[Any]:
    """Values of each kind that no such field can have."""
    column = resource.column(one.name)
    least, most = bounds_of(column)
    if one.related:
        yield from (NOBODY, "x")
    elif column.choices or isinstance(column, models.DateField):
        yield "no-such-value"
    elif isinstance(column, models.BooleanField):
        return
    elif isinstance(column, ArrayField):
        most = next(validator.limit_value for validator in column.validators if hasattr(validator, "limit_value"))
        yield from (["x" * 61], ["a\x00b"], [f"Word {number}" for number in range(most + 1)])
    elif isinstance(column, (models.IntegerField, models.DecimalField)):
        yield from (value for value in (least is not None and least - 1, most and most + 1, 10**30) if value)
    else:
        longest = next(one.limit_value for one in column.validators if getattr(one, "code", "") == "max_length")
        yield from ("x" * (longest + 1), "a\x00b")
        if one.options:
            yield "no-such-value"


def test_each_field_is_refused_by_its_name(doors: Doors) -> None:
    resource, row = doors.resource, doors.row()
    body = sent(resource, doors.values())
    before = list(resource.model.objects.order_by("pk").values())
    forms = {address: form_with(doors.browser, address, body) for address in (doors.new, doors.page("edit", row))}
    for one in resource.inputs:
        required = [""] if resource.required(one) and not resource.column(one.name).is_relation else []
        for value in [*wrong_values(resource, one), *required]:
            for reply in (
                doors.api.post(doors.path, {**body, one.key: value}),
                doors.api.put(doors.path_of(row), {one.key: value}),
            ):
                # Of a list it is told which of it has a NUL.
                field = f"{one.key}.0" if value == ["a\x00b"] else one.key
                assert (one.key, value, reply.status, reply.fields) == (one.key, value, 400, [field])
            typed = ", ".join(value) if isinstance(value, list) else str(value)
            for address, form in forms.items():
                refused = doors.browser.post(address, {**form, one.key: typed})
                assert (one.key, value, refused.status_code) == (one.key, value, 400)
                assert list(refused.context["form"].errors) == [one.key]
        reply = doors.api.post(doors.path, {**body, one.key: {}})
        assert (one.key, reply.status, reply.fields) == (one.key, 400, [one.key])
    assert list(resource.model.objects.order_by("pk").values()) == before


def test_what_is_required_is_asked_for(doors: Doors) -> None:
    resource, body = doors.resource, sent(doors.resource, doors.values())
    before = resource.model.objects.count()
    for key in body:
        rest = {name: value for name, value in body.items() if name != key}
        assert (key, doors.api.post(doors.path, rest).fields) == (key, [key])
        refused = doors.browser.post(doors.new, form_with(doors.browser, doors.new, {**body, key: ""}))
        assert (key, list(refused.context["form"].errors)) == (key, [key])
    assert resource.model.objects.count() == before


def users_of(campus: Campus, relation: Resource[Any]) -> Iterator[tuple[Resource[Any], str]]:
    """The nouns whose rows keep one of these from being deleted, each with the field that refers to it."""
    for resource in RESOURCES.values():
        for one in resource.inputs:
            column = resource.column(one.name)
            if column.related_model is relation.model and column.remote_field.on_delete is models.PROTECT:
                yield resource, one.name


IN_USE = [name for name, resource in RESOURCES.items() if list(users_of(None, resource))]


@pytest.mark.parametrize("noun", IN_USE, indirect=True)
def test_what_is_in_use_is_kept(doors: Doors) -> None:
    resource, row = doors.resource, doors.row()
    user, field = next(users_of(doors.campus, resource))
    made(doors.campus, user, **{field: row})
    words = resource.in_use(row)[0].words
    refused = doors.api.delete(doors.path_of(row))
    assert (refused.status, refused.body["code"]) == (400, "in_use")
    assert refused.message == f"{row} can't be deleted because it has {words}. {resource.instead}"
    asked = words_of(doors.browser.get(doors.page("delete", row)))
    assert f"It has {words}." in asked
    answered = doors.browser.post(doors.page("delete", row))
    if resource.retirement:
        assert str(resource.retirement.text) in asked
        assert answered.status_code == 302
        row.refresh_from_db()
        assert getattr(row, resource.retirement.field) is False
        assert str(resource.retirement.already) in words_of(doors.browser.get(doors.page("delete", row)))
    else:
        assert (answered.status_code, str(resource.instead) in asked) == (400, True)
    assert resource.model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("noun", [name for name, one in RESOURCES.items() if one.retirement], indirect=True)
def test_what_is_retired_is_narrowed_to(doors: Doors) -> None:
    resource, row, other = doors.resource, doors.row(), doors.row()
    resource.retire(by=doors.campus.admin, row=row)
    held, retired = resource.retirement.keys
    shown = {key: doors.browser.get(f"{doors.seen}?state={key}").context["listing"] for key in (held, retired)}
    assert {key: {str(one.record) for one in listing.table.rows} for key, listing in shown.items()} == {
        held: {str(other)},
        retired: {str(row)},
    }
    rows = {answer: doors.api.get(f"{doors.path}?active={answer}").data for answer in ("true", "false")}
    assert str(row.pk) in {one["_id"] for one in rows["false"]} - {one["_id"] for one in rows["true"]}


# --- who may ---------------------------------------------------------------------------------------------------------
def person_of(campus: Campus, role: str) -> Any:
    """Somebody with the role, in a branch or department of no consequence."""
    narrowed: dict[str, dict[str, str]] = {
        Role.BRANCH_MANAGER: {"branch": "branch"},
        Role.DEPT_ADMIN: {"department": "department"},
    }
    return campus.person(role, **{name: getattr(campus, make)() for name, make in narrowed.get(role, {}).items()})


def test_both_doors_ask_the_same_of_every_role(doors: Doors) -> None:
    row = doors.row()
    for role in Role:
        if role != Role.SUPER_ADMIN:
            both_doors_ask_the_same(doors, row, person_of(doors.campus, role))


def both_doors_ask_the_same(doors: Doors, row: Any, person: User) -> None:
    """Somebody is let through where the declaration's permissions say so, and offered nothing else."""
    resource, values = doors.resource, doors.values()
    actor, body = doors.campus.actor(person), sent(resource, values)
    api, browser = Api(doors.campus.token(person)), Browser(doors.campus, person)
    access, lists = resource.access, resource.around.access if resource.within else resource.access
    allowed = {
        "list": lists.may(actor, "see"),
        "add": access.may(actor, resource.adds),
        "see": access.rows(actor).filter(pk=row.pk).exists(),
        "change": access.rows(actor, "change").filter(pk=row.pk).exists(),
    }
    if resource.within:
        allowed["list"] = lists.rows(actor).filter(pk=doors.around.pk).exists()
        allowed["add"] = lists.rows(actor, "change").filter(pk=doors.around.pk).exists()
    reached = {
        "list": reaches(api.get(doors.path)),
        "see": reaches(api.get(doors.path_of(row))),
        "change": reaches(api.put(doors.path_of(row), {})),
        "add": reaches(api.post(doors.path, {**body, next(iter(body)): {}})),
    }
    assert reached == allowed
    opened = {
        "change": browser.get(doors.page("edit", row)).status_code == 200,
        "delete": browser.get(doors.page("delete", row)).status_code == 200,
    }
    assert opened == {"change": allowed["change"], "delete": allowed["change"]}
    deleted = api.delete(doors.path_of(doors.row() if allowed["change"] else row))
    assert reaches(deleted) == allowed["change"]
    shown = browser.get(doors.seen)
    if shown.status_code == 200:
        offered = doors.new in shown.content.decode()
        assert offered == (browser.get(doors.new).status_code == 200)


def reaches(reply: Reply) -> bool:
    return reply.status not in (401, 403, 404)


def test_rows_of_another_institution_are_unknown(doors: Doors) -> None:
    resource, other = doors.resource, Doors(Campus.found(), doors.resource.plural)
    row, body = other.row(), sent(resource, doors.values())
    for path in (doors.path_of(row), doors.path_of(NOBODY), doors.path_of("none")):
        answered = [doors.api.get(path).status, doors.api.put(path, body).status, doors.api.delete(path).status]
        assert (path, answered) == (path, [404, 404, 404])
    for act in ("edit", "delete"):
        assert doors.browser.get(doors.page(act, row)).status_code == 404
        assert doors.browser.post(doors.page(act, row)).status_code == 404
    if doors.pages.own_route:
        for pk in (row.pk, NOBODY, "none"):
            assert doors.browser.get(reverse(doors.pages.own_route, args=[pk])).status_code == 404
    assert str(row.pk) not in {one["_id"] for one in doors.api.get(doors.path).data}
    for one in resource.inputs:
        if one.related and (model := resource.column(one.name).related_model) in {r.model for r in RESOURCES.values()}:
            foreign = made(other.campus, resource_of(model))
            refused = doors.api.post(doors.path, {**body, one.key: str(foreign.pk)})
            assert (refused.status, refused.fields) == (400, [one.key])
    assert resource.model.objects.filter(pk=row.pk).exists()


# --- what the description asks for -----------------------------------------------------------------------------------
def test_the_api_describes_as_required_what_a_new_row_needs(campus, noun):
    if (routes := ROUTES.get(noun)) is None:
        pytest.skip("not over the API")
    resource, path = routes.resource, routes.path
    if resource.within:
        path = f"{routes.inside}/{made(campus, resource.around).pk}{path}"
    refused = Api(campus.token()).post(path, {})
    described = routes.added.model_json_schema().get("required", [])
    assert (refused.status, sorted(refused.fields)) == (400, sorted(described))
