"""Measurement of all events of a frame, window by window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ccdseg.arrays import Components, release
from ccdseg.classes import ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.events.clusters import PixelList, find_clusters
from ccdseg.events.pixel_charges import PixelCharges
from ccdseg.events.window_measuring import measure_window
from ccdseg.events.windows import plan_windows


@dataclass(frozen=True, eq=False)
class MeasuredEvents:
    """Events of a frame.

    Attributes
    ----------
    values : dict of ndarray
        Values by the names of `ccdseg.events.columns.COLUMNS`, but for ``hdu``, in their units,
        each of shape (events,), in the order of the first pixels of the events.
    edges : ndarray or None
        Features of the row sides, as `ccdseg.events.row_edges.measure_edges`; None without a
        detector.
    clusters : Components
        Clusters of the mask.
    first_ids : ndarray
        Number of the first event of each cluster, from 1, (clusters,).
    divided : PixelList
        Pixels of the events of divided clusters; their ``cluster`` is the number of the event.
    charges : PixelCharges or None
        Signals of the pixels of all events, where they were asked for.
    """

    values: dict[str, np.ndarray]
    edges: np.ndarray | None
    clusters: Components
    first_ids: np.ndarray
    divided: PixelList
    charges: PixelCharges | None


def measure_clusters(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    detector: Detector | None,
    classes: ClassCatalogue,
    aperture_margin: float,
    saturation: float,
    separate: bool,
    list_pixels: bool,
) -> MeasuredEvents:
    """Measure the events of all clusters of an image.

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
    separate : bool
        Whether clusters that several particles left are divided, where there is a detector.
    list_pixels : bool
        Whether the signals of the pixels are kept.

    Returns
    -------
    MeasuredEvents
    """
    clusters = find_clusters(mask, classes)
    settings = {"detector": detector, "classes": classes, "aperture_margin": aperture_margin}
    settings |= {"saturation": saturation, "separate": separate and detector is not None}
    parts, pixels, charges = [], [], []
    for window in plan_windows(clusters.boxes, mask.shape, aperture_margin=aperture_margin):
        values, of_divided, of_pixels = measure_window(image, mask, clusters, window, **settings)
        parts.append(values)
        pixels.append(of_divided)
        charges += [of_pixels] if list_pixels else []
        release(image, mask)
    values = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(values.pop("first_pixel"))
    ids = np.empty(len(order), dtype=np.int64)
    ids[order] = np.arange(1, len(order) + 1)
    first_ids = np.full(clusters.n, len(order) + 1)
    np.minimum.at(first_ids, values["component"] - 1, ids)
    values = {name: column[order] for name, column in values.items()}
    values["id"] = np.arange(1, len(order) + 1)
    edges = values.pop("edges", None)
    starts = np.cumsum([0, *(one.n_clusters for one in pixels)])
    joined = PixelCharges.joined(charges, ids - 1) if list_pixels else None
    numbered = _numbered(pixels, starts, ids)
    return MeasuredEvents(values, edges, clusters, first_ids, numbered, joined)


def _numbered(parts: Sequence[PixelList], starts: np.ndarray, ids: np.ndarray) -> PixelList:
    """Pixels of all windows, with the numbers of their events for the places in the windows."""
    number = [start + part.cluster for start, part in zip(starts[:-1], parts, strict=True)]
    return PixelList(
        ids[np.concatenate(number)],
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.columns for part in parts]),
        len(ids),
    )
