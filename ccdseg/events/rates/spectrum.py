"""Spectrum of selected events as a rate per mass, time and energy."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.stats import poisson_conf_interval
from astropy.table import QTable

from ccdseg.errors import InputError

RATE = 1 / (u.kg * u.day * u.keV)
"""Unit of a rate: one event per kg, day and keV, called dru."""

_SAMPLES = 101
"""Energies in a bin over which an efficiency is averaged."""

_COLUMNS = {
    "energy_low": "lower limit of the bin",
    "energy_high": "upper limit of the bin",
    "n_events": "selected events in it",
    "rate": "events per live mass, time and energy",
    "rate_low": "lower limit of the central 68.27 % confidence interval (Garwood)",
    "rate_high": "upper limit of it",
    "efficiency": "mean efficiency in the bin",
    "corrected": "rate over efficiency",
    "corrected_low": "lower limit of its interval",
    "corrected_high": "upper limit of it",
}


def choose_edges(
    energy: u.Quantity,
    *,
    n_bins: int = 50,
    limits: tuple[float, float] | None = None,
    log: bool = False,
) -> u.Quantity:
    """Limits of the bins of a spectrum.

    Parameters
    ----------
    energy : Quantity
        Energies of the events, (events,).
    n_bins : int
        Number of bins.
    limits : tuple of float, optional
        Lower and upper limit (keV); by default 0, or the least energy where `log`, to the greatest.
    log : bool
        Whether bins have the same ratio of their limits, in place of the same width.

    Raises
    ------
    InputError
        If there are no bins, or the limits are none.
    """
    if n_bins < 1:
        raise InputError(f"A spectrum has at least one bin; {n_bins} were asked for.")
    if limits is None:
        values = energy.to_value(u.keV)
        known = values[np.isfinite(values) & (values > 0)]
        low, high = (known.min(), known.max()) if known.size else (0.1, 1.0)
        limits = (
            (low if log else 0.0),
            np.nextafter(high if high > low or not log else 2 * low, np.inf),
        )
    low, high = limits
    if not (np.isfinite(limits).all() and low < high and low >= 0 and (low > 0 or not log)):
        above = "above 0 and " if log else ""
        raise InputError(f"The limits are {low:g} and {high:g} keV; give two {above}rising ones.")
    spread = np.geomspace if log else np.linspace
    return spread(low, high, n_bins + 1) * u.keV


def bin_efficiency(energy: u.Quantity, efficiency: np.ndarray, edges: u.Quantity) -> np.ndarray:
    """Mean efficiency of each bin, from efficiencies at some energies.

    Between two energies it is interpolated; below the first one it is 0, and beyond the last one
    that of the last.

    Parameters
    ----------
    energy : Quantity
        Rising energies, (n,).
    efficiency : ndarray
        Efficiency at each, (n,).
    edges : Quantity
        Limits of the bins, (bins + 1,).

    Returns
    -------
    ndarray
        float64 of shape (bins,).
    """
    limits = edges.to_value(u.keV)
    step = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    samples = limits[:-1, np.newaxis] + step * np.diff(limits)[:, np.newaxis]
    return np.interp(samples, energy.to_value(u.keV), efficiency, left=0.0).mean(axis=1)


def rate_spectrum(
    energy: u.Quantity,
    edges: u.Quantity,
    *,
    exposure: u.Quantity,
    efficiency: np.ndarray | None = None,
) -> QTable:
    """Rate of events per live mass, time and energy.

    Parameters
    ----------
    energy : Quantity
        Energies of the selected events, (events,).
    edges : Quantity
        Limits of the bins, (bins + 1,), the upper one not included.
    exposure : Quantity
        Live mass times time.
    efficiency : ndarray, optional
        Mean efficiency of each bin, (bins,).

    Returns
    -------
    astropy.table.QTable
        One row per bin: ``energy_low``, ``energy_high`` (keV), ``n_events``, ``rate`` with its
        central 68.27 % confidence interval for a Poisson mean (Garwood 1936; `astropy.stats`),
        ``rate_low`` and ``rate_high`` (1/(kg day keV)), and with an efficiency that, and
        ``corrected`` with its interval, NaN where the efficiency is 0.

    Raises
    ------
    InputError
        If the exposure is not above 0.
    """
    if not exposure > 0 * u.kg * u.day:
        raise InputError(f"The live exposure is {exposure}; a rate needs one above 0.")
    limits = edges.to_value(u.keV)
    place = np.searchsorted(limits, energy.to_value(u.keV), side="right") - 1
    counts = np.bincount(place[(place >= 0) & (place < len(limits) - 1)], minlength=len(limits) - 1)
    low, high = poisson_conf_interval(counts, interval="frequentist-confidence", sigma=1)
    per_event = (1 / (exposure * np.diff(edges))).to(RATE)
    table = QTable({"energy_low": edges[:-1], "energy_high": edges[1:], "n_events": counts})
    for name, number in (("rate", counts), ("rate_low", low), ("rate_high", high)):
        table[name] = number * per_event
    if efficiency is not None:
        table["efficiency"] = efficiency
        found = np.where(efficiency > 0, efficiency, np.nan)
        for suffix in ("", "_low", "_high"):
            table[f"corrected{suffix}"] = table[f"rate{suffix}"] / found
    for name in table.colnames:
        table[name].info.description = _COLUMNS[name]
    return table
