"""What instructors and students are told about each other, and who is told of cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.allocation.models import CoverRequest, IndividualAssignment
from muster.batches.participants import managers_of
from muster.core.days import days_in_words
from muster.institutions.access import MANAGER_ROLES, Actor
from muster.institutions.models import STUDENT_ROLES, Role
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify

INTRODUCED, ENDED = "mentor_introduced", "mentor_ended"
BOTH = frozenset({str(Role.INSTRUCTOR), *map(str, STUDENT_ROLES)})
MOST_NAMED = 20
COVER_ASKED, COVER_SETTLED = "cover_asked", "cover_settled"
STAFF = frozenset({*map(str, MANAGER_ROLES), str(Role.INSTRUCTOR)})

register_kind(
    NotificationKind(
        INTRODUCED,
        gettext_lazy("A student or instructor is assigned to me"),
        BOTH,
        gettext_lazy("As mentor, tutor, advisor or supervisor. Both people get each other's contact details."),
    ),
    NotificationKind(
        ENDED,
        gettext_lazy("A student or instructor is no longer assigned to me"),
        BOTH,
        gettext_lazy("The assignment ended, or one of us left."),
    ),
    NotificationKind(
        COVER_ASKED,
        gettext_lazy("Cover is requested"),
        STAFF,
        gettext_lazy("An instructor in a batch I manage is away, or I'm asked to cover."),
    ),
    NotificationKind(
        COVER_SETTLED,
        gettext_lazy("A cover request is updated"),
        STAFF,
        gettext_lazy("Someone answers, a substitute is assigned, or the request is declined or withdrawn."),
    ),
)


def introduce(by: Actor, assignments: Sequence[tuple[IndividualAssignment, IndividualAssignment | None]]) -> None:
    """Introduce instructors and students to each other: one notice for each student, one for each instructor.

    Each assignment comes with the one it takes the place of, whose instructor is told too. Students are told both at
    once.
    """
    taken = {new.student_id: old for new, old in assignments if old and old.instructor_id != new.instructor_id}
    for instructor, word, students in _by_instructor([new for new, _old in assignments]):
        told: dict[User | None, list[User]] = {}
        for student in students:
            replaced = taken.get(student.pk)
            told.setdefault(replaced.instructor if replaced else None, []).append(student)
        for before, those in told.items():
            reached = _("Contact: %(email)s.") % {"email": instructor.email}
            instead = _("They replace %(name)s.") % {"name": before.full_name} if before else ""
            notify(
                by=by,
                to=those,
                kind=INTRODUCED,
                title=_("%(name)s is now your %(type)s") % {"name": instructor.full_name, "type": word},
                text=_sentences(instead, reached),
                url=reverse("home"),
            )
        title = ngettext(
            "You are now %(type)s to %(name)s", "You are now %(type)s to %(count)d more students", len(students)
        )
        notify(
            by=by,
            to=[instructor],
            kind=INTRODUCED,
            title=title % {"type": word, "name": students[0].full_name, "count": len(students)},
            text=_names(students),
            url=reverse("mentoring:list"),
        )
    _tell_instructors(by, list(taken.values()))


def tell_ended(by: Actor, assignments: Sequence[IndividualAssignment]) -> None:
    """Tell both sides that they are no longer assigned to each other: each student, and each instructor once."""
    for instructor, word, students in _by_instructor(assignments):
        title = _("%(name)s is no longer your %(type)s") % {"name": instructor.full_name, "type": word}
        notify(by=by, to=students, kind=ENDED, title=title, text=_doer(by), url=reverse("home"))
    _tell_instructors(by, assignments)


def _tell_instructors(by: Actor, assignments: Sequence[IndividualAssignment]) -> None:
    for instructor, word, students in _by_instructor(assignments):
        title = ngettext(
            "You are no longer %(type)s to %(name)s", "You are no longer %(type)s to %(count)d students", len(students)
        ) % {"type": word, "name": students[0].full_name, "count": len(students)}
        text = _sentences(f"{_names(students)}." if len(students) > 1 else "", _doer(by))
        notify(by=by, to=[instructor], kind=ENDED, title=title, text=text, url=reverse("mentoring:list"))


def _by_instructor(assignments: Iterable[IndividualAssignment]) -> Iterator[tuple[User, str, list[User]]]:
    """Each instructor with the word for what they are and the students to whom they are it."""
    together: dict[tuple[User, str], list[User]] = {}
    for one in assignments:
        word = str(IndividualAssignment.Type(one.assignment_type).label).lower()
        together.setdefault((one.instructor, word), []).append(one.student)
    for (instructor, word), students in together.items():
        yield instructor, word, students


def _names(people: Sequence[User]) -> str:
    return ", ".join(person.full_name for person in people[:MOST_NAMED])


def _doer(by: Actor) -> str:
    return _("Changed by %(name)s.") % {"name": by.user.full_name} if by.user else ""


# --- cover ------------------------------------------------------------------------------------------------------------
def tell_asked(by: Actor, request: CoverRequest, meetings: int) -> None:
    """Tell the managers of the batch, and ask the colleague who was named whether they can."""
    words = _cover_words(request)
    number = ngettext("%(count)d session", "%(count)d sessions", meetings) % {"count": meetings}
    when, also = f"{words['days']}, {number}.", ""
    if request.asked is not None:
        title = _("Can you cover %(batch)s for %(name)s?") % words
        _tell_of_cover(by, request, [request.asked], title, _sentences(when, request.note), COVER_ASKED)
        also = _("%(name)s has been asked to cover.") % {"name": request.asked.full_name}
    managers = [one for one in managers_of(request.batch) if one.pk != request.asked_id]
    title = _("%(name)s needs cover in %(batch)s") % words
    _tell_of_cover(by, request, managers, title, _sentences(when, also, request.note), COVER_ASKED)


def _sentences(*parts: str) -> str:
    return " ".join(filter(None, parts))


def tell_answered(by: Actor, request: CoverRequest) -> None:
    """Tell who is away, and the managers, what the colleague said."""
    assert request.asked is not None  # noqa: S101
    words = {**_cover_words(request), "asked": request.asked.full_name}
    title = _("%(asked)s can cover %(batch)s") if request.can else _("%(asked)s can't cover %(batch)s")
    _tell_of_cover(by, request, [request.instructor, *managers_of(request.batch)], title % words, words["days"] + ".")


def tell_closed(by: Actor, request: CoverRequest) -> None:
    """Tell everybody concerned how it ended. A substitute is told of the assignment itself."""
    words = _cover_words(request)
    asked = [request.asked] if request.asked and request.asked_id != request.substitute_id else []
    text = _sentences(words["days"] + ".", request.close_reason)
    if request.status == CoverRequest.Status.FILLED:
        assert request.substitute is not None  # noqa: S101
        words["substitute"] = request.substitute.full_name
        _tell_of_cover(by, request, [request.instructor], _("%(substitute)s covers %(batch)s for you") % words, text)
        _tell_of_cover(by, request, asked, _("%(batch)s is covered: you are no longer needed") % words, text)
    elif request.status == CoverRequest.Status.DECLINED:
        _tell_of_cover(by, request, [request.instructor, *asked], _("No cover for %(batch)s") % words, text)
    else:
        title = _("%(name)s no longer needs cover in %(batch)s") % words
        _tell_of_cover(by, request, [*asked, *managers_of(request.batch)], title, text)


def tell_reopened(by: Actor, request: CoverRequest) -> None:
    """Tell who is away, and the colleague who is asked, that nobody covers yet after all."""
    words = _cover_words(request)
    asked = [request.asked] if request.asked else []
    title = _("Cover for %(batch)s is open again") % words
    _tell_of_cover(by, request, [request.instructor, *asked], title, words["days"] + ".")


def _tell_of_cover(
    by: Actor, request: CoverRequest, to: Iterable[User], title: str, text: str, kind: str = COVER_SETTLED
) -> None:
    notify(by=by, to=to, kind=kind, title=title, text=text, url=reverse("cover:request", args=[request.pk]))


def _cover_words(request: CoverRequest) -> dict[str, str]:
    return {
        "batch": request.batch.code,
        "name": request.instructor.full_name,
        "days": days_in_words(request.first_date, request.last_date),
    }
