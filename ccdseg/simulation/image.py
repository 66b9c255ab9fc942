"""From a recipe to images, their truth, and the list of what was put where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from astropy import units as u
from astropy.table import QTable
from joblib import Parallel, delayed
from tqdm import tqdm

from ccdseg.classes import CLASSES
from ccdseg.dataset import ArraySet
from ccdseg.detector import DAMIC, Detector
from ccdseg.errors import InputError
from ccdseg.simulation import effects
from ccdseg.simulation.library import ClusterLibrary, default_library
from ccdseg.simulation.placement import draw_clusters, draw_glow, draw_hot_lines
from ccdseg.simulation.recipe import SimulationRecipe

UNCLEAR = (0.5, 3.0)
"""A deposit between these many standard deviations of the noise decides nothing: what is drowned
by the noise below, what no method can miss above."""


@dataclass(frozen=True, eq=False)
class SimulatedImage:
    """An image and all that is known of it.

    Attributes
    ----------
    image : ndarray
        Signal (ADU), float32 of shape (H, W).
    mask : ndarray
        True class of each pixel, uint8 of shape (H, W).
    cluster_signal : ndarray
        What the clusters alone add to the image (ADU), float32 of shape (H, W).
    noise : ndarray
        Local standard deviation (ADU), float32 of shape (H, W).
    elements : ndarray
        Structured array of `ccdseg.simulation.placement.ELEMENT`, one row per element; columns
        are counted before binning.
    """

    image: np.ndarray
    mask: np.ndarray
    cluster_signal: np.ndarray
    noise: np.ndarray
    elements: np.ndarray

    @property
    def unclear(self) -> np.ndarray:
        """True where the clusters' deposit lies between 0.5 and 3 standard deviations."""
        low, high = (limit * self.noise for limit in UNCLEAR)
        return (self.cluster_signal > low) & (self.cluster_signal < high)

    def table(self) -> QTable:
        """Return the elements as a table with units; columns are counted before binning."""
        table = QTable()
        table["class"] = np.array(CLASSES.names)[self.elements["class_index"]]
        for name in ("row", "column", "height", "width"):
            table[name] = self.elements[name] * u.pix
        table["level"] = self.elements["level"] * u.adu
        table["energy"] = self.elements["energy"] * u.keV
        return table


def simulate_image(
    recipe: SimulationRecipe,
    *,
    detector: Detector = DAMIC,
    rng: np.random.Generator,
    library: ClusterLibrary | None = None,
) -> SimulatedImage:
    """Simulate one image.

    Parameters
    ----------
    recipe : SimulationRecipe
        What the image holds.
    detector : Detector
        Pedestal, noise, gain and dark current.
    rng : numpy.random.Generator
        Source of randomness.
    library : ClusterLibrary, optional
        Clusters to paste; the library that ships with the package by default.

    Returns
    -------
    SimulatedImage
    """
    library = default_library() if library is None else library
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
    mask = truth_mask(signals, noise, recipe)
    return SimulatedImage(image, mask, signals["cluster"], noise, elements)


def truth_mask(
    signals: dict[str, np.ndarray], noise: np.ndarray, recipe: SimulationRecipe
) -> np.ndarray:
    """Class of each pixel by what was deposited there.

    Parameters
    ----------
    signals : dict of str to ndarray
        What each class of elements adds to the image (ADU), of shape (H, W), by class name.
    noise : ndarray
        Local standard deviation (ADU), of shape (H, W).
    recipe : SimulationRecipe
        Gives `truth_threshold` (standard deviations) and `priority` where elements overlap.

    Returns
    -------
    ndarray
        Class indices, uint8 of shape (H, W).
    """
    lowest, *upward = recipe.priority
    mask = np.full(noise.shape, CLASSES[lowest].index, dtype=np.uint8)
    threshold = np.maximum(recipe.truth_threshold * noise, np.finfo(np.float32).tiny)
    for name in upward:
        np.putmask(mask, signals[name] >= threshold, CLASSES[name].index)
    return mask


def simulate_images(
    recipe: SimulationRecipe,
    n_images: int,
    *,
    detector: Detector = DAMIC,
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
    library = default_library() if library is None else library
    tasks = (
        delayed(simulate_image)(recipe, detector=detector, rng=generator, library=library)
        for generator in rng.spawn(n_images)
    )
    yield from Parallel(n_jobs=n_workers, prefer="threads", return_as="generator")(tasks)


def simulate_dataset(
    recipe: SimulationRecipe,
    *,
    n_images: int,
    detector: Detector = DAMIC,
    rng: np.random.Generator,
    library: ClusterLibrary | None = None,
    n_workers: int = -1,
    progress: bool = False,
) -> ArraySet:
    """Simulate a set of images as arrays.

    Parameters
    ----------
    recipe, detector, rng, library, n_images, n_workers
        As for `simulate_images`.
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
        arrays.masks[i] = simulated.mask
        arrays.unclear[i] = simulated.unclear
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
