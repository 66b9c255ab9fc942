"""What happens on the way through the CCD and its electronics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.simulation import effects
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.ranges import LogUniform, Range, Uniform
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class TransferTrails(Component):
    """Charge transfer inefficiency: trails behind what is bright.

    Parameters
    ----------
    parallel, serial : Range
        Inefficiency per transfer of a frame of 256 pixels; the longer the frame, the lower, so
        that the trails look alike.
    """

    probability: float = 0.2
    parallel: Range = LogUniform(1e-6, 3e-4)
    serial: Range = LogUniform(1e-6, 3e-4)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        parallel = self.parallel.draw(rng) * 256 / scene.shape[0]
        serial = self.serial.draw(rng) * 256 / scene.shape[1]
        scene.transfers.append(lambda charge: effects.charge_trails(charge, parallel, serial))


@dataclass(frozen=True)
class Blooming(Component):
    """Pixels that hold no more than the full well, and spill the rest along their column.

    Parameters
    ----------
    full_well : Range
        Charge that a pixel holds (e⁻).
    """

    probability: float = 0.1
    full_well: Range = LogUniform(5e3, 3e5)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        smooth = float((scene.background + scene.signals["glowing"]).max())
        full_well = max(self.full_well.draw(rng), 20 * scene.sigma + smooth)
        scene.overflow = lambda charge: effects.blooming(charge, full_well)


@dataclass(frozen=True)
class Fringes(Component):
    """Correlated noise: faint diagonal fringes over the whole frame.

    Parameters
    ----------
    amplitude : Range
        Amplitude in standard deviations of the noise.
    period : Range
        Distance of the fringes (px).
    """

    probability: float = 0.2
    amplitude: Range = LogUniform(0.1, 1.0)
    period: Range = LogUniform(4.0, 60.0)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        amplitude = self.amplitude.draw(rng) * scene.sigma * scene.detector.gain
        scene.extra_variance += amplitude**2 / 2
        scene.offset += effects.correlated_fringes(
            scene.shape,
            amplitude,
            period=self.period.draw(rng),
            angle=rng.uniform(0, 180),
            phase=rng.uniform(0, 2 * np.pi),
        )


@dataclass(frozen=True)
class RowOffsets(Component):
    """A baseline that jitters from row to row.

    Parameters
    ----------
    deviation : Range
        Standard deviation in units of the noise.
    """

    probability: float = 0.15
    deviation: Range = LogUniform(0.05, 0.4)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        deviation = self.deviation.draw(rng) * scene.sigma * scene.detector.gain
        scene.extra_variance += deviation**2
        scene.offset += effects.row_offsets(scene.shape, deviation, rng=rng)


@dataclass(frozen=True)
class Digitisation(Component):
    """Whole numbers of ADU up to the highest that the converter knows.

    Frames whose noise is below `least_noise`, as averages of many samples, stay as they are.

    Parameters
    ----------
    highest : Range
        Saturation (ADU).
    least_noise : float
        Noise (ADU) from which frames are digitised.
    """

    probability: float = 0.6
    highest: Range = Uniform(65535.0, 65535.0)
    least_noise: float = 0.4

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        if scene.sigma * scene.detector.gain < self.least_noise:
            return
        highest = self.highest.draw(rng)
        scene.extra_variance += 1 / 12
        scene.conversions += [effects.quantise, lambda image: effects.saturate(image, highest)]
