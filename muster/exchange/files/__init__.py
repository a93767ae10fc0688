"""Tables out of files that people send: read with suspicion, refused in sentences."""

from muster.exchange.files.reading import (
    MOST_BYTES,
    FileLine,
    FileTable,
    read_grid,
    read_lines,
    read_table,
    without_columns,
)
