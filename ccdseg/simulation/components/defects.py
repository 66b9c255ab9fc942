"""Hot pixels, hot columns and rows, bad edges, and serial-register events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.simulation import effects
from ccdseg.simulation.components.amplifier_glow import EDGES
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, happens, whole
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class HotLines(Component):
    """Hot columns and rows, one to several pixels wide, whole or in part, with tails.

    Parameters
    ----------
    number : Range
        Lines per 256 pixels of the frame's length.
    level : Range
        Signal in standard deviations of the noise.
    column_share : float
        Share of columns among the lines.
    wide_share : float
        Share of lines wider than one pixel.
    width : Range
        Width of those (px).
    tail : Range
        Scale of their exponential tails (px), which half of them have.
    whole_share : float
        Share of lines that run through the whole frame. Of the others, a wide one runs from its
        defect to an end of the frame, as charge does that is read through it.
    roughness : Range
        Relative deviation from pixel to pixel along the line, which half of the frames have.
    alike_share : float
        Share of the frames in which all lines have one level and none fluctuates, as the original
        has it.
    """

    number: Range = LogUniform(0.7, 12.0)
    level: Range = LogUniform(3.0, 5000.0)
    column_share: float = 0.6
    wide_share: float = 0.3
    width: Range = LogUniform(1.0, 10.0)
    tail: Range = LogUniform(0.3, 3.0)
    whole_share: float = 0.35
    roughness: Range = Uniform(0.0, 0.3)
    alike_share: float = 0.3

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        alike = happens(self.alike_share, rng)
        roughness = 0.0 if alike or happens(0.5, rng) else self.roughness.draw(rng)
        common = self.level.draw(rng)
        charge = np.zeros(scene.shape, dtype=np.float32)
        for _ in range(whole(self.number.draw(rng) * scene.area**0.5, rng)):
            level = (common if alike else self.level.draw(rng)) * scene.sigma
            line = self._line(scene.shape, level, roughness, rng)
            np.maximum(charge, line, out=charge)
            scene.elements.add("hot pixel", "line", line)
        scene.add("hot pixel", charge, fluctuates=not alike and happens(0.6, rng))

    def _line(
        self, shape: tuple[int, int], level: float, roughness: float, rng: np.random.Generator
    ) -> np.ndarray:
        vertical = happens(self.column_share, rng)
        length, across = shape if vertical else shape[::-1]
        width, tail = 1.0, 0.0
        wide = happens(self.wide_share, rng)
        if wide:
            width = self.width.draw(rng)
            tail = self.tail.draw(rng) * happens(0.5, rng)
        first, last = 0, length
        if not happens(self.whole_share, rng):
            first = int(rng.integers(length))
            last = first + int(np.ceil(rng.random() * (length - first)))
            if wide:
                first, last = (first, length) if happens(0.5, rng) else (0, last)
        draw = effects.hot_column if vertical else effects.hot_row
        where = ("column", "row") if vertical else ("row", "column")
        return draw(
            shape,
            level,
            **{
                where[0]: int(rng.integers(across)),
                f"first_{where[1]}": first,
                f"last_{where[1]}": last,
            },
            width=width,
            tail=tail,
            roughness=roughness,
            rng=rng,
        )


@dataclass(frozen=True)
class HotPixels(Component):
    """Single hot pixels.

    Parameters
    ----------
    number : Range
        Pixels per 256×256.
    level : Range
        Signal in standard deviations of the noise: so bright that a particle's charge would be
        seen in the neighbouring pixels.
    """

    number: Range = LogUniform(0.7, 8.0)
    level: Range = LogUniform(30.0, 2000.0)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        n = whole(self.number.draw(rng) * scene.area, rng)
        rows, columns = (rng.integers(0, length, n) for length in scene.shape)
        levels = np.array([self.level.draw(rng) for _ in range(n)]) * scene.sigma
        charge = effects.hot_pixels(scene.shape, levels, rows, columns)
        scene.add("hot pixel", charge, fluctuates=True)
        for row, column, level in zip(rows, columns, levels, strict=True):
            scene.elements.add_box("hot pixel", "pixel", (row, column, 1, 1), level)


@dataclass(frozen=True)
class BadEdge(Component):
    """First or last rows or columns that are brighter or darker than the others.

    Parameters
    ----------
    level : Range
        Signal in standard deviations of the noise.
    depth : Range
        Rows or columns (px).
    dark_share : float
        Share of the edges that are darker; those belong to no class.
    """

    level: Range = LogUniform(3.0, 300.0)
    depth: Range = Uniform(1.0, 4.0)
    dark_share: float = 0.3

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        level = self.level.draw(rng) * scene.sigma
        edge = effects.bad_edge(
            scene.shape,
            level,
            edge=str(rng.choice(EDGES)),
            depth=whole(self.depth.draw(rng), rng),
        )
        if happens(self.dark_share, rng):
            scene.darken(edge)
        else:
            scene.add("hot pixel", edge, fluctuates=happens(0.5, rng))
            scene.elements.add("hot pixel", "edge", edge)


@dataclass(frozen=True)
class SerialRegisterEvents(Component):
    """Particles in the serial register: lines one row high, brightest anywhere along them.

    Parameters
    ----------
    number : Range
        Events per 256×256 pixels.
    level : Range
        Signal where it is brightest, in standard deviations of the noise.
    length : Range
        Length (px).
    roughness : Range
        Relative deviation from pixel to pixel.
    one_sided_share : float
        Share of the events that are brightest at their first pixel.
    """

    number: Range = LogUniform(0.7, 8.0)
    level: Range = LogUniform(2.5, 300.0)
    length: Range = LogUniform(4.0, 300.0)
    roughness: Range = Uniform(0.05, 0.6)
    one_sided_share: float = 0.5

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        charge = np.zeros(scene.shape, dtype=np.float32)
        for _ in range(whole(self.number.draw(rng) * scene.area, rng)):
            length = round(self.length.draw(rng))
            event = effects.serial_register_event(
                scene.shape,
                self.level.draw(rng) * scene.sigma,
                row=int(rng.integers(scene.shape[0])),
                first_column=int(rng.integers(-length // 2, scene.shape[1])),
                length=length,
                brightest=0 if happens(self.one_sided_share, rng) else int(rng.integers(length)),
                roughness=self.roughness.draw(rng),
                rng=rng,
            )
            charge += event
            scene.elements.add("hot pixel", "serial register", event)
        scene.add("hot pixel", charge, fluctuates=True)
