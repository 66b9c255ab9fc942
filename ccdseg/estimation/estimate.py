"""Pedestal, noise and gain of a frame."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
from scipy import ndimage

from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.estimation.comb import fit_comb
from ccdseg.frame_statistics import noise_of
from ccdseg.mask import EIGHT_CONNECTED

_ENOUGH = 2000
"""Pixels below which no peaks are looked for."""


@dataclass(frozen=True)
class DetectorEstimate:
    """Numbers of a detector as one frame shows them.

    Attributes
    ----------
    pedestal : float
        Median of the frame, or, where single electrons show, the level without any (ADU).
    noise : float
        Standard deviation of the background, or, where single electrons show, of the readout (ADU).
    gain : float or None
        ADU per electron: the distance of the peaks of single electrons; None where none show.
    """

    pedestal: float
    noise: float
    gain: float | None

    def applied_to(self, detector: Detector) -> Detector | None:
        """The detector with these numbers; None where the gain is not known."""
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
        """All numbers, ready for JSON."""
        return asdict(self)


def estimate_detector(image: np.ndarray, *, mask: np.ndarray | None = None) -> DetectorEstimate:
    """Estimate pedestal, noise and gain from a frame.

    Where the read noise is well below an electron, pixels gather at whole numbers of electrons, and
    the distance of these peaks is the gain.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W); what is not finite is left out.
    mask : ndarray, optional
        Class indices of the same shape: what is not of class 0, the background, is left out with
        the pixels beside it.

    Returns
    -------
    DetectorEstimate

    Raises
    ------
    InputError
        Where the image is not of two dimensions, or no pixel of it is finite and background.
    """
    image = np.asarray(image)
    if image.ndim != 2 or (mask is not None and np.shape(mask) != image.shape):
        raise InputError(
            f"The image has shape {image.shape} and the mask {np.shape(mask)}; give rows and "
            "columns, the same of both."
        )
    used = np.isfinite(image)
    if mask is not None:
        used &= ~ndimage.binary_dilation(np.asarray(mask) != 0, EIGHT_CONNECTED)
    if not used.any():
        raise InputError("No pixel is finite and background: nothing tells of the detector.")
    values = image[used].astype(np.float64)
    comb = fit_comb(values) if values.size >= _ENOUGH else None
    if comb is not None:
        return DetectorEstimate(comb.lowest, comb.width, comb.distance)
    median = float(np.median(values))
    return DetectorEstimate(median, float(noise_of(np.where(used, image, median))), None)
