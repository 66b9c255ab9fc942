"""Estimate of pedestal, noise and gain of one frame."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from math import ceil

import numpy as np
from scipy import ndimage

from ccdseg.arrays import empty, strips, with_halo
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.estimation.single_electron_peaks import fit_single_electron_peaks
from ccdseg.mask import EIGHT_CONNECTED
from ccdseg.normalization import noise_of

_SAMPLE_SIZE = 2**23  # pixels of a large frame that are looked at, about

_ENOUGH = 2000
"""Least number of pixels for a search for single-electron peaks."""


@dataclass(frozen=True)
class DetectorEstimate:
    """Pedestal, noise and gain estimated from one frame.

    Attributes
    ----------
    pedestal : float
        Median of the frame (ADU); where single-electron peaks show, the level without electrons.
    noise : float
        Standard deviation of the background (ADU); of the readout where single-electron peaks show.
    gain : float or None
        Distance of the single-electron peaks (ADU/e⁻); None where none show.
    """

    pedestal: float
    noise: float
    gain: float | None

    def applied_to(self, detector: Detector) -> Detector | None:
        """Detector with these values; None where the gain is unknown."""
        if self.gain is None:
            return None
        return replace(
            detector,
            name="estimated",
            pedestal=self.pedestal,
            read_noise=self.noise,
            n_samples=1,
            gain=self.gain,
        )

    def to_dict(self) -> dict:
        """All values, ready for JSON."""
        return asdict(self)


def estimate_detector(image: np.ndarray, *, mask: np.ndarray | None = None) -> DetectorEstimate:
    """Estimate pedestal, noise and gain from a frame.

    Where the read noise is well below one electron, the histogram of the pixels has a peak at each
    whole number of electrons, and the distance of the peaks is the gain.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W); pixels that are not finite are left out.
    mask : ndarray, optional
        Class indices of the same shape: pixels of a class other than 0, the background, are left
        out together with their neighbours.

    Returns
    -------
    DetectorEstimate

    Raises
    ------
    InputError
        If the image is not of two dimensions, or no pixel of it is finite and background.
    """
    image, mask = np.asarray(image), None if mask is None else np.asarray(mask)
    if image.ndim != 2 or (mask is not None and np.shape(mask) != image.shape):
        raise InputError(
            f"The image has shape {image.shape} and the mask {np.shape(mask)}; give rows and "
            "columns, the same of both."
        )
    background, n_background = empty(image.shape), 0
    step, sample = ceil(image.size / _SAMPLE_SIZE), []
    known = (image, background) if mask is None else (image, background, mask)
    for rows in strips(*known):
        background[rows] = np.where(_is_background(image, mask, rows), image[rows], np.nan)
        values = background[rows][~np.isnan(background[rows])]
        sample.append(values[-n_background % step :: step].astype(np.float64))
        n_background += values.size
    if not n_background:
        raise InputError(
            "No pixel is finite and background, so nothing can be estimated; give a detector."
        )
    values = np.concatenate(sample)
    peaks = fit_single_electron_peaks(values) if values.size >= _ENOUGH else None
    if peaks is not None:
        return DetectorEstimate(peaks.lowest, peaks.width, peaks.distance)
    return DetectorEstimate(float(np.median(values)), float(noise_of(background)), None)


def _is_background(image: np.ndarray, mask: np.ndarray | None, rows: slice) -> np.ndarray:
    """Finite pixels of some rows that neither are of a class nor touch one."""
    finite = np.isfinite(image[rows])
    if mask is None:
        return finite
    around, inner = with_halo(rows, 1, len(image))
    return finite & ~ndimage.binary_dilation(mask[around] != 0, EIGHT_CONNECTED)[inner]
