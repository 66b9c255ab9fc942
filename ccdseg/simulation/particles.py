"""Particles and the energy that they leave in each pixel.

A particle is a chain of energy losses along its path; `deposit` spreads each loss by the diffusion
of its depth and integrates it over the pixels.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from ccdseg.detector import Detector
from ccdseg.simulation.library import ClusterLibrary

ELECTRON_MASS = 511.0
"""Rest energy of the electron (keV)."""

RADIATION_LENGTH = 93.7e3
"""Radiation length of silicon (µm), Particle Data Group."""

MUON_LOSS = 0.388
"""Mean energy loss of a minimum ionising particle in silicon (keV/µm), Particle Data Group."""

STEP = 3.0
"""Length of one step along a path (µm)."""

DIFFUSION_FACTOR = (0.5, 3.5)
"""Range of the factor on the diffusion's variance in a library: front-side and back-side hits of
real frames are 0.3 to 1.7 px wide, more than one pair of coefficients spans."""

DENSITY_FACTOR = (0.1, 1.0)
"""Range of the factor on the energies of a cluster in a library, log-uniform: the original's
clusters hold about a fifth of the energy per length that electrons lose in silicon."""

_SPREAD = 7


def stopping_power(energy: float) -> float:
    """Energy loss of an electron in silicon (keV/µm) at a kinetic `energy` (keV).

    A fit of 0.30 + 0.50 (E / 100 keV)^-0.9, within 15 % of the ESTAR table of NIST between 10 and
    1000 keV.
    """
    return 0.30 + 0.50 * (energy / 100.0) ** -0.9


def scattering_angle(energy: float, length: float) -> float:
    """Width of the multiple scattering (rad) of an electron of `energy` (keV) over `length` (µm).

    Highland's formula without its logarithm (Particle Data Group, passage through matter).
    """
    momentum_beta = energy * (energy + 2 * ELECTRON_MASS) / (energy + ELECTRON_MASS)
    return 13.6e3 / momentum_beta * (length / RADIATION_LENGTH) ** 0.5


def electron(
    energy: float, *, detector: Detector, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Path of an electron that starts inside the silicon: a curved track with a dense end.

    Parameters
    ----------
    energy : float
        Kinetic energy (keV).
    detector : Detector
        Gives the thickness; the path ends where it leaves the silicon.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    positions : ndarray
        (n, 3): along the columns, along the rows, depth (µm).
    losses : ndarray
        (n,): energy left at each position (keV).
    """
    position = np.array([0.0, 0.0, rng.uniform(0, detector.thickness)])
    direction = _isotropic(rng)
    positions, losses = [], []
    while energy > 0 and 0 <= position[2] <= detector.thickness:
        loss = min(energy, stopping_power(max(energy, 1.0)) * STEP * rng.gamma(4.0, 0.25))
        positions.append(position.copy())
        losses.append(loss)
        direction += scattering_angle(energy, STEP) * rng.standard_normal(3)
        direction /= np.linalg.norm(direction)
        position += STEP * direction
        energy -= loss
    return np.array(positions), np.array(losses)


def muon(
    zenith: float, *, detector: Detector, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Straight path through the full thickness at an angle `zenith` (rad) from the normal.

    The loss of each step fluctuates by a gamma distribution whose long tail stands in for the
    delta rays. Returns positions (µm) and losses (keV) as `electron` does.
    """
    azimuth = rng.uniform(0, 2 * np.pi)
    depth = np.arange(0, detector.thickness, STEP * np.cos(zenith))
    lateral = depth * np.tan(zenith)
    positions = np.column_stack([lateral * np.cos(azimuth), lateral * np.sin(azimuth), depth])
    return positions, MUON_LOSS * STEP * rng.gamma(0.7, 1 / 0.7, size=len(depth))


def point(
    energy: float, *, detector: Detector, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Absorption of an X-ray of `energy` (keV) at any depth; positions and losses as `electron`."""
    return np.array([[0.0, 0.0, rng.uniform(0, detector.thickness)]]), np.array([energy])


def deposit(positions: np.ndarray, losses: np.ndarray, *, detector: Detector) -> np.ndarray:
    """Energy per pixel of a chain of losses, each spread by the diffusion of its depth.

    Parameters
    ----------
    positions : ndarray
        (n, 3): along the columns, along the rows, depth (µm).
    losses : ndarray
        (n,): energy left at each position (keV).
    detector : Detector
        Pixel size and diffusion σ²(z) = −A ln(1 − B z).

    Returns
    -------
    ndarray
        Energy (keV) per pixel, float64 of shape (H, W), with a margin of seven pixels. The sum
        equals that of the losses but for the tails beyond the margin.
    """
    variance = -detector.diffusion_a * np.log1p(-detector.diffusion_b * positions[:, 2])
    sigma = np.sqrt(np.maximum(variance, 1e-4)) / detector.pixel_size
    column, row = positions[:, 0] / detector.pixel_size, positions[:, 1] / detector.pixel_size
    columns, in_columns = _pixel_integrals(column, sigma)
    rows, in_rows = _pixel_integrals(row, sigma)
    energy = np.zeros((rows.max() + 1, columns.max() + 1))
    shares = losses[:, None, None] * in_rows[:, :, None] * in_columns[:, None, :]
    np.add.at(energy, (rows[:, :, None], columns[:, None, :]), shares)
    return energy


def _pixel_integrals(centre: np.ndarray, sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixel indices (n, 15) from 0 upward, and the share of a Gaussian that falls in each."""
    first = np.floor(centre).astype(int) - _SPREAD
    edges = first[:, None] + np.arange(2 * _SPREAD + 2)
    shares = np.diff(ndtr((edges - centre[:, None]) / sigma[:, None]), axis=1)
    return edges[:, :-1] - first.min(), shares


def _isotropic(rng: np.random.Generator) -> np.ndarray:
    direction = rng.standard_normal(3)
    return direction / np.linalg.norm(direction)


def generate_library(
    n_clusters: int, *, detector: Detector, rng: np.random.Generator
) -> ClusterLibrary:
    """Generate a library: 75 % electrons, 10 % straight tracks, 15 % points.

    Energies are log-uniform from 25 to 1000 keV for electrons and from 1 to 60 keV for points;
    straight tracks follow the cos² law of cosmic muons within 65° of the normal. Diffusion and
    energy of each are multiplied by random factors, `DIFFUSION_FACTOR` and `DENSITY_FACTOR`.

    Parameters
    ----------
    n_clusters : int
        Number of clusters.
    detector : Detector
        Geometry and diffusion.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ClusterLibrary
    """

    def cluster() -> np.ndarray:
        particle = _random_particle(detector, rng)
        diffusion = detector.diffusion_a * rng.uniform(*DIFFUSION_FACTOR)
        density = np.exp(rng.uniform(*np.log(DENSITY_FACTOR)))
        return density * deposit(*particle, detector=replace(detector, diffusion_a=diffusion))

    return ClusterLibrary.from_arrays(np.round(cluster(), 3) for _ in range(n_clusters))


def _random_particle(detector: Detector, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    kind = rng.choice(["electron", "muon", "point"], p=[0.75, 0.1, 0.15])
    if kind == "electron":
        energy = np.exp(rng.uniform(np.log(25.0), np.log(1000.0)))
        positions, losses = electron(energy, detector=detector, rng=rng)
    elif kind == "muon":
        zenith = np.arccos(rng.uniform(np.cos(np.radians(65)) ** 3, 1) ** (1 / 3))
        positions, losses = muon(zenith, detector=detector, rng=rng)
    else:
        energy = np.exp(rng.uniform(np.log(1.0), np.log(60.0)))
        positions, losses = point(energy, detector=detector, rng=rng)
    positions[:, :2] += rng.uniform(0, detector.pixel_size, 2)
    return positions, losses
