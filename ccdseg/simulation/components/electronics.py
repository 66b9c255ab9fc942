"""Components of the charge transfer and of the electronics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.errors import InputError
from ccdseg.simulation import effects
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.event_readout import trailing
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

    parallel: Range = LogUniform(1e-6, 3e-4)
    serial: Range = LogUniform(1e-6, 3e-4)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        parallel = self.parallel.draw(rng) * 256 / scene.shape[0]
        serial = self.serial.draw(rng) * 256 / scene.shape[1]
        scene.add_step(
            lambda charge: effects.charge_trails(charge, parallel, serial),
            linear=True,
            moves=lambda events: trailing(events, parallel, serial, scene.shape),
        )


@dataclass(frozen=True)
class TransferLoss(Component):
    """Charge transfer loss as the original has it: electrons vanish on the way to the amplifier.

    Parameters
    ----------
    inefficiency : float
        Probability with which each transfer of a pixel takes one electron, 0 to 1.
    """

    inefficiency: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.inefficiency <= 1:
            raise InputError(
                f"TransferLoss: inefficiency is {self.inefficiency}; it lies from 0 to 1."
            )

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        if not self.inefficiency:
            return
        lost = effects.transfer_losses(scene.shape, self.inefficiency, rng=rng)
        scene.add_step(lambda charge: effects.charge_transfer_loss(charge, lost), linear=False)


@dataclass(frozen=True)
class Blooming(Component):
    """Pixels that hold no more than the full well, and spill the rest along their column.

    Parameters
    ----------
    full_well : Range
        Charge that a pixel holds (e⁻).
    """

    full_well: Range = LogUniform(5e3, 3e5)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        smooth = float((scene.background + scene.signals["glowing"]).max())
        full_well = max(self.full_well.draw(rng), 20 * scene.sigma + smooth)
        scene.add_step(lambda charge: effects.blooming(charge, full_well), linear=False)


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

    amplitude: Range = LogUniform(0.1, 1.0)
    period: Range = LogUniform(4.0, 60.0)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        amplitude = self.amplitude.draw(rng) * scene.sigma * scene.detector.gain
        scene.electronics_variance += amplitude**2 / 2
        scene.offset += effects.correlated_fringes(
            scene.image_shape,
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

    deviation: Range = LogUniform(0.05, 0.4)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        deviation = self.deviation.draw(rng) * scene.sigma * scene.detector.gain
        scene.electronics_variance += deviation**2
        scene.offset += effects.row_offsets(scene.image_shape, deviation, rng=rng)


@dataclass(frozen=True)
class TelegraphNoise(Component):
    """Noise with tails: single pixels that are read too high or too low, and belong to no class.

    Parameters
    ----------
    amplitude : Range
        Standard deviation of their shift in units of the noise.
    share : Range
        Share of the pixels.
    """

    amplitude: Range = LogUniform(2.0, 8.0)
    share: Range = LogUniform(1e-4, 1e-2)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        scene.offset += effects.telegraph_noise(
            scene.image_shape,
            self.amplitude.draw(rng) * scene.sigma * scene.detector.gain,
            self.share.draw(rng),
            rng=rng,
        )


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

    highest: Range = Uniform(65535.0, 65535.0)
    least_noise: float = 0.4

    @property
    def is_certain(self) -> bool:
        """Whether every image holds whole numbers."""
        return self.probability == 1 and self.least_noise == 0

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        if scene.sigma * scene.detector.gain < self.least_noise:
            return
        highest = self.highest.draw(rng)
        scene.electronics_variance += 1 / 12
        scene.conversions += [effects.quantise, lambda image: effects.saturate(image, highest)]
