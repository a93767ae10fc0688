"""Check-ins and questions: who says and asks what, how fast is answered, and what goes along to the next mentor."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import assign_student, unassign_student
from muster.core.errors import Forbidden, Invalid
from muster.mentoring import rules
from muster.mentoring.errors import AlreadyAnswered, NoMentor
from muster.mentoring.models import MentoringCheckIn, MentoringGoal, MentoringQuestion
from muster.mentoring.queries import check_ins_seen_by, questions_seen_by, questions_waiting_for, response_times
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def mentor(campus):
    return campus.instructor("Thandi Nkosi")


@pytest.fixture
def ada(campus, mentor):
    student = campus.student("Ada Byron")
    assign_student(by=campus.admin, student=student, instructor=mentor)
    return student


@pytest.fixture
def ask(campus, ada):
    return lambda words="Which chart?": rules.ask_question(by=campus.actor(ada), student=ada, question=words)


def test_either_side_checks_in_and_nobody_else(campus, mentor, ada):
    for who, by_student in ((ada, True), (mentor, False)):
        row = rules.check_in(by=campus.actor(who), student=ada, mood=4, progress=2, comment=" Better ")
        assert (row.by_student, row.mood, row.progress, row.comment) == (by_student, 4, 2, "Better")
    with pytest.raises(Forbidden):
        rules.check_in(by=campus.admin, student=ada, mood=4, progress=2)
    assert check_ins_seen_by(campus.actor(campus.instructor())).count() == 0


def test_check_ins_are_from_one_to_five_in_the_database_too(campus, ada):
    with pytest.raises(Invalid) as refusal:
        rules.check_in(by=campus.actor(ada), student=ada, mood=0, progress=6)
    assert [one.field for one in refusal.value.errors] == ["mood", "progress"]
    row = rules.check_in(by=campus.actor(ada), student=ada, mood=1, progress=5)
    with pytest.raises(IntegrityError, match="check_in_is_from_one_to_five"), transaction.atomic():
        MentoringCheckIn.objects.filter(pk=row.pk).update(mood=6)


def test_what_is_said_after_the_pair_ended_is_refused(campus, ada):
    pair = IndividualAssignment.objects.get()
    unassign_student(by=campus.admin, student=ada)
    with pytest.raises(NoMentor):
        rules.ask_question(by=campus.actor(ada), student=ada, question="Still there?")
    for model, said in (
        (MentoringQuestion, {"question": "?"}),
        (MentoringCheckIn, {"by_student": True, "mood": 1, "progress": 1}),
    ):
        with pytest.raises(IntegrityError, match="assigned to each other"), transaction.atomic():
            model.objects.create(institution=campus.institution, assignment=pair, **said)


def test_a_question_is_answered_by_the_mentor(campus, mentor, ask):
    row = ask()
    assert list(questions_waiting_for(campus.actor(mentor))) == [row]
    with pytest.raises(Forbidden):
        rules.answer_question(by=campus.admin, question=row, answer="No")
    with pytest.raises(Invalid):
        rules.answer_question(by=campus.actor(mentor), question=row, answer=" ")
    first = rules.answer_question(by=campus.actor(mentor), question=row, answer="A bar chart.")
    again = rules.answer_question(by=campus.actor(mentor), question=row, answer="A sorted bar chart.")
    assert (again.answer, again.answered_at) == ("A sorted bar chart.", first.answered_at)
    assert not questions_waiting_for(campus.actor(mentor)).exists()


def test_a_question_is_worded_anew_or_withdrawn_until_it_is_answered(campus, mentor, ada, ask):
    row, by = ask(), campus.actor(ada)
    assert rules.reword_question(by=by, question=row, words="Which chart for shares?").question.endswith("shares?")
    with pytest.raises(Forbidden):
        rules.withdraw_question(by=campus.actor(mentor), question=row)
    rules.answer_question(by=campus.actor(mentor), question=row, answer="A bar chart.")
    for act in (
        lambda: rules.reword_question(by=by, question=row, words="Why?"),
        lambda: rules.withdraw_question(by=by, question=row),
    ):
        with pytest.raises(AlreadyAnswered):
            act()
    rules.withdraw_question(by=by, question=ask())
    assert MentoringQuestion.objects.count() == 1


def test_the_response_time_is_the_median_in_hours(campus, mentor, ada, ask):
    for hours in (1, 5, 40):
        row = ask()
        rules.answer_question(by=campus.actor(mentor), question=row, answer="Yes.")
        MentoringQuestion.objects.filter(pk=row.pk).update(answered_at=row.created_at + timedelta(hours=hours))
    ask()
    found = response_times(campus.institution.pk, [mentor.pk, ada.pk])
    assert set(found) == {mentor.pk}
    assert (found[mentor.pk].answered, round(found[mentor.pk].hours, 2), found[mentor.pk].whole_hours) == (3, 5, 5)


def test_what_is_open_goes_along_to_the_next_mentor_and_counts_for_them_from_then_on(campus, mentor, ada, ask):
    answered, waiting = ask(), ask("And which colour?")
    rules.answer_question(by=campus.actor(mentor), question=answered, answer="A bar chart.")
    MentoringQuestion.objects.update(created_at=timezone.now() - timedelta(days=3))
    settled, still_open = (rules.agree_goal(by=campus.admin, student=ada, title=one) for one in ("Done", "Open"))
    rules.change_goal(by=campus.admin, goal=settled, changes={"status": "reached"})
    sipho = campus.instructor("Sipho Dube")
    unassign_student(by=campus.admin, student=ada)
    assign_student(by=campus.admin, student=ada, instructor=sipho)
    assert [one.pk for one in questions_waiting_for(campus.actor(sipho))] == [waiting.pk]
    assert [one.pk for one in questions_seen_by(campus.actor(mentor))] == [answered.pk]
    assert MentoringGoal.objects.get(pk=still_open.pk).assignment.instructor == sipho
    assert MentoringGoal.objects.get(pk=settled.pk).assignment.instructor == mentor
    rules.answer_question(by=campus.actor(sipho), question=waiting, answer="Blue.")
    assert response_times(campus.institution.pk, [sipho.pk])[sipho.pk].hours < 1


def test_a_goal_knows_since_when_it_is_settled(campus, ada):
    goal = rules.agree_goal(by=campus.admin, student=ada, title="Hand it in")
    reached = rules.change_goal(by=campus.admin, goal=goal, changes={"status": "reached"})
    assert reached.settled_at is not None
    assert rules.change_goal(by=campus.admin, goal=goal, changes={"title": "X"}).settled_at == reached.settled_at
    assert rules.change_goal(by=campus.admin, goal=goal, changes={"status": "open"}).settled_at is None
