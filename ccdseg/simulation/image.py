"""From a recipe to images, their truth, and the list of what was put where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.dataset import ArraySet
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.simulation.recipe import Recipe, RecipeLike
from ccdseg.simulation.scene import Scene
from ccdseg.simulation.truth import SimulatedImage, truth_mask


def simulate_image(
    recipe: RecipeLike, *, detector: Detector | None = None, rng: np.random.Generator
) -> SimulatedImage:
    """Simulate one image.

    Parameters
    ----------
    recipe : Recipe or RecipeMixture
        Recipe of the image.
    detector : Detector, optional
        Detector; the recipe's own by default.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    SimulatedImage
    """
    recipe = recipe.draw(rng)
    scene = prepare_scene(recipe, recipe.detector.draw(rng) if detector is None else detector, rng)
    return known_image(scene, recipe, scene.read(rng))


def prepare_scene(recipe: Recipe, detector: Detector, rng: np.random.Generator) -> Scene:
    """Charge of all that a recipe draws for one image, not read yet."""
    height, width = recipe.shape
    scene = Scene((height, width * recipe.column_binning), detector, recipe.column_binning)
    for component in recipe.components:
        component.add_to(scene, rng)
    return scene


def known_image(scene: Scene, recipe: Recipe, image: np.ndarray) -> SimulatedImage:
    """An image (ADU), float32 (H, W), with the truth of the scene that was read."""
    detector = scene.detector
    noise, signals = scene.local_noise(), scene.signals_adu()
    mask = truth_mask(signals, noise, threshold=recipe.truth_threshold, priority=recipe.priority)
    conditions = {
        "noise": detector.noise / detector.gain,
        "gradient": scene.conditions.get("gradient", 0.0),
        "glow": scene.conditions.get("glow", "none"),
        "crowding": float(np.mean(mask == CLASSES["cluster"].index)),
    }
    return SimulatedImage(
        image=image,
        mask=mask,
        cluster_signal=signals["cluster"],
        noise=noise,
        detector=detector,
        elements=scene.elements.to_array(detector.gain),
        events=scene.events,
        conditions=conditions,
    )


def simulate_images(
    recipe: RecipeLike,
    n_images: int,
    *,
    detector: Detector | None = None,
    rng: np.random.Generator,
    n_workers: int = 1,
) -> Iterator[SimulatedImage]:
    """Simulate images one after the other, in order, on several threads.

    Every image has a generator of its own, spawned from `rng`: the same seed gives the same images
    whatever the number of workers.

    Parameters
    ----------
    recipe, detector, rng
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
        delayed(simulate_image)(recipe, detector=detector, rng=generator)
        for generator in rng.spawn(n_images)
    )
    yield from Parallel(n_jobs=n_workers, prefer="threads", return_as="generator")(tasks)


def simulate_dataset(
    recipe: RecipeLike,
    *,
    n_images: int,
    detector: Detector | None = None,
    rng: np.random.Generator,
    classes: ClassCatalogue = CLASSES,
    n_workers: int = -1,
    progress: bool = False,
) -> ArraySet:
    """Simulate a data set as arrays.

    Parameters
    ----------
    recipe, detector, rng, n_images, n_workers
        As for `simulate_images`.
    classes : ClassCatalogue
        Classes of the masks.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    ArraySet
        Images (ADU), masks and ambiguous pixels. It unpacks into the first two:
        ``images, masks = simulate_dataset(...)``.
    """
    images = simulate_images(recipe, n_images, detector=detector, rng=rng, n_workers=n_workers)
    bar = tqdm(
        images,
        total=n_images,
        desc=f"Simulating ({recipe.name})",
        unit="image",
        disable=not progress,
    )
    return stack_images(bar, n_images, classes=classes)


def stack_images(
    images: Iterable[SimulatedImage], n_images: int, *, classes: ClassCatalogue = CLASSES
) -> ArraySet:
    """Images of one shape, their masks and ambiguous pixels, as arrays.

    Parameters
    ----------
    images : iterable of SimulatedImage
        At least one; as `simulate_images` gives them.
    n_images : int
        Their number.
    classes : ClassCatalogue
        Classes of the masks.

    Returns
    -------
    ArraySet
    """
    arrays = None
    for i, simulated in enumerate(images):
        if arrays is None:
            shape = (n_images, *simulated.image.shape)
            kinds = (np.float32, np.uint8, bool)
            arrays = ArraySet(*(np.empty(shape, kind) for kind in kinds))
        arrays.images[i] = simulated.image
        arrays.masks[i] = simulated.mask_in(classes)
        arrays.ambiguous[i] = simulated.ambiguous
    return arrays
