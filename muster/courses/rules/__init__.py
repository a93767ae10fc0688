"""Every write around courses and subjects: one function per use case."""

from muster.courses.rules.courses import add_course, change_course, delete_course
from muster.courses.rules.subjects import add_subject, change_subject, delete_subject

__all__ = ["add_course", "add_subject", "change_course", "change_subject", "delete_course", "delete_subject"]
