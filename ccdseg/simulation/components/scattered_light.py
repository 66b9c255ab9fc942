"""X-rays that a sample scatters: small angles, powder rings, Bragg spots, speckles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.simulation import effects
from ccdseg.simulation.components.light import Light
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, happens, whole
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class SmallAngleScattering(Light):
    """Halo of the beam, which a beamstop hides.

    Parameters
    ----------
    radius : Range
        Radius of the halo's plateau over the frame's edge.
    exponent : Range
        Power with which it falls: 1 for rods, 2 for sheets, 4 for smooth surfaces (Porod).
    stop_share : float
        Share of the frames with a beamstop.
    stop_radius : Range
        Radius of the beamstop over that of the plateau.
    """

    radius: Range = LogUniform(0.02, 0.4)
    exponent: Range = Uniform(1.0, 4.0)
    stop_share: float = 0.7
    stop_radius: Range = LogUniform(0.3, 2.0)

    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        distance = _distance_from_beam(scene, rng)
        radius = self.radius.draw(rng) * max(scene.shape)
        pattern = effects.beam_halo(distance, 1.0, radius=radius, exponent=self.exponent.draw(rng))
        if happens(self.stop_share, rng):
            pattern[distance < self.stop_radius.draw(rng) * radius] = 0
            pattern /= max(pattern.max(), np.float32(1e-6))
        return pattern


@dataclass(frozen=True)
class PowderRings(Light):
    """Debye-Scherrer rings of a powder.

    Parameters
    ----------
    number : Range
        Rings.
    width : Range
        RMS width of a ring (px).
    """

    number: Range = Uniform(1.0, 12.0)
    width: Range = LogUniform(1.5, 25.0)

    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        distance = _distance_from_beam(scene, rng)
        n = max(whole(self.number.draw(rng), rng), 1)
        radii = rng.uniform(distance.min(), distance.max(), n)
        widths = [self.width.draw(rng) for _ in range(n)]
        levels = np.exp(rng.uniform(np.log(0.05), 0, n))
        return effects.scattering_rings(distance, radii, widths, levels / levels.max())


@dataclass(frozen=True)
class BraggSpots(Light):
    """Reflections of crystals, each a round spot.

    Parameters
    ----------
    number : Range
        Spots per 256×256 pixels.
    width : Range
        RMS width of a spot (px).
    """

    number: Range = LogUniform(1.0, 60.0)
    width: Range = LogUniform(0.8, 6.0)

    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        n = max(whole(self.number.draw(rng) * scene.area, rng), 1)
        places = rng.uniform(0, 1, (n, 2)) * scene.shape
        width = self.width.draw(rng) * np.exp(rng.normal(0, 0.2, n))
        levels = np.exp(rng.uniform(np.log(0.01), 0, n))
        return effects.spots(scene.shape, places, width, levels / levels.max())


@dataclass(frozen=True)
class Speckle(Light):
    """Coherent light that a disordered sample scatters into a halo full of speckles.

    Parameters
    ----------
    size : Range
        RMS width of the smoothing (px), half the size of a speckle.
    contrast : Range
        Standard deviation over mean of the intensity.
    """

    size: Range = LogUniform(0.8, 8.0)
    contrast: Range = Uniform(0.2, 1.0)

    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        distance = _distance_from_beam(scene, rng)
        halo = effects.beam_halo(
            distance, 1.0, radius=rng.uniform(0.1, 1.0) * max(scene.shape), exponent=2.0
        )
        contrast = self.contrast.draw(rng)
        size = self.size.draw(rng)
        pattern = halo * effects.speckles(scene.shape, size, contrast=contrast, rng=rng)
        return pattern / max(pattern.max(), np.float32(1e-6))


def _distance_from_beam(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """Distance (px) from a beam in the frame or beside it, on a detector that may be tilted."""
    centre = rng.uniform(-0.3, 1.3, 2) * scene.shape
    return effects.distance_from(scene.shape, tuple(centre), ellipticity=rng.uniform(0.8, 1.25))
