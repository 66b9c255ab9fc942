"""Muons: straight lines through the full thickness, with delta rays."""

from __future__ import annotations

import numpy as np

from ccdseg.detector.silicon import (
    ELECTRON_MASS,
    MUON_LOSS,
    STEP,
    hard_losses,
    mean_hard_loss,
)
from ccdseg.simulation.particles.electrons import HIGHEST_ENERGY, electron_bank
from ccdseg.simulation.particles.path import Path, across

_HARD = 5.0
_SOFT_SHAPE = 2.5
_VISIBLE_DELTA = 60.0


def cosmic_zenith(most: float, *, rng: np.random.Generator) -> float:
    """Zenith angle (rad) up to `most` of a muon through a horizontal CCD: cos²θ flux times cosθ."""
    return float(np.arccos(rng.uniform(np.cos(most) ** 4, 1.0) ** 0.25))


def muon(
    zenith: float, *, thickness: float, rng: np.random.Generator, azimuth: float | None = None
) -> Path:
    """Path of a minimum ionising muon at an angle `zenith` (rad) from the normal.

    Each step loses a continuous part that fluctuates by a gamma distribution, and single collisions
    above 5 keV distributed as 1/T², 388 eV/µm in the mean. A collision above 60 keV becomes a delta
    ray: an electron with a path of its own, at the angle cos²θ = T / (T + 2 m) of the kinematics.

    Parameters
    ----------
    zenith : float
        Angle from the normal of the CCD (rad), below π/2.
    thickness : float
        Thickness of the silicon (µm).
    rng : numpy.random.Generator
        Source of randomness.
    azimuth : float, optional
        Angle in the plane of the CCD from the direction of the rows (rad); any by default.

    Returns
    -------
    Path
        From the gates down.
    """
    if azimuth is None:
        azimuth = rng.uniform(0, 2 * np.pi)
    direction = np.array(
        [np.sin(zenith) * np.cos(azimuth), np.sin(zenith) * np.sin(azimuth), np.cos(zenith)]
    )
    along = np.arange(0, thickness / np.cos(zenith), STEP)
    positions = along[:, None] * direction
    soft = (MUON_LOSS - mean_hard_loss(_HARD, HIGHEST_ENERGY)) * STEP
    losses = soft * rng.gamma(_SOFT_SHAPE, 1 / _SOFT_SHAPE, len(along))
    collisions = hard_losses(len(along), least=_HARD, most=HIGHEST_ENERGY, rng=rng)
    visible = np.flatnonzero(collisions > _VISIBLE_DELTA)
    losses += np.where(collisions > _VISIBLE_DELTA, 0.0, collisions)
    rays = [_delta_ray(collisions[i], positions[i], direction, thickness, rng) for i in visible]
    return Path(
        "muon",
        np.concatenate([positions, *(ray.positions for ray in rays)]),
        np.concatenate([losses, *(ray.losses for ray in rays)]),
        direction,
    )


def _delta_ray(
    energy: float,
    origin: np.ndarray,
    direction: np.ndarray,
    thickness: float,
    rng: np.random.Generator,
) -> Path:
    cosine = (energy / (energy + 2 * ELECTRON_MASS)) ** 0.5
    outward = cosine * direction + (1 - cosine**2) ** 0.5 * across(direction, rng)
    ray = electron_bank().draw(energy, direction=outward, rng=rng)
    ray.positions[:] += origin
    return ray.inside(thickness)
