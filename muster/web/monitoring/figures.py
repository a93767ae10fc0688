"""What `/metrics` tells: requests as each process counts them, and what waits in the database.

Processes of one machine keep their counts in files of a common folder (`PROMETHEUS_MULTIPROC_DIR`, made by
`muster web`), so that whichever of them is asked tells all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
from django.db import connection
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from muster.core.jobs import SECONDS_WITHOUT_HEARTBEAT
from muster.web.monitoring.probe import probing

# Seconds. What people notice, and not more: each bucket is a series for each route.
BUCKETS = (0.01, 0.05, 0.2, 1.0, 5.0)
ROUTE = ("method", "route")

requests = Counter("muster_requests", "Requests answered.", (*ROUTE, "status"), registry=None)
seconds = Histogram("muster_request_seconds", "Until the answer began.", ROUTE, buckets=BUCKETS, registry=None)
pool = Gauge(
    "muster_database_pool",
    "Connections that processes of the web keep, how many of them are free, and requests that wait for one.",
    ("state",),
    registry=None,
    multiprocess_mode="livesum",
)
COUNTED = (requests, seconds, pool)
POOL = {"kept": "pool_size", "free": "pool_available", "waiting": "requests_waiting"}


def count_request(method: str, route: str, status: int, took: float) -> None:
    """Count an answer and how long it took, and look at this process's pool."""
    requests.labels(method, route, str(status)).inc()
    seconds.labels(method, route).observe(took)
    if own_pool := getattr(connection, "pool", None):
        stats = own_pool.get_stats()
        for state, name in POOL.items():
            pool.labels(state).set(stats.get(name, 0))


def figures() -> bytes:
    """Everything, as Prometheus reads it."""
    registry = CollectorRegistry()
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        _forget_dead_processes(Path(folder))
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for one in COUNTED:
            registry.register(one)
    registry.register(_Stored())
    return generate_latest(registry)


def _forget_dead_processes(folder: Path) -> None:
    """Remove what dead processes say of now. What they counted stays counted."""
    for file in folder.glob("gauge_live*.db"):
        process = re.search(r"_(\d+)\.db$", file.name)
        if process and not Path(f"/proc/{process[1]}").exists():
            file.unlink(missing_ok=True)


JOBS = """
    SELECT CASE WHEN status = 'todo' AND scheduled_at > now() THEN 'scheduled'
                WHEN status = 'todo' THEN 'waiting' WHEN status = 'doing' THEN 'running' ELSE 'failed' END, count(*)
    FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1
"""
WORKERS = "SELECT 'seen', count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 s'"
MAILS = """
    SELECT mail_status, count(*) FROM notifications_notification
    WHERE mail_status IN ('waiting', 'failed') GROUP BY 1
"""
CONNECTIONS = """
    SELECT COALESCE(state, 'unknown'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1
"""
STORED = (
    ("muster_jobs", "Background jobs that are not done.", JOBS, (), ("waiting", "scheduled", "running", "failed")),
    ("muster_workers", "Workers heard of lately.", WORKERS, (SECONDS_WITHOUT_HEARTBEAT,), ("seen",)),
    ("muster_mails", "Emails that were not sent.", MAILS, (), ("waiting", "failed")),
    ("muster_database_connections", "Connections to the database, of all machines.", CONNECTIONS, (), ()),
)


class _Stored(Collector):
    """What the database knows, asked when somebody wants to know."""

    def collect(self) -> Iterator[Metric]:
        found: list[Metric] = []
        with suppress(psycopg.Error), probing() as asking:
            for name, words, query, parameters, states in STORED:
                family = GaugeMetricFamily(name, words, labels=("state",))
                counts = dict.fromkeys(states, 0) | dict(asking.execute(query, parameters).fetchall())
                for state, number in sorted(counts.items()):
                    family.add_metric((state,), number)
                found.append(family)
        is_up = len(found) == len(STORED)
        yield GaugeMetricFamily("muster_database_up", "Whether the database answers.", value=float(is_up))
        yield from found
