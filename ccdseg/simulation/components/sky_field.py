"""Images of the sky: stars, galaxies, nebulae and satellites."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ccdseg.simulation.components.light import Light
from ccdseg.simulation.effects import galaxies, sky
from ccdseg.simulation.photon_sources import OpticalPhotons, PhotonSource
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, happens, whole
from ccdseg.simulation.scene import Scene

_FAINTEST = 1e-6
"""Relative brightness down to which the wings of stars are drawn."""

_NEAR = 20.0
"""Distance beyond the frame's edges from which stars still shine into it (px)."""


@dataclass(frozen=True)
class StarField(Light):
    """Stars of all brightnesses, with spikes and satellite trails.

    Parameters
    ----------
    number : Range
        Stars per 256×256 pixels.
    seeing : Range
        RMS width of a star's core (px), from undersampled to wide.
    slope : Range
        Slope of the numbers of stars: those brighter than f are in proportion to f^−slope.
    spike_share, trail_share : float
        Share of the frames whose brightest stars have diffraction spikes, and of those that a
        satellite crosses.
    """

    level: Range = LogUniform(100.0, 3e5)
    even: Range = LogUniform(1e-4, 0.3)
    photons: PhotonSource = field(default_factory=OpticalPhotons)
    number: Range = LogUniform(2.0, 300.0)
    seeing: Range = LogUniform(0.4, 3.5)
    slope: Range = Uniform(0.3, 1.0)
    spike_share: float = 0.25
    trail_share: float = 0.15

    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        width = self.seeing.draw(rng)
        pattern = self._stars(scene.shape, scene.area, width, rng)
        if happens(self.trail_share, rng):
            pattern += sky.satellite_trail(
                scene.shape,
                tuple(rng.uniform(0, 1, 2) * scene.shape),
                np.exp(rng.uniform(np.log(1e-3), 0)),
                angle=rng.uniform(0, np.pi),
                half_width=rng.uniform(0.2, 4.0),
                blur=width,
            )
        if happens(0.3, rng):
            pattern *= sky.vignetting(scene.shape, rng.uniform(0, 0.5))
        return pattern

    def _stars(
        self, shape: tuple[int, int], area: float, width: float, rng: np.random.Generator
    ) -> np.ndarray:
        n = max(whole(self.number.draw(rng) * area, rng), 1)
        places = rng.uniform(-_NEAR, np.array(shape) + _NEAR, (n, 2))
        fluxes = np.minimum(rng.random(n) ** (-1 / self.slope.draw(rng)), 1e5)
        fluxes *= 2 * np.pi * width**2 / fluxes.max()
        wing = rng.choice((np.inf, 2.5, 3.5, 4.765))
        pattern = sky.stars(shape, places, fluxes, width=width, wing=wing, faintest=_FAINTEST)
        if happens(self.spike_share, rng):
            angle, length = rng.uniform(0, np.pi / 2), LogUniform(5, 60).draw(rng)
            for brightest in np.argsort(fluxes)[-3:]:
                pattern += sky.diffraction_spikes(
                    shape,
                    tuple(places[brightest]),
                    fluxes[brightest] * rng.uniform(0.01, 0.2),
                    length=length,
                    width=width,
                    angle=angle,
                )
        return pattern


@dataclass(frozen=True)
class GalaxyField(StarField):
    """Galaxies and nebulae among few stars.

    Parameters
    ----------
    n_galaxies : Range
        Galaxies per 256×256 pixels.
    radius : Range
        Effective radius of a galaxy (px).
    nebula_share : float
        Share of the frames with a nebula.
    """

    number: Range = LogUniform(1.0, 30.0)
    n_galaxies: Range = LogUniform(2.0, 60.0)
    radius: Range = LogUniform(0.8, 25.0)
    nebula_share: float = 0.3

    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        pattern = super()._pattern(scene, rng)
        for _ in range(whole(self.n_galaxies.draw(rng) * scene.area, rng)):
            pattern += galaxies.galaxy(
                scene.shape,
                tuple(rng.uniform(0, 1, 2) * scene.shape),
                np.exp(rng.uniform(np.log(1e-3), np.log(0.1))),
                radius=self.radius.draw(rng),
                index=rng.uniform(0.6, 4.5),
                ellipticity=rng.uniform(0, 0.85),
                angle=rng.uniform(0, np.pi),
            )
        if happens(self.nebula_share, rng):
            pattern += galaxies.nebula(scene.shape, np.exp(rng.uniform(np.log(1e-2), 0)), rng=rng)
        return pattern
