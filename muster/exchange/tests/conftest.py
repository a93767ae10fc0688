"""What tests of imports begin with: an institution, its administrator's browser, and a folder for files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.make import Campus


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def campus(db: None) -> Campus:
    return Campus.found()


@pytest.fixture
def browser(campus: Campus) -> Client:
    """The administrator's browser."""
    client = Client()
    client.force_login(campus.admin.user)
    return client
