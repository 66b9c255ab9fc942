"""Pictures on disk, PNG and TIFF: their pixels as they are stored, read and written back."""

from ccdseg.images_io.cleaning import write_cleaned_picture
from ccdseg.images_io.formats import SUFFIXES, is_picture
from ccdseg.images_io.reading import first_channel, read_picture
from ccdseg.images_io.writing import (
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
