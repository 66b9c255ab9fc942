"""Features of events for the particle classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.errors import InputError

_LEAST = 1e-3
"""Lower limit of the argument of logarithms."""

_NO_POINT = 1e6
"""Misfit of events too large for the point fit."""


@dataclass(frozen=True)
class Feature:
    """One input of the classifier.

    Attributes
    ----------
    name, description : str
        Name and meaning.
    value : callable
        Maps a table of events to its values, (events,).
    """

    name: str
    description: str
    value: Callable[[QTable], np.ndarray]


def _log(values: np.ndarray | u.Quantity) -> np.ndarray:
    plain = np.asarray(getattr(values, "value", values), dtype=np.float64)
    return np.log10(np.maximum(np.nan_to_num(plain), _LEAST))


def _ratio(signal: u.Quantity, other: u.Quantity) -> np.ndarray:
    """Logarithm of a signal over another, which counts as a thousandth of the unit at least."""
    return _log(signal.value / np.maximum(other.value, _LEAST))


def _misfit(events: QTable) -> np.ndarray:
    return _log(np.nan_to_num(np.asarray(events["point_misfit"]), nan=_NO_POINT))


def _width(events: QTable) -> np.ndarray:
    """Width of the point fit, that across the event where there is no fit."""
    fitted, across = (events[name].to_value(u.pix) for name in ("point_width", "width_across"))
    return np.where(np.isfinite(fitted), fitted, across)


FEATURES = (
    Feature("energy", "logarithm of the energy (keV)", lambda t: _log(t["energy"])),
    Feature("n_pixels", "logarithm of the pixels", lambda t: _log(t["n_pixels"])),
    Feature(
        "width_along", "logarithm of the RMS width along (px)", lambda t: _log(t["width_along"])
    ),
    Feature(
        "width_across", "logarithm of the RMS width across (px)", lambda t: _log(t["width_across"])
    ),
    Feature(
        "elongation",
        "logarithm of the width along over that across",
        lambda t: _log(t["width_along"] / t["width_across"]),
    ),
    Feature("length", "logarithm of the length (px)", lambda t: _log(t["length"])),
    Feature("straightness", "ends' distance over length", lambda t: np.asarray(t["straightness"])),
    Feature(
        "local_width",
        "logarithm of the median width across thirds (px)",
        lambda t: _log(t["local_width"]),
    ),
    Feature(
        "bend",
        "logarithm of the width across over that across thirds",
        lambda t: _log(t["width_across"] / t["local_width"]),
    ),
    Feature("taper", "logarithm of the ratio of the ends' widths", lambda t: _log(t["taper"])),
    Feature(
        "end_share",
        "share of the charge in the brighter outer third",
        lambda t: np.asarray(t["end_share"]),
    ),
    Feature(
        "energy_per_length",
        "logarithm of energy over length (keV/px)",
        lambda t: _log(t["energy"] / t["length"]),
    ),
    Feature(
        "energy_density",
        "logarithm of the energy per pixel (keV/px)",
        lambda t: _log(t["energy_density"]),
    ),
    Feature(
        "mean_width", "logarithm of pixels over length", lambda t: _log(t["n_pixels"] / t["length"])
    ),
    Feature(
        "peak_share",
        "logarithm of the brightest pixel's share of the signal",
        lambda t: _ratio(t["peak"], t["signal"]),
    ),
    Feature(
        "fill",
        "pixels over those of the bounding box",
        lambda t: t["n_pixels"].value / _box_area(t),
    ),
    Feature("point_width", "width of the point fit (px), else that across", _width),
    Feature("point_misfit", "logarithm of the misfit of the point fit", _misfit),
    Feature(
        "significance",
        "logarithm of the signal over its error",
        lambda t: _ratio(t["signal"], t["signal_error"]),
    ),
    Feature("cut", "probability that the readout cut it", lambda t: np.asarray(t["p_cut"])),
    *(
        Feature(name, f"whether it {meaning}", lambda t, name=name: np.asarray(t[name], float))
        for name, meaning in (
            ("touches_edge", "reaches the edge of the image"),
            ("touches_other", "touches a hot pixel or glow"),
            ("touches_serial", "touches a serial-register event"),
        )
    ),
)


def _box_area(events: QTable) -> np.ndarray:
    rows, columns = (
        (events[f"{axis}_max"] - events[f"{axis}_min"]).to_value(u.pix) + 1
        for axis in ("row", "column")
    )
    return rows * columns


def feature_matrix(events: QTable) -> np.ndarray:
    """Features of events.

    Parameters
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`, with energies.

    Returns
    -------
    ndarray
        float64 of shape (events, features), finite.

    Raises
    ------
    InputError
        If the table has no energies.
    """
    if "energy" not in events.colnames:
        raise InputError(
            "The events have no energies, by which particles are told apart; find them with a "
            "detector."
        )
    matrix = np.stack([feature.value(events) for feature in FEATURES], axis=1)
    return np.nan_to_num(matrix.astype(np.float64))
