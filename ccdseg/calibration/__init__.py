"""From a raw image to a frame: samples averaged, overscan subtracted, amplifiers put together."""

from ccdseg.calibration.noise_curve import NoiseCurve
from ccdseg.calibration.overscan import OVERSCAN_METHODS, overscan_level
from ccdseg.calibration.readout_layout import find_layout, put_together
from ccdseg.calibration.reducing import ReducedImage, Reduction, reduce_image
from ccdseg.calibration.samples import (
    METHODS,
    CombinedSamples,
    SampleLayout,
    combine_samples,
)

__all__ = [
    "METHODS",
    "OVERSCAN_METHODS",
    "CombinedSamples",
    "NoiseCurve",
    "ReducedImage",
    "Reduction",
    "SampleLayout",
    "combine_samples",
    "find_layout",
    "overscan_level",
    "put_together",
    "reduce_image",
]
