"""Every write of notifications."""

from muster.notifications.rules.mailing import MOST_TRIES, deliver, give_up_on_lost_mails, send_again
from muster.notifications.rules.notifying import notify, quietly
from muster.notifications.rules.reading import choose, forget_old, mark_all_read, mark_read
