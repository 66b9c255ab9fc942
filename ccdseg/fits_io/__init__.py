"""FITS frames in, FITS masks and cleaned frames out."""

from ccdseg.fits_io.cleaning import write_cleaned
from ccdseg.fits_io.frame import Frame, cut_to, parse_section
from ccdseg.fits_io.reading import SUFFIXES, read_frame, read_frames, read_shape
from ccdseg.fits_io.regions import write_regions
from ccdseg.fits_io.writing import write_frame, write_mask, write_masks

__all__ = [
    "SUFFIXES",
    "Frame",
    "cut_to",
    "parse_section",
    "read_frame",
    "read_frames",
    "read_shape",
    "write_cleaned",
    "write_frame",
    "write_mask",
    "write_masks",
    "write_regions",
]
