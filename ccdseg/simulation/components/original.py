"""Glow, hot pixels and clusters as the original simulation of 2020 has them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.errors import InputError
from ccdseg.simulation import effects
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.library import ClusterLibrary, default_library
from ccdseg.simulation.pasting import pasted_events
from ccdseg.simulation.ranges import Range, Uniform, WholeNumbers, whole
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class GlowSlab(Component):
    """Block of glowing columns at the left, over the full height, of one level.

    Parameters
    ----------
    level : Range
        Signal above the pedestal (ADU).
    offset : Range
        First column (px).
    width : Range
        Number of columns (px).
    """

    level: Range = Uniform(1400.0, 1500.0)
    offset: Range = WholeNumbers(0, 4)
    width: Range = WholeNumbers(40, 61)

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_negative(self, "level", "offset", "width")

    @property
    def levels(self) -> dict[str, tuple[float, float]]:
        """Lowest and highest signal of the glow (ADU)."""
        return {"glowing": (self.level.low, self.level.high)}

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        level, offset, width = (part.draw(rng) for part in (self.level, self.offset, self.width))
        glow = effects.glowing(
            scene.shape,
            level / scene.detector.gain,
            first_column=round(offset),
            width=round(width),
        )
        scene.add("glowing", glow, fluctuates=False)
        scene.elements.add("glowing", "slab", glow)
        scene.conditions["glow"] = "slab"


@dataclass(frozen=True)
class HotSegments(Component):
    """Parts of rows and columns of hot pixels, one pixel wide, of one level per frame.

    Parameters
    ----------
    number : Range
        Segments per 256 pixels of the frame's length.
    level : Range
        Signal above the pedestal (ADU).
    span : tuple of float
        Part of the width in which they lie, 0 to 1.
    """

    number: Range = WholeNumbers(0, 8)
    level: Range = Uniform(2200.0, 2200.0)
    span: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_negative(self, "number", "level")
        _refuse_span(self)

    @property
    def levels(self) -> dict[str, tuple[float, float]]:
        """Lowest and highest signal of the hot pixels (ADU)."""
        return {"hot pixel": (self.level.low, self.level.high)}

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        n = whole(self.number.draw(rng) * scene.area**0.5, rng)
        height, width = scene.shape
        left = int(self.span[0] * width)
        right = max(round(self.span[1] * width), left + 1)
        level = self.level.draw(rng) / scene.detector.gain
        vertical = rng.random(n) < 0.5
        rows, columns = rng.integers(0, height, n), rng.integers(left, right, n)
        room = np.where(vertical, height - rows, right - columns)
        lengths = np.ceil(rng.random(n) * room).astype(int)
        charge = effects.hot_lines(scene.shape, level, rows, columns, lengths, vertical=vertical)
        scene.add("hot pixel", charge, fluctuates=False)
        boxes = np.where(vertical, [lengths, np.ones(n)], [np.ones(n), lengths]).astype(int)
        for box in zip(rows, columns, *boxes, strict=True):
            scene.elements.add_box("hot pixel", "segment", box, level)


@dataclass(frozen=True)
class PastedClusters(Component):
    """Clusters of a library, each flipped and transposed at random, centred anywhere.

    Parameters
    ----------
    number : Range
        Clusters per 256×256 pixels.
    span : tuple of float
        Part of the width in which their centres lie, 0 to 1.
    library : ClusterLibrary or None
        Deposits (keV per pixel); None for the library that ships with the package.
    """

    number: Range = WholeNumbers(4, 16)
    span: tuple[float, float] = (0.0, 1.0)
    library: ClusterLibrary | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_negative(self, "number")
        _refuse_span(self)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        library = default_library() if self.library is None else self.library
        n = whole(self.number.draw(rng) * scene.area, rng)
        picked = rng.integers(0, len(library), n)
        turned = rng.random((3, n)) < 0.5
        heights, widths = library.heights[picked], library.widths[picked]
        heights, widths = np.where(turned[2], [widths, heights], [heights, widths])
        left, right = np.array(self.span) * scene.shape[1]
        events = pasted_events(
            library,
            picked,
            np.floor(rng.uniform(0, scene.shape[0], n) - heights / 2).astype(int),
            np.floor(rng.uniform(left, right, n) - widths / 2).astype(int),
            turned=turned,
            pair_energy=scene.detector.pair_energy,
        )
        scene.add_events(events)

    def to_dict(self) -> dict:
        """Kind and ranges, ready for JSON; the library by its size."""
        library = "ships with the package" if self.library is None else repr(self.library)
        return {**super().to_dict(), "library": library}


def _refuse_negative(component: Component, *names: str) -> None:
    for name in names:
        low = getattr(component, name).low
        if low < 0:
            raise InputError(
                f"{type(component).__name__}: {name} begins at {low}; it must not be negative."
            )


def _refuse_span(component: HotSegments | PastedClusters) -> None:
    low, high = component.span
    if not 0 <= low < high <= 1:
        raise InputError(
            f"{type(component).__name__}: span is ({low}, {high}); give 0 ≤ start < end ≤ 1."
        )
