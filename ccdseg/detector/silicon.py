"""Energy loss of particles in silicon, and diffusion of the charge that they free."""

from __future__ import annotations

from functools import cache

import numpy as np

from ccdseg.detector.ccd import Detector

ELECTRON_MASS = 511.0
"""Rest energy of the electron (keV)."""

RADIATION_LENGTH = 93.7e3
"""Radiation length of silicon (µm), Particle Data Group."""

MUON_LOSS = 0.388
"""Mean energy loss of a minimum ionising particle in silicon (keV/µm), Particle Data Group."""

COLLISION_STRENGTH = 0.01784
"""K/2 · Z/A · density of silicon (keV/µm), Particle Data Group: a particle of speed β makes
COLLISION_STRENGTH / (β T)² collisions per µm and keV that hand the energy T to one electron."""

STEP = 5.0
"""Length of one step along a path (µm), a third of a pixel."""


def stopping_power(energy: np.ndarray | float) -> np.ndarray | float:
    """Energy loss of an electron in silicon (keV/µm) at a kinetic `energy` (keV).

    A fit of 0.30 + 0.50 (E / 100 keV)^-0.9, within 15 % of the ESTAR table of NIST between 10 and
    1000 keV.
    """
    return 0.30 + 0.50 * (energy / 100.0) ** -0.9


def electron_range(energy: np.ndarray | float) -> np.ndarray | float:
    """Length of the path of an electron in silicon (µm) from a kinetic `energy` (keV) to rest.

    The integral of 1 / `stopping_power`, without fluctuations: no electron gets much farther.
    """
    energies, ranges = _range_table()
    return np.interp(energy, energies, ranges)


@cache
def _range_table() -> tuple[np.ndarray, np.ndarray]:
    """Energies (keV) and ranges (µm), the energies so dense that lines between them suffice."""
    energies = np.concatenate([[0.0], np.geomspace(0.1, 5000.0, 400)])
    middle = (energies[1:] + energies[:-1]) / 2
    steps = np.diff(energies) / stopping_power(middle)
    return energies, np.concatenate([[0.0], np.cumsum(steps)])


def scattering_angle(energy: np.ndarray | float, length: float) -> np.ndarray | float:
    """RMS angle of multiple scattering (rad) of an electron of `energy` (keV) over `length` (µm).

    Highland's formula without its logarithm (Particle Data Group, passage through matter).
    """
    momentum_beta = energy * (energy + 2 * ELECTRON_MASS) / (energy + ELECTRON_MASS)
    return 13.6e3 / momentum_beta * (length / RADIATION_LENGTH) ** 0.5


def speed_squared(energy: np.ndarray | float) -> np.ndarray | float:
    """β² of an electron of kinetic `energy` (keV)."""
    return 1.0 - (ELECTRON_MASS / (energy + ELECTRON_MASS)) ** 2


def hard_losses(
    shape: int,
    *,
    least: float,
    most: np.ndarray | float,
    beta_squared: np.ndarray | float = 1.0,
    rng: np.random.Generator,
) -> np.ndarray:
    """Energy that single hard collisions take in each of many steps of `STEP`.

    Parameters
    ----------
    shape : int
        Number of steps.
    least, most : float or ndarray
        Range of the energies T handed to one electron (keV), distributed as 1/T²; below `least`
        they count to the continuous loss. At most one collision per step.
    beta_squared : float or ndarray
        Squared speed of the particle.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Energy (keV) of each step's collision, 0 where there is none.
    """
    span = np.maximum(1.0 / least - 1.0 / np.maximum(most, least), 0.0)
    hit = rng.random(shape) < COLLISION_STRENGTH / beta_squared * STEP * span
    return np.where(hit, 1.0 / (1.0 / least - rng.random(shape) * span), 0.0)


def mean_hard_loss(
    least: float, most: np.ndarray | float, beta_squared: np.ndarray | float = 1.0
) -> np.ndarray | float:
    """Mean of `hard_losses` per length (keV/µm)."""
    return COLLISION_STRENGTH / beta_squared * np.log(np.maximum(most / least, 1.0))


def diffusion_width(depth: np.ndarray, detector: Detector) -> np.ndarray:
    """RMS lateral width (µm) of charge freed at `depth` (µm) below the gates.

    σ²(z) = −A ln(1 − B z), with A and B of the detector.
    """
    return np.sqrt(np.maximum(-detector.diffusion_a * np.log1p(-detector.diffusion_b * depth), 0))


def point_growth(energy: np.ndarray | float, detector: Detector) -> np.ndarray | float:
    """Factor by which a point-like deposit of `energy` (keV) is wider than diffusion alone.

    1 + `detector.diffusion_growth` (px/keV) · E / σ of the full thickness (px): the charge of a
    larger deposit repels itself (DAMIC-M simulation code).
    """
    widest = diffusion_width(np.array(detector.thickness), detector) / detector.pixel_size
    return 1.0 + detector.diffusion_growth * energy / max(float(widest), 1e-3)


def point_width(energy: float, depth: float, detector: Detector) -> float:
    """RMS lateral width (µm) of a point-like deposit of `energy` (keV) at `depth` (µm).

    `diffusion_width`, widened by `point_growth`.
    """
    return float(diffusion_width(np.array(depth), detector) * point_growth(energy, detector))


def freed_charge(energy: float, detector: Detector, *, rng: np.random.Generator) -> int:
    """Whole number of electrons that `energy` (keV) frees.

    Normal about energy / pair energy with the variance Fano factor · mean (arXiv:2004.11499).
    """
    mean = energy * 1000.0 / detector.pair_energy
    return max(round(rng.normal(mean, (detector.fano * mean) ** 0.5)), 0)
