"""Depth of point-like events, from the diffusion of their charge."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.detector import Detector
from ccdseg.detector.silicon import diffusion_width, point_growth
from ccdseg.errors import InputError

EXTENT = 0.07
"""RMS extent, along one axis, of the energy that an electron leaves on its path (µm per keV): the
median of simulated electrons of 20 to 60 keV is 0.067 to 0.072."""


def estimate_depth(events: QTable, *, detector: Detector) -> QTable:
    """Estimate the depth of events as if they were point-like.

    The width of a point-like deposit is that of the diffusion, σ²(z) = −A ln(1 − B z), widened by
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
        A copy with the columns ``depth`` (µm below the front face, the gate side, from 0 to the
        thickness), ``depth_error`` and ``face``: ``front`` or ``back`` where the depth is at least
        one standard deviation away from the middle, else empty. Depths are NaN where no point was
        fitted, and where its width is at the upper limit of the fit.

        The error holds that of the width, the path of an electron of that energy, which may be part
        of the width, the growth, which charge along a path does not show, and what a width exceeds
        that of the full thickness; it is at most that of a depth which may be anything.

    Raises
    ------
    InputError
        If the events have no energies, or the detector no diffusion.
    """
    if "energy" not in events.colnames:
        raise InputError("The events have no energies; find them with a detector.")
    if not (detector.diffusion_a > 0 and detector.diffusion_b > 0):
        raise InputError(f"Detector {detector.name} has no diffusion, so widths tell no depth.")
    width, width_error = (
        events[name].to_value(u.pix) * detector.pixel_size
        for name in ("point_width", "point_width_error")
    )
    energy = np.maximum(events["energy"].to_value(u.keV), 0)
    growth = point_growth(energy, detector)
    depth = _depth(width / growth, detector)
    changed = [
        _depth(np.maximum(width - width_error, 0) / growth, detector),
        _depth((width + width_error) / growth, detector),
    ]
    of_width = np.max(np.abs(changed - depth), axis=0)
    of_path = _depth(np.hypot(width, EXTENT * energy) / growth, detector) - depth
    of_growth = _depth(width, detector) - depth
    excess = np.maximum(depth - detector.thickness, 0)
    error = np.sqrt(of_width**2 + of_path**2 + of_growth**2 + excess**2)
    depth = np.where(np.isfinite(error), np.minimum(depth, detector.thickness), np.nan)
    error = np.minimum(error, detector.thickness / 12**0.5)
    away = depth - detector.thickness / 2
    result = events.copy()
    for name, values, description in (
        ("depth", depth * u.um, "below the front face, as if point-like"),
        ("depth_error", error * u.um, "its standard deviation"),
        (
            "face",
            np.where(np.abs(away) >= error, np.where(away < 0, "front", "back"), ""),
            "front or back, where the depth decides",
        ),
    ):
        result[name] = values
        result[name].info.description = description
    return result


def _depth(width: np.ndarray, detector: Detector) -> np.ndarray:
    """Depth (µm) of a diffusion width (µm); beyond the full thickness along the tangent there."""
    widest = diffusion_width(np.array(detector.thickness), detector)
    inside = np.minimum(width, widest)
    remaining = np.exp(-(inside**2) / detector.diffusion_a)
    slope = 2 * inside / detector.diffusion_a * remaining / detector.diffusion_b
    return (1 - remaining) / detector.diffusion_b + slope * (width - inside)
