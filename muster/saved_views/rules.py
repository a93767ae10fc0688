"""Saving views of lists, changing, removing and restoring them, and mailing them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic, refused_as, sum_each
from muster.core.errors import AlreadyTaken, Forbidden, Invalid, Missing
from muster.core.history import recorded
from muster.core.mailing_days import Mailed, mailing_day
from muster.core.rows import lock_row, set_value
from muster.institutions.access import STAFF_ROLES, Actor
from muster.institutions.models import Role
from muster.institutions.queries import colleagues
from muster.saved_views.errors import TooManyViews
from muster.saved_views.lists import known_lists
from muster.saved_views.models import MOST_QUERY, SavedView, ViewMailing
from muster.saved_views.notices import tell_of_view
from muster.saved_views.permissions import views

# Of one person in one institution.
MOST_VIEWS = 50
# To whom one can have a view mailed at once.
MOST_RECIPIENTS = 20
# For how long what was removed can be restored.
KEPT_REMOVED = timedelta(days=30)
# From which hour on views are mailed.
MORNING = 6
SAID = ("name", "query", "is_shared")
COLUMNS = {column.name: column for column in SavedView._meta.fields}
AS_CARDS = ("as", "cards")


@atomic
def save_view(
    *,
    by: Actor,
    page: str,
    name: str,
    within: UUID | None = None,
    query: str = "",
    is_shared: bool = False,
    often: str = Mailed.NEVER,
) -> SavedView:
    """Save how the actor sees a list, shared with all staff or not, and mailed to the actor as `often` as wished.

    `page` is the name of the list, `within` the id of what it is the list of, `query` the filters as its address has
    them. Locks the actor's user, so that two cannot pass the most there may be. Raises Invalid naming the fields,
    Forbidden, TooManyViews.
    """
    owner = by.user
    assert owner is not None  # noqa: S101 - the house itself saves no views
    if page not in _open_to(by):
        raise Invalid(_("You have no list with this name."), field="page", code="unknown")
    row = SavedView(institution=by.institution, owner=owner, page=page, within=within)
    _say(by, row, {"name": name, "query": query, "is_shared": is_shared})
    _must_have_room(row)
    with recorded(by, "save_view"), _one_of_a_name():
        row.save(force_insert=True)
    mail_view(by=by, view=row, often=often)
    return row


@atomic
def change_view(*, by: Actor, view: SavedView, changes: Mapping[str, Any]) -> SavedView:
    """Change the `name` of a view, its `query`, or whether it `is_shared`.

    Locks the view. Raises Missing, Forbidden, Invalid naming the fields.
    """
    row = lock_row(view)
    if row.removed_at is not None:
        raise Missing
    _say(by, row, changes)
    _save(by, row, "change_view", *SAID)
    return row


@atomic
def remove_view(*, by: Actor, view: SavedView) -> SavedView:
    """Remove a view, for everybody it is shared with. For a while its owner can have it back. Locks the view."""
    row = lock_row(view)
    if row.removed_at is None:
        row.removed_at = timezone.now()
        _save(by, row, "remove_view", "removed_at")
    return row


@atomic
def restore_view(*, by: Actor, view: SavedView) -> SavedView:
    """Have a view back as it was, with everybody it is mailed to.

    Locks the view, then its owner. Raises TooManyViews, Invalid.
    """
    row = lock_row(view)
    if row.removed_at is not None:
        _must_have_room(row)
        row.removed_at = None
        _save(by, row, "restore_view", "removed_at")
    return row


@atomic
def mail_view(*, by: Actor, view: SavedView, often: str, to: Collection[User] = ()) -> None:
    """Mail a view to the actor from the next due morning on, `often` a value of `Mailed`; or no more.

    A shared one can be mailed `to` colleagues who have it too. Each gets what they see themselves, with a link to stop;
    who gets it by mail already keeps their own mornings. Locks nothing. Raises Invalid at `often` or `recipients`,
    Forbidden.
    """
    if often not in Mailed.values:
        raise Invalid(_("Choose one of %(known)s.") % {"known": ", ".join(Mailed.values)}, field="often")
    if to:
        _must_have_it(by, view, often, to)
        ViewMailing.objects.bulk_create([_mailing(by, view, one, often) for one in to], ignore_conflicts=True)
    theirs = ViewMailing.objects.filter(view=view, user=by.user)
    if often == Mailed.NEVER:
        theirs.delete()
    elif not theirs.filter(often=often).exists():
        ViewMailing.objects.bulk_create(
            [_mailing(by, view, by.user, often)],
            update_conflicts=True,
            unique_fields=["view", "user"],
            update_fields=["often", "mailed_on", "updated_at"],
        )


def mail_views(*, by: Actor) -> int:
    """Mail every view of the institution that is due by its own clock; answers how many mails there were.

    Each is a transaction of its own. Whoever writes that it was mailed mails it, so that however many workers mail each
    view once a morning; one that was missed is made up for once. Who may not open the list any more gets nothing.
    """
    if by.now().hour < MORNING:
        return 0
    today, told = by.today(), 0
    for often in Mailed.values:
        if due := mailing_day(often, today):
            mailings = ViewMailing.objects.filter(
                institution=by.institution, often=often, mailed_on__lt=due, view__removed_at__isnull=True
            )
            told += sum_each(mailings.order_by("pk"), partial(_mail, by, due, today))
    return told


@atomic
def _mail(by: Actor, due: date, today: date, mailing: ViewMailing) -> int:
    mine = ViewMailing.objects.filter(pk=mailing.pk, often=mailing.often, mailed_on__lt=due)
    if not mine.update(mailed_on=today, updated_at=timezone.now()):
        return 0
    reader = Actor.of(mailing.user, by.institution) if mailing.user.is_active else None
    view = views.rows(reader).filter(pk=mailing.view_id).first() if reader is not None else None
    if reader is None or view is None:
        return 0
    facts = known_lists().ask(reader, view.page, view.within, view.query)
    return tell_of_view(by, reader, view, facts) if facts is not None else 0


@atomic
def forget_removed_views() -> int:
    """Delete the views that were removed long ago; answers how many."""
    return (
        SavedView.objects.filter(removed_at__lt=timezone.now() - KEPT_REMOVED).delete()[1].get(SavedView._meta.label, 0)
    )


def may_receive(actor: Actor, view: SavedView, among: Collection[Role] = STAFF_ROLES) -> QuerySet[User]:
    """The colleagues of these roles to whom the actor may have a shared view mailed: those who may open its list."""
    roles = [str(role) for role in among if view.page in known_lists().open_to(role)]
    if not roles or not view.is_shared or not views.allows(actor, "change", view):
        return User.objects.none()
    found = colleagues(actor, *roles)
    return found.exclude(pk=actor.user.pk) if actor.user else found


# --- the parts ------------------------------------------------------------------------------------------------------
def _mailing(by: Actor, view: SavedView, user: Any, often: str) -> ViewMailing:
    return ViewMailing(institution=by.institution, view=view, user=user, often=often, mailed_on=by.today())


def _must_have_it(by: Actor, view: SavedView, often: str, to: Collection[User]) -> None:
    if not views.allows(by, "change", view):
        raise Forbidden
    if not view.is_shared:
        raise Invalid(_("Share the view with all staff before it is emailed to others."), field="recipients")
    if often == Mailed.NEVER:
        raise Invalid(_("Choose daily, weekly or monthly."), field="often")
    if len(to) > MOST_RECIPIENTS:
        raise Invalid(_("Choose %(most)d people or fewer.") % {"most": MOST_RECIPIENTS}, field="recipients")
    able = set(may_receive(by, view).filter(pk__in=[one.pk for one in to]).values_list("pk", flat=True))
    for person in to:
        if person.pk not in able:
            words = _("%(name)s can't open this list, or is you. Choose someone else.")
            raise Invalid(words % {"name": person.full_name}, field="recipients")


def _open_to(by: Actor) -> set[str]:
    return {name for role in by.roles for name in known_lists().open_to(role)}


def _own(row: SavedView) -> Any:
    return SavedView.objects.not_removed().filter(owner=row.owner_id, institution=row.institution_id)


def _must_have_room(row: SavedView) -> None:
    # Who is signed in may be a user that is not loaded yet.
    lock_row(User(pk=row.owner_id))
    if _own(row).count() >= MOST_VIEWS:
        raise TooManyViews(most=MOST_VIEWS)


def _say(by: Actor, row: SavedView, changes: Mapping[str, Any]) -> None:
    """Set what was sent. Raises Forbidden, Invalid naming the fields."""
    for name in SAID:
        if name in changes and (wrong := set_value(row, COLUMNS[name], changes[name])):
            raise Invalid(wrong, field=name)
    if row.is_shared and "is_shared" in changes:
        if not views.may(by, "share"):
            raise Forbidden(_("Only staff can share a view."))
        if row.within is not None:
            words = _("This is a list of one thing only, so its views stay your own. Don't share it.")
            raise Invalid(words, field="is_shared")
    if "query" in changes:
        row.query = _tidy_query(by, row)


def _tidy_query(by: Actor, row: SavedView) -> str:
    """The filters in one order, without empty ones. Raises Invalid at what the list does not know."""
    try:
        sent = parse_qsl(row.query.removeprefix("?"), max_num_fields=50)
    except ValueError:
        raise Invalid(_("Write the filters as an address has them: status=Active&sort=name."), field="query") from None
    facts = known_lists().ask(by, row.page, row.within, row.query)
    if facts is None:
        field = "page" if row.within is None else "within"
        raise Invalid(_("This list doesn't exist, or you can't open it."), field=field)
    asked = dict(sent)
    known = facts.parameters | ({"sort", "as"} if facts.sorts else set())
    if unknown := sorted(set(asked) - known):
        words = _("This list has no filter “%(unknown)s”. It has these: %(known)s.")
        raise Invalid(words % {"unknown": ", ".join(unknown)[:60], "known": ", ".join(sorted(known))}, field="query")
    if "sort" in asked and asked["sort"].removeprefix("-") not in facts.sorts:
        words = _("You can sort this list by %(known)s.") % {"known": ", ".join(sorted(facts.sorts))}
        raise Invalid(words, field="query")
    if "as" in asked and ("as", asked["as"]) != AS_CARDS:
        raise Invalid(_("A list is shown as a table, or as cards with as=cards."), field="query")
    query = urlencode(sorted(asked.items()))
    if len(query) > MOST_QUERY:
        raise Invalid(_("The filters are too long to be saved. Use fewer of them."), field="query")
    return query


def _save(by: Actor, row: SavedView, use_case: str, *names: str) -> None:
    with recorded(by, use_case), _one_of_a_name():
        row.save(update_fields=[*names, "updated_at"])


def _one_of_a_name() -> AbstractContextManager[None]:
    words = _("You already have a view of this list with this name. Choose another.")
    return refused_as(one_view_of_a_list_for_each_name=AlreadyTaken(words, "name"))
