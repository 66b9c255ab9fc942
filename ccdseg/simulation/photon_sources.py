"""Sources of photons: energies, depths and charge of the photons of a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ccdseg.detector import Detector
from ccdseg.detector.silicon import diffusion_width
from ccdseg.simulation.effects.photons import Photons
from ccdseg.simulation.particles.points import xray_depth
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, WholeNumbers, described, happens

_EXAMPLES = 256
"""Photons that stand for all of a frame."""


class PhotonSource(Protocol):
    """Source of the photons of a frame."""

    def draw(self, detector: Detector, rng: np.random.Generator) -> Photons:
        """Draw what the photons of one frame leave."""

    def to_dict(self) -> dict:
        """All ranges, ready for JSON."""


@dataclass(frozen=True)
class XrayPhotons:
    """X-rays that enter at the back of a CCD, of one energy or a few.

    Their depth follows the attenuation in silicon; the cloud widens on its way to the gates, and in
    the field-free layer at the back of a thin CCD, where part of the charge may be lost.

    Parameters
    ----------
    energy : Range
        Energy of the strongest line (keV).
    n_lines : Range
        Lines of a frame; those beside the first have 0.5 to 2 times its energy.
    front_share : float
        Share of the frames whose CCD is illuminated from the front.
    field_free : Range
        Thickness of the field-free layer at the back (µm); at most half of the CCD.
    partial : Range
        Share of the photons that lose part of their charge; no citable value, seen in real frames
        of ⁵⁵Fe as a shelf below the line.
    """

    energy: Range = LogUniform(0.1, 20.0)
    n_lines: Range = WholeNumbers(1, 3)
    front_share: float = 0.2
    field_free: Range = Uniform(0.0, 10.0)
    partial: Range = Uniform(0.0, 0.5)

    def draw(self, detector: Detector, rng: np.random.Generator) -> Photons:
        """Draw what the photons of one frame leave."""
        first = self.energy.draw(rng)
        n_others = round(self.n_lines.draw(rng)) - 1
        lines = first * np.array([1.0, *np.exp(rng.uniform(-0.7, 0.7, n_others))])
        energy = rng.choice(lines, _EXAMPLES, p=_falling(len(lines)))
        layer = min(self.field_free.draw(rng), detector.thickness / 2)
        face = "front" if happens(self.front_share, rng) else "back"
        depth = xray_depth(energy, face, thickness=detector.thickness, rng=rng)
        width = np.hypot(
            diffusion_width(depth, detector),
            field_free_width(detector.thickness - depth, layer),
        )
        electrons = 1000 * energy / detector.pair_energy
        loses = rng.random(_EXAMPLES) < self.partial.draw(rng)
        electrons *= np.where(loses, rng.uniform(0.3, 1.0, _EXAMPLES), 1.0)
        return Photons(electrons, width / detector.pixel_size, detector.fano)

    def to_dict(self) -> dict:
        """All ranges, ready for JSON."""
        return {"photons": type(self).__name__, **described(self)}


@dataclass(frozen=True)
class OpticalPhotons:
    """Visible and near ultraviolet light: each photon frees one electron in its pixel."""

    def draw(self, detector: Detector, rng: np.random.Generator) -> Photons:  # noqa: ARG002
        """Draw what the photons of one frame leave: one electron each."""
        return Photons(np.ones(1), np.zeros(1), 0.0)

    def to_dict(self) -> dict:
        """The kind, ready for JSON."""
        return {"photons": type(self).__name__}


def field_free_width(depth: np.ndarray, layer: float) -> np.ndarray:
    """RMS width (µm) that a cloud gains in the field-free layer at the back of a CCD.

    A cloud set free at the very back is about twice as wide as the layer is thick, and less so the
    nearer to the field it starts: diameter 2 x (1 − d / x)^½ (Janesick, Scientific Charge-Coupled
    Devices, 2001), taken as four standard deviations.

    Parameters
    ----------
    depth : ndarray
        Distance d from the back (µm).
    layer : float
        Thickness x of the layer (µm).
    """
    if not layer > 0:
        return np.zeros_like(depth)
    return layer / 2 * np.sqrt(np.clip(1 - depth / layer, 0, None))


def _falling(n: int) -> np.ndarray:
    """Shares of lines of which each is half as strong as the one before."""
    shares = 0.5 ** np.arange(n)
    return shares / shares.sum()
