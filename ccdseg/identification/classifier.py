"""Particle classifier: a perceptron of plain arrays."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from astropy.table import QTable

from ccdseg.arrays.perceptron import Perceptron
from ccdseg.errors import InputError
from ccdseg.files import read_npz, write_npz
from ccdseg.identification.features import FEATURES, feature_matrix
from ccdseg.identification.particle_truth import PARTICLES

SHIPPED = Path(__file__).parent / "particles.npz"


@dataclass(frozen=True, eq=False)
class ParticleClassifier:
    """Perceptron for the particles of events.

    It is trained with scikit-learn (`ccdseg.identification.classifier_training`) and stored as
    plain arrays, so that loading one runs no code.

    Attributes
    ----------
    perceptron : Perceptron
        Its classes are the particles.
    features, particles : tuple of str
        Names of inputs and outputs.
    training : dict
        Training record: command, state of the code, segmenter, frames and seed.
    """

    perceptron: Perceptron
    features: tuple[str, ...] = field(default=tuple(feature.name for feature in FEATURES))
    particles: tuple[str, ...] = PARTICLES
    training: dict = field(default_factory=dict)

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Probability of each particle, (events, particles), from features (events, features)."""
        return self.perceptron.probabilities(features)

    def save(self, path: str | Path) -> None:
        """Write the arrays as ``.npz``."""
        names = {"features": np.array(self.features), "particles": np.array(self.particles)}
        names["training"] = np.array(json.dumps(self.training))
        write_npz(path, self.perceptron.to_arrays() | names)

    @classmethod
    def load(cls, path: str | Path = SHIPPED) -> ParticleClassifier:
        """Read a classifier, by default the one that ships.

        Raises
        ------
        InputError
            If the file is missing, damaged, or made for other features.
        """
        arrays = read_npz(Path(path))
        try:
            classifier = cls(
                Perceptron.from_arrays(arrays),
                features=tuple(map(str, arrays["features"])),
                particles=tuple(map(str, arrays["particles"])),
                training=json.loads(str(arrays["training"])),
            )
        except KeyError as error:
            raise InputError(f"{path} is no particle classifier: {error} is missing.") from None
        except ValueError as error:
            raise InputError(
                f"{path} is damaged: its training record is no JSON ({error})."
            ) from None
        known = tuple(feature.name for feature in FEATURES)
        if classifier.features != known:
            raise InputError(
                f"{path} was trained on the features {', '.join(classifier.features)}; this "
                f"version measures {', '.join(known)}. Train it again."
            )
        return classifier


def identify(events: QTable, *, classifier: ParticleClassifier | None = None) -> QTable:
    """Identify the particle of each event.

    Parameters
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`, with energies.
    classifier : ParticleClassifier, optional
        The one that ships by default.

    Returns
    -------
    astropy.table.QTable
        A copy with the columns ``particle``, the most probable one, and ``p_point_like``,
        ``p_electron``, ``p_muon``, ``p_alpha``, ``p_unknown``.

    Raises
    ------
    InputError
        If the events have no energies.
    """
    classifier = _shipped() if classifier is None else classifier
    probabilities = classifier.probabilities(feature_matrix(events))
    identified = events.copy()
    best = np.array(classifier.particles)[probabilities.argmax(axis=1)]
    identified["particle"] = best
    identified["particle"].info.description = "most probable particle"
    for name, values in zip(classifier.particles, probabilities.T, strict=True):
        column = f"p_{name.replace('-', '_')}"
        identified[column] = values
        identified[column].info.description = f"probability of {name}"
    return identified


@cache
def _shipped() -> ParticleClassifier:
    return ParticleClassifier.load()
