"""Columns of events that tell where they lie on the sky."""

from __future__ import annotations

import logging

import numpy as np
from astropy import units as u
from astropy.io import fits
from astropy.table import QTable

from ccdseg.errors import without_warnings

logger = logging.getLogger(__name__)

_DESCRIPTIONS = {"ra": "right ascension of its centroid, ICRS", "dec": "declination, ICRS"}


def add_sky_positions(events: QTable, header: fits.Header, *, where: str = "image") -> QTable:
    """Add right ascension and declination of the centroid of each event.

    Parameters
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`; positions count from the first pixel of the HDU.
    header : astropy.io.fits.Header
        Header of the HDU.
    where : str
        Name of the image for the warning.

    Returns
    -------
    astropy.table.QTable
        With ``ra`` and ``dec`` (deg), or the same where the header has no celestial WCS. One that
        is broken is told in one line of warning.
    """
    if not any(key.startswith("CTYPE") for key in header):
        return events
    try:
        positions = _positions(events, header)
    except Exception as error:  # noqa: BLE001 - a broken WCS can raise anything
        reason = " ".join(str(error).split()).split(". ")[0] or type(error).__name__
        logger.warning(
            "%s: the WCS is broken, so events have no sky positions (%s).", where, reason
        )
        return events
    if positions is None:
        return events
    events = events.copy()
    for (name, description), values in zip(_DESCRIPTIONS.items(), positions, strict=True):
        events[name] = u.Quantity(values, u.deg)
        events[name].info.description = description
    return events


def _positions(events: QTable, header: fits.Header) -> tuple[np.ndarray, np.ndarray] | None:
    """Right ascensions and declinations (deg); None without a celestial WCS."""
    from astropy.wcs import WCS

    with without_warnings():
        wcs = WCS(header)
        if not wcs.has_celestial:
            return None
        columns, rows = (events[name].to_value(u.pix) for name in ("column", "row"))
        sky = wcs.celestial.pixel_to_world(columns, rows).icrs
    ra, dec = sky.ra.deg, sky.dec.deg
    if len(events) and not np.isfinite(ra).any():
        raise ValueError("it gives no position for any event")
    return ra, dec
