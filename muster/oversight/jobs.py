"""What happens around access of regulators by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from muster.core.database import sum_each
from muster.core.isolation import only_in
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.oversight.rules import remind_of_endings


@app.periodic(cron="35 * * * *")
@app.task(queueing_lock="remind_of_access_endings", pass_context=False)
def remind_of_access_endings(timestamp: int) -> None:
    """Tell regulators whose access ends soon. That it ends needs no job."""

    def remind(by: Actor) -> int:
        with only_in(by.owner_id):
            return remind_of_endings(by=by)

    sum_each(map(Actor.system, Institution.objects.all()), remind)
