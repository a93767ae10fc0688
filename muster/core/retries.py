"""Jobs that lost the database under way: they are tried again instead of being counted as failed."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy

# A backend that was killed, a server that was restarted, a disk that was full for a moment.
LOST_DATABASE = (OperationalError, InterfaceError)
# For jobs that bear being run again, after 9 and 27 seconds, 1, 4, 12 and 36 minutes.
AFTER_LOST_DATABASE = RetryStrategy(max_attempts=6, exponential_wait=3, retry_exceptions=LOST_DATABASE)
