"""Training of the classifiers of particles and of cut hits on simulated events."""

from __future__ import annotations

import numpy as np

from ccdseg.arrays.perceptron import Perceptron
from ccdseg.events.row_edges import CutClassifier
from ccdseg.identification.classifier import ParticleClassifier
from ccdseg.identification.features import FEATURES, feature_matrix
from ccdseg.identification.labelled_events import LabelledEvents
from ccdseg.identification.particle_truth import PARTICLES

LEAST_LOST, MOST_LOST = 0.03, 0.97
"""Share of a particle's charge that a cut takes at least, and at most: of less charge a whole
particle looks alike, and of more nothing is left that looks like one."""


def train_classifier(labelled: LabelledEvents, *, seed: int = 0) -> ParticleClassifier:
    """Train a classifier of particles.

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
    known, indices = np.unique(
        [PARTICLES.index(name) for name in labelled.particles], return_inverse=True
    )
    network = Perceptron.trained(feature_matrix(labelled.events), indices, seed=seed)
    return ParticleClassifier(network, particles=tuple(PARTICLES[index] for index in known))


def train_cut_classifier(
    labelled: LabelledEvents, *, cut_share: float, true_share: float, seed: int = 0
) -> CutClassifier:
    """Train a classifier of cut hits.

    Hits that lost less than `LEAST_LOST` or more than `MOST_LOST` of their charge teach nothing.

    Parameters
    ----------
    labelled : LabelledEvents
        Events to train on.
    cut_share : float
        Share of the particles that were cut in the simulation, 0 to 1.
    true_share : float
        Share of those to identify, for which the probabilities hold.
    seed : int
        Seed of the weights.

    Returns
    -------
    CutClassifier
    """
    truth, edges = labelled.truth, labelled.edges
    is_cut = np.stack([truth.cut == part for part in ("below", "above")], axis=1)
    plain = (truth.cut == "") | ((truth.lost >= LEAST_LOST) & (truth.lost <= MOST_LOST))
    chosen = plain[:, np.newaxis] & ~np.isnan(edges[..., 0])
    network = Perceptron.trained(
        edges[chosen].astype(np.float64), is_cut[chosen].astype(int), seed=seed
    )
    odds = true_share / (1 - true_share) * (1 - cut_share) / cut_share
    return CutClassifier(network.with_odds(odds))


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
