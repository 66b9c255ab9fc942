"""FITS frames in, FITS masks out."""

from ccdseg.fits_io.frame import Frame
from ccdseg.fits_io.reading import parse_section, read_frame, read_frames
from ccdseg.fits_io.regions import write_regions
from ccdseg.fits_io.writing import write_frame, write_mask, write_masks

__all__ = [
    "Frame",
    "parse_section",
    "read_frame",
    "read_frames",
    "write_frame",
    "write_mask",
    "write_masks",
    "write_regions",
]
