"""The tabs of a batch. Each area registers its own, beside the page that it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from muster.web.batches.frame import Frame


@dataclass(frozen=True)
class BatchTab:
    """A tab for those who may do `action` to the batch, and for whom it is `shown`; `count` stands in a badge."""

    key: str
    label: Any
    route: str
    order: int
    action: str = "see"
    count: Callable[[Frame], int] | None = None
    shown: Callable[[Frame], bool] | None = None


TABS: dict[str, BatchTab] = {}


def register_tab(tab: BatchTab) -> None:
    """Add a tab to the pages of every batch."""
    TABS[tab.key] = tab
