"""Single-electron peaks in the histogram of a frame's pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from astropy.stats import mad_std

_ABOVE = 30.0
"""Range of the histogram above the median, in robust standard deviations."""

_BINS = 16.0  # per robust standard deviation
_DISTANCES = np.geomspace(0.45, 25.0, 48)
"""Distances of the peaks from which the fit starts, in robust standard deviations."""

_MOST_PEAKS = 70
_STEPS = 60
_CONVERGED = 1e-7
"""Relative gain of the likelihood per step below which a fit has come to rest."""

_NOTHING = 1e-12
"""Share of the pixels below which a peak is empty."""

_RESOLVED, _SHARPEST = 2.5, 20.0
"""Least and greatest distance of the peaks in standard deviations: closer ones do not show as
peaks, and no readout resolves a twentieth of an electron."""

_LEAST_PART = 0.8
"""Least share of the pixels in the peaks."""

_POISSON = 0.25
"""Least part of the peak of two electrons: times the square of that of one over that of none. It is
1/2 for a Poisson distribution, and more where the mean varies over the frame."""

_FEW = 20.0  # pixels

_LEAST_STEPS = 3.0
"""Least distance of the peaks in steps of whole ADU, where a frame holds nothing else."""

_SIGNIFICANT = 5.0
"""Standard deviations by which a peak exceeds the valleys beside it."""


@dataclass(frozen=True)
class SingleElectronPeaks:
    """Normal distributions of one width at equal distances, and a uniform part for all else.

    Attributes
    ----------
    position : float
        Centre of one of the peaks (ADU).
    distance : float
        Distance of the peaks: the gain (ADU/e⁻).
    width : float
        Standard deviation of each: the read noise (ADU).
    orders : ndarray of int
        Numbers of the peaks, 0 for the one at `position`.
    weights : ndarray
        Share of the pixels in each peak, and last in the uniform part.
    likelihood : float
        Logarithm of the likelihood.
    """

    position: float
    distance: float
    width: float
    orders: np.ndarray
    weights: np.ndarray
    likelihood: float = -np.inf

    @property
    def first(self) -> int:
        """Index of the lowest peak that holds a thousandth of what the fullest holds."""
        peaks = self.weights[:-1]
        return int(np.flatnonzero(peaks >= 1e-3 * peaks.max())[0])

    @property
    def lowest(self) -> float:
        """Centre of the peak of no electrons (ADU)."""
        return self.position + float(self.orders[self.first]) * self.distance

    def merit(self, n_pixels: int) -> float:
        """Log-likelihood less a penalty per filled peak (minus half the Bayesian criterion)."""
        return self.likelihood - 0.5 * np.log(n_pixels) * np.count_nonzero(self.weights > 1e-6)


def fit_single_electron_peaks(values: np.ndarray) -> SingleElectronPeaks | None:
    """Maximum-likelihood fit of the peaks of whole numbers of electrons.

    The weights of the peaks are free, so that the dark charge may have any distribution.

    Parameters
    ----------
    values : ndarray
        Signal of pixels (ADU), finite, of shape (n,); bright ones are left out.

    Returns
    -------
    SingleElectronPeaks or None
        None where no peaks show.
    """
    median = np.median(values)
    deviation = mad_std(values)
    if not deviation:
        return None
    histogram = _Histogram.of(values, np.percentile(values, 0.05) - deviation, median, deviation)
    whole = bool(np.all(values == np.rint(values)))
    candidates = (
        _fitted(_first_guess(histogram, distance * deviation, deviation), histogram)
        for distance in _DISTANCES
    )
    visible = [
        peaks
        for peaks in candidates
        if _is_plausible(peaks, len(values), whole=whole) and _shows_peaks(peaks, histogram)
    ]
    return max(visible, key=lambda peaks: peaks.merit(len(values)), default=None)


def _is_plausible(peaks: SingleElectronPeaks, n_pixels: int, *, whole: bool) -> bool:
    """Whether the peaks are neither too close nor too far apart, and filled as electrons do."""
    resolved = _RESOLVED <= peaks.distance / peaks.width <= _SHARPEST
    apart = not whole or peaks.distance >= _LEAST_STEPS
    if not (resolved and apart and peaks.weights[:-1].sum() >= _LEAST_PART):
        return False
    none, one, two = np.pad(peaks.weights[peaks.first : -1], (0, 2))[:3]
    expected = _POISSON * one**2 / none
    return two >= expected or n_pixels * expected < _FEW


def _shows_peaks(peaks: SingleElectronPeaks, histogram: _Histogram) -> bool:
    """Whether a peak beside the highest one stands out of the valleys to both of its sides."""
    highest = peaks.orders[peaks.weights[:-1].argmax()]
    return any(_stands_out(peaks, highest + k, histogram) for k in (-1, 1))


def _stands_out(peaks: SingleElectronPeaks, order: int, histogram: _Histogram) -> bool:
    peak = peaks.position + order * peaks.distance
    here = histogram.around(peak, peaks.distance)
    places = np.linspace(0.3, 0.7, 9) * peaks.distance
    return all(
        here - valley > _SIGNIFICANT * max(here + valley, 1) ** 0.5
        for side in (-1, 1)
        for valley in [min(histogram.around(peak + side * x, peaks.distance) for x in places)]
    )


@dataclass(frozen=True, eq=False)
class _Histogram:
    """Number of pixels by signal (ADU)."""

    counts: np.ndarray
    middles: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, low: float, median: float, deviation: float) -> _Histogram:
        high = median + _ABOVE * deviation
        n_bins = int((high - low) / deviation * _BINS)
        counts, edges = np.histogram(values, n_bins, (low, high))
        return cls(counts, (edges[1:] + edges[:-1]) / 2)

    def around(self, value: float, distance: float) -> int:
        """Pixels within a tenth of a distance of a value."""
        near = np.abs(self.middles - value) <= distance / 10
        return int(self.counts[near].sum())

    @property
    def mode(self) -> float:
        """Highest point of the histogram, smoothed (ADU)."""
        return float(self.middles[np.convolve(self.counts, np.ones(5), "same").argmax()])

    @property
    def range(self) -> float:
        return float(self.middles[-1] - self.middles[0])


def _first_guess(histogram: _Histogram, distance: float, deviation: float) -> SingleElectronPeaks:
    position = histogram.mode
    orders = _orders(histogram, position, distance)
    weights = np.full(len(orders) + 1, 1 / (len(orders) + 1))
    return SingleElectronPeaks(position, distance, min(distance / 5, deviation), orders, weights)


def _orders(histogram: _Histogram, position: float, distance: float) -> np.ndarray:
    first = -int((position - histogram.middles[0]) / distance)
    last = int((histogram.middles[-1] - position) / distance)
    return np.arange(first, min(last, first + _MOST_PEAKS) + 1)


def _fitted(peaks: SingleElectronPeaks, histogram: _Histogram) -> SingleElectronPeaks:
    """Expectation maximisation."""
    filled = histogram.counts > 0
    x, counts = histogram.middles[filled], histogram.counts[filled]
    bin_width = histogram.middles[1] - histogram.middles[0]
    for _ in range(_STEPS):
        improved = _step(_without_empty_ends(peaks), x, counts, bin_width, histogram.range)
        gain = improved.likelihood - peaks.likelihood
        peaks = improved
        if gain < _CONVERGED * abs(peaks.likelihood):
            break
    return peaks


def _without_empty_ends(peaks: SingleElectronPeaks) -> SingleElectronPeaks:
    """The peaks without the lowest and highest ones that hold nothing, and never will."""
    held = np.flatnonzero(peaks.weights[:-1] > _NOTHING)
    if not len(held) or len(held) == len(peaks.orders):
        return peaks
    part = slice(held[0], held[-1] + 1)
    weights = np.append(peaks.weights[part], peaks.weights[-1])
    return replace(peaks, orders=peaks.orders[part], weights=weights)


def _step(
    peaks: SingleElectronPeaks,
    x: np.ndarray,
    counts: np.ndarray,
    bin_width: float,
    full_range: float,
) -> SingleElectronPeaks:
    """One step; the likelihood is that before it.

    Parameters
    ----------
    peaks : SingleElectronPeaks
        Peaks so far.
    x, counts : ndarray
        Middle (ADU) and number of pixels of the bins that hold any.
    bin_width, full_range : float
        Width of a bin, and of the whole histogram (ADU).
    """
    orders = peaks.orders
    away = x[:, np.newaxis] - (peaks.position + orders * peaks.distance)
    heights = peaks.weights[:-1] / (peaks.width * (2 * np.pi) ** 0.5)
    parts = np.exp(away**2 * (-0.5 / peaks.width**2)) * heights
    uniform = peaks.weights[-1] / full_range
    total = parts.sum(axis=1) + uniform + np.finfo(float).tiny
    likelihood = float(counts @ np.log(total))
    shares = counts / total
    parts *= shares[:, np.newaxis]
    in_order, in_bin = parts.sum(axis=0), parts.sum(axis=1)
    weights = np.append(in_order, uniform * shares.sum()) / counts.sum()
    n = max(in_order.sum(), np.finfo(float).tiny)
    order, mean = in_order @ orders / n, in_bin @ x / n
    variance = in_order @ (orders - order) ** 2 / n
    distance = peaks.distance
    if variance > 0:
        distance = float((x - mean) @ parts @ (orders - order) / n / variance)
    position = float(mean - order * distance)
    away = x[:, np.newaxis] - (position + orders * distance)
    width = max(float(np.vdot(parts, away**2) / n) ** 0.5, bin_width / 3)
    return SingleElectronPeaks(position, distance, width, orders, weights, likelihood)
