"""Sequences of exposures of one detector: its defects stay, particles come and go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ccdseg.detector import Detector
from ccdseg.simulation.components.lasting import LASTING_KINDS, Lasting
from ccdseg.simulation.detector_sources import FixedDetector
from ccdseg.simulation.recipe import Recipe, RecipeLike


def one_detector(
    recipe: RecipeLike, *, detector: Detector | None = None, rng: np.random.Generator
) -> Recipe:
    """Recipe of the exposures of one detector.

    Parameters
    ----------
    recipe : Recipe or RecipeMixture
        Recipe that draws detector and defects anew for each image.
    detector : Detector, optional
        The detector; drawn from the recipe by default.
    rng : numpy.random.Generator
        Draws what all exposures have in common.

    Returns
    -------
    Recipe
        Every image of it, as from `simulate_images`, has that detector and the same glow, hot and
        dark lines and pixels, and amplifiers, but particles and fluctuations of its own.
    """
    drawn = recipe.draw(rng)
    detector = drawn.detector.draw(rng) if detector is None else detector
    components = tuple(
        Lasting(component=part, seed=int(rng.integers(2**63)))
        if isinstance(part, LASTING_KINDS)
        else part
        for part in drawn.components
    )
    return replace(drawn, detector=FixedDetector(detector), components=components)
