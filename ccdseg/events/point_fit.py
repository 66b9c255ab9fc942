"""Point-like deposits: round Gaussians, integrated over the pixels, fitted to many clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.events.clusters import PixelList, batches_by_shape
from ccdseg.events.gaussian_fit import (
    Pieces,
    chi_square,
    expected_signal,
    first_guess,
    minimise,
    width_error,
)
from ccdseg.events.gaussian_profile import N_PARAMETERS

_MOST_PIXELS = 600
"""Largest aperture (px) to which a point-like deposit is fitted."""

_SMALLEST = 8  # px, the least edge of the squares that are fitted
_BATCH = 2**17
"""Pixels that are fitted together."""


@dataclass(frozen=True, eq=False)
class PointFits:
    """Results of the fits, each of shape (clusters,); NaN where nothing could be fitted.

    Attributes
    ----------
    width : ndarray
        RMS width (σ) of the Gaussian (px), the pixels' own width not in it.
    width_error : ndarray
        Its standard deviation (px); NaN where the width is at its upper limit of 8 px.
    misfit : ndarray
        χ² per degree of freedom: about 1 for point-like deposits.
    """

    width: np.ndarray
    width_error: np.ndarray
    misfit: np.ndarray

    def of(self, clusters: np.ndarray) -> PointFits:
        """Results of some clusters, by their indices."""
        return PointFits(*(values[clusters] for values in vars(self).values()))

    def again(
        self,
        above: np.ndarray,
        pixels: PixelList,
        chosen: np.ndarray,
        *,
        noise: np.ndarray,
        gain: float | None,
    ) -> PointFits:
        """The results with new fits, as `fit_points`, of the clusters that are `chosen`."""
        kept = chosen[pixels.cluster]
        new = fit_points(above[kept], pixels.where(kept), noise=noise, gain=gain)
        return PointFits(
            *(np.where(chosen, vars(new)[name], values) for name, values in vars(self).items())
        )


def fit_points(
    above: np.ndarray, pixels: PixelList, *, noise: np.ndarray, gain: float | None = None
) -> PointFits:
    """Fit a round Gaussian to the charge of each cluster.

    Parameters
    ----------
    above : ndarray
        Signal above the background (ADU) of each pixel, (pixels,).
    pixels : PixelList
        Pixels to which the model is fitted, those of the apertures.
    noise : ndarray
        Standard deviation of a pixel without charge (ADU), (clusters,).
    gain : float, optional
        ADU per electron: the fluctuation of the charge itself then adds to the variance.

    Returns
    -------
    PointFits
    """
    counts, boxes = pixels.counts(), pixels.boxes()
    positive = np.maximum(above, 0)
    total = pixels.sums(positive)
    fits = PointFits(*np.full((3, pixels.n_clusters), np.nan))
    chosen = (counts > N_PARAMETERS) & (counts <= _MOST_PIXELS) & (noise > 0) & (total > 0)
    chosen = np.flatnonzero(chosen)
    lengths = (boxes[:, 2:] - boxes[:, :2])[chosen].max(axis=1, initial=_SMALLEST)
    squares = np.stack([lengths, lengths], axis=1)
    for batch, shape in batches_by_shape(squares, growth=2.0, most_pixels=_BATCH):
        members = chosen[batch]
        index, number = pixels.indices_of(members)
        rows = pixels.rows[index] - boxes[members, 0][number]
        columns = pixels.columns[index] - boxes[members, 1][number]
        unit = total[members]
        data, used = np.zeros((2, len(members), *shape))
        data[number, rows, columns] = above[index] / unit[number]
        used[number, rows, columns] = 1.0
        fits.width[members], fits.width_error[members], misfit = _fit_batch(
            data, used, noise=noise[members] / unit, gain=None if gain is None else gain / unit
        )
        fits.misfit[members] = misfit / (counts[members] - N_PARAMETERS)
    return fits


def _fit_batch(
    data: np.ndarray, used: np.ndarray, *, noise: np.ndarray, gain: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Width, its standard deviation (px) and χ², each (fits,), of pieces of an image (fits, h, w).

    `used` is 1 for the pixels that count, else 0; data, noise and gain are in one unit per fit.
    """
    noise = noise[:, np.newaxis, np.newaxis]
    pieces = Pieces.of(data, used / noise**2)
    guess = minimise(first_guess(data), pieces)
    if gain is not None:  # the charge fluctuates by what the first fit says
        expected = gain[:, np.newaxis, np.newaxis] * np.maximum(
            expected_signal(guess, data.shape[1]), 0
        )
        pieces = Pieces.of(data, used / (noise**2 + expected))
        guess = minimise(guess, pieces)
    return np.exp(guess[:, 2]), width_error(guess, pieces), chi_square(guess, pieces)
