"""Recipes that ship, by their names."""

from __future__ import annotations

from dataclasses import replace

from ccdseg.detector import DAMIC
from ccdseg.simulation import components as c
from ccdseg.simulation.detector_sources import FixedDetector, RandomDetector
from ccdseg.simulation.light_recipes import DOMAINS, LIGHT, XRAY
from ccdseg.simulation.ranges import LogUniform, Uniform, WholeNumbers
from ccdseg.simulation.recipe import Recipe, RecipeLike

_TRAINING = Recipe(
    name="training",
    detector=FixedDetector(DAMIC),
    components=(
        c.DarkCurrent(),
        c.GlowSlab(probability=0.6),
        c.HotSegments(number=WholeNumbers(400, 500), span=(0.26, 0.56)),
        c.PastedClusters(number=WholeNumbers(200, 600), span=(0.56, 1.0)),
    ),
)
"""Training images of the original: dense and balanced, glow on the left, hot pixels in the middle,
clusters on the right."""

_TEST = Recipe(
    name="test",
    detector=FixedDetector(DAMIC),
    components=(
        c.DarkCurrent(),
        c.GlowSlab(probability=0.35),
        c.HotSegments(number=WholeNumbers(0, 8)),
        c.PastedClusters(number=WholeNumbers(4, 16)),
    ),
)
"""Test images of the original: sparse, as real images are, about 92 % background."""

_MIXED = Recipe(
    name="mixed",
    detector=FixedDetector(DAMIC),
    components=(
        c.DarkCurrent(),
        c.GlowSlab(probability=0.9, width=WholeNumbers(10, 115)),
        c.HotSegments(number=WholeNumbers(0, 8), span=(0.0, 0.6)),
        c.PastedClusters(number=WholeNumbers(0, 90), span=(0.0, 0.6)),
    ),
)
"""From empty to crowded, with many elements on top of the glow, where they are hardest to see; the
glow stays below half of the image, so that the median remains that of the background."""

_GENERAL = Recipe(
    name="general",
    components=(
        c.DarkCharge(probability=0.7),
        c.BackgroundPlane(probability=0.3),
        c.Glow(probability=0.5),
        c.ColumnTransient(probability=0.12),
        c.HotLines(probability=0.6),
        c.HotPixels(probability=0.08),
        c.BadEdge(probability=0.2),
        c.SerialRegisterEvents(probability=0.4),
        c.Particles(probability=0.94, faces=(0.15, 0.25, 0.6)),
        c.Blooming(probability=0.08),
        c.TransferTrails(probability=0.15),
        c.InactiveColumns(probability=0.15),
        c.DarkColumns(probability=0.15),
        c.Fringes(probability=0.15),
        c.RowOffsets(probability=0.12),
        c.ColumnOffsets(probability=0.12),
        c.BaselineWaves(probability=0.2),
        c.BaselineSteps(probability=0.15),
        c.TelegraphNoise(probability=0.1),
        c.Amplifiers(probability=0.12, pedestals=LogUniform(0.05, 1.2), noises=Uniform(0.0, 0.1)),
        c.Digitisation(probability=0.6),
    ),
)
"""Domain randomisation: any pedestal, gain and noise, empty to crowded, with everything that real
frames show."""

_FAINT = Recipe(
    name="faint",
    detector=RandomDetector(
        noise=LogUniform(0.15, 20.0),
        gain=LogUniform(0.5, 10.0),
        thickness=Uniform(200.0, 675.0),
        diffusion=LogUniform(0.4, 4.6),
    ),
    components=(
        c.DarkCharge(probability=0.4, level=LogUniform(0.02, 2.0)),
        c.Particles(
            probability=0.8,
            number=LogUniform(1.0, 150.0),
            shares=(0.05, 0.03, 0.92, 0.0),
            variation=0.0,
            point_energy=c.EnergyAboveNoise(high=0.1),
            line_share=0.05,
            faces=(0.05, 0.25, 0.7),
            cut_share=0.0,
        ),
        c.Digitisation(probability=0.5),
    ),
)
"""Point-like hits down to the noise, and little else: to learn how faint a hit may be."""

_EVENTS = Recipe(
    name="events",
    shape=(512, 512),
    detector=RandomDetector(
        noise=LogUniform(0.15, 20.0),
        gain=LogUniform(0.5, 10.0),
        thickness=Uniform(640.0, 675.0),
        pixel_size=Uniform(15.0, 15.0),
    ),
    components=(
        c.DarkCharge(probability=0.7, level=LogUniform(0.02, 2.0)),
        c.Particles(
            probability=1.0, number=LogUniform(2.0, 10.0), cut_share=0.03, aligned_share=0.0
        ),
        c.Digitisation(probability=0.5),
    ),
)
"""Particles in thick, fully depleted CCDs of pixels of 15 µm, far enough from each other that most
are alone, and nothing else: to measure and to identify events."""

_CROWDED = Recipe(
    name="crowded",
    shape=(512, 512),
    detector=replace(_EVENTS.detector, diffusion=LogUniform(0.5, 8.0)),
    components=(
        c.DarkCharge(probability=0.7, level=LogUniform(0.02, 2.0)),
        c.BackgroundPlane(probability=0.3),
        c.Glow(probability=0.2),
        c.HotLines(probability=0.4, number=LogUniform(0.7, 3.0)),
        c.HotPixels(probability=0.05),
        c.SerialRegisterEvents(probability=0.5),
        c.Particles(probability=1.0, number=LogUniform(8.0, 60.0), line_share=0.4, cut_share=0.05),
        c.TransferTrails(
            probability=0.5, parallel=LogUniform(1e-6, 1e-4), serial=LogUniform(1e-5, 3e-4)
        ),
        c.Digitisation(probability=0.5),
    ),
)
"""Frames of a calibration source, on which particles touch: a twentieth arrives during the readout
and is cut at a row. Points are up to 3 px wide, as those seen from the back face of a CCD that is
not fully depleted there, and leave up to 8 % of their charge in the next column."""

_AMPLIFIERS = Recipe(
    name="amplifiers",
    shape=(512, 512),
    detector=RandomDetector(noise=LogUniform(0.15, 20.0), gain=LogUniform(0.5, 10.0)),
    components=(
        c.DarkCharge(probability=0.7, level=LogUniform(0.02, 2.0)),
        c.Glow(probability=0.3, level=LogUniform(2.5, 50.0)),
        c.HotLines(probability=0.5, number=LogUniform(0.7, 3.0)),
        c.Particles(probability=1.0, number=LogUniform(2.0, 10.0)),
        c.Amplifiers(probability=1.0),
        c.Digitisation(probability=0.5),
    ),
)
"""Dark frames that two to eight amplifiers read, each with its pedestal, gain and noise."""

RECIPES: dict[str, RecipeLike] = {
    recipe.name: recipe
    for recipe in (
        *(_TRAINING, _TEST, _MIXED, _GENERAL, _EVENTS, _CROWDED, _FAINT, _AMPLIFIERS),
        *(XRAY, LIGHT),
        *DOMAINS.values(),
    )
}
"""Recipes by name."""
