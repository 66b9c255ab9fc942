"""Frames of several amplifiers against the same frames read by one.

Run as ``python -m benchmarks.amplifiers [--frames N]``. Frames are simulated twice from one
generator, read by one amplifier and by two to eight. It prints how often the sections are found and
how long that takes beside the segmentation and, for each model, the share of events that are the
same as with the true sections told and as in the frame of one amplifier, and the pixels falsely
called glowing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from ccdseg import CLASSES, Segmenter, workflows
from ccdseg.mask import EIGHT_CONNECTED
from ccdseg.normalization.amplifiers import Section, Sections, find_sections, parse_sections
from ccdseg.segmentation.loading import import_keras
from ccdseg.segmentation.memory import keep_freed_memory
from ccdseg.simulation import RECIPES, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform

N_FRAMES = 100
SEED = 20260101
MODELS = ("damic-unet", "cosmics-unet")
GLOWING = CLASSES["glowing"].index
EDGE = 3  # px around glow where its edge may lie otherwise
LEAST_NOISE = 1.0  # ADU; less drowns in the rounding, which depends on the pedestal

RECIPE = RECIPES["amplifiers"]
SEVERAL = RECIPE.find(c.Amplifiers)
_ALIKE = Uniform(0.0, 0.0)
PEDESTALS = replace(SEVERAL, gains=_ALIKE, noises=_ALIKE)
KINDS = {
    "pedestals": (PEDESTALS, False),
    "pedestals, gains, noises": (SEVERAL, False),
    "pedestals, overscan between": (PEDESTALS, True),
    "all": (SEVERAL, True),
}
"""What differs between the amplifiers, and whether overscan lies between them."""


@dataclass(frozen=True, eq=False)
class Pair:
    """One frame read twice.

    Attributes
    ----------
    one, several : ndarray
        Signal (ADU) of shape (H, W): of one amplifier, and of several.
    glow, silicon : ndarray
        Where glow is, and where no overscan is; bool of shape (H, W).
    told : tuple of Section
        True sections, with their image areas.
    noise : float
        Noise of the detector (ADU).
    """

    one: np.ndarray
    several: np.ndarray
    glow: np.ndarray
    silicon: np.ndarray
    told: Sections
    noise: float


@dataclass
class Agreement:
    """Events of two masks: how many there are, and how many overlap one of the other."""

    same: int = 0
    total: int = 0

    def add(self, first: np.ndarray, second: np.ndarray) -> None:
        """Add the events of two masks of one frame, bool of shape (H, W)."""
        for mask, other in ((first, second), (second, first)):
            labels, n = ndimage.label(mask, EIGHT_CONNECTED)
            self.total += n
            self.same += len(np.setdiff1d(labels[other], [0]))

    def __str__(self) -> str:
        return f"{100 * self.same / max(self.total, 1):.2f} %"


def main() -> None:
    """Print one line per kind of frames and model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=N_FRAMES, help="frames of each kind")
    parser.add_argument("--models", nargs="+", default=MODELS, help="models that segment them")
    arguments = parser.parse_args()
    import_keras()
    keep_freed_memory()
    segmenters = [Segmenter.load(name) for name in arguments.models]
    for kind, (component, overscan) in KINDS.items():
        frames = list(pairs(component, arguments.frames, overscan=overscan))
        start = time.process_time()
        found = [find_sections(pair.several) for pair in frames]
        spent = 1000 * (time.process_time() - start) / len(frames)
        n_right = sum(_texts(a) == _texts(pair.told) for a, pair in zip(found, frames, strict=True))
        print(f"{kind}: sections found in {n_right} of {len(frames)} frames, {spent:.0f} ms each")
        for segmenter in segmenters:
            compare(frames, found, segmenter)


def pairs(component: c.Amplifiers, n_frames: int, *, overscan: bool) -> Iterator[Pair]:
    """Frames with and without these amplifiers, all layouts in turn."""
    seeds = np.random.SeedSequence(SEED).spawn(n_frames)
    alone = RECIPE.with_components(replace(component, probability=0.0))
    for index, seed in enumerate(seeds):
        layout = component.layouts[index % len(component.layouts)]
        share = Uniform(*[component.overscan.draw(np.random.default_rng(seed))] * 2)
        amplifiers = replace(
            component, layouts=(layout,), overscan=share, overscan_share=float(overscan)
        )
        one, several = (
            simulate_image(recipe, rng=np.random.default_rng(seed))
            for recipe in (alone, RECIPE.with_components(amplifiers))
        )
        width = round(share.low * RECIPE.shape[1] / 256) if overscan else 0
        told = told_sections(layout, width)
        silicon = np.ones(RECIPE.shape, dtype=bool)
        for section in told:
            for strip in section.overscans:
                silicon[strip.area] = False
        glow = one.mask == GLOWING
        yield Pair(one.image, several.image, glow, silicon, told, one.detector.noise)


def told_sections(layout: tuple[int, int], width: int) -> Sections:
    """Sections of a grid, with strips of overscan on both sides of the seams between columns."""
    sections = parse_sections(f"{layout[0]}x{layout[1]}", RECIPE.shape)
    return tuple(_with_overscan(section, width) for section in sections)


def _with_overscan(section: Section, width: int) -> Section:
    first, end = section.columns.start, section.columns.stop
    return replace(
        section,
        image_columns=slice(first + (width if first else 0), end - width * (end < RECIPE.shape[1])),
    )


def compare(frames: list[Pair], found: list[Sections], segmenter: Segmenter) -> None:
    """Print by how much the masks of one model differ."""
    told, one, quiet = Agreement(), Agreement(), Agreement()
    false_glow = []
    particles = segmenter.classes.particles.index
    has_glow = CLASSES["glowing"].name in segmenter.classes.names
    for pair, sections in zip(frames, found, strict=True):
        by_found, by_told, alone = (
            np.where(
                pair.silicon, workflows.segment_frame(image, segmenter, amplifiers=how).mask, 0
            )
            for image, how in (
                (pair.several, sections),
                (pair.several, pair.told),
                (pair.one, None),
            )
        )
        events = by_found == particles
        told.add(events, by_told == particles)
        for agreement in (one, quiet) if pair.noise >= LEAST_NOISE else (one,):
            agreement.add(events, alone == particles)
        if has_glow:
            near = ndimage.binary_dilation(
                pair.glow | (alone == GLOWING), EIGHT_CONNECTED, iterations=EDGE
            )
            false_glow.append(np.count_nonzero((by_found == GLOWING) & ~near))
    line = (
        f"  {segmenter.name}: same events as with sections told {told}, as of one amplifier {one} "
        f"({quiet} where the noise is {LEAST_NOISE:g} ADU or more)"
    )
    if has_glow:
        where = ", ".join(f"{n} in frame {i}" for i, n in enumerate(false_glow) if n > EDGE)
        line += f"; false glow {sum(false_glow)} px ({where or 'nowhere more than 3'})"
    print(line)


def _texts(sections: Sections) -> list[str]:
    return [section.text for section in sections]


if __name__ == "__main__":
    main()
