"""Scores of the separation of touching particles: pairs, crowded frames, and what stays whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.table import QTable
from skimage.segmentation import expand_labels
from tqdm import tqdm

from ccdseg.classes import CLASSES
from ccdseg.detector import Detector
from ccdseg.errors import without_warnings
from ccdseg.evaluation.instance_match import ChargeMatch, match_charges, match_instances
from ccdseg.events import map_events
from ccdseg.simulation import Recipe, SimulatedImage, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform

Segment = Callable[[np.ndarray], np.ndarray]

TOLERANCE = 0.05
"""Greatest relative error of an energy that is rightly measured."""

_DEBLENDED = {"n_levels": 32, "contrast": 0.05}
"""Settings of the deblending of photutils; its own contrast of 0.001 cuts every track in pieces."""

_AREA = 5
"""Least pixels of a deblended source."""

_LEAST_ENERGY = 0.5
"""Energy in the frame (keV) from which particles count."""

_OF_OTHERS = 0.3
"""Energy of all others (keV) up to which a single particle left a cluster."""


class Instances(NamedTuple):
    """Events of a frame, as a method finds them.

    Attributes
    ----------
    labels : ndarray of int
        Number of the event of each pixel, from 1, (H, W).
    energies : ndarray
        Energies (keV), (events,).
    """

    labels: np.ndarray
    energies: np.ndarray


def found_events(frame: SimulatedImage, mask: np.ndarray, *, separate: bool) -> Instances:
    """Events by `ccdseg.events.map_events`, with touching ones told apart or not."""
    found = map_events(frame.image, mask, detector=frame.detector, separate=separate)
    return Instances(found.labels, found.table["energy"].to_value(u.keV))


def deblended_events(frame: SimulatedImage, mask: np.ndarray) -> Instances:
    """Clusters of a mask, deblended by photutils.

    The energy is the charge above the median of the background in the pixels of each source and
    those within 2 px of it.
    """
    from photutils.segmentation import SegmentationImage, deblend_sources

    clusters, detector = found_events(frame, mask, separate=False).labels, frame.detector
    above = frame.image - np.median(frame.image[mask == CLASSES["background"].index])
    labels = clusters
    if clusters.any():
        sources = SegmentationImage(clusters)
        with without_warnings():  # of sources scaled linearly
            labels = deblend_sources(above, sources, _AREA, progress_bar=False, **_DEBLENDED).data
    apertures = expand_labels(labels, 2)
    sums = np.bincount(apertures.ravel(), above.ravel().astype(float), labels.max(initial=0) + 1)
    return Instances(labels, sums[1:] / detector.adu_per_kev)


METHODS: dict[str, Callable[[SimulatedImage, np.ndarray], Instances]] = {
    "connected clusters": lambda frame, mask: found_events(frame, mask, separate=False),
    "photutils deblending": deblended_events,
    "ccdseg": lambda frame, mask: found_events(frame, mask, separate=True),
}
"""Methods that are compared, by their names."""


def pair_scores(
    segment: Segment,
    kind: str,
    distance: float,
    *,
    detector: Detector,
    n_frames: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Shares of pairs of touching particles that are told apart.

    Parameters
    ----------
    segment : callable
        Maps an image (ADU) to class indices.
    kind : str
        Kind of the pairs, one of `ccdseg.simulation.components.PAIRS`.
    distance : float
        Distance in widths of their charge; see `ccdseg.simulation.components.TouchingPairs`.
    detector : Detector
        Detector of the frames.
    n_frames : int
        Number of frames of 512×512 px.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    dict
        ``pairs``, their number, and by the names of `METHODS` the share of which both are found,
        each with its energy within 5 %.
    """
    spacing = 40 if kind == "points" else 170
    pairs = c.TouchingPairs(kind=kind, distance=Uniform(distance, distance), spacing=spacing)
    recipe = Recipe(name="pairs", shape=(512, 512), components=(pairs,))
    told = {name: [] for name in METHODS}
    for _ in range(n_frames):
        frame = simulate_image(recipe, detector=detector, rng=rng)
        mask = segment(frame.image)
        for name, method in METHODS.items():
            match = _match(frame, method(frame, mask))
            told[name].append(match.measured(TOLERANCE).reshape(-1, 2).all(axis=1))
    shares = {name: float(np.concatenate(pairs).mean()) for name, pairs in told.items()}
    return {"pairs": sum(map(len, told["ccdseg"])), **shares}


def crowding_scores(
    segment: Segment,
    recipe: Recipe,
    n_particles: float,
    *,
    detector: Detector,
    n_frames: int,
    rng: np.random.Generator,
) -> QTable:
    """Scores of the events of frames with many particles, by method.

    Parameters
    ----------
    segment, detector, rng
        As `pair_scores`.
    recipe : Recipe
        Recipe of the frames, with a component of particles.
    n_particles : float
        Particles per frame.
    n_frames : int
        Number of frames.

    Returns
    -------
    astropy.table.QTable
        One row per method of `METHODS`: ``method``, ``particles`` per frame, ``panoptic_quality``
        and ``f1`` of the instances, pixel by pixel, and ``measured``, the share of the particles
        that are found with their energy within 5 %.
    """
    crowded = _with_number(recipe, n_particles)
    sums = {name: np.zeros(5) for name in METHODS}  # overlap, TP, instances, measured, particles
    for _ in range(n_frames):
        frame = simulate_image(crowded, detector=detector, rng=rng)
        mask = segment(frame.image)
        for name, method in METHODS.items():
            found = method(frame, mask)
            pixels, charges = (
                match_instances(frame.event_labels, found.labels),
                _match(frame, found),
            )
            counted = charges.energies >= _LEAST_ENERGY
            sums[name] += (
                pixels.overlap.sum(),
                len(pixels.true),
                pixels.n_true + pixels.n_found,
                charges.measured(TOLERANCE)[counted].sum(),
                counted.sum(),
            )
    table = QTable({"method": list(METHODS)})
    overlap, tp, instances, measured, particles = np.array(list(sums.values())).T
    table["particles"] = np.full(len(table), n_particles)
    table["panoptic_quality"] = 2 * overlap / instances
    table["f1"] = 2 * tp / instances
    table["measured"] = measured / particles
    return table


def whole_particles(
    segment: Segment,
    recipe: Recipe,
    *,
    detector: Detector,
    n_frames: int,
    rng: np.random.Generator,
    progress: bool = False,
) -> dict[str, tuple[int, int]]:
    """Clusters of single particles, and how many of them were divided, by the kind of particle.

    Parameters as `crowding_scores`; the recipe as it is.

    Returns
    -------
    dict of str to tuple of int
        Number of clusters, and of divided ones, by kind; of what a row cuts ``cut`` is added.
    """
    counts = {}
    for _ in tqdm(range(n_frames), "Single particles", unit="frame", disable=not progress):
        frame = simulate_image(recipe, detector=detector, rng=rng)
        found = map_events(frame.image, segment(frame.image), detector=detector)
        clusters = np.concatenate([[0], np.asarray(found.table["component"])])[found.labels]
        charge = frame.events.charge_by_label(clusters, found.components.n)[1:]
        if not charge.nnz:
            continue
        total, most = charge.sum(axis=1), charge.max(axis=1).toarray()
        owner = charge.argmax(axis=1)
        divided = np.bincount(found.table["component"], minlength=len(total) + 1)[1:] > 1
        others = (total - most) * detector.pair_energy / 1000
        for number in np.flatnonzero((most > 0) & (others <= _OF_OTHERS)):
            kind = str(frame.events.table["kind"][owner[number]])
            if frame.events.table["cut"][owner[number]]:
                kind += " cut"
            clusters_of, cut_of = counts.get(kind, (0, 0))
            counts[kind] = clusters_of + 1, cut_of + int(divided[number])
    return counts


def _match(frame: SimulatedImage, found: Instances) -> ChargeMatch:
    pair_energy = frame.detector.pair_energy
    return match_charges(frame.events, found.labels, found.energies, pair_energy=pair_energy)


def _with_number(recipe: Recipe, n_particles: float) -> Recipe:
    """The recipe with so many particles per frame."""
    particles = recipe.find(c.Particles)
    density = n_particles / (recipe.shape[0] * recipe.shape[1] / 256**2)
    return recipe.with_components(replace(particles, number=Uniform(density, density)))
