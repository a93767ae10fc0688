"""The embedded server under everything that happens to it on people's machines."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from muster.core.postgres import Cluster, EmbeddedPostgresError, EmbeddedServer, embedded_settings, paths, processes
from tests.platform.conftest import ROOT, Command, ask, needs_root, runs

ServerOf = Callable[[Path], EmbeddedServer]
StartCommand = Callable[[Path], Command]


def test_first_start_makes_the_database_and_the_last_stop_ends_the_server(open_folder: Path, server_of: ServerOf):
    server = server_of(open_folder / "home")
    server.start()
    assert ask(server, "SELECT current_database() || ' ' || current_setting('server_encoding')") == "muster UTF8"
    assert ask(server, "SELECT datlocale FROM pg_database WHERE datname = 'muster'") == "C.UTF-8"
    server.stop()
    assert not runs(server)


def test_data_outlives_the_server(open_folder: Path, server_of: ServerOf):
    server = server_of(open_folder / "home")
    server.start()
    ask(server, "CREATE TABLE note AS SELECT 'kept' AS text")
    server.stop()
    server.start()
    assert ask(server, "SELECT text FROM note") == "kept"


def test_settings_start_nothing_and_make_no_folder(open_folder: Path):
    home = open_folder / "home"
    assert embedded_settings(home)["HOST"] == str(home.resolve() / "socket")
    assert not home.exists()


def test_server_listens_on_no_network_port(open_folder: Path, server_of: ServerOf):
    server = server_of(open_folder / "home")
    server.start()
    assert ask(server, "SHOW listen_addresses") == ""
    assert server.places.socket.stat().st_mode & 0o777 == 0o700
    assert server.places.data.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["with spaces and 'quotes\"", "with, comma", "%d $HOME `id`", "дом"])
def test_home_may_have_any_name(name: str, open_folder: Path, server_of: ServerOf):
    server = server_of(open_folder / name)
    server.start()
    assert ask(server, "SHOW data_directory") == str(server.places.data)
    assert psycopg.connect(server.url).info.dbname == "muster"


def test_path_too_long_for_a_socket_gets_a_private_folder_in_temp(open_folder: Path, server_of: ServerOf):
    server = server_of(open_folder / ("deep" * 20) / ("deeper" * 20))
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert len(os.fsencode(server.places.socket)) <= paths.LONGEST_SOCKET_FOLDER
    assert server.places.socket.stat().st_mode & 0o777 == 0o700
    server.stop()
    assert not server.places.socket.exists()
    server.places.socket.mkdir(mode=0o755)
    with pytest.raises(EmbeddedPostgresError, match="must be a folder that only the user"):
        server.start()
    server.places.socket.rmdir()


def test_commands_started_at_once_share_one_server(open_folder: Path, command: StartCommand, server_of: ServerOf):
    home = open_folder / "home"
    racers = [command(home) for _ in range(4)]
    assert len({racer.server_pid() for racer in racers}) == 1
    *others, last = racers
    for racer in others:
        racer.end()
    server = server_of(home)
    assert runs(server)
    assert ask(server, "SELECT 1") == 1
    last.end()
    assert not runs(server)


def test_command_that_starts_while_the_last_one_stops_gets_a_server(
    open_folder: Path, command: StartCommand, server_of: ServerOf
):
    home = open_folder / "home"
    for _ in range(3):
        first = command(home)
        first.server_pid()
        assert first.process.stdin
        first.process.stdin.write("\n")
        first.process.stdin.flush()
        second = command(home)
        second.server_pid()
        assert ask(server_of(home), "SELECT 1") == 1
        first.end()
        second.end()


def test_server_survives_a_killed_command_and_the_next_one_ends_it(
    open_folder: Path, command: StartCommand, server_of: ServerOf
):
    home = open_folder / "home"
    killed = command(home)
    pid = killed.server_pid()
    killed.kill()
    server = server_of(home)
    assert runs(server)
    server.start()
    assert processes.recorded_pid(server.places.data) == pid
    server.stop()
    assert not runs(server)


def test_killed_server_starts_again_with_everything_that_was_committed(
    open_folder: Path, command: StartCommand, server_of: ServerOf
):
    home = open_folder / "home"
    pid = command(home).server_pid()
    server = server_of(home)
    ask(server, "CREATE TABLE note AS SELECT 'kept' AS text")
    # A busy child outlives its parent for a while; a second server beside it would harm the data.
    busy = psycopg.connect(host=str(server.places.socket), user="muster", dbname="muster")
    busy.pgconn.send_query(b"SELECT pg_sleep(2)")
    os.kill(pid, signal.SIGKILL)
    server.start()
    assert processes.recorded_pid(server.places.data) != pid
    assert ask(server, "SELECT text FROM note") == "kept"


def test_server_that_another_command_put_in_the_place_of_a_killed_one_is_another(
    open_folder: Path, command: StartCommand, server_of: ServerOf
):
    server = server_of(open_folder / "home")
    server.start()
    pid = processes.recorded_pid(server.places.data)
    assert pid
    assert server.is_alive()
    os.kill(pid, signal.SIGKILL)
    assert command(server.home).server_pid() != pid
    assert not server.is_alive()
    server.stop()
    assert server.is_alive()


def test_program_that_has_the_number_of_a_dead_server_survives(open_folder: Path, server_of: ServerOf):
    server = server_of(open_folder / "home")
    server.start()
    pid_file = server.places.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        server.stop()
        assert stranger.poll() is None
        server.start()
        assert ask(server, "SELECT 1") == 1
        server.stop()
        assert not runs(server)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_socket_of_a_dead_server_is_no_obstacle(open_folder: Path, server_of: ServerOf):
    server = server_of(open_folder / "home")
    server.start()
    server.stop()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(server.places.socket / ".s.PGSQL.5432"))
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_start_killed_halfway_leaves_no_half_database(open_folder: Path, server_of: ServerOf):
    server = server_of(open_folder / "home")
    half = open_folder / "home" / "pg18.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_server_that_cannot_start_says_why(open_folder: Path):
    server = EmbeddedServer(open_folder / "home")
    server.start()
    server.stop()
    (server.places.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        server.start()
    (server.places.data / "postgresql.conf").write_text("")


def test_throwaway_server_that_cannot_start_is_made_anew(open_folder: Path):
    server = EmbeddedServer(open_folder / "home", throwaway=True)
    server.start()
    server.stop()
    shutil.rmtree(server.places.data / "pg_wal")
    server.start()
    assert ask(server, "SELECT 1") == 1
    server.stop()


def test_data_of_an_older_major_version_is_carried_over_and_kept(open_folder: Path, server_of: ServerOf):
    home = open_folder / "home"
    server = server_of(home)
    server.places.prepare()
    account = server.places.lent_to()
    old = Cluster(paths.binaries(account, 16), home / "pg16", server.places.socket, account, home / "pg.log")
    old.init()
    assert old.launch({"fsync": "off"}), old.last_words()
    old.ensure_database("muster")
    ask(server, "CREATE TABLE note AS SELECT 'kept' AS text")
    old.shut_down()
    server.start()
    assert ask(server, "SELECT text FROM note") == "kept"
    assert str(ask(server, "SHOW server_version")).startswith("18.")
    assert sorted(path.name for path in home.iterdir() if path.is_dir()) == ["pg16.carried-over", "pg18", "socket"]


@pytest.mark.skipif(not Path("/usr/lib/postgresql/15/bin/initdb").exists(), reason="There is no PostgreSQL 15 here.")
def test_a_whole_muster_is_carried_over_from_the_distributions_older_version(open_folder: Path, server_of: ServerOf):
    home = open_folder / "home"
    server = server_of(home)
    server.places.prepare()
    account = server.places.lent_to()
    old = Cluster(paths.binaries(account, 15), home / "pg15", server.places.socket, account, home / "pg.log")
    old.init("--locale=C.UTF-8", "--no-sync")
    assert old.launch({"fsync": "off"}), old.last_words()
    old.ensure_database("muster")

    def muster(*arguments: str, **settings: str) -> str:
        environment = {**os.environ, "MUSTER_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings", **settings}
        done = subprocess.run(
            [sys.executable, "-m", "muster.cli", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    who = ("--email", "ada@college.example", "--password", "correct-horse-battery")
    muster("create-admin", "--institution", "College", *who, DATABASE_URL=server.url)
    old.shut_down()
    # The first start of the new one carries everything over, and what was derived and guarded is so still.
    muster("migrate")
    assert "College" in muster("export", "students", str(home / "students.csv"), "--institution", "college")
    assert "All " in muster("check")
    assert sorted(path.name for path in home.glob("pg1*")) == ["pg15.carried-over", "pg18"]


def test_older_data_without_its_programs_is_refused_in_words_and_left_alone(open_folder: Path):
    home = open_folder / "home"
    server = EmbeddedServer(home)
    server.places.prepare()
    (home / "pg12").mkdir()
    os.chown(home / "pg12", server.places.lent_to().uid, server.places.lent_to().gid)
    with pytest.raises(EmbeddedPostgresError, match="apt-get install postgresql-12"):
        server.start()
    assert (home / "pg12").exists()
    assert not (home / "pg18").exists()
    (home / "pg12").rmdir()


@needs_root
def test_root_lends_the_server_to_an_ordinary_user(open_folder: Path, server_of: ServerOf):
    server = server_of(open_folder / "home")
    server.start()
    pid = processes.recorded_pid(server.places.data)
    assert Path(f"/proc/{pid}").stat().st_uid == server.places.data.stat().st_uid != 0


@needs_root
def test_root_in_the_home_of_a_user_keeps_the_data_that_users(open_folder: Path, server_of: ServerOf):
    home = open_folder / "home"
    home.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    server = server_of(home)
    server.start()
    assert server.places.data.stat().st_uid == nobody.pw_uid
    server.stop()
    as_user(nobody, home)
    assert server.places.data.stat().st_uid == nobody.pw_uid


@needs_root
def test_ordinary_user_runs_a_server_of_its_own(open_folder: Path):
    home = open_folder / "home"
    home.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    as_user(nobody, home)
    assert (home / "pg18" / "PG_VERSION").stat().st_uid == nobody.pw_uid


@needs_root
def test_users_data_is_refused_to_another_user_in_words(open_folder: Path, server_of: ServerOf):
    home = open_folder / "home"
    server = server_of(home)
    server.start()
    server.stop()
    owner = pwd.getpwuid(server.places.data.stat().st_uid).pw_name
    with pytest.raises(AssertionError, match=f"Run Muster as {owner} or as root"):
        as_user(pwd.getpwnam("nobody") if owner != "nobody" else pwd.getpwnam("daemon"), home)


@needs_root
def test_closed_folders_keep_neither_data_nor_binaries_from_the_server(open_folder: Path):
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    wheel = paths.binaries(paths.Account(0, 0)).parent
    packages = closed / "packages"
    shutil.copytree(wheel / "pginstall18", packages / wheel.name / "pginstall18", symlinks=True)
    shutil.copytree(wheel.parent / f"{wheel.name}.libs", packages / f"{wheel.name}.libs", symlinks=True)
    (packages / wheel.name / "__init__.py").touch()
    program = (
        "import sys; from pathlib import Path; from muster.core.postgres import EmbeddedServer, paths\n"
        "paths.STATE = Path(sys.argv[2])\n"
        "server = EmbeddedServer(Path(sys.argv[1]), throwaway=True)\n"
        "for _ in range(2):\n"
        "    server.start(); print(server.places.data, Path(paths.binaries(server.places.account))); server.stop()\n"
    )
    state = open_folder / "state"
    done = subprocess.run(
        [sys.executable, "-c", program, str(closed / "home"), str(state)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{packages}:{ROOT}"},
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == second
    data, binaries = (Path(part) for part in first.split())
    assert data.is_relative_to(state / "homes")
    assert binaries.is_relative_to(state)
    assert (data.parent / paths.OWNER).read_text() == str((closed / "home").resolve())


def as_user(user: pwd.struct_passwd, home: Path) -> None:
    """Start and stop the home's server in a child process of that user.

    Forked, not started: the interpreter itself may be below a folder that is closed to the user. What the child needs
    of the disk is looked up beforehand.
    """
    paths.binaries(paths.Account(user.pw_uid, user.pw_gid))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        words = ""
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            server = EmbeddedServer(home)
            server.start()
            assert ask(server, "SELECT 1") == 1
            server.stop()
        except BaseException:
            words = traceback.format_exc()
        finally:
            os.write(writing, words.encode())
            os._exit(bool(words))
    os.close(writing)
    with os.fdopen(reading) as pipe:
        words = pipe.read()
    os.waitpid(child, 0)
    assert not words, words
