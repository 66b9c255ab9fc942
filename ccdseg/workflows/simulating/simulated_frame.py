"""One simulated full frame as FITS, with its truth beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ccdseg.detector import Detector
from ccdseg.files import staged_files
from ccdseg.fits_io import write_frame
from ccdseg.simulation import RecipeLike, SimulatedImage, save_events, simulate_image
from ccdseg.simulation.components import GlowSlab


def write_full_frame(
    recipe: RecipeLike, paths: Sequence[Path], seed: int, settings: dict, *, overwrite: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Simulate a frame and write it; where the recipe has a slab of glow, with it.

    Parameters
    ----------
    recipe : RecipeLike
        Recipe of the frame, of its shape.
    paths : sequence of Path
        Files of one folder: the frame; the class of each pixel; the number of the particle that
        left most in each pixel; the table of its elements; the deposits of its particles.
    seed : int
        Seed, noted in the headers.
    settings : dict
        Further arguments of `ccdseg.simulation.simulate_image`.
    overwrite : bool
        Whether existing files are replaced.

    Returns
    -------
    image, mask : ndarray
        The frame as it is written, and the class of each pixel, (H, W).
    """
    slab = recipe.find(GlowSlab)
    if slab is not None:
        recipe = recipe.with_components(replace(slab, probability=1.0))
    simulated = simulate_image(recipe, **settings)
    image, keywords = _as_written(simulated), _keywords(simulated.detector, seed)
    with staged_files(paths[0].parent, overwrite=overwrite) as stage:
        frame, truth, labels, elements, deposits = (stage / path.name for path in paths)
        write_frame(frame, image, name="CCD", keywords=keywords)
        write_frame(truth, simulated.mask, name="TRUTH", keywords=keywords)
        write_frame(labels, simulated.event_labels, name="EVENTS", keywords=keywords)
        simulated.table().write(elements, format="ascii.ecsv")
        save_events(deposits, [simulated.events])
    return image, simulated.mask


def _as_written(simulated: SimulatedImage) -> np.ndarray:
    """The image in 16 bits where its noise is resolved and its pedestal positive."""
    image, detector = simulated.image, simulated.detector
    if detector.noise < 1 or detector.pedestal < 10 * detector.noise:
        return image
    return np.clip(np.rint(image), 0, 65535).astype(np.uint16)


def _keywords(detector: Detector, seed: int) -> dict:
    return {
        "DETECTOR": (detector.name, "simulated detector"),
        "GAIN": (round(detector.gain, 6), "ADU per electron"),
        "PEDESTAL": (round(detector.pedestal, 3), "ADU"),
        "NOISE": (round(detector.noise, 3), "standard deviation, ADU"),
        "SIMSEED": (seed, "seed of the simulation"),
    }
