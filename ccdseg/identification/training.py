"""Teaching a classifier of particles on events whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from astropy.table import QTable

from ccdseg.events import find_events, stack_events
from ccdseg.identification.classifier import ParticleClassifier
from ccdseg.identification.depth import estimate_depth
from ccdseg.identification.features import FEATURES, feature_matrix
from ccdseg.identification.particles import PARTICLES, true_particles
from ccdseg.simulation import FrameRecipe, simulate_frame

_HIDDEN = (64, 64)
_STEPS = 200


@dataclass(frozen=True, eq=False)
class KnownEvents:
    """Found events and what they truly are.

    Attributes
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`, with their estimated depths.
    particles : ndarray of str
        One of `PARTICLES` for each.
    depths : ndarray
        True depth (µm) of each; NaN for what is no particle.
    """

    events: QTable
    particles: np.ndarray
    depths: np.ndarray


def known_events(
    recipe: FrameRecipe,
    n_frames: int,
    *,
    segment: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
) -> Iterator[KnownEvents]:
    """Simulate frames, segment them, and find their events, frame by frame.

    Parameters
    ----------
    recipe : FrameRecipe
        What the frames hold.
    n_frames : int
        Number of frames.
    segment : callable
        Maps an image (ADU) to class indices.
    rng : numpy.random.Generator
        Source of randomness.
    """
    for _ in range(n_frames):
        frame = simulate_frame(recipe, rng=rng)
        mask = segment(frame.image)
        particles, owners = true_particles(mask, frame.events)
        depths = np.append(frame.events.table["depth"].astype(float), np.nan)[owners]
        events = find_events(frame.image, mask, detector=frame.detector)
        events = estimate_depth(events, detector=frame.detector)
        yield KnownEvents(events, particles, depths)


def joined(parts: list[KnownEvents]) -> KnownEvents:
    """Events of many frames as one set."""
    return KnownEvents(
        stack_events([part.events for part in parts]),
        np.concatenate([part.particles for part in parts]),
        np.concatenate([part.depths for part in parts]),
    )


def train_classifier(known: KnownEvents, *, seed: int = 0) -> ParticleClassifier:
    """Train a perceptron of two hidden layers; it stops when a tenth kept back gains no more.

    Parameters
    ----------
    known : KnownEvents
        Events to learn from.
    seed : int
        Seed of the weights.

    Returns
    -------
    ParticleClassifier
    """
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    features = scaler.fit_transform(feature_matrix(known.events))
    indices = np.array([PARTICLES.index(name) for name in known.particles])
    network = MLPClassifier(
        _HIDDEN, early_stopping=True, n_iter_no_change=15, max_iter=_STEPS, random_state=seed
    )
    network.fit(features, indices)
    return ParticleClassifier(
        mean=scaler.mean_,
        scale=scaler.scale_,
        weights=tuple(network.coefs_),
        biases=tuple(network.intercepts_),
        particles=tuple(PARTICLES[index] for index in network.classes_),
    )


def feature_importance(
    classifier: ParticleClassifier, known: KnownEvents, *, rng: np.random.Generator
) -> dict[str, float]:
    """Accuracy that is lost where one feature is shuffled among the events, by its name."""
    features = feature_matrix(known.events)
    names = np.array(classifier.particles)

    def accuracy(matrix: np.ndarray) -> float:
        found = names[classifier.probabilities(matrix).argmax(axis=1)]
        return float(np.mean(found == known.particles))

    intact = accuracy(features)
    losses = {}
    for number, feature in enumerate(FEATURES):
        shuffled = features.copy()
        shuffled[:, number] = rng.permutation(shuffled[:, number])
        losses[feature.name] = intact - accuracy(shuffled)
    return losses
