"""Where Muster keeps its data, and the secret key kept there."""

import contextlib
import os
import secrets
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
