"""Components of a recipe: what a frame may hold, each drawn from ranges."""

from ccdseg.simulation.components.amplifier_glow import ColumnTransient, Glow
from ccdseg.simulation.components.background import (
    BackgroundPlane,
    DarkCharge,
    DarkCurrent,
    InactiveColumns,
)
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.components.defects import (
    BadEdge,
    HotLines,
    HotPixels,
    SerialRegisterEvents,
)
from ccdseg.simulation.components.electronics import (
    Blooming,
    Digitisation,
    Fringes,
    RowOffsets,
    TransferLoss,
    TransferTrails,
)
from ccdseg.simulation.components.original import GlowSlab, HotSegments, PastedClusters
from ccdseg.simulation.components.particle_population import EnergyAboveNoise, Particles
from ccdseg.simulation.components.xray_pattern import DeadPixels, ModuleGaps, Scattering

__all__ = [
    "BackgroundPlane",
    "BadEdge",
    "Blooming",
    "ColumnTransient",
    "Component",
    "DarkCharge",
    "DarkCurrent",
    "DeadPixels",
    "Digitisation",
    "EnergyAboveNoise",
    "Fringes",
    "Glow",
    "GlowSlab",
    "HotLines",
    "HotPixels",
    "HotSegments",
    "InactiveColumns",
    "ModuleGaps",
    "Particles",
    "PastedClusters",
    "RowOffsets",
    "Scattering",
    "SerialRegisterEvents",
    "TransferLoss",
    "TransferTrails",
]
