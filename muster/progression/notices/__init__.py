"""What people are told about semesters."""

from muster.progression.notices.electives import tell_to_choose
from muster.progression.notices.results import tell_published
from muster.progression.notices.rollovers import people_who_approve, tell_rollover_asked, tell_rollover_decided
