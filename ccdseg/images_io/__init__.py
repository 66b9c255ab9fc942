"""Pictures on disk, PNG and TIFF: their pixels as they are stored, read and written back."""

from ccdseg.images_io.cleaning import write_cleaned_picture
from ccdseg.images_io.files import SUFFIXES, image_files_in, read_images, stem
from ccdseg.images_io.formats import is_picture
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
    "image_files_in",
    "is_picture",
    "read_images",
    "read_picture",
    "stem",
    "write_cleaned_picture",
    "write_mask_png",
    "write_picture",
    "write_png",
]
