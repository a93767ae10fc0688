"""How well instructors suit a batch or a student: points in seven parts, weighed by the institution.

Each part gives an instructor from 0 to 1000 points, whole numbers, so that equal is equal:

- skills: each skill that is asked for counts the same: 0 where it is lacking, 600 at level 1, 1000 at level 5. Whose
  field the course names has 700 where they named no skills, and 500 at least where they named others.
- availability: the share of the weekly slots that lie within their hours, times the share of the meetings on which they
  are not away.
- workload: what is left of the batches (for a student: the mentees) they may have, or of their week, whichever is less.
  The week is the hours that they say they can teach, else 40; what they have is their fullest week to come.
- language: 1000 where they teach in one that is asked for, else 0. style: the share of the asked styles that is theirs.
- rating: 1 star 0, 5 stars 1000; few ratings are drawn towards the middle.
- familiarity: 1000 for who teaches the student now, has taught the course before, or is its default instructor.

Who has said nothing about a part has 500, and the words say so. A part for which a batch or a student asks nothing does
not count. The score is the mean of the parts that count, weighed by the institution's settings, from 0 to 100.

Points never say whether somebody can come at all: `rank_candidates` tells apart who is booked at one of the hours.

Whoever needs numbers alone, for many batches or students and many instructors at once, reads `needs_of_batches` or
`needs_of_students` and `candidates_of`: four statements together, whatever the numbers. `parts_of` and `score_of` send
none and make no word. `rank_candidates` and `suggestions_for_*` are for people to read.
"""

from muster.allocation.scoring.cover import ToCover, cover_of, cover_of_request, first_day_left, led_meetings
from muster.allocation.scoring.inputs import Candidate, Need, candidates_of, needs_of_batches, needs_of_students
from muster.allocation.scoring.points import Weights, parts_of, score_of
from muster.allocation.scoring.ranking import (
    LeftOut,
    Part,
    Suggestion,
    Suggestions,
    leads_for_batches,
    proposals_for_students,
    rank_candidates,
    suggestions_for_batch,
    suggestions_for_student,
)
from muster.allocation.scoring.words import load_of
