"""All baselines by name, and the choice of their parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from ccdseg.classes import COSMICS
from ccdseg.evaluation.baselines import Astroscrappy, Baseline, Threshold
from ccdseg.evaluation.class_scores import score_image
from ccdseg.evaluation.network_baselines import CosmicConn, DeepCR

BASELINES: dict[str, type[Baseline]] = {
    kind.name: kind for kind in (Astroscrappy, DeepCR, CosmicConn, Threshold)
}
"""Baselines by name."""


def tune_baseline(
    kind: type[Baseline],
    frames: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]],
    *,
    progress: bool = False,
) -> Baseline:
    """Choose the parameters of a baseline that give the highest pixel F1 over frames.

    Parameters
    ----------
    kind : type
        One of `BASELINES`.
    frames : sequence of (ndarray, ndarray, ndarray)
        Image (ADU), true pixels of particles (bool), and noise (ADU), all (H, W).
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Baseline
        Of equally good ones the first.
    """
    totals = {}
    for image, true, noise in tqdm(
        frames, desc=f"Tuning ({kind.name})", unit="frame", disable=not progress
    ):
        for candidate, found in kind.find_each(image, noise):
            scores = score_image(true.astype(np.uint8), found.astype(np.uint8), classes=COSMICS)
            totals[candidate] = totals[candidate] + scores if candidate in totals else scores
    return max(totals, key=lambda candidate: totals[candidate].f1)
