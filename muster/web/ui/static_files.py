"""Static files under names that change with their content, so that they may be kept for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import rjsmin
from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.compress import Compressor  # type: ignore[import-untyped]
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

# Comments of sheets, and the whitespace before and between lines. What takes out more (rcssmin 1.3) mistakes a nested
# selector such as `.a :is(.b)` for a property.
UNREAD = re.compile(r"/\*.*?\*/\s*|^\s+", re.DOTALL | re.MULTILINE)


def minify_sheet(text: str) -> str:
    """A sheet of ours without what no browser reads."""
    return UNREAD.sub("", text)


# Nothing is renamed.
MINIFIED = {".css": minify_sheet, ".js": rjsmin.jsmin}


# Bytes of a file with which the best of brotli takes seconds.
LARGE = 30_000


class QuickCompressor(Compressor):  # type: ignore[misc]
    """Gzip and brotli, the latter at its best where that is done at once: a first start waits for it."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        compressed: bytes = brotli.compress(data, quality=9 if len(data) > LARGE else 11)
        return compressed


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """As WhiteNoise keeps them; our own modules that import each other name the hashed files too.

    Development and tests serve the files as they were written.
    """

    support_js_module_import_aggregation = True
    # What others wrote is left alone: its comments speak of files that are not there.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
    )

    def create_compressor(self, **options: Any) -> Compressor:
        return QuickCompressor(**options)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Hash and compress them, ours without what no browser reads: a fifth of their weight."""
        for name in paths:
            if name.startswith(("css/", "js/")) and not dry_run:
                file = Path(self.path(name))
                file.write_text(MINIFIED[file.suffix](file.read_text()))
                # Read here from now on, and not where it was collected from.
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)
