"""Detectors of any pedestal, gain, noise and geometry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.detector import DAMIC, Detector
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, described, happens


@dataclass(frozen=True)
class RandomDetector:
    """Ranges from which a detector is drawn.

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
        Side of a pixel (µm).
    diffusion : Range
        Factor on the coefficient A of the diffusion: front-side and back-side hits of real frames
        are 0.3 to 1.7 px wide, more than one pair of coefficients spans.
    """

    noise: Range = LogUniform(0.15, 250.0)
    gain: Range = LogUniform(0.1, 100.0)
    greatest_noise: float = 600.0
    pedestal: Range = Uniform(0.0, 55000.0)
    negative_pedestals: float = 0.3
    thickness: Range = Uniform(200.0, 675.0)
    pixel_size: Range = Uniform(12.0, 18.0)
    diffusion: Range = Uniform(0.5, 3.5)

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
