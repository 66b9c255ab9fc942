"""How deep point-like events lie, from how far their charge has spread."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.simulation.particles.silicon import point_growth

EXTENT = 0.07
"""Standard deviation, along one axis, of the energy that an electron leaves along its path (µm per
keV): the median of simulated electrons of 20 to 60 keV is 0.067 to 0.072."""


def estimate_depth(events: QTable, *, detector: Detector) -> QTable:
    """Estimate the depth of events as if they were point-like.

    The spread of a point-like deposit is that of the diffusion, σ²(z) = −A ln(1 − B z), widened by
    the factor 1 + growth · E / σ(thickness), as in `ccdseg.simulation.particles`; it is solved for
    z.

    Parameters
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`, with energies.
    detector : Detector
        Gives diffusion, pixel size and thickness.

    Returns
    -------
    astropy.table.QTable
        A copy with the columns ``depth`` (µm below the gate side, 0 to the thickness),
        ``depth_error`` (its standard deviation from that of the spread, from the path of an
        electron of that energy, which may be part of the spread, and from the growth, which charge
        along a path does not show; at most that of a depth which may be anything) and ``face``:
        ``front`` or ``back`` where the depth is at least one standard deviation away from the
        middle, else empty. NaN and empty where no point was fitted.

    Raises
    ------
    InputError
        Where the events have no energies, or the detector no diffusion.
    """
    if "energy" not in events.colnames:
        raise InputError("The events have no energies; find them with a detector.")
    if not (detector.diffusion_a > 0 and detector.diffusion_b > 0):
        raise InputError(f"Detector {detector.name} has no diffusion, so spreads show no depth.")
    spread, error = (events[name].to_value(u.pix) for name in ("point_width", "point_width_error"))
    energy = np.maximum(events["energy"].to_value(u.keV), 0)
    growth = point_growth(energy, detector) / detector.pixel_size
    depth = _depth((spread / growth) ** 2, detector)
    of_spread = np.maximum(
        *(
            np.abs(_depth((np.maximum(limit, 0) / growth) ** 2, detector) - depth)
            for limit in (spread - error, spread + error)
        )
    )
    path = EXTENT * energy / detector.pixel_size
    of_path = _depth((spread**2 + path**2) / growth**2, detector) - depth
    of_growth = _depth((spread * detector.pixel_size) ** 2, detector) - depth
    known = np.sqrt(of_spread**2 + of_path**2 + of_growth**2)
    known = np.fmin(known, detector.thickness / 12**0.5)
    result = events.copy()
    result["depth"] = np.clip(depth, 0, detector.thickness) * u.um
    result["depth_error"] = np.where(np.isfinite(depth), known, np.nan) * u.um
    away = result["depth"].value - detector.thickness / 2
    decided = np.abs(away) >= result["depth_error"].value
    result["face"] = np.where(decided, np.where(away < 0, "front", "back"), "")
    for name, description in (
        ("depth", "below the gate side, as if point-like"),
        ("depth_error", "its standard deviation"),
        ("face", "front or back, where the depth decides"),
    ):
        result[name].info.description = description
    return result


def _depth(variance: np.ndarray, detector: Detector) -> np.ndarray:
    """Depth (µm) of a variance (µm²)."""
    return -np.expm1(-variance / detector.diffusion_a) / detector.diffusion_b
