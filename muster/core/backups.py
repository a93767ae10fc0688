"""Backups: the database and the files beside it in one archive, which `tar` opens and `age` decrypts."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, TypedDict

import pyrage
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from muster.core.ownership import as_owner
from muster.core.postgres import ServerPaths, binaries

# What of the data folder goes into a backup; the rest is made anew, or belongs to the embedded server.
KEPT = ("file_keys", "files", "mails", "fonts", "badge_keys", "secret_key")
DATABASE, MANIFEST = "database.dump", "manifest.json"
FORMAT = 1
ENCRYPTED = b"age-encryption.org/"
ENDINGS = (".muster", ".muster.age")
# In seconds: how long who has hung up may take to leave.
PATIENCE = 5
# How PostgreSQL's programs are told what a connection is told; a password is in no list of processes.
PARTS = {"USER": "user", "PASSWORD": "password"}
LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


class BackupError(RuntimeError):
    """A backup can't be made or read; the text says why and what to do about it."""


class Manifest(TypedDict):
    """What an archive says of itself, as its last part: whatever was cut off has none."""

    format: int
    muster: str
    made_at: str
    migrations: list[str]
    """Each as `app.name`."""
    sha256: dict[str, str]
    """Of every other part, by its name."""


def write_backup(file: Path, recipients: Collection[str] = ()) -> Manifest:
    """Write database and files into one archive while Muster runs, readable by its owner only.

    The database is as it was at one moment, and every file that it names is there. With `recipients` (public keys of
    age, `age1...`) only their keys read it. The file is there whole or not at all. Locks nothing. Raises BackupError.
    """
    keys = [_recipient(one) for one in recipients]
    part = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.callback(part.unlink, missing_ok=True)
            written = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            draft = stack.enter_context(open(written, "w+b"))
            # Beside the files, so that they are linked and not copied: what is deleted meanwhile stays in the backup.
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=settings.MUSTER_HOME, prefix=".backup-")))
            _link_files(folder)
            migrations = _dump(folder / DATABASE)
            _link_files(folder)
            if keys:
                tar = stack.enter_context(tempfile.TemporaryFile(dir=settings.MUSTER_HOME))
                manifest = _pack(folder, tar, migrations)
                tar.seek(0)
                pyrage.encrypt_io(tar, draft, keys)
            else:
                manifest = _pack(folder, draft, migrations)
            draft.flush()
            os.fsync(draft.fileno())
            part.replace(file)
    except OSError as error:
        raise BackupError(f"{error.filename or file}: {error.strerror}.") from error
    return manifest


def _link_files(folder: Path) -> None:
    """Hold on to the files as they are. Those that are there already stay."""
    # The keys first, for what a rotation replaces meanwhile, and last, for what it made.
    for name in (*KEPT, KEPT[0]):
        source = settings.MUSTER_HOME / name
        for path in source.rglob("*") if source.is_dir() else [source]:
            place = folder / path.relative_to(settings.MUSTER_HOME)
            if path.is_file() and not path.is_symlink() and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(path, place)
                except FileNotFoundError:
                    continue
                except OSError:
                    shutil.copy2(path, place)


def _dump(place: Path) -> list[str]:
    """Dump the database as it is at one moment, and tell which migrations had made it."""
    _run_program("pg_dump", "--format=custom", "--no-privileges", "--no-owner", "--file", str(place))
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def _pack(folder: Path, target: IO[bytes], migrations: list[str]) -> Manifest:
    manifest: Manifest = {
        "format": FORMAT,
        "muster": _version(),
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "migrations": migrations,
        "sha256": {},
    }
    with tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = str(path.relative_to(folder))
            entry = tar.gettarinfo(path, name)
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            with path.open("rb") as content:
                manifest["sha256"][name] = hashlib.file_digest(content, "sha256").hexdigest()
                content.seek(0)
                tar.addfile(entry, content)
        words = json.dumps(manifest, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(words), 0o600
        tar.addfile(entry, BytesIO(words))
    return manifest


def _version() -> str:
    try:
        return importlib.metadata.version("muster")
    except importlib.metadata.PackageNotFoundError:
        return "of a checkout"


@contextmanager
def unpacked(file: Path, key: Path | None = None) -> Iterator[tuple[Path, Manifest]]:
    """Meanwhile the parts of an archive lie in a folder of the data folder, each compared with its checksum.

    `key` is a file with a secret key of age. Raises BackupError where it doesn't fit, or the archive isn't whole.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=settings.MUSTER_HOME, prefix=".restore-")))
        try:
            archive: IO[bytes] = stack.enter_context(file.open("rb"))
            if archive.read(len(ENCRYPTED)) == ENCRYPTED:
                archive.seek(0)
                archive = _decrypt(archive, key, stack)
            archive.seek(0)
            with tarfile.open(fileobj=archive, mode="r|") as tar:
                tar.extractall(folder, filter="data")
            # An archive names files alone; the folders that came with them are for their owner, as everywhere.
            for path in folder.rglob("*"):
                path.chmod(0o700 if path.is_dir() else 0o600)
        except OSError as error:
            raise BackupError(f"{error.filename or file}: {error.strerror or error}.") from error
        except tarfile.TarError as error:
            raise BackupError(f"{file} is not a whole backup: {error}.") from error
        yield folder, _proven(folder, file)


def _decrypt(archive: IO[bytes], key: Path | None, stack: ExitStack) -> IO[bytes]:
    if key is None:
        raise BackupError("The backup is encrypted. Name the file with its secret key: --key FILE")
    clear: IO[bytes] = tempfile.TemporaryFile(dir=settings.MUSTER_HOME)  # noqa: SIM115 - the stack closes it
    stack.enter_context(clear)
    try:
        lines = [line.strip() for line in key.read_text(errors="replace").splitlines()]
        secrets = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
        pyrage.decrypt_io(archive, clear, secrets)
    except pyrage.IdentityError as error:
        raise BackupError(f"{key} holds no secret key of age (AGE-SECRET-KEY-...).") from error
    except (pyrage.DecryptError, OSError) as error:
        raise BackupError(f"The backup can't be decrypted with {key}: {error}.") from error
    return clear


def _proven(folder: Path, file: Path) -> Manifest:
    """What the archive says of itself, once it is true."""
    try:
        manifest: Manifest = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError as error:
        raise BackupError(f"{file} is not a whole backup: it has no {MANIFEST}.") from error
    if manifest["format"] > FORMAT:
        raise BackupError(f"The backup was made by Muster {manifest['muster']}. Update Muster first.")
    parts = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    del parts[MANIFEST]
    for name in parts.keys() | manifest["sha256"].keys() | {DATABASE}:
        with parts[name].open("rb") if name in parts else BytesIO() as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
        if name not in parts or found != manifest["sha256"].get(name):
            raise BackupError(f"The backup is damaged: {name} isn't what it was when it was packed.")
    return manifest


def load_database(dump: Path) -> None:
    """Put what was dumped in the place of the database, once all of it is there. As the owner; nobody else may be in.

    Raises BackupError, with the database as it was.
    """
    with as_owner():
        chosen = connection.settings_dict
        name = chosen["NAME"]
        draft, before = f"{name}_restoring", f"{name}_before"
        chosen["NAME"] = "postgres"
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        try:
            with connection.cursor() as cursor:
                if others := _connections_that_stay(cursor, name):
                    raise BackupError(f"The database is in use (connections: {others}). Stop Muster first.")
                cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
                if not cursor.fetchone()[0]:
                    words = f"ALTER ROLE {chosen['USER']} CREATEDB"
                    raise BackupError(f"A backup is restored into a new database. Allow it first: {words}")
                for left in (draft, before):
                    cursor.execute(f'DROP DATABASE IF EXISTS "{left}"')
                # As a new one is, whatever somebody added to the server's own template.
                cursor.execute(f'CREATE DATABASE "{draft}" TEMPLATE template0')
                chosen["NAME"] = draft
                _run_program(
                    "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(dump)
                )
                _run_program("vacuumdb", "--analyze-only", "--quiet")
                cursor.execute(f'ALTER DATABASE "{name}" RENAME TO "{before}"')
                cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
                cursor.execute(f'DROP DATABASE "{before}"')
        finally:
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]
            chosen["NAME"] = name


def _connections_that_stay(cursor: CursorWrapper, database: str) -> int:
    """How many programs are in a database.

    One that has just hung up is waited for, as PostgreSQL does before it renames a database. Its own workers
    (autovacuum's) don't count: it ends them for that.
    """
    until = time.monotonic() + PATIENCE
    while True:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'", [database]
        )
        others: int = cursor.fetchone()[0]
        if not others or time.monotonic() > until:
            return others
        time.sleep(0.1)


def put_files_back(folder: Path) -> None:
    """Put the files of an unpacked backup in the place of those that are there."""
    with tempfile.TemporaryDirectory(dir=settings.MUSTER_HOME, prefix=".before-") as before:
        for name in KEPT:
            place = settings.MUSTER_HOME / name
            if place.exists():
                place.rename(Path(before, name))
            if (folder / name).exists():
                (folder / name).rename(place)


def backup_name(moment: datetime) -> str:
    """A name that sorts by its moment."""
    return f"muster-{moment:%Y-%m-%d-%H%M%S}{ENDINGS[bool(settings.BACKUP_RECIPIENTS)]}"


def write_scheduled_backup() -> Path | None:
    """Write a backup into `MUSTER_BACKUP_FOLDER` and remove the oldest beyond `MUSTER_BACKUPS_KEPT`.

    Nothing where no folder is set. Raises BackupError.
    """
    if not settings.BACKUP_FOLDER:
        return None
    folder = Path(settings.BACKUP_FOLDER)
    file = folder / backup_name(timezone.now())
    write_backup(file, settings.BACKUP_RECIPIENTS)
    for old in scheduled_backups()[: -settings.BACKUPS_KEPT]:
        old.unlink()
    return file


def scheduled_backups() -> list[Path]:
    """Those in `MUSTER_BACKUP_FOLDER`, the oldest first."""
    folder = Path(settings.BACKUP_FOLDER)
    return sorted(path for path in folder.glob("muster-*") if path.name.endswith(ENDINGS))


def _recipient(key: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError as error:
        raise BackupError(
            f"{key!r} is no public key of age (age1...). `muster backup --new-key FILE` makes one."
        ) from error


def _run_program(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on the connection's database, as the owner. Raises BackupError with what it said."""
    # Named to the program alone: other threads of this process go on asking as the application.
    owner = {PARTS[part]: word for part, word in settings.DATABASE_OWNER.items()}
    named = connection.get_connection_params() | owner | {"dbname": connection.settings_dict["NAME"]}
    environment = {variable: str(named[name]) for name, variable in LIBPQ.items() if named.get(name)}
    into = ["--dbname", environment["PGDATABASE"]] if program == "pg_restore" else []
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, no shell
        [str(_programs() / program), *into, *arguments],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", **environment},
        capture_output=True,
        text=True,
        umask=0o077,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program} failed.\n{done.stderr.strip()}")


def _programs() -> Path:
    """The programs of the server's own version where the machine has them, else the embedded ones.

    Newer programs dump older servers, but what they write is sometimes more than an older server can read.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        own = Path(f"/usr/lib/postgresql/{cursor.fetchone()[0]}/bin")
    if (own / "pg_dump").exists():
        return own
    return binaries(ServerPaths.of(settings.MUSTER_HOME).lent_to()) / "bin"
