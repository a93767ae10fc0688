"""`muster serve` as a whole: it answers, it stops, and it leaves nothing behind however it ends."""

import os
import select
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from muster.core.postgres import EmbeddedServer, processes
from tests.platform.conftest import ROOT, ask, end_now, folder_open_to_all, runs
from tests.platform.serving import Served, children_of, does_a_job, eventually

pytestmark = pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="About the embedded server's serve.")


def wait_until_gone(pids: list[int]) -> None:
    for pid in pids:
        if processes.is_alive(pid):
            # Becomes readable when the process has ended.
            descriptor = os.pidfd_open(pid)
            readable, _, _ = select.select([descriptor], [], [], 60)
            os.close(descriptor)
            assert readable, "A process is still there after a minute."


def mode_of(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One home for all tests here, so that its tables are made once."""
    with folder_open_to_all() as folder:
        yield folder / "home"


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[[], Served]]:
    started: list[Served] = []

    def start() -> Served:
        started.append(Served(home, "--workers=2"))
        started[-1].wait_until_ready()
        return started[-1]

    yield start
    for served in started:
        end_now(served.process)
        served.log.close()


def test_serve_answers_and_sigterm_stops_all_of_it(serve: Callable[[], Served], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MUSTER_METRICS_TOKEN", "of-the-operator")
    served = serve()
    eventually(lambda: requests.get(f"{served.url}/readyz", timeout=30).status_code == 200)
    assert requests.get(f"{served.url}/healthz", timeout=30).text == "ok\n"
    # Whichever process answers, it tells what all of them have counted.
    for _call in range(20):
        assert requests.get(f"{served.url}/accounts/login/", timeout=30).status_code == 200
    operator = {"Authorization": "Bearer of-the-operator"}
    for _call in range(10):
        figures = requests.get(f"{served.url}/metrics", headers=operator, timeout=30).text
        assert 'muster_requests_total{method="GET",route="accounts/login/",status="200"} 20.0' in figures
        assert 'muster_database_pool{state="waiting"} 0.0' in figures
    assert requests.get(f"http://127.0.0.1:{served.port}/static/vendor/nothing", timeout=30).status_code in (404, 500)
    family = [*served.parts().values(), *children_of(served.parts()["web"])]
    assert len(family) == 4
    # Where root lends the database to another user, that one may pass.
    home = served.server.home
    assert mode_of(home) == (0o711 if home.stat().st_uid != served.server.places.data.stat().st_uid else 0o700)
    assert mode_of(home / "secret_key") == 0o600
    served.process.send_signal(signal.SIGTERM)
    assert served.end() == 0
    assert not [pid for pid in family if processes.is_alive(pid)]
    assert not runs(served.server)


def test_killed_serve_takes_everything_along_and_can_be_started_again(serve: Callable[[], Served]):
    served = serve()
    family = [*served.parts().values(), *children_of(served.parts()["web"])]
    served.process.kill()
    wait_until_gone(family)
    assert runs(serve().server)


def hurt(served: Served, what: str) -> None:
    """Kill one process of the site."""
    # A backend that serves a connection; PostgreSQL then ends all others and recovers by itself.
    backend = (
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1"
    )
    victim = {
        "web": lambda: served.parts()["web"],
        "web worker": lambda: children_of(served.parts()["web"])[0],
        "jobs": lambda: served.parts()["jobs"],
        "postmaster": lambda: processes.recorded_pid(served.server.places.data),
        "backend": lambda: ask(served.server, backend),
    }[what]()
    os.kill(int(str(victim)), signal.SIGKILL)
    wait_until_gone([int(str(victim))])


def test_lost_processes_come_back_by_themselves(serve: Callable[[], Served], home: Path):
    served = serve()
    for what in ("web worker", "jobs", "web", "backend", "postmaster"):
        eventually(served.works)
        hurt(served, what)
    eventually(served.works)
    # Ended in order, as an administrator does it.
    ask(served.server, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    eventually(served.works)
    assert "The part 'jobs' ended unexpectedly (exit code -9)" in served.words()
    assert "The embedded PostgreSQL ended unexpectedly. It is started again." in served.words()
    # Where a worker is lost, the other one goes on.
    assert served.words().count("The part 'web' ended unexpectedly") == 1
    checked = subprocess.run(
        [sys.executable, "-m", "muster.cli", "check"],
        cwd=ROOT,
        env={**os.environ, "MUSTER_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert len(children_of(served.parts()["web"])) == 2
    served.process.send_signal(signal.SIGTERM)
    assert served.end() == 0
    assert not runs(served.server)


def test_a_worker_alone_outlives_its_database(home: Path, server_of: Callable[[Path], EmbeddedServer]):
    muster = [sys.executable, "-m", "muster.cli"]
    environment = {**os.environ, "MUSTER_HOME": str(home)}
    subprocess.run([*muster, "migrate"], cwd=ROOT, env=environment, check=True, capture_output=True)
    server = server_of(home)
    server.start()
    with subprocess.Popen([*muster, "worker"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as worker:
        try:
            eventually(lambda: does_a_job(server))
            postmaster = processes.recorded_pid(server.places.data) or 0
            os.kill(postmaster, signal.SIGKILL)
            wait_until_gone([postmaster])
            server.revive()
            assert does_a_job(server)
            # A server that is restarted in order ends the connections one by one.
            ask(server, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            assert does_a_job(server)
            assert worker.poll() is None
            worker.terminate()
            assert worker.wait(60) == 0
        finally:
            worker.kill()


def test_a_worker_that_is_still_connecting_ends_when_asked(open_folder: Path):
    working = (
        "import asyncio; from muster.cli import set_up_django; set_up_django();"
        "from muster.cli.worker import app, _work; asyncio.run(_work(app, 1))"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = {
            **os.environ,
            "MUSTER_HOME": str(open_folder / "home"),
            "DATABASE_URL": f"postgres://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing",
        }
        with subprocess.Popen([sys.executable, "-c", working], cwd=ROOT, env=environment) as worker:
            try:
                silent.accept()[0].close()
                silent.accept()
                worker.terminate()
                assert worker.wait(60) == 1
            finally:
                worker.kill()


def test_the_web_loads_everything_once_and_connects_to_nothing_before_it_copies_itself(open_folder: Path):
    loading = (
        "import os, sys, threading; from muster.cli import set_up_django; from muster.cli.web import load_application;"
        "set_up_django(); load_application();"
        "held = [os.path.realpath(f'/proc/self/fd/{one}') for one in os.listdir('/proc/self/fd') if int(one) > 3];"
        "print('muster.api.root' in sys.modules, threading.active_count(), [one for one in held if 'socket' in one])"
    )
    environment = {
        **os.environ,
        "MUSTER_HOME": str(open_folder / "home"),
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    }
    done = subprocess.run([sys.executable, "-c", loading], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout == "True 1 []\n", done.stderr


def test_serve_ends_when_its_data_are_gone_and_says_so(serve: Callable[[], Served]):
    served = serve()
    data = served.server.places.data
    away = data.with_name("away")
    with served.paused():
        hurt(served, "postmaster")
        data.rename(away)
    assert served.end() == 1
    assert "The embedded PostgreSQL ended unexpectedly and can't be started again. Its data in" in served.words()
    assert not data.exists()
    away.rename(data)


@pytest.mark.parametrize("part", ["web", "worker"])
def test_part_of_serve_makes_no_empty_database_in_the_place_of_a_lost_one(part: str, open_folder: Path):
    home = open_folder / "home"
    done = subprocess.run(
        [sys.executable, "-m", "muster.cli", part, "--child"],
        cwd=ROOT,
        env={**os.environ, "MUSTER_HOME": str(home)},
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"Its data in {EmbeddedServer(home).places.data} are gone." in done.stderr
    assert not EmbeddedServer(home).places.data.exists()


@pytest.mark.parametrize("part", ["serve", "web", "worker"])
def test_serving_others_without_an_address_for_mails_is_refused(part: str, open_folder: Path):
    done = subprocess.run(
        [sys.executable, "-m", "muster.cli", part],
        cwd=ROOT,
        env={**os.environ, "MUSTER_HOME": str(open_folder / "home"), "MUSTER_ALLOWED_HOSTS": "localhost,m.example"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Muster is reached as localhost, m.example, but MUSTER_URL" in done.stderr
    assert "MUSTER_URL=https://muster.example.org/" in done.stderr


def test_taken_port_is_refused_in_words(open_folder: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "muster.cli", "serve", f"--port={port}"],
            cwd=ROOT,
            env={**os.environ, "MUSTER_HOME": str(open_folder / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use by another program" in done.stderr
    assert not (open_folder / "home" / "pg18").exists()
