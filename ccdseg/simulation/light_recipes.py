"""Recipes of frames with light in them: one for each kind of experiment, and mixtures of them."""

from __future__ import annotations

from dataclasses import replace

from ccdseg.simulation import components as c
from ccdseg.simulation.detector_sources import RandomDetector
from ccdseg.simulation.mixture import RecipeMixture
from ccdseg.simulation.ranges import LogUniform, Uniform
from ccdseg.simulation.recipe import Recipe

_XRAY_CCD = RandomDetector(
    noise=LogUniform(2.0, 80.0),
    gain=LogUniform(0.01, 3.0),
    pedestal=Uniform(0.0, 3000.0),
    negative_pedestals=0.1,
    thickness=LogUniform(10.0, 675.0),
    pixel_size=Uniform(9.0, 26.0),
)
_OPTICAL_CCD = replace(
    _XRAY_CCD,
    noise=LogUniform(1.5, 20.0),
    gain=LogUniform(0.2, 3.0),
    thickness=LogUniform(12.0, 250.0),
)

_COSMICS = c.Particles(
    probability=0.95,
    number=LogUniform(0.5, 20.0),
    shares=(0.3, 0.64, 0.04, 0.02),
    electron_energy=LogUniform(20.0, 2500.0),
    alpha_energy=LogUniform(200.0, 9000.0),
    cut_share=0.0,
)
"""Muons, electrons, and what nuclear reactions leave, in silicon of any thickness."""

_BLIND = (c.ModuleGaps(probability=0.15), c.DeadPixels(probability=0.3))


def _recipe(
    name: str, light: c.Light | None, detector: RandomDetector, *more: c.Component
) -> Recipe:
    """Frames with one kind of light, whose cosmics are the class ``cluster``."""
    return Recipe(
        name=name,
        shape=(512, 512),
        detector=detector,
        components=(
            c.DarkCharge(probability=0.3),
            *(() if light is None else (light,)),
            c.HotPixels(probability=0.3),
            _COSMICS,
            *more,
            c.Digitisation(probability=1.0, least_noise=0.0),
        ),
        truth_threshold=3.0,
    )


_XRAY = (
    _recipe("rixs", c.EmissionSpectrum(), _XRAY_CCD),
    _recipe("rings", c.PowderRings(), _XRAY_CCD, *_BLIND),
    _recipe("small-angle", c.SmallAngleScattering(), _XRAY_CCD, *_BLIND),
    _recipe("bragg", c.BraggSpots(), _XRAY_CCD, *_BLIND),
    _recipe("speckle", c.Speckle(), _XRAY_CCD, *_BLIND),
    _recipe("fluorescence", c.Fluorescence(), _XRAY_CCD),
    _recipe("dark", None, _XRAY_CCD),
)
_OPTICAL = (
    _recipe("long-slit", c.LongSlit(), _OPTICAL_CCD),
    _recipe("echelle", c.Echelle(), _OPTICAL_CCD),
    _recipe("stars", c.StarField(), _OPTICAL_CCD, c.Blooming(probability=0.5)),
    _recipe("galaxies", c.GalaxyField(), _OPTICAL_CCD, c.Blooming(probability=0.3)),
)

DOMAINS: dict[str, Recipe] = {recipe.name: recipe for recipe in (*_XRAY, *_OPTICAL)}
"""Recipes by the kind of experiment."""

XRAY = RecipeMixture(
    name="xray",
    recipes=_XRAY,
    shares=(0.2, 0.14, 0.14, 0.14, 0.14, 0.18, 0.06),
)
"""X-rays of all experiments, counted one by one or by the thousand."""

LIGHT = RecipeMixture(
    name="light",
    recipes=(*_XRAY, *_OPTICAL),
    shares=(0.13, 0.08, 0.08, 0.08, 0.08, 0.12, 0.07, 0.1, 0.08, 0.1, 0.08),
)
"""All kinds of light, and none."""
