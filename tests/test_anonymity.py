"""Feedback: everything that an instructor or a manager can look at, tried to single out one answer by it."""

import csv
import io
import re
from itertools import combinations
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from muster.core.models import AuditEntry, RememberedAnswer
from muster.core.ownership import as_owner
from muster.feedback.models import FeedbackInvitation, ShownAnswer
from muster.feedback.rules import open_mentoring_round
from muster.notifications.models import Notification
from muster.people.models import InstructorProfile
from tests.asking import answer, asked, asked_batch, closed, mentored_rounds, read_all_answers
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db

# Words that stand in no template.
SAID = "Quxly said the learner"
# Tokens, and the time of the day.
DIFFERS = r'(?<=value=")[\w-]{20,}|[\w-]{64}|\b\d\d:\d\d\b'


@pytest.fixture
def campus():
    return Campus.found()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def addresses(row, teacher):
    """Every page on which something of a round stands, as a page and as an export."""
    pages = [
        reverse("home"),
        reverse("feedback:list"),
        reverse("feedback:round", args=[row.pk]),
        reverse("feedback:remind", args=[row.pk]),
        reverse("instructors:instructor", args=[teacher.pk]),
    ]
    if row.batch_id:
        pages += [reverse("feedback:batch", args=[row.batch_id]), reverse("batches:history", args=[row.batch_id])]
    return [*pages, *(f"{reverse('feedback:list')}?export={kind}" for kind in ("csv", "xlsx"))]


def looked_at(campus, row, teacher):
    """What staff are shown, page by page and call by call, without what differs each time."""
    found = {}
    for who in (campus.admin.user, teacher):
        client, api = signed_in(who), Api(campus.token(who))
        for address in addresses(row, teacher):
            answered = client.get(address)
            # Another role may have no such page, which is no way to learn anything.
            words = b"".join(answered.streaming_content) if answered.streaming else answered.content
            if "xlsx" not in address:
                found[who.full_name, address] = re.sub(DIFFERS, "", words.decode())
        for path in ("", f"/{row.pk}/summary"):
            found[who.full_name, path] = api.get(f"/feedback/rounds{path}").body
    return found


@pytest.mark.parametrize("answers", [4, 9])
def test_while_a_round_is_open_nothing_that_staff_can_see_changes_with_one_answer(campus, answers):
    teacher = campus.instructor()
    row = asked_batch(campus, 12, lead=teacher)
    answer(campus, row, [(4, SAID)] * (answers - 2 if answers < 5 else answers - 3))
    before = looked_at(campus, row, teacher)
    answer(campus, row, [(1, SAID)])
    after = looked_at(campus, row, teacher)
    assert {place for place, shown in after.items() if shown != before[place]} == set()
    assert not [place for place, shown in after.items() if SAID in str(shown)]


@pytest.mark.parametrize("is_mentored", [True, False])
def test_that_everybody_has_answered_shows_nowhere(campus, is_mentored):
    teacher = campus.instructor()
    row = mentored_rounds(campus, teacher, 1)[0] if is_mentored else asked_batch(campus, 6, lead=teacher)
    answer(campus, row, [] if is_mentored else [4] * 5)
    before = looked_at(campus, row, teacher)
    answer(campus, row, [1])
    assert {place for place, shown in looked_at(campus, row, teacher).items() if shown != before[place]} == set()


def test_five_answers_of_fewer_people_are_not_shown(campus):
    """Whoever is asked about their mentor again and again is one person, whom five answers would betray as one does."""
    teacher = campus.instructor()
    rounds = mentored_rounds(campus, teacher, 4)
    pairs = [row.assignment for row in rounds]
    for number in range(5):
        for row in rounds:
            answer(campus, row, [(2, f"{SAID} {number}")])
            closed(campus, row)
        rounds = [open_mentoring_round(by=campus.admin, pair=pair, kind="end") for pair in pairs]
    assert len(read_all_answers()) == 20
    assert ShownAnswer.objects.count() == 0
    [fifth] = mentored_rounds(campus, teacher, 1)
    answer(campus, fifth, [5])
    closed(campus, fifth)
    assert ShownAnswer.objects.count() == 21


def test_the_statement_that_answers_carries_nothing_of_the_answer(campus):
    """PostgreSQL writes a statement that it refuses into its log, with the student's id, be the answer a repeat."""
    row = asked_batch(campus, 5)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE the_words (words text)")
        cursor.execute(
            "CREATE FUNCTION keep_the_words() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN INSERT INTO the_words VALUES (current_query()); RETURN NULL; END'"
        )
        cursor.execute(
            "CREATE TRIGGER keep_the_words AFTER INSERT ON feedback_feedbackanswer "
            "FOR EACH STATEMENT EXECUTE FUNCTION keep_the_words()"
        )
    answer(campus, row, [(3, SAID)])
    [(words,)] = read_all_answers("SELECT words FROM the_words")
    assert "muster_answer_feedback" in words
    assert SAID not in words
    assert str(row.pk) not in words


def test_of_four_answers_nothing_is_shown_by_any_door(campus):
    teacher = campus.instructor()
    row = asked_batch(campus, 6, lead=teacher)
    answer(campus, row, [(2, SAID)] * 4)
    closed(campus, row)
    shown = looked_at(campus, row, teacher)
    assert not [place for place, words in shown.items() if SAID in str(words)]
    summary = shown[teacher.full_name, f"/{row.pk}/summary"]["data"]
    assert summary == {"answers": 4, "response_rate": 66.6, "ratings": None, "comments": []}
    assert not InstructorProfile.objects.filter(ratings__gt=0).exists()
    # With a fifth it would be: the round above is hidden by its number, not by a page that forgets it.
    other = asked_batch(campus, 6, lead=teacher)
    answer(campus, other, [(2, SAID)] * 5)
    closed(campus, other)
    seen = [place for place, words in looked_at(campus, other, teacher).items() if SAID in str(words)]
    assert {address for _who, address in seen} == {
        reverse("feedback:round", args=[other.pk]),
        reverse("feedback:batch", args=[other.batch_id]),
        f"/{other.pk}/summary",
    }


def test_a_student_learns_no_more_than_that_they_answered(campus):
    row = asked_batch(campus, 5)
    answer(campus, row, [(2, SAID)] * 5)
    closed(campus, row)
    [student, *_others] = asked(row)
    client, api = signed_in(student), Api(campus.token(student))
    assert api.get(f"/feedback/rounds/{row.pk}/summary").status == 403
    [listed] = api.get("/feedback/rounds").data
    assert (listed["answered"], listed["answers"], listed["asked"]) == (True, None, None)
    for page in (reverse("home"), reverse("feedback:list"), reverse("feedback:answer", args=[row.pk])):
        assert SAID not in client.get(page).content.decode()
    assert client.get(reverse("feedback:round", args=[row.pk])).status_code == 403


def test_answering_leaves_nothing_behind_but_the_two_tables(campus):
    row = asked_batch(campus, 5)
    [student, *_others] = asked(row)
    api, body = Api(campus.token(student)), {"content": 1, "instructor": 2, "value": 3, "comment": SAID}
    before = AuditEntry.objects.count(), Notification.objects.count()
    done = api.post(f"/feedback/rounds/{row.pk}/answers", body, idempotency_key="k1")
    assert (done.status, done.data) == (201, None)
    assert (AuditEntry.objects.count(), Notification.objects.count()) == before
    assert not RememberedAnswer.objects.exists()
    again = api.post(f"/feedback/rounds/{row.pk}/answers", body, idempotency_key="k1")
    assert (again.status, again.body["code"]) == (400, "already_answered")
    assert read_all_answers() == [(1, SAID)]
    # In no other table of the database do the words stand.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
            "AND has_table_privilege(oid, 'SELECT')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s', [f"%{SAID}%"])  # noqa: S608
            assert cursor.fetchone() == (0,), table


def test_the_application_cannot_read_the_table_of_answers_and_its_view_has_what_is_shown(campus):
    hidden, shown = asked_batch(campus, 5), asked_batch(campus, 5)
    answer(campus, hidden, [1] * 4)
    answer(campus, shown, [5] * 5)
    closed(campus, hidden)
    assert ShownAnswer.objects.count() == 0
    closed(campus, shown)
    assert set(ShownAnswer.objects.values_list("round", "content_rating")) == {(shown.pk, 5)}
    for statement in (
        "SELECT count(*) FROM feedback_feedbackanswer",
        "DELETE FROM feedback_feedbackanswer",
        "UPDATE feedback_feedbackpool SET is_closed = TRUE, is_shown = TRUE",
        "INSERT INTO feedback_feedbackpool SELECT * FROM feedback_feedbackpool",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)
    assert len(read_all_answers()) == 9


@pytest.mark.django_db(transaction=True)
def test_neither_transactions_nor_ids_nor_the_order_of_rows_say_who_answered_what_or_when():
    campus = Campus.found()
    row = asked_batch(campus, 9)
    order = "SELECT xmin::text, id, comment FROM feedback_feedbackanswer ORDER BY ctid"
    ids: set[Any] = set()
    invited = "SELECT xmin::text, student_id, answered FROM feedback_feedbackinvitation ORDER BY ctid"
    places = [student for _moment, student, _answered in read_all_answers(invited)]
    for number in range(8):
        answer(campus, row, [(3, f"comment {number}")])
        rows, people = read_all_answers(order), read_all_answers(invited)
        # One transaction for all there is, of those who answered and those who didn't.
        assert len({moment for moment, *_rest in [*rows, *people]}) == 1
        # No id lasts, so none is the new one.
        assert ids.isdisjoint(key for _moment, key, _words in rows)
        ids |= {key for _moment, key, _words in rows}
        # Whoever answered last stands where they stood.
        assert [student for _moment, student, _answered in people] == places
    drawn = [[words for _moment, _key, words in read_all_answers(order)]]
    # 8! orders: the one of answering comes by chance once in forty thousand runs, of both tables never.
    assert drawn[0] != sorted(drawn[0])
    assert {key.version for key in ids} == {4}
    assert {key.version for key in FeedbackInvitation.objects.values_list("pk", flat=True)} == {4}


def test_of_a_mentor_all_who_are_asked_are_written_with_each_answer(campus):
    """In one transaction of the test they would be anyway: so the rows are counted that a statement wrote."""
    rounds = mentored_rounds(campus, campus.instructor(), 3)
    written = "SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'feedback_feedbackinvitation'"
    with connection.cursor() as cursor:
        cursor.execute(written)
        [before] = cursor.fetchone()
        answer(campus, rounds[0], [4])
        cursor.execute(written)
        assert cursor.fetchone()[0] - before == 3


def test_two_unions_of_rounds_never_differ_by_fewer_than_five(campus):
    teachers = [campus.instructor() for _each in range(2)]
    rounds = []
    for number, teacher in zip((5, 4, 6, 1, 7), [*teachers, *teachers, None], strict=True):
        row = asked_batch(campus, 8, branch=campus.branch(), **({"lead": teacher} if teacher else {}))
        answer(campus, row, [4] * number)
        rounds.append(closed(campus, row))
    unions = [
        set(ShownAnswer.objects.filter(round__in=chosen).values_list("pk", flat=True))
        for size in range(6)
        for chosen in combinations(rounds, size)
    ]
    assert {len(union) for union in unions} == {0, 5, 6, 7, 11, 12, 13, 18}
    assert {len(one - other) for one in unions for other in unions} == {0, 5, 6, 7, 11, 12, 13, 18}
    client = signed_in(campus.admin.user)
    seen = {
        number.answers
        for query in [
            "",
            *(f"batch={row.batch_id}" for row in rounds),
            *(f"branch={row.batch.branch_id}" for row in rounds),
            *(f"instructor={teacher.pk}" for teacher in teachers),
            "instructor=none",
            "kind=midpoint",
            "kind=end",
            f"q={rounds[0].batch.code}",
        ]
        if (number := client.get(f"/feedback/?{query}").context["together"])
    }
    # Every narrowing of the list, each by itself.
    assert seen == {0, 5, 6, 7, 11, 18}


def test_the_export_has_what_the_page_has(campus):
    shown, hidden = (asked_batch(campus, 5) for _each in range(2))
    answer(campus, shown, [4] * 5)
    answer(campus, hidden, [2] * 4)
    for row in (shown, hidden):
        closed(campus, row)
    client = signed_in(campus.admin.user)
    sent = b"".join(client.get(f"{reverse('feedback:list')}?export=csv").streaming_content).decode("utf-8-sig")
    lines = {line["Round"]: line for line in csv.DictReader(io.StringIO(sent))}
    assert {(line["Answers"], line["Content"]) for line in lines.values()} == {("5", "4.0"), ("4", "")}


def test_a_rating_that_is_kept_moves_by_whole_pools(campus):
    teacher = campus.instructor()
    kept = []
    for number in (5, 3, 6):
        row = asked_batch(campus, 6, lead=teacher)
        answer(campus, row, [4] * number)
        closed(campus, row)
        kept.append(InstructorProfile.objects.get(user=teacher).ratings)
    assert kept == [5, 5, 11]
