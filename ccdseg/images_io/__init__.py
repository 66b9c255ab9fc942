"""Images on disk: FITS, pictures, stacks of beamlines, folders of them, and images written back."""

from ccdseg.images_io.formats import count_images, read_header
from ccdseg.images_io.names import (
    HDF5,
    SUFFIXES,
    image_files_in,
    is_picture,
    is_stack,
    short_name,
    split_address,
    stem,
    suffix_of,
)
from ccdseg.images_io.picture_cleaning import write_cleaned_picture
from ccdseg.images_io.picture_reading import first_channel, read_images, read_picture
from ccdseg.images_io.picture_writing import (
    check_writable,
    write_mask_png,
    write_picture,
    write_png,
)

__all__ = [
    "HDF5",
    "SUFFIXES",
    "check_writable",
    "count_images",
    "first_channel",
    "image_files_in",
    "is_picture",
    "is_stack",
    "read_header",
    "read_images",
    "read_picture",
    "short_name",
    "split_address",
    "stem",
    "suffix_of",
    "write_cleaned_picture",
    "write_mask_png",
    "write_picture",
    "write_png",
]
