"""The forms of batches."""

from muster.web.batches.forms.batch import BatchForm
from muster.web.batches.forms.choices import Choices, room_words
from muster.web.batches.forms.copying import CopyForm
from muster.web.batches.forms.slot import DAY_NUMBERS, SLOT_FIELDS, SlotForm, renumber_rows, slot_places
