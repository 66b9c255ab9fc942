"""Amplifier glow of many shapes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ccdseg.simulation import effects
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, happens
from ccdseg.simulation.scene import Scene

EDGES = ("left", "right", "top", "bottom")
CORNERS = ("top left", "top right", "bottom left", "bottom right")
PROFILES = ("exponential", "gaussian", "linear")


@dataclass(frozen=True)
class Glow(Component):
    """A slab at the left or right edge, or a glow that falls off from an edge or a corner.

    Parameters
    ----------
    level : Range
        Signal where it is brightest, in standard deviations of the noise.
    slab_width : Range
        Width of a slab as a share of the frame's width; below a half, so that the median of the
        frame remains that of the background.
    slab_offset : Range
        Columns between the edge and the slab (px).
    scale : Range
        Length of the fall-off as a share of the frame's height or width.
    exponent : Range
        Shape of the lines of equal light around a corner: 1 straight, 2 round, more square.
    terraced_share : float
        Share of the glows that fall in steps of equal light.
    fluctuating_share : float
        Share of the glows with Poisson noise; the others are as smooth as those of the original.
    shapes : dict of str to float
        Share of each shape.
    """

    level: Range = LogUniform(2.5, 300.0)
    slab_width: Range = Uniform(0.04, 0.45)
    slab_offset: Range = Uniform(0.0, 5.0)
    scale: Range = LogUniform(0.03, 0.22)
    exponent: Range = Uniform(1.0, 4.0)
    terraced_share: float = 0.15
    fluctuating_share: float = 0.5
    shapes: dict[str, float] = field(
        default_factory=lambda: {"slab": 0.5, "edge": 0.25, "corner": 0.25}
    )

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        shape = str(rng.choice(list(self.shapes), p=list(self.shapes.values())))
        level = self.level.draw(rng) * scene.sigma
        glow = getattr(self, f"_{shape}")(scene, level, rng)
        if happens(self.terraced_share, rng):
            glow = effects.terraced(glow, int(rng.integers(3, 12)))
            shape = "terraced"
        scene.conditions["glow"] = shape
        scene.add("glowing", glow, fluctuates=happens(self.fluctuating_share, rng))
        scene.elements.add("glowing", shape, glow)

    def _slab(self, scene: Scene, level: float, rng: np.random.Generator) -> np.ndarray:
        width = max(round(self.slab_width.draw(rng) * scene.shape[1]), 1)
        offset = round(self.slab_offset.draw(rng))
        glow = effects.glowing(scene.shape, level, first_column=offset, width=width)
        return glow[:, ::-1] if happens(0.4, rng) else glow

    def _edge(self, scene: Scene, level: float, rng: np.random.Generator) -> np.ndarray:
        edge, profile = str(rng.choice(EDGES)), str(rng.choice(PROFILES))
        length = scene.shape[1] if edge in ("left", "right") else scene.shape[0]
        scale = self.scale.draw(rng) * length * (2 if profile == "linear" else 1)
        return effects.edge_glow(scene.shape, level, scale, edge=edge, profile=profile)

    def _corner(self, scene: Scene, level: float, rng: np.random.Generator) -> np.ndarray:
        scales = tuple(2 * self.scale.draw(rng) * length for length in scene.shape)
        return effects.corner_glow(
            scene.shape,
            level,
            scales,
            corner=str(rng.choice(CORNERS)),
            profile=str(rng.choice(PROFILES)),
            exponent=self.exponent.draw(rng),
        )


@dataclass(frozen=True)
class ColumnTransient(Component):
    """The baseline of the first columns of every row, before the electronics settle.

    What lies above the background is labelled as glow, as which it appears.

    Parameters
    ----------
    amplitude : Range
        Signal of the first column in standard deviations of the noise, above or below.
    scale : Range
        Length of the fall-off as a share of the frame's width.
    """

    amplitude: Range = LogUniform(1.0, 60.0)
    scale: Range = LogUniform(0.01, 0.22)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        amplitude = self.amplitude.draw(rng) * scene.sigma
        scale = self.scale.draw(rng) * scene.shape[1]
        transient = effects.column_transient(scene.shape, amplitude, scale)
        if happens(0.5, rng):
            scene.conditions.setdefault("glow", "transient")
            scene.add("glowing", transient, fluctuates=False)
            scene.elements.add("glowing", "transient", transient)
        else:
            scene.darken(transient)
