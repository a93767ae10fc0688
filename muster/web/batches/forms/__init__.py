"""The forms of batches."""

from muster.web.batches.forms.batch import BatchForm
from muster.web.batches.forms.choices import Choices, room_words
from muster.web.batches.forms.copying import CopyForm
from muster.web.batches.forms.slot import DAY_NUMBERS, SLOT_FIELDS, SlotForm, renumber_rows, slot_places

__all__ = [
    "DAY_NUMBERS",
    "SLOT_FIELDS",
    "BatchForm",
    "Choices",
    "CopyForm",
    "SlotForm",
    "renumber_rows",
    "room_words",
    "slot_places",
]
