"""Who is free at some hours, asked without a clash."""

from muster.batches.clashes.people import first_free, replacements, search_for, teaching_staff


def free_instructors(timetable, *, seen_by, course=None):
    """The best of those who have no booking at the hours of the timetable, as a conflict offers them."""
    staff = teaching_staff(seen_by, timetable, course=course)
    candidates = replacements(timetable, staff, actor=seen_by, course=course)
    [free] = first_free(timetable, [search_for(timetable, candidates)])
    return [candidates[pk] for pk in free]
