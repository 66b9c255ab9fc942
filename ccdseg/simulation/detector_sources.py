"""Detectors of a recipe: one for all images, or drawn for each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np

from ccdseg.detector import DAMIC, Detector
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, described, happens


class DetectorSource(Protocol):
    """Detector of each image of a recipe."""

    @property
    def fixed(self) -> Detector | None:
        """The detector of all images; None where one is drawn for each."""

    def draw(self, rng: np.random.Generator) -> Detector:
        """Detector of one image."""

    def to_dict(self) -> dict:
        """Description, ready for JSON."""


@dataclass(frozen=True)
class FixedDetector:
    """The same detector for all images.

    Parameters
    ----------
    detector : Detector
        Pedestal, noise, gain and geometry.
    """

    detector: Detector

    @property
    def fixed(self) -> Detector:
        """The detector."""
        return self.detector

    def draw(self, rng: np.random.Generator) -> Detector:  # noqa: ARG002 - nothing is random
        """The detector."""
        return self.detector

    def to_dict(self) -> dict:
        """All its numbers, ready for JSON."""
        return asdict(self.detector)


@dataclass(frozen=True)
class RandomDetector:
    """Domain randomisation of the detector: each image is taken with another one.

    Parameters
    ----------
    noise : Range
        Read noise after averaging the samples (e⁻).
    gain : Range
        ADU per electron, lowered where the noise would exceed `greatest_noise`.
    greatest_noise : float
        Highest noise (ADU).
    pedestal : Range
        Pedestal (ADU), lowered where 100 standard deviations would not fit into 16 bits.
    negative_pedestals : float
        Share of the detectors whose pedestal is drawn from −200 to 200 ADU instead, as that of
        averaged samples, from which the overscan has been subtracted.
    thickness : Range
        Thickness (µm).
    pixel_size : Range
        Pixel pitch (µm).
    diffusion : Range
        Factor on the coefficient A of the diffusion: point-like hits at the front and at the back
        face of real CCDs are 0.3 to 1.7 px wide, more than one pair of coefficients spans.
    """

    noise: Range = LogUniform(0.15, 250.0)
    gain: Range = LogUniform(0.1, 100.0)
    greatest_noise: float = 600.0
    pedestal: Range = Uniform(0.0, 55000.0)
    negative_pedestals: float = 0.3
    thickness: Range = Uniform(200.0, 675.0)
    pixel_size: Range = Uniform(12.0, 18.0)
    diffusion: Range = Uniform(0.5, 3.5)

    @property
    def fixed(self) -> None:
        """None: no two images have the same detector."""

    def draw(self, rng: np.random.Generator) -> Detector:
        """Draw one detector."""
        noise = self.noise.draw(rng)
        gain = min(self.gain.draw(rng), self.greatest_noise / noise)
        if happens(self.negative_pedestals, rng):
            pedestal = Uniform(-200.0, 200.0).draw(rng)
        else:
            pedestal = min(self.pedestal.draw(rng), max(65535.0 - 100 * noise * gain, 0.0))
        return Detector(
            name="random",
            pedestal=pedestal,
            read_noise=noise * gain,
            gain=gain,
            thickness=self.thickness.draw(rng),
            pixel_size=self.pixel_size.draw(rng),
            diffusion_a=DAMIC.diffusion_a * self.diffusion.draw(rng),
        )

    def to_dict(self) -> dict:
        """Ranges, ready for JSON."""
        return described(self)
