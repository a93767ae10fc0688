"""The printer: reads an order as JSON from standard input, writes the PDF to standard output.

Run as a program of its own, so nothing of Muster or Django is imported here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import typst


def main() -> int:
    """Print, at the first try that succeeds: as PDF/UA, without that promise, without the picture."""
    order = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=order["fonts"])
    for data, standards in _tries(order["data"]):
        try:
            pdf = typst.compile(
                order["template"].encode(),
                root=order["root"],
                font_paths=fonts,
                format=order["form"],
                sys_inputs={"data": json.dumps(data)},
                pdf_standards=standards if order["form"] == "pdf" else [],  # type: ignore[arg-type]
            )
        except RuntimeError as error:
            sys.stderr.write(f"{error}\n")
        else:
            sys.stdout.buffer.write(pdf)
            return 0
    return 1


def _tries(data: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[str]]]:
    yield data, ["ua-1"]
    # PDF/UA refuses signs that no font has; a sheet with a hollow box in one name is still a sheet.
    yield data, []
    if data["logo"]:
        yield {**data, "logo": None}, []


if __name__ == "__main__":
    sys.exit(main())
