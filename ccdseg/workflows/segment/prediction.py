"""Prediction of the mask of a frame, and what is known of its pixels beside it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ccdseg.calibration.defects import DefectMap, mark_defects
from ccdseg.fits_io import Frame
from ccdseg.normalization.amplifiers import Sections
from ccdseg.postprocessing import remove_unseen

if TYPE_CHECKING:
    import numpy as np

    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

logger = logging.getLogger(__name__)


def predict_mask(
    frame: Frame,
    segmenter: Segmenter | LazySegmenter,
    *,
    sections: Sections,
    defects: DefectMap | None,
    probabilities: bool,
    progress: bool,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Mask of a frame in which no particle lies on bad pixels alone, or is a known defect.

    Parameters
    ----------
    frame : Frame
        Frame, known defects taken out.
    segmenter : Segmenter or LazySegmenter
        Model.
    sections : tuple of Section
        Sections of its amplifiers.
    defects : DefectMap or None
        Known defects of its pixels.
    probabilities : bool
        Whether the probabilities are kept.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    mask : ndarray
        Class indices, uint8 of the shape of the frame.
    probabilities : ndarray or None
        Probabilities of the network, float32 of shape (H, W, classes).
    """
    if frame.n_bad > frame.n_flagged:
        logger.warning(
            "%s, %s: %d pixels are not finite; filled from their neighbours for the network, and "
            "left out of all measurements.",
            *(frame.path, frame.label, frame.n_bad - frame.n_flagged),
        )
    prediction = segmenter.predict(
        frame.data, amplifiers=sections, probabilities=probabilities, progress=progress
    )
    mask = prediction.mask
    if frame.n_bad:
        mask = remove_unseen(mask, frame.data, classes=segmenter.classes)
    if defects is not None:
        mask = mark_defects(mask, frame.data, defects, classes=segmenter.classes)
    return mask, prediction.probabilities if probabilities else None
