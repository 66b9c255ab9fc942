"""Parts of a detector that see nothing: gaps between modules, and dead pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.simulation import effects
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, whole
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class ModuleGaps(Component):
    """Rows and columns between the modules of a detector, which see nothing.

    Parameters
    ----------
    number : Range
        Gaps along each axis.
    width : Range
        Width of a gap (px).
    """

    number: Range = Uniform(0.0, 3.0)
    width: Range = Uniform(2.0, 14.0)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        gaps = []
        for length in scene.shape:
            n_gaps = whole(self.number.draw(rng), rng)
            firsts = rng.integers(0, length, n_gaps)
            gaps.append(
                [slice(first, first + whole(self.width.draw(rng), rng)) for first in firsts]
            )
        _blind(scene, ~effects.module_gaps(scene.shape, *gaps))


@dataclass(frozen=True)
class DeadPixels(Component):
    """Single pixels that see nothing.

    Parameters
    ----------
    share : Range
        Share of the pixels.
    """

    share: Range = LogUniform(1e-5, 2e-3)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        _blind(scene, rng.random(scene.shape) < self.share.draw(rng))


def _blind(scene: Scene, where: np.ndarray) -> None:
    """Let pixels hold no charge where `where`, bool of the shape of the scene, is true."""
    scene.add_step(lambda charge: np.where(where, np.float32(0), charge), linear=True)
