"""From a path to the charge in each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ccdseg.detector import Detector
from ccdseg.detector.silicon import diffusion_width, freed_charge
from ccdseg.errors import InputError
from ccdseg.simulation.particles.path import Path

REACH = 4.5
"""Standard deviations of the diffusion beyond which no charge is put."""

LEAST_SHARE = 1e-6
"""Share of a particle's charge below which a pixel is left out."""

_STEPS_AT_ONCE = 48
_NARROWEST = 0.02


@dataclass(frozen=True, eq=False)
class Deposit:
    """Charge of one particle, pixel by pixel; pixels may lie outside the frame.

    Attributes
    ----------
    rows, columns : ndarray of int64
        (n,): pixels (px).
    expected : ndarray
        (n,): mean charge (e⁻), float64, for the number of electrons that the particle freed.
    drawn : ndarray
        (n,): charge (e⁻), whole numbers.
    cut : str
        Part that is left of a particle cut at a row, ``above`` or ``below``; empty for a whole one.
    """

    rows: np.ndarray
    columns: np.ndarray
    expected: np.ndarray
    drawn: np.ndarray
    cut: str = ""


def energy_map(path: Path, *, detector: Detector) -> tuple[np.ndarray, int, int]:
    """Energy per pixel of a path, each loss widened by diffusion and integrated over the pixels.

    Parameters
    ----------
    path : Path
        Positions (µm) and losses (keV).
    detector : Detector
        Pixel size and diffusion σ²(z) = −A ln(1 − B z).

    Returns
    -------
    energy : ndarray
        Energy (keV), float64 of shape (H, W); its sum is that of the losses but for the tails
        beyond `REACH` standard deviations.
    row, column : int
        Pixel of its first corner.
    """
    depth = np.clip(path.positions[:, 2], 0.0, detector.thickness)
    width = diffusion_width(depth, detector) if path.width is None else path.width
    sigma = np.maximum(np.broadcast_to(width, depth.shape) / detector.pixel_size, _NARROWEST)
    columns, rows = path.positions[:, :2].T / detector.pixel_size
    margin = REACH * sigma
    top, left = (int(np.floor((x - margin).min())) for x in (rows, columns))
    bottom, right = (int(np.floor((x + margin).max())) + 1 for x in (rows, columns))
    energy = np.zeros((bottom - top, right - left))
    for first in range(0, len(depth), _STEPS_AT_ONCE):
        part = slice(first, first + _STEPS_AT_ONCE)
        row, in_rows = _shares(rows[part], sigma[part])
        column, in_columns = _shares(columns[part], sigma[part])
        charge = (in_rows * path.losses[part, None]).T @ in_columns
        row, column = row - top, column - left
        energy[row : row + charge.shape[0], column : column + charge.shape[1]] += charge
    return energy, top, left


def _shares(centre: np.ndarray, sigma: np.ndarray) -> tuple[int, np.ndarray]:
    """First pixel, and the share (n, pixels) of each Gaussian that falls into each pixel."""
    margin = REACH * sigma
    first = int(np.floor((centre - margin).min()))
    end = int(np.floor((centre + margin).max())) + 1
    edges = np.arange(first, end + 1)
    return first, np.diff(ndtr((edges - centre[:, None]) / sigma[:, None]), axis=1)


def deposit(path: Path, *, detector: Detector, rng: np.random.Generator) -> Deposit:
    """Charge that a particle leaves, fluctuating by Fano and shared among the pixels at random.

    Parameters
    ----------
    path : Path
        Positions (µm) and losses (keV).
    detector : Detector
        Pixel size, diffusion, pair energy and Fano factor.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Deposit
    """
    energy, top, left = energy_map(path, detector=detector)
    n_electrons = freed_charge(path.energy, detector, rng=rng)
    total = energy.sum()
    rows, columns = np.nonzero(energy > LEAST_SHARE * total)
    share = energy[rows, columns] / energy[rows, columns].sum() if len(rows) else energy[:0, 0]
    drawn = rng.multinomial(n_electrons, share) if len(rows) else np.zeros(0, dtype=np.int64)
    return Deposit(rows + top, columns + left, n_electrons * share, drawn)


def cut_at_row(charge: Deposit, row: int, *, keep: str) -> Deposit:
    """Part of a particle's charge that is read, where it arrives during the readout.

    Parameters
    ----------
    charge : Deposit
        Charge of the whole particle.
    row : int
        First row (px) of the lower part.
    keep : {"above", "below"}
        Part that is kept: the rows before `row`, or from it on.

    Returns
    -------
    Deposit
    """
    if keep not in ("above", "below"):
        raise InputError(f"The part to keep is {keep!r}; choose one of: above, below.")
    kept = charge.rows < row if keep == "above" else charge.rows >= row
    if kept.all():
        return charge
    parts = (charge.rows, charge.columns, charge.expected, charge.drawn)
    return Deposit(*(part[kept] for part in parts), cut=keep)
