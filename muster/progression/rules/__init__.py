"""The use cases of semesters."""

from muster.progression.rules.electives import (
    ChoiceOutcome,
    add_elective_group,
    change_elective_group,
    choose_elective,
    remind_before_the_end,
    remind_to_choose,
    remove_elective_group,
    withdraw_choice,
)
from muster.progression.rules.mapping import (
    copy_subjects,
    map_subject,
    remap_subject,
    unmap_subject,
    warnings_of_joining,
)
from muster.progression.rules.results import (
    ScoreInput,
    ScoreOutcome,
    moderate_scores,
    publish_results,
    reopen_results,
    save_scores,
)
from muster.progression.rules.rollover import (
    HeldBackInput,
    batch_with_semesters,
    decide_rollover,
    request_rollover,
    revert_rollover,
    roll_over,
)
from muster.progression.rules.rollover_runs import (
    MOST_BATCHES,
    carry_out_rollovers,
    request_due_rollovers,
    start_rollovers,
)
