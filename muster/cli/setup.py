"""Bring what Muster stands on up to date: tables, cache table, static files."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.state import ProjectState

from muster.core.ownership import as_owner, give_to_application

# Any number, as long as nobody else's advisory lock uses it: "muster" in ASCII.
UPKEEP_LOCK = 0x6D7573746572


def bring_database_up_to_date() -> None:
    """Migrate and make the cache table. Two commands at once take turns, by an advisory lock."""
    with as_owner(), _alone(), _new_models_built_alone():
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        give_to_application()


def collect_static() -> bool:
    """Collect the static files when one of them changed since the last time; return whether it did."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".collected"
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(wanted)
    return True


def _fingerprint() -> str:
    # What is made of them counts too.
    seen = hashlib.sha256(b"hashed, minified, gzip and brotli\n")
    for finder in get_finders():
        for path, storage in finder.list(ignore_patterns=[]):
            entry = Path(storage.path(path)).stat()
            seen.update(f"{path} {entry.st_size} {entry.st_mtime_ns}\n".encode())
    return seen.hexdigest()


@contextmanager
def _new_models_built_alone() -> Iterator[None]:
    """Meanwhile a model that a migration makes is built without building everything anew that it leads to.

    Django does, and by way of institutions and people that is every model for each: most of what making
    the tables took. Nothing that is there can refer to a model that was not, and what a new one adds to those it
    refers to, it adds when it is built.
    """
    built_anew = ProjectState.reload_model

    def reload_model(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
        if "apps" in vars(self) and model_name not in self.apps.all_models[app_label]:
            self.apps.render_multiple([self.models[app_label, model_name]])
        else:
            built_anew(self, app_label, model_name, delay)

    ProjectState.reload_model = reload_model  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState.reload_model = built_anew  # type: ignore[method-assign]


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [UPKEEP_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [UPKEEP_LOCK])
