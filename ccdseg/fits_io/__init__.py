"""FITS frames in, FITS masks and cleaned frames out."""

from ccdseg.detector.image_section import parse_section
from ccdseg.fits_io.bad_pixel_maps import BadPixelMaps
from ccdseg.fits_io.ccddata import ccddata_of, frame_of_ccddata
from ccdseg.fits_io.cleaning import write_cleaned
from ccdseg.fits_io.defect_files import DefectMaps, write_defects
from ccdseg.fits_io.frame import Frame, cut_to
from ccdseg.fits_io.header_facts import HEADER, HeaderFacts
from ccdseg.fits_io.mask_reading import MaskImage, read_events, read_masks
from ccdseg.fits_io.planes import write_probabilities, write_quality
from ccdseg.fits_io.reading import SUFFIXES, read_frame, read_frames, read_shape
from ccdseg.fits_io.reduced_header import ReducedFrame
from ccdseg.fits_io.reduced_writing import write_reduced
from ccdseg.fits_io.regions import write_regions
from ccdseg.fits_io.writing import write_frame, write_mask, write_masks

__all__ = [
    "HEADER",
    "SUFFIXES",
    "BadPixelMaps",
    "DefectMaps",
    "Frame",
    "HeaderFacts",
    "MaskImage",
    "ReducedFrame",
    "ccddata_of",
    "cut_to",
    "frame_of_ccddata",
    "parse_section",
    "read_events",
    "read_frame",
    "read_frames",
    "read_masks",
    "read_shape",
    "write_cleaned",
    "write_defects",
    "write_frame",
    "write_mask",
    "write_masks",
    "write_probabilities",
    "write_quality",
    "write_reduced",
    "write_regions",
]
