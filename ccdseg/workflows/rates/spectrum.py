"""Spectrum of the selected events of runs: table and picture."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg import plotting
from ccdseg.errors import InputError
from ccdseg.events.rates import bin_efficiency, choose_edges, rate_spectrum
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.version import package_version
from ccdseg.workflows.rates.efficiency import read_efficiency
from ccdseg.workflows.rates.run_selection import RunSelection, read_selection

SUFFIXES = (".png", ".ecsv")
"""Endings of picture and table."""

if TYPE_CHECKING:
    from ccdseg.plotting.style import Figure

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class RunSpectrum:
    """Spectrum of the selected events of runs.

    Attributes
    ----------
    table : astropy.table.QTable
        As `ccdseg.events.rates.rate_spectrum`; its metadata tell the selection and the exposure.
    selection : RunSelection
        Events and frames.
    exposure : Quantity
        Live exposure (kg day).
    """

    table: QTable
    selection: RunSelection
    exposure: u.Quantity

    def show(self) -> Figure:
        """Figure of the spectrum; its title tells selection and exposure."""
        exposure = f"{self.exposure.to_value(u.kg * u.day):.4g} kg day"
        where = self.table.meta["where"] or "all events"
        return plotting.show_rate(self.table, title=f"{where}; {exposure}")

    def write(self, path: str | Path, *, overwrite: bool = False) -> tuple[Path, Path]:
        """Write picture and table, whose names differ in their endings.

        Raises
        ------
        InputError
            If the name ends on neither ``.png`` nor ``.ecsv``, or one of them exists and
            `overwrite` was not asked for.
        """
        picture, table = outputs(path, overwrite=overwrite)
        with atomic_path(table) as temporary:
            self.table.write(temporary, format="ascii.ecsv")
        plotting.save_figure(self.show(), picture, overwrite=True)
        return picture, table


def outputs(path: str | Path, *, overwrite: bool = False) -> tuple[Path, Path]:
    """Names of picture and table; checked before anything is computed."""
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise InputError(
            f"{path} is no name of a spectrum; give one that ends on {' or '.join(SUFFIXES)}."
        )
    picture, table = (path.with_suffix(suffix) for suffix in SUFFIXES)
    for name in (picture, table):
        refuse_existing(name, overwrite=overwrite)
    return picture, table


def spectrum(
    runs: str | Path | Sequence[str | Path],
    *,
    where: str | None = None,
    frames: str | None = None,
    n_bins: int = 50,
    limits: tuple[float, float] | None = None,
    log: bool = False,
    efficiency: str | Path | None = None,
    exposure: float | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
) -> RunSpectrum:
    """Rate of the selected events of runs per live mass, time and energy.

    Parameters
    ----------
    runs : str, Path or sequence of them
        Tables of events, as ``predict --events`` writes them (Parquet, HDF5, ROOT or ECSV).
    where : str, optional
        Expression on the columns of events; see `ccdseg.events.rates.select`. Cuts leave the
        exposure as it is.
    frames : str, optional
        Expression on the columns of frames: events and exposure of the others are left out.
    n_bins, limits, log
        Bins of energy, as `ccdseg.events.rates.choose_edges`.
    efficiency : str or Path, optional
        Table of efficiencies, as `ccdseg.workflows.rates.efficiency.read_efficiency`; the noise is
        the median of those of the frames.
    exposure : float, optional
        Exposure (kg day) in the place of the live exposure of the frames.
    output : str or Path, optional
        Name of picture (``.png``) and table (``.ecsv``); both are written.
    overwrite : bool
        Whether existing files are replaced.

    Returns
    -------
    RunSpectrum

    Raises
    ------
    InputError
        If a file, an expression, or a setting is wrong, events have no energies, the exposure is
        not known, or files exist already.
    """
    if output is not None:
        outputs(output, overwrite=overwrite)
    runs = [runs] if isinstance(runs, str | Path) else runs
    chosen = read_selection(runs, where=where, frames=frames)
    if "energy" not in chosen.events.colnames:
        raise InputError(
            "The events have no energies, since the gain is not known; segment with --detector."
        )
    known = chosen.exposure if exposure is None else exposure * u.kg * u.day
    energy = chosen.events["energy"]
    edges = choose_edges(energy, n_bins=n_bins, limits=limits, log=log)
    found = None
    if efficiency is not None:
        curve = read_efficiency(efficiency, noise=_noise(chosen.frames))
        found = bin_efficiency(*curve, edges)
    table = rate_spectrum(energy, edges, exposure=known, efficiency=found)
    table.meta = {
        "runs": [str(run) for run in runs],
        "where": where or "",
        "frames": frames or "",
        "n_frames": len(chosen.frames),
        "exposure_kg_day": float(known.to_value(u.kg * u.day)),
        "ccdseg": package_version(),
    }
    result = RunSpectrum(table, chosen, known)
    _tell(result)
    if output is not None:
        logger.info("%s, %s", *result.write(output, overwrite=overwrite))
    return result


def _noise(frames: QTable) -> float | None:
    """Median noise of the frames (e⁻); None where noises or gains are not known."""
    noise = (frames["noise"] / frames["gain"]).to_value(u.electron)
    noise = noise[np.isfinite(noise)]
    return float(np.median(noise)) if noise.size else None


def _tell(result: RunSpectrum) -> None:
    table, events = result.table, result.selection.events
    inside = int(table["n_events"].sum())
    logger.info(
        "%d selected events of %d frames, %.4g kg day; %d of them from %g to %g keV",
        len(events),
        len(result.selection.frames),
        result.exposure.to_value(u.kg * u.day),
        inside,
        table["energy_low"][0].value,
        table["energy_high"][-1].value,
    )
    unknown = int(np.count_nonzero(~np.isfinite(events["energy"].value)))
    if unknown:
        logger.warning("%d selected events have no energy, and are left out.", unknown)
