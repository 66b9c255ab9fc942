"""Efficiency by energy, from a table or from the physics report of a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable, Table

from ccdseg.errors import InputError

_REPORT = ("energy", "network", "noise", "width")
"""Columns of the efficiencies of ``ccdseg physics``."""


def read_efficiency(
    path: str | Path, *, noise: float | None = None
) -> tuple[u.Quantity, np.ndarray]:
    """Energies and efficiencies of a file.

    Parameters
    ----------
    path : str or Path
        Table (ECSV or CSV) of ``energy``, in keV where it has no unit, and ``efficiency``; or the
        table of point-like hits that ``ccdseg physics`` writes, whose rows of the nearest noise are
        taken, the mean over the widths of the hits, and of the dark charges.
    noise : float, optional
        Noise of a pixel of the frames (e⁻), for the latter.

    Returns
    -------
    energy : Quantity
        Rising energies (keV), (n,).
    efficiency : ndarray
        Efficiency at each, 0 to 1, (n,).

    Raises
    ------
    InputError
        If the file is no such table, an efficiency is no share, or the noise is needed and not
        known.
    """
    path = Path(path)
    table = _read(path)
    if set(_REPORT) <= set(table.colnames):
        return _of_report(table, path, noise)
    if not {"energy", "efficiency"} <= set(table.colnames):
        raise InputError(
            f"{path} has the columns {', '.join(table.colnames)}; an efficiency needs energy and "
            "efficiency, or the table of point-like hits of ccdseg physics."
        )
    return _checked(_energies(table, path), np.asarray(table["efficiency"], dtype=float), path)


def _read(path: Path) -> Table:
    if not path.is_file():
        raise InputError(f"No file {path}; give a table with energy and efficiency.")
    try:
        kind = "ascii.ecsv" if path.suffix == ".ecsv" else "ascii.csv"
        return QTable.read(path, format=kind)
    except Exception as error:  # noqa: BLE001 - a damaged file can raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path} cannot be read as a table ({reason}).") from None


def _energies(table: Table, path: Path) -> u.Quantity:
    energy = table["energy"]
    try:
        if isinstance(energy, u.Quantity):
            return energy.to(u.keV)
        return np.asarray(energy, dtype=float) * u.keV
    except (u.UnitsError, ValueError, TypeError):
        raise InputError(f"{path}: the column energy has no energies, as in keV.") from None


def _of_report(table: Table, path: Path, noise: float | None) -> tuple[u.Quantity, np.ndarray]:
    if noise is None or not noise > 0:
        raise InputError(
            f"{path} has efficiencies by noise, but that of the frames is not known in electrons; "
            "segment with a --detector that has a gain, or give a table of energy and efficiency."
        )
    noises = np.asarray(getattr(table["noise"], "value", table["noise"]), dtype=float)
    known = np.unique(noises)
    nearest = known[np.argmin(np.abs(np.log(known / noise)))]
    energy = _energies(table, path).value
    setting = ["width", *(["dark_charge"] if "dark_charge" in table.colnames else [])]
    keys = np.stack([np.asarray(getattr(table[n], "value", table[n])) for n in setting], axis=1)
    grid = np.unique(energy[noises == nearest])
    curves = []
    for key in np.unique(keys[noises == nearest], axis=0):
        rows = (noises == nearest) & (keys == key).all(axis=1)
        order = np.argsort(energy[rows])
        found = np.asarray(table["network"], dtype=float)[rows][order]
        curves.append(np.interp(grid, energy[rows][order], found, left=0.0))
    return _checked(grid * u.keV, np.mean(curves, axis=0), path)


def _checked(
    energy: u.Quantity, efficiency: np.ndarray, path: Path
) -> tuple[u.Quantity, np.ndarray]:
    order = np.argsort(energy)
    energy, efficiency = energy[order], efficiency[order]
    if not (len(energy) and np.isfinite(energy.value).all() and (np.diff(energy.value) > 0).all()):
        raise InputError(f"{path}: the column energy needs numbers, each once.")
    if not ((efficiency >= 0) & (efficiency <= 1)).all():
        raise InputError(f"{path}: an efficiency is a share from 0 to 1.")
    return energy, efficiency
