"""The data folder is private, whoever made it and whenever."""

import stat
from pathlib import Path

import pytest

from muster.core.folders import close_to_others


def modes(home: Path) -> dict[str, str]:
    places = [home, *home.rglob("*")]
    return {str(place.relative_to(home)): oct(stat.S_IMODE(place.stat().st_mode)) for place in places}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """As an older Muster left it, made by somebody who shares everything."""
    home = tmp_path / "home"
    for name in ("files/evidence/a1/note", "mails/1.eml", "fonts/own.ttf", "secret_key"):
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    for place in [home, *home.rglob("*")]:
        place.chmod(0o777 if place.is_dir() else 0o666)
    return home


def test_what_an_older_muster_left_open_is_closed(home: Path):
    outside = home.with_name("outside")
    outside.write_text("")
    outside.chmod(0o644)
    (home / "files" / "link").symlink_to(outside)
    close_to_others(home, others_pass=False)
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
    (home / "files" / "link").unlink()
    assert modes(home) == {
        ".": "0o700",
        "files": "0o700",
        "files/evidence": "0o700",
        "files/evidence/a1": "0o700",
        "files/evidence/a1/note": "0o600",
        "mails": "0o700",
        "mails/1.eml": "0o600",
        "secret_key": "0o600",
        # Anybody's, and of no secret; nobody gets as far.
        "fonts": "0o777",
        "fonts/own.ttf": "0o666",
    }


def test_another_user_who_runs_the_database_passes_and_sees_nothing(home: Path):
    close_to_others(home, others_pass=True)
    assert modes(home)["."] == "0o711"
    assert modes(home)["files"] == "0o700"


def test_a_folder_that_is_closer_than_asked_and_a_shared_one_stay_as_they_are(home: Path):
    home.chmod(0o1777)
    close_to_others(home, others_pass=False)
    assert modes(home)["."] == "0o1777"
    home.chmod(0o500)
    close_to_others(home, others_pass=True)
    assert modes(home)["."] == "0o500"
    home.chmod(0o700)
