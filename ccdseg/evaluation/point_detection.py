"""Detection efficiency for faint point-like events, beside the matched filter.

In white noise no detector of events of a known width is better than the matched filter: its
efficiency at the same number of false positives is the limit that a segmentation may reach.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable
from scipy import ndimage
from scipy.special import ndtr

from ccdseg.classes import CLASSES
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.mask import EIGHT_CONNECTED
from ccdseg.simulation.particles import Path, deposit

_APART = 24
"""Distance of the hits in a frame (px)."""

_REACH = 2
"""Distance (px) from a hit at which it counts as found."""


@dataclass(frozen=True, eq=False)
class DetectionCurve:
    """Efficiencies by energy.

    Attributes
    ----------
    width : float
        RMS width (σ) of the hits' charge (px).
    noise : float
        Noise of a pixel (e⁻).
    dark_charge : float
        Mean dark charge of a pixel (e⁻).
    energy : ndarray
        Energies of the hits (keV).
    network, matched_filter : ndarray
        Share of the hits that each finds.
    fp_per_megapixel : float
        False positive events of the network per million pixels; the filter's threshold gives as
        many.
    threshold : float
        That threshold in standard deviations.
    """

    width: float
    noise: float
    dark_charge: float
    energy: np.ndarray
    network: np.ndarray
    matched_filter: np.ndarray
    fp_per_megapixel: float
    threshold: float

    @property
    def half_energies(self) -> tuple[float, float]:
        """Energies (keV) at which network and filter find half of the hits; NaN if never."""
        return tuple(
            _crossing(self.energy, efficiency) for efficiency in (self.network, self.matched_filter)
        )

    def to_table(self) -> QTable:
        """Energies and efficiencies with units."""
        table = QTable({"energy": self.energy * u.keV})
        table["network"], table["matched_filter"] = self.network, self.matched_filter
        return table


def _crossing(energy: np.ndarray, efficiency: np.ndarray) -> float:
    above = np.flatnonzero(efficiency >= 0.5)
    if not above.size:
        return np.nan
    last = above[0]
    if last == 0:
        return float(energy[0])
    pair = slice(last - 1, last + 1)
    return float(np.exp(np.interp(0.5, efficiency[pair], np.log(energy[pair]))))


def matched_filter(image: np.ndarray, *, width: float, noise: float) -> np.ndarray:
    """Significance of a point-like hit at each pixel.

    Parameters
    ----------
    image : ndarray
        Signal above the background of shape (H, W), in any unit.
    width : float
        RMS width (σ) of the hit's charge (px), the pixels' own width not in it.
    noise : float
        Standard deviation of the white noise, in the same unit.

    Returns
    -------
    ndarray
        In standard deviations, of shape (H, W). The template is the mean over the places of a hit
        in its pixel.
    """
    if not (width > 0 and noise > 0):
        raise InputError(f"Width is {width} and noise {noise}; both must be above 0.")
    reach = int(np.ceil(4 * width + 1))
    total = float(np.hypot(width, 12**-0.5))
    edges = np.arange(-reach, reach + 2) - 0.5
    profile = np.diff(ndtr(edges / total))
    norm = noise * float(profile @ profile)
    filtered = image.astype(np.float64)
    for axis in (0, 1):
        filtered = ndimage.correlate1d(filtered, profile, axis=axis, mode="constant")
    return filtered / norm


def detection_curve(
    segment: Callable[[np.ndarray], np.ndarray],
    *,
    detector: Detector,
    width: float,
    energies: Sequence[float],
    dark_charge: float = 0.0,
    n_frames: int = 4,
    n_empty: int = 20,
    shape: tuple[int, int] = (512, 512),
    rng: np.random.Generator,
) -> DetectionCurve:
    """Measure how faint a hit a segmentation finds, beside the matched filter.

    Parameters
    ----------
    segment : callable
        Maps an image (ADU) to class indices of `ccdseg.CLASSES`.
    detector : Detector
        Gives pedestal, noise, gain, pair energy, Fano factor and pixel size.
    width : float
        RMS width (σ) of the hits' charge (px).
    energies : sequence of float
        Energies of the hits (keV), ascending.
    dark_charge : float
        Mean dark charge of a pixel (e⁻), of a Poisson distribution. Where the noise is below an
        electron, the filter finds the single electrons of which it consists, too, and its threshold
        rises as far as the number of false positives asks.
    n_frames : int
        Frames of hits at each energy.
    n_empty : int
        Frames of noise and dark charge alone, to count false positives.
    shape : tuple of int
        Rows and columns of a frame (px).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    DetectionCurve
        Where the network has no false positive in all empty frames, the filter gets half of one.
    """
    noise = detector.noise / detector.gain

    def significance(image: np.ndarray) -> np.ndarray:
        charge = (image - detector.pedestal) / detector.gain - dark_charge
        return matched_filter(charge, width=width, noise=noise)

    n_fp, peaks = 0, []
    for _ in range(n_empty):
        image = _read(np.zeros(shape), detector, dark_charge, rng)
        clusters = segment(image) == CLASSES["cluster"].index
        n_fp += ndimage.label(clusters, EIGHT_CONNECTED)[1]
        peaks.append(_maxima(significance(image)))
    allowed = max(n_fp, 0.5)
    descending = np.sort(np.concatenate(peaks))[::-1]
    threshold = float(descending[min(int(allowed), len(descending) - 1)])
    found = np.zeros((2, len(energies)))
    for column, energy in enumerate(energies):
        n_hits = 0
        for _ in range(n_frames):
            charge, places = _hits(shape, energy, width, detector, rng)
            image = _read(charge, detector, dark_charge, rng)
            clusters = segment(image) == CLASSES["cluster"].index
            filtered = significance(image) >= threshold
            n_hits += len(places)
            for row, result in enumerate((clusters, filtered)):
                near = ndimage.maximum_filter(result, 2 * _REACH + 1)
                found[row, column] += np.count_nonzero(near[tuple(places.T)])
        found[:, column] /= n_hits
    return DetectionCurve(
        width=width,
        noise=noise,
        dark_charge=dark_charge,
        energy=np.asarray(energies, dtype=np.float64),
        network=found[0],
        matched_filter=found[1],
        fp_per_megapixel=n_fp / (n_empty * shape[0] * shape[1] / 1e6),
        threshold=threshold,
    )


def _maxima(significance: np.ndarray) -> np.ndarray:
    """Values of the local maxima."""
    return significance[significance == ndimage.maximum_filter(significance, 2 * _REACH + 1)]


def _hits(
    shape: tuple[int, int],
    energy: float,
    width: float,
    detector: Detector,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Charge (e⁻) of hits at random places in the cells of a grid, and the pixels of the places."""
    corners = np.stack(
        np.meshgrid(
            *(np.arange(_APART // 2, n - _APART // 2, _APART) for n in shape), indexing="ij"
        ),
        axis=-1,
    ).reshape(-1, 2)
    centres = corners + rng.uniform(-4, 4, corners.shape)
    pixel = detector.pixel_size
    charge = np.zeros(shape)
    for row, column in (centres + 0.5) * pixel:  # the first pixel reaches from 0 to 1
        place = np.array([[column, row, 0.0]])
        path = Path("point", place, np.array([energy]), np.zeros(3), width=width * pixel)
        hit = deposit(path, detector=detector, rng=rng)
        charge[hit.rows, hit.columns] += hit.drawn
    return charge, np.rint(centres).astype(int)


def _read(
    charge: np.ndarray, detector: Detector, dark_charge: float, rng: np.random.Generator
) -> np.ndarray:
    collected = charge + rng.poisson(dark_charge, charge.shape)
    noise = rng.normal(0, detector.noise, charge.shape)
    return (detector.pedestal + detector.gain * collected + noise).astype(np.float32)
