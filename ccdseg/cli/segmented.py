"""From a frame to its mask and events."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from astropy.table import QTable
from scipy import ndimage

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.cli.detectors import DetectorChoice
from ccdseg.events import find_events
from ccdseg.fits_io import Frame
from ccdseg.identification import estimate_depth, identify
from ccdseg.mask import EIGHT_CONNECTED, class_frequencies
from ccdseg.postprocessing import Rule, grow, restrict
from ccdseg.segmentation.loading import LazySegmenter

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Steps:
    """What is done to a frame beside segmenting it.

    Attributes
    ----------
    detector : DetectorChoice
        Where gain and pair energy come from.
    rules : sequence of Rule
        Geometric restrictions, applied in this order.
    growth : int
        Distance (px) by which particles grow.
    clean : bool
        Whether the image is written without its particles.
    """

    detector: DetectorChoice = field(default_factory=DetectorChoice)
    rules: Sequence[Rule] = ()
    growth: int = 0
    clean: bool = False

    def check(self, classes: ClassCatalogue) -> None:
        """Raise `InputError` where a step needs a class that there is not."""
        restrict(np.zeros((1, 1), np.uint8), self.rules, classes=classes)
        if self.growth or self.clean:
            classes.need_particles()


@dataclass(frozen=True, eq=False)
class Segmented:
    """A frame and what was found in it.

    Attributes
    ----------
    frame : Frame
        What was segmented.
    mask : ndarray
        Class indices, uint8 of the shape of the frame.
    events : astropy.table.QTable or None
        Its particles; None where the model knows no class of particles.
    detector : dict or None
        What is known of the detector.
    changes : astropy.table.QTable
        What each restriction changed.
    seconds : float
        Time that segmenting took (s).
    """

    frame: Frame
    mask: np.ndarray
    events: QTable | None
    detector: dict | None
    changes: QTable
    seconds: float

    def summary(self, classes: ClassCatalogue) -> dict:
        """Percentage and 8-connected components of each class, and what else is worth knowing."""
        shares = class_frequencies(self.mask, len(classes))
        particles = classes.particles
        return {
            "hdu": self.frame.label,
            "shape": list(self.mask.shape),
            "section": self.frame.section_text,
            "not_finite_pixels": self.frame.n_bad,
            "particles": particles and particles.name,
            "classes": {
                row.name: {
                    "percent": round(100 * float(shares[row.index]), 4),
                    "pixels": int(np.count_nonzero(self.mask == row.index)),
                    "components": int(ndimage.label(self.mask == row.index, EIGHT_CONNECTED)[1]),
                }
                for row in classes
            },
            "events": None if self.events is None else len(self.events),
            "detector": self.detector,
            "restrictions": [
                {name: row[name].item() for name in row.colnames} for row in self.changes
            ],
            "seconds": round(self.seconds, 3),
        }


def segment(frame: Frame, model: LazySegmenter, steps: Steps) -> Segmented:
    """Segment one frame, restrict and grow its mask, and measure its events."""
    if frame.n_bad:
        logger.warning(
            "warning: %s, %s: %d pixels are not finite; taken as the median of the others.",
            frame.path,
            frame.label,
            frame.n_bad,
        )
    start = time.perf_counter()
    mask = model.segmenter.predict(frame.data, probabilities=False, progress=True).mask
    seconds = time.perf_counter() - start
    restricted = restrict(mask, steps.rules, classes=model.classes)
    mask = restricted.mask
    if steps.growth:
        mask = grow(mask, steps.growth, classes=model.classes)
    events, known = None, None
    particles = model.classes.particles
    if particles is not None:
        detector, known = steps.detector.of(frame, mask)
        events = find_events(
            frame.data,
            mask,
            detector=detector,
            classes=model.classes,
            hdu=frame.label,
            origin=frame.origin,
            saturation=frame.saturation,
            progress=True,
        )
        if detector is not None and particles.name == CLASSES.particles.name:
            events = estimate_depth(identify(events), detector=detector)
    return Segmented(frame, mask, events, known, restricted.changes, seconds)
