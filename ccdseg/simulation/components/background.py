"""Components that vary smoothly over the frame and belong to no class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.errors import InputError
from ccdseg.simulation import effects
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, happens
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class DarkCharge(Component):
    """Dark charge that rises along the rows, as rows read later collect more, with Poisson noise.

    Parameters
    ----------
    level : Range
        Mean charge of the last row (e⁻) in units of the variance of the read noise, or of a tenth
        where that is less: 1 doubles the variance.
    highest : float
        Greatest charge of the last row in standard deviations of the noise.
    first : Range
        Charge of the first row as a share of that of the last.
    """

    level: Range = LogUniform(0.02, 25.0)
    highest: float = 12.0
    first: Range = Uniform(0.0, 1.0)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        last = self.level.draw(rng) * max(scene.sigma**2, 0.1)
        last = min(last, self.highest * max(scene.sigma, 0.1))
        first = last * self.first.draw(rng)
        noise = np.hypot(scene.sigma, ((first + last) / 2) ** 0.5)
        scene.add_gradient(float((last - first) / noise))
        scene.add_background(effects.dark_charge_ramp(scene.shape, first, last))


@dataclass(frozen=True)
class DarkCurrent(Component):
    """Dark charge of the detector's dark current, with Poisson noise.

    Parameters
    ----------
    exposure : float
        Time before the readout starts (s); 0 for a continuous readout, in which every pixel waits
        as long as the readout of the whole frame takes.
    """

    exposure: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.exposure >= 0:
            raise InputError(f"DarkCurrent: exposure is {self.exposure} s; it must be 0 or above.")

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:  # noqa: ARG002
        detector = scene.detector
        if not detector.dark_current:
            return
        time = effects.waiting_time(
            scene.shape, self.exposure, detector.pixel_time, n_samples=detector.n_samples
        )
        mean = effects.mean_dark_charge(detector.dark_current, time)
        scene.add_background(mean)
        scene.add_gradient(float(np.ptp(mean)) / scene.sigma)


@dataclass(frozen=True)
class BackgroundPlane(Component):
    """A slope of the baseline along rows and columns, without noise of its own.

    Parameters
    ----------
    change : Range
        Change over the whole frame, along each axis, in standard deviations of the noise.
    """

    change: Range = LogUniform(0.3, 8.0)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        slopes = [self.change.draw(rng) * rng.choice((-1, 0, 1)) for _ in range(2)]
        scene.add_gradient(float(np.hypot(*slopes)))
        unit = scene.sigma * scene.detector.gain
        rises = (unit * slope for slope in slopes)
        scene.offset += effects.background_plane(scene.image_shape, *rises)


@dataclass(frozen=True)
class InactiveColumns(Component):
    """Prescan and overscan: columns that were read but hold no charge.

    Parameters
    ----------
    prescan, overscan : Range
        Columns per 256 of the frame's width.
    """

    prescan: Range = Uniform(0.0, 12.0)
    overscan: Range = Uniform(0.0, 40.0)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        scale = scene.shape[1] / 256
        first, last = (
            round(part.draw(rng) * scale) * happens(0.7, rng)
            for part in (self.prescan, self.overscan)
        )
        scene.add_step(lambda charge: effects.inactive_columns(charge, first, last), linear=True)
