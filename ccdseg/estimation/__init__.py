"""Pedestal, noise and gain estimated from a frame."""

from ccdseg.estimation.detector_estimate import DetectorEstimate, estimate_detector
from ccdseg.estimation.single_electron_peaks import SingleElectronPeaks, fit_single_electron_peaks

__all__ = [
    "DetectorEstimate",
    "SingleElectronPeaks",
    "estimate_detector",
    "fit_single_electron_peaks",
]
