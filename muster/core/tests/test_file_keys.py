"""Files are encrypted on the disk, with keys that can be changed while others write and read."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from muster.core.files import keep
from muster.core.files.keys import HEAD, MARK, Undecipherable, encrypt, key_folder, key_names, key_of, newest_key
from muster.core.files.rotation import rotate_file_keys

SECRET = b"%PDF- the doctor says influenza"


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.MUSTER_HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path


def stored(name):
    return Path(default_storage.path(name)).read_bytes()


def test_what_is_kept_stands_on_the_disk_encrypted_and_comes_back_as_it_was():
    name = keep("evidence", SECRET)
    assert stored(name).startswith(MARK)
    assert b"influenza" not in stored(name)
    assert default_storage.open(name).read() == SECRET
    assert default_storage.size(name) == len(SECRET)
    assert stored(keep("evidence", SECRET))[HEAD:] != stored(name)[HEAD:]


def test_keys_are_their_owners_alone():
    keep("evidence", SECRET)
    [key] = key_folder().glob("*.key")
    assert (key.stat().st_mode & 0o777, key_folder().stat().st_mode & 0o777) == (0o600, 0o700)
    assert len(key.read_bytes()) == 32


@pytest.mark.parametrize("content", [b"", b"x", b"\x00" * 3_000_000])
def test_any_size_comes_back(content):
    name = default_storage.save("tried/one", ContentFile(content))
    assert default_storage.open(name).read() == content
    assert default_storage.size(name) == len(content)


def test_what_was_written_before_there_were_keys_is_read_and_encrypted_by_the_next_rotation(home):
    (home / "files" / "evidence").mkdir(parents=True)
    (home / "files" / "evidence" / "old").write_bytes(SECRET)
    assert default_storage.open("evidence/old").read() == SECRET
    assert default_storage.size("evidence/old") == len(SECRET)
    assert rotate_file_keys() == 1
    assert stored("evidence/old").startswith(MARK)
    assert default_storage.open("evidence/old").read() == SECRET


def test_a_changed_file_and_one_that_was_moved_are_refused():
    name, other = keep("evidence", SECRET), keep("evidence", b"another")
    path = Path(default_storage.path(name))
    content = stored(name)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(Undecipherable):
        default_storage.open(name)
    path.write_bytes(stored(other))
    with pytest.raises(Undecipherable):
        default_storage.open(name)


def test_a_rotation_encrypts_everything_anew_and_forgets_the_keys_before():
    names = [keep("evidence", SECRET), default_storage.save("logos/logo.png", ContentFile(b"a logo"))]
    before, [key] = [stored(name) for name in names], key_names()
    ages = [default_storage.get_modified_time(name) for name in names]
    assert rotate_file_keys() == 2
    [newer] = key_names()
    assert newer != key
    assert all(key_of(stored(name)) == newer for name in names)
    assert [stored(name) for name in names] != before
    assert [default_storage.open(name).read() for name in names] == [SECRET, b"a logo"]
    assert [default_storage.get_modified_time(name) for name in names] == ages


def test_a_rotation_that_meets_an_unreadable_file_forgets_no_key():
    good, bad = keep("evidence", SECRET), keep("materials", SECRET)
    Path(default_storage.path(bad)).write_bytes(stored(bad)[:-1])
    with pytest.raises(Undecipherable):
        rotate_file_keys()
    assert len(key_names()) == 2
    assert default_storage.open(good).read() == SECRET


def rotated_beside_a_writer(*, waits: bool) -> bytes | None:
    """What becomes of a file whose writer had chosen its key when a rotation began; None where it can't be read.

    Where it `waits`, the writer holds the key as the storage does; else it has let go of it too early.
    """
    keep("evidence", b"the first")
    (folder := Path(default_storage.path("evidence/late")).parent).mkdir(exist_ok=True)
    begun = threading.Event()

    def rotate() -> None:
        begun.set()
        rotate_file_keys()

    rotation = threading.Thread(target=rotate)
    with newest_key() as key:
        if waits:
            rotation.start()
            begun.wait()
            (folder / "late").write_bytes(encrypt(SECRET, "evidence/late", key))
    if not waits:
        rotation.start()
        rotation.join()
        # The key is remembered by this process alone.
        (folder / "late").write_bytes(encrypt(SECRET, "evidence/late", key))
    rotation.join()
    return SECRET if key_of((folder / "late").read_bytes()) in key_names() else None


def test_a_rotation_waits_for_who_is_writing():
    assert rotated_beside_a_writer(waits=True) == SECRET


def test_without_the_lock_a_file_would_be_left_without_its_key():
    assert rotated_beside_a_writer(waits=False) is None
