"""Structure of the baseline along rows and columns, which belongs to no class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.simulation import effects
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.ranges import LogUniform, Range, happens, whole
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class ColumnOffsets(Component):
    """A baseline that differs from column to column.

    Parameters
    ----------
    deviation : Range
        Standard deviation in units of the noise.
    """

    deviation: Range = LogUniform(0.05, 0.5)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        deviation = self.deviation.draw(rng) * scene.sigma * scene.detector.gain
        scene.electronics_variance += deviation**2
        scene.offset += effects.column_offsets(scene.image_shape, deviation, rng=rng)


@dataclass(frozen=True)
class BaselineWaves(Component):
    """Irregular waves of the baseline, slow or fast, from row to row or from column to column.

    Parameters
    ----------
    amplitude : Range
        Standard deviation in units of the noise: below what is glow.
    length : Range
        Smoothing length (px); crests are some four times as far apart.
    column_share : float
        Share of the frames in which the columns differ; in the others the rows do.
    """

    amplitude: Range = LogUniform(0.05, 0.6)
    length: Range = LogUniform(1.0, 60.0)
    column_share: float = 0.6

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        amplitude = self.amplitude.draw(rng) * scene.sigma * scene.detector.gain
        scene.electronics_variance += amplitude**2
        scene.offset += effects.baseline_wave(
            scene.image_shape,
            amplitude,
            self.length.draw(rng),
            axis=int(happens(self.column_share, rng)),
            rng=rng,
        )


@dataclass(frozen=True)
class BaselineSteps(Component):
    """Bands of rows or columns whose baseline is raised or lowered, and decays or stays.

    Parameters
    ----------
    number : Range
        Bands of a frame.
    height : Range
        Step in standard deviations of the noise, up or down: below what is glow.
    scale : Range
        Length of the decay as a share of the frame's height or width.
    column_share : float
        Share of the bands of columns.
    ending_share : float
        Share of the bands that end with a second step; the others reach the end of the frame.
    """

    number: Range = LogUniform(0.7, 3.0)
    height: Range = LogUniform(0.2, 1.3)
    scale: Range = LogUniform(0.05, 5.0)
    column_share: float = 0.75
    ending_share: float = 0.3

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        unit = scene.sigma * scene.detector.gain
        for _ in range(whole(self.number.draw(rng), rng)):
            axis = int(happens(self.column_share, rng))
            length = scene.image_shape[axis]
            first = int(rng.integers(length))
            end = int(rng.integers(first, length)) + 1
            scene.offset += effects.baseline_step(
                scene.image_shape,
                self.height.draw(rng) * unit * rng.choice((-1, 1)),
                first=first,
                end=end if happens(self.ending_share, rng) else length,
                scale=self.scale.draw(rng) * length,
                axis=axis,
            )


@dataclass(frozen=True)
class DarkColumns(Component):
    """Columns that are read too low, alone or close together, and mostly hold no charge.

    Parameters
    ----------
    number : Range
        Dark columns per 256 of the frame's width.
    depth : Range
        Signal that they lack, in standard deviations of the noise.
    alike_share : float
        Share of the frames in which all are equally deep.
    wide_share : float
        Share of them wider than one pixel.
    width : Range
        Width of those (px).
    whole_share : float
        Share of them that run through the whole frame; the others start at a row.
    crowded_share : float
        Share of the frames in which they lie in a part of the frame, closer and closer to its end.
    blind_share : float
        Share of the frames in which they hold no charge.
    """

    number: Range = LogUniform(0.7, 40.0)
    depth: Range = LogUniform(2.0, 1000.0)
    alike_share: float = 0.6
    wide_share: float = 0.15
    width: Range = LogUniform(1.5, 6.0)
    whole_share: float = 0.8
    crowded_share: float = 0.4
    blind_share: float = 0.7

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        n_rows, n_columns = scene.image_shape
        n = whole(self.number.draw(rng) * n_columns / 256, rng)
        columns = rng.integers(0, n_columns, n)
        if happens(self.crowded_share, rng):
            start, end = rng.integers(0, n_columns, 2)
            columns = (start + (end - start) * rng.random(n) ** 2).astype(int)
        widths = [
            whole(self.width.draw(rng), rng) if happens(self.wide_share, rng) else 1
            for _ in range(n)
        ]
        firsts = [
            0 if happens(self.whole_share, rng) else int(rng.integers(n_rows)) for _ in range(n)
        ]
        depths = np.array([self.depth.draw(rng) for _ in range(n)])
        if n and happens(self.alike_share, rng):
            depths[:] = depths[0]
        dark = effects.dark_columns(
            scene.image_shape,
            depths * scene.sigma * scene.detector.gain,
            columns,
            np.array(widths, dtype=int),
            np.array(firsts, dtype=int),
        )
        scene.offset += dark
        if happens(self.blind_share, rng):
            sees = np.repeat(dark == 0, scene.column_binning, axis=1)
            scene.add_step(lambda charge: charge * sees, linear=True)
