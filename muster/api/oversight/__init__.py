"""The API of oversight."""

from muster.api.kit import Door
from muster.api.oversight.registers import register_router
from muster.api.oversight.requests import request_router

router = Door()
router.add_router("/oversight", request_router, tags=["Oversight"])
router.add_router("/oversight", register_router, tags=["Oversight"])
