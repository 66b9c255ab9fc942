"""Components of a recipe: what a frame may hold, each drawn from ranges."""

from ccdseg.simulation.components.background import BackgroundPlane, DarkCharge, InactiveColumns
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.components.defects import BadEdge, HotLines, HotPixels, SerialStreaks
from ccdseg.simulation.components.detectors import RandomDetector
from ccdseg.simulation.components.glow import ColumnTransient, Glow
from ccdseg.simulation.components.particles import Particles
from ccdseg.simulation.components.readout import (
    Blooming,
    Digitisation,
    Fringes,
    RowOffsets,
    TransferTrails,
)
from ccdseg.simulation.components.scattering import DeadPixels, ModuleGaps, Scattering

__all__ = [
    "BackgroundPlane",
    "BadEdge",
    "Blooming",
    "ColumnTransient",
    "Component",
    "DarkCharge",
    "DeadPixels",
    "Digitisation",
    "Fringes",
    "Glow",
    "HotLines",
    "HotPixels",
    "InactiveColumns",
    "ModuleGaps",
    "Particles",
    "RandomDetector",
    "RowOffsets",
    "Scattering",
    "SerialStreaks",
    "TransferTrails",
]
