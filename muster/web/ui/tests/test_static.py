"""Static files as they are served in earnest: hashed, with modules that find each other."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

HASHED = {**settings.STORAGES, "staticfiles": {"BACKEND": "muster.web.ui.static_files.HashedStaticFiles"}}
IMPORT = re.compile(r'(?:\bimport|\bfrom)\s*"(\./[^"]+)";')


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    root = tmp_path_factory.mktemp("static")
    ours = [settings.WEB / "static"]
    with override_settings(STATIC_ROOT=root, STORAGES=HASHED, STATICFILES_DIRS=ours):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield Path(root), staticfiles_storage


def test_our_own_files_lose_what_no_browser_reads(collected):
    root, storage = collected
    sheet = (root / storage.hashed_files["css/base.css"]).read_text()
    script = (root / storage.hashed_files["js/shell.js"]).read_text()
    assert "/*" in (settings.WEB / "static" / "css" / "base.css").read_text()
    assert not re.search(r"/\*|^\s", sheet, re.MULTILINE)
    assert not re.search(r"^\s*//|^\s| = ", script, re.MULTILINE)
    # What others wrote stays as it came.
    theirs = "django_htmx/htmx-2.min.js"
    assert (root / storage.hashed_files[theirs]).read_bytes() == Path(finders.find(theirs)).read_bytes()


def test_modules_import_the_hashed_names_of_each_other(collected):
    root, storage = collected
    entries = [name for name in storage.hashed_files if name.startswith("js/")]
    assert "js/register/register.js" in entries
    for name in entries:
        file = root / storage.hashed_files[name]
        for other in IMPORT.findall(file.read_text()):
            assert re.search(r"\.[0-9a-f]{12}\.js$", other), f"{name} imports {other}"
            assert (file.parent / other).exists(), f"{name} imports {other}"
