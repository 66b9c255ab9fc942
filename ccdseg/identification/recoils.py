"""Candidates of nuclear recoils, and what speaks against the other events."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.errors import InputError

LEAST_PROBABILITY = 0.9
"""Probability of being point-like that a candidate has at least."""

GREATEST_MISFIT = 3.0
"""Reduced χ² of a round Gaussian that a candidate has at most."""

LEAST_SIGNIFICANCE = 10.0
"""Signal over its error that a candidate has at least."""


def add_recoil_candidates(events: QTable) -> QTable:
    """Tell which events a nuclear recoil may have left.

    A recoil travels less than a micrometre: it is point-like, whole, and anywhere in depth, while
    X-rays and electrons from outside stop near a face (column ``face``). An image cannot tell it
    from an X-ray or an electron of low energy; so a candidate is every clean point-like event.

    Parameters
    ----------
    events : astropy.table.QTable
        As from `ccdseg.identification.identify` and `estimate_depth`.

    Returns
    -------
    astropy.table.QTable
        A copy with the columns ``recoil_candidate`` and ``against_recoil``, what speaks against it
        in words, separated by semicolons; empty for candidates.

    Raises
    ------
    InputError
        If the events are not identified.
    """
    missing = {"p_point_like", "depth", "cut"} - set(events.colnames)
    if missing:
        raise InputError(
            f"The events have no column {', '.join(sorted(missing))}; find them with a detector, "
            "and identify them and estimate their depths before."
        )
    significance = (events["signal"] / events["signal_error"]).to_value(u.one)
    reasons = {
        "not point-like": ~(np.asarray(events["p_point_like"]) >= LEAST_PROBABILITY),
        "shape of no point": ~(np.asarray(events["point_misfit"]) <= GREATEST_MISFIT),
        "no depth": ~np.isfinite(events["depth"].value),
        "faint": ~(significance >= LEAST_SIGNIFICANCE),
        "cut by the readout": np.asarray(events["cut"]) != "",
        "at the edge of the image": np.asarray(events["touches_edge"]),
        "touches a hot pixel or glow": np.asarray(events["touches_other"]),
        "touches a bad pixel": np.asarray(events["touches_bad"]),
        "saturated": np.asarray(events["saturated"]),
    }
    words = [
        "; ".join(reason for reason, holds in reasons.items() if holds[number])
        for number in range(len(events))
    ]
    result = events.copy()
    result["recoil_candidate"] = np.array([not text for text in words], dtype=bool)
    result["recoil_candidate"].info.description = "clean and point-like: maybe a nuclear recoil"
    result["against_recoil"] = np.array(words, dtype=np.str_)
    result["against_recoil"].info.description = "what speaks against a nuclear recoil"
    return result
