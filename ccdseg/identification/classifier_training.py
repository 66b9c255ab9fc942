"""Training of the particle classifier on simulated events with known truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from astropy.table import QTable

from ccdseg.events import map_events, stack_events
from ccdseg.identification.classifier import ParticleClassifier
from ccdseg.identification.depth import estimate_depth
from ccdseg.identification.features import FEATURES, feature_matrix
from ccdseg.identification.particle_truth import PARTICLES, true_particles
from ccdseg.simulation import Recipe, simulate_image

_HIDDEN = (64, 64)
_STEPS = 200


@dataclass(frozen=True, eq=False)
class LabelledEvents:
    """Measured events with their true particles.

    Attributes
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`, with estimated depths.
    particles : ndarray of str
        One of `PARTICLES` for each.
    depths : ndarray
        True depth (µm) of each; NaN where no particle left it.
    """

    events: QTable
    particles: np.ndarray
    depths: np.ndarray

    @classmethod
    def stacked(cls, parts: Sequence[LabelledEvents]) -> LabelledEvents:
        """Events of several frames as one set."""
        return cls(
            stack_events([part.events for part in parts]),
            np.concatenate([part.particles for part in parts]),
            np.concatenate([part.depths for part in parts]),
        )


def labelled_events(
    recipe: Recipe,
    n_frames: int,
    *,
    segment: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
) -> Iterator[LabelledEvents]:
    """Simulated, segmented and measured events with their truth, frame by frame.

    Parameters
    ----------
    recipe : Recipe
        Recipe of the frames.
    n_frames : int
        Number of frames.
    segment : callable
        Maps an image (ADU) to class indices.
    rng : numpy.random.Generator
        Source of randomness.

    Yields
    ------
    LabelledEvents
        Those of one frame.
    """
    for _ in range(n_frames):
        frame = simulate_image(recipe, rng=rng)
        mask = segment(frame.image)
        found = map_events(frame.image, mask, detector=frame.detector)
        particles, owners = true_particles(
            frame.events, found.labels, pair_energy=frame.detector.pair_energy
        )
        depths = np.append(frame.events.table["depth"].astype(float), np.nan)[owners]
        events = estimate_depth(found.table, detector=frame.detector)
        yield LabelledEvents(events, particles, depths)


def train_classifier(labelled: LabelledEvents, *, seed: int = 0) -> ParticleClassifier:
    """Train a perceptron of two hidden layers; it stops when a tenth kept back gains no more.

    Parameters
    ----------
    labelled : LabelledEvents
        Events to train on.
    seed : int
        Seed of the weights.

    Returns
    -------
    ParticleClassifier
    """
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    features = scaler.fit_transform(feature_matrix(labelled.events))
    indices = np.array([PARTICLES.index(name) for name in labelled.particles])
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
    classifier: ParticleClassifier, labelled: LabelledEvents, *, rng: np.random.Generator
) -> dict[str, float]:
    """Permutation importance: loss of accuracy where one feature is shuffled, by its name."""
    features = feature_matrix(labelled.events)
    names = np.array(classifier.particles)

    def accuracy(matrix: np.ndarray) -> float:
        found = names[classifier.probabilities(matrix).argmax(axis=1)]
        return float(np.mean(found == labelled.particles))

    intact = accuracy(features)
    losses = {}
    for number, feature in enumerate(FEATURES):
        shuffled = features.copy()
        shuffled[:, number] = rng.permutation(shuffled[:, number])
        losses[feature.name] = intact - accuracy(shuffled)
    return losses
