"""Deposits in one place: X-rays, low-energy electrons, nuclear recoils, and alphas."""

from __future__ import annotations

import numpy as np

from ccdseg.detector import Detector
from ccdseg.detector.silicon import diffusion_width, point_width
from ccdseg.errors import InputError
from ccdseg.simulation.particles.path import Path

_DENSITY = 2.329e-4  # g cm⁻² per µm
_ATTENUATION = np.array(
    [
        (1.0, 1570.0),
        (1.5, 535.5),
        (1.8389, 309.2),
        (1.8389, 3192.0),
        (2.0, 2777.0),
        (3.0, 978.4),
        (4.0, 452.9),
        (5.0, 245.0),
        (6.0, 147.0),
        (8.0, 64.68),
        (10.0, 33.89),
        (15.0, 10.34),
        (20.0, 4.464),
        (30.0, 1.436),
        (40.0, 0.7012),
    ]
)
"""Energy (keV) and mass attenuation coefficient (cm²/g) of silicon, twice at its K edge: Hubbell
and Seltzer, NISTIR 5632."""

PLASMA_WIDTH = 18.0
"""Width (µm) to which the plasma of an alpha expands; no citable coefficient: a round blob of about
nine pixels as real frames show it."""


def attenuation_length(energy: float | np.ndarray) -> float | np.ndarray:
    """Mean depth (µm) that X-rays of `energy` (keV) reach in silicon.

    From 1 to 40 keV by the table of Hubbell and Seltzer (NISTIR 5632), 28 µm at 5.9 keV. Above, as
    if the energy were 40 keV; below, by the power law of the table's first two rows, which leaves
    out the L edge at 0.1 keV: such X-rays end within a micrometre.
    """
    energies, coefficients = np.log(_ATTENUATION).T
    value = np.interp(np.log(energy), energies, coefficients)
    slope = (coefficients[1] - coefficients[0]) / (energies[1] - energies[0])
    value += slope * np.minimum(np.log(energy) - energies[0], 0.0)
    return np.exp(-value) / _DENSITY


def point(energy: float, depth: float, *, detector: Detector) -> Path:
    """Absorption of `energy` (keV) at a `depth` (µm) below the gates."""
    return _at(depth, "point", energy, point_width(energy, depth, detector), detector)


def xray_depth(
    energy: float | np.ndarray, face: str, *, thickness: float, rng: np.random.Generator
) -> float | np.ndarray:
    """Depths (µm) below the gates at which X-rays are absorbed.

    Parameters
    ----------
    energy : float or ndarray
        Energy of each X-ray (keV).
    face : {"front", "back", "any"}
        Face of entry: at the front face with the gates, at the back face, or anywhere (uniform
        depth).
    thickness : float
        Thickness of the silicon (µm).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    float or ndarray
        Of the shape of `energy`.
    """
    if face not in ("front", "back", "any"):
        raise InputError(f"An X-ray enters at {face!r}; take front, back or any.")
    share = rng.random(np.shape(energy))
    if face == "any":
        return thickness * share
    length = attenuation_length(energy)
    depth = -length * np.log1p(share * np.expm1(-thickness / length))
    return depth if face == "front" else thickness - depth


def alpha(
    energy: float, depth: float, *, detector: Detector, plasma_width: float = PLASMA_WIDTH
) -> Path:
    """Alpha of `energy` (keV): its plasma widens the charge by `plasma_width` (µm)."""
    width = float(np.hypot(diffusion_width(np.array(depth), detector), plasma_width))
    return _at(depth, "alpha", energy, width, detector)


def _at(depth: float, kind: str, energy: float, width: float, detector: Detector) -> Path:
    if not 0 <= depth <= detector.thickness:
        raise InputError(
            f"Depth is {depth} µm; the silicon reaches from 0 to {detector.thickness} µm."
        )
    return Path(kind, np.array([[0.0, 0.0, depth]]), np.array([energy]), np.zeros(3), width)
