"""Static files under names that change with their content, so that they may be kept for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

# Comments that stand on lines of their own, and the whitespace before and between lines.
UNREAD = {
    ".css": re.compile(r"/\*.*?\*/\s*|^\s+", re.DOTALL | re.MULTILINE),
    ".js": re.compile(r"^\s*//.*\n|^\s+", re.MULTILINE),
}


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """As WhiteNoise keeps them; our own modules that import each other name the hashed files too."""

    support_js_module_import_aggregation = True
    # What others wrote is left alone: its comments speak of files that are not there.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Hash and compress them, ours without what no browser reads: a sixth of their weight."""
        for name in paths:
            if name.startswith(("css/", "js/")) and not dry_run:
                file = Path(self.path(name))
                file.write_text(UNREAD[file.suffix].sub("", file.read_text()))
                # Read here from now on, and not where it was collected from.
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)
