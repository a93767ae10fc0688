"""Several web machines over one PostgreSQL, and a read replica that is a real one: streaming, behind, gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import requests

from muster.core.postgres import Cluster, EmbeddedServer, binaries
from muster.core.postgres.server import LOCALE
from tests.platform.conftest import ROOT, folder_open_to_all
from tests.platform.serving import eventually
from tools.demo_server import free_port

pytestmark = pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="Starts servers of its own.")
SETTINGS = {"fsync": "off", "wal_level": "replica", "hot_standby": "on", "max_connections": "60", "timezone": "UTC"}
OF_REPLICA = {**SETTINGS, "log_statement": "all"}
PASSWORD = "correct-horse-battery"


@dataclass
class Installation:
    """A primary, its replica, and commands that know both."""

    primary: Cluster
    replica: Cluster
    environment: dict[str, str]

    def muster(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "muster.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def on(self, cluster: Cluster, statement: str, *values: str) -> object:
        with psycopg.connect(cluster.conninfo("muster"), autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            row = cursor.fetchone() if cursor.description else None
            return row and row[0]

    def branches(self) -> set[str]:
        """The names in the export."""
        file = Path(self.environment["MUSTER_HOME"]) / "branches.csv"
        self.muster("export", "branches", str(file), "--institution", "college")
        return {line.split(",")[0] for line in file.read_text().splitlines()[1:]}


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with folder_open_to_all() as folder, ExitStack() as running:
        places = EmbeddedServer(folder / "home").places
        account = places.lent_to()
        clusters = []
        for name in ("primary", "replica"):
            (folder / name / "socket").mkdir(parents=True)
            for place in (folder / name, folder / name / "socket"):
                os.chown(place, account.uid, account.gid)
            where = folder / name
            clusters.append(Cluster(binaries(account), where / "data", where / "socket", account, where / "log"))
        primary, standby = clusters
        primary.init(*LOCALE, "--no-sync")
        assert primary.launch(SETTINGS), primary.last_words()
        running.callback(primary.shut_down)
        primary.ensure_database("muster")
        source = ("-h", str(primary.socket), "-p", "5432", "-U", "muster")
        standby.must_run("pg_basebackup", *source, "-D", str(standby.data), "-R", "-c", "fast", "--no-sync")
        assert standby.launch(OF_REPLICA), standby.last_words()
        running.callback(standby.shut_down)
        (folder / "home").mkdir()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MUSTER_HOME": str(folder / "home"),
            "MUSTER_OWNER_URL": f"postgres://muster@/muster?host={primary.socket}",
            "DATABASE_URL": f"postgres://muster_app@/muster?host={primary.socket}",
            "MUSTER_REPLICA_URL": f"postgres://muster_app@/muster?host={standby.socket}",
        }
        made = Installation(primary, standby, environment)
        made.muster("migrate")
        who = ("--email", "ada@college.example", "--password", PASSWORD)
        made.muster("create-admin", "--institution", "College", *who)
        yield made


def add_branch(installation: Installation, name: str) -> None:
    """Straight in the database that is written to."""
    installation.on(
        installation.primary,
        "INSERT INTO institutions_branch"
        " (id, created_at, updated_at, institution_id, name, code, address, time_zone, is_active)"
        " SELECT gen_random_uuid(), now(), now(), id, %s, left(%s, 2), '', '', TRUE FROM institutions_institution",
        name,
        name,
    )


def catches_up(installation: Installation) -> None:
    """The replica has everything that is written by now."""
    written = installation.on(installation.primary, "SELECT pg_current_wal_lsn()")
    caught_up = f"SELECT pg_last_wal_replay_lsn() >= '{written}'"
    eventually(lambda: installation.on(installation.replica, caught_up))


def test_exports_are_read_from_the_replica_while_it_keeps_up(installation: Installation):
    add_branch(installation, "North")
    catches_up(installation)
    asked_before = installation.replica.log.read_text().count('FROM "institutions_branch"')
    assert "North" in installation.branches()
    assert installation.replica.log.read_text().count('FROM "institutions_branch"') > asked_before


def test_a_replica_without_a_stream_is_left_alone(installation: Installation):
    catches_up(installation)
    conninfo = installation.on(installation.replica, "SELECT setting FROM pg_settings WHERE name = 'primary_conninfo'")
    try:
        installation.on(installation.replica, "ALTER SYSTEM SET primary_conninfo = ''")
        installation.on(installation.replica, "SELECT pg_reload_conf()")
        gone = "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_wal_receiver)"
        eventually(lambda: installation.on(installation.replica, gone))
        add_branch(installation, "South")
        assert "South" in installation.branches()
    finally:
        installation.on(installation.replica, f"ALTER SYSTEM SET primary_conninfo = $word${conninfo}$word$")
        installation.on(installation.replica, "SELECT pg_reload_conf()")
        catches_up(installation)


def test_without_the_replica_the_primary_answers(installation: Installation):
    installation.replica.shut_down()
    try:
        add_branch(installation, "East")
        assert "East" in installation.branches()
        assert "isn't read: it doesn't answer" in installation.muster("doctor")
    finally:
        assert installation.replica.launch(OF_REPLICA), installation.replica.last_words()


def test_what_one_web_machine_writes_the_other_shows(installation: Installation):
    with ExitStack() as running:
        addresses = []
        for _machine in range(2):
            port = free_port()
            web = running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "muster.cli", "web", f"--port={port}", "--workers=1"],
                    cwd=ROOT,
                    env=installation.environment,
                    stderr=subprocess.DEVNULL,
                )
            )
            running.callback(web.terminate)
            addresses.append(f"http://127.0.0.1:{port}")
        for address in addresses:
            eventually(lambda address=address: requests.get(f"{address}/healthz", timeout=30).status_code == 200)
        one, other = addresses
        who = {"email": "ada@college.example", "password": PASSWORD}
        signed_in = requests.post(f"{one}/api/v1/auth/login", json=who, timeout=30).json()
        session = {"Authorization": f"Bearer {signed_in['data']['token']}"}
        made = requests.post(f"{one}/api/branches", json={"name": "West", "code": "W"}, headers=session, timeout=30)
        assert made.status_code == 201, made.text
        shown = requests.get(f"{other}/api/branches/{made.json()['data']['_id']}", headers=session, timeout=30)
        assert shown.json()["data"]["name"] == "West"
        # Figures are read from the replica, those that are counted by SQL of their own too.
        for path, table in (("institution", "attendance_batchtally"), ("mentoring", "mentoring_mentoringgoal")):
            before = installation.replica.log.read_text().count(table)
            counted = requests.get(f"{other}/api/analytics/{path}", headers=session, timeout=30)
            assert counted.status_code == 200, counted.text
            assert installation.replica.log.read_text().count(table) > before, path
