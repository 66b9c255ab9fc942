"""Electrons: worms that scatter, lose ever more energy per length and end in a blob."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ccdseg.detector.silicon import (
    STEP,
    hard_losses,
    mean_hard_loss,
    scattering_angle,
    speed_squared,
    stopping_power,
)
from ccdseg.errors import InputError
from ccdseg.simulation.particles.path import Path, isotropic, turned

HIGHEST_ENERGY = 3000.0
"""Energy at which the paths of a bank start (keV)."""

_HARD = 2.0
_SOFT_SHAPE = 16.0


@dataclass(frozen=True, eq=False)
class ElectronBank:
    """Paths of electrons from a high energy to rest in boundless silicon.

    An electron forgets where it came from, so the end of such a path is the path of an electron of
    any lower energy: a few hundred paths, cut and turned at random, make any number of electrons.

    Attributes
    ----------
    positions : ndarray
        (n, 3): all paths one after the other (µm).
    losses : ndarray
        (n,): energy left in each step (keV).
    remaining : ndarray
        (n,): kinetic energy before each step (keV), falling along each path.
    offsets : ndarray
        Path i holds the steps ``offsets[i]:offsets[i + 1]``.
    """

    positions: np.ndarray
    losses: np.ndarray
    remaining: np.ndarray
    offsets: np.ndarray

    def draw(
        self, energy: float, *, direction: np.ndarray | None = None, rng: np.random.Generator
    ) -> Path:
        """Draw the path of an electron that starts at the origin.

        Parameters
        ----------
        energy : float
            Kinetic energy (keV), at most `HIGHEST_ENERGY`.
        direction : ndarray, optional
            Unit vector (3,) of the first step; any by default.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        Path
            Its losses sum to `energy`.
        """
        if not 0 < energy <= HIGHEST_ENERGY:
            raise InputError(
                f"Electron of {energy} keV; give an energy above 0 and up to {HIGHEST_ENERGY} keV."
            )
        index = rng.integers(len(self.offsets) - 1)
        first, end = self.offsets[index : index + 2]
        first += np.count_nonzero(self.remaining[first:end] >= energy) - 1
        losses = self.losses[first:end].copy()
        losses[0] -= self.remaining[first] - energy
        if losses[0] < 0:  # the rest of a long first step: begin with the next one
            losses[1] += losses[0]
            losses[0] = 0.0
        positions = self.positions[first:end] - self.positions[first]
        ahead = positions[min(1, len(positions) - 1)]
        length = np.sqrt(ahead @ ahead)
        wanted = isotropic(rng) if direction is None else direction
        if length:
            positions = turned(positions, ahead / length, wanted, rng=rng)
        return Path("electron", positions, losses, wanted)


@cache
def electron_bank(n_paths: int = 256, seed: int = 1905) -> ElectronBank:
    """Generate a bank, once per session: 0.3 s for the default.

    Stopping power and multiple scattering in steps of `STEP`, and single collisions above 2 keV,
    whose energy stays in the step.
    """
    rng = np.random.default_rng(seed)
    energy = np.full(n_paths, HIGHEST_ENERGY)
    position = np.zeros((n_paths, 3))
    direction = np.tile([0.0, 0.0, 1.0], (n_paths, 1))
    steps = []
    while energy.any():
        kinetic = np.maximum(energy, 1.0)
        loss = np.minimum(energy, _loss(kinetic, rng))
        steps.append((position.copy(), loss, energy.copy()))
        angle = np.minimum(scattering_angle(kinetic, STEP), 1.0)
        direction += angle[:, None] * rng.standard_normal((n_paths, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        position += STEP * direction
        energy = energy - loss
    positions, losses, remaining = (
        np.moveaxis(np.array(values), 0, 1) for values in zip(*steps, strict=True)
    )
    alive = remaining > 0
    offsets = np.concatenate([[0], np.cumsum(alive.sum(axis=1))])
    return ElectronBank(positions[alive], losses[alive], remaining[alive], offsets)


def _loss(energy: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Energy (keV) lost in one step by electrons of `energy` (keV)."""
    beta_squared = speed_squared(energy)
    most = energy / 2
    hard = hard_losses(len(energy), least=_HARD, most=most, beta_squared=beta_squared, rng=rng)
    soft = stopping_power(energy) - mean_hard_loss(_HARD, most, beta_squared)
    soft = np.maximum(soft, 0.1) * STEP
    return hard + soft * rng.gamma(_SOFT_SHAPE, 1 / _SOFT_SHAPE, len(energy))


def electron(energy: float, *, thickness: float, rng: np.random.Generator) -> Path:
    """Path of an electron that starts anywhere in silicon of a `thickness` (µm).

    Parameters
    ----------
    energy : float
        Kinetic energy (keV); what it carries out of the silicon is lost.
    thickness : float
        Thickness of the silicon (µm).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Path
    """
    path = electron_bank().draw(energy, rng=rng)
    path.positions[:, 2] += rng.uniform(0, thickness)
    return path.inside(thickness)
