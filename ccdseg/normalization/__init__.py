"""Normalisations of frames, and the statistics of a whole frame that they rest on."""

from ccdseg.normalization.bad_pixels import any_finite, check_any_finite, filled, filled_area
from ccdseg.normalization.frame_statistics import median_of, noise_of, sample_of
from ccdseg.normalization.normalizer import Area, Normalizer
from ccdseg.normalization.normalizers import (
    NORMALIZERS,
    ClipNormalizer,
    LinearNormalizer,
    MaximumNormalizer,
    RobustNormalizer,
    StretchNormalizer,
    get_normalizer,
)

__all__ = [
    "NORMALIZERS",
    "Area",
    "ClipNormalizer",
    "LinearNormalizer",
    "MaximumNormalizer",
    "Normalizer",
    "RobustNormalizer",
    "StretchNormalizer",
    "any_finite",
    "check_any_finite",
    "filled",
    "filled_area",
    "get_normalizer",
    "median_of",
    "noise_of",
    "sample_of",
]
