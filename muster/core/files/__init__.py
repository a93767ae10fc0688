"""Files that people send: judged by what is in them, cleaned, kept in private, given out as downloads.

Knows nothing of what a file is about.
"""

from muster.core.files.downloads import attachment, shown_inline
from muster.core.files.errors import FileRefused, FileTooLarge, UploadTooLarge
from muster.core.files.kinds import ACCEPT, JPEG, MEDIA_TYPES, PNG, AcceptedFile, FileKind, kind_of, take_in
from muster.core.files.limits import LARGEST_PICTURE, MOST_BYTES, MOST_REQUEST_BYTES, read_whole
from muster.core.files.storage import PrivateStorage, forget, keep, keep_for, kept_before, sweep_folder
