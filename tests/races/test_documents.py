"""One document asked for many times at one moment, with and without the lock, and many documents at once."""

from functools import partial

import pytest

from muster.core.database import violated_constraint
from muster.documents import rules
from muster.documents.models import IssuedDocument
from muster.documents.rules import DocumentDraft, issue_documents
from tests.make import Campus
from tests.races.rush import in_the_middle, rush, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def issue(campus, student, series="one"):
    draft = DocumentDraft("transcript", student, [series], [], {"says": "70"})
    return partial(issue_documents, by=campus.admin, drafts=[draft])


def test_ten_who_ask_at_once_get_one_document(campus):
    outcomes = rush([issue(campus, campus.student())] * 10)
    assert {document.pk for [document] in won(outcomes)} == {IssuedDocument.objects.get().pk}
    assert len(won(outcomes)) == 10


def test_documents_issued_at_once_have_numbers_of_their_own(campus):
    student = campus.student()
    outcomes = rush([issue(campus, student, str(place)) for place in range(10)])
    assert sorted(document.number for [document] in won(outcomes)) == list(range(1, 11))


def test_control_without_the_lock_the_database_refuses_the_second(campus, monkeypatch):
    monkeypatch.setattr(rules, "lock_word", lambda *words: None)
    first = issue(campus, campus.student())
    _done, lost = in_the_middle(first, first)
    # Both would also have the same number.
    assert violated_constraint(lost) in {"one_valid_document_of_a_series", "one_document_for_each_number"}
    assert IssuedDocument.objects.count() == 1
