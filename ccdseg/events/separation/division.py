"""Divided clusters: the share of each particle in each pixel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Division(NamedTuple):
    """A cluster, divided into particles.

    Attributes
    ----------
    cluster : int
        Index of the cluster.
    shares : ndarray
        Share of each particle in the charge of each pixel of the aperture, (pixels, particles); the
        shares of a pixel sum to 1.
    errors : ndarray
        Standard deviation (e⁻) that sharing adds to the charge of each particle, (particles,).
    """

    cluster: int
    shares: np.ndarray
    errors: np.ndarray


def shares_of(expected: np.ndarray) -> np.ndarray:
    """Shares by the expected charge of each particle, (pixels, particles).

    Where nearly nothing is expected, the particle with the most has the pixel.
    """
    total = expected.sum(axis=1, keepdims=True)
    largest = expected.argmax(axis=1)[:, np.newaxis] == np.arange(expected.shape[1])
    return np.where(total > 1e-6, expected / np.maximum(total, 1e-6), largest)
