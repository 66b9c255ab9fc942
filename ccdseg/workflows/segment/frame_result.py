"""Result of one frame: its mask, its events, and numbers about both."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import QTable

from ccdseg.arrays import find_components
from ccdseg.calibration.defects import DefectMap
from ccdseg.classes import ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.estimation import DetectorEstimate, PhotonEstimate
from ccdseg.events import EventMap
from ccdseg.fits_io import HEADER, Frame, ccddata_of
from ccdseg.identification import LIGHT_KINDS
from ccdseg.normalization.amplifiers import Sections
from ccdseg.workflows.segment.live_exposure import LiveExposure
from ccdseg.workflows.segment.planes import labels_of, quality_bits, quality_of

if TYPE_CHECKING:
    from astropy.nddata import CCDData

    from ccdseg.workflows.segment.pictures import PictureChoice


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
    event_map : EventMap or None
        Events with their pixels; None where there are none, or where they are photons.
    detector : Detector or None
        Detector of the energies; None where the gain is not known.
    estimate : DetectorEstimate or None
        Pedestal, noise and gain of this frame, where they were estimated.
    photons : PhotonEstimate or None
        Single photons of this frame, where they show; the events are then photons, too.
    live : LiveExposure or None
        Live pixels, their mass and exposure; None where the model has no class of particles.
    changes : astropy.table.QTable
        One row per restriction: ``rule``, and how many ``components`` and ``pixels`` it changed.
    seconds : float
        Time that the prediction took (s).
    classes : ClassCatalogue
        Meaning of the class indices.
    model : str
        Name of the model.
    thresholds : dict
        Told thresholds and what the model's report expects there, as
        `ccdseg.workflows.segment.thresholds.expected_scores`; empty where none was told.
    defects : DefectMap or None
        Known defects of the detector, where they were told.
    probabilities : ndarray or None
        Probability of each class, float32 of shape (H, W, classes), where it was asked for.
    """

    frame: Frame
    sections: Sections
    levelled: Frame
    mask: np.ndarray
    events: QTable | None
    event_map: EventMap | None
    detector: Detector | None
    estimate: DetectorEstimate | None
    photons: PhotonEstimate | None
    live: LiveExposure | None
    changes: QTable
    seconds: float
    classes: ClassCatalogue
    model: str
    thresholds: dict[str, dict] = field(default_factory=dict)
    defects: DefectMap | None = None
    probabilities: np.ndarray | None = None

    @cached_property
    def statistics(self) -> dict[str, dict[str, float | int]]:
        """``percent``, ``pixels`` and 8-connected ``components`` of each class."""
        components = [find_components(self.mask, row.index) for row in self.classes]
        return {
            row.name: {
                "percent": round(100 * found.n_pixels / self.mask.size, 4),
                "pixels": found.n_pixels,
                "components": found.n,
            }
            for row, found in zip(self.classes, components, strict=True)
        }

    @property
    def event_labels(self) -> np.ndarray | None:
        """`id` in `events` of the event of each pixel, integers of shape (H, W), 0 without one.

        None where the model has no class of particles. Photons, which the mask does not show, own
        no pixel.
        """
        return None if self.events is None else labels_of(self)

    @property
    def event_pixels(self) -> QTable | None:
        """Pixels over which the charge of events is summed; None where they were not asked for.

        Columns ``id``, ``row``, ``column``, ``signal`` and ``share``; not of frames with photons.
        """
        if self.event_map is None or self.event_map.charges is None:
            return None
        return self.event_map.charges.to_table(origin=self.frame.origin, unit=self.frame.unit)

    @property
    def quality(self) -> np.ndarray:
        """Sum of `quality_bits` of each pixel, integers of shape (H, W)."""
        return quality_of(self)

    @property
    def quality_bits(self) -> dict[str, int]:
        """Values of the bits of `quality` by their names."""
        return quality_bits(self.classes)

    def to_ccddata(self) -> CCDData:
        """Frame as CCDData, its flags the `quality` of its pixels; masked are the bad ones.

        Unit, uncertainty, header and WCS are those of the frame, the WCS moved to its section. In
        its metadata, SEGMODEL names the model, and DQBIT0, DQBIT1, … the bits of the flags.
        """
        return ccddata_of(self.frame, self.quality, bits=self.quality_bits, model=self.model)

    @property
    def detector_record(self) -> dict | None:
        """Numbers of the detector, or its estimate, ready for JSON."""
        known = {} if self.estimate is None else self.estimate.to_dict()
        if self.detector is not None and self.detector.name == HEADER:
            return {**known, "name": HEADER, "gain": self.detector.gain}
        if self.estimate is not None:
            return {"name": "estimated", **known}
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
            "not_finite_pixels": self.frame.n_bad - self.frame.n_flagged,
            "flagged_pixels": self.frame.n_flagged,
            "header": self.frame.facts.to_dict(),
            "amplifiers": [section.to_dict() for section in self.sections],
            "particles": particles and particles.name,
            "classes": self.statistics,
            "events": None if self.events is None else len(self.events),
            "live": self.live and self.live.to_dict(),
            "detector": self.detector_record,
            "photons": self.photons_record,
            "thresholds": self.thresholds,
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
        colours: str = "original",
        find: str | None = None,
        clean: bool = False,
        dq: bool = False,
        report: bool = False,
        overwrite: bool = False,
    ) -> dict:
        """Write mask, events, pictures and summary; see `FileResult.write`."""
        from ccdseg.workflows.segment.results import FileResult

        settings = {
            "pictures": pictures,
            "colours": colours,
            "find": find,
            "clean": clean,
            "dq": dq,
            "report": report,
        }
        return FileResult((self,)).write(folder, **settings, overwrite=overwrite)
