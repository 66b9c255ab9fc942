"""Which detector a frame was taken with."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass

import numpy as np

from ccdseg.detector import DAMIC_M, Detector
from ccdseg.estimation import estimate_detector
from ccdseg.fits_io import Frame

AUTO = "auto"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DetectorChoice:
    """What the user said of the detector.

    Attributes
    ----------
    given : Detector or None
        The detector of all frames.
    estimated : bool
        Whether each frame is asked for its pedestal, noise and gain.
    """

    given: Detector | None = None
    estimated: bool = False

    @classmethod
    def parse(cls, text: str | None) -> DetectorChoice:
        """Understand ``auto``, the name of a preset, a file, or nothing.

        Raises
        ------
        InputError
            Where there is no such preset or file, or the file is no detector.
        """
        if text is None or text.lower() == AUTO:
            return cls(estimated=text is not None)
        return cls(given=Detector.load(text))

    def of(self, frame: Frame, mask: np.ndarray) -> tuple[Detector | None, dict | None]:
        """The detector of a frame, None where its gain is not known, and what the summary says.

        What a frame cannot show (pair energy, Fano factor, diffusion) is that of DAMIC-M.
        """
        if not self.estimated:
            return self.given, self.given and asdict(self.given)
        estimate = estimate_detector(frame.data, mask=mask)
        detector = estimate.applied_to(DAMIC_M)
        if detector is None:
            logger.warning(
                "warning: %s, %s: no peaks of single electrons show the gain, so events get "
                "signals in ADU; for energies give --detector a preset or file.",
                frame.path,
                frame.label,
            )
        return detector, {"name": "estimated", **estimate.to_dict()}
