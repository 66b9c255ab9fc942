"""Components that look the same in every exposure of a detector."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ccdseg.simulation.components.amplifier_glow import ColumnTransient, Glow
from ccdseg.simulation.components.amplifier_sections import Amplifiers
from ccdseg.simulation.components.background import (
    BackgroundPlane,
    DarkCharge,
    DarkCurrent,
    InactiveColumns,
)
from ccdseg.simulation.components.blind_parts import DeadPixels
from ccdseg.simulation.components.column_structure import ColumnOffsets, DarkColumns
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.components.defects import BadEdge, HotLines, HotPixels
from ccdseg.simulation.components.electronics import Blooming, TransferLoss, TransferTrails
from ccdseg.simulation.components.original import GlowSlab, HotSegments
from ccdseg.simulation.scene import Scene

LASTING_KINDS = (
    *(DarkCurrent, DarkCharge, BackgroundPlane, InactiveColumns, DeadPixels),
    *(Glow, GlowSlab, ColumnTransient, HotLines, HotPixels, HotSegments, BadEdge),
    *(DarkColumns, ColumnOffsets, Amplifiers, Blooming, TransferLoss, TransferTrails),
)
"""Components that belong to the detector, not to one exposure."""


@dataclass(frozen=True)
class Lasting(Component):
    """A component whose look is drawn once; its charge fluctuates from exposure to exposure.

    Parameters
    ----------
    component : Component
        What stays.
    seed : int
        Seed of its look, and of whether it is there at all.
    """

    component: Component = field(default_factory=DarkCharge)
    seed: int = 0

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:  # noqa: ARG002 - it stays
        self.component.add_to(scene, np.random.default_rng(self.seed))

    def to_dict(self) -> dict:
        """What stays, ready for JSON."""
        return {**super().to_dict(), "component": "Lasting", "of": self.component.to_dict()}
