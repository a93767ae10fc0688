"""Structured logs: one JSON object a line on stderr, each with the id of its request."""

import os
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# What people search for is about people.
QUERY = re.compile(r"\?\S*")
# Addresses that open an account or a calendar to whoever has them.
SECRET_PATHS = re.compile(
    r"(/accounts/(?:invitation|new-email|password/reset/key)/)[^/\s]+|(/calendar/)[^/\s]+(?=\.ics)"
)


def without_secrets(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out the keys of invitations, password and calendar links wherever an address is logged, and searches."""
    if isinstance(request := event.get("request"), str):
        event["request"] = QUERY.sub("?***", request)
    for field, text in event.items():
        if isinstance(text, str) and ("/accounts/" in text or "/calendar/" in text):
            event[field] = SECRET_PATHS.sub(r"\1\2***", text)
    return event


LEVEL = os.environ.get("MUSTER_LOG_LEVEL", "INFO")

structlog.configure(
    # What is below the level costs nothing.
    wrapper_class=structlog.make_filtering_bound_logger(LEVEL),
    processors=[
        structlog.contextvars.merge_contextvars,
        without_secrets,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                without_secrets,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        # A refused request is logged with its code anyway.
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
        # It says at every start that it is there.
        "pikepdf": {"level": "WARNING"},
    },
}
