"""Clusters with known particles, drawn pixel by pixel."""

import numpy as np

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC_M
from ccdseg.events import map_events
from ccdseg.events.separation.mixture_fit import expected_signals

CLUSTER = CLASSES["cluster"].index
NOISE = 0.2
"""Standard deviation of a pixel (e⁻)."""


def round_deposits(*deposits, shape=(48, 64)):
    """Expected charge (e⁻) of round deposits, each by row, column, width (px) and energy (keV)."""
    parameters = np.array(
        [
            [row, column, np.log(width), 1000 * energy / DAMIC_M.pair_energy]
            for row, column, width, energy in deposits
        ]
    )
    return expected_signals(parameters[np.newaxis], shape)[0].sum(axis=0)


def line(first, last, width, energy, shape=(48, 64)):
    """Expected charge (e⁻) of an even straight track from one place to another."""
    n = 4 * int(np.hypot(*np.subtract(last, first))) + 2
    places = np.linspace(first, last, n)
    return round_deposits(*((*place, width, energy / n) for place in places), shape=shape)


def measured(expected, *, seed=1, detector=DAMIC_M, **options):
    """Map of the events of a frame with this charge, its mask that of the truth."""
    rng = np.random.default_rng(seed)
    charge = rng.poisson(expected) + rng.normal(0, NOISE, expected.shape)
    mask = np.where(expected > 1.5 * NOISE, CLUSTER, 0).astype(np.uint8)
    return map_events(charge * DAMIC_M.gain, mask, detector=detector, **options)
