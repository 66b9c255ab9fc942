"""Light on the detector: what all its patterns have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field

import numpy as np

from ccdseg.simulation.components.component import Component
from ccdseg.simulation.photon_sources import PhotonSource, XrayPhotons
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, happens
from ccdseg.simulation.scene import Scene

_FULL = 40000.0
"""Signal (ADU) that light alone may reach where it is brightest."""


@dataclass(frozen=True)
class Light(Component):
    """Pattern of light, photon by photon, of no class.

    Parameters
    ----------
    level : Range
        Photons per pixel where the pattern is bright, lowered where these would saturate.
    even : Range
        Even light as a share of that.
    photons : PhotonSource
        Source of the photons.
    """

    level: Range = LogUniform(1e-4, 1e3)
    even: Range = LogUniform(1e-3, 0.3)
    photons: PhotonSource = field(default_factory=XrayPhotons)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        photons = self.photons.draw(scene.detector, rng)
        most = _FULL / (scene.detector.gain * photons.electrons.mean())
        level = min(self.level.draw(rng), most)
        pattern = self._pattern(scene, rng) + np.float32(self.even.draw(rng))
        scene.add_light(level * np.maximum(pattern, 0), photons, rng)

    @abstractmethod
    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        """Relative brightness, about 1 where it is bright, float32 of the scene's shape."""


@dataclass(frozen=True)
class Fluorescence(Light):
    """Even light of a sample or a radioactive source, with shadows of straight edges.

    Parameters
    ----------
    slope : Range
        Change of the brightness from one edge of the frame to the other, as a share of it.
    shadow_share : float
        Share of the frames of which a part lies in the shadow of an absorber.
    """

    even: Range = Uniform(0.0, 0.0)
    slope: Range = Uniform(-0.6, 0.6)
    shadow_share: float = 0.3

    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        rows, columns = (np.linspace(-0.5, 0.5, n, dtype=np.float32) for n in scene.shape)
        pattern = 1 + self.slope.draw(rng) * rows[:, np.newaxis] + self.slope.draw(rng) * columns
        if happens(self.shadow_share, rng):
            angle = rng.uniform(0, 2 * np.pi)
            across = rows[:, np.newaxis] * np.sin(angle) + columns * np.cos(angle)
            lit = across > np.float32(rng.uniform(-0.4, 0.4))
            pattern *= np.where(lit, 1, rng.uniform(0, 0.2)).astype(np.float32)
        return pattern
