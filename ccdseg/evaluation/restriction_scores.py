"""Change of the scores by geometric restrictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from astropy.table import QTable

from ccdseg.classes import CLASSES
from ccdseg.evaluation.pixel_scores import pixel_report
from ccdseg.postprocessing import Rule, restrict
from ccdseg.simulation import Recipe, simulate_image


def rule_gains(
    segment: Callable[[np.ndarray], np.ndarray],
    recipe: Recipe,
    rules: Sequence[Rule],
    *,
    n_frames: int,
    rng: np.random.Generator,
) -> QTable:
    """Change of the F1 of each class by each rule alone.

    Parameters
    ----------
    segment : callable
        Maps an image (ADU) to class indices of `ccdseg.CLASSES`.
    recipe : Recipe
        Recipe of the frames.
    rules : sequence of Rule
        Restrictions.
    n_frames : int
        Number of frames.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    astropy.table.QTable
        ``rule``, ``components`` and ``pixels`` that it changed, and the difference of the F1 of
        each class with ambiguous pixels left out, under its name.
    """
    frames = [simulate_image(recipe, rng=rng) for _ in range(n_frames)]
    truth = np.stack([frame.mask for frame in frames])
    ambiguous = np.stack([frame.ambiguous for frame in frames])
    masks = [segment(frame.image) for frame in frames]
    before = pixel_report(truth, np.stack(masks), ignore=ambiguous).f1
    rows = []
    for rule in rules:
        restricted = [restrict(mask, [rule]) for mask in masks]
        after = pixel_report(
            truth, np.stack([result.mask for result in restricted]), ignore=ambiguous
        ).f1
        row = {"rule": rule.name}
        row |= {
            name: sum(int(result.changes[name][0]) for result in restricted)
            for name in ("components", "pixels")
        }
        rows.append(row | dict(zip(CLASSES.names, after - before, strict=True)))
    return QTable(rows=rows)
