"""Point-like hits cut at a row against whole ones: two fits to the surroundings of the row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from ccdseg.events.gaussian_fit import (
    Pieces,
    chi_square,
    expected_signal,
    first_guess,
    minimise,
)
from ccdseg.events.row_edges.patches import INSIDE, EdgePatches

WIDEST = 2.2
"""Greatest width of the charge of a point (px): the widest seen are 1.7 px, from the back face."""


class CutFits(NamedTuple):
    """Fits of a round Gaussian, whole and cut at a row, each of shape (sides,).

    Attributes
    ----------
    whole, cut : ndarray
        χ² of a whole Gaussian, and of one of which nothing lies beyond the row.
    whole_width, cut_width : ndarray
        RMS widths (px).
    depth : ndarray
        Distance of the centre of the cut one from the row, inwards (px).
    missing : ndarray
        Share of the cut one beyond the row, 0 to 1.
    n_pixels : ndarray
        Pixels that count.
    """

    whole: np.ndarray
    cut: np.ndarray
    whole_width: np.ndarray
    cut_width: np.ndarray
    depth: np.ndarray
    missing: np.ndarray
    n_pixels: np.ndarray


def fit_cuts(patches: EdgePatches, *, noise: np.ndarray, gain: float) -> CutFits:
    """Fit whole and cut Gaussians.

    The variance of a pixel is that of its noise and that of the number of its electrons. Where the
    charge is cut, the fit takes the pixels of the event's side alone; those beyond, in which
    nothing is expected, add their squares to χ².

    Parameters
    ----------
    patches : EdgePatches
        Sides of events; signals (ADU).
    noise : ndarray
        Standard deviation of a pixel without charge (ADU), (sides,).
    gain : float
        ADU per electron.
    """
    total = np.maximum(patches.signal, 0).sum(axis=(1, 2))
    unit = np.where(total > 0, total, 1.0)
    data = patches.signal / unit[:, np.newaxis, np.newaxis]
    variance = (noise / unit)[:, np.newaxis, np.newaxis] ** 2
    inside = patches.used.copy()
    inside[:, INSIDE:] = False
    gain_of = (gain / unit)[:, np.newaxis, np.newaxis]
    whole, whole_chi = _fit(data, patches.used, variance, gain_of)
    cut, cut_chi = _fit(data, inside, variance, gain_of)
    beyond = (data**2 / variance * patches.used)[:, INSIDE:].sum(axis=(1, 2))
    width = np.exp(cut[:, 2])
    depth = INSIDE - 0.5 - cut[:, 0]
    return CutFits(
        whole_chi,
        cut_chi + beyond,
        np.exp(whole[:, 2]),
        width,
        depth,
        ndtr(-depth / width),
        patches.used.sum(axis=(1, 2)),
    )


def _fit(
    data: np.ndarray, used: np.ndarray, variance: np.ndarray, gain: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Parameters, (sides, 4), and χ², (sides,)."""
    kept = data * used
    pieces = Pieces.of(kept, used / variance)
    guess = minimise(first_guess(kept), pieces, widest=WIDEST)
    expected = gain * np.maximum(expected_signal(guess, data.shape[1]), 0)
    pieces = Pieces.of(kept, used / (variance + expected))
    guess = minimise(guess, pieces, widest=WIDEST)
    return guess, chi_square(guess, pieces)
