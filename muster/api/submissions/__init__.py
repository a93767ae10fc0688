"""The API of submissions and export templates."""

from muster.api.kit import Door
from muster.api.submissions.export_templates import template_router
from muster.api.submissions.submissions import submission_router

router = Door(tags=["Submissions"])
router.add_router("/oversight", submission_router)
router.add_router("", template_router)
