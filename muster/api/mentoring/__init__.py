"""The API of mentoring."""

from muster.api.kit import Door
from muster.api.mentoring.changing import handover_router, request_router
from muster.api.mentoring.check_ins import check_in_router
from muster.api.mentoring.questions import question_router
from muster.api.mentoring.sessions import goal_router, session_router
from muster.api.mentoring.times import call_router, time_request_router

router = Door()
router.add_router("/mentoring/sessions", session_router, tags=["Mentoring"])
router.add_router("/mentoring/goals", goal_router, tags=["Mentoring"])
router.add_router("/mentoring/checkins", check_in_router, tags=["Mentoring"])
router.add_router("/mentoring/requests", request_router, tags=["Mentoring"])
router.add_router("/mentoring/handovers", handover_router, tags=["Mentoring"])
router.add_router("/mentoring/time-requests", time_request_router, tags=["Mentoring"])
router.add_router("/mentoring/calls", call_router, tags=["Mentoring"])
router.add_router("/mentoring/queries", question_router, tags=["Mentoring"])
