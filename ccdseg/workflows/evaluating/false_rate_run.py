"""False rates of a model, measured on empty frames and kept with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccdseg.errors import InputError
from ccdseg.evaluation import FalseRates, measure_false_rates
from ccdseg.segmentation.store import FALSE_RATES, read_report, write_report
from ccdseg.training.presets import TEST_SEED

if TYPE_CHECKING:
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

N_EMPTY = 30
"""Empty frames of each noise and dark charge where it is not said how many."""

SHAPE = (512, 512)
"""Their rows and columns (px) where these are not said."""


def store_false_rates(
    segmenter: Segmenter | LazySegmenter,
    *,
    n_frames: int | None = None,
    shape: tuple[int, int] | None = None,
    seed: int | None = None,
    progress: bool = False,
) -> FalseRates:
    """Measure false clusters on empty frames and add the table to the report of a model's folder.

    Parameters
    ----------
    segmenter : Segmenter or LazySegmenter
        The model, from a folder.
    n_frames : int, optional
        Frames of each noise and dark charge; by default `N_EMPTY`.
    shape : tuple of int, optional
        Rows and columns of a frame (px); by default `SHAPE`.
    seed : int, optional
        Seed of the frames; by default that of every training report.
    progress : bool
        Whether to show a progress bar.

    Raises
    ------
    InputError
        If the model has no folder, or no class of particles.
    """
    segmenter.classes.need_particles()
    if segmenter.folder is None:
        raise InputError(f"The model {segmenter.name} has no folder to keep its false rates.")
    table = measure_false_rates(
        lambda image: segmenter.predict(image).probabilities,
        segmenter.operating_point,
        classes=segmenter.classes,
        n_frames=n_frames or N_EMPTY,
        shape=shape or SHAPE,
        rng=np.random.default_rng(TEST_SEED if seed is None else seed),
        progress=progress,
    )
    report = read_report(segmenter.folder) | {FALSE_RATES: table.to_dict()}
    write_report(segmenter.folder, report)
    return table
