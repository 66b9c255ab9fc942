"""From a recipe to images, their truth, and the list of what was put where."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.dataset import ArraySet
from ccdseg.detector import DAMIC, Detector
from ccdseg.errors import InputError
from ccdseg.simulation import effects
from ccdseg.simulation.frame import FrameRecipe, simulate_frame
from ccdseg.simulation.library import ClusterLibrary, default_library
from ccdseg.simulation.mixture import Recipe, RecipeMixture
from ccdseg.simulation.placement import draw_clusters, draw_glow, draw_hot_lines
from ccdseg.simulation.recipe import SimulationRecipe
from ccdseg.simulation.truth import SimulatedImage, truth_mask


def simulate_image(
    recipe: Recipe,
    *,
    detector: Detector | None = None,
    rng: np.random.Generator,
    library: ClusterLibrary | None = None,
) -> SimulatedImage:
    """Simulate one image.

    Parameters
    ----------
    recipe : SimulationRecipe, FrameRecipe or RecipeMixture
        What the image holds.
    detector : Detector, optional
        Pedestal, noise, gain and dark current; by default `DAMIC` for images in the original's
        style, and drawn from the recipe for frames.
    rng : numpy.random.Generator
        Source of randomness.
    library : ClusterLibrary, optional
        Clusters to paste into images in the original's style; the library that ships with the
        package by default.

    Returns
    -------
    SimulatedImage
    """
    if isinstance(recipe, RecipeMixture):
        recipe = recipe.draw(rng)
    if isinstance(recipe, FrameRecipe):
        return simulate_frame(recipe, detector=detector, rng=rng)
    library = default_library() if library is None else library
    detector = DAMIC if detector is None else detector
    layers = {
        "glowing": draw_glow(recipe, detector, rng),
        "hot pixel": draw_hot_lines(recipe, detector, rng),
        "cluster": draw_clusters(recipe, detector, rng, library),
    }
    dark, mean_dark = _dark_charge(recipe, detector, rng)
    signals = {name: _read(layer.charge, recipe, detector, rng) for name, layer in layers.items()}
    noise = _local_noise(mean_dark, recipe, detector)
    image = sum(signals.values(), _read(dark, recipe, detector, rng))
    image += np.float32(detector.pedestal)
    image += effects.readout_noise(image.shape, detector.read_noise, detector.n_samples, rng=rng)
    elements = np.concatenate([layer.elements for layer in layers.values()])
    mask = truth_mask(signals, noise, threshold=recipe.truth_threshold, priority=recipe.priority)
    return SimulatedImage(image, mask, signals["cluster"], noise, detector, elements)


def simulate_images(
    recipe: Recipe,
    n_images: int,
    *,
    detector: Detector | None = None,
    rng: np.random.Generator,
    library: ClusterLibrary | None = None,
    n_workers: int = 1,
) -> Iterator[SimulatedImage]:
    """Simulate images one after the other, in order, on several threads.

    Every image has a generator of its own, spawned from `rng`: the same seed gives the same images
    whatever the number of workers.

    Parameters
    ----------
    recipe, detector, rng, library
        As for `simulate_image`.
    n_images : int
        Number of images.
    n_workers : int
        Threads; -1 for one per core.

    Yields
    ------
    SimulatedImage
    """
    if n_images < 1:
        raise InputError(f"{n_images} images asked for; at least one is needed.")
    tasks = (
        delayed(simulate_image)(recipe, detector=detector, rng=generator, library=library)
        for generator in rng.spawn(n_images)
    )
    yield from Parallel(n_jobs=n_workers, prefer="threads", return_as="generator")(tasks)


def simulate_dataset(
    recipe: Recipe,
    *,
    n_images: int,
    detector: Detector | None = None,
    rng: np.random.Generator,
    library: ClusterLibrary | None = None,
    classes: ClassCatalogue = CLASSES,
    n_workers: int = -1,
    progress: bool = False,
) -> ArraySet:
    """Simulate a set of images as arrays.

    Parameters
    ----------
    recipe, detector, rng, library, n_images, n_workers
        As for `simulate_images`.
    classes : ClassCatalogue
        Classes of the masks.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    ArraySet
        Images (ADU), masks and the pixels that no method can decide. It unpacks into the first
        two: ``images, masks = simulate_dataset(...)``.
    """
    images = simulate_images(
        recipe, n_images, detector=detector, rng=rng, library=library, n_workers=n_workers
    )
    first = next(images)
    shape = (n_images, *first.image.shape)
    arrays = ArraySet(np.empty(shape, np.float32), np.empty(shape, np.uint8), np.empty(shape, bool))
    bar = tqdm(
        chain([first], images),
        total=n_images,
        desc=f"Simulating ({recipe.name})",
        unit="image",
        disable=not progress,
    )
    for i, simulated in enumerate(bar):
        arrays.images[i] = simulated.image
        arrays.masks[i] = simulated.mask_in(classes)
        arrays.ambiguous[i] = simulated.ambiguous
    return arrays


def _dark_charge(
    recipe: SimulationRecipe, detector: Detector, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray | None]:
    """Dark charge and its mean (e⁻); no mean where there is no dark current."""
    if detector.dark_current == 0:
        return np.zeros(recipe.shape, dtype=np.float32), None
    time = effects.waiting_time(
        recipe.shape, recipe.exposure, detector.pixel_time, n_samples=detector.n_samples
    )
    dark = effects.dark_current(detector.dark_current, time, rng=rng)
    return dark, detector.dark_current * time / effects.SECONDS_PER_DAY


def _read(
    charge: np.ndarray, recipe: SimulationRecipe, detector: Detector, rng: np.random.Generator
) -> np.ndarray:
    """Signal (ADU) of charge (e⁻) that is transferred, binned and amplified."""
    if recipe.transfer_inefficiency:
        charge = effects.charge_transfer_loss(charge, recipe.transfer_inefficiency, rng=rng)
    if recipe.column_binning != 1:
        charge = effects.bin_columns(charge, recipe.column_binning)
    return effects.charge_to_adu(charge, detector.gain)


def _local_noise(
    mean_dark: np.ndarray | None, recipe: SimulationRecipe, detector: Detector
) -> np.ndarray:
    """Standard deviation (ADU): read noise and the Poisson noise of the dark charge."""
    height, width = recipe.shape
    shape = (height, width // recipe.column_binning)
    if mean_dark is None:
        return np.full(shape, detector.noise, dtype=np.float32)
    mean_signal = detector.gain * effects.bin_columns(mean_dark, recipe.column_binning)
    return np.hypot(detector.noise, np.sqrt(detector.gain * mean_signal)).astype(np.float32)
