"""X-rays that a sample scatters, and the gaps and dead pixels of the detector that sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.simulation import effects
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, happens, whole
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class Scattering(Component):
    """A smooth pattern of X-rays: halo of the beam, rings, spots, speckles, with photon noise.

    Parameters
    ----------
    photons : Range
        Photons per pixel where the pattern is bright.
    photon_energy : Range
        Energy of a photon (keV).
    flat : Range
        Even background as a share of that.
    rings : Range
        Number of rings.
    ring_width : Range
        Standard deviation of a ring (px).
    spot_share : float
        Share of the frames with spots.
    n_spots : Range
        Spots per 256×256 pixels.
    speckle_share : float
        Share of the frames with speckles.
    speckle_size : Range
        Size of the speckles (px).
    """

    photons: Range = LogUniform(0.02, 30.0)
    photon_energy: Range = Uniform(5.0, 14.0)
    flat: Range = Uniform(0.02, 0.4)
    rings: Range = Uniform(0.0, 8.0)
    ring_width: Range = LogUniform(3.0, 25.0)
    spot_share: float = 0.35
    n_spots: Range = LogUniform(1.0, 30.0)
    speckle_share: float = 0.35
    speckle_size: Range = LogUniform(1.5, 8.0)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        bright = self.photons.draw(rng)
        mean = self.flat.draw(rng) * bright + self._pattern(scene, bright, rng)
        if happens(self.spot_share, rng):
            mean += self._spots(scene, bright, rng)
        if happens(self.speckle_share, rng):
            mean *= effects.speckles(
                scene.shape,
                self.speckle_size.draw(rng),
                contrast=rng.uniform(0.2, 1.0),
                rng=rng,
            )
        charge = 1000 * self.photon_energy.draw(rng) / scene.detector.pair_energy
        scene.add_photons(mean, charge, rng)

    def _pattern(self, scene: Scene, bright: float, rng: np.random.Generator) -> np.ndarray:
        height, width = scene.shape
        centre = rng.uniform(-0.3, 1.3) * height, rng.uniform(-0.3, 1.3) * width
        distance = effects.distance_from(scene.shape, centre, ellipticity=rng.uniform(0.8, 1.25))
        length = max(scene.shape)
        pattern = effects.beam_halo(
            distance,
            bright * rng.uniform(0.2, 2.0),
            radius=rng.uniform(0.03, 0.4) * length,
            exponent=rng.uniform(1.5, 4.0),
        )
        n_rings = whole(self.rings.draw(rng), rng)
        return pattern + effects.scattering_rings(
            distance,
            rng.uniform(0.1, 1.2, n_rings) * length,
            [self.ring_width.draw(rng) for _ in range(n_rings)],
            bright * rng.uniform(0.1, 1.0, n_rings),
        )

    def _spots(self, scene: Scene, bright: float, rng: np.random.Generator) -> np.ndarray:
        n = whole(self.n_spots.draw(rng) * scene.area, rng)
        places = rng.uniform(0, 1, (n, 2)) * scene.shape
        widths = np.exp(rng.uniform(np.log(1.5), np.log(6.0), n))
        return effects.spots(scene.shape, places, widths, bright * rng.uniform(0.2, 4.0, n))


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
