"""A violated constraint becomes the rule's refusal, and leaves nothing of the rule behind."""

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from muster.core.database import atomic, refused_at_last
from muster.core.errors import Conflict
from muster.core.models import RememberedAnswer

CONSTRAINT = "one_answer_for_each_idempotency_key"
OWNER = uuid.UUID(int=1)


def answered(user, key):
    """A row that may be there once."""
    return RememberedAnswer.objects.create(
        owner_id=OWNER, user_id=user.pk, path="/", key=key, body_digest="", status=200, answer=b""
    )


@atomic
def rule(user, refusal=None, constraint=CONSTRAINT):
    """Writes something, then what is there already."""
    answered(user, "first")
    with refused_at_last(**{constraint: refusal or (lambda: Conflict(f"{RememberedAnswer.objects.count()} there"))}):
        answered(user, "taken")


@pytest.fixture
def user():
    user = get_user_model().objects.create_user("a@example.org", full_name="A")
    answered(user, "taken")
    return user


@pytest.mark.django_db(transaction=True)
def test_the_refusal_may_ask_the_database_when_the_rule_is_undone(user):
    with pytest.raises(Conflict) as refused:
        rule(user)
    assert refused.value.message == "1 there"
    assert isinstance(refused.value.__cause__, IntegrityError)
    assert list(RememberedAnswer.objects.values_list("key", flat=True)) == ["taken"]
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_within_another_transaction_what_was_done_before_stays(user):
    with transaction.atomic():
        answered(user, "before")
        with pytest.raises(Conflict) as refused:
            rule(user)
        assert refused.value.message == "2 there"
    assert set(RememberedAnswer.objects.values_list("key", flat=True)) == {"taken", "before"}


@pytest.mark.django_db
def test_a_ready_made_refusal_is_raised_as_it_is(user):
    ready = Conflict("Taken.")
    with pytest.raises(Conflict) as refused:
        rule(user, ready)
    assert refused.value is ready


@pytest.mark.django_db
def test_another_constraint_is_a_fault_as_ever(user):
    with pytest.raises(IntegrityError):
        rule(user, constraint="another_one")
