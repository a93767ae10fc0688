"""Every write around imports: one function per use case."""

from muster.exchange.rules.registers import import_register
from muster.exchange.rules.runs import (
    carry_out,
    forget_files,
    import_and_keep,
    import_file,
    import_tried,
    read_upload,
    start_import,
    try_again,
)
from muster.exchange.rules.sections import import_sections
from muster.exchange.rules.undoing import undo_import
