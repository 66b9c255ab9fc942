"""Charge of single events on its way through the readout, pixel by pixel."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ccdseg.simulation.effects.transfer import left_behind
from ccdseg.simulation.event_list import EventList

_LEAST_CHARGE = 1e-4
"""Charge (e⁻) that is not worth an entry of its own in the list."""


class ColumnChange(NamedTuple):
    """Charge that pixels lose to others of their column, as in blooming.

    Attributes
    ----------
    lost : ndarray
        Share that each pixel loses of its charge, (H, W).
    gained : ndarray
        Charge (e⁻) that each pixel gains, (H, W).
    runs : ndarray of int
        Number of the run of neighbouring changed pixels of one column to which each pixel belongs,
        from 1, (H, W); 0 where nothing changes. What a run gains, its own pixels lost.
    run_loss : ndarray
        Charge (e⁻) that the pixels of each run lose, (runs + 1,).
    """

    lost: np.ndarray
    gained: np.ndarray
    runs: np.ndarray
    run_loss: np.ndarray

    @classmethod
    def between(cls, before: np.ndarray, after: np.ndarray) -> ColumnChange:
        """Change of the charge (e⁻) of all pixels, (H, W)."""
        change = (after - before).astype(np.float32)
        loss = np.maximum(-change, 0)
        changed = (change != 0).T
        starts = changed & ~np.pad(changed, ((0, 0), (1, 0)))[:, :-1]
        runs = np.where(changed, np.cumsum(starts).reshape(changed.shape), 0).T
        return cls(
            lost=loss / np.maximum(before, np.finfo(np.float32).tiny),
            gained=np.maximum(change, 0),
            runs=runs,
            run_loss=np.bincount(runs.ravel(), loss.ravel(), minlength=1),
        )

    def share(self, run_loss: np.ndarray) -> np.ndarray:
        """Share of each run in its loss that a part of the charge has, (runs + 1,)."""
        return run_loss / np.maximum(self.run_loss, np.finfo(np.float32).tiny)

    def applied_to(self, part: np.ndarray) -> np.ndarray:
        """A part of the charge (e⁻) after the change, float32 (H, W)."""
        loss = part * self.lost
        share = self.share(np.bincount(self.runs.ravel(), loss.ravel(), len(self.run_loss)))
        return (part + self.gained * share[self.runs] - loss).astype(np.float32)


def scaled(events: EventList, kept: np.ndarray) -> EventList:
    """Events of which each pixel of the frame keeps a share, (H, W), from 0 to 1."""
    inside, flat = events.pixels_in(kept.shape)
    share = np.ones(len(events.rows))
    share[inside] = kept.ravel()[flat]
    changed = replace(events, expected=events.expected * share, drawn=events.drawn * share)
    return changed.where(share > 0)


def trailing(
    events: EventList, parallel: float, serial: float, shape: tuple[int, int]
) -> EventList:
    """Events that leave charge behind, as `ccdseg.simulation.effects.charge_trails`.

    Parameters
    ----------
    events : EventList
        Events before the transfer.
    parallel, serial : float
        Charge transfer inefficiency along the columns and along the rows, 0 to 1.
    shape : tuple of int
        Rows and columns of the frame (px).
    """
    for axis, inefficiency in (("rows", parallel), ("columns", serial)):
        inside, _ = events.pixels_in(shape)
        place = getattr(events, axis)
        fraction = np.zeros(len(place))
        length = shape[0] if axis == "rows" else shape[1]
        fraction[inside] = left_behind(length, inefficiency)[place[inside]]
        fraction[events.expected * fraction < _LEAST_CHARGE] = 0
        behind = replace(
            events,
            **{axis: place + 1},
            expected=events.expected * fraction,
            drawn=events.drawn * fraction,
        ).where(fraction > 0)
        rest = {name: getattr(events, name) * (1 - fraction) for name in ("expected", "drawn")}
        events = replace(events, **rest).with_pixels_of(behind)
    return events


def after_change(events: EventList, change: ColumnChange) -> EventList:
    """Events after a change, each with its share of what the columns gain."""
    inside, flat = events.pixels_in(change.runs.shape)
    share = np.zeros(len(events.rows))
    share[inside] = change.lost.ravel()[flat]
    run = np.zeros(len(events.rows), dtype=np.int64)
    run[inside] = change.runs.ravel()[flat]
    kept = {name: getattr(events, name) * (1 - share) for name in ("expected", "drawn")}
    spilling = share > 0
    pairs, pair_of = np.unique(
        np.stack([events.owners[spilling], run[spilling]]), axis=1, return_inverse=True
    )
    column, row = np.nonzero(change.gained.T)
    gaining = change.runs[row, column]
    first, end = (np.searchsorted(gaining, pairs[1], side) for side in ("left", "right"))
    pair = np.repeat(np.arange(len(first)), end - first)
    pixel = np.arange(len(pair)) - np.repeat(np.cumsum(end - first) - end, end - first)
    gained = change.gained[row[pixel], column[pixel]] / change.run_loss[pairs[1]][pair]
    charges = {}
    for name in ("expected", "drawn"):
        loss = getattr(events, name)[spilling] * share[spilling]
        charges[name] = np.bincount(pair_of, loss, len(first))[pair] * gained
    spilled = EventList.from_pixels(
        events.table, pairs[0][pair], row[pixel], column[pixel], **charges
    )
    return replace(events, **kept).with_pixels_of(spilled)


def binned(events: EventList, n_columns: int) -> EventList:
    """The events of an image whose columns are sums of `n_columns` each."""
    table = events.table.copy()
    table["column"] = (table["column"] + 0.5) / n_columns - 0.5
    return replace(events, table=table, columns=events.columns // n_columns).merged()
