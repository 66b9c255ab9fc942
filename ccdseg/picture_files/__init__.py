"""Pictures on disk, PNG and TIFF: their pixels as they are stored, read and written back."""

from ccdseg.picture_files.cleaning import write_cleaned_picture
from ccdseg.picture_files.formats import SUFFIXES, is_picture
from ccdseg.picture_files.reading import first_channel, read_picture
from ccdseg.picture_files.writing import (
    check_writable,
    write_mask_png,
    write_picture,
    write_png,
)

__all__ = [
    "SUFFIXES",
    "check_writable",
    "first_channel",
    "is_picture",
    "read_picture",
    "write_cleaned_picture",
    "write_mask_png",
    "write_picture",
    "write_png",
]
