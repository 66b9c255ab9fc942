"""Components of a recipe: what a frame may hold, each drawn from ranges."""

from ccdseg.simulation.components.amplifier_glow import ColumnTransient, Glow
from ccdseg.simulation.components.amplifier_sections import Amplifiers
from ccdseg.simulation.components.background import (
    BackgroundPlane,
    DarkCharge,
    DarkCurrent,
    InactiveColumns,
)
from ccdseg.simulation.components.blind_parts import DeadPixels, ModuleGaps
from ccdseg.simulation.components.column_structure import (
    BaselineSteps,
    BaselineWaves,
    ColumnOffsets,
    DarkColumns,
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
    TelegraphNoise,
    TransferLoss,
    TransferTrails,
)
from ccdseg.simulation.components.lasting import LASTING_KINDS, Lasting
from ccdseg.simulation.components.light import Fluorescence, Light
from ccdseg.simulation.components.original import GlowSlab, HotSegments, PastedClusters
from ccdseg.simulation.components.particle_population import EnergyAboveNoise, Particles
from ccdseg.simulation.components.scattered_light import (
    BraggSpots,
    PowderRings,
    SmallAngleScattering,
    Speckle,
)
from ccdseg.simulation.components.sky_field import GalaxyField, StarField
from ccdseg.simulation.components.spectrograph import Echelle, EmissionSpectrum, LongSlit
from ccdseg.simulation.components.touching_pairs import PAIRS, TouchingPairs

__all__ = [
    "LASTING_KINDS",
    "PAIRS",
    "Amplifiers",
    "BackgroundPlane",
    "BadEdge",
    "BaselineSteps",
    "BaselineWaves",
    "Blooming",
    "BraggSpots",
    "ColumnOffsets",
    "ColumnTransient",
    "Component",
    "DarkCharge",
    "DarkColumns",
    "DarkCurrent",
    "DeadPixels",
    "Digitisation",
    "Echelle",
    "EmissionSpectrum",
    "EnergyAboveNoise",
    "Fluorescence",
    "Fringes",
    "GalaxyField",
    "Glow",
    "GlowSlab",
    "HotLines",
    "HotPixels",
    "HotSegments",
    "InactiveColumns",
    "Lasting",
    "Light",
    "LongSlit",
    "ModuleGaps",
    "Particles",
    "PastedClusters",
    "PowderRings",
    "RowOffsets",
    "SerialRegisterEvents",
    "SmallAngleScattering",
    "Speckle",
    "StarField",
    "TelegraphNoise",
    "TouchingPairs",
    "TransferLoss",
    "TransferTrails",
]
