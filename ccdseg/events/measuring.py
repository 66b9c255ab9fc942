"""The row of the table for one cluster."""

from __future__ import annotations

import numpy as np

from ccdseg.classes import ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.events.background import fit_background
from ccdseg.events.cutouts import Cutout
from ccdseg.events.point_fit import PointFit, fit_point
from ccdseg.events.shape import measure_shape

_LARGEST_POINT = 600
"""Pixels of the aperture up to which a cluster is compared with a point-like deposit."""


def measure(
    cutout: Cutout, *, detector: Detector | None, classes: ClassCatalogue, saturation: float
) -> dict:
    """Values of the columns of `ccdseg.events.columns.COLUMNS` but for ``id`` and ``hdu``.

    Parameters
    ----------
    cutout : Cutout
        The cluster.
    detector : Detector or None
        Gives gain, pair energy and Fano factor; without it charge and energy are left out.
    classes : ClassCatalogue
        Meaning of the class indices.
    saturation : float
        Signal (ADU) from which a pixel is saturated.

    Returns
    -------
    dict
    """
    background = fit_background(cutout.image, cutout.free, cutout.aperture)
    above = np.where(cutout.aperture, cutout.image - background.plane(cutout.image.shape), 0.0)
    n_summed = np.count_nonzero(cutout.aperture)
    signal = float(above.sum())
    signal_error = float(
        np.hypot(n_summed**0.5 * background.noise, n_summed * background.level_error)
    )
    row = {
        "signal": signal,
        "signal_error": signal_error,
        "background": background.level,
        "noise": background.noise,
        "signal_density": signal / np.count_nonzero(cutout.pixels),
        **_extent(cutout),
        **_form(cutout, above),
        **_as_point(cutout, above, background.noise, detector),
        **_flags(cutout, classes, saturation),
    }
    if detector is not None:
        row |= _energies(signal, signal_error, row["n_pixels"], detector)
    return row


def _extent(cutout: Cutout) -> dict:
    rows, columns = cutout.box
    return {
        "row_min": rows.start,
        "row_max": rows.stop - 1,
        "column_min": columns.start,
        "column_max": columns.stop - 1,
        "n_pixels": np.count_nonzero(cutout.pixels),
    }


def _form(cutout: Cutout, above: np.ndarray) -> dict:
    """Position, brightest pixel and shape."""
    usable = cutout.pixels & cutout.aperture
    shape = measure_shape(above, usable if usable.any() else cutout.pixels)
    peak = np.unravel_index(np.argmax(np.where(usable, above, -np.inf)), above.shape)
    return {
        "row": shape.row + cutout.origin[0],
        "column": shape.column + cutout.origin[1],
        "peak": float(above[peak]),
        "peak_row": peak[0] + cutout.origin[0],
        "peak_column": peak[1] + cutout.origin[1],
        "width_along": shape.width_along,
        "width_across": shape.width_across,
        "length": shape.length,
        "orientation": shape.orientation,
        "straightness": shape.straightness,
        "local_width": shape.local_width,
        "taper": shape.taper,
        "end_share": shape.end_share,
    }


def _as_point(cutout: Cutout, above: np.ndarray, noise: float, detector: Detector | None) -> dict:
    """How well a point-like deposit describes the cluster, where it is small enough for one."""
    fit = PointFit()
    if np.count_nonzero(cutout.aperture) <= _LARGEST_POINT:
        gain = None if detector is None else detector.gain
        fit = fit_point(above, cutout.aperture, noise=noise, gain=gain)
    return {
        "point_width": fit.spread,
        "point_width_error": fit.spread_error,
        "point_misfit": fit.misfit,
    }


def _flags(cutout: Cutout, classes: ClassCatalogue, saturation: float) -> dict:
    plain = (classes["background"].index, classes.need_particles().index)
    return {
        "touches_edge": cutout.touches_edge,
        "touches_other": not np.isin(cutout.neighbours, plain).all(),
        "saturated": bool((cutout.image[cutout.pixels] >= saturation).any()),
        "not_finite": cutout.has_gaps,
    }


def _energies(signal: float, signal_error: float, n_pixels: int, detector: Detector) -> dict:
    """Charge (e⁻) and energy (keV) of a signal (ADU)."""
    charge, noise = signal / detector.gain, signal_error / detector.gain
    kev = detector.pair_energy / 1000.0
    fano = detector.fano * max(charge, 0.0)
    return {
        "charge": charge,
        "charge_error": noise,
        "energy": charge * kev,
        "energy_error": (noise**2 + fano) ** 0.5 * kev,
        "energy_density": charge * kev / n_pixels,
    }
