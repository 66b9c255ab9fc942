"""Live pixels of a frame, their mass and their exposure: what rates are divided by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.arrays import strips
from ccdseg.calibration.defects import Defect, DefectMap
from ccdseg.classes import ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.fits_io import Frame
from ccdseg.normalization.amplifiers import Section, Sections

_DAY = 86400.0
"""Seconds of a day."""


@dataclass(frozen=True)
class LiveExposure:
    """Pixels of a frame in which particles are found, and how long they waited for them.

    A pixel is live where it is read from silicon that sees particles (no prescan, no overscan),
    its value is finite and not flagged as bad, it is no known defect but glow, and its class is
    background or particle: neither hot pixel nor glow.

    Attributes
    ----------
    pixels : int
        Number of live pixels.
    mass : float
        Mass of their silicon (kg); NaN where the detector is not known.
    exposure_time : float
        Exposure time (s); NaN where it is not known.
    readout_time : float
        Time that reading the image takes (s), during which the pixels that are still to be read
        collect charge; 0 where it is not known.
    time : float
        Mean time that a live pixel collected charge (s); NaN where the exposure time is not known.
    """

    pixels: int
    mass: float
    exposure_time: float
    readout_time: float
    time: float

    @property
    def exposure(self) -> float:
        """Mass times time of the live pixels (kg day)."""
        return self.mass * self.time / _DAY

    def to_dict(self) -> dict:
        """Pixels, ``mass`` (kg), times (s) and ``exposure`` (kg day), None for NaN."""
        values = {**vars(self), "exposure": self.exposure}
        return {name: None if np.isnan(value) else value for name, value in values.items()}


def measure_exposure(
    frame: Frame,
    mask: np.ndarray,
    *,
    classes: ClassCatalogue,
    sections: Sections,
    silicon: Detector | None,
    defects: DefectMap | None = None,
    exposure_time: float | None = None,
    readout_time: float | None = None,
) -> LiveExposure:
    """Measure the live exposure of a frame.

    Pixels are read one after the other, and collect charge until they are: in a section whose
    first pixel is known, a row the longer the later it is read; else half of the readout time in
    the mean, as if dead pixels lay evenly.

    Parameters
    ----------
    frame : Frame
        The frame, its bad pixels NaN.
    mask : ndarray
        Class indices, (H, W).
    classes : ClassCatalogue
        Their meaning, one of them particles.
    sections : tuple of Section
        Sections of its amplifiers.
    silicon : Detector, optional
        Pixel size, thickness and density.
    defects : DefectMap, optional
        Known defects.
    exposure_time, readout_time : float, optional
        Times (s) in the place of those of the header.
    """
    told, facts = (exposure_time, readout_time), (frame.facts.exposure, frame.facts.readout_time)
    exposed, reading = (own if one is None else one for one, own in zip(told, facts, strict=True))
    exposed, reading = np.nan if exposed is None else exposed, reading or 0.0
    whole = frame.section is None
    pixels, waited = 0, 0.0
    for section, counts in _live_rows(frame.data, mask, classes, sections, defects):
        pixels += int(counts.sum())
        waited += float(counts @ _waiting(section, whole=whole))
    time = exposed + reading * (waited / pixels if pixels else 0.0)
    mass = np.nan if silicon is None else pixels * silicon.pixel_mass
    return LiveExposure(pixels, mass, exposed, reading, time)


def _live_rows(
    data: np.ndarray,
    mask: np.ndarray,
    classes: ClassCatalogue,
    sections: Sections,
    defects: DefectMap | None,
) -> list[tuple[Section, np.ndarray]]:
    """Live pixels in each row of the image area of each section."""
    particles = classes.need_particles().index
    counts = [np.zeros(data.shape[0], dtype=np.int64) for _ in sections]
    for rows in strips(data, mask):
        live = np.isfinite(data[rows]) & ((mask[rows] == 0) | (mask[rows] == particles))
        if defects is not None:
            row, column = np.divmod(defects.places[defects.has(~Defect.GLOW)], data.shape[1])
            inside = (row >= rows.start) & (row < rows.stop)
            live[row[inside] - rows.start, column[inside]] = False
        for section, count in zip(sections, counts, strict=True):
            count[rows] = np.count_nonzero(live[:, section.image_columns], axis=1)
    return [
        (section, count[section.image_rows])
        for section, count in zip(sections, counts, strict=True)
    ]


def _waiting(section: Section, *, whole: bool) -> np.ndarray:
    """Share of the readout time before each row of its image area is read."""
    rows = np.arange(section.image_rows.start, section.image_rows.stop)
    if section.first_read is None or not whole:
        return np.full(len(rows), 0.5)
    n_rows = section.rows.stop - section.rows.start
    return (np.abs(rows - section.first_read[0]) + 0.5) / n_rows
