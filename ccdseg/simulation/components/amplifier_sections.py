"""Frames of several amplifiers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.simulation import effects
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, happens
from ccdseg.simulation.readout_parts import AmplifierMaps
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class Amplifiers(Component):
    """Several amplifiers, each with its pedestal, gain and noise, and overscan between them.

    It draws from a generator of its own, so that the same seed without it gives the same frame of
    one amplifier.

    Parameters
    ----------
    layouts : tuple of tuple of int
        Numbers of sections along the rows and along the columns; each frame draws one pair of
        those that fit into it.
    pedestals : Range
        Standard deviation of the pedestals in units of the noise of the frame.
    gains : Range
        Standard deviation of the logarithm of the gains.
    noises : Range
        Standard deviation of the logarithm of the noises.
    overscan : Range
        Columns of overscan per 256 of the frame on each side of a seam between columns.
    overscan_share : float
        Share of the frames that have it.
    """

    layouts: tuple[tuple[int, int], ...] = ((1, 2), (2, 1), (2, 2), (1, 4), (2, 4))
    pedestals: Range = LogUniform(0.2, 300.0)
    gains: Range = Uniform(0.0, 0.03)
    noises: Range = Uniform(0.0, 0.2)
    overscan: Range = Uniform(4.0, 12.0)
    overscan_share: float = 0.3

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        (own,) = rng.spawn(1)
        layouts = [one for one in self.layouts if np.all(np.less_equal(one, scene.image_shape))]
        if not layouts:
            return
        layout = layouts[own.integers(len(layouts))]
        unit = scene.sigma * scene.detector.gain
        maps = [
            effects.section_map(scene.image_shape, values)
            for values in (
                unit * own.normal(0, self.pedestals.draw(own), layout),
                np.exp(own.normal(0, self.gains.draw(own), layout)),
                np.exp(own.normal(0, self.noises.draw(own), layout)),
            )
        ]
        scene.amplifiers = AmplifierMaps(*maps)
        width = round(self.overscan.draw(own) * scene.shape[1] / 256)
        if layout[1] > 1 and happens(self.overscan_share, own):
            scene.add_step(
                lambda charge: effects.overscan_between(charge, layout[1], width), linear=True
            )
