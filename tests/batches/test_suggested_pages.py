"""Suggested instructors on the pages of a batch."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from muster.batches.models import InstructorAssignment
from muster.batches.rules import archive_batch
from muster.people.rules import add_time_off, change_profile
from tests.make import Campus, slot
from tests.pages import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found(time_zone="UTC")


@pytest.fixture
def page(campus: Campus) -> Browser:
    return Browser(campus)


def test_the_best_stand_on_a_batch_without_a_lead_and_lead_it_with_one_click(campus: Campus, page: Browser) -> None:
    ann = campus.instructor("Ann Able")
    batch = campus.batch(slots=[slot(1, "08:00", "10:00")])
    tab = reverse("batches:instructors", args=[batch.pk])
    shown = page.get(tab).content.decode()
    assert ["Ann Able" in shown, "Make lead" in shown, "no weekly availability set" in shown] == [True, True, True]
    clicked = page.post(reverse("batches:assign", args=[batch.pk]), {"role": "lead", "instead": str(ann.pk)})
    assert (clicked.status_code, clicked["Location"]) == (302, tab)
    assert InstructorAssignment.objects.get(batch=batch).instructor == ann
    assert "Make lead" not in page.get(tab).content.decode()


def test_what_speaks_against_somebody_is_asked_a_reason_for(campus: Campus, page: Browser) -> None:
    ann = campus.instructor("Ann Able")
    add_time_off(by=campus.admin, instructor=ann, first_date=date(2030, 1, 7), last_date=date(2030, 1, 8))
    batch = campus.batch(slots=[slot(1, "08:00", "10:00")])
    shown = page.get(reverse("batches:suggested", args=[batch.pk])).content.decode()
    assert ["Needs a reason" in shown, "away from 7 January 2030" in shown] == [True, True]
    address = reverse("batches:assign", args=[batch.pk])
    refused = page.post(address, {"role": "lead", "instead": str(ann.pk)})
    assert (refused.status_code, "Give a reason" in refused.content.decode()) == (400, True)
    page.post(address, {"role": "lead", "instead": str(ann.pk), "override_reason": "Back by then"})
    assert InstructorAssignment.objects.filter(batch=batch, instructor=ann).exists()


def test_who_is_left_out_stands_below_with_why(campus: Campus, page: Browser) -> None:
    busy = campus.instructor("Bea Busy")
    campus.batch(name="Welding", lead=busy, slots=[slot(1, "09:00", "11:00")])
    batch = campus.batch(slots=[slot(1, "08:00", "10:00")])
    shown = page.get(reverse("batches:suggested", args=[batch.pk])).content.decode()
    assert [
        words in shown for words in ("No one is free at all of its times", "1 instructor not suggested", "Welding")
    ] == [
        True,
        True,
        True,
    ]


def test_nobody_is_suggested_for_what_is_archived(campus: Campus, page: Browser) -> None:
    batch = campus.batch()
    archive_batch(by=campus.admin, batch=batch)
    assert "so there are no suggestions" in page.get(reverse("batches:suggested", args=[batch.pk])).content.decode()


def test_the_statements_do_not_grow_with_the_instructors(campus: Campus, page: Browser) -> None:
    batch = campus.batch(slots=[slot(1, "08:00", "10:00")])
    page.get(reverse("batches:suggested", args=[batch.pk]))
    counts = []
    for number in (1, 8):
        for _each in range(number):
            campus.instructor()
        with CaptureQueriesContext(connection) as asked:
            page.get(reverse("batches:suggested", args=[batch.pk]))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_form_offers_who_suits_first_and_the_others_in_groups(campus: Campus, page: Browser) -> None:
    busy, full = campus.instructor("Bea Busy"), campus.instructor("Fay Full")
    campus.instructor("Ann Able")
    change_profile(by=campus.admin, instructor=full, changes={"max_active_batches": 0})
    campus.batch(lead=busy, slots=[slot(1, "09:00", "11:00")])
    batch = campus.batch(slots=[slot(1, "08:00", "10:00")])
    shown = page.get(reverse("batches:assign", args=[batch.pk])).content.decode()
    order = [
        "best match first",
        "Ann Able (",
        "0 of 4 batches",
        "At their limit",
        "Fay Full",
        "Busy at some",
        "Bea Busy",
    ]
    places = [shown.index(words, shown.index("<select")) for words in order]
    assert places == sorted(places)
