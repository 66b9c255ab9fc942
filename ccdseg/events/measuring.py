"""Measurement of all clusters of a frame: the columns of the event table."""

from __future__ import annotations

from math import ceil

import numpy as np

from ccdseg.arrays import Components, release
from ccdseg.classes import ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.events.clusters import GAP, PixelList, find_clusters, with_apertures
from ccdseg.events.columns import COLUMNS
from ccdseg.events.local_background import ANNULUS_WIDTH, Background, fit_background
from ccdseg.events.point_fit import fit_points
from ccdseg.events.shape import measure_shapes
from ccdseg.events.windows import Window, plan_windows


def measure_clusters(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    detector: Detector | None,
    classes: ClassCatalogue,
    aperture_margin: float,
    saturation: float,
) -> dict[str, np.ndarray]:
    """Measure all clusters of an image.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W).
    mask : ndarray
        Class indices of the same shape.
    detector : Detector or None
        Gives gain, pair energy and Fano factor; without it there is no charge and energy.
    classes : ClassCatalogue
        Meaning of the class indices.
    aperture_margin : float
        Width of the aperture's margin around a cluster (px).
    saturation : float
        Signal (ADU) from which a pixel is saturated.

    Returns
    -------
    dict of ndarray
        Values by the names of `ccdseg.events.columns.COLUMNS`, but for ``hdu``, in their units,
        each of shape (clusters,).
    """
    clusters = find_clusters(mask, classes)
    settings = {"detector": detector, "classes": classes, "aperture_margin": aperture_margin}
    members, parts = [], []
    for window in plan_windows(clusters.boxes, mask.shape, aperture_margin=aperture_margin):
        members.append(window.members)
        parts.append(_measure_window(image, mask, clusters, window, saturation, **settings))
        release(image, mask)
    order = np.argsort(np.concatenate(members))
    values = {name: np.concatenate([part[name] for part in parts])[order] for name in parts[0]}
    boxes = clusters.boxes
    return values | {
        "id": np.arange(1, clusters.n + 1),
        "row_min": boxes[:, 0],
        "row_max": boxes[:, 2] - 1,
        "column_min": boxes[:, 1],
        "column_max": boxes[:, 3] - 1,
        "n_pixels": clusters.sizes,
        "touches_edge": ((boxes[:, :2] == 0) | (boxes[:, 2:] == mask.shape)).any(axis=1),
    }


def _measure_window(
    image: np.ndarray,
    mask: np.ndarray,
    components: Components,
    window: Window,
    saturation: float,
    *,
    detector: Detector | None,
    classes: ClassCatalogue,
    aperture_margin: float,
) -> dict[str, np.ndarray]:
    """Values of the clusters of a window, but for those that their pixels' places alone tell."""
    labels = components.labels(window.area, window.members)
    image, mask = image[window.area], mask[window.area]
    clusters = with_apertures(
        labels, mask, len(window.members), classes=classes, aperture_margin=aperture_margin
    )
    pixels = clusters.pixels
    boxes = components.boxes[window.members] - np.tile(window.origin, 2)
    finite = np.isfinite(image)
    usable = finite & ~_is_hot(mask, classes)
    touches_bad = clusters.apertures.any(~clusters.apertures.values(finite))
    aperture = clusters.apertures.where(clusters.apertures.values(usable))
    background = fit_background(
        image,
        clusters.background & usable,
        _enlarged(boxes, aperture_margin + GAP + ANNULUS_WIDTH, image.shape),
        centres=_centres(aperture, boxes),
    )
    above = aperture.values(image) - background.at(aperture)
    n_summed = aperture.counts()
    signal = aperture.sums(above)
    error = np.hypot(n_summed**0.5 * background.noise, n_summed * background.level_error)
    n_pixels = pixels.counts()
    fits = fit_points(
        above, aperture, noise=background.noise, gain=None if detector is None else detector.gain
    )
    values = {
        "signal": signal,
        "signal_error": error,
        "background": background.level,
        "noise": background.noise,
        "signal_density": signal / n_pixels,
        "point_width": fits.width,
        "point_width_error": fits.width_error,
        "point_misfit": fits.misfit,
        "touches_other": clusters.touches_other,
        "saturated": pixels.any(pixels.values(image) >= saturation),
        "touches_bad": touches_bad,
    }
    values |= _form(image, usable, pixels, background)
    if detector is not None:
        values |= _energies(signal, error, n_pixels, detector)
    for column in COLUMNS:
        if column.axis is not None and column.name in values:
            values[column.name] = values[column.name] + window.origin[column.axis]
    return values


def _is_hot(mask: np.ndarray, classes: ClassCatalogue) -> np.ndarray:
    if "hot pixel" not in classes.names:
        return np.zeros(mask.shape, dtype=bool)
    return mask == classes["hot pixel"].index


def _enlarged(boxes: np.ndarray, margin: float, shape: tuple[int, int]) -> np.ndarray:
    """Boxes with a margin (px) at each edge, inside an image of a shape."""
    width = ceil(margin)
    return np.clip(boxes + np.array([-width, -width, width, width]), 0, (*shape, *shape))


def _centres(aperture: PixelList, boxes: np.ndarray) -> np.ndarray:
    """Mean row and column (px) of each aperture, of the box where it is empty, (clusters, 2)."""
    counts = aperture.counts()[:, np.newaxis]
    totals = np.stack([aperture.sums(aperture.rows), aperture.sums(aperture.columns)], axis=1)
    middle = (boxes[:, :2] + boxes[:, 2:] - 1) / 2
    return np.where(counts, totals / np.maximum(counts, 1), middle)


def _form(
    image: np.ndarray, usable: np.ndarray, pixels: PixelList, background: Background
) -> dict[str, np.ndarray]:
    """Position, brightest pixel and shape, from the usable pixels of each cluster or else all."""
    chosen = pixels.values(usable)
    pixels = pixels.where(chosen | ~pixels.any(chosen)[pixels.cluster])
    charge = pixels.values(image) - background.at(pixels)
    charge = np.where(pixels.values(usable), charge, 0.0)
    ranked = np.lexsort((-charge, pixels.cluster))
    peak = ranked[np.searchsorted(pixels.cluster, np.arange(pixels.n_clusters))]
    return {
        "peak": charge[peak],
        "peak_row": pixels.rows[peak],
        "peak_column": pixels.columns[peak],
        **vars(measure_shapes(charge, pixels)),
    }


def _energies(
    signal: np.ndarray, error: np.ndarray, n_pixels: np.ndarray, detector: Detector
) -> dict[str, np.ndarray]:
    """Charge (e⁻) and energy (keV) of signals (ADU)."""
    charge, noise = signal / detector.gain, error / detector.gain
    kev = detector.pair_energy / 1000.0
    fano = detector.fano * np.maximum(charge, 0.0)
    return {
        "charge": charge,
        "charge_error": noise,
        "energy": charge * kev,
        "energy_error": np.sqrt(noise**2 + fano) * kev,
        "energy_density": charge * kev / n_pixels,
    }
