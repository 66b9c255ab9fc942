"""Charge on its way to the amplifier, which lies beyond row 0 and column 0."""

from __future__ import annotations

import numpy as np

from ccdseg.errors import InputError

_COLUMNS = 64
"""Columns that bloom at a time, so that what is in use stays small."""


def transfer_losses(
    shape: tuple[int, int], inefficiency: float, *, rng: np.random.Generator
) -> np.ndarray:
    """Draw the electrons that each pixel loses on its way to the amplifier.

    A pixel in row r and column c is transferred r + c + 1 times; each transfer takes an electron
    with probability `inefficiency`, as in the original simulation of 2020.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    inefficiency : float
        Charge transfer inefficiency, 0 to 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Lost charge (e⁻), whole numbers of `shape`.
    """
    _refuse_inefficiency(inefficiency)
    height, width = shape
    transfers = np.arange(height)[:, np.newaxis] + np.arange(width) + 1
    return rng.binomial(transfers, inefficiency)


def charge_transfer_loss(charge: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """Take the electrons that transfers lose; a pixel never loses more than it holds.

    Parameters
    ----------
    charge : ndarray
        Charge (e⁻), float of shape (H, W).
    lost : ndarray
        Charge to lose (e⁻), of the same shape, as from `transfer_losses`.

    Returns
    -------
    ndarray
        Remaining charge (e⁻), float32 of the same shape.
    """
    return np.maximum(charge - lost, np.minimum(charge, 0)).astype(np.float32)


def charge_trails(charge: np.ndarray, parallel: float, serial: float) -> np.ndarray:
    """Leave charge behind in each transfer: trails that lead away from the amplifier.

    A pixel in row r needs r + 1 transfers along its column and loses the fraction
    1 - (1 - inefficiency)^(r + 1), which is read with the next row, r + 1; then likewise along the
    row for column c. This is the first order: what was left behind once is not left behind again.
    Charge is conserved, except what the last row and the last column leave behind. The
    inefficiency itself: no citable value; configurable.

    Parameters
    ----------
    charge : ndarray
        Charge (e⁻), float of shape (H, W).
    parallel, serial : float
        Charge transfer inefficiency along the columns and along the rows, 0 to 1.

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of the same shape.
    """
    left = charge.astype(np.float32)
    for axis, inefficiency in enumerate((parallel, serial)):
        if inefficiency:
            _leave_behind(left if axis == 0 else left.T, inefficiency)
    return left


def blooming(charge: np.ndarray, full_well: float) -> np.ndarray:
    """Spill charge above the full well into the column, half of it up and half of it down.

    Each half fills the nearest pixels that have room, passing those that are full; what reaches the
    end of the column leaves the frame, all other charge is conserved. No citable form; the
    full well is configurable.

    Parameters
    ----------
    charge : ndarray
        Charge (e⁻), float of shape (H, W).
    full_well : float
        Most charge that a pixel holds (e⁻).

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of the same shape, nowhere above `full_well`.
    """
    if not full_well > 0:
        raise InputError(f"The full well is {full_well} e⁻; it must be above 0.")
    held = charge.astype(np.float32)
    overfull = np.flatnonzero(held.max(axis=0, initial=0) > full_well)
    for start in range(0, overfull.size, _COLUMNS):
        columns = overfull[start : start + _COLUMNS]
        held[:, columns] = _spill(held[:, columns].T.astype(float), full_well).T
    return held


def bin_columns(charge: np.ndarray, factor: int) -> np.ndarray:
    """Sum the charge of every `factor` neighbouring columns.

    Parameters
    ----------
    charge : ndarray
        Charge (e⁻) of shape (H, W), W divisible by `factor`.
    factor : int
        Columns per group.

    Returns
    -------
    ndarray
        Charge (e⁻) of shape (H, W / factor).
    """
    height, width = charge.shape
    if factor < 1 or width % factor:
        raise InputError(
            f"{width} columns cannot be binned in groups of {factor}; "
            "take a factor that divides the width."
        )
    return charge.reshape(height, width // factor, factor).sum(axis=2)


def _refuse_inefficiency(inefficiency: float) -> None:
    if not 0 <= inefficiency <= 1:
        raise InputError(f"Charge transfer inefficiency is {inefficiency}; it lies from 0 to 1.")


def left_behind(length: int, inefficiency: float) -> np.ndarray:
    """Share of its charge that each row leaves behind, 1 − (1 − inefficiency)^(r + 1).

    Parameters
    ----------
    length : int
        Number of rows, or of columns where charge moves along the rows.
    inefficiency : float
        Charge transfer inefficiency, 0 to 1.

    Returns
    -------
    ndarray
        float32 of shape (length,).
    """
    _refuse_inefficiency(inefficiency)
    return (1 - (1 - inefficiency) ** np.arange(1, length + 1)).astype(np.float32)


def _leave_behind(charge: np.ndarray, inefficiency: float) -> None:
    """Move, in place, what each row of `charge` leaves behind into the row after it."""
    behind = charge * left_behind(len(charge), inefficiency)[:, np.newaxis]
    charge -= behind
    charge[1:] += behind[:-1]


def _spill(columns: np.ndarray, full_well: float) -> np.ndarray:
    """Spill along axis 1. Both directions compete for room: the mean of who comes first."""
    half = np.maximum(columns - full_well, 0) / 2
    held = np.minimum(columns, full_well)

    def forth(held: np.ndarray) -> np.ndarray:
        return _flow(held, half, full_well)

    def back(held: np.ndarray) -> np.ndarray:
        return _flow(held[:, ::-1], half[:, ::-1], full_well)[:, ::-1]

    return (back(forth(held)) + forth(back(held))) / 2


def _flow(held: np.ndarray, spilled: np.ndarray, full_well: float) -> np.ndarray:
    """Let what is spilled flow along axis 1 into whatever has room.

    The flow that leaves a pixel is what arrives plus `surplus`, where that is positive: a cumulated
    sum that starts anew at each of its minima.
    """
    surplus = spilled - (full_well - held)
    total = np.cumsum(surplus, axis=1)
    leaving = total - np.minimum(np.minimum.accumulate(total, axis=1), 0)
    filled = held + spilled - leaving
    filled[:, 1:] += leaving[:, :-1]
    return filled
