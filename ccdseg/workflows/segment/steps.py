"""Steps before and after the prediction of a mask, checked before any frame is read."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict

import numpy as np

from ccdseg.calibration.defects import DefectMap
from ccdseg.classes import COSMICS, ClassCatalogue
from ccdseg.detector import DAMIC_M, Detector
from ccdseg.estimation import (
    DetectorEstimate,
    PhotonEstimate,
    estimate_photons,
    told_photons,
)
from ccdseg.events.distance_columns import BRIGHT
from ccdseg.fits_io import DefectMaps, Frame
from ccdseg.normalization import filled
from ccdseg.normalization.amplifiers import Amplifiers, Sections, check_amplifiers, level
from ccdseg.postprocessing import Rule, restrict
from ccdseg.workflows.segment.amplifiers import (
    background_estimate,
    estimate_gains,
    find_amplifiers,
)
from ccdseg.workflows.segment.choices import (
    AUTO,
    check_bright,
    check_photons,
    check_time,
    find_rules,
)
from ccdseg.workflows.segment.false_rate import check_false_rate
from ccdseg.workflows.segment.quality import choose_defects
from ccdseg.workflows.segment.thresholds import check_thresholds

logger = logging.getLogger(__name__)


class Choices(TypedDict, total=False):
    """Choices of a segmentation, those that are given; see `ccdseg.workflows.segment_frame`."""

    detector: Detector | str | Path | None
    restrict: Sequence[Rule | str] | None
    grow: int
    amplifiers: Amplifiers
    photons: float | str | None
    thresholds: Mapping[str, float] | None
    false_rate: float | None
    defects: DefectMaps | DefectMap | str | Path | None
    separate: bool
    bright: float
    exposure_time: float | None
    readout_time: float | None
    event_pixels: bool
    probabilities: bool


@dataclass(frozen=True)
class Steps:
    """Steps before and after the prediction of a mask.

    Attributes
    ----------
    detector : Detector or None
        Detector of all frames; None where there is none, or where it is estimated.
    estimated : bool
        Whether pedestal, noise and gain are estimated from each frame.
    rules : tuple of Rule
        Geometric restrictions, applied in this order.
    grow : int
        Distance by which particles grow (px).
    amplifiers : str, sequence of str, tuple of Section, or None
        Sections of amplifiers, as `ccdseg.normalization.amplifiers.choose_sections`.
    photons : float, "auto" or None
        Signal of one photon (ADU), for models of cosmics: told, estimated, or none.
    thresholds : dict of str to float
        Probability from which a pixel is of a class, by the name of the class; empty for the
        operating point of the model.
    false_rate : float or None
        False clusters per image that give the threshold of particles.
    defects : DefectMaps or None
        Known defects of the detector.
    separate : bool
        Whether particles that touch are events of their own.
    bright : float
        Charge of its brightest pixel (e⁻) from which an event is bright.
    exposure_time, readout_time : float or None
        Times (s) in the place of those of the header.
    event_pixels : bool
        Whether the pixels of events are kept.
    probabilities : bool
        Whether the probabilities are kept.
    """

    detector: Detector | None
    estimated: bool
    rules: tuple[Rule, ...]
    grow: int
    amplifiers: Amplifiers
    photons: float | str | None
    thresholds: dict[str, float]
    false_rate: float | None
    defects: DefectMaps | None
    separate: bool
    bright: float
    exposure_time: float | None
    readout_time: float | None
    event_pixels: bool
    probabilities: bool

    @classmethod
    def choose(
        cls,
        classes: ClassCatalogue,
        *,
        detector: Detector | str | Path | None = None,
        restrict: Sequence[Rule | str] | None = None,
        grow: int = 0,
        amplifiers: Amplifiers = AUTO,
        photons: float | str | None = AUTO,
        thresholds: Mapping[str, float] | None = None,
        false_rate: float | None = None,
        defects: DefectMaps | DefectMap | str | Path | None = None,
        separate: bool = True,
        bright: float = BRIGHT,
        exposure_time: float | None = None,
        readout_time: float | None = None,
        event_pixels: bool = False,
        probabilities: bool = False,
    ) -> Steps:
        """Find detector and rules by their names; parameters as `ccdseg.workflows.segment_frame`.

        Raises
        ------
        InputError
            If there is no such detector or rule, the classes lack the one that a step needs,
            the sections of amplifiers are malformed, a photon has no positive signal, or a
            threshold is no probability, a file holds no defects, or a time is negative.
        """
        estimated = isinstance(detector, str) and detector.lower() == AUTO
        if estimated:
            detector = None
        elif not (detector is None or isinstance(detector, Detector)):
            detector = Detector.load(detector)
        check_amplifiers(amplifiers)
        check_photons(photons)
        rules = find_rules(restrict, classes)
        checked = check_thresholds(thresholds, classes)
        steps = cls(
            detector,
            estimated,
            rules,
            grow,
            amplifiers,
            photons,
            checked,
            check_false_rate(false_rate, checked, classes),
            choose_defects(defects),
            separate,
            check_bright(bright),
            check_time("exposure time", exposure_time),
            check_time("readout time", readout_time),
            event_pixels,
            probabilities,
        )
        steps.check(classes)
        return steps

    def check(self, classes: ClassCatalogue) -> None:
        """Raise `InputError` where a step needs a class that there is not."""
        restrict(np.zeros((1, 1), np.uint8), self.rules, classes=classes)
        if self.grow:
            classes.need_particles()

    def find_sections(self, frame: Frame) -> Sections:
        """Sections of the amplifiers of a frame."""
        told = self.detector and frame.facts.applied_to(self.detector)
        return find_amplifiers(frame, self.amplifiers, told)

    def find_detector(
        self, frame: Frame, mask: np.ndarray, sections: Sections
    ) -> tuple[Detector | None, DetectorEstimate | None, Sections]:
        """Detector of a frame, in its unit, its estimate, if it is one, and sections with gains.

        A told detector goes before an estimated one, and that before the gain of the header; None
        where the gain is not known. Where the gain of each amplifier is known, that of the
        detector is the one of the largest section, to which all are levelled. Pair energy, Fano
        factor and diffusion of a detector that is not told are those of DAMIC-M. Gains that a
        header gives for all amplifiers, as that of a reduced frame, are not estimated again.
        """
        main = max(sections, key=lambda section: section.n_pixels)
        detector = self.detector and frame.facts.applied_to(self.detector)
        if not self.estimated or all(np.isfinite(one.gain) for one in sections):
            gain = main.gain if np.isfinite(main.gain) else None
            if detector is None:
                detector = frame.facts.detector(DAMIC_M, gain=gain)
            elif gain is not None:
                detector = replace(detector, gain=gain)
            return detector, None, sections
        sections, estimate = estimate_gains(frame, mask, sections)
        if estimate is None:  # of a frame whose amplifiers have too few pixels each
            levelled = level(frame.data, sections, equal_noise=False)
            estimate = background_estimate(levelled, mask)
        detector = estimate and estimate.applied_to(DAMIC_M)
        if detector is None:
            detector = frame.facts.detector(DAMIC_M)
            missing = (
                "no pixel is background" if estimate is None else "no peaks of single electrons"
            )
            consequence = (
                f"events get signals in {frame.unit}; for energies give --detector a preset or file"
                if detector is None
                else "that of the header is taken"
            )
            logger.warning(
                "%s, %s: %s to show the gain, so %s.",
                *(frame.path, frame.label, missing, consequence),
            )
        return detector, estimate, sections

    @property
    def knows_silicon(self) -> bool:
        """Whether the detector is told or estimated, so that kinds and depths can be found."""
        return self.estimated or self.detector is not None

    @property
    def silicon(self) -> Detector | None:
        """Detector whose silicon is known: the told one, DAMIC-M for estimated ones, or None."""
        return DAMIC_M if self.estimated else self.detector

    def find_photons(self, frame: Frame, classes: ClassCatalogue) -> PhotonEstimate | None:
        """Single photons of a frame; None where cosmics are no class, or no line shows."""
        if self.photons is None or classes.particles.name != COSMICS.particles.name:
            return None
        pixels = filled(frame.data)
        if self.photons == AUTO:
            return estimate_photons(pixels)
        return told_photons(pixels, float(self.photons))
