"""Images on disk: FITS, PNG and TIFF files, folders of them, and pictures written back."""

from ccdseg.images_io.formats import SUFFIXES, image_files_in, is_picture, read_header, stem
from ccdseg.images_io.picture_reading import first_channel, read_images, read_picture
from ccdseg.images_io.picture_writing import (
    check_writable,
    write_cleaned_picture,
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
    "read_header",
    "read_images",
    "read_picture",
    "stem",
    "write_cleaned_picture",
    "write_mask_png",
    "write_picture",
    "write_png",
]
