"""Every write of notifications."""

from muster.notifications.rules.mailing import MOST_TRIES, deliver, give_up_on_lost_mails, send_again
from muster.notifications.rules.notifying import notify, quietly
from muster.notifications.rules.reading import choose, forget_old, mark_all_read, mark_read

__all__ = [
    "MOST_TRIES",
    "choose",
    "deliver",
    "forget_old",
    "give_up_on_lost_mails",
    "mark_all_read",
    "mark_read",
    "notify",
    "quietly",
    "send_again",
]
