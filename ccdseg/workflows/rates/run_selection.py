"""Events and live exposure of the frames of runs that are chosen."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.errors import InputError
from ccdseg.events import stack_events
from ccdseg.events.rates import select
from ccdseg.workflows.segment.run_tables.table_file import read_run

logger = logging.getLogger(__name__)

_OF_FRAMES = ("path", "hdu", "exposure", "start", "model", "version")
"""Columns that all events of a frame share."""

_UNIT = u.kg * u.day


@dataclass(frozen=True, eq=False)
class RunSelection:
    """Selected events, and the frames that they are of.

    Attributes
    ----------
    events : astropy.table.QTable
        The events.
    frames : astropy.table.QTable
        The frames, those without events among them.
    """

    events: QTable
    frames: QTable

    @property
    def exposure(self) -> u.Quantity:
        """Live exposure of the frames (kg day).

        Raises
        ------
        InputError
            If that of a frame is not known.
        """
        exposure = self.frames["live_exposure"].to(_UNIT)
        unknown = ~np.isfinite(exposure.value)
        if unknown.any():
            first = self.frames[unknown][0]
            lacks = (
                "its exposure time is not known; segment with --exposure-time"
                if np.isfinite(first["live_mass"].value)
                else "its silicon is not known; segment with --detector"
            )
            raise InputError(
                f"The live exposure of {np.count_nonzero(unknown)} of {len(self.frames)} frames is "
                f"not known: of {first['path']}, {first['hdu']}, {lacks}, or give --exposure."
            )
        return exposure.sum()


def read_selection(
    runs: Sequence[str | Path], *, where: str | None = None, frames: str | None = None
) -> RunSelection:
    """Read runs and select events and frames by expressions.

    Parameters
    ----------
    runs : sequence of str or Path
        Tables of events, as ``predict --events`` writes them.
    where : str, optional
        Expression on the columns of events; see `ccdseg.events.rates.select`.
    frames : str, optional
        Expression on the columns of frames: it chooses the exposure, too.

    Raises
    ------
    InputError
        If a file is no table of events, a frame is in two of them, an expression is wrong, or no
        frame is left.
    """
    tables = [read_run(run) for run in runs]
    for path, run in zip(runs, tables, strict=True):
        if run.frames is None:
            raise InputError(
                f"{path} has no frames beside its events; write it by predict --events, of this "
                "version or a later one."
            )
    all_frames = stack_events([run.frames for run in tables])
    _refuse_twice(all_frames)
    events = stack_events([run.table for run in tables])
    kept = np.ones(len(all_frames), dtype=bool) if frames is None else select(all_frames, frames)
    if not kept.any():
        raise InputError(f"No frame of {len(all_frames)} fulfils {frames!r}.")
    chosen = all_frames[kept]
    events = events[np.isin(_keys(events), _keys(chosen))]
    if where is not None:
        _warn_of_frames(where, chosen)
        events = events[select(events, where)]
    return RunSelection(events, chosen)


def _keys(table: QTable) -> np.ndarray:
    """File and HDU of each row as one text."""
    keys = [f"{path}\n{hdu}" for path, hdu in zip(table["path"], table["hdu"], strict=True)]
    return np.array(keys, dtype=np.str_)


def _refuse_twice(frames: QTable) -> None:
    names, counts = np.unique(_keys(frames), return_counts=True)
    if (counts > 1).any():
        path, hdu = names[counts > 1][0].split("\n")
        raise InputError(
            f"{path}, {hdu} is in the tables twice, so that its exposure would count twice; leave "
            "one of them out."
        )


def _warn_of_frames(where: str, frames: QTable) -> None:
    """Tell where an expression seems to choose frames, whose exposure it does not change."""
    named = [name for name in _OF_FRAMES if f" {name} " in f" {where} " and len(frames) > 1]
    if named:
        logger.warning(
            "%r asks for %s, which all events of a frame share: the exposure stays that of all "
            "frames; --frames chooses frames.",
            *(where, named[0]),
        )
