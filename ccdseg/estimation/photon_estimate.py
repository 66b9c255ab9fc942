"""Charge of single photons, read off a frame in which they show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from math import isnan

import numpy as np
from scipy import ndimage
from scipy.special import ndtr

from ccdseg.arrays import strips
from ccdseg.mask import EIGHT_CONNECTED
from ccdseg.normalization import noise_of

_PEAK = 5.0
"""Least signal of a photon's brightest pixel (σ of the noise)."""

_QUIET = 3.0
"""Most signal of the pixels around an isolated photon (σ of the noise)."""

_REACH = 2
"""Pixels to each side of the brightest one that belong to a photon."""

_MANY = 400
"""Isolated photons that are enough; of fewer, those count too that lie closer to others."""

_FEWEST = 40
"""Photons in the peak without which a frame shows no line."""

_SIGNIFICANT = 5.0
"""Least area of the peak in units of its error."""

_NARROW = 0.25
"""Greatest RMS width of the peak over its position: a broader one is no line."""

_ABOVE_DARK = 5.0
"""Least charge of a photon in units of the noise of as many dark pixels."""

_BOX = 64
"""Edge of the boxes of the background (px)."""

_LEAST_EDGE = 4 * _REACH
"""Edge of the smallest frame, or strip of one, in which photons are looked for (px)."""

_STEPS = 12
_MOST_LIT = 0.97


@dataclass(frozen=True)
class PhotonEstimate:
    """Single photons of a frame.

    Attributes
    ----------
    charge : float
        Signal of one photon (ADU), all its pixels together.
    charge_error : float
        Standard deviation of `charge` (ADU).
    width : float
        RMS width of the peak (ADU).
    n_isolated : int
        Isolated events in the peak.
    density : float
        Photons per pixel, averaged over the frame: all signal above the background over `charge`.
    """

    charge: float
    charge_error: float
    width: float
    n_isolated: int
    density: float

    def energy(self, *, gain: float, pair_energy: float) -> float:
        """Energy of a photon (keV).

        Parameters
        ----------
        gain : float
            ADU per electron.
        pair_energy : float
            Energy per electron-hole pair (eV/e⁻).
        """
        return self.charge / gain * pair_energy / 1000.0

    def gain(self, energy: float, *, pair_energy: float) -> float:
        """Gain (ADU/e⁻) of a detector whose photons have a known `energy` (keV).

        Parameters
        ----------
        energy : float
            Energy of a photon (keV).
        pair_energy : float
            Energy per electron-hole pair (eV/e⁻).
        """
        return self.charge / (1000.0 * energy / pair_energy)

    def to_dict(self) -> dict:
        """All numbers, ready for JSON; None for those that are not known."""
        return {name: None if isnan(value) else value for name, value in asdict(self).items()}


def estimate_photons(frame: np.ndarray, *, noise: float | None = None) -> PhotonEstimate | None:
    """Estimate the signal of one photon from the isolated ones of a frame.

    The charge of a photon is split over pixels, so that its brightest pixel says little. What is
    summed is the square of 5×5 pixels around each local maximum that no other signal touches; the
    peak of these sums is one photon. Where photons are so dense that few are left (0.1 per pixel),
    it is enough that the outermost pixels of the square are dark.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W), finite, the sections of its amplifiers levelled.
    noise : float, optional
        Standard deviation of a pixel without charge (ADU); from the frame by default.

    Returns
    -------
    PhotonEstimate or None
        None where the frame shows no peak of single photons: too few isolated events, or sums of
        all sizes, as particles leave them.
    """
    if min(frame.shape) < _LEAST_EDGE:
        return None
    for quiet_at in (_REACH + 1, _REACH):
        sums, noises, total, size = [], [], 0.0, 0
        for signal, of_part in _signals(frame, noise):
            sums.append(_isolated_sums(signal, of_part, quiet_at=quiet_at))
            noises.append(of_part)
            total, size = total + signal.sum(), size + signal.size
        if sum(map(len, sums)) >= _MANY:
            break
    sums = np.concatenate(sums)
    if len(sums) < _FEWEST:
        return None
    line = _fit_line(sums)
    if line is None or line.charge < _ABOVE_DARK * (2 * _REACH + 1) * np.median(noises):
        return None
    return replace(line, density=float(total / (line.charge * size)))


def _signals(frame: np.ndarray, noise: float | None) -> Iterator[tuple[np.ndarray, float]]:
    """`signal_above_dark` of a frame, a large one strip by strip, for the memory that it takes."""
    for rows in strips(frame, multiple=_BOX):
        if rows.start == 0 or rows.stop - rows.start >= _LEAST_EDGE:
            yield signal_above_dark(frame[rows], noise=noise)


def told_photons(frame: np.ndarray, charge: float) -> PhotonEstimate:
    """Photons of a known signal `charge` (ADU), and how dense they are in a frame (ADU), finite."""
    totals = [(signal.sum(), signal.size) for signal, _ in _signals(frame, None)]
    total, size = np.sum(totals, axis=0)
    return PhotonEstimate(
        charge, np.nan, np.nan, n_isolated=0, density=float(total / charge / size)
    )


def signal_above_dark(frame: np.ndarray, *, noise: float | None = None) -> tuple[np.ndarray, float]:
    """Signal above the smooth level of the dark pixels, and the noise of these.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W), finite.
    noise : float, optional
        Standard deviation of a pixel without charge (ADU); from the frame by default.

    Returns
    -------
    signal : ndarray
        Signal (ADU), float64 of shape (H, W).
    noise : float
        Standard deviation of a dark pixel (ADU).
    """
    frame = np.asarray(frame, dtype=np.float64)
    level, noise = _dark_level(frame, noise)
    return frame - _smooth_background(frame, level, noise), noise


def _dark_level(frame: np.ndarray, noise: float | None) -> tuple[float, float]:
    """Level and noise (ADU) of the dark pixels, of which there may be fewer than of lit ones.

    What lies below the level is dark; light makes both too large at first, and less so each time.
    """
    level, told = np.median(frame), noise
    noise = noise_of(frame) if told is None else told
    for _ in range(_STEPS):
        dark = frame[frame < level + _QUIET * noise]
        level = np.median(dark)
        if told is None:
            noise = max(np.sqrt(np.mean((dark[dark <= level] - level) ** 2)), 1e-6 * noise)
    return float(level), float(noise)


def _smooth_background(frame: np.ndarray, level: float, noise: float) -> np.ndarray:
    """Smooth level (ADU) of the pixels that no signal touches."""
    from photutils.background import Background2D, MedianBackground

    lit = ndimage.binary_dilation(frame - level > _QUIET * noise, EIGHT_CONNECTED)
    if lit.mean() > _MOST_LIT:
        return np.full(frame.shape, level)
    box = [min(_BOX, length) for length in frame.shape]
    background = Background2D(
        frame, box, mask=lit, bkg_estimator=MedianBackground(), exclude_percentile=98.0
    )
    return background.background


def _isolated_sums(signal: np.ndarray, noise: float, *, quiet_at: int) -> np.ndarray:
    """Signal (ADU) of local maxima and their surroundings, alone and in a quiet ring.

    The ring lies `quiet_at` pixels away. Just outside what is summed, it does not choose the noise
    of a sum along with it. On the outermost pixels of what is summed, it finds many times more
    photons where these are dense, and shifts the peak by half a per cent at most.
    """
    inside, size = 2 * quiet_at - 1, 2 * quiet_at + 1
    top = (signal == ndimage.maximum_filter(signal, 3)) & (signal > _PEAK * noise)
    ring = np.ones((size, size), dtype=bool)
    ring[1:-1, 1:-1] = False
    quiet = ndimage.maximum_filter(signal, footprint=ring) < _QUIET * noise
    alone = ndimage.convolve(top.astype(np.uint8), np.ones((inside, inside), np.uint8)) == 1
    chosen = top & quiet & alone
    edge = _REACH + 1
    chosen[:edge], chosen[-edge:], chosen[:, :edge], chosen[:, -edge:] = (False,) * 4
    away = np.arange(-_REACH, _REACH + 1)
    rows, columns = (axis[:, None] + away for axis in np.nonzero(chosen))
    return signal[rows[:, :, None], columns[:, None, :]].sum(axis=(1, 2))


def _fit_line(sums: np.ndarray) -> PhotonEstimate | None:
    """Gaussian peak on a shelf: photons that lost charge leave sums below the line."""
    from scipy.optimize import curve_fit
    from scipy.stats import gaussian_kde

    positive = sums[sums > 0]
    logs = np.log(positive)
    places = np.linspace(*np.percentile(logs, [1, 99]), 512)
    density = gaussian_kde(logs, bw_method=0.05 / max(logs.std(), 0.05))(places)
    mode = float(np.exp(places[np.argmax(density)]))
    near = sums[np.abs(sums - mode) < 0.5 * mode]
    counts, edges = np.histogram(near, bins=_bins(near))
    middles = (edges[1:] + edges[:-1]) / 2

    def model(x: np.ndarray, *numbers: float) -> np.ndarray:
        height, centre, width, below, above = numbers
        z = (x - centre) / width
        return height * np.exp(-0.5 * z**2) + below * ndtr(-z) + above

    start = (max(counts.max(), 1), mode, 0.05 * mode, 0.1 * counts.max(), 0.05 * counts.max())
    limits = ([0, 0.7 * mode, 0.01 * mode, 0, 0], [np.inf, 1.3 * mode, 0.5 * mode, np.inf, np.inf])
    try:
        numbers, covariance = curve_fit(
            model, middles, counts, start, np.sqrt(counts + 1.0), bounds=limits
        )
    except RuntimeError:  # no fit within the steps that it has
        return None
    height, centre, width = numbers[:3]
    step = edges[1] - edges[0]
    in_peak = height * width * (2 * np.pi) ** 0.5 / step
    errors = np.sqrt(np.diag(covariance))
    clear = height > _SIGNIFICANT * errors[0] and width < _NARROW * centre
    if in_peak < _FEWEST or not clear:
        return None
    return PhotonEstimate(
        charge=float(centre),
        charge_error=float(errors[1]),
        width=float(width),
        n_isolated=round(in_peak),
        density=np.nan,
    )


def _bins(values: np.ndarray) -> int:
    """Number of bins that resolve the peak of a distribution (Freedman and Diaconis' rule)."""
    edges = np.histogram_bin_edges(values, bins="fd")
    return int(np.clip(2 * len(edges), 20, 200))
