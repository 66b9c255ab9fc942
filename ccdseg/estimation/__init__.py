"""Pedestal, noise, gain, and the charge of single photons, estimated from a frame."""

from ccdseg.estimation.detector_estimate import DetectorEstimate, estimate_detector
from ccdseg.estimation.photon_estimate import PhotonEstimate, estimate_photons, told_photons
from ccdseg.estimation.single_electron_peaks import SingleElectronPeaks, fit_single_electron_peaks

__all__ = [
    "DetectorEstimate",
    "PhotonEstimate",
    "SingleElectronPeaks",
    "estimate_detector",
    "estimate_photons",
    "fit_single_electron_peaks",
    "told_photons",
]
