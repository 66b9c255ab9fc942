"""One frame: its mask, its events, and numbers about both."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import QTable
from scipy import ndimage

from ccdseg import postprocessing
from ccdseg.amplifiers import Amplifiers, Sections, choose_sections, level
from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.estimation import DetectorEstimate, PhotonEstimate
from ccdseg.events import find_events
from ccdseg.fits_io import Frame
from ccdseg.identification import LIGHT_KINDS, estimate_depth, identify, separate_light
from ccdseg.mask import EIGHT_CONNECTED, class_frequencies
from ccdseg.postprocessing import Rule
from ccdseg.workflows.segment.steps import Steps

if TYPE_CHECKING:
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter
    from ccdseg.workflows.segment.pictures import PictureChoice

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class FrameResult:
    """A frame, its mask and its events.

    Attributes
    ----------
    frame : Frame
        Frame that was segmented.
    sections : tuple of Section
        Sections of its amplifiers, with the level and noise of each (ADU).
    levelled : Frame
        Frame with all sections at one pedestal, their charges as they were: events are measured in
        it, and pictures show it. That of one amplifier is the frame itself.
    mask : ndarray
        Class indices after restrictions and growing, uint8 of the shape of the frame.
    events : astropy.table.QTable or None
        Events as from `ccdseg.events.find_events`; None where the model has no class of particles.
    detector : Detector or None
        Detector of the energies; None where the gain is not known.
    estimate : DetectorEstimate or None
        Pedestal, noise and gain of this frame, where they were estimated.
    photons : PhotonEstimate or None
        Single photons of this frame, where they show; the events are then photons, too.
    changes : astropy.table.QTable
        One row per restriction: ``rule``, and how many ``components`` and ``pixels`` it changed.
    seconds : float
        Time that the prediction took (s).
    classes : ClassCatalogue
        Meaning of the class indices.
    model : str
        Name of the model.
    """

    frame: Frame
    sections: Sections
    levelled: Frame
    mask: np.ndarray
    events: QTable | None
    detector: Detector | None
    estimate: DetectorEstimate | None
    photons: PhotonEstimate | None
    changes: QTable
    seconds: float
    classes: ClassCatalogue
    model: str

    @cached_property
    def statistics(self) -> dict[str, dict[str, float | int]]:
        """``percent``, ``pixels`` and 8-connected ``components`` of each class."""
        shares = class_frequencies(self.mask, len(self.classes))
        return {
            row.name: {
                "percent": round(100 * float(shares[row.index]), 4),
                "pixels": int(np.count_nonzero(self.mask == row.index)),
                "components": int(ndimage.label(self.mask == row.index, EIGHT_CONNECTED)[1]),
            }
            for row in self.classes
        }

    @property
    def detector_record(self) -> dict | None:
        """Numbers of the detector, or its estimate, ready for JSON."""
        if self.estimate is not None:
            return {"name": "estimated", **self.estimate.to_dict()}
        return self.detector and asdict(self.detector)

    @property
    def photons_record(self) -> dict | None:
        """Numbers of the single photons, with their energy (keV) where the gain is known."""
        if self.photons is None:
            return None
        known = self.detector and {
            "energy": self.photons.energy(
                gain=self.detector.gain, pair_energy=self.detector.pair_energy
            )
        }
        kinds = np.asarray(self.events["particle"])
        counts = {kind: int(np.count_nonzero(kinds == kind)) for kind in LIGHT_KINDS}
        return {**self.photons.to_dict(), **(known or {}), "events": counts}

    def summary(self) -> dict:
        """Statistics, amplifiers, detector, restrictions and time, ready for JSON."""
        particles = self.classes.particles
        return {
            "hdu": self.frame.label,
            "shape": list(self.mask.shape),
            "section": self.frame.section_text,
            "not_finite_pixels": self.frame.n_bad,
            "amplifiers": [section.to_dict() for section in self.sections],
            "particles": particles and particles.name,
            "classes": self.statistics,
            "events": None if self.events is None else len(self.events),
            "detector": self.detector_record,
            "photons": self.photons_record,
            "restrictions": [
                {name: row[name].item() for name in row.colnames} for row in self.changes
            ],
            "seconds": round(self.seconds, 3),
        }

    def write(
        self,
        folder: str | Path,
        *,
        pictures: PictureChoice = "all",
        find: str | None = None,
        clean: bool = False,
        overwrite: bool = False,
    ) -> dict:
        """Write mask, events, pictures and summary; see `FileResult.write`."""
        from ccdseg.workflows.segment.results import FileResult

        settings = {"pictures": pictures, "find": find, "clean": clean, "overwrite": overwrite}
        return FileResult((self,)).write(folder, **settings)


def segment_frame(
    frame: Frame | np.ndarray,
    segmenter: Segmenter | LazySegmenter,
    *,
    detector: Detector | str | Path | None = None,
    restrict: Sequence[Rule | str] | None = None,
    grow: int = 0,
    amplifiers: Amplifiers = "auto",
    photons: float | str | None = "auto",
    progress: bool = False,
) -> FrameResult:
    """Segment a frame, restrict and grow its mask, and measure and identify its events.

    Parameters
    ----------
    frame : Frame or ndarray
        Frame as from `ccdseg.fits_io.read_frame`, or signal (ADU) of shape (H, W).
    segmenter : Segmenter or LazySegmenter
        Model.
    detector : Detector, str or Path, optional
        Detector for energies: itself, a preset's name, a TOML or JSON file, or ``"auto"``, by which
        pedestal, noise and gain come from the peaks of single electrons in the frame. Without it
        events have signals in ADU and no energies.
    restrict : sequence of Rule or str, optional
        Geometric restrictions, themselves or their names, applied in this order; empty for none. By
        default those of `ccdseg.postprocessing.default_rules`.
    grow : int
        Distance by which particles grow (px).
    amplifiers : str, sequence of str, tuple of Section, or None
        Sections of amplifiers, brought to one pedestal and noise for the network, and to one
        pedestal for the events: ``"auto"`` for those that are found, ``"2x2"`` or FITS sections of
        the frame for those that are told, None for one amplifier.
    photons : float, "auto" or None
        Signal of one photon (ADU), for models of cosmics: estimated from the isolated photons of
        the frame, told, or None for no light. Where there are single photons, they are events too,
        and what photons explain is no cosmic; see `ccdseg.identification.separate_light`.
    progress : bool
        Whether to show progress bars.

    Returns
    -------
    FrameResult

    Raises
    ------
    InputError
        If the frame is no image, there is no such detector or restriction, the amplifiers do not
        fit the frame, or the model lacks the class that a step needs.
    """
    if not isinstance(frame, Frame):
        frame = Frame.from_array(frame)
    steps = Steps.choose(
        segmenter.classes,
        detector=detector,
        restrict=restrict,
        grow=grow,
        amplifiers=amplifiers,
        photons=photons,
    )
    return apply_steps(frame, segmenter, steps, progress=progress)


def apply_steps(
    frame: Frame, segmenter: Segmenter | LazySegmenter, steps: Steps, *, progress: bool = False
) -> FrameResult:
    """Predict the mask of a frame and apply the steps to it; see `segment_frame`."""
    if frame.n_bad:
        logger.warning(
            "%s, %s: %d pixels are not finite; taken as the median of the others.",
            frame.path,
            frame.label,
            frame.n_bad,
        )
    classes = segmenter.classes
    start = time.perf_counter()
    sections = choose_sections(frame.data, steps.amplifiers)
    mask = segmenter.predict(
        frame.data, amplifiers=sections, probabilities=False, progress=progress
    ).mask
    seconds = time.perf_counter() - start
    restricted = postprocessing.restrict(mask, steps.rules, classes=classes)
    mask = restricted.mask
    levelled = _levelled(frame, sections)
    events, detector, estimate, photons = None, steps.detector, None, None
    if classes.particles is not None:
        detector, estimate = steps.find_detector(levelled, mask)
        photons = steps.find_photons(levelled, classes)
        measuring = {
            "detector": detector,
            "classes": classes,
            "hdu": frame.label,
            "origin": frame.origin,
            "saturation": frame.saturation,
        }
        if photons is not None:
            separated = separate_light(levelled.data, mask, photons, **measuring)
            mask, events = separated.mask, separated.events
    if steps.grow:
        mask = postprocessing.grow(mask, steps.grow, classes=classes)
    if classes.particles is not None and events is None:
        events = find_events(levelled.data, mask, **measuring)
        if detector is not None and classes.particles.name == CLASSES.particles.name:
            events = estimate_depth(identify(events), detector=detector)
    return FrameResult(
        frame=frame,
        sections=sections,
        levelled=levelled,
        mask=mask,
        events=events,
        detector=detector,
        estimate=estimate,
        photons=photons,
        changes=restricted.changes,
        seconds=seconds,
        classes=classes,
        model=segmenter.name,
    )


def _levelled(frame: Frame, sections: Sections) -> Frame:
    """The frame with all sections at one pedestal; saturated pixels stay saturated."""
    if len(sections) < 2:
        return frame
    data = level(frame.data, sections, equal_noise=False)
    saturated = frame.data >= frame.saturation
    data[saturated] = np.maximum(data[saturated], frame.data[saturated])
    return replace(frame, data=data)
