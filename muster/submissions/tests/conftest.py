"""What tests of submissions share."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

from muster.submissions.tests.make import Reporting


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Path:
    """A data folder of its own, for keys and files."""
    settings.MUSTER_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return tmp_path


@pytest.fixture
def place(db: None) -> Reporting:
    return Reporting()
