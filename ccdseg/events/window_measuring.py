"""Measurement of the events of one window of a frame: the columns of the event table."""

from __future__ import annotations

from math import ceil

import numpy as np

from ccdseg.arrays import Components
from ccdseg.classes import ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.events.clusters import GAP, PixelList, with_apertures
from ccdseg.events.columns import COLUMNS
from ccdseg.events.event_pixels import EventPixels
from ccdseg.events.local_background import ANNULUS_WIDTH, Background, fit_background
from ccdseg.events.pixel_charges import PixelCharges
from ccdseg.events.point_fit import fit_points
from ccdseg.events.row_edges import measure_edges
from ccdseg.events.separation import ClusterCharges, divide_clusters
from ccdseg.events.shape import measure_shapes
from ccdseg.events.windows import Window


def measure_window(
    image: np.ndarray,
    mask: np.ndarray,
    components: Components,
    window: Window,
    *,
    detector: Detector | None,
    classes: ClassCatalogue,
    aperture_margin: float,
    saturation: float,
    separate: bool,
) -> tuple[dict[str, np.ndarray], PixelList, PixelCharges]:
    """Measure the events of the clusters of a window.

    Parameters
    ----------
    image, mask : ndarray
        Signal (ADU) and class indices of the whole frame, (H, W).
    components : Components
        All clusters of the frame.
    window : Window
        Part of the frame, and clusters that it holds.
    detector, classes, aperture_margin, saturation, separate
        As `ccdseg.events.measuring.measure_clusters`.

    Returns
    -------
    values : dict of ndarray
        Columns of the events, but for ``id`` and ``hdu``; ``first_pixel``, the flat index of the
        first pixel of each in the frame; with a detector, ``edges``, as `measure_edges` gives them.
    divided : PixelList
        Pixels, in the frame, of the events that share a cluster with others.
    charges : PixelCharges
        Signals of the pixels, in the frame, of all events.
    """
    labels = components.labels(window.area, window.members)
    frame_shape = image.shape
    image, mask = image[window.area], mask[window.area]
    clusters = with_apertures(
        labels, mask, len(window.members), classes=classes, aperture_margin=aperture_margin
    )
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
    gain = None if detector is None else detector.gain
    at_edge = _reaches_edge(components.boxes[window.members], frame_shape)
    fits = fit_points(above, aperture, noise=background.noise, gain=gain)
    events = EventPixels.whole(clusters.pixels, aperture)
    if separate:
        charges = ClusterCharges(
            above / gain, aperture, clusters.pixels, background.noise / gain, at_edge, detector
        )
        divisions = divide_clusters(charges, fits.misfit)
        events = EventPixels.divided(clusters.pixels, aperture, divisions)
    pixels, aperture, shares = events.pixels, events.apertures, events.aperture_shares
    of_cluster = events.clusters
    background = background.of(of_cluster)
    unshared = aperture.values(image) - background.at(aperture)
    above = shares * unshared
    fits = fits.of(of_cluster)
    if len(of_cluster) > len(window.members):
        fits = fits.again(above, aperture, events.is_divided, noise=background.noise, gain=gain)
    signal = aperture.sums(above)
    of_noise = aperture.sums(shares**2) ** 0.5 * background.noise
    of_level = aperture.sums(shares) * background.level_error
    of_sharing = events.sharing_errors * (gain or 1.0)
    error = np.sqrt(of_noise**2 + of_level**2 + of_sharing**2)
    n_pixels = pixels.counts()
    boxes = pixels.boxes() + np.tile(window.origin, 2)
    first = np.searchsorted(pixels.cluster, np.arange(pixels.n_clusters))
    row, column = (
        places[first] + start
        for places, start in zip((pixels.rows, pixels.columns), window.origin, strict=True)
    )
    values = {
        "component": window.members[of_cluster] + 1,
        "first_pixel": row.astype(np.int64) * frame_shape[1] + column,
        "n_pixels": n_pixels,
        "signal": signal,
        "signal_error": error,
        "background": background.level,
        "noise": background.noise,
        "signal_density": signal / n_pixels,
        "point_width": fits.width,
        "point_width_error": fits.width_error,
        "point_misfit": fits.misfit,
        "touches_edge": _reaches_edge(boxes, frame_shape),
        "touches_other": clusters.touches_other[of_cluster],
        "touches_serial": clusters.touches_serial[of_cluster],
        "saturated": pixels.any(pixels.values(image) >= saturation),
        "touches_bad": touches_bad[of_cluster],
    }
    values |= _form(image, usable, events, background)
    if detector is not None:
        values |= _energies(signal, error, n_pixels, detector)
        values["edges"] = measure_edges(
            above,
            aperture,
            pixels.boxes(),
            noise=background.noise,
            gain=detector.gain,
            n_pixels=n_pixels,
            rows=(-window.origin[0], frame_shape[0] - 1 - window.origin[0]),
        )
    for column in COLUMNS:
        if column.axis is not None and column.name in values:
            values[column.name] = values[column.name] + window.origin[column.axis]
    values |= {
        "row_min": boxes[:, 0],
        "row_max": boxes[:, 2] - 1,
        "column_min": boxes[:, 1],
        "column_max": boxes[:, 3] - 1,
    }
    divided = pixels.where(events.is_divided[pixels.cluster]).moved(window.origin)
    charges = PixelCharges(
        aperture.moved(window.origin), unshared.astype(np.float32), shares.astype(np.float32)
    )
    return values, divided, charges


def _reaches_edge(boxes: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Whether each bounding box reaches the edge of a frame of a shape, (boxes,)."""
    return ((boxes[:, :2] == 0) | (boxes[:, 2:] == shape)).any(axis=1)


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
    image: np.ndarray, usable: np.ndarray, events: EventPixels, background: Background
) -> dict[str, np.ndarray]:
    """Position, brightest pixel and shape, from the usable pixels of each event or else all."""
    chosen = events.pixels.values(usable)
    kept = chosen | ~events.pixels.any(chosen)[events.pixels.cluster]
    pixels = events.pixels.where(kept)
    charge = events.shares[kept] * (pixels.values(image) - background.at(pixels))
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
