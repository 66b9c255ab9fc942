"""Events of a page: columns for its table, and what is told of the one that is chosen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.events.columns import unit_text

VERDICT = "particle"
"""Column of the most probable particle."""

_PROBABILITY = "p_"
"""With what the columns of the probabilities of particles begin."""

_SHOWN = (
    *("id", VERDICT, "probability", "energy", "n_pixels", "length", "row", "column", "flags"),
    *("signal", "depth"),
)
"""Columns of the table on the page, those that there are; a chosen event shows all others, too."""

_FLAGS = {
    "touches_edge": "edge",
    "touches_other": "other class",
    "saturated": "saturated",
    "touches_bad": "bad pixel",
}
"""Words for flags."""

_LEFT_OUT = ("hdu", "probability", "flags")
"""Columns that are not told of the chosen event: the same for all, or told otherwise."""


def column_arrays(events: QTable) -> dict[str, np.ndarray]:
    """Plain values of all columns, with the ``probability`` of the verdict and ``flags`` in words.

    Parameters
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`, identified or not.

    Returns
    -------
    dict of ndarray
        Numbers of at most 32 bit, angles of 64, and texts, (events,), by the names of the columns.
    """
    arrays = {name: plain_column(events[name]) for name in events.colnames}
    probabilities = [arrays[name] for name in probability_columns(events)]
    if probabilities and VERDICT in arrays:
        arrays["probability"] = np.max(probabilities, axis=0)
    flags = {name: word for name, word in _FLAGS.items() if name in arrays}
    arrays["flags"] = np.array(
        [
            ", ".join(word for name, word in flags.items() if arrays[name][number])
            for number in range(len(events))
        ],
        dtype=np.str_,
    )
    return arrays


def probability_columns(events: QTable) -> list[str]:
    """Columns of the probabilities of particles."""
    return [name for name in events.colnames if name.startswith(_PROBABILITY)]


def particle_of(column: str) -> str:
    """Particle of a column of probabilities, in words."""
    return column.removeprefix(_PROBABILITY).replace("_", " ")


def shown_columns(arrays: dict[str, np.ndarray]) -> list[str]:
    """Columns of the table of the page."""
    return [name for name in _SHOWN if name in arrays]


def heading(name: str, events: QTable) -> str:
    """Name of a column in words, with its unit."""
    unit = _unit(events, name)
    words = name.replace("_", " ").replace("n pixels", "pixels")
    return f"{words} ({unit})" if unit else words


def told_columns(events: QTable) -> Iterator[dict[str, str]]:
    """Columns that are told of a chosen event: ``name``, ``words``, ``unit`` and ``about`` it.

    An error comes with its value, as ``error``.
    """
    for name in events.colnames:
        if name in _LEFT_OUT or name in _FLAGS or name.startswith(_PROBABILITY):
            continue
        if name.endswith("_error"):
            continue
        error = f"{name}_error"
        yield {
            "name": name,
            "error": error if error in events.colnames else "",
            "words": heading(name, events).partition(" (")[0],
            "unit": _unit(events, name),
            "about": events[name].info.description or "",
        }


def _unit(events: QTable, name: str) -> str:
    unit = events[name].info.unit if name in events.colnames else None
    if unit is None or unit == u.dimensionless_unscaled:
        return ""
    return {"deg": "°", "um": "µm"}.get(str(unit), unit_text(unit).replace("pix", "px"))


def plain_column(column: u.Quantity | np.ndarray) -> np.ndarray:
    """Values of a column: numbers of at most 32 bit, angles of 64, or texts."""
    values = np.asarray(getattr(column, "value", column))
    kind = {"f": np.float32, "i": np.int32, "u": np.int32, "b": np.uint8}.get(values.dtype.kind)
    if getattr(column, "unit", None) == u.deg:  # a place on the sky needs all its digits
        kind = np.float64
    return values.astype(np.str_) if kind is None else values.astype(kind)
