"""Electives: groups of them, what students choose, and a reminder for those who have not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Count, Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, refused_as, single
from muster.core.errors import FieldError, Invalid, Missing
from muster.core.history import recorded
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import is_before_today
from muster.progression.errors import (
    ChoiceClosed,
    ChoiceHasScores,
    ElectiveFull,
    EnoughChosen,
    GroupNameTaken,
    HeldBackFrom,
    NotAnElective,
    TooManyChosen,
    WasChosen,
)
from muster.progression.models import ElectiveChoice, ElectiveGroup, SubjectMapping
from muster.progression.notices import tell_to_choose
from muster.progression.queries.electives import is_choosing, missing_from, seats_left_in, with_choices
from muster.progression.queries.records import held_back_before
from muster.progression.rules.results import keep_semester, keep_semesters

MOST_CHOICES = 20
# So many days before the last one, those who have not chosen are reminded.
REMINDED_BEFORE = 2


@atomic
def add_elective_group(
    *, by: Actor, batch: Batch, fields: Mapping[str, Any], mappings: Sequence[SubjectMapping] = ()
) -> ElectiveGroup:
    """Let students of the batch choose from these subjects of a semester, which become electives.

    `fields` are those of the group. Locks the batch. Raises BatchArchived, GroupNameTaken, and Invalid naming fields.
    """
    batch = locked_batch(batch)
    group = ElectiveGroup(institution_id=batch.institution_id, batch=batch, **fields)
    _must_be_sound(group, mappings)
    with recorded(by, "add_elective_group"), _explain_refusals(batch, group):
        group.save(force_insert=True)
        _fill(batch, group, mappings)
    return group


@atomic
def change_elective_group(
    *,
    by: Actor,
    group: ElectiveGroup,
    changes: Mapping[str, Any],
    mappings: Sequence[SubjectMapping] | None = None,
    core: Collection[UUID] = (),
) -> ElectiveGroup:
    """Change what is named of the group, and which subjects stand in it; None leaves those.

    A subject that leaves stays an elective, with whoever chose it, but for those that are to be `core` again. As
    `add_elective_group`; also Missing, WasChosen, TooManyChosen.
    """
    batch = locked_batch(group.batch)
    group = _current_group(group)
    group.batch = batch
    for name, value in changes.items():
        setattr(group, name, value)
    if group.closes_on >= batch.today():
        # Who has not chosen by the new day is reminded of that one.
        group.reminded_on = None
    kept = list(group.mappings.select_related("subject")) if mappings is None else mappings
    _must_be_sound(group, kept)
    most = _most_chosen(kept)
    if group.choose is not None and most > group.choose:
        raise TooManyChosen(most=most, group=group.name)
    with recorded(by, "change_elective_group"), _explain_refusals(batch, group):
        if mappings is not None:
            group.mappings.exclude(pk__in=[one.pk for one in mappings]).update(group=None)
        group.save()
        if mappings is not None:
            _fill(batch, group, mappings)
        _make_core(batch, core)
    return group


def _most_chosen(mappings: Sequence[SubjectMapping]) -> int:
    """How many of these electives the student has who has most of them."""
    of_each = ElectiveChoice.objects.filter(mapping__in=mappings).order_by().values("enrollment")
    return of_each.annotate(number=Count("pk")).aggregate(most=Max("number"))["most"] or 0


@atomic
def remove_elective_group(*, by: Actor, group: ElectiveGroup, core: Collection[UUID] = ()) -> None:
    """Let students choose from the group no more; its electives stay with those who chose them, but for those that are
    to be `core` again.

    Locks the batch. Raises Missing, BatchArchived, WasChosen.
    """
    batch = locked_batch(group.batch)
    group = _current_group(group)
    with recorded(by, "remove_elective_group"), _explain_refusals(batch, group):
        group.delete()
        _make_core(batch, core)


@dataclass(frozen=True)
class ChoiceOutcome:
    """What was chosen, and whether it was before."""

    choice: ElectiveChoice
    is_new: bool


@atomic
def choose_elective(*, by: Actor, enrollment: Enrollment, mapping: SubjectMapping) -> ChoiceOutcome:
    """Give the student a seat in an elective of their batch; repeating changes nothing.

    Students choose while the group is open, by the class's own clock; whoever manages the batch at any time. Locks the
    batch. Raises Missing, BatchArchived, NotAnElective, HeldBackFrom, ChoiceClosed, EnoughChosen, ElectiveFull.
    """
    batch, enrollment, elective = _hold_elective(enrollment, mapping)
    given = ElectiveChoice.objects.filter(enrollment=enrollment, mapping=elective).first()
    if given is not None:
        return ChoiceOutcome(given, is_new=False)
    if not enrollment.holds_a_seat:
        raise NotAnElective
    if Enrollment.objects.filter(held_back_before(elective.semester), pk=enrollment.pk).exists():
        raise HeldBackFrom(name=enrollment.student.full_name, number=elective.semester)
    _must_be_time(by, batch, enrollment, elective)
    enough = partial(_enough, elective)
    group = elective.group
    if group and group.choose is not None:
        taken = ElectiveChoice.objects.filter(enrollment=enrollment, mapping__group=group).count()
        if taken >= group.choose:
            raise enough()
    if seats_left_in(elective) == 0:
        raise _full(elective)
    with (
        recorded(by, "choose_elective"),
        _explain_refusals(
            batch,
            elective_has_a_seat=partial(_full, elective),
            group_asks_for_no_more=enough,
            choice_is_of_an_elective=NotAnElective,
        ),
    ):
        choice = ElectiveChoice.objects.create(
            institution_id=batch.institution_id, enrollment=enrollment, mapping=elective, chosen_by=by.user
        )
        _keep_record(batch, enrollment, elective)
    return ChoiceOutcome(choice, is_new=True)


@atomic
def withdraw_choice(*, by: Actor, enrollment: Enrollment, mapping: SubjectMapping) -> bool:
    """Take the elective back, and free its seat; answers whether the student had it.

    When and by whom as `choose_elective`. Raises as that, and ChoiceHasScores.
    """
    batch, enrollment, elective = _hold_elective(enrollment, mapping)
    given = ElectiveChoice.objects.filter(enrollment=enrollment, mapping=elective).first()
    if given is None:
        return False
    _must_be_time(by, batch, enrollment, elective)
    stays = partial(ChoiceHasScores, name=enrollment.student.full_name, subject=elective.subject.title)
    with recorded(by, "withdraw_choice"), _explain_refusals(batch, scored_elective_stays=stays):
        given.delete()
        _keep_record(batch, enrollment, elective)
    return True


@atomic
def remind_to_choose(*, by: Actor, group: ElectiveGroup) -> int:
    """Tell those who have not chosen until when they can; answers how many. Locks the batch. Raises Missing,
    BatchArchived, and ChoiceClosed where students do not choose now."""
    batch = locked_batch(group.batch)
    group = _current_group(group)
    group.batch = batch
    if not group.is_open(batch.today()):
        raise ChoiceClosed(_closed_words(group, batch, by))
    group.reminded_on = batch.today()
    with recorded(by, "remind_to_choose"), _explain_refusals(batch, group):
        group.save(update_fields=["reminded_on", "updated_at"])
    return tell_to_choose(by, group, [one.student for one in missing_from(group)])


def remind_before_the_end(*, by: Actor) -> int:
    """Remind whoever has not chosen of the institution's groups that close soon, each group once; each is a transaction
    of its own."""
    closing = is_before_today("closes_on", "batch__", days=REMINDED_BEFORE + 1)
    groups = ElectiveGroup.objects.filter(is_choosing(), closing, institution=by.institution, reminded_on=None)
    return sum(remind_to_choose(by=by, group=group) for group in groups.select_related("batch").order_by("batch", "pk"))


def _hold_elective(enrollment: Enrollment, mapping: SubjectMapping) -> tuple[Batch, Enrollment, Any]:
    """The batch, locked, the enrollment in it, and the elective with what is chosen of it, all as they now stand."""
    if enrollment.batch is None or enrollment.batch_id != mapping.batch_id:
        raise NotAnElective
    batch = locked_batch(enrollment.batch)
    now = Enrollment.objects.select_related("student").filter(pk=enrollment.pk).first()
    rows = SubjectMapping.objects.filter(pk=mapping.pk).select_related("subject", "group")
    elective = single(with_choices(rows))
    if now is None or elective is None or now.batch_id != batch.pk:
        raise Missing
    if not elective.is_elective:
        raise NotAnElective
    return batch, now, elective


def _must_be_time(by: Actor, batch: Batch, enrollment: Enrollment, elective: SubjectMapping) -> None:
    """Staff choose for others whenever they want."""
    if by.user is None or by.user.pk != enrollment.student_id:
        return
    if elective.group is None or not elective.group.is_open(batch.today()):
        raise ChoiceClosed(_closed_words(elective.group, batch, by, elective))


def _keep_record(batch: Batch, enrollment: Enrollment, elective: SubjectMapping) -> None:
    """A semester of which results are published counts what is chosen."""
    if enrollment.academic_records.filter(semester=elective.semester).exists():
        keep_semester(batch, elective.semester, [enrollment.pk])


def _closed_words(group: ElectiveGroup | None, batch: Batch, by: Actor, elective: SubjectMapping | None = None) -> str:
    if group is None:
        words = _("%(subject)s is assigned by your institution. Ask its staff if you'd like to take it.")
        return words % {"subject": elective}
    names = {"group": group.name, "opens": date_format(group.opens_on, "j F Y")}
    if batch.today() < group.opens_on:
        return _("Choosing from %(group)s starts on %(opens)s.") % names
    names["closes"] = date_format(group.closes_on, "j F Y")
    return _("Choosing from %(group)s ended on %(closes)s. Ask your institution to change it.") % names


def _enough(elective: SubjectMapping) -> EnoughChosen:
    group = elective.group
    assert group is not None  # noqa: S101  (who refused it counts in a group)
    return EnoughChosen(number=group.choose, group=group.name, subject=elective.subject.title)


def _full(elective: SubjectMapping) -> ElectiveFull:
    """With the electives beside it that have seats."""
    beside = SubjectMapping.objects.filter(group=elective.group_id, group__isnull=False).exclude(pk=elective.pk)
    free = [one for one in with_choices(beside.select_related("subject")) if seats_left_in(one) != 0]
    names = ", ".join(one.subject.title for one in free[:3])
    others = _("Seats are left in %(names)s.") % {"names": names} if names else _("No seats are left in the others.")
    return ElectiveFull(subject=elective.subject.title, others=others)


def _current_group(group: ElectiveGroup) -> ElectiveGroup:
    """The group as it now stands; its batch is locked."""
    now = ElectiveGroup.objects.filter(pk=group.pk).first()
    if now is None:
        raise Missing
    return now


def _must_be_sound(group: ElectiveGroup, mappings: Sequence[SubjectMapping]) -> None:
    """Raise Invalid naming every field that is wrong."""
    found = []
    group.name = group.name.strip()
    if not 0 < len(group.name) <= 100:
        found.append(FieldError("name", _("Give the group a name of up to 100 characters.")))
    batch = group.batch
    last = max(batch.course.semesters, 1) if batch.course else 1
    if not 1 <= group.semester <= last:
        words = _("Choose a semester from 1 to %(last)d: that's how many the course has.")
        found.append(FieldError("semester", words % {"last": last}))
    if (group.choose is None) == (group.least_credits is None):
        found.append(FieldError("choose", _("Enter how many subjects to choose, or how many credits to reach.")))
    elif group.choose is not None and not 1 <= group.choose <= MOST_CHOICES:
        found.append(FieldError("choose", _("Enter a number from 1 to %(most)d.") % {"most": MOST_CHOICES}))
    elif group.least_credits is not None and (
        not 0 < group.least_credits <= 999 or group.least_credits != round(group.least_credits, 1)
    ):
        found.append(FieldError("least_credits", _("Enter a number above 0, up to 999, with up to one decimal.")))
    if group.closes_on < group.opens_on:
        found.append(FieldError("closes_on", _("The last day must not be before the first.")))
    for mapping in mappings:
        if mapping.batch_id != batch.pk or mapping.semester != group.semester:
            words = _("%(subject)s isn't taught in semester %(number)d of this batch.")
            names = {"subject": mapping.subject.title, "number": group.semester}
            found.append(FieldError("subjects", words % names))
        elif mapping.group_id not in (None, group.pk):
            words = _("%(subject)s already belongs to another group of electives.")
            found.append(FieldError("subjects", words % {"subject": mapping.subject.title}))
    if found:
        raise Invalid.fields(found)


def _fill(batch: Batch, group: ElectiveGroup, mappings: Sequence[SubjectMapping]) -> None:
    ids: list[UUID] = [one.pk for one in mappings]
    SubjectMapping.objects.filter(pk__in=ids).exclude(group=group).update(group=group, is_elective=True)
    keep_semesters(batch, {one.semester for one in mappings})


def _make_core(batch: Batch, mappings: Collection[UUID]) -> None:
    """What stands in no group, and nobody chose, is for everybody."""
    rows = SubjectMapping.objects.filter(batch=batch, group=None, is_elective=True, pk__in=mappings)
    made = list(rows.select_related("subject"))
    for mapping in made:
        if mapping.choices.exists():
            raise WasChosen(subject=mapping.subject.title, batch=batch.code)
        mapping.is_elective, mapping.seats = False, None
        mapping.save(update_fields=["is_elective", "seats", "updated_at"])
    keep_semesters(batch, {mapping.semester for mapping in made})


def _explain_refusals(batch: Batch, group: ElectiveGroup | None = None, **refusals: Any) -> Any:
    if group is not None:
        refusals["one_group_for_each_name"] = partial(GroupNameTaken, semester=group.semester, name=group.name)
    return refused_as(archived_batch_does_not_change=partial(BatchArchived, batch), **refusals)
