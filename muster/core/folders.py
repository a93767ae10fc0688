"""Where Muster keeps its data, and the secret key kept there."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

import platformdirs

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def data_folder(given: str) -> Path:
    """The data folder: the one given, else `var` in a checkout, else the user's data folder."""
    if given:
        return Path(given).expanduser().resolve()
    return CHECKOUT / "var" if in_checkout() else Path(platformdirs.user_data_path("muster"))


def in_checkout() -> bool:
    """Whether this is a checkout of the sources, not an installed Muster."""
    return (CHECKOUT / "Makefile").exists()


def static_folder(home: Path) -> Path:
    """Where static files are collected: one folder for all data folders of a checkout, else in the data folder."""
    return (CHECKOUT / "var" if in_checkout() else home) / "static"


def close_to_others(home: Path, *, others_pass: bool) -> None:
    """Make the data folder and what people sent and were sent in it private, also where an older Muster made them.

    Where another user runs the database in it, others may pass through the folder itself, yet not look into it. A
    shared folder such as /tmp is left alone, and so is what belongs to somebody else.
    """
    home.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):
        if not home.stat().st_mode & stat.S_ISVTX:
            _narrow(home, 0o711 if others_pass else 0o700)
        for top in (home / "files", home / "mails"):
            # Once it is closed, nobody gets at what lies in it. Closed last: an upgrade that was cut off goes on.
            if top.is_dir() and stat.S_IMODE(top.stat().st_mode) & 0o077:
                for folder, folders, files in os.walk(top):
                    for name in folders:
                        _narrow(Path(folder, name), 0o700)
                    for name in files:
                        _narrow(Path(folder, name), 0o600)
                _narrow(top, 0o700)
        if (home / "secret_key").exists():
            _narrow(home / "secret_key", 0o600)


def _narrow(place: Path, most: int) -> None:
    """Take away what is allowed beyond this."""
    mode = stat.S_IMODE(place.lstat().st_mode)
    if mode & ~most and not place.is_symlink():
        place.chmod(mode & most)


def secret_key(given: str, home: Path) -> str:
    """The signing key: the one given, else one made once and kept in the data folder, readable by its owner only."""
    if given:
        return given
    file = home / "secret_key"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        draft = home / f".secret_key.{os.getpid()}"
        draft.touch(0o600)
        draft.write_text(secrets.token_urlsafe(48))
        # A hard link is all or nothing: of two commands started at once, one key wins and both read it.
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text()
