"""Events of an image: its clusters, measured."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.arrays.nddata import is_nddata, pixels_of, unit_of
from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.events.columns import build_table, unit_text
from ccdseg.events.event_map import EventMap
from ccdseg.events.local_background import ANNULUS_WIDTH
from ccdseg.events.measuring import measure_clusters
from ccdseg.events.row_edges import CutClassifier, shipped_cut_classifier

if TYPE_CHECKING:
    from astropy.nddata import CCDData

logger = logging.getLogger(__name__)


def find_events(
    image: np.ndarray | CCDData,
    mask: np.ndarray,
    *,
    detector: Detector | None = None,
    classes: ClassCatalogue = CLASSES,
    hdu: str = "",
    origin: tuple[int, int] = (0, 0),
    aperture_margin: float = 2.0,
    saturation: float = 65535.0,
    unit: u.UnitBase = u.adu,
    separate: bool = True,
    cuts: CutClassifier | None = None,
) -> QTable:
    """Find and measure the events of an image.

    An event is an 8-connected cluster of the particles' class, or one of the particles that left
    it. Its charge is summed over an aperture: its pixels and those within `aperture_margin` of
    them, since a mask ends where the charge sinks into the noise; hot pixels and pixels that are
    not finite are left out. The background is a plane fitted to an annulus around the aperture.

    A cluster is divided where no single particle can have left it: compact ones of several point-
    like particles, tracks with point-like particles beside them, and straight tracks that cross
    or meet. Where particles overlap, each has its share of the charge of a pixel, and the error of
    its charge that of sharing. What energy a particle has decides, so nothing is divided without
    a detector.

    Parameters
    ----------
    image : ndarray or CCDData
        Signal in `unit`, of shape (H, W); a CCDData has its own unit, and its masked pixels are
        bad.
    mask : ndarray
        Class indices of the same shape.
    detector : Detector, optional
        Gives gain, pair energy and Fano factor. Without it there are no charges (e⁻) and energies.
    classes : ClassCatalogue
        Meaning of the indices; that of particles is ``cluster`` or ``cosmic``.
    hdu : str
        Name of the image.
    origin : tuple of int
        Row and column (px) of the first pixel, where the image is a section of a larger one;
        positions count from that one's first pixel.
    aperture_margin : float
        Width of the margin around the cluster that the aperture takes in (px).
    saturation : float
        Signal from which a pixel is flagged as saturated.
    unit : astropy.units.UnitBase
        Unit of the image, and of signals: ADU, electrons, or one of these per second. The gain of
        the detector is in it per electron.
    separate : bool
        Whether particles that touch are told apart.
    cuts : CutClassifier, optional
        Tells the hits that the readout cut at a row, where there is a detector; the one that ships
        by default.

    Returns
    -------
    astropy.table.QTable
        One row per event, in the order of their first pixels; the columns of
        `ccdseg.events.columns.COLUMNS`, with units and descriptions.

    Raises
    ------
    InputError
        If image and mask have different shapes or types that are no numbers, the mask holds an
        index without a class, no class is one of particles, or the margin is out of range.
    """
    return map_events(
        image,
        mask,
        detector=detector,
        classes=classes,
        hdu=hdu,
        origin=origin,
        aperture_margin=aperture_margin,
        saturation=saturation,
        unit=unit,
        separate=separate,
        cuts=cuts,
    ).table


def map_events(
    image: np.ndarray | CCDData,
    mask: np.ndarray,
    *,
    detector: Detector | None = None,
    classes: ClassCatalogue = CLASSES,
    hdu: str = "",
    origin: tuple[int, int] = (0, 0),
    aperture_margin: float = 2.0,
    saturation: float = 65535.0,
    unit: u.UnitBase = u.adu,
    separate: bool = True,
    list_pixels: bool = False,
    cuts: CutClassifier | None = None,
) -> EventMap:
    """Find and measure the events of an image, and tell the event of each pixel.

    Parameters as `find_events`; with `list_pixels` the map keeps the signals of the pixels.

    Returns
    -------
    EventMap
        Its ``table`` is that of `find_events`, its ``labels`` hold the `id` of the event of each
        pixel.
    """
    if is_nddata(image):
        unit = unit_of(image)
    image, mask = pixels_of(image), np.asarray(mask)
    _check(image, mask, classes)
    if not 0 <= aperture_margin < ANNULUS_WIDTH:
        raise InputError(
            f"The aperture margin is {aperture_margin} px wide; give 0 or more, below "
            f"{ANNULUS_WIDTH:g}."
        )
    if detector is None:
        logger.info(
            "No detector is given: events get signals in %s, no charges (e⁻) and energies (keV).",
            unit_text(unit),
        )
    measured = measure_clusters(
        image,
        np.ascontiguousarray(mask),
        detector=detector,
        classes=classes,
        aperture_margin=aperture_margin,
        saturation=saturation,
        separate=separate,
        list_pixels=list_pixels,
    )
    values = measured.values
    values["hdu"] = np.full(len(values["id"]), hdu)
    if measured.edges is not None:
        classifier = shipped_cut_classifier() if cuts is None else cuts
        values |= classifier.columns(measured.edges)
    limited = values["touches_edge"] | values["saturated"]
    values["lower_limit"] = limited | (values["cut"] != "") if "cut" in values else limited
    table = build_table(values, origin=origin, unit=unit)
    table.meta["aperture_margin"] = aperture_margin
    if detector is not None:
        table.meta["detector"] = asdict(detector)
    return EventMap(
        table,
        measured.clusters,
        measured.first_ids,
        measured.divided,
        measured.charges,
        measured.edges,
    )


def _check(image: np.ndarray, mask: np.ndarray, classes: ClassCatalogue) -> None:
    if image.ndim != 2 or image.shape != mask.shape or image.size == 0:
        raise InputError(
            f"The image has shape {image.shape} and the mask {mask.shape}; give both of one shape "
            "(rows, columns)."
        )
    if image.dtype.kind not in "fiu" or mask.dtype.kind not in "iu":
        raise InputError(
            f"The image is of type {image.dtype} and the mask of {mask.dtype}; give numbers and "
            "class indices."
        )
    classes.check_indices(mask)
